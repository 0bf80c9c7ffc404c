//! `dockwright check`: would `generate` change anything, and why.

mod formats;

use std::io::Write;
use std::path::Path;

use crate::change::{self, Options, Reason};
use crate::cli;
use crate::error::{Error, Exit};
use crate::{Preview, preview};

use super::put;

pub(crate) use formats::text;

/// Checks.
///
/// # Errors
/// The project cannot be planned, or the disk cannot be compared.
pub fn run(
    arguments: &cli::Check,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let github = arguments.format == "github";
    match checked(arguments) {
        Ok((preview, reasons)) => report(arguments, &preview, &reasons, out, say),
        Err(error) if github => {
            let root = arguments.project.dir.canonicalize();
            let root = root.as_deref().unwrap_or(Path::new("."));
            put(out, &formats::github_error(root, &error))?;
            Ok(error.exit())
        }
        Err(error) => Err(error),
    }
}

fn checked(arguments: &cli::Check) -> Result<(Preview, Vec<Reason>), Error> {
    let project = &arguments.project;
    let preview = preview(&project.dir, project.settings()?, Options::default())?;
    let mut reasons = change::drift(preview.recorded.as_ref(), &preview.record, &preview.changes);
    reasons.extend(preview.plan.unpinned().into_iter().map(|image| Reason {
        text: format!("{image} is to be pinned, and no digest of it is recorded"),
        at: None,
    }));
    Ok((preview, reasons))
}

fn report(
    arguments: &cli::Check,
    preview: &Preview,
    reasons: &[Reason],
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let (changes, diff) = (&preview.changes, arguments.diff);
    let text = match arguments.format.as_str() {
        "json" => formats::json(reasons, changes, diff)?,
        "github" => formats::github(&preview.root, reasons, changes, diff),
        _ if diff => formats::text(reasons) + "\n" + &super::diffs(changes),
        _ => formats::text(reasons),
    };
    if reasons.is_empty() {
        if arguments.format == "json" {
            put(out, &text)?;
        }
        put(say, "up to date\n")?;
        return Ok(Exit::Done);
    }
    put(out, &text)?;
    put(
        say,
        "\nout of date: run `dockwright generate` and commit what it writes\n",
    )?;
    Ok(Exit::Differs)
}
