//! Turns a `Pipfile` into a [`Pipfile`].

use std::collections::BTreeSet;

use crate::error::{Error, printable};
use crate::facts::{
    Found, Marker, Pipfile, PythonRequest, PythonSource, Requirement, Source, Specifier, Task,
    VcsKind, Warning, normalise,
};

use super::document::{Document, Node};
use super::pep508::{self, Context};
use super::tree::Tree;
use super::url;

const FORMAT: &str = "a valid Pipfile";

/// Keys of a package's table that are markers: `sys_platform = "== 'linux'"` (<https://pipenv.pypa.io/en/latest/pipfile.html>).
const MARKERS: [&str; 11] = [
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
];

/// Reads a `Pipfile`; `None` when there is no file of that name. `[dev-packages]` and other categories are not production's.
///
/// # Errors
/// The file is unreadable, not TOML, or a package's entry is malformed or holds credentials.
pub fn read(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Pipfile>, Error> {
    let Some(text) = tree.text(path)? else {
        return Ok(None);
    };
    let document = Document::parse(path, &text)?;
    let root = document.root();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Pipfile {
        path: path.to_owned(),
        ..Pipfile::default()
    };
    if let Some(requires) = root.table("requires")? {
        found.python = requires
            .found("python_full_version")
            .or_else(|| requires.found("python_version"))
            .map(|text| PythonRequest {
                source: PythonSource::Pipfile,
                text,
            });
    }
    if let Some(packages) = root.table("packages")? {
        for (name, node) in packages.entries() {
            found
                .packages
                .push(package(tree, folder, name, node, warnings)?);
        }
    }
    for (index, source) in root
        .get("source")
        .into_iter()
        .flat_map(Node::items)
        .enumerate()
    {
        if let Some(url) = source.found("url") {
            // The first source replaces PyPI; the others serve the packages that name them.
            let name = source.text("name").map(str::to_owned);
            found
                .options
                .indexes
                .push(url::index(name, &url.value, index == 0, url.at));
        }
    }
    found.options.pre = root
        .find(&["pipenv", "allow_prereleases"])
        .and_then(Node::as_bool)
        == Some(true);
    for (name, node) in root.get("scripts").map(Node::entries).unwrap_or_default() {
        if let Some(command) = node.as_str().or_else(|| node.text("cmd")) {
            found.scripts.push(Found::new(
                Task {
                    name: name.to_owned(),
                    command: command.to_owned(),
                },
                node.at(),
            ));
        }
    }
    Ok(Some(found))
}

fn package(
    tree: &Tree,
    folder: &str,
    name: &str,
    node: Node<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Requirement, Error> {
    let at = node.at();
    let context = Context {
        tree,
        folder,
        format: FORMAT,
        at: &at,
    };
    let mut requirement = Requirement {
        name: Some(normalise(name)),
        extras: BTreeSet::new(),
        specifier: Specifier::default(),
        marker: Marker::default(),
        source: Source::Index,
        editable: false,
        at: at.clone(),
    };
    if let Some(text) = node.as_str() {
        requirement.specifier = specifier(name, text, &context, warnings);
        return Ok(requirement);
    }
    if !node.is_table() {
        return Err(node.wrong("a version such as \"*\" or \">=1.2\", or a table"));
    }
    if let Some(text) = node.text("version") {
        requirement.specifier = specifier(name, text, &context, warnings);
    }
    requirement.extras = node
        .texts("extras")
        .iter()
        .map(|extra| normalise(&extra.value))
        .collect();
    requirement.editable = node.flag("editable") == Some(true);
    requirement.marker = marker(node, &context)?;
    for (key, kind) in [
        ("git", VcsKind::Git),
        ("hg", VcsKind::Mercurial),
        ("svn", VcsKind::Subversion),
        ("bzr", VcsKind::Bazaar),
    ] {
        if let Some(url) = node.text(key)
            && let Source::Vcs { url, .. } = url::repository(kind, url)
        {
            requirement.source = context.source(&url)?;
        }
    }
    if let Some(file) = node.text("file").or_else(|| node.text("path")) {
        requirement.source = if url::is_url(file) && !file.starts_with("file:") {
            context.source(file)?
        } else {
            pep508::tolerant_path(&context, file, warnings)
        };
    }
    Ok(requirement)
}

fn specifier(
    name: &str,
    text: &str,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Specifier {
    let text = text.trim();
    if matches!(text, "*" | "") {
        return Specifier::default();
    }
    // Pipenv takes a bare version for a pin.
    let range = if text.starts_with(|c: char| c.is_ascii_digit()) {
        format!("=={text}")
    } else {
        text.to_owned()
    };
    Specifier::parse(&range).unwrap_or_else(|| {
        warnings.push(
            Warning::new(
                "legacy-version",
                format!(
                    "`{}` is no version range for {} (PEP 440)",
                    printable(text),
                    printable(name)
                ),
                format!("write `{} = \">=1.2\"` in {}", printable(name), context.at),
            )
            .at(context.at.clone()),
        );
        Specifier::default()
    })
}

fn marker(node: Node<'_>, context: &Context<'_>) -> Result<Marker, Error> {
    let keyed = MARKERS
        .iter()
        .filter_map(|key| node.text(key).map(|text| format!("{key} {text}")));
    let parts: Vec<String> = node
        .text("markers")
        .map(str::to_owned)
        .into_iter()
        .chain(keyed)
        .map(|part| format!("({part})"))
        .collect();
    let text = parts.join(" and ");
    Marker::parse(&text)
        .map_err(|_| context.malformed(format!("the marker `{}`", printable(&text))))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::inspect::testing::project;

    const TEXT: &str = "[[source]]\nname = 'pypi'\nurl = 'https://u:${TOKEN}@h/simple'\n[packages]\nFlask = '*'\npinned = '1.2'\nlib = {git = 'https://h/lib.git', ref = 'v1', editable = true}\n\
        win = {version = '>=1', sys_platform = \"== 'win32'\", extras = ['A']}\nlocal = {path = '../out'}\n[dev-packages]\npytest = '*'\n[requires]\npython_version = '3.12'\n[scripts]\nweb = 'gunicorn x:app'\n";

    #[test]
    fn packages_sources_and_python() {
        for text in [TEXT.to_owned(), TEXT.replace('\n', "\r\n")] {
            let (_folder, tree) = project(&[("Pipfile", &text)], "");
            let mut warnings = Vec::new();
            let found = read(&tree, "Pipfile", &mut warnings).unwrap().unwrap();
            let names: Vec<String> = found
                .packages
                .iter()
                .map(|found| {
                    format!(
                        "{}{}:{}",
                        found.name.clone().unwrap(),
                        found.specifier,
                        found.at.line
                    )
                })
                .collect();
            assert_eq!(
                names,
                ["flask:5", "pinned==1.2:6", "lib:7", "win>=1:8", "local:9"]
            );
            assert!(
                found.packages[2].editable
                    && matches!(found.packages[2].source, Source::Vcs { .. })
            );
            assert!(!found.packages[3].marker.is_always());
            assert!(matches!(
                found.packages[4].source,
                Source::Path { path: None, .. }
            ));
            assert_eq!(
                warnings
                    .iter()
                    .map(|warning| warning.code)
                    .collect::<Vec<_>>(),
                ["path-dependency"]
            );
            assert_eq!(found.python.unwrap().text.value, "3.12");
            assert_eq!(found.options.indexes[0].variables, ["TOKEN"]);
            assert_eq!(found.scripts[0].value.name, "web");
        }
    }
}
