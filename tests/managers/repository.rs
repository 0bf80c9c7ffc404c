//! A bare repository with a small distribution, as a static file server can serve it (git's «dumb» HTTP protocol).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::engine::{ensure, finish};

/// The folder that holds `git/shared.git`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("managers")
}

/// Makes the repository anew, once a process.
///
/// # Errors
/// git is missing, or what it says.
pub(crate) fn make() -> Result<(), String> {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    MADE.get_or_init(|| {
        let source = folder().join("shared");
        fs::remove_dir_all(folder()).ok();
        let written = fs::create_dir_all(folder().join("git"))
            .and_then(|()| fs::create_dir_all(&source))
            .and_then(|()| fs::write(source.join("pyproject.toml"), PYPROJECT))
            .and_then(|()| fs::write(source.join("shared.py"), MODULE));
        written.map_err(|error| error.to_string())?;
        git(&source, "init --quiet")?;
        git(&source, "add .")?;
        git(
            &source,
            "-c user.name=test -c user.email=test@example.org commit --quiet --message first",
        )?;
        git(&source, "tag v1.0")?;
        git(&source, "clone --quiet --bare . ../git/shared.git")?;
        git(&folder().join("git/shared.git"), "update-server-info")
    })
    .clone()
}

const PYPROJECT: &str = "[build-system]
requires = [\"setuptools\"]
build-backend = \"setuptools.build_meta\"

[project]
name = \"shared\"
version = \"1.0\"
";

const MODULE: &str = "def greet():
    return \"hello\"
";

fn git(folder: &Path, words: &str) -> Result<(), String> {
    let mut command = Command::new("git");
    command.args(words.split(' ')).current_dir(folder);
    let done = finish(&mut command, "")?;
    ensure(done.status.success(), || {
        format!("git {words}: {}", done.stderr)
    })
}
