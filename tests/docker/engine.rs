//! The container engine's command line: arguments in, output or a readable failure out.

use std::io::{Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Checked;

/// How long a command may take: a build of the slowest example with nothing cached takes some minutes, and only what compiles whole
/// libraries (`DOCKWRIGHT_PATIENCE`, in seconds) longer than a quarter of an hour.
pub(crate) fn patience() -> Duration {
    let said = std::env::var("DOCKWRIGHT_PATIENCE").ok();
    let seconds = said.and_then(|said| said.parse().ok());
    Duration::from_secs(seconds.unwrap_or(15 * 60))
}

/// An engine that answers.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    /// Its client.
    program: &'static str,
}

/// What a command left behind.
pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Engine {
    /// The engine that the environment (`DOCKER_HOST`, the client's context) points at.
    ///
    /// # Errors
    /// There is none, with what its client says.
    pub(crate) fn find() -> Result<Self, String> {
        let program = "docker";
        match Command::new(program)
            .args(["version", "--format", "{{.Server.Version}}"])
            .stdin(Stdio::null())
            .output()
        {
            Ok(done) if done.status.success() => Ok(Self { program }),
            Ok(done) => {
                let said = String::from_utf8_lossy(&done.stderr);
                let line = said.lines().next().unwrap_or("it says nothing");
                Err(format!("no container engine: {line}"))
            }
            Err(error) => Err(format!("no container engine: docker: {error}")),
        }
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn output(self, arguments: &[&str]) -> Result<String, String> {
        let done = self.run(arguments, "")?;
        if done.status.success() {
            Ok(done.stdout)
        } else {
            Err(format!("{}\n{}", said(arguments, &done), done.stdout))
        }
    }

    /// Runs `docker ARGUMENTS` with `input` on its standard input, whatever its exit code.
    pub(crate) fn run(self, arguments: &[&str], input: &str) -> Result<Done, String> {
        self.run_with(arguments, input, &[])
    }

    /// As [`Engine::run`], with variables added to the environment.
    pub(crate) fn run_with(
        self,
        arguments: &[&str],
        input: &str,
        environment: &[(&str, &str)],
    ) -> Result<Done, String> {
        let shown = format!("docker {}", arguments.join(" "));
        let mut command = Command::new(self.program);
        command.args(arguments).envs(environment.iter().copied());
        finish(&mut command, input).map_err(|error| format!("{shown}: {error}"))
    }
}

/// One line: which command failed, how, and what it said.
pub(crate) fn said(arguments: &[&str], done: &Done) -> String {
    format!(
        "docker {}: {}\n{}",
        arguments.join(" "),
        done.status,
        done.stderr.trim_end()
    )
}

/// Runs a command to its end, or ends it when [`patience`] is over.
pub(crate) fn finish(command: &mut Command, input: &str) -> Result<Done, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err("no pipes".to_owned());
    };
    let (stdout, stderr) = (collect(stdout), collect(stderr));
    // A program may end without having read its input.
    stdin.write_all(input.as_bytes()).ok();
    drop(stdin);
    let patience = patience();
    let deadline = Instant::now() + patience;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().ok();
            child.wait().ok();
            return Err(format!("no end after {} s", patience.as_secs()));
        }
        thread::sleep(Duration::from_millis(10));
    };
    Ok(Done {
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    })
}

/// Fails with the message unless the condition holds.
pub(crate) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(message()) }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a read error is still worth showing.
        pipe.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
