//! Turns the wish for a hook into `.pre-commit-config.yaml`, and one that somebody else began into what to add to it.
//!
//! The hook is a local one of Python's kind: pre-commit installs the wheel of this release by itself, so that nobody has to
//! have dockwright, or Rust (pre-commit.com, «Repository local hooks»).

use serde_json::json;

use crate::error::{Error, printable};
use crate::facts::Warning;
use crate::inspect::tree::join;

use super::Document;
use super::quote::is_plain_path;

/// The file that pre-commit reads, at the top of a repository.
pub const FILE: &str = ".pre-commit-config.yaml";

/// The configuration; `folder` is the application's below the build context, `below` where that lies in its repository.
///
/// # Errors
/// The context is not the top of the repository, or the folder's name cannot stand in YAML.
pub fn document(folder: &str, below: &str) -> Result<Document, Error> {
    if !below.is_empty() {
        let place = join(below, folder);
        let place = place.trim_end_matches('/');
        return Err(Error::Settings {
            what: format!(
                "{FILE} belongs to the top of the repository, and {} is below it",
                printable(below)
            ),
            at: None,
            help: if is_plain_path(place) {
                format!(
                    "leave it out, and add to `repos:` there: `{}`",
                    line(&entry(place))
                )
            } else {
                "leave it out".to_owned()
            },
        });
    }
    if !folder.is_empty() && !is_plain_path(folder) {
        return Err(Error::Settings {
            what: format!("`{}` cannot stand in {FILE}", printable(folder)),
            at: None,
            help: "rename the folder: letters, digits, `.`, `_`, `-` and `/`".to_owned(),
        });
    }
    Ok(Document {
        path: FILE.to_owned(),
        template: "pre-commit.yaml.j2",
        data: json!({ "entry": entry(folder), "wheel": WHEEL }),
    })
}

/// What to add to a configuration of somebody else's, unless a hook of dockwright's is in it.
pub fn missing(text: &str, folder: &str) -> Option<Warning> {
    let says = |line: &str| !line.trim_start().starts_with('#') && line.contains("dockwright");
    if text.lines().any(says) {
        return None;
    }
    Some(Warning::new(
        "hook-not-added",
        format!("{FILE} was not written by dockwright and stays as it is, without its hook"),
        format!("add to its `repos:`: `{}`", line(&entry(folder))),
    ))
}

/// This release on PyPI.
const WHEEL: &str = concat!("dockwright==", env!("CARGO_PKG_VERSION"));

fn entry(folder: &str) -> String {
    let gap = if folder.is_empty() { "" } else { " " };
    format!("dockwright check{gap}{folder}")
}

/// The hook of the template on one line, to be pasted.
fn line(entry: &str) -> String {
    format!(
        "- {{repo: local, hooks: [{{id: dockwright-check, name: {entry}, entry: {entry}, language: python, additional_dependencies: [{WHEEL}], pass_filenames: false, always_run: true}}]}}"
    )
}
