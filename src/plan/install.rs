//! Decides how the dependencies, and then the project itself, get into the virtual environment of the builder.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::error::Error;

use super::quote::{CopyPaths, EnvValue, ShellWord, is_plain_path};
use super::secrets::Secret;

/// Folder of the application in both stages; an editable install or a `.pth` file of the builder stays valid in the runtime.
pub const APP: &str = "/app";

/// The virtual environment in both stages.
pub const VENV: &str = "/opt/venv";

/// How the builder installs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Install {
    /// Template of the manager's block.
    pub template: String,
    /// Programs copied out of other images.
    pub tools: Vec<ToolCopy>,
    /// Environment of the builder.
    pub env: Vec<Variable>,
    /// The step that installs the manager itself; empty where it is there already.
    pub setup: Step,
    /// The step that installs the dependencies from the manifests alone.
    pub step: Step,
    /// Steps after that one, which need no source of the application: path dependencies, a server that the project lacks.
    pub more: Vec<Step>,
    /// Credentials that the steps need, sorted.
    pub secrets: Vec<Secret>,
    /// A key for SSH is forwarded.
    pub ssh: bool,
    /// The source has to be there before the dependencies: a requirement names the project itself.
    pub source_first: bool,
}

/// `COPY --from=IMAGE SOURCE TARGET`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToolCopy {
    /// Image with its tag.
    pub image: String,
    /// Path in the image.
    pub source: String,
    /// Path in the builder.
    pub target: String,
    /// The project asks for no version of its own: a newer patch will do.
    pub renewable: bool,
}

/// A variable of an `ENV`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Quoted value.
    pub value: String,
}

impl Variable {
    /// A variable with a value that Docker must not expand.
    ///
    /// # Errors
    /// As [`EnvValue::new`].
    pub fn new(name: &str, value: &str) -> Result<Self, Error> {
        Ok(Self {
            name: name.to_owned(),
            value: EnvValue::new(value)?.as_str().to_owned(),
        })
    }
}

/// One `RUN`, with what it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Why it is there, for a comment.
    pub comment: Option<String>,
    /// Values of `--mount`.
    pub mounts: Vec<String>,
    /// Operands of `COPY` lines before it, where mounts are not to be used or cannot name the path.
    pub copies: Vec<CopyPaths>,
    /// Arguments of the build, each with its default: `VERSION=0.0.0`.
    pub arguments: Vec<String>,
    /// Assignments before the command, each with a space after it.
    pub prefix: String,
    /// Words after the manager's own command.
    pub words: Vec<ShellWord>,
    /// The whole line, for steps that no manager's template writes.
    pub line: String,
}

/// A file or folder that a step reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Input {
    /// Context-relative path.
    pub path: String,
    /// A folder that a build backend may write into: mounted writable, what is written is thrown away.
    pub folder: bool,
}

impl Input {
    /// A file.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            folder: false,
        }
    }

    /// The whole build context.
    pub fn context() -> Self {
        Self::folder(".")
    }

    /// A folder.
    pub fn folder(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            folder: true,
        }
    }
}

/// Versions of the installers, from the data file.
#[derive(Clone, Debug, Deserialize)]
pub struct Tools {
    /// uv.
    pub uv: Tool,
    /// Poetry.
    pub poetry: Tool,
    /// PDM.
    pub pdm: Tool,
    /// Pipenv.
    pub pipenv: Tool,
}

/// One installer.
#[derive(Clone, Debug, Deserialize)]
pub struct Tool {
    /// Version to use where the project asks for none.
    pub version: String,
    /// Image that holds it, without a tag.
    #[serde(default)]
    pub image: String,
}

impl Tools {
    /// The embedded table.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Tools> = OnceLock::new();
        TABLE.get_or_init(|| {
            crate::catalogue::table("tools.toml", include_str!("../catalogue/tools.toml"))
        })
    }
}

/// Where and how a step's inputs and cache reach it.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// `--mount` may be used.
    pub buildkit: bool,
    /// Names the cache: a wheel built on one release must not reach another (PEP 600 tags do not tell built wheels apart).
    pub release: &'static str,
}

impl Reach {
    /// A step that reads `inputs` and keeps a download cache of `tool` at `cache`.
    ///
    /// # Errors
    /// A path holds invisible characters.
    pub fn step(
        self,
        inputs: &BTreeSet<Input>,
        tool: &str,
        cache: &str,
        words: Vec<ShellWord>,
    ) -> Result<Step, Error> {
        let mut step = Step {
            words,
            ..Step::default()
        };
        if self.buildkit {
            step.mounts.push(format!(
                "type=cache,id={tool}-{},target={cache}",
                self.release
            ));
        }
        if self.buildkit && inputs.iter().all(|input| is_plain_path(&input.path)) {
            step.mounts.extend(inputs.iter().map(|input| {
                let writable = if input.folder { ",rw" } else { "" };
                format!("type=bind,source={0},target={0}{writable}", input.path)
            }));
        } else {
            step.copies = copies(inputs)?;
        }
        Ok(step)
    }
}

impl Reach {
    /// The step that installs a package manager into an environment of its own, which stays in the builder, and makes the
    /// application's environment.
    ///
    /// # Errors
    /// Never for a version that is plain text.
    pub fn installer(self, name: &str, requirement: &str) -> Result<Step, Error> {
        let mut step = self.step(&BTreeSet::new(), "pip", "/root/.cache/pip", Vec::new())?;
        step.line = format!(
            "python -m venv /opt/{name} \\\n    && /opt/{name}/bin/pip install {} \\\n    && python -m venv --without-pip {VENV}",
            ShellWord::new(requirement)?.as_str()
        );
        Ok(step)
    }
}

/// `COPY` operands that lay the inputs out as they are in the project: one line a folder.
fn copies(inputs: &BTreeSet<Input>) -> Result<Vec<CopyPaths>, Error> {
    let mut by_target: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for input in inputs {
        let target = match (input.folder, input.path.rsplit_once('/')) {
            (true, _) if input.path == "." => ".".to_owned(),
            (true, _) => format!("./{}/", input.path),
            (false, Some((folder, _))) => format!("./{folder}/"),
            (false, None) => "./".to_owned(),
        };
        by_target.entry(target).or_default().push(&input.path);
    }
    by_target
        .iter()
        .map(|(target, paths)| {
            let mut operands = paths.clone();
            operands.push(target);
            CopyPaths::new(&operands)
        })
        .collect()
}

/// Words for a step, quoted.
///
/// # Errors
/// As [`ShellWord::new`].
pub fn words<S: AsRef<str>>(values: &[S]) -> Result<Vec<ShellWord>, Error> {
    values
        .iter()
        .map(|value| ShellWord::new(value.as_ref()))
        .collect()
}
