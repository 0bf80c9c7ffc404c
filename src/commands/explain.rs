//! `dockwright explain`: the plan as text for people or as the contract's JSON.

mod explanation;
mod people;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;

use crate::cli;
use crate::error::{Error, Exit, is_unsafe, printable};
use crate::images::{Folder, Image};
use crate::plan::BuildPlan;

use super::put;

pub use explanation::Explanation;

/// Prints the plan.
///
/// # Errors
/// The project cannot be planned, or standard output fails.
pub fn run(arguments: &cli::Explain, out: &mut dyn Write) -> Result<Exit, Error> {
    let project = &arguments.project;
    let folder = Folder::open(&project.dir, project.settings()?)?;
    let mut images = folder.plans(project.only.as_deref())?;
    for image in images.iter_mut().filter(|image| image.plan.pin) {
        image.plan.heed(&crate::known(folder.recorded()));
        let unpinned = image.plan.unpinned_warnings();
        image.plan.warnings.extend(unpinned);
    }
    let for_scripts = arguments.format == "json";
    let text = match &images[..] {
        [one] if one.name.is_none() || project.only.is_some() => shown(&one.plan, for_scripts)?,
        several if for_scripts => named(several)?,
        several => several.iter().fold(String::new(), |mut text, image| {
            let name = image.name.as_deref().unwrap_or_default();
            let plan = people::for_people(&image.plan);
            let _ = writeln!(text, "image      {}\n{plan}", printable(name));
            text
        }),
    };
    put(out, &text)?;
    Ok(Exit::Done)
}

/// Several plans for scripts, under their names.
fn named(images: &[Image]) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Images<'a> {
        schema: u32,
        images: BTreeMap<&'a str, Explanation>,
    }
    let mut named = BTreeMap::new();
    for image in images {
        let name = image.name.as_deref().unwrap_or_default();
        named.insert(name, Explanation::new(&image.plan));
    }
    document(&Images {
        schema: 1,
        images: named,
    })
}

/// The plan for scripts or for people.
fn shown(plan: &BuildPlan, for_scripts: bool) -> Result<String, Error> {
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
fn visible(json: &str) -> String {
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
