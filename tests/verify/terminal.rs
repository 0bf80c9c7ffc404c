//! `dockwright verify` on a terminal, with an engine that answers from a shell script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::{Eof, Expect, Session};
use tempfile::TempDir;

use crate::Checked;
use crate::engine::ensure;
use crate::project::Project;

/// An engine whose build takes a second, tells of its steps and fails.
const DOCKER: &str = "#!/bin/sh
case \"$1\" in
version) echo 28.5.2 ;;
build) echo '#5 [builder 2/3] RUN   pip install' >&2; sleep 1; echo \"#5 1.0 error: command 'gcc' failed: No such file or directory\" >&2; exit 1 ;;
esac
";

/// More than the run takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bar is drawn by a thread of its own, beside the one that works: the run must come to its end.
pub(crate) fn bar() -> Checked {
    let text = |error: std::io::Error| error.to_string();
    let bin = TempDir::new().map_err(text)?;
    let docker = bin.path().join("docker");
    fs::write(&docker, DOCKER).map_err(text)?;
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).map_err(text)?;
    let project = Project::example("script")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let script = "stty cols 100 rows 24; exec \"$0\" verify --engine docker \"$1\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_dockwright")])
        .arg(project.path())
        .env("PATH", format!("{}:{path}", bin.path().display()))
        .env("TERM", "xterm")
        .env_remove("CI");
    let mut session = Session::spawn(command).map_err(|error| error.to_string())?;
    session.set_expect_timeout(Some(PATIENCE));
    for words in [
        "building the image: [builder 2/3] RUN pip install",
        "FAILED   build      fails",
        "gcc with libc6-dev brings gcc into the builder",
        "failed: 1 of 1 checks: build",
    ] {
        session
            .expect(words)
            .map_err(|error| format!("no `{words}`: {error}"))?;
    }
    session.expect(Eof).map_err(|error| error.to_string())?;
    let ended = session.get_process().wait();
    ensure(matches!(ended, Ok(WaitStatus::Exited(_, 1))), || {
        format!("{ended:?}")
    })
}
