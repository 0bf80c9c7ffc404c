//! Reads `[tool.pdm]` (<https://pdm-project.org/latest/reference/pep621/>).

use crate::error::Error;
use crate::facts::{Group, Pyproject, normalise};
use crate::inspect::document::Node;
use crate::inspect::url;

use super::Reader;

pub(super) fn read(
    table: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    if let Some(groups) = table.table("dev-dependencies")? {
        for (name, node) in groups.entries() {
            let group = out.groups.entry(normalise(name)).or_insert_with(|| Group {
                at: Some(node.at()),
                optional: true,
                ..Group::default()
            });
            for item in groups.array(name)? {
                let text = item
                    .as_str()
                    .ok_or_else(|| item.wrong("a dependency as text"))?;
                // Only development dependencies may be editable (`-e file:///${PROJECT_ROOT}/lib#egg=lib`); they are never installed, so the rest is enough.
                match text.strip_prefix("-e ") {
                    None => group
                        .requirements
                        .push(reader.requirement(text, &item.at())?),
                    Some(editable) => {
                        if let Some((name, _)) = url::egg(editable) {
                            group
                                .requirements
                                .push(reader.requirement(&name, &item.at())?);
                        }
                    }
                }
            }
        }
    }
    for source in table.get("source").into_iter().flat_map(Node::items) {
        let Some(found) = source.found("url") else {
            continue;
        };
        let name = source.text("name").map(str::to_owned);
        if source.text("type") == Some("find_links") {
            out.options.find_links.push(crate::facts::Found::new(
                url::without_login(&found.value),
                found.at,
            ));
            continue;
        }
        // A source called "pypi" replaces PyPI.
        let default = name.as_deref() == Some("pypi");
        out.options
            .indexes
            .push(url::index(name, &found.value, default, found.at));
    }
    if let Some(resolution) = table.get("resolution") {
        out.options.pre |= resolution.flag("allow-prereleases") == Some(true);
        out.options.no_binary.extend(resolution.texts("no-binary"));
        out.options
            .only_binary
            .extend(resolution.texts("only-binary"));
    }
    if let Some(path) = table
        .get("version")
        .and_then(|version| version.text("path"))
    {
        out.dynamic_files.extend(reader.file(path));
    }
    out.tasks
        .extend(table.get("scripts").map(super::tasks).unwrap_or_default());
    Ok(())
}
