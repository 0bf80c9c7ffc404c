//! Turns a command line that has several commands into those that start a server.

use std::collections::BTreeSet;

use super::corpus::{Corpus, Source};
use crate::facts::app::Subcommand;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Call, Function, Placed, Value};

/// Names of commands that start a server, best first.
const NAMES: [&str; 7] = [
    "serve",
    "server",
    "runserver",
    "run-server",
    "start-server",
    "start",
    "run",
];

/// Methods that add an option to a parser.
pub(super) const ADDS: [&str; 3] = ["add_argument", "add_option", "addoption"];

/// The commands of argparse, click and typer that are named for a server, best first
/// (<https://docs.python.org/3/library/argparse.html#sub-commands>, <https://click.palletsprojects.com/en/stable/commands/>,
/// <https://typer.tiangolo.com/tutorial/commands/>). Commands of commands are none.
pub(super) fn read(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<Subcommand>> {
    let groups = groups(corpus);
    let mut found: Vec<(usize, Found<Subcommand>)> = Vec::new();
    for source in &corpus.sources {
        let commands = parsers(source, corpus)
            .chain(decorated(source, &groups))
            .chain(added(source, corpus, &groups))
            .chain(loaded(source));
        found.extend(commands.filter_map(|(command, line)| {
            let rank = NAMES.iter().position(|one| *one == command.name)?;
            Some((rank, Found::new(command, place(&source.path, line))))
        }));
    }
    found.sort_by(|(a, one), (b, other)| (a, &one.at).cmp(&(b, &other.at)));
    found.into_iter().map(|(_, command)| command).collect()
}

/// Options for the address that it listens on, of command lines without commands, where they fall back to the machine's own.
pub(super) fn addresses(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<String>> {
    let mut out = Vec::new();
    for source in &corpus.sources {
        let calls = || source.outline.calls.iter();
        if calls().any(|call| call.value.method() == "add_subparsers") {
            continue;
        }
        let options = calls().filter(|call| ADDS.contains(&call.value.method()));
        let options = options.filter_map(|call| Some((host(source, &call.value)?, call.line)));
        let alone = |function: &&Function| {
            let mut decorators = function.decorators.iter();
            let command = |one: &Call| {
                one.method() == "command" && matches!(receiver(one), "" | "click" | "typer")
            };
            decorators.any(command) && !adds(corpus, &function.name)
        };
        let functions = source.outline.functions.iter().filter(alone);
        let decorated = functions.filter_map(|function| {
            let mut options = function.decorators.iter();
            Some((options.find_map(|one| option(source, one))?, function.line))
        });
        let all = options.chain(decorated);
        out.extend(all.map(|(name, line)| Found::new(name, place(&source.path, line))));
    }
    out
}

/// `parsers.add_parser("serve")`, where `parsers` are those of the command line itself; also in a loop over a list of names.
fn parsers<'a>(
    source: &'a Source,
    corpus: &'a Corpus,
) -> impl Iterator<Item = (Subcommand, u32)> + 'a {
    let outline = &source.outline;
    let made_by = |target: &str, method: &str| {
        outline.assigns.iter().find_map(|one| match &one.value {
            Value::Call(call) if one.target == target && call.method() == method => {
                Some(call.as_ref())
            }
            _ => None,
        })
    };
    let nested = move |parsers: &str| {
        let maker = made_by(parsers, "add_subparsers").map(receiver);
        maker.is_some_and(|parser| made_by(parser, "add_parser").is_some())
    };
    let added = move |call: &&Placed<Call>| {
        call.value.method() == "add_parser" && !nested(receiver(&call.value))
    };
    outline.calls.iter().filter(added).flat_map(move |call| {
        let parser = outline.assigns.iter().find(|one| {
            one.line == call.line && matches!(&one.value, Value::Call(made) if **made == call.value)
        });
        let names = names(source, call.value.argument("name", 0));
        // Parsers of a loop have one name: which of them has an option, only its conditions say.
        let host = parser.filter(|_| names.len() == 1).and_then(|parser| {
            own_option(source, &parser.target).or_else(|| given(source, corpus, &parser.target))
        });
        names.into_iter().map(move |name| {
            let host = host.clone();
            (Subcommand { name, host }, call.line)
        })
    })
}

/// The names that an argument stands for: a text, or those of a list that a loop goes through.
fn names(source: &Source, argument: Option<&Value>) -> Vec<String> {
    let outline = &source.outline;
    let variable = match argument {
        Some(Value::Text(name)) => return vec![name.clone()],
        Some(Value::Name(variable)) => variable,
        _ => return Vec::new(),
    };
    let mut loops = outline.loops.iter();
    let Some(through) = loops.find(|one| one.value.0 == *variable) else {
        return Vec::new();
    };
    let list = match &through.value.1 {
        Value::Name(list) => {
            let mut assigns = outline.assigns.iter();
            assigns
                .find(|one| one.target == *list)
                .map(|one| &one.value)
        }
        value => Some(value),
    };
    match list {
        Some(Value::List(items)) => {
            let texts = items.iter().filter_map(Value::as_text);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The option for the address that a file adds to one of its parsers.
fn own_option(source: &Source, parser: &str) -> Option<String> {
    let calls = source.outline.calls.iter().map(|option| &option.value);
    let mut options =
        calls.filter(|option| option.method() == "add_argument" && receiver(option) == parser);
    options.find_map(|option| host(source, option))
}

/// The same where another module adds it: `web.add_options(serve)`.
fn given(source: &Source, corpus: &Corpus, parser: &str) -> Option<String> {
    let mut calls = source.outline.calls.iter().map(|call| &call.value);
    let name = |value: &Value| matches!(value, Value::Name(name) if name == parser);
    let call = calls.find(|call| !receiver(call).is_empty() && call.args.iter().any(name))?;
    let module = receiver(call).rsplit('.').next();
    let mut sources = corpus.sources.iter();
    let other = sources.find(|one| module == Some(one.stem()))?;
    let mut functions = other.outline.functions.iter();
    let function = functions.position(|one| one.name == call.method())?;
    let inside = |option: &&Placed<Call>| option.within.function == Some(function);
    let mut options = other.outline.calls.iter().filter(inside);
    options.find_map(|option| host(other, &option.value))
}

/// `cli.add_command(serve)`, `cli.add_command(web.start, name="serve")`.
fn added<'a>(
    source: &'a Source,
    corpus: &'a Corpus,
    groups: &'a BTreeSet<&str>,
) -> impl Iterator<Item = (Subcommand, u32)> + 'a {
    let calls = source.outline.calls.iter();
    calls.filter_map(move |call| {
        let adds = call.value.method() == "add_command" && groups.contains(receiver(&call.value));
        let Value::Name(function) = call.value.args.first().filter(|_| adds)? else {
            return None;
        };
        let function = function.rsplit('.').next().unwrap_or_default();
        let found = corpus.sources.iter().find_map(|source| {
            let mut functions = source.outline.functions.iter();
            let is_it = |one: &&Function| one.name == function;
            let found = functions.find(|one| is_it(one) && command(one).is_some())?;
            Some((source, found))
        });
        let own = || named(found.and_then(|(_, one)| command(one))?);
        let name = call.value.argument("name", 1).and_then(Value::as_text);
        let name = name.map(str::to_owned).or_else(own);
        let host = found.and_then(|(source, function)| {
            let mut options = function.decorators.iter();
            options.find_map(|one| option(source, one))
        });
        let name = name.unwrap_or_else(|| spelt(function));
        Some((Subcommand { name, host }, call.line))
    })
}

/// Commands that are loaded by their names only when they are called (click's documentation, «Lazily Loading Subcommands»), and
/// those that a group of the project's own has in a table.
fn loaded(source: &Source) -> impl Iterator<Item = (Subcommand, u32)> {
    let outline = &source.outline;
    let own = outline.classes.iter().any(|class| {
        let bases = class.bases.iter();
        let mut bases = bases.filter_map(|base| base.rsplit('.').next());
        bases.any(|base| base.ends_with("Group") || base.ends_with("MultiCommand"))
    });
    let given = outline.calls.iter().flat_map(|call| {
        let keywords = call.value.keywords.iter();
        let lazy = keywords.filter(|(name, _)| name == "lazy_subcommands");
        lazy.map(|(_, value)| (value, call.line))
    });
    let assigns = outline.assigns.iter();
    let tables = assigns.filter(move |one| own && one.within.class);
    let tables = tables.map(|one| (&one.value, one.line));
    given.chain(tables).flat_map(|(table, line)| {
        let entries = match table {
            Value::Dict(entries) => entries.as_slice(),
            _ => &[],
        };
        let dotted = |value: &Value| value.as_text().is_some_and(|text| text.contains('.'));
        let commands = entries.iter().filter(move |(_, value)| dotted(value));
        commands.filter_map(move |(name, _)| {
            let name = name.as_text()?.to_owned();
            Some((Subcommand { name, host: None }, line))
        })
    })
}

/// Is a function added to a group as its command?
fn adds(corpus: &Corpus, function: &str) -> bool {
    let is_it = |value: &Value| matches!(value, Value::Name(name) if name.rsplit('.').next() == Some(function));
    let calls = corpus
        .sources
        .iter()
        .flat_map(|source| &source.outline.calls);
    let mut added = calls.filter(|call| call.value.method() == "add_command");
    added.any(|call| call.value.args.first().is_some_and(is_it))
}

/// `@cli.command("serve")` and `@cli.command()` of a function called so.
fn decorated(source: &Source, groups: &BTreeSet<&str>) -> impl Iterator<Item = (Subcommand, u32)> {
    let functions = source.outline.functions.iter();
    functions.filter_map(|function| {
        let command = function
            .decorators
            .iter()
            .find(|one| one.method() == "command" && groups.contains(receiver(one)))?;
        let name = named(command).unwrap_or_else(|| spelt(&function.name));
        let mut options = function.decorators.iter();
        let host = options.find_map(|one| option(source, one));
        Some((Subcommand { name, host }, function.line))
    })
}

/// The decorator that makes a function a command.
fn command(function: &Function) -> Option<&Call> {
    let mut decorators = function.decorators.iter();
    decorators.find(|one| one.method() == "command")
}

/// The name that a command is given.
fn named(command: &Call) -> Option<String> {
    let name = command.argument("name", 0).and_then(Value::as_text);
    name.map(str::to_owned)
}

/// A decorator that is an option for the address.
fn option(source: &Source, decorator: &Call) -> Option<String> {
    host(source, decorator).filter(|_| decorator.method() == "option")
}

/// The option for an address that falls back to the machine's own: `option("--host", default="127.0.0.1")`.
fn host(source: &Source, option: &Call) -> Option<String> {
    const OPTIONS: [&str; 7] = [
        "--host",
        "--bind",
        "--address",
        "--listen",
        "--ip",
        "--listen-address",
        "--bind-address",
    ];
    let mut names = option.args.iter().filter_map(Value::as_text);
    let name = names.find(|name| OPTIONS.contains(name))?;
    let mut keywords = option.keywords.iter();
    let (_, default) = keywords.find(|(name, _)| name == "default")?;
    let own = matches!(source.setting(default)?, "127.0.0.1" | "localhost" | "::1");
    own.then(|| name.to_owned())
}

/// As click and typer spell the command of a function: `run_server_command` is `run-server`.
fn spelt(function: &str) -> String {
    let name = ["_command", "_cmd", "_group", "_grp"]
        .iter()
        .find_map(|end| function.strip_suffix(end))
        .unwrap_or(function);
    name.to_lowercase().replace('_', "-")
}

/// Names of what commands are added to: functions under `@click.group()`, and `typer.Typer()`s with more than one command, or
/// with a callback. A group that starts something without a command needs none.
fn groups(corpus: &Corpus) -> BTreeSet<&str> {
    let mut groups = BTreeSet::new();
    let mut others = BTreeSet::new();
    for source in &corpus.sources {
        for function in &source.outline.functions {
            match function
                .decorators
                .iter()
                .find(|one| one.method() == "group")
            {
                Some(group) if bare(group) => drop(others.insert(function.name.as_str())),
                Some(group) if matches!(receiver(group), "" | "click" | "asyncclick") => {
                    groups.insert(function.name.as_str());
                }
                Some(_) => drop(others.insert(function.name.as_str())),
                None => {}
            }
        }
        let typers = source.outline.assigns.iter().filter(|one| {
            matches!(&one.value, Value::Call(call) if call.method() == "Typer" && !bare(call))
        });
        groups.extend(
            typers
                .map(|one| one.target.as_str())
                .filter(|name| several(source, name)),
        );
    }
    &groups - &others
}

fn several(source: &Source, typer: &str) -> bool {
    let of = |function: &&Function, method: &str| {
        let mut decorators = function.decorators.iter();
        decorators.any(|one| one.method() == method && receiver(one) == typer)
    };
    let functions = || source.outline.functions.iter();
    functions().filter(|one| of(one, "command")).count() > 1
        || functions().any(|one| of(&one, "callback"))
}

/// Does it start something without a command?
fn bare(group: &Call) -> bool {
    let mut keywords = group.keywords.iter();
    keywords
        .any(|(name, value)| name == "invoke_without_command" && value.as_setting() == Some("True"))
}

/// What a method is called on: `cli` of `cli.command`.
fn receiver(call: &Call) -> &str {
    call.callee.rsplit_once('.').map_or("", |(on, _)| on)
}
