//! The generated files that `examples/` holds are those that `dockwright generate` writes today.

use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let trials = match root.read_dir() {
        Ok(entries) => entries
            .flatten()
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                Trial::test(name, move || check(&entry.path()))
            })
            .collect(),
        Err(error) => vec![Trial::test("examples", move || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(example: &Path) -> Result<(), Failed> {
    for file in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
        if !example.join(file).is_file() {
            return Err(format!("{file} is not committed: run `dockwright generate`").into());
        }
    }
    let done = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .arg("check")
        .arg(example)
        .output()?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned().into())
}
