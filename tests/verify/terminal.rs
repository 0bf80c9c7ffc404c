//! `dockwright verify` on a terminal, which `script` lends, with an engine that answers from a shell script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

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
    let seen = bin.path().join("seen");
    let line = format!(
        "{} verify --engine docker {}",
        env!("CARGO_BIN_EXE_dockwright"),
        project.path().display()
    );
    let path = std::env::var("PATH").unwrap_or_default();
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--flush", "--command", &line])
        .arg(&seen)
        .env("PATH", format!("{}:{path}", bin.path().display()))
        .env("TERM", "xterm")
        .env_remove("CI")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("script: {error}"))?;
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().map_err(text)? {
            break status.code();
        }
        if begun.elapsed() > PATIENCE {
            child.kill().map_err(text)?;
            return Err(format!("it hangs: {}", read(&seen)));
        }
        sleep(Duration::from_millis(50));
    };
    let seen = read(&seen);
    for words in [
        "building the image: [builder 2/3] RUN pip install",
        "FAILED   build      fails",
        "gcc with libc6-dev brings gcc into the builder",
        "failed: 1 of 1 checks: build",
    ] {
        ensure(seen.contains(words), || format!("no `{words}`: {seen}"))?;
    }
    ensure(code == Some(1), || format!("exit code {code:?}: {seen}"))
}

fn read(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
