//! From a case to a built image: a copy of the project, generated files, one build.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::case::Case;
use crate::engine::{Engine, ensure, finish, said};

/// A built image, removed when dropped.
pub(crate) struct Image {
    pub(crate) engine: Engine,
    pub(crate) case: Arc<Case>,
    /// The tag.
    pub(crate) name: String,
    /// What `dockwright generate` said.
    pub(crate) said: String,
    /// What `dockwright explain --format json` says.
    pub(crate) explained: serde_json::Value,
}

impl Image {
    /// Generates and builds.
    ///
    /// # Errors
    /// What `dockwright` or the engine says.
    pub(crate) fn build(engine: Engine, case: &Arc<Case>) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        copy_tree(&case.project, folder.path()).map_err(|error| error.to_string())?;
        let options: Vec<&str> = case.expected.options.iter().map(String::as_str).collect();
        let (_, generated) = dockwright("generate", &options, folder.path())?;
        let explain = [&["--format", "json"], &*options].concat();
        let (explained, _) = dockwright("explain", &explain, folder.path())?;
        let image = Self {
            engine,
            case: Arc::clone(case),
            name: format!("dockwright-frameworks/{}:{}", case.name, std::process::id()),
            said: generated,
            explained: serde_json::from_str(&explained).map_err(|error| error.to_string())?,
        };
        let context = folder.path().to_string_lossy();
        let arguments = ["build", "--quiet", "--tag", &image.name, &context];
        let done = engine.run_with(&arguments, "", &[("DOCKER_BUILDKIT", "1")])?;
        ensure(done.status.success(), || {
            let dockerfile = fs::read_to_string(folder.path().join("Dockerfile"));
            let dockerfile = dockerfile.unwrap_or_default();
            format!("{}\n{dockerfile}", said(&arguments, &done))
        })?;
        Ok(image)
    }

    /// A field of the image's configuration, by Go template.
    pub(crate) fn inspect(&self, template: &str) -> Result<String, String> {
        let arguments = ["image", "inspect", "--format", template, &self.name];
        Ok(self.engine.output(&arguments)?.trim().to_owned())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let arguments = ["image", "rm", "--force", &self.name];
        // Nothing can be done about an image that stays.
        self.engine.run(&arguments, "").ok();
    }
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Standard output and standard error of a command of `dockwright` that must succeed.
fn dockwright(command: &str, options: &[&str], folder: &Path) -> Result<(String, String), String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    program.arg(command).args(options).arg(folder);
    let done = finish(&mut program, "")?;
    ensure(done.status.success(), || {
        format!("dockwright {command}: {}\n{}", done.status, done.stderr)
    })?;
    Ok((done.stdout, done.stderr))
}
