//! Turns a command line that has several commands into those that start a server.

use std::collections::BTreeSet;

use super::corpus::{Corpus, Source};
use crate::facts::app::Subcommand;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Call, Function, Value};

/// Names of commands that start a server, best first.
const NAMES: [&str; 6] = [
    "serve",
    "server",
    "runserver",
    "run-server",
    "start-server",
    "start",
];

/// The commands of argparse, click and typer that are named for a server, best first
/// (<https://docs.python.org/3/library/argparse.html#sub-commands>, <https://click.palletsprojects.com/en/stable/commands/>,
/// <https://typer.tiangolo.com/tutorial/commands/>). Commands of commands are none.
pub(super) fn read(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<Subcommand>> {
    let groups = groups(corpus);
    let mut found: Vec<(usize, Found<Subcommand>)> = Vec::new();
    for source in &corpus.sources {
        let commands = parsers(source).chain(decorated(source, &groups));
        found.extend(commands.filter_map(|(command, line)| {
            let rank = NAMES.iter().position(|one| *one == command.name)?;
            Some((rank, Found::new(command, place(&source.path, line))))
        }));
    }
    found.sort_by(|(a, one), (b, other)| (a, &one.at).cmp(&(b, &other.at)));
    found.into_iter().map(|(_, command)| command).collect()
}

/// `parsers.add_parser("serve")`, where `parsers` are those of the command line itself.
fn parsers(source: &Source) -> impl Iterator<Item = (Subcommand, u32)> {
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
    outline.calls.iter().filter_map(move |call| {
        let added = call.value.method() == "add_parser" && !nested(receiver(&call.value));
        let name = call.value.argument("name", 0)?.as_text()?.to_owned();
        let parser = outline.assigns.iter().find(|one| {
            one.line == call.line && matches!(&one.value, Value::Call(made) if **made == call.value)
        });
        let of_it = |option: &&Call| {
            option.method() == "add_argument"
                && parser.is_some_and(|parser| receiver(option) == parser.target)
        };
        let mut options = outline
            .calls
            .iter()
            .map(|option| &option.value)
            .filter(of_it);
        let host = options.find_map(host);
        added.then_some((Subcommand { name, host }, call.line))
    })
}

/// `@cli.command("serve")` and `@cli.command()` of a function called so.
fn decorated(source: &Source, groups: &BTreeSet<&str>) -> impl Iterator<Item = (Subcommand, u32)> {
    let functions = source.outline.functions.iter();
    functions.filter_map(|function| {
        let command = function
            .decorators
            .iter()
            .find(|one| one.method() == "command" && groups.contains(receiver(one)))?;
        let given = command.argument("name", 0).and_then(Value::as_text);
        let name = given.map_or_else(|| spelt(&function.name), str::to_owned);
        let mut options = function.decorators.iter();
        let host = options.find_map(|option| host(option).filter(|_| option.method() == "option"));
        Some((Subcommand { name, host }, function.line))
    })
}

/// The option for an address that falls back to the machine's own: `option("--host", default="127.0.0.1")`.
fn host(option: &Call) -> Option<String> {
    const OPTIONS: [&str; 5] = ["--host", "--bind", "--address", "--listen", "--ip"];
    let mut names = option.args.iter().filter_map(Value::as_text);
    let name = names.find(|name| OPTIONS.contains(name))?;
    let mut keywords = option.keywords.iter();
    let (_, default) = keywords.find(|(name, _)| name == "default")?;
    let own = matches!(default.as_text()?, "127.0.0.1" | "localhost" | "::1");
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
