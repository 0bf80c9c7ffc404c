//! Turns `pyproject.toml`, with the files it names, into a [`Pyproject`].

mod constraint;
mod dynamic;
mod groups;
mod pdm;
mod poetry;
mod project;
#[cfg(test)]
mod tests;
mod uv;

pub(crate) use constraint::to_pep440 as poetry_range;

use crate::error::Error;
use crate::facts::{
    BuildSystem, Found, Place, Pyproject, Requirement, Source, Task, VcsKind, Warning,
};

use super::document::{Document, Node};
use super::pep508::{self, Context};
use super::tree::{Tree, join};
use super::{traces, url};

/// What errors call the format of a dependency here.
const FORMAT: &str = "a valid pyproject.toml";

/// Reads a `pyproject.toml`; `None` when there is no file of that name.
///
/// Standards: PEP 518 (`[build-system]`), PEP 621 (`[project]`), PEP 735 (`[dependency-groups]`). Of the tools' tables: uv's (with the `uv.toml` beside it),
/// Poetry's, PDM's, `FastAPI`'s, and of setuptools and hatch what names other files.
///
/// # Errors
/// A file is unreadable or not TOML; a dependency is malformed or holds credentials; groups include each other in a circle; a file that dynamic dependencies
/// are read from is missing.
pub fn read(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Pyproject>, Error> {
    let Some(text) = tree.text(path)? else {
        return Ok(None);
    };
    let document = Document::parse(path, &text)?;
    let root = document.root();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut reader = Reader {
        tree,
        folder,
        warnings,
    };
    let mut found = Pyproject {
        path: path.to_owned(),
        ..Pyproject::default()
    };
    if let Some(table) = root.table("build-system")? {
        found.build_system = Some(reader.build_system(table)?);
    }
    project::read(root, &mut reader, &mut found)?;
    groups::read(root, &mut reader, &mut found)?;
    dynamic::read(root, &mut reader, &mut found)?;
    if let Some(tool) = root.table("tool")? {
        found.tools = tool
            .entries()
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        found.fastapi_entrypoint = tool
            .get("fastapi")
            .and_then(|table| table.found("entrypoint"));
        found.tool_python = traces::of_tools(tool);
        if let Some(table) = tool.table("poetry")? {
            poetry::read(table, &mut reader, &mut found)?;
        }
        if let Some(table) = tool.table("pdm")? {
            pdm::read(table, &mut reader, &mut found)?;
        }
    }
    uv::read(root, &mut reader, &mut found)?;
    found.package = is_package(root, &found);
    found.metadata_files.sort();
    found.metadata_files.dedup();
    found.dynamic_files.sort();
    found.dynamic_files.dedup();
    Ok(Some(found))
}

/// What all parts of the reading share.
struct Reader<'a> {
    tree: &'a Tree,
    /// The file's folder, relative to the context.
    folder: &'a str,
    warnings: &'a mut Vec<Warning>,
}

impl Reader<'_> {
    /// A PEP 508 dependency.
    fn requirement(&mut self, text: &str, at: &Place) -> Result<Requirement, Error> {
        let context = Context {
            tree: self.tree,
            folder: self.folder,
            format: FORMAT,
            at,
        };
        // hatch's word for the project's folder (https://hatch.pypa.io/latest/config/context/).
        let text = text.replace("{root:uri}", "file:.").replace("{root}", ".");
        pep508::parse(&text, &context, self.warnings)
    }

    /// An array of PEP 508 dependencies.
    fn requirements(&mut self, items: Vec<Node<'_>>) -> Result<Vec<Requirement>, Error> {
        items
            .into_iter()
            .map(|item| match item.as_str() {
                Some(text) => self.requirement(text, &item.at()),
                None => Err(item.wrong("a dependency as text, such as \"flask>=3\"")),
            })
            .collect()
    }

    /// The `git`, `hg`, `url`, `path` or `file` of a tool's dependency table; `None` for one from an index.
    fn source(&mut self, table: Node<'_>) -> Result<Option<Source>, Error> {
        for (key, kind) in [
            ("git", VcsKind::Git),
            ("hg", VcsKind::Mercurial),
            ("svn", VcsKind::Subversion),
        ] {
            if let Some(found) = table.found(key) {
                let Source::Vcs { url, .. } = url::repository(kind, &found.value) else {
                    continue;
                };
                return self.context(&found.at).source(&url).map(Some);
            }
        }
        if let Some(found) = table.found("url") {
            return self.context(&found.at).source(&found.value).map(Some);
        }
        Ok(table
            .found("path")
            .or_else(|| table.found("file"))
            .map(|found| self.path(&found)))
    }

    fn context<'b>(&'b self, at: &'b Place) -> Context<'b> {
        Context {
            tree: self.tree,
            folder: self.folder,
            format: FORMAT,
            at,
        }
    }

    /// A path as a source; one that leaves the project is kept as unknown, with a warning: it may belong to a group that is never installed.
    fn path(&mut self, found: &Found<String>) -> Source {
        let context = Context {
            tree: self.tree,
            folder: self.folder,
            format: FORMAT,
            at: &found.at,
        };
        pep508::tolerant_path(&context, &found.value, self.warnings)
    }

    fn build_system(&mut self, table: Node<'_>) -> Result<BuildSystem, Error> {
        Ok(BuildSystem {
            requires: self.requirements(table.array("requires")?)?,
            backend: table.text("build-backend").map(str::to_owned),
            at: Some(table.at()),
        })
    }

    /// A file beside the manifest, where it is one.
    fn file(&self, name: &str) -> Option<String> {
        pep508::input(self.tree, self.folder, name)
    }

    /// A name inside the manifest's folder.
    fn beside(&self, name: &str) -> String {
        join(self.folder, name)
    }
}

/// Will its manager install the project itself? uv: `tool.uv.package`, else whether there is a build system
/// (<https://docs.astral.sh/uv/concepts/projects/config/#build-systems>). Poetry: unless `package-mode = false`. PDM: unless `distribution = false`.
fn is_package(root: Node<'_>, found: &Pyproject) -> bool {
    if let Some(package) = found.uv.package {
        return package;
    }
    if let Some(mode) = root
        .find(&["tool", "poetry", "package-mode"])
        .and_then(Node::as_bool)
    {
        return mode && found.name.is_some();
    }
    if let Some(distribution) = root
        .find(&["tool", "pdm", "distribution"])
        .and_then(Node::as_bool)
    {
        return distribution && found.name.is_some();
    }
    found.build_system.is_some() && found.name.is_some()
        || root.find(&["tool", "poetry", "name"]).is_some()
}

/// Commands of a task table that look like a start command, by their names.
fn tasks(table: Node<'_>) -> Vec<Found<Task>> {
    const NAMES: [&str; 8] = [
        "start",
        "serve",
        "server",
        "web",
        "prod",
        "production",
        "run",
        "app",
    ];
    table
        .entries()
        .into_iter()
        .filter(|(name, _)| NAMES.contains(&name.to_ascii_lowercase().as_str()))
        .filter_map(|(name, node)| {
            let command = node
                .as_str()
                .or_else(|| node.text("cmd"))
                .or_else(|| node.text("shell"))?;
            Some(Found::new(
                Task {
                    name: name.to_owned(),
                    command: command.to_owned(),
                },
                node.at(),
            ))
        })
        .collect()
}
