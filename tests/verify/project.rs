//! A project in a temporary folder, and `dockwright verify` run on it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::engine::ensure;

/// A folder `shop` with files.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a run left.
pub(crate) struct Run {
    pub(crate) process: u32,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// A copy of an example.
    pub(crate) fn example(name: &str) -> Result<Self, String> {
        let project = Self::new(&[])?;
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        copy(&example, &project.path())
            .map_err(|error| format!("{}: {error}", example.display()))?;
        Ok(project)
    }

    /// A project of some files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let project = Self { folder };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(project.path())?;
            for (path, text) in files {
                let path = project.path().join(path);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(path, text)?;
            }
            Ok(())
        };
        write().map_err(|error| error.to_string())?;
        Ok(project)
    }

    /// The folder.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("shop")
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.path().join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// Runs `dockwright verify` here.
    pub(crate) fn verify(&self, arguments: &[&str]) -> Result<Run, String> {
        ended(self.start(arguments)?)
    }

    /// … and presses Ctrl-C once its standard error holds some words.
    pub(crate) fn verify_until(&self, words: &str, arguments: &[&str]) -> Result<Run, String> {
        let mut child = self.start(arguments)?;
        let err = child.stderr.take().ok_or("no pipe")?;
        let mut err = BufReader::new(err);
        let mut said = String::new();
        while !said.contains(words) {
            let read = err
                .read_line(&mut said)
                .map_err(|error| error.to_string())?;
            ensure(read > 0, || format!("no `{words}`: {said}"))?;
        }
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        ensure(sent.is_ok_and(|sent| sent.success()), || "kill".to_owned())?;
        err.read_to_string(&mut said)
            .map_err(|error| error.to_string())?;
        let mut run = ended(child)?;
        run.err = said;
        Ok(run)
    }

    fn start(&self, arguments: &[&str]) -> Result<Child, String> {
        Command::new(env!("CARGO_BIN_EXE_dockwright"))
            .arg("verify")
            .args(arguments)
            .arg(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("dockwright: {error}"))
    }
}

impl Run {
    /// The JSON of a run that ended with this code.
    pub(crate) fn report(&self, code: i32) -> Result<serde_json::Value, String> {
        ensure(self.code == code, || self.shown())?;
        serde_json::from_str(&self.out).map_err(|error| format!("{error}: {}", self.shown()))
    }

    pub(crate) fn shown(&self) -> String {
        format!("exit code {}\n{}\n{}", self.code, self.out, self.err)
    }
}

fn ended(child: Child) -> Result<Run, String> {
    let process = child.id();
    let done = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    Ok(Run {
        process,
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
