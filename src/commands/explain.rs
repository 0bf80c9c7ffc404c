//! `dockwright explain`: the plan as text for people or as the contract's JSON.

mod explanation;
mod people;

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;

use crate::cli;
use crate::error::{Error, Exit, is_unsafe};
use crate::plan::BuildPlan;

use super::put;

pub use explanation::Explanation;

/// Prints the plan.
///
/// # Errors
/// The project cannot be planned, or standard output fails.
pub fn run(arguments: &cli::Explain, out: &mut dyn Write) -> Result<Exit, Error> {
    if let Some(exit) = super::several::explained(arguments, out)? {
        return Ok(exit);
    }
    let planned = crate::plan_for(&arguments.project.dir, arguments.project.settings()?)?;
    let (tree, mut plan) = (planned.tree, planned.plan);
    if plan.pin {
        plan.heed(&crate::known(crate::recorded(&tree)?.as_ref()));
        plan.warnings.extend(plan.unpinned_warnings());
    }
    put(out, &shown(&plan, arguments.format == "json")?)?;
    Ok(Exit::Done)
}

/// The plan for scripts or for people.
pub(super) fn shown(plan: &BuildPlan, for_scripts: bool) -> Result<String, Error> {
    if for_scripts {
        json(plan)
    } else {
        Ok(people::for_people(plan))
    }
}

/// The plan as the contract's JSON, with a final newline.
///
/// # Errors
/// A bug: the plan holds something that JSON cannot say.
pub fn json(plan: &BuildPlan) -> Result<String, Error> {
    document(&Explanation::new(plan))
}

/// A document as JSON, with a final newline and nothing invisible in it.
///
/// # Errors
/// A bug: it holds something that JSON cannot say.
pub(crate) fn document(document: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(document)
        .map(|text| visible(&text) + "\n")
        .map_err(|error| Error::Internal {
            what: error.to_string(),
        })
}

/// The same document with the invisible characters of its strings as JSON's own escapes: it may end up on a terminal.
pub(super) fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
