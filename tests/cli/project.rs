//! A project in a temporary folder, and the program run in it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The program under test.
pub(crate) const DOCKWRIGHT: &str = env!("CARGO_BIN_EXE_dockwright");

/// A folder `shop` with files.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a run left.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        // Nothing above the folder is looked at.
        fs::create_dir_all(project.folder.path().join("shop")).unwrap();
        fs::create_dir(project.folder.path().join(".git")).unwrap();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A path in the project; `..` is a folder that nobody else uses.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("shop").join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// The program in the project, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(DOCKWRIGHT);
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env_clear();
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(&[], arguments)
    }

    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Done {
        let done = self
            .command(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| {
            let temporary = self.folder.path().display().to_string();
            String::from_utf8(bytes).unwrap().replace(&temporary, "")
        };
        Done {
            code: done.status.code().unwrap(),
            out: text(done.stdout),
            err: text(done.stderr),
        }
    }
}
