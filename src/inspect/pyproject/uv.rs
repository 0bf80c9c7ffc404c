//! Reads `[tool.uv]`, and the `uv.toml` beside it, which takes its place for everything that is no metadata
//! (<https://docs.astral.sh/uv/concepts/configuration-files/>).

use crate::error::Error;
use crate::facts::{Found, Group, IndexOptions, Pyproject, Source, UvSettings, normalise};
use crate::inspect::document::{Document, Node};
use crate::inspect::{pep508, url};

use super::Reader;

pub(super) fn read(
    root: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    let table = match root.find(&["tool"]) {
        Some(tool) => tool.table("uv")?,
        None => None,
    };
    if let Some(table) = table {
        project(table, reader, out)?;
    }
    let path = reader.beside("uv.toml");
    if let Some(text) = reader.tree.text(&path)? {
        let document = Document::parse(&path, &text)?;
        settings(document.root(), &mut out.uv, &mut out.options);
    } else if let Some(table) = table {
        settings(table, &mut out.uv, &mut out.options);
    }
    Ok(())
}

/// What uv reads from `pyproject.toml` alone.
fn project(table: Node<'_>, reader: &mut Reader<'_>, out: &mut Pyproject) -> Result<(), Error> {
    out.uv.package = table.flag("package");
    out.uv.default_groups = table.get("default-groups").map(|node| match node.as_str() {
        Some("all") => vec!["*".to_owned()],
        _ => table
            .texts("default-groups")
            .iter()
            .map(|name| normalise(&name.value))
            .collect(),
    });
    if let Some(workspace) = table.table("workspace")? {
        let plain = |key: &str| {
            workspace
                .texts(key)
                .into_iter()
                .map(|found| found.value)
                .collect::<Vec<_>>()
        };
        out.uv.workspace_members = Some(plain("members"));
        out.uv.workspace_exclude = plain("exclude");
    }
    if table.get("dev-dependencies").is_some() {
        // The older form of the group `dev`; uv adds the two together.
        let found = reader.requirements(table.array("dev-dependencies")?)?;
        out.groups
            .entry("dev".to_owned())
            .or_insert_with(|| Group {
                optional: true,
                at: Some(table.at()),
                ..Group::default()
            })
            .requirements
            .extend(found);
    }
    for (name, node) in table.get("sources").map(Node::entries).unwrap_or_default() {
        sources(&normalise(name), node, reader, out)?;
    }
    Ok(())
}

/// One entry of `[tool.uv.sources]`: a table, or an array of tables with markers.
fn sources(
    name: &str,
    node: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    for table in std::iter::once(node)
        .filter(|node| node.is_table())
        .chain(node.items())
    {
        if let Some(path) = table.text("path") {
            out.uv
                .path_sources
                .insert(name.to_owned(), pep508::resolve(reader.folder, path));
        }
        let Some(source) = reader.source(table)? else {
            continue;
        };
        if let Source::Vcs { url, .. } = &source {
            out.uv.git_sources.insert(name.to_owned(), url.clone());
        }
        if table.get("marker").is_some()
            || table.get("extra").is_some()
            || table.get("group").is_some()
        {
            continue; // it counts in some environments only: the lock says in which
        }
        let groups = out
            .groups
            .values_mut()
            .flat_map(|group| &mut group.requirements);
        let all = out
            .dependencies
            .iter_mut()
            .chain(out.extras.values_mut().flatten())
            .chain(groups);
        for requirement in all.filter(|requirement| requirement.name.as_deref() == Some(name)) {
            requirement.source = source.clone();
            requirement.editable = table.flag("editable") == Some(true);
        }
    }
    Ok(())
}

/// What may stand in either file.
fn settings(table: Node<'_>, uv: &mut UvSettings, options: &mut IndexOptions) {
    uv.required_version = table.found("required-version");
    for node in table.get("index").into_iter().flat_map(Node::items) {
        let Some(found) = node.found("url") else {
            continue;
        };
        let name = node.text("name").map(str::to_owned);
        let mut index = url::index(
            name,
            &found.value,
            node.flag("default") == Some(true),
            found.at,
        );
        if node.text("authenticate") == Some("always") {
            index.authenticated = true;
            index.variables.extend(variables(index.name.as_deref()));
        }
        options.indexes.push(index);
    }
    for (key, default) in [("index-url", true), ("extra-index-url", false)] {
        for found in table.texts(key) {
            options
                .indexes
                .push(url::index(None, &found.value, default, found.at));
        }
    }
    for found in table.texts("find-links") {
        options
            .find_links
            .push(Found::new(url::without_login(&found.value), found.at));
    }
    for (whole, list, target) in [
        ("no-binary", "no-binary-package", &mut options.no_binary),
        ("no-build", "no-build-package", &mut options.only_binary),
    ] {
        if let Some(node) = table.get(whole).filter(|node| node.as_bool() == Some(true)) {
            target.push(Found::new(":all:".to_owned(), node.at()));
        }
        target.extend(
            table
                .texts(list)
                .into_iter()
                .map(|found| Found::new(normalise(&found.value), found.at)),
        );
    }
    options
        .trusted_hosts
        .extend(table.texts("allow-insecure-host"));
    options.no_index |= table.flag("no-index") == Some(true);
    options.pre |= table.text("prerelease") == Some("allow");
}

/// The variables that uv reads for an index by its name (<https://docs.astral.sh/uv/concepts/indexes/#providing-credentials-directly>).
fn variables(name: Option<&str>) -> Vec<String> {
    let Some(name) = name else {
        return Vec::new();
    };
    let upper: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    ["USERNAME", "PASSWORD"]
        .map(|kind| format!("UV_INDEX_{upper}_{kind}"))
        .to_vec()
}
