//! Turns the text of a `Pipfile.lock` into a [`Lock`].
//!
//! Each section is a category of the `Pipfile`: `default`, `develop`, and the user's own (pipenv's `categories`). Files are
//! recorded by hash alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::origin::{add_index, local, url, vcs};
use crate::error::Error;
use crate::facts::{
    Found, IndexOptions, Lock, LockKind, LockedPackage, MarkerCache, Place, Source, VcsKind,
    normalise,
};

/// Reads the text of a lock that stands at `path`.
///
/// # Errors
/// See [`read_pipenv`](super::read_pipenv).
pub(super) fn read(path: &str, text: &str) -> Result<Lock, Error> {
    let file: Arc<str> = path.into();
    let document: Pipfile<'_> =
        serde_json::from_str(text).map_err(|error| broken(&file, text, &error))?;
    let lines = Lines::of(text);
    let meta = document.meta.unwrap_or_default();
    let spec = meta.spec.unwrap_or(6);
    if spec != 6 {
        let at = Place::new(Arc::clone(&file), lines.key("pipfile-spec"));
        let expected = "`pipfile-spec` 6";
        return Err(super::unsupported(
            LockKind::Pipenv,
            at,
            &spec.to_string(),
            expected,
        ));
    }
    let mut packages = Packages::default();
    for (section, entries) in &document.sections {
        for (name, entry) in entries {
            let at = Place::new(Arc::clone(&file), lines.entry(section, name));
            packages.add(path, group(section), name, entry, at)?;
        }
    }
    let found = |key: &str, value: Cow<'_, str>| {
        Found::new(
            value.into_owned(),
            Place::new(Arc::clone(&file), lines.key(key)),
        )
    };
    let requires = meta.requires.unwrap_or_default();
    let mut options = IndexOptions::default();
    for source in meta.sources.unwrap_or_default() {
        add_index(
            &mut options.indexes,
            source.name.as_deref(),
            &source.url,
            || Place::new(Arc::clone(&file), lines.key("sources")),
        );
    }
    Ok(Lock {
        kind: LockKind::Pipenv,
        path: path.to_owned(),
        format: spec.to_string(),
        tool_version: None,
        requires_python: match (requires.full, requires.short) {
            (Some(full), _) => Some(found("python_full_version", full)),
            (None, Some(short)) => Some(found("python_version", short)),
            (None, None) => None,
        },
        content_hash: meta
            .hash
            .and_then(|hash| hash.sha256)
            .map(|hash| found("sha256", hash)),
        packages: packages.list,
        options,
        members: Vec::new(),
        default_groups: Vec::new(),
    })
}

/// The file as serde sees it; sections in the order of their names, `default` before `develop`.
#[derive(Default)]
struct Pipfile<'t> {
    meta: Option<Meta<'t>>,
    sections: BTreeMap<Cow<'t, str>, Section<'t>>,
}

type Section<'t> = BTreeMap<Cow<'t, str>, Entry<'t>>;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta<'t> {
    #[serde(borrow)]
    hash: Option<Hash<'t>>,
    #[serde(rename = "pipfile-spec")]
    spec: Option<u64>,
    #[serde(borrow)]
    requires: Option<Requires<'t>>,
    #[serde(borrow)]
    sources: Option<Vec<Origin<'t>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hash<'t> {
    #[serde(borrow)]
    sha256: Option<Cow<'t, str>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Requires<'t> {
    #[serde(borrow, rename = "python_version")]
    short: Option<Cow<'t, str>>,
    #[serde(borrow, rename = "python_full_version")]
    full: Option<Cow<'t, str>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Origin<'t> {
    #[serde(borrow)]
    name: Option<Cow<'t, str>>,
    #[serde(borrow)]
    url: Cow<'t, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry<'t> {
    #[serde(borrow)]
    version: Option<Cow<'t, str>>,
    #[serde(borrow)]
    markers: Option<Cow<'t, str>>,
    extras: Vec<String>,
    #[serde(borrow)]
    git: Option<Cow<'t, str>>,
    #[serde(borrow)]
    hg: Option<Cow<'t, str>>,
    #[serde(borrow)]
    path: Option<Cow<'t, str>>,
    #[serde(borrow)]
    file: Option<Cow<'t, str>>,
}

impl<'de> Deserialize<'de> for Pipfile<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sections;
        impl<'de> Visitor<'de> for Sections {
            type Value = Pipfile<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of sections")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Pipfile::default();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if key == "_meta" {
                        out.meta = Some(map.next_value()?);
                    } else {
                        out.sections.insert(key, map.next_value()?);
                    }
                }
                Ok(out)
            }
        }
        deserializer.deserialize_map(Sections)
    }
}

/// Packages so far: one that stands in two sections is one package of two groups.
#[derive(Default)]
struct Packages {
    list: Vec<LockedPackage>,
    known: HashMap<(String, Option<String>), usize>,
    markers: MarkerCache,
}

impl Packages {
    fn add(
        &mut self,
        path: &str,
        group: String,
        name: &str,
        entry: &Entry<'_>,
        at: Place,
    ) -> Result<(), Error> {
        let name = normalise(name);
        // `*` is what pipenv writes for a package that the machine it locked on would not install.
        let version = entry
            .version
            .as_deref()
            .and_then(|version| version.strip_prefix("=="))
            .map(|version| version.trim_start_matches('=').trim().to_owned());
        let marker = entry.markers.as_deref().unwrap_or_default();
        let marker = self.markers.parse(marker).map_err(|error| {
            super::malformed(
                LockKind::Pipenv,
                at.clone(),
                &format!("the marker `{marker}` ({error})"),
                "an environment marker (PEP 508)",
            )
        })?;
        let key = (name.clone(), version.clone());
        if let Some(index) = self.known.get(&key) {
            let package = &mut self.list[*index];
            package.group_markers.insert(group.clone(), marker);
            package.groups.push(group);
            return Ok(());
        }
        self.known.insert(key, self.list.len());
        self.list.push(LockedPackage {
            name,
            version,
            at,
            source: source_of(path, entry),
            marker,
            groups: vec![group],
            entry_extras: entry.extras.iter().map(|extra| normalise(extra)).collect(),
            ..LockedPackage::default()
        });
        Ok(())
    }
}

fn source_of(path: &str, entry: &Entry<'_>) -> Source {
    if let Some(address) = &entry.git {
        return vcs(VcsKind::Git, address);
    }
    if let Some(address) = &entry.hg {
        return vcs(VcsKind::Mercurial, address);
    }
    match (&entry.path, &entry.file) {
        (Some(place), _) => {
            let archive = [".whl", ".zip", ".gz"]
                .iter()
                .any(|end| place.ends_with(end));
            local(path, place, !archive)
        }
        (None, Some(file)) if file.contains("://") && !file.starts_with("file:") => url(file),
        (None, Some(file)) => local(path, file, false),
        (None, None) => Source::Index,
    }
}

/// The group's name as the rest of the program knows it.
fn group(section: &str) -> String {
    match section {
        "default" => "main".to_owned(),
        "develop" => "dev".to_owned(),
        other => normalise(other),
    }
}

/// Lines of the keys that open an object or hold a text, found by one scan: serde keeps no positions.
struct Lines<'t> {
    keys: HashMap<&'t str, u32>,
    entries: HashMap<(&'t str, &'t str), u32>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let (mut keys, mut entries) = (HashMap::new(), HashMap::new());
        let mut section = "";
        for (number, line) in (1u32..).zip(text.lines()) {
            let inner = line.trim_start();
            let Some((key, value)) = inner
                .strip_prefix('"')
                .and_then(|rest| rest.split_once("\":"))
            else {
                continue;
            };
            if line.len() - inner.len() <= 4 && value.trim_start().starts_with('{') {
                section = key;
            } else if section == "_meta" {
                keys.entry(key).or_insert(number);
            } else if value.trim_start().starts_with('{') {
                entries.entry((section, key)).or_insert(number);
            }
        }
        Self { keys, entries }
    }

    /// A key of `_meta`; 0, the file as a whole, when it is laid out in another way than Pipenv's.
    fn key(&self, key: &str) -> u32 {
        self.keys.get(key).copied().unwrap_or(0)
    }

    /// A package of a section.
    fn entry(&self, section: &str, name: &str) -> u32 {
        self.entries.get(&(section, name)).copied().unwrap_or(0)
    }
}

fn broken(file: &Arc<str>, text: &str, error: &serde_json::Error) -> Error {
    let (line, found, expected) = if let Some(line) = super::conflict_line(text) {
        (
            line,
            "marks of an unfinished merge (`<<<<<<<`)".to_owned(),
            "a lock without merge conflicts",
        )
    } else if error.is_eof() {
        (
            u32::try_from(error.line()).unwrap_or(0),
            "the end of the file in the middle of an entry".to_owned(),
            "a whole file: it was cut off",
        )
    } else {
        (
            u32::try_from(error.line()).unwrap_or(0),
            error.to_string(),
            "JSON as `pipenv lock` writes it",
        )
    };
    super::malformed(
        LockKind::Pipenv,
        Place::new(Arc::clone(file), line),
        &found,
        expected,
    )
}
