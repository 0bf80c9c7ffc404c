//! Chooses among the commands that the installed project brings.

use super::known::Known;
use crate::error::{Error, Offer};
use crate::facts::{Arg, Found, Place, Script, normalise};

/// Names of tasks that start an application.
pub(super) const TASKS: [&str; 6] = ["start", "serve", "server", "web", "run", "prod"];

/// The project's console script: the only one, or the one that is named like the project.
pub(super) fn own<'a>(known: &Known<'a>) -> Result<Option<&'a Found<Script>>, Error> {
    let scripts = &known.installed.scripts;
    if let Some(script) = like(known, None).or_else(|| usual(known)) {
        return Ok(Some(script));
    }
    // `shop` beside `shop-setup` and `shop-admin`; two names of one function are one.
    let short = scripts.iter().min_by_key(|script| script.value.name.len());
    let continued = |short: &&Found<Script>| {
        scripts.iter().all(|script| {
            let rest = script.value.name.strip_prefix(&short.value.name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        })
    };
    let first = scripts.first();
    let same = |script: &Found<Script>| {
        first.is_some_and(|first| first.value.target == script.value.target)
    };
    if let Some(script) = short.filter(continued) {
        return Ok(Some(script));
    }
    if scripts.iter().all(same) {
        return Ok(first);
    }
    Err(undecided(scripts))
}

/// The console script that stands for a package: it leads into it, and is named like it, like the project, or for a server.
/// Another may be there for something else.
pub(super) fn leading_into<'a>(known: &Known<'a>, top: &str) -> Option<&'a Found<Script>> {
    let script = like(known, Some(top)).or_else(|| usual(known))?;
    let target = script.value.target.split([':', '.']).next();
    (!top.is_empty() && target == Some(top)).then_some(script)
}

/// The words that start a console script, and why: where its package's command line has a command that is named for a server, with it,
/// and with its option for the address, where it would listen to its own machine alone.
pub(super) fn words(known: &Known<'_>, script: &Found<Script>, why: &str) -> (Vec<Arg>, String) {
    let name = script.value.name.as_str();
    let top = script.value.target.split([':', '.']).next();
    let within = |at: &Place| {
        let mut parts = at.file.split('/');
        parts.any(|part| top == Some(part.strip_suffix(".py").unwrap_or(part)))
    };
    let mut commands = known.facts.app.subcommands.iter();
    match commands.find(|command| within(&command.at)) {
        Some(command) => {
            let found = &command.value;
            let mut words = vec![name, &found.name];
            // In a container its own address is nobody else's.
            words.extend(found.host.iter().flat_map(|option| [option, "0.0.0.0"]));
            let why = format!("{why}; {} is its command at {}", found.name, command.at);
            (words.into_iter().map(Arg::text).collect(), why)
        }
        None => (vec![Arg::text(name)], why.to_owned()),
    }
}

/// A name as it is compared: without the dashes, of whatever kind, that authors set differently.
pub(super) fn bare(name: &str) -> String {
    normalise(name).replace('-', "")
}

/// The one that is named like the project, or like its package: `shopserver` of the project shop-server.
fn like<'a>(known: &Known<'a>, package: Option<&str>) -> Option<&'a Found<Script>> {
    let facts = known.facts;
    let project = facts.pyproject.as_ref().and_then(|one| one.name.as_ref());
    let setuptools = facts.setuptools.as_ref().and_then(|one| one.name.as_ref());
    let name = project.or(setuptools).map(|found| found.value.as_str());
    let named = |script: &&Found<Script>, name: &str| bare(&script.value.name) == bare(name);
    let scripts = || known.installed.scripts.iter();
    let by = |name: Option<&str>| name.and_then(|name| scripts().find(|one| named(one, name)));
    by(name).or_else(|| by(package))
}

/// The one that is named for what it does: `serve`, or the only `shop-server`, beside `shop-worker`.
fn usual<'a>(known: &Known<'a>) -> Option<&'a Found<Script>> {
    let scripts = &known.installed.scripts;
    let named = |script: &&Found<Script>| TASKS.contains(&script.value.name.as_str());
    let ends = |script: &&Found<Script>| {
        let last = script.value.name.rsplit(['-', '_']).next();
        last.is_some_and(|last| TASKS.contains(&last))
    };
    let mut ending = scripts.iter().filter(ends);
    let alone = ending.next().filter(|_| ending.next().is_none());
    scripts.iter().find(named).or(alone)
}

fn undecided(scripts: &[Found<Script>]) -> Error {
    Error::Undecided {
        what: format!("{} console scripts could be started", scripts.len()),
        evidence: scripts
            .iter()
            .map(|script| (Some(script.at.clone()), script.value.name.clone()))
            .collect(),
        offers: scripts
            .iter()
            .map(|script| {
                let typed = crate::facts::quoted(&script.value.name);
                Offer::new("command", typed, Some(&script.at))
            })
            .collect(),
        help: scripts.first().map_or_else(String::new, |script| {
            format!(
                "choose one: `--command {}`",
                super::typed(&script.value.name)
            )
        }),
    }
}
