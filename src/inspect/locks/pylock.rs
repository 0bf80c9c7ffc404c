//! Turns the text of a `pylock.toml` into a [`Lock`] (PEP 751, <https://packaging.python.org/en/latest/specifications/pylock-toml/>).

use toml::de::DeTable;

use super::document::{Document, size};
use super::origin::{add_index, basename, is_wheel, local, parse_wheel, url, vcs};
use crate::error::Error;
use crate::facts::{
    Artefact, Artefacts, Dependency, IndexOptions, Lock, LockKind, LockedPackage, Marker, Place,
    Source, VcsKind,
};

/// What stands before a group's name where a marker's group is read as an extra.
const GROUP_PREFIX: &str = "in-dependency-groups-";

/// The extra that stands for a dependency group when a marker of a pylock is evaluated: PEP 508 knows no groups.
pub(crate) fn group_as_extra(group: &str) -> String {
    format!("{GROUP_PREFIX}{group}")
}

/// Reads the text of a lock that stands at `path`.
///
/// # Errors
/// See [`read_pylock`](super::read_pylock).
pub(super) fn read(path: &str, text: &str) -> Result<Lock, Error> {
    let (mut document, root) = Document::parse(LockKind::Pylock, path, text)?;
    let format = format(&document, &root)?;
    let mut options = IndexOptions::default();
    let mut packages = Vec::new();
    for (at, table) in document.tables(&root, "packages")? {
        if let Some(index) = document.text(table, "index")? {
            add_index(&mut options.indexes, None, index, || at.clone());
        }
        packages.push(package(&mut document, path, at, table)?);
    }
    Ok(Lock {
        kind: LockKind::Pylock,
        path: path.to_owned(),
        format,
        tool_version: None,
        requires_python: document.found(&root, "requires-python")?,
        content_hash: None,
        packages,
        options,
        members: Vec::new(),
        default_groups: document.names(&root, "default-groups")?,
    })
}

fn format(document: &Document, root: &DeTable<'_>) -> Result<String, Error> {
    let expected = "`lock-version = \"1.0\"`";
    let Some(version) = document.found(root, "lock-version")? else {
        return Err(document.wrong(document.whole(), "no `lock-version`", expected));
    };
    if version.value == "1" || version.value.starts_with("1.") {
        return Ok(version.value);
    }
    Err(super::unsupported(
        LockKind::Pylock,
        version.at,
        &version.value,
        expected,
    ))
}

fn package(
    document: &mut Document,
    path: &str,
    at: Place,
    table: &DeTable<'_>,
) -> Result<LockedPackage, Error> {
    let mut dependencies = Vec::new();
    for (edge_at, edge) in document.tables(table, "dependencies")? {
        dependencies.push(Dependency {
            name: document.name(&edge_at, edge)?,
            version: document.text(edge, "version")?.map(str::to_owned),
            ..Dependency::default()
        });
    }
    Ok(LockedPackage {
        name: document.name(&at, table)?,
        version: document.text(table, "version")?.map(str::to_owned),
        source: source_of(document, path, table)?,
        marker: marker(document, table)?,
        requires_python: document.text(table, "requires-python")?.map(str::to_owned),
        dependencies,
        artefacts: artefacts(document, table)?,
        at,
        ..LockedPackage::default()
    })
}

/// `vcs`, `directory` and `archive` exclude each other and `wheels`/`sdist`.
fn source_of(document: &Document, path: &str, table: &DeTable<'_>) -> Result<Source, Error> {
    if let Some(entry) = document.table(table, "vcs")? {
        let kind = match document.text(entry, "type")?.unwrap_or("git") {
            "hg" => VcsKind::Mercurial,
            "svn" => VcsKind::Subversion,
            "bzr" => VcsKind::Bazaar,
            _ => VcsKind::Git,
        };
        return Ok(match document.text(entry, "url")? {
            Some(address) => vcs(kind, address),
            None => local(path, document.text(entry, "path")?.unwrap_or("."), true),
        });
    }
    if let Some(entry) = document.table(table, "directory")? {
        let folder = document.text(entry, "path")?.unwrap_or(".");
        return Ok(local(path, folder, true));
    }
    if let Some(entry) = document.table(table, "archive")? {
        return Ok(match document.text(entry, "url")? {
            Some(address) => url(address),
            None => local(path, document.text(entry, "path")?.unwrap_or("."), false),
        });
    }
    Ok(Source::Index)
}

fn artefacts(document: &Document, table: &DeTable<'_>) -> Result<Artefacts, Error> {
    let list = document.tables(table, "wheels")?;
    let mut wheels = Vec::new();
    for (_, entry) in &list {
        if let Some(file) = file_of(document, entry)?
            && is_wheel(&file)
        {
            wheels.extend(parse_wheel(&file, size(entry)));
        }
    }
    let sdist = match document.table(table, "sdist")? {
        Some(entry) => Some(Artefact {
            file: file_of(document, entry)?.unwrap_or_default(),
            size: size(entry),
        }),
        None => None,
    };
    if list.is_empty() && sdist.is_none() {
        return Ok(Artefacts::Unknown);
    }
    Ok(Artefacts::Known { wheels, sdist })
}

/// `name`, or else the last part of `path` or `url`.
fn file_of(document: &Document, entry: &DeTable<'_>) -> Result<Option<String>, Error> {
    for key in ["name", "path", "url"] {
        if let Some(text) = document.text(entry, key)? {
            return Ok(Some(basename(text).into_owned()));
        }
    }
    Ok(None)
}

fn marker(document: &mut Document, table: &DeTable<'_>) -> Result<Marker, Error> {
    let Some(text) = document.text(table, "marker")? else {
        return Ok(Marker::default());
    };
    let offset = table.get("marker").map_or(0, |value| value.span().start);
    let pep508 = as_pep508(text);
    document.marker(&pep508, |this| this.at(offset))
}

/// Rewrites `'x' in extras` to `extra == 'x'`, and `'x' in dependency_groups` to an extra of its own name: what an evaluator
/// of PEP 508 markers understands (`not in` accordingly).
fn as_pep508(text: &str) -> String {
    if !text.contains("extras") && !text.contains("dependency_groups") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = if rest[start..].starts_with('"') {
            '"'
        } else {
            '\''
        };
        out.push_str(&rest[..start]);
        let Some(length) = rest[start + 1..].find(quote) else {
            rest = &rest[start..];
            break;
        };
        let (literal, after) = rest[start + 1..].split_at(length);
        let after = &after[1..];
        rest = if let Some((operator, prefix, after)) = membership(after) {
            for part in ["extra ", operator, " '", prefix, literal, "'"] {
                out.push_str(part);
            }
            after
        } else {
            out.push_str(&rest[start..=start + 1 + length]);
            after
        };
    }
    out.push_str(rest);
    out
}

/// ` in extras …` and its kin: the operator, the prefix of the name, what follows.
fn membership(text: &str) -> Option<(&'static str, &'static str, &str)> {
    let text = text.trim_start();
    let (operator, text) = match text.strip_prefix("not") {
        Some(text) => ("!=", text.trim_start()),
        None => ("==", text),
    };
    let text = text.strip_prefix("in")?.trim_start();
    if let Some(after) = text.strip_prefix("extras") {
        return Some((operator, "", after));
    }
    let after = text.strip_prefix("dependency_groups")?;
    Some((operator, GROUP_PREFIX, after))
}
