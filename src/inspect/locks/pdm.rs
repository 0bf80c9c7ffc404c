//! Turns the text of a `pdm.lock` into a [`Lock`].
//!
//! Since format 4.4 with the strategy `inherit_metadata` each package names its `groups` and its `marker`; without it only the
//! graph tells (<https://pdm-project.org/latest/usage/lock-targets/>, pdm's `project/lockfile`).

use toml::de::DeTable;

use super::document::Document;
use super::origin::{local, url, vcs};
use crate::error::Error;
use crate::facts::{
    Artefacts, Found, IndexOptions, Lock, LockKind, LockedPackage, Place, Source, VcsKind,
};

/// Reads the text of a lock that stands at `path`.
///
/// # Errors
/// See [`read_pdm`](super::read_pdm).
pub(super) fn read(path: &str, text: &str) -> Result<Lock, Error> {
    let (mut document, root) = Document::parse(LockKind::Pdm, path, text)?;
    let Some(metadata) = document.table(&root, "metadata")? else {
        return Err(document.wrong(
            document.whole(),
            "no `[metadata]`",
            "the table `[metadata]` with `lock_version`",
        ));
    };
    let format = format(&document, metadata)?;
    let old_files = document.table(metadata, "files")?;
    let mut packages = Vec::new();
    for (at, table) in document.tables(&root, "package")? {
        let mut package = package(&mut document, path, at, table)?;
        if package.artefacts == Artefacts::Unknown
            && let Some(files) = old_files
        {
            // Before 4.3: `"name version" = [{…}]`, with the extras in the name.
            let version = package.version.as_deref().unwrap_or_default();
            let key = format!("{} {version}", package.name);
            package.artefacts = document.files(document.list(files, &key)?)?;
        }
        packages.push(package);
    }
    Ok(Lock {
        kind: LockKind::Pdm,
        path: path.to_owned(),
        format,
        tool_version: None,
        requires_python: requires_python(&document, metadata)?,
        content_hash: document.found(metadata, "content_hash")?,
        packages,
        options: IndexOptions::default(),
        members: Vec::new(),
        default_groups: Vec::new(),
    })
}

fn format(document: &Document, metadata: &DeTable<'_>) -> Result<String, Error> {
    let expected = "`lock_version` 3.x or 4.x";
    let Some(version) = document.found(metadata, "lock_version")? else {
        return Err(document.wrong(document.whole(), "no `lock_version`", expected));
    };
    match version.value.split('.').next() {
        Some("3" | "4") => Ok(version.value),
        _ => Err(super::unsupported(
            LockKind::Pdm,
            version.at,
            &version.value,
            expected,
        )),
    }
}

/// `[[metadata.targets]] requires_python`, since 4.5.
fn requires_python(
    document: &Document,
    metadata: &DeTable<'_>,
) -> Result<Option<Found<String>>, Error> {
    let targets = document.tables(metadata, "targets")?;
    match targets.as_slice() {
        [(_, only)] => document.found(only, "requires_python"),
        _ => Ok(None),
    }
}

fn package(
    document: &mut Document,
    path: &str,
    at: Place,
    table: &DeTable<'_>,
) -> Result<LockedPackage, Error> {
    let mut groups = document.names(table, "groups")?;
    for group in &mut groups {
        if group == "default" {
            "main".clone_into(group);
        }
    }
    let mut dependencies = Vec::new();
    for value in document.list(table, "dependencies")? {
        dependencies.push(document.edge(value)?);
    }
    Ok(LockedPackage {
        name: document.name(&at, table)?,
        version: document.text(table, "version")?.map(str::to_owned),
        source: source_of(document, path, table)?,
        marker: document.marker_of(table, "marker")?,
        requires_python: document.text(table, "requires_python")?.map(str::to_owned),
        groups,
        dependencies,
        entry_extras: document.names(table, "extras")?,
        artefacts: document.files(document.list(table, "files")?)?,
        at,
        ..LockedPackage::default()
    })
}

fn source_of(document: &Document, path: &str, table: &DeTable<'_>) -> Result<Source, Error> {
    for (key, kind) in [
        ("git", VcsKind::Git),
        ("hg", VcsKind::Mercurial),
        ("svn", VcsKind::Subversion),
        ("bzr", VcsKind::Bazaar),
    ] {
        if let Some(address) = document.text(table, key)? {
            return Ok(vcs(kind, address));
        }
    }
    if let Some(file) = document.text(table, "path")? {
        let archive = [".whl", ".zip", ".gz", ".bz2", ".xz", ".tgz"]
            .iter()
            .any(|end| file.ends_with(end));
        return Ok(local(path, file, !archive));
    }
    Ok(document.text(table, "url")?.map_or(Source::Index, url))
}
