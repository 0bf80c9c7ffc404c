//! From a Dockerfile to an image: a project around it, `init --adopt`, one build.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::Case;
use crate::engine::{Engine, ensure, finish, said};

/// The project that all of the Dockerfiles are for.
const PROJECT: [(&str, &str); 4] = [
    ("requirements.txt", "flask==3.1.2\ngunicorn==23.0.0\n"),
    (
        "app.py",
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/healthz')\ndef health():\n    return 'the shop'\n",
    ),
    ("docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"),
    ("deploy/nginx.conf", "events {}\n"),
];

/// A built image, removed when dropped.
pub(crate) struct Image {
    pub(crate) engine: Engine,
    /// The tag.
    pub(crate) name: String,
}

impl Image {
    /// Adopts and builds.
    ///
    /// # Errors
    /// What `dockwright init` or the engine says.
    pub(crate) fn build(engine: Engine, case: &Case) -> Result<Self, String> {
        let folder = TempDir::with_prefix("shop").map_err(|error| error.to_string())?;
        lay(folder.path(), case.name).map_err(|error| error.to_string())?;
        let mut init = Command::new(env!("CARGO_BIN_EXE_dockwright"));
        init.args(["init", "--yes", "--adopt"]).arg(folder.path());
        let done = finish(&mut init, "")?;
        ensure(done.status.success(), || done.stderr.clone())?;
        let image = Self {
            engine,
            name: format!("dockwright-adopted/{}:{}", case.name, std::process::id()),
        };
        let file = folder.path().join("Dockerfile.dockwright");
        let (context, path) = (folder.path().to_string_lossy(), file.to_string_lossy());
        let options = ["build", "--quiet", "--tag", &image.name, "--file", &path];
        let arguments = [&options, case.build, &[&context]].concat();
        let done = engine.run_with(&arguments, "", &[("DOCKER_BUILDKIT", "1")])?;
        ensure(done.status.success(), || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            format!("{}\n{text}", said(&arguments, &done))
        })?;
        Ok(image)
    }

    /// A field of the image's configuration, by Go template.
    pub(crate) fn inspect(&self, template: &str) -> Result<String, String> {
        let arguments = ["image", "inspect", "--format", template, &self.name];
        Ok(self.engine.output(&arguments)?.trim().to_owned())
    }

    /// Standard output of a shell script in a new container of the image.
    pub(crate) fn shell(&self, script: &str) -> Result<String, String> {
        let run = ["run", "--rm", "--entrypoint", "sh", &self.name];
        let done = self.engine.run(&[&run[..], &["-c", script]].concat(), "")?;
        Ok(done.stdout)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let arguments = ["image", "rm", "--force", &self.name];
        // Nothing can be done about an image that stays.
        self.engine.run(&arguments, "").ok();
    }
}

fn lay(folder: &Path, name: &str) -> std::io::Result<()> {
    for (path, text) in PROJECT {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    let adopt = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adopt");
    let text = fs::read_to_string(adopt.join(format!("{name}.Dockerfile")))?;
    fs::write(folder.join("Dockerfile"), text)
}
