//! Turns calls into a container engine's command line, and what it answers into text: docker, podman or buildah.

mod interrupt;
mod owned;
mod process;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{Error, printable};

pub use interrupt::watch;
pub use owned::{Owned, unique};
pub use process::Local;

/// A question about what is there is answered at once.
pub const QUICK: Duration = Duration::from_secs(60);

/// A compiler that is left alone with a large extension may take an hour.
pub const SLOW: Duration = Duration::from_secs(2 * 60 * 60);

/// Of a container that is listened to, the engine need not keep a log on its disk as well.
pub const NO_LOG: [&str; 2] = ["--log-driver", "none"];

/// One command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables beside those of this process.
    pub env: Vec<(String, String)>,
    /// Standard input.
    pub input: String,
    /// How long it may take; nothing is [`QUICK`].
    pub patience: Option<Duration>,
    /// How many bytes it may print; nothing is more than any build does.
    pub most: Option<u64>,
    /// It is run to its end even after Ctrl-C: it cleans up.
    pub cleans: bool,
}

/// What a command left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output; of very much the end.
    pub out: String,
    /// Standard error, likewise.
    pub err: String,
}

impl Done {
    /// Exit code 0.
    pub fn fine(&self) -> bool {
        self.code == Some(0)
    }

    /// What it said, both streams.
    pub fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// What runs command lines; a test answers from a script.
pub trait Shell: Sync {
    /// Runs one to its end; `heard` gets each line of both streams as it comes.
    ///
    /// # Errors
    /// The program cannot be started, does not end in time, or the user pressed Ctrl-C.
    fn run(&self, call: &Call, heard: &mut dyn FnMut(&str)) -> Result<Done, Error>;
}

/// The engines, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Docker Engine and Docker Desktop.
    Docker,
    /// Podman.
    Podman,
    /// buildah alone: builds and runs single commands, nothing in the background.
    Buildah,
}

impl Kind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Docker, Self::Podman, Self::Buildah];

    /// The program's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Buildah => "buildah",
        }
    }

    /// A command that only succeeds when the engine can work, and prints its version.
    fn question(self) -> &'static [&'static str] {
        match self {
            Self::Docker => &["version", "--format", "{{.Server.Version}}"],
            Self::Podman => &["info", "--format", "{{.Version.Version}}"],
            Self::Buildah => &["version"],
        }
    }
}

/// An engine that answers.
pub struct Engine<'a> {
    /// Which.
    pub kind: Kind,
    /// What it says of itself.
    pub version: String,
    shell: &'a dyn Shell,
}

impl<'a> Engine<'a> {
    /// The engine of that name, or the first that answers.
    ///
    /// # Errors
    /// None answers: what each said, and what to do.
    pub fn find(shell: &'a dyn Shell, name: Option<&str>) -> Result<Self, Error> {
        let mut evidence = Vec::new();
        for kind in Kind::ALL {
            if name.is_some_and(|name| name != kind.name()) {
                continue;
            }
            match ask(shell, kind)? {
                Ok(version) => {
                    return Ok(Self {
                        kind,
                        version,
                        shell,
                    });
                }
                Err(why) => evidence.push((kind.name().to_owned(), why)),
            }
        }
        let help = help(&evidence);
        Err(Error::Engine {
            what: match name {
                Some(name) => format!("{name} does not answer"),
                None => "no container engine answers".to_owned(),
            },
            evidence,
            help,
        })
    }

    /// A call of the engine's program.
    pub fn call<S: AsRef<str>>(&self, arguments: &[S]) -> Call {
        Call {
            program: self.kind.name().to_owned(),
            arguments: arguments
                .iter()
                .map(|argument| argument.as_ref().to_owned())
                .collect(),
            ..Call::default()
        }
    }

    /// Runs a call, whatever its exit code.
    ///
    /// # Errors
    /// As [`Shell::run`].
    pub fn run(&self, call: &Call) -> Result<Done, Error> {
        self.shell.run(call, &mut |_| {})
    }

    /// As [`Engine::run`]; each line is heard as it comes.
    ///
    /// # Errors
    /// As [`Shell::run`].
    pub fn listen(&self, call: &Call, heard: &mut dyn FnMut(&str)) -> Result<Done, Error> {
        self.shell.run(call, heard)
    }

    /// What a command that must succeed prints.
    ///
    /// # Errors
    /// As [`Shell::run`]; it failed.
    pub fn output<S: AsRef<str>>(&self, arguments: &[S]) -> Result<String, Error> {
        let call = self.call(arguments);
        let done = self.run(&call)?;
        if done.fine() {
            return Ok(done.out);
        }
        Err(refused(&call, &done))
    }

    /// Containers can run in the background.
    pub fn runs(&self) -> bool {
        self.kind != Kind::Buildah
    }

    /// An image of that name is here.
    ///
    /// # Errors
    /// As [`Shell::run`].
    pub fn has(&self, image: &str) -> Result<bool, Error> {
        let call = match self.kind {
            Kind::Buildah => self.call(&["inspect", "--type", "image", image]),
            Kind::Docker | Kind::Podman => self.call(&["image", "inspect", image]),
        };
        Ok(self.run(&call)?.fine())
    }
}

/// The engine refused a command that it should have understood.
pub fn refused(call: &Call, done: &Done) -> Error {
    let line = [call.arguments.as_slice()].concat().join(" ");
    Error::Engine {
        what: format!("{} failed: {} {line}", call.program, call.program),
        evidence: last_lines(&done.said(), 8)
            .map(|line| (String::new(), line.to_owned()))
            .collect(),
        help: "try the same command by hand; `--engine NAME` takes another engine".to_owned(),
    }
}

/// The last lines of a text that hold something.
pub fn last_lines(text: &str, count: usize) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let start = lines.len().saturating_sub(count);
    lines.into_iter().skip(start)
}

/// The version of an engine that answers, or why it does not.
fn ask(shell: &dyn Shell, kind: Kind) -> Result<Result<String, String>, Error> {
    let call = Call {
        program: kind.name().to_owned(),
        arguments: kind.question().iter().map(ToString::to_string).collect(),
        patience: Some(Duration::from_secs(20)),
        ..Call::default()
    };
    match shell.run(&call, &mut |_| {}) {
        Ok(done) if done.fine() => {
            let version = done.out.lines().next().unwrap_or_default().trim();
            let version = version.trim_start_matches("Version:").trim();
            Ok(Ok(printable(version)))
        }
        Ok(done) => {
            let said = done.err.lines().find(|line| !line.trim().is_empty());
            Ok(Err(said.unwrap_or("it says nothing").to_owned()))
        }
        Err(Error::Engine { what, .. }) => Ok(Err(what)),
        Err(error) => Err(error),
    }
}

/// What to type, from what the engines said.
fn help(evidence: &[(String, String)]) -> String {
    let said = |word: &str| evidence.iter().any(|(_, why)| why.contains(word));
    let docker_is_there = evidence
        .iter()
        .any(|(name, why)| name == "docker" && !why.contains(process::ABSENT));
    if said("permission denied") {
        return "add yourself to the group that may use the engine: `sudo usermod --append --groups docker $USER`, then log in again"
            .to_owned();
    }
    if docker_is_there {
        return "start Docker: `sudo systemctl start docker`, or open Docker Desktop; where the engine runs elsewhere, set DOCKER_HOST"
            .to_owned();
    }
    "install Docker (https://docs.docker.com/engine/install/) or Podman (`sudo apt-get install podman`); `--engine NAME` chooses one"
        .to_owned()
}

/// A command for a call.
fn command(call: &Call) -> Command {
    let mut command = Command::new(Path::new(&call.program));
    command.args(&call.arguments);
    command.envs(call.env.iter().map(|(name, value)| (name, value)));
    command
}

#[cfg(test)]
mod tests;
