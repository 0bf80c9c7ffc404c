//! `dockwright check`: would `generate` change anything, and why.

mod formats;

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::change::{self, Change, Options, Reason};
use crate::cli;
use crate::error::{Error, Exit};
use crate::plan::BuildPlan;
use crate::plan::pin::World;
use crate::preview;

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
}

fn checked(project: &cli::Project) -> Result<Checked, Error> {
    let options = Options::default();
    if let Some(all) = super::several::images(project, &World::default(), options)? {
        let mut reasons = all.drift();
        reasons.extend(all.images.iter().flat_map(|image| unpinned(&image.plan)));
        let (root, changes) = (all.root, all.changes);
        return Ok(Checked {
            root,
            changes,
            reasons,
        });
    }
    let preview = preview(&project.dir, project.settings()?, options)?;
    let mut reasons = change::drift(preview.recorded.as_ref(), &preview.record, &preview.changes);
    reasons.extend(unpinned(&preview.plan));
    Ok(Checked {
        root: preview.root,
        changes: preview.changes,
        reasons,
    })
}

fn unpinned(plan: &BuildPlan) -> Vec<Reason> {
    let reason = |image: &str| Reason {
        text: format!("{image} is to be pinned, and no digest of it is recorded"),
        at: None,
    };
    plan.unpinned().into_iter().map(reason).collect()
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
        "\nout of date: run `dockwright generate` and commit what it writes\n",
    )?;
    Ok(Exit::Differs)
}
