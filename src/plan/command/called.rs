//! Turns the one class that a framework's command calls by its name into the start: a crawler's spider.

use super::known::Known;
use super::{Command, Start, serve};
use crate::error::{Error, Offer};
use crate::facts::app::Called;
use crate::facts::{Arg, Found, quoted};

/// The only one.
///
/// # Errors
/// There are several.
pub(super) fn start(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let there = |found: &&Found<Called>| {
        let framework = serve::framework(&found.value.framework);
        framework.is_some_and(|one| one.distribution.iter().any(|name| known.has(name)))
    };
    let all: Vec<_> = known.facts.app.called.iter().filter(there).collect();
    let Some(first) = all.first() else {
        return Ok(None);
    };
    if all.len() > 1 {
        return Err(undecided(&all));
    }
    let name = &first.value.name;
    let why = format!("{name} is the only one there");
    let argv = words(&first.value).into_iter().map(Arg::text).collect();
    Ok(Some(Start {
        framework: Some(first.value.framework.clone()),
        command: Some(Command::words(argv, Some(first.at.clone()), why)),
        needs_source: true,
        ..Start::default()
    }))
}

/// The framework's command for one of them.
fn words(called: &Called) -> Vec<String> {
    let command = serve::framework(&called.framework).map(|one| one.command.iter());
    let words = command.into_iter().flatten();
    words
        .map(|word| word.replace("{object}", &called.name))
        .collect()
}

fn undecided(all: &[&Found<Called>]) -> Error {
    let typed = |found: &Found<Called>| {
        let words: Vec<String> = words(&found.value)
            .iter()
            .map(|word| quoted(word))
            .collect();
        words.join(" ")
    };
    let table = all
        .first()
        .and_then(|one| serve::framework(&one.value.framework));
    let noun = table.and_then(|one| one.calls.as_ref());
    let noun = noun.map_or("", |calls| calls.noun.as_str());
    Error::Undecided {
        what: format!("{} {noun} could be started", all.len()),
        evidence: all
            .iter()
            .map(|one| (Some(one.at.clone()), one.value.name.clone()))
            .collect(),
        help: all.first().map_or_else(String::new, |one| {
            format!("choose one: `--command {}`", super::typed(&typed(one)))
        }),
        offers: all
            .iter()
            .map(|one| Offer::new("command", typed(one), Some(&one.at)))
            .collect(),
    }
}
