//! What each manifest says: requirements files, `pyproject.toml`, `Pipfile`, `setup.cfg` and `setup.py`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Found, Place, PythonRequest, Requirement, Source};

/// A requirements file with all that it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequirementsFile {
    /// The file that is passed to `pip install --requirement`.
    pub path: String,
    /// Another that is installed with it, though neither includes the other.
    pub beside: Option<String>,
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
    /// The newest Python of the classifiers, as `3.13`.
    pub classifier: Option<Found<String>>,
    /// The Python that ruff, black, mypy or pyright is told of, as `3.13`.
    pub tool_python: Option<Found<String>>,
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
    /// The newest Python of the classifiers, as `3.13`.
    pub classifier: Option<Found<String>>,
    /// `install_requires`; `None` when it exists but is not a literal.
    pub dependencies: Option<Vec<Requirement>>,
    /// `extras_require`.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// `console_scripts`.
    pub scripts: Vec<Found<Script>>,
    /// Files beside `setup.cfg` and `setup.py` that these name, and so may read when metadata is built: context-relative, sorted.
    pub reads: Vec<String>,
    /// Arguments of `setup()` that name modules to compile: `ext_modules`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compiles: Vec<Found<String>>,
    /// Line that imports the project's own code, reads a file which the script does not name, or lists packages one by one:
    /// without the whole source setuptools tells nothing.
    pub needs_source: Option<Place>,
}

impl Source {
    /// The folder of the project that it is.
    pub fn folder(&self) -> Option<&str> {
        match self {
            Self::Path {
                path: Some(path),
                directory: true,
                ..
            } => Some(path),
            _ => None,
        }
    }

    /// The file of the project that it is.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Path {
                path: Some(path),
                directory: false,
                ..
            } => Some(path),
            _ => None,
        }
    }

    /// Is it a folder that is the project or beside it, known by its path or not?
    pub fn is_project(&self) -> bool {
        matches!(
            self,
            Self::Virtual { .. }
                | Self::Path {
                    directory: true,
                    ..
                }
        )
    }
}
