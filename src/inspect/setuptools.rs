//! Turns `setup.cfg` (data) and `setup.py` (syntax, never run) into a [`Setuptools`].

mod ini;
mod reads;
mod script;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::error::Error;
use crate::facts::{Found, Place, Requirement, Script, Setuptools, Warning, normalise};

use super::pep508::{self, Context};
use super::tree::{Tree, join};
use super::{requirements, text, traces};
use script::Value;

const FORMAT: &str = "metadata that setuptools reads";

/// With more files than these, a build is given the whole source.
const FEW: usize = 12;

/// Reads `setup.cfg` and `setup.py` of a context-relative folder; `None` when neither describes a project. Where both give a value, that of `setup.py` counts,
/// as in setuptools. What `setup.py` computes is not known; a value that setuptools reads from a file (`file:`) is.
///
/// # Errors
/// A file is unreadable, or a dependency in it is malformed.
pub fn read(
    tree: &Tree,
    folder: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Setuptools>, Error> {
    let mut found = Setuptools {
        dependencies: Some(Vec::new()),
        ..Setuptools::default()
    };
    let mut reader = Reader {
        tree,
        folder,
        warnings,
    };
    let config = join(folder, "setup.cfg");
    if let Some(content) = text::read(tree, &config, reader.warnings)? {
        let ini = ini::parse(&content);
        if ini.contains_key("metadata") || ini.contains_key("options") {
            reader.config(&config, &ini, &mut found)?;
            found.reads.extend(reads::of_config(&ini, tree, folder));
            found.paths.push(config);
        }
    }
    let script = join(folder, "setup.py");
    if let Some(content) = text::read(tree, &script, reader.warnings)? {
        let syntax = script::syntax(&content);
        reader.script(&script, &content, syntax.as_ref(), &mut found)?;
        let reads = syntax.map(|syntax| reads::of_script(&content, &syntax, tree, folder));
        let reads = reads.unwrap_or_default();
        if let Some(line) = reads.source {
            found
                .needs_source
                .get_or_insert(Place::new(script.clone(), line));
        }
        found.reads.extend(reads.files);
        found.paths.push(script);
    }
    found.reads.sort();
    found.reads.dedup();
    Ok((!found.paths.is_empty()).then_some(found))
}

struct Reader<'a> {
    tree: &'a Tree,
    folder: &'a str,
    warnings: &'a mut Vec<Warning>,
}

impl Reader<'_> {
    /// `setup.cfg` (<https://setuptools.pypa.io/en/latest/userguide/declarative_config.html>).
    fn config(&mut self, path: &str, ini: &ini::Ini, out: &mut Setuptools) -> Result<(), Error> {
        let get = |section: &str, key: &str| ini.get(section).and_then(|section| section.get(key));
        let plain = |section: &str, key: &str| {
            get(section, key)
                .map(|value| {
                    Found::new(value.text().trim().to_owned(), Place::new(path, value.line))
                })
                .filter(|found| !found.value.is_empty() && !is_directive(&found.value))
        };
        out.name = plain("metadata", "name");
        out.version = plain("metadata", "version").map(|found| found.value);
        out.requires_python = plain("options", "python_requires");
        out.classifier = get("metadata", "classifiers").and_then(|value| {
            let at =
                |(line, text): &(u32, String)| Found::new(text.clone(), Place::new(path, *line));
            traces::newest(value.lines.iter().map(at))
        });
        if let Some(value) = get("options", "install_requires") {
            out.dependencies = Some(self.listed(path, value)?);
        }
        for (extra, value) in ini.get("options.extras_require").into_iter().flatten() {
            let found = self.listed(path, value)?;
            // `name:marker` is an extra under a condition; the marker stands after the colon.
            out.extras
                .entry(normalise(extra.split(':').next().unwrap_or_default()))
                .or_default()
                .extend(found);
        }
        if let Some(value) = get("options", "packages")
            && !matches!(value.text().trim(), "find:" | "find_namespace:")
        {
            let folders = get("options", "package_dir").map(ini::Value::text);
            let root = match folders.as_deref().map(str::trim) {
                None => Some(""),
                // One line: `= src`.
                Some(folders) => folders.strip_prefix('=').map(str::trim),
            };
            let listed = value.lines.iter().flat_map(|(line, text)| {
                text.split(',').map(|name| (name.trim().to_owned(), *line))
            });
            self.packages(path, &listed.collect::<Vec<_>>(), root, out);
        }
        if let Some(value) = get("options.entry_points", "console_scripts") {
            out.scripts = value
                .lines
                .iter()
                .filter_map(|(line, text)| entry_point(text, &Place::new(path, *line)))
                .collect();
        }
        if let Some(value) = get("options", "scripts") {
            let lines = value.lines.iter().flat_map(|(line, text)| {
                text.split(',').map(|file| (file.trim().to_owned(), *line))
            });
            out.scripts.extend(script_files(path, lines));
        }
        Ok(())
    }

    /// A list of dependencies, one a line or separated by `;`, or `file:` with names of files.
    fn listed(&mut self, path: &str, value: &ini::Value) -> Result<Vec<Requirement>, Error> {
        let whole = value.text();
        if let Some(files) = whole.trim().strip_prefix("file:") {
            let mut out = Vec::new();
            for name in files
                .split([',', '\n'])
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                if let Some(file) = pep508::resolve(self.folder, name) {
                    out.extend(
                        requirements::read(self.tree, &file, self.warnings)?
                            .map(|file| file.requirements)
                            .unwrap_or_default(),
                    );
                }
            }
            return Ok(out);
        }
        let one_line = value.lines.len() == 1;
        let mut out = Vec::new();
        for (line, text) in &value.lines {
            // On a single line `;` separates dependencies, unless a marker follows it, which setuptools would refuse.
            let parts: Vec<&str> = if one_line {
                text.split(';').collect()
            } else {
                vec![text]
            };
            for part in parts {
                out.extend(self.requirement(part, &Place::new(path, *line))?);
            }
        }
        Ok(out)
    }

    /// The keyword arguments of `setup(…)`.
    fn script(
        &mut self,
        path: &str,
        content: &str,
        syntax: Option<&tree_sitter::Tree>,
        out: &mut Setuptools,
    ) -> Result<(), Error> {
        let arguments = syntax.map(|syntax| script::arguments(content, syntax));
        let arguments = arguments.unwrap_or_default();
        let found = |key: &str| match arguments.get(key) {
            Some(Some(Value::Text(text, line))) => {
                Some(Found::new(text.clone(), Place::new(path, *line)))
            }
            _ => None,
        };
        out.name = found("name").or(out.name.take());
        out.version = found("version")
            .map(|found| found.value)
            .or(out.version.take());
        out.requires_python = found("python_requires").or(out.requires_python.take());
        if let Some(Some(value)) = arguments.get("classifiers") {
            let at = |(text, line)| Found::new(text, Place::new(path, line));
            let newest = traces::newest(lines_of(value).into_iter().map(at));
            out.classifier = newest.or(out.classifier.take());
        }
        if let Some(value) = arguments.get("install_requires") {
            out.dependencies = match value {
                Some(value) => self.texts(path, value)?,
                None => None,
            };
        }
        if let Some(Some(Value::Table(entries))) = arguments.get("extras_require") {
            for (extra, value) in entries {
                let found = self.texts(path, value)?.unwrap_or_default();
                out.extras
                    .entry(normalise(extra.split(':').next().unwrap_or_default()))
                    .or_default()
                    .extend(found);
            }
        }
        if let Some(Some(value)) = arguments.get("packages") {
            let root = match arguments.get("package_dir") {
                None => Some(String::new()),
                Some(Some(Value::Table(folders))) => root_of(folders),
                Some(_) => None,
            };
            self.packages(path, &lines_of(value), root.as_deref(), out);
        }
        for keyword in ["cffi_modules", "ext_modules", "rust_extensions"] {
            match arguments.get(keyword) {
                None => {}
                Some(Some(Value::List(modules))) if modules.is_empty() => {}
                Some(_) => out
                    .compiles
                    .push(Found::new(keyword.to_owned(), Place::new(path, 0))),
            }
        }
        let scripts = match arguments.get("entry_points") {
            Some(Some(Value::Table(entries))) => entries.get("console_scripts").map(lines_of),
            Some(Some(text @ Value::Text(..))) => Some(console_scripts(lines_of(text))),
            _ => None,
        };
        if let Some(lines) = scripts {
            out.scripts = lines
                .into_iter()
                .filter_map(|(text, line)| entry_point(&text, &Place::new(path, line)))
                .collect();
        }
        if let Some(Some(files)) = arguments.get("scripts") {
            out.scripts.extend(script_files(path, lines_of(files)));
        }
        Ok(())
    }

    /// Dependencies out of a list of texts or one text with a dependency a line.
    fn texts(&mut self, path: &str, value: &Value) -> Result<Option<Vec<Requirement>>, Error> {
        if matches!(value, Value::Table(_)) {
            return Ok(None);
        }
        let mut out = Vec::new();
        for (text, line) in lines_of(value) {
            out.extend(self.requirement(&text, &Place::new(path, line))?);
        }
        Ok(Some(out))
    }

    /// Packages that are listed, each with its line: setuptools wants to see their folders even when it is asked for metadata
    /// alone, while a search is content with none. A file of each makes its folder.
    fn packages(
        &self,
        path: &str,
        listed: &[(String, u32)],
        root: Option<&str>,
        out: &mut Setuptools,
    ) {
        for (name, line) in listed.iter().filter(|(name, _)| !name.is_empty()) {
            let file = root.and_then(|root| {
                let file = format!("{}/__init__.py", name.replace('.', "/"));
                reads::file(self.tree, self.folder, &join(root, &file))
            });
            match file {
                Some(file) if listed.len() <= FEW => out.reads.push(file),
                _ => {
                    let at = Place::new(path, *line);
                    out.needs_source.get_or_insert(at);
                }
            }
        }
    }

    /// A dependency; `None` where there is a comment alone. As for setuptools, one behind a dependency starts with a space, as a
    /// URL may hold a `#`.
    fn requirement(&mut self, text: &str, at: &Place) -> Result<Option<Requirement>, Error> {
        let text = text.split(" #").next().unwrap_or_default().trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let context = Context {
            tree: self.tree,
            folder: self.folder,
            format: FORMAT,
            at,
        };
        pep508::parse(text, &context, self.warnings).map(Some)
    }
}

/// The folder that all packages lie in; `None` where some have one of their own.
fn root_of(folders: &BTreeMap<String, Value>) -> Option<String> {
    match folders.get("") {
        Some(Value::Text(root, _)) if folders.len() == 1 => Some(root.clone()),
        None if folders.is_empty() => Some(String::new()),
        _ => None,
    }
}

/// Every line of every text of a value, with its number.
fn lines_of(value: &Value) -> Vec<(String, u32)> {
    match value {
        Value::Text(text, line) => (*line..)
            .zip(text.lines())
            .map(|(line, text)| (text.to_owned(), line))
            .collect(),
        Value::List(items) => items.iter().flat_map(lines_of).collect(),
        Value::Table(_) => Vec::new(),
    }
}

/// The lines below `[console_scripts]` in a text of entry points, as `entry_points.txt` has them
/// (<https://packaging.python.org/en/latest/specifications/entry-points/#file-format>).
fn console_scripts(lines: Vec<(String, u32)>) -> Vec<(String, u32)> {
    let mut inside = false;
    lines
        .into_iter()
        .filter(|(text, _)| {
            let text = text.trim();
            if text.starts_with('[') {
                inside = text == "[console_scripts]";
                return false;
            }
            inside
        })
        .collect()
}

/// `name = module:object`.
fn entry_point(text: &str, at: &Place) -> Option<Found<Script>> {
    let (name, target) = text.split_once('=')?;
    let target = target.split('[').next().unwrap_or_default().trim();
    let script = Script {
        name: name.trim().to_owned(),
        target: target.to_owned(),
    };
    (!script.name.is_empty() && !script.name.starts_with('#') && !script.target.is_empty())
        .then(|| Found::new(script, at.clone()))
}

/// Files that are installed as commands under their own names
/// (<https://setuptools.pypa.io/en/latest/references/keywords.html>): `scripts=["bin/shop"]`.
fn script_files(
    path: &str,
    files: impl IntoIterator<Item = (String, u32)>,
) -> impl Iterator<Item = Found<Script>> {
    files.into_iter().filter_map(move |(file, line)| {
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        let script = Script { name, target: file };
        (!script.name.is_empty()).then(|| Found::new(script, Place::new(path, line)))
    })
}

/// `attr: package.__version__` and `file: VERSION` are read when the project is built.
fn is_directive(value: &str) -> bool {
    value.starts_with("attr:") || value.starts_with("file:")
}

/// Extras, options: a section's keys.
type Section = BTreeMap<String, ini::Value>;
