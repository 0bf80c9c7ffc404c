//! Turns the last record and the present one into the reasons, in words, why the files are out of date.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, State};
use crate::error::printable;
use crate::facts::Place;
use crate::lock::{Because, LOCK_FILE, LockRecord, LockedNeed};

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The place that follows from: the requirement's line, or the file as a whole.
    pub at: Option<Place>,
    /// `psycopg2 2.9.10 was added to requirements.txt: the runtime needs libpq5`.
    pub text: String,
}

/// The settings' file, beside the manifest or above it.
const SETTINGS: &str = "dockwright.toml";

/// Why `generate` would change something; empty when all is up to date.
///
/// Texts decide: an input that changed without effect, and an edit by hand, are no drift. The records say why.
#[must_use]
pub fn drift(lock: Option<&LockRecord>, new: &LockRecord, changes: &[Change]) -> Vec<Reason> {
    let Some(old) = lock else {
        return vec![whole(
            LOCK_FILE,
            format!("{LOCK_FILE} is missing: what was generated before is not known"),
        )];
    };
    let mut reasons: Vec<Reason> = changes
        .iter()
        .filter(|change| change.before.is_none())
        .map(|change| {
            let path = printable(&change.path);
            whole(&change.path, format!("{path} is missing"))
        })
        .collect();
    for path in old.files.keys() {
        if !changes.iter().any(|change| change.path == *path) {
            let text = format!(
                "{} is no longer generated: what is on disk is yours to keep or to delete",
                printable(path)
            );
            reasons.push(whole(path, text));
        }
    }
    let stale: Vec<&Change> = changes
        .iter()
        .filter(|change| {
            change.before.is_some() && old.files.get(&change.path) != Some(&change.generated)
        })
        .collect();
    if !stale.is_empty() {
        let mut why = needs(old, new);
        why.extend(decisions(old, new));
        for reason in &mut why {
            reason.at = reason.at.take().or_else(|| settings(old, new));
        }
        why.extend(pins(&old.pins, &new.pins));
        why.extend(tools(&old.tools, &new.tools));
        if why.is_empty() {
            why.extend(inputs(&old.inputs, &new.inputs));
        }
        if why.is_empty() {
            why.extend(stale.iter().map(|change| unexplained(old, change)));
        }
        reasons.extend(why);
    }
    for change in changes {
        if let State::Conflict(clashes) = &change.state {
            reasons.extend(clashes.iter().map(|clash| {
                Reason {
                    text: "an edit by hand meets what follows: `dockwright generate` shows both"
                        .to_owned(),
                    at: Some(Place::new(change.path.as_str(), clash.line)),
                }
            }));
        }
    }
    // As one reads the files; what has no place comes last.
    reasons.sort_by(|a, b| (a.at.is_none(), a).cmp(&(b.at.is_none(), b)));
    reasons.dedup();
    reasons
}

/// The settings file, where it has changed: what follows from no other place follows from there.
fn settings(old: &LockRecord, new: &LockRecord) -> Option<Place> {
    let named = |path: &&String| path.rsplit('/').next() == Some(SETTINGS);
    let mut paths = old.inputs.keys().chain(new.inputs.keys()).filter(named);
    let path = paths.find(|path| old.inputs.get(*path) != new.inputs.get(*path))?;
    Some(Place::new(path.as_str(), 0))
}

fn whole(path: &str, text: String) -> Reason {
    Reason {
        text,
        at: Some(Place::new(path, 0)),
    }
}

fn unexplained(old: &LockRecord, change: &Change) -> Reason {
    let path = printable(&change.path);
    let text = match (&change.state, old.files.contains_key(&change.path)) {
        (State::Foreign, _) => format!("{path} was not written by dockwright"),
        (_, false) => format!("{path} is not yet recorded in {LOCK_FILE}"),
        (_, true) => format!("this dockwright or its settings write {path} differently"),
    };
    whole(&change.path, text)
}

/// A requirement in one file of one image: what names a reason.
type Source<'a> = (&'a str, &'a str, Option<&'a str>);

/// What a record says about one requirement.
#[derive(Default)]
struct Needed<'a> {
    version: Option<&'a str>,
    line: u32,
    packages: Packages<'a>,
}

/// By requirement: what it newly needs, and what nothing needs for it any more.
fn needs(old: &LockRecord, new: &LockRecord) -> Vec<Reason> {
    let (before, after) = (by_requirement(old), by_requirement(new));
    let (had, has) = (by_image(old, |_| true), by_image(new, |_| true));
    let (nothing, none) = (Packages::new(), Needed::default());
    let sources: BTreeSet<&Source> = before.keys().chain(after.keys()).collect();
    let mut reasons = Vec::new();
    for source in sources {
        let was = before.get(source).unwrap_or(&none);
        let is = after.get(source).unwrap_or(&none);
        let changed = Effects::between(&was.packages, &is.packages);
        // What somebody else needed before, or needs still, is no news: unless there is none other.
        let had = had.get(&source.2).unwrap_or(&nothing);
        let has = has.get(&source.2).unwrap_or(&nothing);
        let Some(effects) = changed.beside(had, has).words().or_else(|| changed.words()) else {
            continue;
        };
        let text = format!("{}: {effects}", event(old, new, *source, (was, is)));
        reasons.push((source.2, text, Some(Place::new(source.1, is.line))));
    }
    let own = |need: &LockedNeed| need.because.is_empty();
    let (was, is) = (by_image(old, own), by_image(new, own));
    let images: BTreeSet<Option<&str>> = was.keys().chain(is.keys()).copied().collect();
    for image in images {
        let packages = |of: &'_ BTreeMap<_, _>| of.get(&image).cloned().unwrap_or_default();
        if let Some(effects) = Effects::between(&packages(&was), &packages(&is)).words() {
            reasons.push((image, format!("the settings changed: {effects}"), None));
        }
    }
    together(reasons)
}

/// What happened to a requirement.
fn event(
    old: &LockRecord,
    new: &LockRecord,
    source: Source<'_>,
    (was, is): (&Needed<'_>, &Needed<'_>),
) -> String {
    let (requirement, path, image) = source;
    let (name, file) = (printable(requirement), printable(path));
    let version = |needed: &Needed| {
        let version = needed.version.map(printable);
        version.map_or_else(String::new, |version| format!(" {version}"))
    };
    // Sources are no inputs: nobody knows what they were.
    let same = |hash: &String| new.inputs.get(path) == Some(hash);
    let edited = !old.inputs.get(path).is_some_and(same);
    let key = (image.map(ToOwned::to_owned), requirement.to_owned());
    match (was.packages.is_empty(), is.packages.is_empty()) {
        (true, _) if edited => format!("{name}{} was added to {file}", version(is)),
        (_, true) if !new.installed.contains(&key) => {
            format!("{name}{} is gone from {file}", version(was))
        }
        (_, true) => format!("{name} in {file}"),
        (false, false) if was.version != is.version => {
            format!("{name}{} became{} in {file}", version(was), version(is))
        }
        _ => format!("{name}{} in {file}", version(is)),
    }
}

/// One reason where it is the same for several images, which are named.
fn together(reasons: Vec<(Option<&str>, String, Option<Place>)>) -> Vec<Reason> {
    let mut out: BTreeMap<(Option<Place>, String), Vec<String>> = BTreeMap::new();
    for (image, text, at) in reasons {
        let images = out.entry((at, text)).or_default();
        images.extend(image.map(printable));
    }
    out.into_iter()
        .map(|((at, text), images)| Reason {
            text: match &images[..] {
                [] => text,
                images => format!("{}: {text}", images.join(", ")),
            },
            at,
        })
        .collect()
}

/// Packages by stage and name.
type Packages<'a> = BTreeSet<(&'a str, &'a str)>;

/// By image: the packages for these needs.
fn by_image(
    record: &LockRecord,
    needs: impl Fn(&LockedNeed) -> bool,
) -> BTreeMap<Option<&str>, Packages<'_>> {
    let mut out: BTreeMap<Option<&str>, Packages> = BTreeMap::new();
    for need in record.packages.iter().filter(|need| needs(need)) {
        let packages = out.entry(need.image.as_deref()).or_default();
        packages.insert((&need.stage, &need.name));
    }
    out
}

fn by_requirement(record: &LockRecord) -> BTreeMap<Source<'_>, Needed<'_>> {
    let mut out: BTreeMap<Source, Needed> = BTreeMap::new();
    for need in &record.packages {
        for Because {
            requirement,
            version,
            source,
            line,
            ..
        } in &need.because
        {
            let source = (&**requirement, &**source, need.image.as_deref());
            let needed = out.entry(source).or_default();
            needed.version = version.as_deref();
            needed.line = *line;
            needed.packages.insert((&need.stage, &need.name));
        }
    }
    out
}

/// What comes and what goes.
struct Effects<'a> {
    more: Packages<'a>,
    less: Packages<'a>,
}

impl<'a> Effects<'a> {
    fn between(was: &Packages<'a>, is: &Packages<'a>) -> Self {
        Self {
            more: is.difference(was).copied().collect(),
            less: was.difference(is).copied().collect(),
        }
    }

    /// Without what was there before, and what stays.
    fn beside(&self, had: &Packages<'_>, has: &Packages<'_>) -> Self {
        let without = |of: &Packages<'a>, known: &Packages<'_>| -> Packages<'a> {
            of.iter()
                .filter(|one| !known.contains(*one))
                .copied()
                .collect()
        };
        Self {
            more: without(&self.more, had),
            less: without(&self.less, has),
        }
    }

    /// `the runtime needs libpq5, the builder no longer needs gcc`; `None` without a difference.
    fn words(&self) -> Option<String> {
        let mut parts = Vec::new();
        for (verb, packages) in [("needs", &self.more), ("no longer needs", &self.less)] {
            for (stage, title) in [("build", "the builder"), ("run", "the runtime")] {
                let names = packages.iter().filter(|(of, _)| *of == stage);
                let names: Vec<String> = names.map(|(_, name)| printable(name)).collect();
                if !names.is_empty() {
                    parts.push(format!("{title} {verb} {}", names.join(", ")));
                }
            }
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn decisions(old: &LockRecord, new: &LockRecord) -> Vec<Reason> {
    // The key of one of several images begins with its name.
    let parts = |key: &str| match key.split_once(": ") {
        Some((image, key)) => (Some(image.to_owned()), key.to_owned()),
        None => (None, key.to_owned()),
    };
    let words = |key: String, was: Option<String>, is: Option<String>| {
        let (_, key) = parts(&key);
        match (was, is) {
            (Some(was), Some(is)) => format!("{key} changed from {was} to {is}"),
            (None, Some(is)) => format!("{key} is now {is}"),
            _ => format!("{key} is no longer given"),
        }
    };
    let found = differences(&old.decisions, &new.decisions, words);
    let images: Vec<(Option<String>, String, Option<Place>)> = found
        .into_iter()
        .map(|(key, text)| (parts(&key).0, text, new.places.get(&key).cloned()))
        .collect();
    let reasons = images.iter();
    together(
        reasons
            .map(|(image, text, at)| (image.as_deref(), text.clone(), at.clone()))
            .collect(),
    )
}

fn tools(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Reason> {
    let words = |tool, _: Option<String>, is: Option<String>| match is {
        Some(is) => format!("{tool} is now {is}"),
        None => format!("{tool} is again of the version that dockwright brings"),
    };
    differences(old, new, words)
        .into_iter()
        .map(|(_, text)| Reason { text, at: None })
        .collect()
}

fn pins(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Reason> {
    differences(old, new, |image, was, is| match (was, is) {
        (Some(_), Some(is)) => format!("{image} is now pinned to {is}"),
        (None, Some(is)) => format!("{image} was pinned to {is}"),
        _ => format!("{image} is no longer pinned"),
    })
    .into_iter()
    .map(|(_, text)| Reason { text, at: None })
    .collect()
}

fn inputs(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Reason> {
    differences(old, new, |path, was, is| match (was, is) {
        (Some(_), Some(_)) => format!("{path} changed"),
        (None, Some(_)) => format!("{path} is new"),
        _ => format!("{path} is gone"),
    })
    .into_iter()
    .map(|(path, text)| whole(&path, text))
    .collect()
}

/// The keys whose values differ, with what `words` says about them.
fn differences(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    words: impl Fn(String, Option<String>, Option<String>) -> String,
) -> Vec<(String, String)> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| {
            let value = |map: &BTreeMap<String, String>| map.get(key).map(|value| printable(value));
            (key.clone(), words(printable(key), value(old), value(new)))
        })
        .collect()
}
