//! Turns what a run saw and wrote into `dockwright.lock`, and back.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
pub use text::sha256;
use toml_edit::{Document, Item, TableLike};

use crate::error::{Error, printable};
use crate::facts::Place;
use crate::inspect::tree::line_of;

/// The file's name.
pub const LOCK_FILE: &str = "dockwright.lock";

/// The format that this program writes; it changes only when an older program would misread the file.
const VERSION: i64 = 1;

/// What the last run saw and wrote.
///
/// The version of dockwright is left out on purpose: a new program that writes the same text changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockRecord {
    /// Files that the plan was read from, relative to the context, with their SHA-256 in hexadecimal.
    pub inputs: BTreeMap<String, String>,
    /// Flat decisions that `check` can name when they change: `python` → `3.13`, `command` → `gunicorn shop.wsgi`.
    pub decisions: BTreeMap<String, String>,
    /// System packages with what needs them.
    pub packages: Vec<LockedNeed>,
    /// Images by tag, with the digest they are pinned to.
    pub pins: BTreeMap<String, String>,
    /// Tools of the builder with a newer patch than dockwright's own.
    pub tools: BTreeMap<String, String>,
    /// The files that were generated, with their text before any hand edit: the base of the next merge.
    pub files: BTreeMap<String, String>,
    /// The places that decisions follow from; known to a running program only, never written.
    pub places: BTreeMap<String, Place>,
    /// What is installed, by image and name; known to a running program only, never written.
    pub installed: BTreeSet<(Option<String>, String)>,
}

/// A system package of one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedNeed {
    /// The image's name, where there are several.
    pub image: Option<String>,
    /// `build` or `run`.
    pub stage: String,
    /// The package's name in the distribution.
    pub name: String,
    /// What needs it; empty when the user asked for it.
    pub because: Vec<Because>,
}

/// A requirement that needs a system package; `explain` says it in the same words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Because {
    /// The distribution's normalised name.
    pub requirement: String,
    /// Its version, where one is known.
    pub version: Option<String>,
    /// The file that names it, relative to the context.
    #[serde(serialize_with = "some_file")]
    #[schemars(with = "Option<String>")]
    pub source: String,
    /// The line in that file. It is never written to the lock: every edit above would change it.
    #[serde(serialize_with = "some_line")]
    #[schemars(with = "Option<u32>")]
    pub line: u32,
    /// Why, in words.
    pub why: String,
}

fn some_file<S: Serializer>(file: &String, to: S) -> Result<S::Ok, S::Error> {
    Some(file).filter(|file| !file.is_empty()).serialize(to)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn some_line<S: Serializer>(line: &u32, to: S) -> Result<S::Ok, S::Error> {
    Some(*line).filter(|line| *line > 0).serialize(to)
}

impl LockRecord {
    /// Reads the text of a `dockwright.lock`; `place` is the path to name in errors.
    ///
    /// # Errors
    /// It holds the marks of an unsolved merge, is no TOML, breaks the format, was edited (a file's text does not fit its
    /// hash), or was written in a newer format.
    pub fn parse(text: &str, place: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n");
        let reader = Reader { place, text: &text };
        reader.record()
    }

    /// The file's text: sorted, LF, the same bytes for the same record.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::write(self)
    }
}

struct Reader<'a> {
    place: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn record(&self) -> Result<LockRecord, Error> {
        self.no_marks()?;
        let document = Document::parse(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let found = printable(error.message());
            self.broken(offset, found, "TOML as `dockwright generate` writes it")
        })?;
        let root = document.as_table();
        self.version(root)?;
        for (key, item) in root {
            let known = [
                "version",
                "inputs",
                "decisions",
                "pins",
                "tools",
                "package",
                "file",
            ];
            if !known.contains(&key) {
                let found = format!("the key `{}`", printable(key));
                return Err(self.broken(
                    start(item),
                    found,
                    "one of the keys that `dockwright generate` writes",
                ));
            }
        }
        let mut packages = Vec::new();
        for table in self.tables(root, "package")? {
            packages.push(self.package(table)?);
        }
        packages.sort();
        let mut files = BTreeMap::new();
        for table in self.tables(root, "file")? {
            let (path, text) = self.file(table)?;
            files.insert(path, text);
        }
        Ok(LockRecord {
            inputs: self.strings(root, "inputs")?,
            decisions: self.strings(root, "decisions")?,
            pins: self.strings(root, "pins")?,
            tools: self.strings(root, "tools")?,
            packages,
            files,
            places: BTreeMap::new(),
            installed: BTreeSet::new(),
        })
    }

    /// A merge that git could not finish leaves lines which begin with these marks; no text that is written here does,
    /// because [`text::write`] escapes a file that holds one.
    fn no_marks(&self) -> Result<(), Error> {
        let mut offset = 0;
        for line in self.text.split_inclusive('\n') {
            if is_mark(line) {
                return Err(Error::Malformed {
                    at: Place::new(self.place, line_of(self.text.as_bytes(), offset)),
                    format: "a finished lock file",
                    found: "the mark of an unsolved merge".to_owned(),
                    expected: "the text of one side".to_owned(),
                    help: format!(
                        "take one side with `git checkout --ours {}`, then run `dockwright generate`",
                        printable(self.place)
                    ),
                });
            }
            offset += line.len();
        }
        Ok(())
    }

    fn version(&self, root: &dyn TableLike) -> Result<(), Error> {
        let item = root.get("version");
        match item.and_then(Item::as_integer) {
            Some(VERSION) => Ok(()),
            Some(newer) if newer > VERSION => Err(Error::Malformed {
                at: self.at(item.map_or(0, start)),
                format: "a lock file that this dockwright can read",
                found: format!("format {newer}"),
                expected: format!("format {VERSION}"),
                help: "install the newer dockwright that wrote it".to_owned(),
            }),
            _ => Err(self.broken(
                item.map_or(0, start),
                "no known format number".to_owned(),
                &format!("`version = {VERSION}`"),
            )),
        }
    }

    fn tables<'t>(
        &self,
        root: &'t dyn TableLike,
        key: &str,
    ) -> Result<Vec<&'t dyn TableLike>, Error> {
        let Some(item) = root.get(key) else {
            return Ok(Vec::new());
        };
        let Some(tables) = item.as_array_of_tables() else {
            return Err(self.broken(
                start(item),
                format!("`{key}` as {}", item.type_name()),
                &format!("tables `[[{key}]]`"),
            ));
        };
        Ok(tables.iter().map(|table| table as &dyn TableLike).collect())
    }

    fn strings(&self, root: &dyn TableLike, key: &str) -> Result<BTreeMap<String, String>, Error> {
        let Some(item) = root.get(key) else {
            return Ok(BTreeMap::new());
        };
        let Some(table) = item.as_table_like() else {
            return Err(self.broken(
                start(item),
                format!("`{key}` as {}", item.type_name()),
                &format!("a table `[{key}]`"),
            ));
        };
        let mut out = BTreeMap::new();
        for (name, item) in table.iter() {
            out.insert(name.to_owned(), self.text_of(item, name)?);
        }
        Ok(out)
    }

    fn package(&self, table: &dyn TableLike) -> Result<LockedNeed, Error> {
        let mut because = Vec::new();
        if let Some(item) = table.get("because") {
            let Some(array) = item.as_array() else {
                return Err(self.broken(
                    start(item),
                    format!("`because` as {}", item.type_name()),
                    "a list of reasons",
                ));
            };
            for value in array {
                let offset = value.span().map_or(0, |span| span.start);
                let Some(reason) = value.as_inline_table() else {
                    return Err(self.broken(
                        offset,
                        format!("a reason as {}", value.type_name()),
                        "a table `{ requirement = … }`",
                    ));
                };
                because.push(Because {
                    requirement: self.string(reason, "requirement", offset)?,
                    version: if reason.contains_key("version") {
                        Some(self.string(reason, "version", offset)?)
                    } else {
                        None
                    },
                    source: self.string(reason, "source", offset)?,
                    line: 0,
                    why: self.string(reason, "why", offset)?,
                });
            }
        }
        because.sort();
        let offset = first(table);
        let image = table.get("image");
        Ok(LockedNeed {
            image: image.map(|item| self.text_of(item, "image")).transpose()?,
            stage: self.string(table, "stage", offset)?,
            name: self.string(table, "name", offset)?,
            because,
        })
    }

    fn file(&self, table: &dyn TableLike) -> Result<(String, String), Error> {
        let offset = first(table);
        let path = self.string(table, "path", offset)?;
        let hash = self.string(table, "sha256", offset)?;
        let text = self.string(table, "text", offset)?;
        if !is_below(&path) {
            let found = format!("the path {}", printable(&path));
            return Err(self.broken(offset, found, "a path of the project"));
        }
        if hash != text::sha256(text.as_bytes()) {
            let found = format!("a text of {} that does not fit its hash", printable(&path));
            return Err(self.broken(offset, found, "the text as it was written"));
        }
        Ok((path, text))
    }

    fn string(&self, table: &dyn TableLike, key: &str, offset: usize) -> Result<String, Error> {
        match table.get(key) {
            Some(item) => self.text_of(item, key),
            None => Err(self.broken(offset, format!("no `{key}`"), &format!("`{key} = \"…\"`"))),
        }
    }

    fn text_of(&self, item: &Item, key: &str) -> Result<String, Error> {
        item.as_str().map(ToOwned::to_owned).ok_or_else(|| {
            let found = format!("`{}` as {}", printable(key), item.type_name());
            self.broken(start(item), found, "a string")
        })
    }

    fn at(&self, offset: usize) -> Place {
        Place::new(self.place, line_of(self.text.as_bytes(), offset))
    }

    fn broken(&self, offset: usize, found: String, expected: &str) -> Error {
        Error::Malformed {
            at: self.at(offset),
            format: "a lock file of dockwright",
            found,
            expected: expected.to_owned(),
            help: format!(
                "restore it with `git checkout -- {}`, or delete it and run `dockwright generate`",
                printable(self.place)
            ),
        }
    }
}

/// Does a path stay below the folder that it starts in? What is a name here may be a drive elsewhere: each system judges for itself.
fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Does git write such a line around a conflict?
fn is_mark(line: &str) -> bool {
    ["<<<<<<< ", "||||||| ", ">>>>>>> "]
        .iter()
        .any(|mark| line.starts_with(mark))
        || line.trim_end() == "======="
}

fn start(item: &Item) -> usize {
    item.span().map_or(0, |span| span.start)
}

/// Where the table's first entry stands.
fn first(table: &dyn TableLike) -> usize {
    table.iter().map(|(_, item)| start(item)).min().unwrap_or(0)
}

#[cfg(test)]
mod tests;
