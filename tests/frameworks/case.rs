//! A folder of this one: `project/` as its users write it, `case.toml` with what its container must show.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One project.
pub(crate) struct Case {
    /// Name in the list of tests: the folder's.
    pub(crate) name: String,
    /// The project.
    pub(crate) project: PathBuf,
    /// `case.toml`.
    pub(crate) expected: Expected,
}

/// What a project's image must show. One of `serves`, `prints` and `logs` says what it is for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of `case.toml` that stands there or does not"
)]
pub(crate) struct Expected {
    /// The start command, as `explain` shows it.
    pub(crate) command: String,
    /// The exposed port; none for workers, bots and tools, which get no health check either.
    pub(crate) port: Option<u16>,
    /// The route that the health check asks; without one it connects.
    pub(crate) health: Option<String>,
    /// Codes of warnings about the start that `generate` gives.
    #[serde(default)]
    pub(crate) warns: Vec<String>,
    /// Options of `dockwright generate`.
    #[serde(default)]
    pub(crate) options: Vec<String>,
    /// Variables that the container needs.
    #[serde(default)]
    pub(crate) env: Vec<String>,
    /// Paths that are answered with 200, and a text that the answer holds.
    #[serde(default)]
    pub(crate) serves: BTreeMap<String, String>,
    /// The project's own code fixes the port: `$PORT` cannot change it.
    #[serde(default)]
    pub(crate) fixed_port: bool,
    /// What the log holds once it works.
    pub(crate) logs: Option<String>,
    /// What the log holds after SIGTERM.
    pub(crate) last: Option<String>,
    /// It ends by itself, with any exit code, once that is logged.
    #[serde(default)]
    pub(crate) ends: bool,
    /// A line of standard input.
    #[serde(default)]
    pub(crate) input: String,
    /// What it prints before it ends with exit code 0.
    pub(crate) prints: Option<String>,
    /// It wants Redis on its loopback address.
    #[serde(default)]
    pub(crate) redis: bool,
    /// The image takes minutes and a gigabyte: only with `--ignored` or `--include-ignored`.
    #[serde(default)]
    pub(crate) heavy: bool,
}

/// All cases, by name.
///
/// # Errors
/// A folder cannot be read, or its `case.toml` is not as expected.
pub(crate) fn all() -> Result<Vec<Case>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frameworks");
    let mut cases = Vec::new();
    for entry in fs::read_dir(&root)
        .map_err(|error| error.to_string())?
        .flatten()
    {
        let folder = entry.path();
        if folder.is_dir() {
            cases.push(read(&folder)?);
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn read(folder: &Path) -> Result<Case, String> {
    let file = folder.join("case.toml");
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| wrong(&error))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(Case {
        name: name.into_owned(),
        project: folder.join("project"),
        expected: toml::from_str(&text).map_err(|error| wrong(&error))?,
    })
}
