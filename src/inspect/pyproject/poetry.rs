//! Reads `[tool.poetry]` of Poetry 1, and what it adds to `[project]` in Poetry 2 (<https://python-poetry.org/docs/pyproject/>).

use std::collections::BTreeMap;

use crate::error::{Error, printable};
use crate::facts::{
    Found, Marker, Place, Pyproject, Requirement, Source, Specifier, Warning, normalise,
};
use crate::inspect::document::Node;
use crate::inspect::{traces, url};

use super::{Reader, constraint, project};

pub(super) fn read(
    table: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    metadata(table, reader, out);
    let mut optional = BTreeMap::new();
    if let Some(dependencies) = table.table("dependencies")? {
        main(dependencies, reader, out, &mut optional)?;
    }
    for (extra, node) in table.get("extras").map(Node::entries).unwrap_or_default() {
        let found = node
            .items()
            .filter_map(Node::as_str)
            .filter_map(|name| optional.get(&normalise(name)))
            .flatten()
            .cloned();
        out.extras
            .entry(normalise(extra))
            .or_default()
            .extend(found);
    }
    if let Some(dev) = table.table("dev-dependencies")? {
        group("dev", dev.at(), dev, false, reader, out)?;
    }
    for (name, node) in table.get("group").map(Node::entries).unwrap_or_default() {
        let is_optional = node.flag("optional") == Some(true);
        match node.table("dependencies")? {
            Some(dependencies) => group(name, node.at(), dependencies, is_optional, reader, out)?,
            None => out.groups.entry(normalise(name)).or_default().optional = is_optional,
        }
    }
    for source in table.get("source").into_iter().flat_map(Node::items) {
        let name = source.text("name").map(str::to_owned);
        // A primary source (the default) replaces PyPI; supplemental and explicit ones stand beside it.
        let default = matches!(
            source
                .text("priority")
                .map(str::to_ascii_lowercase)
                .as_deref(),
            None | Some("primary" | "default")
        );
        if let Some(found) = source.found("url") {
            out.options
                .indexes
                .push(url::index(name, &found.value, default, found.at));
        }
    }
    Ok(())
}

/// What stands in `[tool.poetry]` where there is no `[project]`, or where that leaves it open.
fn metadata(table: Node<'_>, reader: &Reader<'_>, out: &mut Pyproject) {
    out.name = out.name.take().or_else(|| table.found("name"));
    let text = |key: &str| table.text(key).map(str::to_owned);
    out.version = out.version.take().or_else(|| text("version"));
    out.description = out.description.take().or_else(|| text("description"));
    let classifier = || traces::newest(table.texts("classifiers"));
    out.classifier = out.classifier.take().or_else(classifier);
    out.license = out.license.take().or_else(|| text("license"));
    for key in ["homepage", "repository", "documentation"] {
        if let Some(url) = text(key) {
            out.urls.entry(key.to_owned()).or_insert(url);
        }
    }
    if out.scripts.is_empty() {
        out.scripts = project::scripts(table.get("scripts"));
    }
    let named = table
        .texts("readme")
        .into_iter()
        .filter_map(|found| reader.file(&found.value));
    out.metadata_files.extend(named);
}

/// `[tool.poetry.dependencies]`: the dependencies, or (beside `[project] dependencies`) what Poetry knows more about them.
fn main(
    table: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
    optional: &mut BTreeMap<String, Vec<Requirement>>,
) -> Result<(), Error> {
    // A `[project]` that lists none leaves them to this table (poetry-core, `Factory._configure_package_dependencies`).
    let listed = !out.dependencies.is_empty() || !out.extras.is_empty();
    let enriches = listed && !out.dynamic.iter().any(|name| name == "dependencies");
    for (name, node) in table.entries() {
        if normalise(name) == "python" {
            let at = node.at();
            // Beside `requires-python` it is the narrower range that the lock was made for: `poetry install` holds the
            // interpreter against it (poetry-core, `Factory.validate`: "concrete python version for locking").
            if let Some(text) = node.as_str() {
                let range = python(text, &at, reader.warnings);
                out.requires_python = range.or(out.requires_python.take());
            }
            continue;
        }
        for (requirement, is_optional) in dependency(name, node, reader)? {
            if enriches {
                let known = out
                    .dependencies
                    .iter_mut()
                    .chain(out.extras.values_mut().flatten());
                for known in known.filter(|known| {
                    known.name == requirement.name && requirement.source != Source::Index
                }) {
                    known.source = requirement.source.clone();
                    known.editable = requirement.editable;
                }
            } else if is_optional {
                optional
                    .entry(normalise(name))
                    .or_default()
                    .push(requirement);
            } else {
                // An extra may name a dependency that is not optional: it is installed anyway.
                out.dependencies.push(requirement);
            }
        }
    }
    Ok(())
}

fn python(text: &str, at: &Place, warnings: &mut Vec<Warning>) -> Option<Found<String>> {
    let range = constraint::to_pep440(text);
    if range.is_none() {
        warnings.push(
            Warning::new(
                "python-unclear",
                format!(
                    "Poetry's `python = \"{}\"` is no version constraint",
                    printable(text)
                ),
                format!("write `python = \"^3.12\"` in {at}"),
            )
            .at(at.clone()),
        );
    }
    range
        .filter(|range| !range.is_empty())
        .map(|range| Found::new(range, at.clone()))
}

fn group(
    name: &str,
    at: Place,
    table: Node<'_>,
    is_optional: bool,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    let mut found = Vec::new();
    for (name, node) in table.entries() {
        found.extend(
            dependency(name, node, reader)?
                .into_iter()
                .map(|(requirement, _)| requirement),
        );
    }
    let group = out.groups.entry(normalise(name)).or_default();
    group.requirements.extend(found);
    group.optional = is_optional;
    group.at.get_or_insert(at);
    Ok(())
}

/// One entry: a constraint, a table, or an array of tables of which each may apply.
fn dependency(
    name: &str,
    node: Node<'_>,
    reader: &mut Reader<'_>,
) -> Result<Vec<(Requirement, bool)>, Error> {
    if let Some(text) = node.as_str() {
        let specifier = specifier(name, text, &node.at(), reader.warnings);
        return Ok(vec![(blank(name, node.at(), specifier), false)]);
    }
    if node.is_table() {
        return Ok(vec![one(name, node, reader)?]);
    }
    let several: Vec<Node<'_>> = node.items().collect();
    if several.is_empty() {
        return Err(node.wrong("a version constraint, a table, or an array of tables"));
    }
    several
        .into_iter()
        .map(|item| match item.as_str() {
            Some(text) => Ok((
                blank(
                    name,
                    item.at(),
                    specifier(name, text, &item.at(), reader.warnings),
                ),
                false,
            )),
            None => one(name, item, reader),
        })
        .collect()
}

fn one(name: &str, table: Node<'_>, reader: &mut Reader<'_>) -> Result<(Requirement, bool), Error> {
    let at = table.at();
    let range = table
        .text("version")
        .map(|text| specifier(name, text, &at, reader.warnings))
        .unwrap_or_default();
    let mut requirement = blank(name, at, range);
    requirement.extras = table
        .texts("extras")
        .iter()
        .map(|extra| normalise(&extra.value))
        .collect();
    requirement.marker = marker(table)?;
    requirement.editable = table.flag("develop") == Some(true);
    if let Some(source) = reader.source(table)? {
        requirement.source = source;
    }
    Ok((requirement, table.flag("optional") == Some(true)))
}

/// `markers`, `python` and `platform` of a dependency, all of which must hold.
fn marker(table: Node<'_>) -> Result<Marker, Error> {
    let mut parts = Vec::new();
    if let Some(text) = table.text("markers") {
        parts.push(text.to_owned());
    }
    if let Some(text) = table.text("python") {
        parts.extend(constraint::to_marker(text).filter(|marker| !marker.is_empty()));
    }
    if let Some(platform) = table.text("platform") {
        parts.push(format!(
            "sys_platform == \"{}\"",
            platform.replace(['"', '\\'], "")
        ));
    }
    let all: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
    Marker::parse(&all.join(" and ")).map_err(|_| Error::Malformed {
        at: table.at(),
        format: super::FORMAT,
        found: format!("the marker `{}`", printable(&parts.join(" and "))),
        expected: "an environment marker such as `sys_platform == \"linux\"`".to_owned(),
        help: format!("correct the marker in {}", table.at()),
    })
}

fn specifier(name: &str, text: &str, at: &Place, warnings: &mut Vec<Warning>) -> Specifier {
    let range = constraint::to_pep440(text);
    if range.is_none() {
        warnings.push(
            Warning::new(
                "legacy-version",
                format!(
                    "`{}` is no version constraint for {} that Poetry documents",
                    printable(text),
                    printable(name)
                ),
                format!("write a constraint such as `^1.2` in {at}"),
            )
            .at(at.clone()),
        );
    }
    range
        .and_then(|range| Specifier::parse(&range))
        .unwrap_or_default()
}

fn blank(name: &str, at: Place, specifier: Specifier) -> Requirement {
    Requirement {
        name: Some(normalise(name)),
        extras: std::collections::BTreeSet::new(),
        specifier,
        marker: Marker::default(),
        source: Source::Index,
        editable: false,
        at,
    }
}
