//! Reads `[project]` (PEP 621).

use crate::error::Error;
use crate::facts::{Found, Pyproject, Script, normalise};
use crate::inspect::document::Node;
use crate::inspect::traces;

use super::Reader;

pub(super) fn read(
    root: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    let Some(table) = root.table("project")? else {
        return Ok(());
    };
    out.project = true;
    out.name = table.found("name");
    out.version = table.text("version").map(str::to_owned);
    out.description = table.text("description").map(str::to_owned);
    out.requires_python = table.found("requires-python");
    out.classifier = traces::newest(table.texts("classifiers"));
    out.license = license(table);
    out.urls = table
        .get("urls")
        .map(Node::entries)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, node)| Some((name.to_lowercase(), node.as_str()?.to_owned())))
        .collect();
    out.dependencies = reader.requirements(table.array("dependencies")?)?;
    if let Some(extras) = table.table("optional-dependencies")? {
        for (name, _) in extras.entries() {
            let found = reader.requirements(extras.array(name)?)?;
            out.extras.entry(normalise(name)).or_default().extend(found);
        }
    }
    out.dynamic = table
        .texts("dynamic")
        .into_iter()
        .map(|found| found.value)
        .collect();
    out.scripts = scripts(table.get("scripts"));
    metadata_files(table, reader, out);
    Ok(())
}

/// A table of entry points.
pub(super) fn scripts(table: Option<Node<'_>>) -> Vec<Found<Script>> {
    table
        .map(Node::entries)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, node)| {
            let target = node
                .as_str()
                .or_else(|| node.text("callable"))
                .or_else(|| node.text("reference"))?;
            Some(Found::new(
                Script {
                    name: name.to_owned(),
                    target: target.to_owned(),
                },
                node.at(),
            ))
        })
        .collect()
}

fn license(table: Node<'_>) -> Option<String> {
    let license = table.get("license")?;
    let text = license.as_str().or_else(|| license.text("text"))?;
    Some(text.to_owned())
}

/// The readme and the licence files: a build backend refuses to work without those that are named.
fn metadata_files(table: Node<'_>, reader: &Reader<'_>, out: &mut Pyproject) {
    let readme = table
        .get("readme")
        .and_then(|readme| readme.as_str().or_else(|| readme.text("file")));
    let license = table
        .get("license")
        .and_then(|license| license.text("file"));
    let listed = table.texts("license-files");
    let named = readme
        .into_iter()
        .chain(license)
        .chain(listed.iter().map(|found| found.value.as_str()));
    out.metadata_files
        .extend(named.filter_map(|name| reader.file(name)));
}
