//! `generate`, `check` and `explain` where the settings hold several images.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};

use crate::change::{self, Options};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::images::{self, Images};
use crate::plan::pin::World;
use crate::settings::Settings;

use super::{explain, generate, put};

/// All images of the folder, compared with the disk; `None` where there is but one, without a name.
///
/// # Errors
/// As [`images::compared`]; `--only` names none of them.
pub(crate) fn images(
    project: &cli::Project,
    world: &World,
    options: Options,
) -> Result<Option<Images>, Error> {
    let flags = project.settings()?;
    let Some(plans) = images::plans(&project.dir, &flags)? else {
        return match &project.only {
            Some(name) => Err(images::unknown(name, &[])),
            None => Ok(None),
        };
    };
    let tree = crate::inspect::context::open(&project.dir)?;
    let ci = flags.over(Settings::read(&tree)?).ci;
    let mut all = images::compared(&project.dir, plans, ci, world, options)?;
    if let Some(name) = &project.only {
        all.only(name)?;
    }
    Ok(Some(all))
}

/// `generate`: writes, shows or compares.
///
/// # Errors
/// A file on disk may not be touched, or the disk refuses.
pub(crate) fn write(
    arguments: &cli::Generate,
    all: &Images,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    if arguments.stdout || arguments.diff {
        put(say, &generate::warnings(&all.warnings))?;
        let text = if arguments.diff {
            super::diffs(&all.changes)
        } else {
            let shown = all
                .changes
                .iter()
                .map(|one| format!("# {}\n{}", one.path, one.generated));
            shown.collect::<Vec<_>>().join("\n")
        };
        put(out, &text)?;
        return Ok(Exit::Done);
    }
    let lock = all.record.to_text();
    change::write(&all.root, &all.changes, (&all.lock_path, &lock))?;
    put(say, &generate::warnings(&all.warnings))?;
    let mut text = generate::states(&all.changes);
    text.push('\n');
    for image in &all.images {
        let below = image.tree.root().join(image.tree.app());
        let folder = below.strip_prefix(arguments.project.dir.canonicalize().unwrap_or_default());
        let folder = folder.map_or_else(|_| below.clone(), |rest| arguments.project.dir.join(rest));
        let folder = if folder == Path::new("") {
            Path::new(".")
        } else {
            &folder
        };
        let _ = writeln!(
            text,
            "next: {}",
            generate::build_command(&image.plan, folder)
        );
    }
    put(out, &text)?;
    Ok(Exit::Done)
}

/// `explain`: one image as ever, several under their names.
///
/// # Errors
/// Standard output fails.
pub(crate) fn explained(
    arguments: &cli::Explain,
    out: &mut dyn Write,
) -> Result<Option<Exit>, Error> {
    let project = &arguments.project;
    let Some(mut plans) = images::plans(&project.dir, &project.settings()?)? else {
        return match &project.only {
            Some(name) => Err(images::unknown(name, &[])),
            None => Ok(None),
        };
    };
    let json = arguments.format == "json";
    if let Some(name) = &project.only {
        let names: Vec<String> = plans.iter().map(|image| image.name.clone()).collect();
        plans.retain(|image| image.name == *name);
        let image = plans.first().ok_or_else(|| images::unknown(name, &names))?;
        put(out, &explain::shown(&image.plan, json)?)?;
        return Ok(Some(Exit::Done));
    }
    if !json {
        for image in &plans {
            let text = explain::shown(&image.plan, false)?;
            put(
                out,
                &format!("image      {}\n{text}\n", printable(&image.name)),
            )?;
        }
        return Ok(Some(Exit::Done));
    }
    let internal = |error: serde_json::Error| Error::Internal {
        what: error.to_string(),
    };
    let mut named = Map::new();
    for image in &plans {
        let text = explain::json(&image.plan)?;
        named.insert(
            image.name.clone(),
            serde_json::from_str(&text).map_err(internal)?,
        );
    }
    let mut document = Map::new();
    document.insert("schema".to_owned(), Value::from(1));
    document.insert("images".to_owned(), Value::from(named));
    let text = serde_json::to_string_pretty(&document).map_err(internal)?;
    put(out, &(explain::visible(&text) + "\n"))?;
    Ok(Some(Exit::Done))
}
