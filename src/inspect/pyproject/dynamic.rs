//! Reads metadata that `[project]` calls dynamic from the files that setuptools' and hatch's tables name.

use crate::error::{Error, printable};
use crate::facts::{Found, Pyproject, Requirement, normalise};
use crate::inspect::document::Node;
use crate::inspect::requirements;

use super::Reader;

/// `[tool.setuptools.dynamic]` (<https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata>) and the hook of
/// `hatch-requirements-txt` (<https://pypi.org/project/hatch-requirements-txt/>). Both read a subset of pip's format.
pub(super) fn read(
    root: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    if let Some(table) = root.find(&["tool", "setuptools", "dynamic"]) {
        for key in ["version", "readme", "description"] {
            for found in table
                .get(key)
                .map(|node| node.texts("file"))
                .unwrap_or_default()
            {
                out.dynamic_files.extend(reader.file(&found.value));
            }
        }
        if let Some(node) = table.get("dependencies") {
            let found = files(&node.texts("file"), reader, out)?;
            out.dependencies.extend(found);
        }
        for (name, node) in table
            .get("optional-dependencies")
            .map(Node::entries)
            .unwrap_or_default()
        {
            let found = files(&node.texts("file"), reader, out)?;
            out.extras.entry(normalise(name)).or_default().extend(found);
        }
    }
    if let Some(hook) = root.find(&["tool", "hatch", "metadata", "hooks", "requirements_txt"]) {
        let named = hook.texts("files");
        let named = if named.is_empty() {
            hook.texts("filename")
        } else {
            named
        };
        let found = files(&named, reader, out)?;
        out.dependencies.extend(found);
        let extras = hook.get("optional-dependencies");
        for (name, _) in extras.map(Node::entries).unwrap_or_default() {
            let named = extras.map(|table| table.texts(name)).unwrap_or_default();
            let found = files(&named, reader, out)?;
            out.extras.entry(normalise(name)).or_default().extend(found);
        }
    }
    if let Some(path) = root
        .find(&["tool", "hatch", "version"])
        .and_then(|table| table.text("path"))
    {
        out.dynamic_files.extend(reader.file(path));
    }
    Ok(())
}

fn files(
    named: &[Found<String>],
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<Vec<Requirement>, Error> {
    let mut found = Vec::new();
    for name in named {
        let missing = || Error::Unreadable {
            file: printable(&name.value),
            named_at: Some(name.at.clone()),
            why: "there is no such file in the project".to_owned(),
            help: format!(
                "correct the name in {}: the project's dependencies are read from it",
                name.at
            ),
        };
        let path = reader.file(&name.value).ok_or_else(missing)?;
        let file = requirements::read(reader.tree, &path, reader.warnings)?.ok_or_else(missing)?;
        out.dynamic_files.extend(file.includes);
        found.extend(file.requirements);
    }
    Ok(found)
}
