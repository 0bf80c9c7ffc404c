//! `dockwright update`: renews what drifts with the world and not with the project: digests of pinned images, patches of uv.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;

use crate::change::{Options, Reason};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::images::Folder;
use crate::plan::BuildPlan;
use crate::plan::pin::{Tool, World, is_patch};
use crate::registry;

use super::{generate, put};

/// Asks the registries, and writes what follows.
///
/// # Errors
/// The project has changed since the files were written; a registry cannot be asked; as `generate`.
pub fn run(
    arguments: &cli::Update,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let options = super::options(&arguments.there);
    let project = &arguments.project;
    let flags = project.settings()?;
    let folder = Folder::open(&project.dir, flags.clone())?;
    // All of them, whichever is meant: two images may name one base, and a tag has one digest.
    let images = folder.plans(None)?;
    let before = folder.compared(images.clone(), &World::default(), Options::default())?;
    let reasons = before.drift();
    if !reasons.is_empty() {
        let pin = !before.unpinned().is_empty() && !project.pins();
        return Err(unsettled(
            reasons,
            &generate::command(project, None, &flags, pin),
        ));
    }
    let meant = folder.meant(&before.images, project.only.as_deref(), |image| &image.name)?;
    let plans: Vec<&BuildPlan> = meant.into_iter().map(|image| &image.plan).collect();
    let (world, news) = ask(&plans)?;
    let done = folder.compared(images, &world, options)?;
    if news.is_empty() {
        put(
            say,
            "nothing to renew: no image is pinned (`pin = true` in dockwright.toml), and uv is not used\n",
        )?;
        return Ok(Exit::Done);
    }
    put(out, &news)?;
    if let Some(conflict) = done.conflict().filter(|_| arguments.diff) {
        return Err(conflict);
    }
    if arguments.diff {
        put(out, &("\n".to_owned() + &super::diffs(&done.changes)))?;
        return Ok(Exit::Done);
    }
    done.write()?;
    let written = generate::written(&done);
    if !written.is_empty() {
        put(out, &format!("\n{written}"))?;
    }
    Ok(Exit::Done)
}

/// The files must be up to date, so that the news are all that changes.
fn unsettled(reasons: Vec<Reason>, mend: &str) -> Error {
    Error::Undecided {
        what: "the project has changed since its files were written".to_owned(),
        evidence: reasons
            .into_iter()
            .map(|reason| (reason.at, reason.text))
            .collect(),
        help: format!(
            "run `{mend}` first: a change of the project and one of the world are two changes"
        ),
        offers: Vec::new(),
    }
}

/// What the registries say, and the same in words.
fn ask(plans: &[&BuildPlan]) -> Result<(World, String), Error> {
    let mut world = World::default();
    let mut news = String::new();
    let tools: BTreeSet<Tool> = plans.iter().flat_map(|plan| plan.tools()).collect();
    for tool in tools {
        // The tag of the minor version names the newest patch, whose number is a label
        // (docs.astral.sh/uv/guides/integration/docker).
        let Some((minor, _)) = tool.version.rsplit_once('.') else {
            continue;
        };
        let version = registry::ask(&format!("{}:{minor}", tool.image))?.version;
        let newer = version.filter(|newer| is_patch(newer, &tool.version));
        let words = match &newer {
            Some(newer) if *newer != tool.version => format!("{} → {newer}", tool.version),
            _ => format!("{} is the newest patch", tool.version),
        };
        let _ = writeln!(news, "{:<32} {words}", tool.image);
        world
            .tools
            .extend(newer.map(|newer| (tool.name.to_owned(), newer)));
    }
    // By tag, with the digest that is known.
    let mut images: BTreeMap<String, Option<&String>> = BTreeMap::new();
    for plan in plans.iter().filter(|plan| plan.pin) {
        let mut renewed = BuildPlan::clone(plan);
        renewed.heed(&world);
        for image in renewed.images() {
            images.insert(image.to_owned(), plan.world.digests.get(image));
        }
    }
    for (image, known) in images {
        let found = registry::ask(&image)?;
        let _ = writeln!(news, "{image:<32} {}", in_words(known, &found));
        world.digests.insert(image, found.digest);
    }
    Ok((world, news))
}

fn in_words(known: Option<&String>, found: &registry::Image) -> String {
    let version = found.version.as_deref().map(printable);
    let version = version.map_or_else(String::new, |version| format!(" ({version})"));
    let now = short(&found.digest);
    match known {
        Some(known) if *known == found.digest => format!("{now}{version} is the newest"),
        Some(known) => format!("{} → {now}{version}", short(known)),
        None => format!("{now}{version}"),
    }
}

/// As much of a digest as a person compares.
fn short(digest: &str) -> String {
    printable(digest).chars().take(19).collect()
}
