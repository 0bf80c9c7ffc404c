//! From a case to a built image: a copy of the example with secrets beside it, generated files, one build.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::Checked;
use crate::cases::{Builder, Case};
use crate::engine::{Done, Engine, ensure, finish, said};

/// Stands in the copy's `.env` and `.git`, and must stand in no layer.
pub(crate) const TOKEN: &str = "tok_e9b1c7d2f4a84f0e8a33";

/// A built image, removed when dropped.
pub(crate) struct Image {
    pub(crate) engine: Engine,
    pub(crate) case: &'static Case,
    /// The tag.
    pub(crate) name: String,
    /// Text of the generated Dockerfile.
    pub(crate) dockerfile: String,
    folder: TempDir,
}

impl Image {
    /// Generates and builds.
    ///
    /// # Errors
    /// What `dockwright generate` or the engine says.
    pub(crate) fn build(engine: Engine, case: &'static Case) -> Result<Self, String> {
        let folder = copy(case)?;
        generate(case, folder.path())?;
        let dockerfile = read(&folder.path().join("Dockerfile"))?;
        for (_, base) in references(&dockerfile) {
            provide(engine, base)?;
        }
        let image = Self {
            engine,
            case,
            name: format!("dockwright-test/{}:{}", case.name, std::process::id()),
            dockerfile,
            folder,
        };
        image.build_as(&image.name)?;
        Ok(image)
    }

    /// The build's log after an edit of the case's source file, with the classic builder or `BuildKit`'s plain progress.
    pub(crate) fn rebuild_after_an_edit(&self) -> Result<String, String> {
        let source = self.folder.path().join(self.case.source);
        let text = read(&source)?;
        fs::write(&source, format!("{text}\n# edited\n")).map_err(|error| error.to_string())?;
        let log = self.build_as(&self.edited())?;
        let edited = inspect(self.engine, &self.edited(), "{{.Id}}")?;
        ensure(edited != self.inspect("{{.Id}}")?, || {
            format!("the image does not hold {}", self.case.source)
        })?;
        Ok(log)
    }

    /// `docker build --check`: the engine's own linter.
    pub(crate) fn check(&self) -> Result<Done, String> {
        self.engine.run(
            &["build", "--check", &self.folder.path().to_string_lossy()],
            "",
        )
    }

    /// Standard output of a shell script in a new container of the image.
    ///
    /// # Errors
    /// Its exit code is not 0.
    pub(crate) fn shell(&self, options: &[&str], script: &str) -> Result<String, String> {
        shell(self.engine, &self.name, options, script)
    }

    /// The last stage's base image.
    pub(crate) fn base(&self) -> Result<&str, String> {
        references(&self.dockerfile)
            .filter_map(|(instruction, image)| (instruction == "FROM").then_some(image))
            .last()
            .ok_or_else(|| "the Dockerfile has no FROM".to_owned())
    }

    /// A field of the image's configuration, by Go template.
    pub(crate) fn inspect(&self, template: &str) -> Result<String, String> {
        inspect(self.engine, &self.name, template)
    }

    fn build_as(&self, name: &str) -> Result<String, String> {
        match self.case.builder {
            Builder::BuildKit => self.run_build("1", &["--progress", "plain", "--tag", name]),
            Builder::Classic => {
                let log = self.run_build("0", &["--tag", name])?;
                // It keeps each stage as an image without a name: with one, it can be removed.
                self.run_build("0", &["--target", "builder", "--tag", &builder_of(name)])?;
                Ok(log)
            }
        }
    }

    fn run_build(&self, buildkit: &str, options: &[&str]) -> Result<String, String> {
        let folder = self.folder.path().to_string_lossy();
        let arguments = [&["build"], options, &[&folder]].concat();
        let environment = [("DOCKER_BUILDKIT", buildkit)];
        let done = self.engine.run_with(&arguments, "", &environment)?;
        let log = format!("{}{}", done.stdout, done.stderr);
        ensure(done.status.success(), || {
            format!("{}\n{log}\n{}", said(&arguments, &done), self.dockerfile)
        })?;
        Ok(log)
    }

    fn edited(&self) -> String {
        format!("{}-edited", self.name)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        for name in [&self.edited(), &self.name] {
            for name in [name, &builder_of(name)] {
                // Not each exists: which checks ran is the user's choice.
                self.engine.run(&["image", "rm", "--force", name], "").ok();
            }
        }
    }
}

fn builder_of(name: &str) -> String {
    format!("{name}-builder")
}

/// Standard output of a shell script in a new container of any image.
pub(crate) fn shell(
    engine: Engine,
    image: &str,
    options: &[&str],
    script: &str,
) -> Result<String, String> {
    let run: &[&str] = &["run", "--rm", "--entrypoint", "sh"];
    engine.output(&[run, options, &[image, "-c", script]].concat())
}

/// A field of an image's configuration, by Go template.
pub(crate) fn inspect(engine: Engine, image: &str, template: &str) -> Result<String, String> {
    let found = engine.output(&["image", "inspect", "--format", template, image])?;
    Ok(found.trim().to_owned())
}

/// The images that a Dockerfile takes from elsewhere, in order, each with the instruction that names it: `FROM` or `COPY`.
fn references(dockerfile: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut stages = Vec::new();
    dockerfile.lines().filter_map(move |line| {
        let mut words = line
            .split_whitespace()
            .filter(|word| !word.starts_with("--platform="));
        let (instruction, argument) = (words.next()?, words.next()?);
        let image = match instruction {
            "FROM" => argument,
            "COPY" => argument.strip_prefix("--from=")?,
            _ => return None,
        };
        let own = stages.contains(&image);
        if words.next() == Some("AS") {
            stages.extend(words.next());
        }
        (!own).then_some((instruction, image))
    })
}

fn provide(engine: Engine, base: &str) -> Checked {
    if inspect(engine, base, "{{.Id}}").is_ok() {
        return Ok(());
    }
    engine
        .output(&["pull", base])
        .map(|_| ())
        .map_err(|why| format!("the base image {base} is not here and cannot be pulled: {why}"))
}

/// The example's own files, and what must stay out of every image, in a folder of their own.
fn copy(case: &Case) -> Result<TempDir, String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    let example = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(case.example);
    copy_tree(&example, folder.path())
        .and_then(|()| plant_secrets(folder.path()))
        .map_err(|error| format!("{}: {error}", example.display()))?;
    Ok(folder)
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to.join(name))?;
        } else if !GENERATED.iter().any(|generated| name == *generated) {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Written anew for each case, by its own options.
const GENERATED: [&str; 3] = ["Dockerfile", ".dockerignore", "dockwright.lock"];

fn plant_secrets(folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder.join(".git"))?;
    fs::write(
        folder.join(".git/config"),
        format!("[remote]\n\turl = https://{TOKEN}@host/x\n"),
    )?;
    for name in [".env", ".env.local"] {
        fs::write(folder.join(name), format!("SECRET_KEY={TOKEN}\n"))?;
    }
    Ok(())
}

fn generate(case: &Case, folder: &Path) -> Checked {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    command.arg("generate").args(case.options).arg(folder);
    let done = finish(&mut command, "").map_err(|error| format!("dockwright: {error}"))?;
    ensure(done.status.success(), || {
        format!("dockwright generate: {}\n{}", done.status, done.stderr)
    })
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
