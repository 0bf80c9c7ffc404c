//! Turns what was found about the application into how it is started, or says where it was looked for.

mod called;
mod candidates;
mod consoles;
mod data;
mod django;
mod driver;
mod given;
mod init;
mod known;
mod launched;
mod lines;
mod object;
mod own;
mod plain;
mod processes;
mod scripts;
mod serve;
mod sqlite;
mod surroundings;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::Error;
use crate::facts::{Arg, CommandLine, Found, Place, ProjectFacts, Script, Warning, quoted};

use known::Known;

/// What will be in the environment.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// Normalised name → version, where it is known.
    pub versions: BTreeMap<String, Option<String>>,
    /// Names that the project itself asks for, as opposed to those that came with them.
    pub direct: BTreeSet<String>,
    /// The names above are all there will be (a lock, a compiled requirements file): what is not there is missing.
    pub complete: bool,
    /// Console scripts of the project, when it is installed itself.
    pub scripts: Vec<Found<Script>>,
    /// The project itself is installed: its modules can be imported from everywhere.
    pub project: bool,
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `--command`.
    pub command: Option<String>,
    /// `--app module:object`.
    pub app: Option<String>,
    /// `--server`.
    pub server: Option<String>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--healthcheck-path`.
    pub health_path: Option<String>,
}

/// How the application is started and how it behaves then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Start {
    /// Key of `frameworks.toml`.
    pub framework: Option<String>,
    /// The command; `None` when none was found.
    pub command: Option<Command>,
    /// Other roles of the same image, by name.
    pub processes: Vec<Process>,
    /// Where it listens; `None` for workers, bots and tools.
    pub port: Option<u16>,
    /// How to ask whether it is well; `None` where nothing listens.
    pub health: Option<Health>,
    /// Signal that ends it, where it is not SIGTERM.
    pub stop_signal: Option<String>,
    /// Why a small init must be process 1 in its place: it would not end on SIGTERM there.
    pub init: Option<Init>,
    /// Variables of the image.
    pub env: BTreeMap<String, String>,
    /// Folder that the command runs in, relative to the application's folder; empty for that folder itself.
    pub working_dir: String,
    /// Places that the process writes to.
    pub writable: Vec<Writable>,
    /// Commands that run once, in the builder, after the source was copied.
    pub build_steps: Vec<BuildStep>,
    /// A server that the project does not have and that is to be installed.
    pub install: Option<Install>,
    /// The source must be in the image: false when a console script of the installed project suffices.
    pub needs_source: bool,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Where a start command was looked for, when none was found; or the equal ones.
    pub looked: Vec<(Option<Place>, String)>,
    /// Why there is no command although several things could be started.
    #[serde(skip)]
    pub open: Option<Error>,
}

impl Start {
    /// Can `$PORT` change where it listens?
    pub fn heeds_port(&self) -> bool {
        let asks = self.command.as_ref().is_some_and(Command::has_port);
        asks || self.env.contains_key("PORT")
    }

    /// A start that the user has to choose among equal ones, with a warning that says so.
    pub fn open(error: Error) -> Self {
        let mut warning = Warning::new("start-undecided", error.headline(), error.help());
        if let Error::Undecided { evidence, .. } = &error {
            warning.at = evidence.first().and_then(|(at, _)| at.clone());
        }
        Self {
            needs_source: true,
            warnings: vec![warning],
            open: Some(error),
            ..Self::default()
        }
    }
}

/// A command with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// What runs.
    pub line: CommandLine,
    /// The place that proves it.
    pub at: Option<Place>,
    /// The reason.
    pub why: String,
}

impl Command {
    /// A command of words.
    pub fn words(argv: Vec<Arg>, at: Option<Place>, why: impl Into<String>) -> Self {
        Self {
            line: CommandLine::Words {
                env: Vec::new(),
                argv,
            },
            at,
            why: why.into(),
        }
    }

    /// The command as `explain` shows it, with the port filled in.
    pub fn argv(&self, port: Option<u16>) -> Vec<String> {
        let port = port.unwrap_or_default();
        match &self.line {
            CommandLine::Words { env, argv } => {
                let words = argv.iter().map(|arg| arg.filled(port));
                if env.is_empty() {
                    return words.collect();
                }
                let env = env
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.filled(port)));
                ["env".to_owned()]
                    .into_iter()
                    .chain(env)
                    .chain(words)
                    .collect()
            }
            CommandLine::Shell { .. } => self.exec_form(Some(port)),
        }
    }

    /// The command as a Dockerfile's `CMD` holds it: bare words where they suffice, else `sh -c "exec …"`, so that the
    /// process takes the shell's place and gets its signals.
    pub fn exec_form(&self, port: Option<u16>) -> Vec<String> {
        let shell = |text: String| vec!["sh".to_owned(), "-c".to_owned(), text];
        match &self.line {
            CommandLine::Shell { text, simple } => {
                let exec = if *simple { "exec " } else { "" };
                // Without a value the line would get an empty word.
                let default = match port {
                    Some(port) if self.has_port() => format!("export PORT=\"${{PORT:-{port}}}\"; "),
                    _ => String::new(),
                };
                shell(format!("{default}{exec}{text}"))
            }
            CommandLine::Words { env, argv } => {
                let expands = argv
                    .iter()
                    .chain(env.iter().map(|(_, value)| value))
                    .any(Arg::has_port);
                if !expands {
                    return self.argv(port);
                }
                let port = port.unwrap_or_default();
                let env = env
                    .iter()
                    .map(|(name, value)| format!("{name}={} ", value.shell(port)));
                let words: Vec<String> = argv.iter().map(|arg| arg.shell(port)).collect();
                shell(format!(
                    "{}exec {}",
                    env.collect::<String>(),
                    words.join(" ")
                ))
            }
        }
    }

    /// Does it ask for `$PORT`?
    pub fn has_port(&self) -> bool {
        match &self.line {
            CommandLine::Words { env, argv } => argv
                .iter()
                .chain(env.iter().map(|(_, value)| value))
                .any(Arg::has_port),
            CommandLine::Shell { text, .. } => text.contains("PORT"),
        }
    }
}

/// Another role of the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// `worker`, `beat`, `release`, …
    pub name: String,
    /// What runs.
    pub command: Command,
}

/// A small init as process 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Init {
    /// The reason.
    pub why: String,
    /// The place that proves it.
    pub at: Option<Place>,
}

/// How to ask whether the application is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// A route; `None`: whether the port takes connections.
    pub path: Option<String>,
    /// Where the route stands.
    pub at: Option<Place>,
}

/// A place that the process writes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Writable {
    /// Relative to the application's folder, or absolute.
    pub path: String,
    /// What lies there should outlive the container.
    pub volume: bool,
    /// The reason.
    pub why: String,
    /// Where the sources show it.
    pub at: Option<Place>,
}

/// A command of the builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuildStep {
    /// What runs, in the application's folder.
    pub argv: Vec<String>,
    /// Variables for this one command: throw-away values, never secrets.
    pub env: BTreeMap<String, String>,
    /// Keys of `sources.toml` that the builder needs for it.
    pub needs: Vec<String>,
    /// The reason.
    pub why: String,
    /// Where the sources show it.
    pub at: Option<Place>,
}

/// A distribution to install besides the project's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Install {
    /// Name on `PyPI`.
    pub name: String,
    /// Exact version.
    pub version: String,
}

/// Decides how the application is started: by what the user said, by what the project's files say, by what its framework's
/// users do. `command` is `None` when nothing was found; `looked` then says where.
///
/// # Errors
/// Several candidates are equal, or the wish makes no sense.
pub fn choose(facts: &ProjectFacts, installed: &Installed, wish: &Wish) -> Result<Start, Error> {
    let known = Known::new(facts, installed, wish);
    let found = match found(&known) {
        Ok(Some(start)) => Some(start),
        Ok(None) => match launched::hinted(&known)? {
            Some(start) => Some(start),
            None => called::start(&known)?.or_else(|| plain::start(&known)),
        },
        Err(open @ Error::Undecided { .. }) => {
            let hinted = launched::hinted(&known)?.or_else(|| plain::start(&known));
            Some(hinted.ok_or(open)?)
        }
        Err(other) => return Err(other),
    };
    let mut start = found.unwrap_or_else(|| Start {
        looked: known.looked(),
        needs_source: true,
        ..Start::default()
    });
    surroundings::complete(&known, &mut start);
    processes::complete(&known, &mut start);
    start.warnings.extend(facts.app.warnings.iter().cloned());
    start.warnings.sort();
    start.warnings.dedup();
    Ok(start)
}

/// `name[extra]` of every requirement with extras.
pub(crate) fn extras(facts: &ProjectFacts) -> BTreeSet<String> {
    known::extras(facts)
}

/// The start in order of authority.
fn found(known: &Known<'_>) -> Result<Option<Start>, Error> {
    Ok(match given::command(known)? {
        Some(start) => Some(start),
        None => match django::start(known)? {
            Some(start) => Some(start),
            None => match candidates::start(known)? {
                Some(start) => Some(start),
                None => scripts::start(known)?,
            },
        },
    })
}

/// File name without folder and extension.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// A text as it is shown in a help line that the user types.
fn typed(text: &str) -> String {
    quoted(&crate::error::printable(text))
}
