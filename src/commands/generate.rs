//! `dockwright generate`: the whole line, written, shown or compared.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use crate::change::{self, Options, State};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::facts::{Warning, quoted};
use crate::plan::BuildPlan;
use crate::plan::pin::World;
use crate::{Planned, Preview, compared, compared_with, plan, plan_for, registry};

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
    let Planned { tree, plan } = plan_for(&arguments.project.dir, arguments.project.settings()?)?;
    let mut preview = compared(&tree, plan.clone(), options)?;
    if arguments.project.pin && !preview.plan.unpinned().is_empty() {
        preview = compared_with(&tree, plan, &missing(&preview.plan)?, options)?;
    }
    pinned(&preview)?;
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
fn missing(plan: &BuildPlan) -> Result<World, Error> {
    let mut world = World::default();
    for image in plan.unpinned() {
        let digest = registry::ask(image)?.digest;
        world.digests.insert(image.to_owned(), digest);
    }
    Ok(world)
}

/// Refuses to write a tag alone where it is to be pinned: the network is asked by those who say so, and by nobody else.
///
/// # Errors
/// A digest is not known.
pub(crate) fn pinned(preview: &Preview) -> Result<(), Error> {
    let unpinned = preview.plan.unpinned();
    if unpinned.is_empty() {
        return Ok(());
    }
    Err(Error::Undecided {
        what: "an image is to be pinned, and its digest is not known".to_owned(),
        evidence: unpinned
            .into_iter()
            .map(|image| (None, image.to_owned()))
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
    let next = next_command(preview, folder);
    format!("{}\nnext: {next}\n", states(preview))
}

/// What was done with each file.
pub(crate) fn states(preview: &Preview) -> String {
    let mut text = String::new();
    for change in &preview.changes {
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
fn next_command(preview: &Preview, folder: &Path) -> String {
    let tag = image_name(&preview.plan.name);
    let secrets: String = preview
        .plan
        .install
        .secrets
        .iter()
        .flat_map(|secret| [" --secret ", &secret.argument])
        .chain(preview.plan.install.ssh.then_some(" --ssh default"))
        .collect();
    let app = &preview.plan.app;
    let folder = folder.to_string_lossy();
    let folder = folder.trim_end_matches('/');
    let folder = if folder.is_empty() { "/" } else { folder };
    if app.is_empty() {
        let file = &preview.plan.dockerfile;
        let file = if file == plan::DOCKERFILE {
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
        typed(&format!("{folder}/{}", preview.plan.dockerfile)),
        typed(&context)
    )
}

/// A path as a shell reads it, with nothing invisible in it.
pub(crate) fn typed(path: &str) -> String {
    quoted(&printable(path))
}

/// A name that Docker accepts for an image, made from the project's.
fn image_name(project: &str) -> String {
    let name: String = crate::facts::normalise(project)
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "app" } else { name }.to_owned()
}
