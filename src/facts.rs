//! Facts: what the project says, each value with the file and line that prove it; no decision stands here.

pub mod app;
mod command_line;
pub mod frontend;
mod lock;
mod manifest;
mod requirement;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use command_line::{Arg, CommandLine, Parsed, Part, is_plain_word, quoted};
pub use lock::{Artefact, Artefacts, Dependency, Lock, LockKind, LockedPackage, Wheel};
pub use manifest::{
    BuildSystem, Generator, Group, Index, IndexOptions, Pipfile, Pyproject, RequirementsFile,
    Script, Setuptools, Task, UvSettings,
};
pub use requirement::{
    Environment, Libc, Marker, MarkerCache, Platform, Requirement, Source, Specifier, VcsKind,
    normalise,
};

/// A place in one of the project's files, so that every message can point there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Path relative to the build context, with `/` between its parts.
    pub file: Arc<str>,
    /// Line, counted from 1; 0 is the file as a whole.
    pub line: u32,
}

impl Place {
    /// A line of a file.
    pub fn new(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// A value and the place that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found<T> {
    /// What was found.
    pub value: T,
    /// Where.
    pub at: Place,
}

impl<T> Found<T> {
    /// A value that was read at a place.
    pub fn new(value: T, at: Place) -> Self {
        Self { value, at }
    }
}

/// Something the user should know and that does not stop the work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// Stable, kebab-case identifier, such as `server-missing`.
    pub code: &'static str,
    /// One sentence: lower case, no full stop, names the thing.
    pub message: String,
    /// What to type or to change.
    pub help: String,
    /// The place in the project's files, where there is one.
    pub at: Option<Place>,
}

impl Warning {
    /// A warning without a place.
    pub fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: help.into(),
            at: None,
        }
    }

    /// The same warning at a place.
    #[must_use]
    pub fn at(mut self, at: Place) -> Self {
        self.at = Some(at);
        self
    }
}

/// Is a file's name one that dockwright writes a Dockerfile under: `Dockerfile`, `Dockerfile.NAME`, `NAME.Dockerfile`?
pub fn is_dockerfile(name: &str) -> bool {
    name == "Dockerfile"
        || name.starts_with("Dockerfile.") && !name.ends_with(".dockerignore")
        || name.ends_with(".Dockerfile")
}

/// Files that dockwright writes, by their last part or by all of them.
const WRITTEN: [&str; 8] = [
    ".dockerignore",
    ".pre-commit-config.yaml",
    "compose.yaml",
    "docker-bake.hcl",
    "dockwright.toml",
    "dockwright.lock",
    ".github/workflows/dockwright.yml",
    ".gitlab/dockwright.yml",
];

/// Can the path be that of a file which dockwright writes? Nothing else is ever replaced or removed, whatever a journal lists: it
/// may have come with the checkout, and what a clone or a virtual environment begins with is no secret. And none of them is an input.
pub fn is_written(path: &str) -> bool {
    let ends_with = |name: &&str| {
        let before = path.strip_suffix(*name);
        before.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let image = name.strip_suffix(".dockerignore").unwrap_or(name);
    let of_git = |part: &str| part.eq_ignore_ascii_case(".git");
    (is_dockerfile(image) || WRITTEN.iter().any(ends_with)) && !path.split('/').any(of_git)
}

/// Is a dotted name another one, or below it? `shop.web.app` is below `shop.web`.
pub fn is_below(name: &str, other: &str) -> bool {
    name.strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Which file stated a Python version, and how binding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum PythonSource {
    /// `.python-version` (pyenv, uv): an exact request.
    PythonVersionFile,
    /// `runtime.txt` (Heroku): an exact request.
    RuntimeTxt,
    /// `.tool-versions` (asdf, mise): an exact request.
    ToolVersions,
    /// `python_version` or `python_full_version` of a `Pipfile`: an exact request.
    Pipfile,
    /// `requires-python` of `[project]`, `python_requires` of `setup.cfg`/`setup.py`, Poetry's `python`: a range.
    RequiresPython,
    /// `requires-python`, `python-versions` and kin recorded by a lock file: a range.
    Lock,
    /// The header of a pip-tools output ("with Python 3.12"): the version that resolved the file.
    PipToolsHeader,
    /// The newest `Programming Language :: Python :: 3.X` among the classifiers: tried by the project, no demand.
    Classifier,
    /// What a linter or a type checker takes for the oldest Python of the code: no demand either.
    Tool,
}

impl PythonSource {
    /// A range that the chosen version must lie in.
    pub fn is_range(self) -> bool {
        matches!(self, Self::RequiresPython | Self::Lock)
    }

    /// A trace of what the project is run with, for where nothing says more.
    pub fn is_trace(self) -> bool {
        matches!(self, Self::Classifier | Self::Tool)
    }
}

/// One statement about the Python version; the text is verbatim, trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PythonRequest {
    /// Who says so.
    pub source: PythonSource,
    /// `3.13`, `3.12.4`, `python-3.11.5`, `>=3.12,<4`, `^3.11`, …
    pub text: Found<String>,
}

/// The program that manages a project's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageManager {
    /// `requirements.txt` and kin, installed by pip.
    Pip,
    /// `uv.lock`.
    Uv,
    /// `poetry.lock` or `[tool.poetry]`.
    Poetry,
    /// `pdm.lock` or `[tool.pdm]`.
    Pdm,
    /// `Pipfile.lock` or `Pipfile`.
    Pipenv,
    /// `pylock.toml` (PEP 751).
    Pylock,
    /// `pyproject.toml`, `setup.cfg` or `setup.py` without a lock: pip installs the project.
    Project,
}

impl PackageManager {
    /// The name that users type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pip => "pip",
            Self::Uv => "uv",
            Self::Poetry => "poetry",
            Self::Pdm => "pdm",
            Self::Pipenv => "pipenv",
            Self::Pylock => "pylock",
            Self::Project => "project",
        }
    }
}

/// What is known of one dependency declaration in the project's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Path relative to the context.
    pub path: String,
    /// Whose it is.
    pub manager: PackageManager,
}

/// A native need that only the sources show: an import, a program that is called, a setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceNeed {
    /// Key of the need in the catalogue's `needs.toml`, such as `program:ffmpeg`.
    pub need: String,
    /// What the sources say there, for the reason: `subprocess.run(["ffmpeg", …])`.
    pub evidence: String,
    /// Where.
    pub at: Place,
}

/// Modules that a folder's own build compiles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Extension {
    /// The folder, relative to the build context.
    pub folder: String,
    /// What that needs.
    pub need: SourceNeed,
}

/// How the files on disk are laid out around the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The application's folder relative to the build context; empty when they are the same.
    pub app: String,
    /// The build context's folder below the top of its repository; empty when it is that top, or in no repository.
    pub below: String,
    /// Why the context is above the application's folder: the workspace root's lock or manifest.
    pub workspace: Option<Place>,
    /// Context-relative folders of workspace members and of path dependencies, each with a manifest, keyed by normalised name.
    pub members: BTreeMap<String, String>,
    /// The project has a `README*`, a `.dockerignore`, a `.git`, … : file names at the context's top, sorted.
    pub top: Vec<String>,
}

/// Everything the project says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProjectFacts {
    /// Folders.
    pub layout: Layout,
    /// Name of the folder, the last resort for a project's name.
    pub folder: String,
    /// The highest manifest in a folder below, for a folder that has none itself.
    pub below: Option<String>,
    /// All statements about the Python version.
    pub python: Vec<PythonRequest>,
    /// `requirements.txt` and kin that could be production's, best first.
    pub requirements: Vec<RequirementsFile>,
    /// The application's `pyproject.toml`.
    pub pyproject: Option<Pyproject>,
    /// The workspace root's `pyproject.toml`, when it is another.
    pub root_pyproject: Option<Pyproject>,
    /// `pyproject.toml` of workspace members and path dependencies that the lock or the requirements name, by context-relative folder.
    pub member_pyprojects: BTreeMap<String, Pyproject>,
    /// `setup.cfg` and `setup.py`.
    pub setuptools: Option<Setuptools>,
    /// `Pipfile`.
    pub pipfile: Option<Pipfile>,
    /// Every lock found for this application.
    pub locks: Vec<Lock>,
    /// conda's `environment.yml`, pixi's `pixi.toml`: recognised, not supported.
    pub foreign: Vec<Found<String>>,
    /// How the application may be started.
    pub app: app::AppFacts,
    /// Native needs seen in the sources.
    pub sources: Vec<SourceNeed>,
    /// What the project and the folders beside it compile of their own, where they are installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// What was odd while reading.
    pub warnings: Vec<Warning>,
}
