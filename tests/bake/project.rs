//! A project in a temporary folder, `dockwright generate --bake` and `docker buildx bake` in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use libtest_mimic::Failed;
use tempfile::TempDir;

/// A folder with files.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nothing above the folder is looked at.
        fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn path(&self, path: &str) -> String {
        self.at(path).display().to_string()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    pub(crate) fn generate(&self, arguments: &[&str]) -> Result<(), Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
        command.args(["generate", "--bake"]).args(arguments);
        succeeded(&command.current_dir(self.folder.path()).output().unwrap()).map(drop)
    }

    /// Runs `docker buildx bake`.
    pub(crate) fn bake(
        &self,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Result<String, Failed> {
        let mut command = Command::new("docker");
        command.args(["buildx", "bake"]).args(arguments);
        command
            .current_dir(self.folder.path())
            .envs(variables.iter().copied());
        succeeded(&command.output().unwrap())
    }

    /// What bake would do.
    pub(crate) fn printed(
        &self,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Result<serde_json::Value, Failed> {
        let plan = self.bake(variables, &[&["--print"], arguments].concat())?;
        Ok(serde_json::from_str(&plan).unwrap())
    }
}

fn succeeded(done: &Output) -> Result<String, Failed> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if done.status.success() {
        Ok(text(&done.stdout))
    } else {
        Err(format!(
            "{}\n{}{}",
            done.status,
            text(&done.stdout),
            text(&done.stderr)
        )
        .into())
    }
}

/// Does buildx answer? It parses without an engine.
pub(crate) fn buildx() -> Result<(), String> {
    answers(&["buildx", "version"])
}

/// Does an engine answer, and has it or can it pull the base image?
pub(crate) fn engine() -> Result<(), String> {
    buildx()?;
    answers(&["version", "--format", "{{.Server.Version}}"])
}

fn answers(arguments: &[&str]) -> Result<(), String> {
    let line = format!("docker {}", arguments.join(" "));
    match Command::new("docker").args(arguments).output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!("{line}: {}", String::from_utf8_lossy(&done.stderr))),
        Err(error) => Err(format!("{line}: {error}")),
    }
}

/// The value of an image's label.
pub(crate) fn label(image: &str, name: &str) -> String {
    let format = format!("{{{{ index .Config.Labels {name:?} }}}}");
    let done = Command::new("docker")
        .args(["image", "inspect", "--format", &format, image])
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Removes images, of which some may not be there.
pub(crate) fn remove(images: &[String]) {
    Command::new("docker")
        .args(["image", "rm", "--force"])
        .args(images)
        .output()
        .ok();
}

/// `uv.lock` of a workspace whose members need nothing.
pub(crate) fn lock(members: &[&str]) -> String {
    use std::fmt::Write as _;
    let mut names: Vec<&str> = [members, &["shop"]].concat();
    names.sort_unstable();
    let mut text = format!(
        "version = 1\nrevision = 3\nrequires-python = \">=3.13\"\n\n[manifest]\nmembers = {names:?}\n"
    );
    for name in names {
        let (version, source) = match name {
            "shop" => ("0".to_owned(), ".".to_owned()),
            name => (format!("0.{}", name.len()), format!("services/{name}")),
        };
        let _ = write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {{ virtual = \"{source}\" }}\n"
        );
    }
    text
}
