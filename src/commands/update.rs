//! `dockwright update`: renews what drifts with the world and not with the project: digests of pinned images, patches of uv.

use std::fmt::Write as _;
use std::io::Write;

use crate::change::{self, Options};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::inspect::tree::Tree;
use crate::plan::BuildPlan;
use crate::plan::pin::{World, is_digest, is_patch};
use crate::registry::{self, Image};
use crate::{Planned, Preview, compared, compared_with, plan_for};

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
    let options = Options {
        force: arguments.force,
        keep: arguments.keep,
    };
    let project = &arguments.project;
    let Planned { tree, plan } = plan_for(&project.dir, project.settings()?)?;
    let before = settled(&tree, &plan)?;
    let (world, news) = ask(&before.plan)?;
    let preview = compared_with(&tree, plan, &world, options)?;
    if news.is_empty() {
        put(
            say,
            "nothing to renew: no image is pinned (`pin = true` in dockwright.toml), and uv is not used\n",
        )?;
        return Ok(Exit::Done);
    }
    put(out, &news)?;
    if arguments.diff {
        put(out, &("\n".to_owned() + &super::diffs(&preview.changes)))?;
        return Ok(Exit::Done);
    }
    let lock = (preview.lock_path(), preview.record.to_text());
    change::write(&preview.root, &preview.changes, (&lock.0, &lock.1))?;
    put(
        out,
        &("\n".to_owned() + &generate::states(&preview.changes)),
    )?;
    Ok(Exit::Done)
}

/// The files as they would be without any news; they must be up to date, so that the news are all that changes.
fn settled(tree: &Tree, plan: &BuildPlan) -> Result<Preview, Error> {
    let preview = compared(tree, plan.clone(), Options::default())?;
    let reasons = change::drift(preview.recorded.as_ref(), &preview.record, &preview.changes);
    if reasons.is_empty() {
        return Ok(preview);
    }
    let pin = if preview.plan.unpinned().is_empty() {
        ""
    } else {
        " --pin"
    };
    Err(Error::Undecided {
        what: "the project has changed since its files were written".to_owned(),
        evidence: reasons
            .into_iter()
            .map(|reason| (reason.at, reason.text))
            .collect(),
        help: format!(
            "run `dockwright generate{pin}` first: a change of the project and one of the world are two changes"
        ),
        offers: Vec::new(),
    })
}

/// What the registries say, and the same in words.
fn ask(plan: &BuildPlan) -> Result<(World, String), Error> {
    let mut world = World::default();
    let mut news = String::new();
    let mut renewed = plan.clone();
    for tool in plan.tools() {
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
    renewed.heed(&world);
    for image in renewed.images().into_iter().filter(|_| plan.pin) {
        let found = registry::ask(image)?;
        let known = plan.world.digests.get(image);
        let _ = writeln!(news, "{image:<32} {}", in_words(known, &found));
        if !is_digest(&found.digest) {
            return Err(Error::Internal {
                what: format!("{} is no digest", printable(&found.digest)),
            });
        }
        world.digests.insert(image.to_owned(), found.digest);
    }
    Ok((world, news))
}

fn in_words(known: Option<&String>, found: &Image) -> String {
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
