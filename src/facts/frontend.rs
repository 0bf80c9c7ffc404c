//! What a folder with a `package.json` says about the files that it makes for the browser.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Found, Place};

/// A folder whose `package.json` has a `build` script. Paths are relative to the application's folder, places to the context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frontend {
    /// The folder; empty for the application's own.
    pub folder: String,
    /// The `build` script.
    pub build: Found<String>,
    /// Names of what it depends on, for development too.
    pub packages: BTreeSet<String>,
    /// `packageManager`: `pnpm@9.1.0`.
    pub manager: Option<Found<String>>,
    /// Locks that lie beside it: the file's name and the first bytes of its text.
    pub locks: Vec<(String, String)>,
    /// What asks for a version of Node.js, the most exact first.
    pub node: Vec<Found<String>>,
    /// Files beside it that an installation may read, folders with a slash at their end.
    pub beside: Vec<String>,
    /// Where the `build` script writes, as far as script, configuration and the bundler's habit tell.
    pub outputs: Vec<Output>,
}

/// A folder or a file that the `build` script writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Where, relative to the application's folder.
    pub path: String,
    /// The bundler, by its name in `node.toml`.
    pub bundler: String,
    /// What names it; `None`: the bundler's own habit.
    pub at: Option<Place>,
    /// A configuration file computes another, which cannot be read.
    pub computed: Option<Place>,
    /// Files are there that git does not ignore: it was built and committed.
    pub present: bool,
}
