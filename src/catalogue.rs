//! Native knowledge as data: turns a distribution's name into what it needs from the system.

mod before;
pub mod capped;
mod contents;
mod describe;
pub mod development;
pub mod downloads;
mod entry;
pub mod frameworks;
pub mod headers;
pub mod migrations;
pub mod moved;
pub mod node;
pub mod outgrown;
pub mod removed;
pub mod servers;
pub mod services;
pub mod sonames;
pub mod writes;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

pub use before::before;
pub use entry::{
    Advice, Alpine, ArtefactKind, Beside, BySuite, Case, Debian, Entry, Plugin, Proved, RunWhen,
    Shown, Suite, WheelRecord, WheelTarget,
};

use crate::facts::normalise;

/// The shelves: distributions by subject, keys sorted within each.
const SHELVES: [(&str, &str); 12] = [
    (
        "audio-video.toml",
        include_str!("catalogue/packages/audio-video.toml"),
    ),
    (
        "crypto-auth.toml",
        include_str!("catalogue/packages/crypto-auth.toml"),
    ),
    (
        "database.toml",
        include_str!("catalogue/packages/database.toml"),
    ),
    (
        "documents.toml",
        include_str!("catalogue/packages/documents.toml"),
    ),
    ("geo.toml", include_str!("catalogue/packages/geo.toml")),
    (
        "imaging.toml",
        include_str!("catalogue/packages/imaging.toml"),
    ),
    (
        "messaging.toml",
        include_str!("catalogue/packages/messaging.toml"),
    ),
    ("pure.toml", include_str!("catalogue/packages/pure.toml")),
    (
        "science.toml",
        include_str!("catalogue/packages/science.toml"),
    ),
    (
        "system.toml",
        include_str!("catalogue/packages/system.toml"),
    ),
    ("web.toml", include_str!("catalogue/packages/web.toml")),
    (
        "wheels.toml",
        include_str!("catalogue/packages/wheels.toml"),
    ),
];

/// Needs that only the sources show, keyed `kind:name`.
const NEEDS: &str = include_str!("catalogue/needs.toml");

/// Everything known, found by normalised name.
#[derive(Debug)]
pub struct Catalogue {
    slots: HashMap<&'static str, Slot>,
}

/// One table's text, parsed when somebody asks: a run looks up a few of some hundred.
#[derive(Debug)]
struct Slot {
    shelf: &'static str,
    text: &'static str,
    entry: OnceLock<Entry>,
}

impl Catalogue {
    /// What this program was compiled with.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let shelves = SHELVES.iter().copied().chain([("needs.toml", NEEDS)]);
            let slots = shelves
                .flat_map(|(shelf, text)| tables(text).map(move |(key, text)| (shelf, key, text)))
                .map(|(shelf, key, text)| {
                    let entry = OnceLock::new();
                    (key, Slot { shelf, text, entry })
                })
                .collect();
            Self { slots }
        })
    }

    /// The same knowledge without some names, as if it had never heard of them: how `verify` is tested.
    pub fn without(&'static self, names: &[String]) -> &'static Self {
        if names.is_empty() {
            return self;
        }
        let known = |key: &str| {
            !names
                .iter()
                .any(|name| key == name || key == normalise(name))
        };
        let slots = self
            .slots
            .iter()
            .filter(|(key, _)| known(key))
            .map(|(key, slot)| {
                let fresh = Slot {
                    entry: OnceLock::new(),
                    ..*slot
                };
                (*key, fresh)
            })
            .collect();
        // Once a run, as long as the program lives.
        Box::leak(Box::new(Self { slots }))
    }

    /// What is known of a distribution; `None` for a stranger. The name is normalised here.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let name = normalise(name);
        (!name.contains(':')).then(|| self.parsed(&name)).flatten()
    }

    /// What is known of a need seen in the sources, by its key (`program:ffmpeg`); `None` for a stranger.
    pub fn source_need(&self, key: &str) -> Option<&Entry> {
        key.contains(':').then(|| self.parsed(key)).flatten()
    }

    /// Every distribution's normalised name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.sorted(|key| !key.contains(':'))
    }

    /// Every need that a sign in the sources shows, sorted by its key; `tessdata` is asked for by its language, not by a sign.
    pub fn source_needs(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        self.sorted(|key| key.contains(':') && !key.starts_with("tessdata:"))
            .filter_map(|key| Some((key, self.parsed(key)?)))
    }

    fn sorted(&self, wanted: fn(&str) -> bool) -> impl Iterator<Item = &'static str> + use<> {
        let mut keys: Vec<&'static str> = self.slots.keys().copied().collect();
        keys.retain(|key| wanted(key));
        keys.sort_unstable();
        keys.into_iter()
    }

    /// What `dockwright catalogue NAME` prints; `None` for a stranger.
    pub fn describe(&self, name: &str) -> Option<String> {
        Some(describe::text(&normalise(name), self.entry(name)?))
    }

    /// What `dockwright catalogue` prints: a line a distribution, sorted.
    pub fn list(&self) -> String {
        let width = self.names().map(str::len).max().unwrap_or(0);
        self.names()
            .filter_map(|name| Some((name, self.parsed(name)?)))
            .fold(String::new(), |mut out, (name, entry)| {
                let _ = writeln!(out, "{name:width$}  {}", entry.why);
                out
            })
    }

    fn parsed(&self, key: &str) -> Option<&Entry> {
        let slot = self.slots.get(key)?;
        Some(slot.entry.get_or_init(|| match parse(key, slot.text) {
            Ok(entry) => entry,
            // The tests parse every table of every shelf, which are part of the program.
            Err(error) => unreachable!("{}: [{key}]: {error}", slot.shelf),
        }))
    }
}

/// An embedded table of the plan, by the name of its file.
///
/// # Panics
/// It cannot be read: a bug that each run of the tests meets.
pub(crate) fn table<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| unreachable!("embedded {name}: {error}"))
}

/// An embedded table whose rows are advice on a distribution.
///
/// # Panics
/// As [`table`].
fn advice<Row: DeserializeOwned + Into<Advice>>(
    name: &str,
    text: &str,
) -> BTreeMap<String, Vec<Advice>> {
    let rows: BTreeMap<String, Vec<Row>> = table(name, text);
    let all = rows.into_iter();
    all.map(|(of, rows)| (of, rows.into_iter().map(Into::into).collect()))
        .collect()
}

/// An embedded table; an unreadable one is empty, which the tests of each table refuse.
fn embedded<T: DeserializeOwned + Default>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

/// The table of one key, out of its text.
fn parse(key: &str, text: &str) -> Result<Entry, String> {
    let mut tables: BTreeMap<String, Entry> =
        toml::from_str(text).map_err(|error| error.to_string())?;
    tables
        .remove(key)
        .ok_or_else(|| "its sub-tables bear another name".to_owned())
}

/// Cuts a shelf at its top-level headers: `[name]` or `["kind:name"]`, at a line's start and without a dot.
fn tables(shelf: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let first = shelf.starts_with('[').then_some(0);
    let others = shelf.match_indices("\n[").map(|(line_end, _)| line_end + 1);
    let starts = first.into_iter().chain(others);
    let mut headers = starts
        .filter_map(|at| Some((at, header(shelf.get(at..)?)?)))
        .peekable();
    std::iter::from_fn(move || {
        let (at, key) = headers.next()?;
        let end = headers.peek().map_or(shelf.len(), |(next, _)| *next);
        Some((key, shelf.get(at..end)?))
    })
}

/// The key of a text's first line, where that is a top-level header.
fn header(text: &str) -> Option<&str> {
    let inner = text.lines().next()?.trim_end().strip_prefix('[')?;
    let key = inner.strip_suffix(']')?;
    if key.starts_with('"') {
        return Some(key.trim_matches('"'));
    }
    (!key.starts_with('[') && !key.contains('.')).then_some(key)
}

#[cfg(test)]
mod tests;
