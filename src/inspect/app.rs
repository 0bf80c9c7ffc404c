//! Turns the source tree into [`AppFacts`]: how the application is started, and what only its sources ask of the system.

mod aliases;
mod called;
mod configs;
mod corpus;
mod decoys;
mod demands;
mod django;
mod downloads;
mod frontend;
mod hints;
mod languages;
mod launches;
mod makers;
mod modules;
mod needs;
mod notebooks;
mod numbers;
mod objects;
mod plain;
mod procfile;
mod reads;
mod removed;
mod routes;
mod shell;
mod signals;
mod sqlite;
mod subcommands;

use std::collections::BTreeSet;

use crate::catalogue::migrations;
use crate::error::Error;
use crate::facts::app::{AppFacts, GuardedScript};
use crate::facts::{Found, Place, SourceNeed};
use crate::inspect::tree::Tree;

use modules::Modules;

/// Reads everything about the start of the application, and the native needs of its sources, sorted.
///
/// # Errors
/// `Procfile` or a server's configuration cannot be read. Python files never fail: what cannot be read is passed over.
pub fn read(tree: &Tree) -> Result<(AppFacts, Vec<SourceNeed>), Error> {
    let mut facts = AppFacts::default();
    facts.procfile = procfile::read(tree, &mut facts.warnings)?;
    let named = facts.procfile.iter().filter_map(|line| line.value.script());
    facts.launches = launches::read(tree, &named.collect());
    let ends = facts.procfile.iter().filter_map(procfile::last);
    facts.launches.extend(ends);
    facts.hints = hints::read(tree);
    facts.configs = configs::read(tree)?;

    let corpus = corpus::read(tree);
    let modules = Modules::new(&corpus);
    let place = |file: &str, line: u32| Place::new(tree.in_app(file), line);
    facts.looked_at = corpus.paths.len();
    let ports = numbers::ports(&corpus);
    facts.objects = objects::read(&corpus, &modules, &ports, &place);
    facts.objects.extend(notebooks::read(tree));
    facts.django = django::read(&corpus, &modules, &place);
    for source in &corpus.sources {
        let outline = &source.outline;
        let path = modules.path(&source.path);
        if let Some(line) = outline.broken.filter(|_| corpus::depth(&source.path) == 0) {
            facts.broken.push(place(&source.path, line));
        }
        if source.stem() == "__main__" {
            facts.mains.push(Found::new(path, place(&source.path, 1)));
        } else if let Some(line) = outline.guard {
            let calls = outline
                .calls
                .iter()
                .filter(|call| call.within.guard && call.within.function.is_none())
                .map(|call| call.value.callee.clone())
                .collect();
            let script = GuardedScript {
                module: path,
                calls,
            };
            facts
                .scripts
                .push(Found::new(script, place(&source.path, line)));
        } else if plain::works(source, &modules) {
            facts.plain.push(Found::new(path, place(&source.path, 1)));
        }
    }
    facts.called = called::read(tree, &corpus, &place);
    facts.health = routes::health(&corpus, &place);
    facts.beat = routes::beat(&corpus, &place);
    facts.downloads = downloads::read(&corpus, &modules, &place);
    [facts.removed, facts.moved] = removed::read(&corpus, &modules, &place);
    facts.port = routes::port(&corpus, &ports, &place);
    facts.listens = routes::listens(&corpus, &place);
    facts.subcommands = subcommands::read(&corpus, &place);
    facts.addresses = subcommands::addresses(&corpus, &place);
    facts.handles_term = signals::handled(&corpus, &place);
    facts.waits = signals::waits(&corpus, &place);
    facts.variables = reads::read(&corpus, &place);
    for (name, tool) in migrations::all() {
        let marker = tree.in_app(&tool.marker);
        if tree.files().iter().any(|file| file.path == marker) {
            let at = Place::new(marker, 0);
            facts.migrations.push(Found::new(name.clone(), at));
        }
    }
    facts.sqlite = sqlite::read(&corpus, &place);
    facts.frontends = frontend::read(tree);
    let compiled: BTreeSet<&str> = tree
        .files()
        .iter()
        .filter_map(|file| file.path.strip_suffix(".mo"))
        .collect();
    facts.catalogues = tree
        .files()
        .iter()
        .filter_map(|file| file.path.strip_suffix(".po"))
        // What stands beside it compiled, and is not ignored by git, needs no compiling.
        .filter(|path| path.contains("LC_MESSAGES/") && !compiled.contains(path))
        .map(|path| format!("{path}.po"))
        .collect();
    let needs = needs::read(&corpus, &modules, facts.django.as_ref(), &place);
    Ok((facts, needs))
}
