//! `dockwright generate`: the whole line, written, shown or compared.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use crate::change::{self, Change, Options, State};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::facts::{Warning, quoted};
use crate::plan::pin::World;
use crate::plan::{BuildPlan, DOCKERFILE};
use crate::{Planned, Preview, compared, compared_with, plan_for, registry};

use super::put;

/// Generates.
///
/// # Errors
/// The project cannot be planned, a file on disk may not be touched, or the disk refuses.
pub fn run(
    arguments: &cli::Generate,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let options = Options {
        force: arguments.force,
        keep: arguments.keep,
    };
    let project = &arguments.project;
    if let Some(mut all) = super::several::images(project, &World::default(), options)? {
        if project.pin && !all.unpinned().is_empty() {
            let world = missing(&all.unpinned())?;
            all = super::several::images(project, &world, options)?.unwrap_or(all);
        }
        pinned(&all.unpinned())?;
        return super::several::write(arguments, &all, out, say);
    }
    let Planned { tree, plan } = plan_for(&project.dir, project.settings()?)?;
    let mut preview = compared(&tree, plan.clone(), options)?;
    if project.pin && !preview.plan.unpinned().is_empty() {
        let world = missing(&preview.plan.unpinned())?;
        preview = compared_with(&tree, plan, &world, options)?;
    }
    pinned(&preview.plan.unpinned())?;
    if arguments.stdout {
        let dockerfile = preview
            .changes
            .first()
            .map_or("", |change| change.generated.as_str());
        put(say, &warnings(&preview.plan.warnings))?;
        put(out, dockerfile)?;
        return Ok(Exit::Done);
    }
    if arguments.diff {
        put(say, &warnings(&preview.plan.warnings))?;
        put(out, &super::diffs(&preview.changes))?;
        return Ok(Exit::Done);
    }
    if let Some(refusal) = change::refusal(&preview.changes) {
        return Err(refusal);
    }
    let lock = preview.record.to_text();
    let lock_path = preview.lock_path();
    change::write(&preview.root, &preview.changes, (&lock_path, &lock))?;
    put(say, &warnings(&preview.plan.warnings))?;
    put(out, &summary(&preview, &arguments.project.dir))?;
    Ok(Exit::Done)
}

/// The digests that are missing, asked of the registry.
///
/// # Errors
/// It cannot be asked.
fn missing(unpinned: &[&str]) -> Result<World, Error> {
    let mut world = World::default();
    for image in unpinned {
        let digest = registry::ask(image)?.digest;
        world.digests.insert((*image).to_owned(), digest);
    }
    Ok(world)
}

/// Refuses to write a tag alone where it is to be pinned: the network is asked by those who say so, and by nobody else.
///
/// # Errors
/// A digest is not known.
pub(crate) fn pinned(unpinned: &[&str]) -> Result<(), Error> {
    if unpinned.is_empty() {
        return Ok(());
    }
    Err(Error::Undecided {
        what: "an image is to be pinned, and its digest is not known".to_owned(),
        evidence: unpinned
            .iter()
            .map(|image| (None, (*image).to_owned()))
            .collect(),
        help: "run `dockwright generate --pin`, which asks the registry and records the digest"
            .to_owned(),
        offers: Vec::new(),
    })
}

/// Warnings as people read them, one block each.
pub(crate) fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::new();
    for warning in warnings {
        let _ = writeln!(
            text,
            "warning[{}]: {}",
            warning.code,
            printable(&warning.message)
        );
        if let Some(at) = &warning.at {
            let _ = writeln!(text, "  at {}", printable(&at.to_string()));
        }
        let _ = writeln!(text, "  help: {}\n", printable(&warning.help));
    }
    text
}

/// What was done with each file, and what to type next.
pub(crate) fn summary(preview: &Preview, folder: &Path) -> String {
    let next = build_command(&preview.plan, folder);
    format!("{}\nnext: {next}\n", states(&preview.changes))
}

/// What was done with each file.
pub(crate) fn states(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let word = match change.state {
            State::Created => "created",
            State::Updated => "updated",
            State::Merged => "merged with your edits",
            State::Kept => "unchanged but for your edits",
            State::Unchanged | State::Conflict(_) | State::Foreign => "unchanged",
        };
        let _ = writeln!(text, "{:<24} {word}", printable(&change.path));
    }
    text
}

/// The build command, as it is typed where `generate` was typed.
pub(crate) fn build_command(plan: &BuildPlan, folder: &Path) -> String {
    let tag = plan.image_name();
    let secrets: String = plan
        .install
        .secrets
        .iter()
        .flat_map(|secret| [" --secret ", &secret.argument])
        .chain(plan.install.ssh.then_some(" --ssh default"))
        .collect();
    let app = &plan.app;
    let folder = folder.to_string_lossy();
    let folder = folder.trim_end_matches('/');
    let folder = if folder.is_empty() { "/" } else { folder };
    if app.is_empty() {
        let file = &plan.dockerfile;
        let file = if file == DOCKERFILE {
            String::new()
        } else {
            format!(" --file {}", typed(&format!("{folder}/{file}")))
        };
        return format!("docker build{secrets} --tag {tag}{file} {}", typed(folder));
    }
    let context = match folder.strip_suffix(app.as_str()) {
        Some("") => ".".to_owned(),
        Some(above) if above.ends_with('/') => above.to_owned(),
        _ => format!("{folder}{}", "/..".repeat(app.split('/').count())),
    };
    format!(
        "docker build{secrets} --tag {tag} --file {} {}",
        typed(&format!("{folder}/{}", plan.dockerfile)),
        typed(&context)
    )
}

/// A path as a shell reads it, with nothing invisible in it.
pub(crate) fn typed(path: &str) -> String {
    quoted(&printable(path))
}
