//! Facts: what the project says, each value with the file and line that prove it; no decision stands here.

pub mod app;
mod command_line;
mod lock;
mod requirement;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use command_line::{Arg, CommandLine, Parsed, Part, quoted};
pub use lock::{Artefact, Artefacts, Dependency, Lock, LockKind, LockedPackage, Wheel};
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

/// A requirements file with all that it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequirementsFile {
    /// The file that is passed to `pip install --requirement`.
    pub path: String,
    /// Every file read through `-r`, this one first, in reading order, each once.
    pub includes: Vec<String>,
    /// Every file read through `-c`.
    pub constraints: Vec<String>,
    /// Requirements in reading order, those of included files in place.
    pub requirements: Vec<Requirement>,
    /// Versions from constraints files (`-c`): they pin but install nothing.
    pub constrained: Vec<Requirement>,
    /// Index and resolver options, in reading order.
    pub options: IndexOptions,
    /// At least one requirement carries `--hash`: pip then demands one of all.
    pub hashes: bool,
    /// What wrote the file, where its header says so: `pip-compile`, `uv pip compile`, `uv export`, `poetry export`, …
    pub generator: Option<Found<Generator>>,
}

/// The tool that a generated requirements file names in its header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// `pip-compile`, `uv pip compile`, `uv export`, `poetry export`, `pdm export`, `pipenv requirements`.
    pub tool: String,
    /// `3.12` of "with Python 3.12".
    pub python: Option<String>,
    /// True when it was exported from a lock file (`uv export` …), which then is the better source.
    pub exported: bool,
}

/// Options that choose where and in which form distributions come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IndexOptions {
    /// Every index named, default or extra.
    pub indexes: Vec<Index>,
    /// `--find-links` with a path inside the project or a URL (credentials removed).
    pub find_links: Vec<Found<String>>,
    /// `--no-binary`: normalised names, `:all:` or `:none:`.
    pub no_binary: Vec<Found<String>>,
    /// `--only-binary`: normalised names, `:all:` or `:none:`.
    pub only_binary: Vec<Found<String>>,
    /// `--trusted-host` values.
    pub trusted_hosts: Vec<Found<String>>,
    /// `--pre` or the manager's own word for it.
    pub pre: bool,
    /// `--no-index`.
    pub no_index: bool,
    /// `--require-hashes`.
    pub require_hashes: bool,
}

/// A package index other than the manager's default. Credentials never enter this struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// The manager's name of it (`[[tool.uv.index]] name`, Poetry's source name), where there is one.
    pub name: Option<String>,
    /// The URL without credentials.
    pub url: String,
    /// It replaces PyPI instead of being asked beside it.
    pub default: bool,
    /// The URL held credentials in plain text: refused later, never shown.
    pub embedded_credentials: bool,
    /// Variables that the URL expands (`${TOKEN}`), or that the manager reads for this index.
    pub variables: Vec<String>,
    /// The manager's configuration says that this index wants credentials (`authenticate = "always"`, `${VAR}` in the URL).
    pub authenticated: bool,
    /// Where it stands.
    pub at: Place,
}

/// `pyproject.toml`, as far as it matters for an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pyproject {
    /// Path relative to the context.
    pub path: String,
    /// `[project]` exists.
    pub project: bool,
    /// `name`, of `[project]` or `[tool.poetry]`, verbatim.
    pub name: Option<Found<String>>,
    /// `version`, where static.
    pub version: Option<String>,
    /// `requires-python` of `[project]`, verbatim; or Poetry's `python`, turned into PEP 440 (`^3.11` is `>=3.11,<4`).
    pub requires_python: Option<Found<String>>,
    /// `description`.
    pub description: Option<String>,
    /// SPDX text or table's text of `license`.
    pub license: Option<String>,
    /// `urls.Homepage`/`Repository`/`Source`, lower-cased keys.
    pub urls: BTreeMap<String, String>,
    /// `dependencies`.
    pub dependencies: Vec<Requirement>,
    /// `optional-dependencies` (extras), names normalised.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// `[dependency-groups]` (PEP 735) with `include-group` resolved, and Poetry's and PDM's own groups; names normalised.
    pub groups: BTreeMap<String, Group>,
    /// `dynamic`.
    pub dynamic: Vec<String>,
    /// Files that dynamic metadata is read from (`[tool.setuptools.dynamic]`, hatch's metadata hooks): context-relative.
    pub dynamic_files: Vec<String>,
    /// Files that a build of the project reads besides its code: readme, licence files.
    pub metadata_files: Vec<String>,
    /// `[project.scripts]`, `[tool.poetry.scripts]`: name and `module:object`.
    pub scripts: Vec<Found<Script>>,
    /// `[build-system]` with its `requires`, when the table exists.
    pub build_system: Option<BuildSystem>,
    /// The project itself is installed: it has a build system and does not opt out (`tool.uv.package`, `package-mode`, …).
    pub package: bool,
    /// Tables `[tool.NAME]` that exist, sorted.
    pub tools: BTreeSet<String>,
    /// `[tool.uv]`.
    pub uv: UvSettings,
    /// `[tool.fastapi] entrypoint`.
    pub fastapi_entrypoint: Option<Found<String>>,
    /// `[[tool.poetry.source]]`, `[[tool.pdm.source]]`, `[[tool.uv.index]]`, `tool.uv.index-url` and kin.
    pub options: IndexOptions,
    /// Poetry's or PDM's or uv's task tables that look like a start command: (`start`, command line).
    pub tasks: Vec<Found<Task>>,
}

/// A dependency group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its requirements.
    pub requirements: Vec<Requirement>,
    /// Poetry: `optional = true`. PEP 735 groups are always optional to pip, and default as `tool.uv.default-groups` says.
    pub optional: bool,
    /// Where it stands.
    pub at: Option<Place>,
}

/// A named entry point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Script {
    /// The command's name, verbatim.
    pub name: String,
    /// `module:object`, verbatim.
    pub target: String,
}

/// A named task of a task runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// `start`, `serve`, …
    pub name: String,
    /// The command line, verbatim.
    pub command: String,
}

/// `[build-system]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BuildSystem {
    /// `requires`.
    pub requires: Vec<Requirement>,
    /// `build-backend`.
    pub backend: Option<String>,
    /// Where the table stands.
    pub at: Option<Place>,
}

/// `[tool.uv]` and `uv.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UvSettings {
    /// `package`.
    pub package: Option<bool>,
    /// `default-groups`; `None` is uv's default, `["dev"]`; `"all"` is the list with the one entry `*`.
    pub default_groups: Option<Vec<String>>,
    /// `required-version`.
    pub required_version: Option<Found<String>>,
    /// `[tool.uv.workspace] members`, verbatim globs; `None` without the table.
    pub workspace_members: Option<Vec<String>>,
    /// `[tool.uv.workspace] exclude`.
    pub workspace_exclude: Vec<String>,
    /// `[tool.uv.sources]` entries with `path`: context-relative, or `None` where they leave the project.
    pub path_sources: BTreeMap<String, Option<String>>,
    /// `[tool.uv.sources]` entries with `git`.
    pub git_sources: BTreeMap<String, String>,
}

/// What is known of one dependency declaration in the project's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Path relative to the context.
    pub path: String,
    /// Whose it is.
    pub manager: PackageManager,
}

/// `Pipfile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pipfile {
    /// Path relative to the context.
    pub path: String,
    /// `python_full_version`, else `python_version`, of `[requires]`.
    pub python: Option<PythonRequest>,
    /// `[packages]`.
    pub packages: Vec<Requirement>,
    /// `[scripts]`.
    pub scripts: Vec<Found<Task>>,
    /// `[[source]]`.
    pub options: IndexOptions,
}

/// `setup.cfg` or `setup.py`, read as data and as syntax, never run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Setuptools {
    /// Files read: `setup.cfg`, `setup.py`.
    pub paths: Vec<String>,
    /// `name`.
    pub name: Option<Found<String>>,
    /// `version`.
    pub version: Option<String>,
    /// `python_requires`, verbatim.
    pub requires_python: Option<Found<String>>,
    /// `install_requires`; `None` when it exists but is not a literal.
    pub dependencies: Option<Vec<Requirement>>,
    /// `extras_require`.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// `console_scripts`.
    pub scripts: Vec<Found<Script>>,
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

/// How the files on disk are laid out around the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The application's folder relative to the build context; empty when they are the same.
    pub app: String,
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
    /// All statements about the Python version.
    pub python: Vec<PythonRequest>,
    /// `requirements.txt` and kin that could be production's, best first.
    pub requirements: Vec<RequirementsFile>,
    /// The application's `pyproject.toml`.
    pub pyproject: Option<Pyproject>,
    /// The workspace root's `pyproject.toml`, when it is another.
    pub root_pyproject: Option<Pyproject>,
    /// `pyproject.toml` of workspace members and path dependencies that the lock names, by context-relative folder.
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
    /// What was odd while reading.
    pub warnings: Vec<Warning>,
}
