//! Turns the text of a `uv.lock` into a [`Lock`].
//!
//! The format is internal to uv: `version = 1` is read by every uv that is in use, and a `revision` never breaks it
//! (<https://docs.astral.sh/uv/concepts/resolution/#lockfile-versioning>).

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use super::document::{Document, Value, size};
use super::origin::{add_index, basename, local, parse_wheel, url, vcs};
use crate::error::Error;
use crate::facts::{
    Artefact, Artefacts, Dependency, IndexOptions, Lock, LockKind, LockedPackage, Marker, Place,
    Source, Specifier, VcsKind, normalise,
};

/// Reads the text of a lock that stands at `path`.
///
/// # Errors
/// See [`read_uv`](super::read_uv).
pub(super) fn read(path: &str, text: &str) -> Result<Lock, Error> {
    let (mut document, root) = Document::parse(LockKind::Uv, path, text)?;
    let format = format(&document, &root)?;
    let members = match document.table(&root, "manifest")? {
        Some(manifest) => document.names(manifest, "members")?,
        None => Vec::new(),
    };
    let mut options = IndexOptions::default();
    let mut packages = Vec::new();
    for (at, table) in document.tables(&root, "package")? {
        add_source_index(&document, table, &mut options)?;
        packages.push(package(&mut document, path, at, table)?);
    }
    edges_have_packages(&document, &packages)?;
    Ok(Lock {
        kind: LockKind::Uv,
        path: path.to_owned(),
        format,
        tool_version: None,
        requires_python: document.found(&root, "requires-python")?,
        content_hash: None,
        packages,
        options,
        members,
        default_groups: Vec::new(),
    })
}

fn format(document: &Document, root: &DeTable<'_>) -> Result<String, Error> {
    let expected = "`version = 1`";
    let Some(value) = root.get("version") else {
        return Err(document.wrong(document.whole(), "no `version`", expected));
    };
    match value
        .get_ref()
        .as_integer()
        .map(toml::de::DeInteger::as_str)
    {
        Some("1") => Ok("1".to_owned()),
        Some(other) => Err(super::unsupported(
            LockKind::Uv,
            document.at(value.span().start),
            other,
            expected,
        )),
        None => Err(document.wrong(
            document.at(value.span().start),
            "a `version` that is no number",
            expected,
        )),
    }
}

fn package(
    document: &mut Document,
    path: &str,
    at: Place,
    table: &DeTable<'_>,
) -> Result<LockedPackage, Error> {
    let name = document.name(&at, table)?;
    let source = match document.table(table, "source")? {
        Some(source) => source_of(document, path, &at, source)?,
        None => Source::Index,
    };
    let dependencies = document.list(table, "dependencies")?;
    let dependencies = edges(document, dependencies)?;
    let extras = edge_table(document, table, "optional-dependencies")?;
    let groups_of_project = edge_table(document, table, "dev-dependencies")?;
    Ok(LockedPackage {
        name,
        version: document.text(table, "version")?.map(str::to_owned),
        source,
        marker: resolution_marker(document, table)?,
        dependencies,
        extras,
        groups_of_project,
        artefacts: artefacts(document, table)?,
        declared: declared(document, table)?,
        at,
        ..LockedPackage::default()
    })
}

/// `[package.metadata] requires-dist` without what only extras ask for.
fn declared(
    document: &Document,
    table: &DeTable<'_>,
) -> Result<Option<BTreeSet<(String, String)>>, Error> {
    let Some(metadata) = document.table(table, "metadata")? else {
        return Ok(None);
    };
    let mut found = BTreeSet::new();
    for value in document.list(metadata, "requires-dist")? {
        let at = document.at(value.span().start);
        let Some(entry) = value.get_ref().as_table() else {
            return Err(document.wrong(at, "a requirement that is no table", "`{ name = \"…\" }`"));
        };
        let marker = document.text(entry, "marker")?.unwrap_or_default();
        if !marker.contains("extra ==") {
            let range = document.text(entry, "specifier")?.unwrap_or_default();
            let range = Specifier::parse(range).map_or_else(String::new, |range| range.to_string());
            found.insert((document.name(&at, entry)?, range));
        }
    }
    Ok(Some(found))
}

/// `source = { registry = "…" }` and its kin (uv's `Source` enum).
fn source_of(
    document: &Document,
    path: &str,
    at: &Place,
    source: &DeTable<'_>,
) -> Result<Source, Error> {
    let text = |key| document.text(source, key);
    if text("registry")?.is_some() {
        return Ok(Source::Index);
    }
    if let Some(git) = text("git")? {
        return Ok(vcs(VcsKind::Git, git));
    }
    if let Some(file) = text("url")? {
        return Ok(url(file));
    }
    if let Some(file) = text("path")? {
        return Ok(local(path, file, false));
    }
    if let Some(folder) = text("virtual")? {
        return Ok(Source::Virtual {
            path: super::origin::inside(path, folder),
        });
    }
    for key in ["directory", "editable"] {
        if let Some(folder) = text(key)? {
            return Ok(local(path, folder, true));
        }
    }
    let keys: Vec<&str> = source.keys().map(|key| key.get_ref().as_ref()).collect();
    Err(document.wrong(
        at.clone(),
        &format!("a package with the source `{}`", keys.join(", ")),
        "`registry`, `git`, `url`, `path`, `directory`, `editable` or `virtual`",
    ))
}

fn add_source_index(
    document: &Document,
    table: &DeTable<'_>,
    options: &mut IndexOptions,
) -> Result<(), Error> {
    if let Some(source) = document.table(table, "source")?
        && let Some(registry) = document.text(source, "registry")?
    {
        add_index(&mut options.indexes, None, registry, || {
            table
                .get("source")
                .map_or_else(|| document.whole(), |value| document.at(value.span().start))
        });
    }
    Ok(())
}

fn edge_table(
    document: &mut Document,
    table: &DeTable<'_>,
    key: &str,
) -> Result<BTreeMap<String, Vec<Dependency>>, Error> {
    let Some(inner) = document.table(table, key)? else {
        return Ok(BTreeMap::new());
    };
    let mut out = BTreeMap::new();
    for name in inner.keys() {
        let list = document.list(inner, name.get_ref())?;
        out.insert(normalise(name.get_ref()), edges(document, list)?);
    }
    Ok(out)
}

fn edges(document: &mut Document, list: &[Value<'_>]) -> Result<Vec<Dependency>, Error> {
    let mut out = Vec::with_capacity(list.len());
    for value in list {
        let at = document.at(value.span().start);
        let Some(table) = value.get_ref().as_table() else {
            return Err(document.wrong(at, "a dependency that is no table", "`{ name = \"…\" }`"));
        };
        out.push(Dependency {
            name: document.name(&at, table)?,
            version: document.text(table, "version")?.map(str::to_owned),
            extras: document.names(table, "extra")?,
            marker: document.marker_of(table, "marker")?,
            ..Dependency::default()
        });
    }
    Ok(out)
}

/// The forks of the resolution that a package belongs to, joined by `or`.
fn resolution_marker(document: &mut Document, table: &DeTable<'_>) -> Result<Marker, Error> {
    let list = document.list(table, "resolution-markers")?;
    let Some(first) = list.first() else {
        return Ok(Marker::default());
    };
    let texts: Vec<String> = list
        .iter()
        .filter_map(|value| value.get_ref().as_str())
        .map(|text| format!("({text})"))
        .collect();
    document.marker(&texts.join(" or "), |this| this.at(first.span().start))
}

fn artefacts(document: &Document, table: &DeTable<'_>) -> Result<Artefacts, Error> {
    let list = document.list(table, "wheels")?;
    let mut wheels = Vec::new();
    for value in list {
        if let Some(entry) = value.get_ref().as_table()
            && let Some(file) = file_of(document, entry)?
        {
            wheels.extend(parse_wheel(&file, size(entry)));
        }
    }
    let sdist = match document.table(table, "sdist")? {
        Some(entry) => Some(Artefact {
            file: file_of(document, entry)?.unwrap_or_default().into_owned(),
            size: size(entry),
        }),
        None => None,
    };
    if list.is_empty() && sdist.is_none() {
        return Ok(Artefacts::Unknown);
    }
    Ok(Artefacts::Known { wheels, sdist })
}

/// A registry's file has a `url`, a flat index's a `path`, a direct one only a `filename`.
fn file_of<'a>(
    document: &Document,
    entry: &'a DeTable<'_>,
) -> Result<Option<std::borrow::Cow<'a, str>>, Error> {
    for key in ["filename", "url", "path"] {
        if let Some(text) = document.text(entry, key)? {
            return Ok(Some(basename(text)));
        }
    }
    Ok(None)
}

/// uv writes no edge without its package: one that leads nowhere is a hand edit or a bad merge.
fn edges_have_packages(document: &Document, packages: &[LockedPackage]) -> Result<(), Error> {
    let known: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for package in packages {
        let edges = package
            .dependencies
            .iter()
            .chain(package.extras.values().flatten())
            .chain(package.groups_of_project.values().flatten());
        for edge in edges {
            if !known.contains(edge.name.as_str()) {
                return Err(document.wrong(
                    package.at.clone(),
                    &format!(
                        "`{}` depending on `{}`, which has no entry",
                        package.name, edge.name
                    ),
                    "an entry for each dependency: the file was edited or cut off",
                ));
            }
        }
    }
    Ok(())
}
