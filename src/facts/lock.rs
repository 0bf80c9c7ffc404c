//! What a lock file says: packages, their edges and the artefacts that an installer may choose from.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Found, IndexOptions, Marker, Place, Source};

/// Whose lock it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LockKind {
    /// `uv.lock`
    Uv,
    /// `poetry.lock`
    Poetry,
    /// `pdm.lock`
    Pdm,
    /// `Pipfile.lock`
    Pipenv,
    /// `pylock.toml`, `pylock.NAME.toml` (PEP 751)
    Pylock,
}

/// A lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// Whose.
    pub kind: LockKind,
    /// Path relative to the context.
    pub path: String,
    /// The format's version as written: `1` (uv), `2.1` (Poetry), `4.5.0` (PDM), `6` (Pipenv), `1.0` (pylock).
    pub format: String,
    /// The tool's version that wrote it, where the file says so.
    pub tool_version: Option<Found<String>>,
    /// Its statement about Python.
    pub requires_python: Option<Found<String>>,
    /// Its record of the manifest's hash (`content-hash`, `content_hash`, `_meta.hash`).
    pub content_hash: Option<Found<String>>,
    /// Every package, in the file's order.
    pub packages: Vec<LockedPackage>,
    /// Where the packages come from.
    pub options: IndexOptions,
    /// uv: `[manifest] members`; names of workspace members, normalised.
    pub members: Vec<String>,
    /// Groups that are installed unless the user names others: pylock's `default-groups`, normalised.
    pub default_groups: Vec<String>,
}

/// One package of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LockedPackage {
    /// Normalised name.
    pub name: String,
    /// Version; `None` for a dynamic one (uv's editable projects).
    pub version: Option<String>,
    /// Where its table starts.
    pub at: Place,
    /// Where it comes from.
    pub source: Source,
    /// Condition on the package as a whole (Poetry ≥ 2 `markers`, PDM `marker`, PEP 751 `marker`, Pipenv `markers`, uv `resolution-markers`).
    pub marker: Marker,
    /// Poetry ≥ 2: conditions that differ by group (`markers = {main = "…", dev = "…"}`); they replace `marker` for these groups.
    pub group_markers: BTreeMap<String, Marker>,
    /// Pythons that the package itself supports, verbatim, where the lock says so.
    pub requires_python: Option<String>,
    /// Groups that it belongs to as the lock states it (PDM `groups`, Poetry ≥ 2 `groups`, Poetry 1 `category`, Pipenv `default`/`develop`); empty where the
    /// lock states none. `main` is the manager's production group, whatever the manager calls it (`default`).
    pub groups: Vec<String>,
    /// Poetry: `optional = true`, installed only through an extra of the project.
    pub optional: bool,
    /// Unconditional edges.
    pub dependencies: Vec<Dependency>,
    /// Edges of its extras, by normalised name.
    pub extras: BTreeMap<String, Vec<Dependency>>,
    /// uv: edges of the project's dependency groups.
    pub groups_of_project: BTreeMap<String, Vec<Dependency>>,
    /// uv: what the project's own `[project] dependencies` were when the lock was written, name and range; `None` where the lock does
    /// not say.
    pub declared: Option<BTreeSet<(String, String)>>,
    /// PDM: this entry stands for the package with these extras (`name = "x", extras = ["y"]`).
    pub entry_extras: Vec<String>,
    /// Files to choose from.
    pub artefacts: Artefacts,
}

/// An edge of the lock's graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// Normalised name.
    pub name: String,
    /// Version, where the lock holds several of that name and the edge names one.
    pub version: Option<String>,
    /// Extras asked for, normalised.
    pub extras: Vec<String>,
    /// Versions that the edge accepts, verbatim in the lock's own dialect; empty where the lock states none.
    pub range: String,
    /// Condition.
    pub marker: Marker,
    /// The edge counts only through an extra (Poetry `optional = true`).
    pub optional: bool,
}

/// The files of a package that a lock records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Artefacts {
    /// The lock (or a plain requirement) does not say.
    #[default]
    Unknown,
    /// The lock lists them all.
    Known {
        /// Wheels that `CPython` on Linux may be able to load; those of macOS, Windows and `PyPy` are left out.
        wheels: Vec<Wheel>,
        /// Source distribution.
        sdist: Option<Artefact>,
    },
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Artefact {
    /// File name, without a path.
    pub file: String,
    /// Size in bytes, where recorded.
    pub size: Option<u64>,
}

/// One wheel, its tags split out of its file name (PEP 427); compressed tag sets stay as lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wheel {
    /// File name.
    pub file: String,
    /// `cp313`, `py3`, …
    pub pythons: Vec<String>,
    /// `cp313`, `abi3`, `none`, …
    pub abis: Vec<String>,
    /// `manylinux_2_17_x86_64`, `musllinux_1_2_aarch64`, `any`, …
    pub platforms: Vec<String>,
    /// Size in bytes, where recorded.
    pub size: Option<u64>,
}

impl Default for Place {
    fn default() -> Self {
        Self::new("", 0)
    }
}
