//! `dockwright generate`: the whole line, written, shown or compared.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::change::{Change, State};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::facts::{Warning, quoted};
use crate::images::{Compared, Folder, Image};
use crate::plan::pin::World;
use crate::plan::{BuildPlan, DOCKERFILE};
use crate::settings::{self, Settings};
use crate::{Preview, registry};

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
    let options = super::options(&arguments.there);
    let project = &arguments.project;
    let only = project.only.as_deref();
    let folder = Folder::open(&project.dir, project.settings()?)?;
    let images = folder.plans(only)?;
    let mut done = folder.compared(images.clone(), &World::default(), options)?;
    if project.pins() && !done.unpinned().is_empty() {
        let world = missing(&done.unpinned())?;
        done = folder.compared(images, &world, options)?;
    }
    pinned(&done.unpinned())?;
    if let Some(conflict) = done.conflict().filter(|_| arguments.diff) {
        return Err(conflict);
    }
    if arguments.stdout || arguments.diff {
        put(say, &warnings(&done.warnings))?;
        let text = if arguments.diff {
            super::diffs(&done.changes)
        } else {
            shown(&done)
        };
        put(out, &text)?;
        return Ok(Exit::Done);
    }
    done.write()?;
    put(say, &warnings(&done.warnings))?;
    let mut text = states(&done.changes);
    let abandoned = done.abandoned().into_iter();
    text += &columns(abandoned.map(|path| (path, "no longer generated, left as it is")));
    text.push('\n');
    for image in &done.images {
        let below = place(&folder, image, &project.dir);
        let _ = writeln!(text, "next: {}", build_command(&image.plan, &below));
    }
    put(out, &text)?;
    put(say, &passing(&folder.passing(only)))?;
    Ok(Exit::Done)
}

/// The Dockerfile; of several images all files, under their names.
fn shown(done: &Compared) -> String {
    let headed = |one: &Change| format!("# {}\n{}", one.path, one.generated);
    match &done.images[..] {
        [Image { name: None, .. }] => {
            let dockerfile = done.changes.first();
            dockerfile.map_or_else(String::new, |one| one.generated.clone())
        }
        _ => done
            .changes
            .iter()
            .map(headed)
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A word about flags that hold for this run alone: `check` runs without them.
fn passing(flags: &Settings) -> String {
    let said = flags.said();
    if said.is_empty() {
        return String::new();
    }
    let mut text =
        "\nto keep the flags, which `dockwright check` does not know, add to dockwright.toml:\n"
            .to_owned();
    for (key, value) in &said {
        let line = format!("{} = {value}", settings::key(key));
        let _ = writeln!(text, "  {}", printable(&line));
    }
    text
}

/// The folder of an image, as it is typed from here.
fn place(folder: &Folder, image: &Image, typed: &Path) -> PathBuf {
    if image.name.is_none() {
        return typed.to_owned();
    }
    let tree = folder.tree(image);
    let full = tree.root().join(tree.app());
    let rest = full.strip_prefix(typed.canonicalize().unwrap_or_default());
    let place = rest.map_or_else(|_| full.clone(), |rest| typed.join(rest));
    if place == Path::new("") {
        ".".into()
    } else {
        place
    }
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
    let word = |change: &Change| match change.state {
        State::Created => "created",
        State::Updated => "updated",
        State::Merged => "merged with your edits",
        State::Kept => "unchanged but for your edits",
        State::Unchanged | State::Conflict(_) | State::Foreign => "unchanged",
    };
    columns(changes.iter().map(|change| (&*change.path, word(change))))
}

/// As [`states`]; of several images only the files that were written are named.
pub(crate) fn written(done: &Compared) -> String {
    if let [Image { name: None, .. }] = &done.images[..] {
        return states(&done.changes);
    }
    let written = done.changes.iter().filter(|change| change.writes());
    states(&written.cloned().collect::<Vec<_>>())
}

/// Paths, and what is said of each beside it.
fn columns<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    const NARROWEST: usize = 24;
    let lines: Vec<(String, &str)> = lines.map(|(path, word)| (printable(path), word)).collect();
    let width = lines.iter().map(|(path, _)| path.chars().count()).max();
    let width = width.unwrap_or_default().max(NARROWEST);
    lines.iter().fold(String::new(), |mut text, (path, word)| {
        let _ = writeln!(text, "{path:<width$} {word}");
        text
    })
}

/// The command line of `generate` for what another command was asked about; `pin` asks the registry, too.
pub(crate) fn command(
    project: &cli::Project,
    only: Option<&str>,
    flags: &Settings,
    pin: bool,
) -> String {
    let mut line = "dockwright generate".to_owned();
    if project.dir != Path::new(".") {
        let _ = write!(line, " {}", typed(&project.dir.to_string_lossy()));
    }
    if let Some(name) = only {
        let _ = write!(line, " --only {}", typed(name));
    }
    for flag in cli::flags(flags) {
        let _ = write!(line, " {flag}");
    }
    if pin {
        line.push_str(" --pin");
    }
    line
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
