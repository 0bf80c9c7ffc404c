//! Chooses among the commands that the installed project brings.

use super::known::Known;
use super::{Start, serve};
use crate::catalogue::frameworks::Role;
use crate::catalogue::servers;
use crate::error::{Error, Offer};
use crate::facts::app::{ModulePath, Subcommand};
use crate::facts::{Arg, CommandLine, Found, Place, Script, normalise};

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
    let app = &known.facts.app;
    let name = script.value.name.as_str();
    let within = |at: &Place| belongs(at, script);
    let mut commands = app.subcommands.iter();
    let command = commands.find(|command| within(&command.at));
    let host = match command {
        Some(command) => command.value.host.as_ref(),
        None => address(known, script),
    };
    let mut words = vec![name];
    words.extend(command.map(|command| command.value.name.as_str()));
    // In a container its own address is nobody else's.
    words.extend(host.into_iter().flat_map(|option| [option, "0.0.0.0"]));
    let why = match command {
        Some(command) => {
            let found = &command.value.name;
            format!("{why}; {found} is its command at {}", command.at)
        }
        None => why.to_owned(),
    };
    (words.into_iter().map(Arg::text).collect(), why)
}

/// The command for a server that the command line of a script file has: of the file itself, or of the package that it is named for.
pub(super) fn command<'a>(known: &Known<'a>, script: &ModulePath) -> Option<&'a Found<Subcommand>> {
    let mut commands = known.facts.app.subcommands.iter();
    commands.find(|command| inside(&command.at, super::stem(&script.file)))
}

/// Does a place belong to the package that a console script leads into?
fn belongs(at: &Place, script: &Found<Script>) -> bool {
    let top = script.value.target.split([':', '.']).next();
    top.is_some_and(|top| inside(at, top))
}

/// Is a place in a file or a folder of that name?
fn inside(at: &Place, name: &str) -> bool {
    let mut parts = at.file.split('/');
    parts.any(|part| part.strip_suffix(".py").unwrap_or(part) == name)
}

/// Does the program listen? Its package makes a web application or listens by itself, or the project asks for a server.
pub(super) fn serves(known: &Known<'_>, script: &Found<Script>) -> bool {
    let app = &known.facts.app;
    let web = app.objects.iter().any(|object| {
        let framework = serve::framework(&object.framework);
        belongs(&object.at, script)
            && framework.is_some_and(|framework| framework.role == Role::Web)
    });
    let listens = || app.listens.iter().any(|found| belongs(&found.at, script));
    let server = || {
        servers::all()
            .iter()
            .any(|server| known.direct(&server.name))
    };
    web || listens() || server()
}

/// The one option for the address that a program which listens has, where it falls back to the machine's own.
fn address<'a>(known: &Known<'a>, script: &Found<Script>) -> Option<&'a String> {
    let app = &known.facts.app;
    let mut options = app
        .addresses
        .iter()
        .filter(|option| belongs(&option.at, script));
    let first = options.next().filter(|_| serves(known, script))?;
    options
        .all(|option| option.value == first.value)
        .then_some(&first.value)
}

/// Options that only a program which listens has: those of a client name the host that it asks.
const LISTENING: [&str; 4] = ["--listen", "--bind", "--listen-address", "--bind-address"];

/// Tells a script which of its commands to run, or the address of all interfaces, where its one option for that falls back to the
/// machine's own.
pub(super) fn listen(known: &Known<'_>, script: &ModulePath, start: &mut Start) {
    let app = &known.facts.app;
    if let Some(command) = command(known, script) {
        let host = command.value.host.as_deref();
        let words = [command.value.name.as_str()].into_iter();
        let words = words.chain(host.into_iter().flat_map(|option| [option, "0.0.0.0"]));
        append(start, words);
        return;
    }
    let another = |at: &Place| {
        let mut scripts = app.scripts.iter();
        scripts.any(|one| one.at.file == at.file && one.value.module != *script)
    };
    let mut options = app.addresses.iter().filter(|option| !another(&option.at));
    let Some(first) = options.next() else {
        return;
    };
    let serves = || {
        let mut objects = app.objects.iter();
        let role = |name: &str| serve::framework(name).map(|framework| framework.role);
        app.listens.is_some() || objects.any(|one| role(&one.framework) == Some(Role::Web))
    };
    let option = first.value.as_str();
    if !options.all(|other| other.value == first.value) || !LISTENING.contains(&option) && !serves()
    {
        return;
    }
    append(start, [option, "0.0.0.0"].into_iter());
    if start.command.is_some() {
        start.port = start.port.or(app.port.as_ref().map(|port| port.value));
    }
}

/// Adds words to a command that consists of words.
fn append<'a>(start: &mut Start, words: impl Iterator<Item = &'a str>) {
    if let Some(command) = &mut start.command
        && let CommandLine::Words { argv, .. } = &mut command.line
    {
        argv.extend(words.map(Arg::text));
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
    let scripts = || known.installed.scripts.iter();
    let by = |name: Option<&str>| {
        let name = bare(name?);
        let daemon = format!("{name}d");
        // `shopd` beside `shop` is what stays: a daemon's name ends so.
        let called = |name: &str| scripts().find(|one| bare(&one.value.name) == name);
        called(&daemon).or_else(|| called(&name))
    };
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
