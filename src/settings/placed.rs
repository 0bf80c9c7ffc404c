//! Finds the line of a settings file that an error is about.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{FILE, Settings};
use crate::error::Error;
use crate::facts::Place;
use crate::inspect::tree::{Tree, line_of};

/// The error of a setting with the place where a file says it: the first of `sources`, each a folder's files and the image whose
/// table is meant, or `None` for what holds for all; `dockwright.toml` before `pyproject.toml`. As it is where flags or environment
/// say it (`passing`), where no file does, and where it has a place.
pub fn placed(error: Error, sources: &[(&Tree, Option<&str>)], passing: &Settings) -> Error {
    let Error::Settings { what, at, help } = error else {
        return error;
    };
    let words: Vec<&str> = what.split('`').skip(1).step_by(2).collect();
    let typed = |key: &str| passing.said().keys().any(|said| begins(said, key));
    let named = words.split_first().filter(|(key, _)| !typed(key));
    let found = named.and_then(|(key, others)| {
        let at = |file| move |(tree, image): &(&Tree, _)| in_file(tree, file, *image, key, others);
        let (file, manifest) = (at(FILE), at("pyproject.toml"));
        sources
            .iter()
            .find_map(|one| file(one).or_else(|| manifest(one)))
    });
    Error::Settings {
        at: at.or(found),
        what,
        help,
    }
}

/// `packages.run` begins with `packages`.
fn begins(said: &str, key: &str) -> bool {
    let rest = said.strip_prefix(key);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn in_file(
    tree: &Tree,
    name: &str,
    image: Option<&str>,
    key: &str,
    others: &[&str],
) -> Option<Place> {
    let path = tree.in_app(name);
    let text = tree.text(&path).ok()??;
    let document = DeTable::parse(&text).ok()?;
    let top = document.get_ref();
    let common = match name {
        FILE => top,
        _ => inner(inner(top, "tool")?, "dockwright")?,
    };
    let table = match image {
        Some(image) => inner(inner(common, "images")?, image)?,
        None => common,
    };
    let start = start(table, key, others)?;
    Some(Place::new(path, line_of(text.as_bytes(), start)))
}

/// Where a dotted key stands, or of its entries the one that is named too.
fn start(table: &DeTable<'_>, key: &str, others: &[&str]) -> Option<usize> {
    if let Some((outer, rest)) = key.split_once('.') {
        return start(inner(table, outer)?, rest, others);
    }
    let (name, value) = table.get_key_value(key)?;
    let entry = entry(value.get_ref(), others);
    Some(entry.unwrap_or_else(|| name.span().start))
}

/// Where an entry of a list stands, a key of a table, or an entry of a list in it, that is one of these.
fn entry(value: &DeValue<'_>, wanted: &[&str]) -> Option<usize> {
    match value {
        DeValue::Array(list) => list.iter().find_map(|one| {
            let is_wanted =
                matches!(one.get_ref(), DeValue::String(text) if wanted.contains(&&**text));
            is_wanted.then(|| one.span().start)
        }),
        DeValue::Table(table) => table.iter().find_map(|(key, value)| {
            let is_wanted = wanted.contains(&&**key.get_ref());
            let here = is_wanted.then(|| key.span().start);
            here.or_else(|| entry(value.get_ref(), wanted))
        }),
        _ => None,
    }
}

fn inner<'a, 't>(table: &'a DeTable<'t>, key: &str) -> Option<&'a DeTable<'t>> {
    match table.get(key).map(Spanned::get_ref)? {
        DeValue::Table(inner) => Some(inner),
        _ => None,
    }
}
