//! Native knowledge as data: turns a distribution's name into what it needs from the system.

mod before;
mod contents;
mod describe;
pub mod development;
pub mod downloads;
mod entry;
pub mod frameworks;
pub mod headers;
pub mod migrations;
pub mod node;
pub mod outgrown;
pub mod removed;
pub mod servers;
pub mod services;
pub mod sonames;
pub mod writes;

use std::collections::BTreeMap;
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
    slots: BTreeMap<&'static str, Slot>,
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
        self.slots.keys().copied().filter(|key| !key.contains(':'))
    }

    /// Every need that a sign in the sources shows, sorted by its key; `tessdata` is asked for by its language, not by a sign.
    pub fn source_needs(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        let keys = self.slots.keys().copied();
        keys.filter(|key| key.contains(':') && !key.starts_with("tessdata:"))
            .filter_map(|key| Some((key, self.parsed(key)?)))
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
    let mut rest = shelf;
    std::iter::from_fn(move || {
        let start = header(rest, 0)?;
        let end = header(rest, start.1).map_or(rest.len(), |next| next.0);
        let text = rest.get(start.0..end)?;
        let key = text.get(1..)?.split(']').next()?.trim_matches('"');
        rest = rest.get(end..)?;
        Some((key, text))
    })
}

/// Offsets of the start and of the end of the first top-level header's line at or after `from`.
fn header(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let next = at + line.len();
        let inner = line
            .trim_end()
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if inner.is_some_and(|key| {
            !key.starts_with('[') && (key.starts_with('"') || !key.contains('.'))
        }) {
            return Some((at, next));
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests;
