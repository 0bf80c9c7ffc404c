//! `dockwright check`: would `generate` change anything, and why.

mod formats;

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::change::{Change, Options, Reason};
use crate::cli;
use crate::error::{Error, Exit};
use crate::images;

use super::{generate, put};

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
    match checked(&arguments.project) {
        Ok(checked) => report(arguments, &checked, out, say),
        Err(error) if github => {
            let root = arguments.project.dir.canonicalize();
            let root = root.as_deref().unwrap_or(Path::new("."));
            put(out, &formats::github_error(root, &error))?;
            Ok(error.exit())
        }
        Err(error) => Err(error),
    }
}

/// What a comparison with the disk comes to.
struct Checked {
    root: PathBuf,
    changes: Vec<Change>,
    reasons: Vec<Reason>,
    /// What to type when there are reasons.
    mend: String,
}

fn checked(project: &cli::Project) -> Result<Checked, Error> {
    let only = project.only.as_deref();
    let flags = project.settings()?;
    let done = images::compared(&project.dir, flags.clone(), only, Options::default())?;
    let mut reasons = done.drift();
    let unpinned = done.unpinned();
    reasons.extend(unpinned.iter().map(|image| Reason {
        text: format!("{image} is to be pinned, and no digest of it is recorded"),
        at: None,
    }));
    let pin = !unpinned.is_empty() && !project.pins();
    let mend = generate::command(project, only, &flags, pin);
    Ok(Checked {
        root: done.root,
        changes: done.changes,
        reasons,
        mend,
    })
}

fn report(
    arguments: &cli::Check,
    checked: &Checked,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let Checked {
        root,
        changes,
        reasons,
        mend,
    } = checked;
    let diff = arguments.diff;
    let text = match arguments.format.as_str() {
        "json" => formats::json(reasons, changes, diff)?,
        "github" => formats::github(root, reasons, changes, diff),
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
        &format!("\nout of date: run `{mend}` and commit what it writes\n"),
    )?;
    Ok(Exit::Differs)
}
