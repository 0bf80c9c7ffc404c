//! Turns the text of a TOML lock into a borrowed tree with lines, typed access and the words of what is wrong.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{basename, is_wheel, parse_wheel};
use crate::error::Error;
use crate::facts::{
    Artefact, Artefacts, Dependency, Found, LockKind, Marker, MarkerCache, Place, normalise,
};

/// A value with its place in the text.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// What every reader of a TOML lock shares: the text's lines, the markers seen so far, the lock's name.
pub(super) struct Document {
    kind: LockKind,
    file: Arc<str>,
    starts: Vec<usize>,
    markers: MarkerCache,
}

impl Document {
    /// Parses the text of a lock.
    ///
    /// # Errors
    /// Merge-conflict marks, an end in the middle, or another break of TOML's grammar.
    pub(super) fn parse<'t>(
        kind: LockKind,
        path: &str,
        text: &'t str,
    ) -> Result<(Self, DeTable<'t>), Error> {
        let document = Self {
            kind,
            file: path.into(),
            starts: line_starts(text),
            markers: MarkerCache::default(),
        };
        match DeTable::parse(text) {
            Ok(root) => Ok((document, root.into_inner())),
            Err(error) => Err(document.broken(text, &error)),
        }
    }

    /// The place of a byte offset.
    pub(super) fn at(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        Place::new(
            Arc::clone(&self.file),
            u32::try_from(line).unwrap_or(u32::MAX),
        )
    }

    /// The file as a whole.
    pub(super) fn whole(&self) -> Place {
        Place::new(Arc::clone(&self.file), 0)
    }

    /// The error for a value that breaks the format.
    pub(super) fn wrong(&self, at: Place, found: &str, expected: &str) -> Error {
        super::malformed(self.kind, at, found, expected)
    }

    fn wrong_type(&self, key: &str, value: &Value<'_>, expected: &str) -> Error {
        self.wrong(
            self.at(value.span().start),
            &format!("`{key}` as {}", value.get_ref().type_str()),
            expected,
        )
    }

    /// A text; `None` without the key.
    pub(super) fn text<'a>(
        &self,
        table: &'a DeTable<'_>,
        key: &str,
    ) -> Result<Option<&'a str>, Error> {
        match table.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref().as_str() {
                Some(text) => Ok(Some(text)),
                None => Err(self.wrong_type(key, value, "a text")),
            },
        }
    }

    /// A text with its place.
    pub(super) fn found(
        &self,
        table: &DeTable<'_>,
        key: &str,
    ) -> Result<Option<Found<String>>, Error> {
        let text = self.text(table, key)?;
        Ok(text
            .zip(table.get(key))
            .map(|(text, value)| Found::new(text.trim().to_owned(), self.at(value.span().start))))
    }

    /// A list; empty without the key.
    pub(super) fn list<'a, 't>(
        &self,
        table: &'a DeTable<'t>,
        key: &str,
    ) -> Result<&'a [Value<'t>], Error> {
        match table.get(key) {
            None => Ok(&[]),
            Some(value) => match value.get_ref().as_array() {
                Some(array) => Ok(array),
                None => Err(self.wrong_type(key, value, "a list")),
            },
        }
    }

    /// A table; `None` without the key.
    pub(super) fn table<'a, 't>(
        &self,
        table: &'a DeTable<'t>,
        key: &str,
    ) -> Result<Option<&'a DeTable<'t>>, Error> {
        match table.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref().as_table() {
                Some(table) => Ok(Some(table)),
                None => Err(self.wrong_type(key, value, "a table")),
            },
        }
    }

    /// The tables of a list.
    pub(super) fn tables<'a, 't>(
        &self,
        table: &'a DeTable<'t>,
        key: &str,
    ) -> Result<Vec<(Place, &'a DeTable<'t>)>, Error> {
        self.list(table, key)?
            .iter()
            .map(|value| match value.get_ref().as_table() {
                Some(table) => Ok((self.at(value.span().start), table)),
                None => Err(self.wrong_type(key, value, "a list of tables")),
            })
            .collect()
    }

    /// Names of a list of texts, normalised.
    pub(super) fn names(&self, table: &DeTable<'_>, key: &str) -> Result<Vec<String>, Error> {
        self.list(table, key)?
            .iter()
            .map(|value| match value.get_ref().as_str() {
                Some(text) => Ok(normalise(text)),
                None => Err(self.wrong_type(key, value, "a list of texts")),
            })
            .collect()
    }

    /// The package's `name`, normalised.
    pub(super) fn name(&self, at: &Place, table: &DeTable<'_>) -> Result<String, Error> {
        match self.text(table, "name")?.map(normalise) {
            Some(name) if !name.is_empty() => Ok(name),
            _ => Err(self.wrong(
                at.clone(),
                "a package without `name`",
                "a name in each package",
            )),
        }
    }

    /// A marker written at a place, parsed once for each text.
    pub(super) fn marker(
        &mut self,
        text: &str,
        at: impl Fn(&Self) -> Place,
    ) -> Result<Marker, Error> {
        self.markers.parse(text).map_err(|error| {
            self.wrong(
                at(self),
                &format!("the marker `{text}` ({error})"),
                "an environment marker (PEP 508)",
            )
        })
    }

    /// The marker of a key; «always» without it.
    pub(super) fn marker_of(&mut self, table: &DeTable<'_>, key: &str) -> Result<Marker, Error> {
        match (self.text(table, key)?, table.get(key)) {
            (Some(text), Some(value)) => self.marker(text, |this| this.at(value.span().start)),
            _ => Ok(Marker::default()),
        }
    }

    /// An edge written as a requirement: `redis[hiredis]>=4.2.0; python_version < "3.12"`.
    pub(super) fn edge(&mut self, value: &Value<'_>) -> Result<Dependency, Error> {
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            return Err(self.wrong_type("dependencies", value, "a list of requirements"));
        };
        let (head, marker) = text.split_once(';').unwrap_or((text, ""));
        let end = head
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(head.len());
        let (name, rest) = head.trim_end().split_at(end.min(head.trim_end().len()));
        if name.is_empty() {
            return Err(self.wrong(
                self.at(at),
                &format!("the dependency `{text}`"),
                "a requirement (PEP 508)",
            ));
        }
        let rest = rest.trim();
        let (extras, range) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((extras, range)) => (extras, range.trim()),
            None => ("", rest),
        };
        let range = range.trim_start_matches('(').trim_end_matches(')');
        Ok(Dependency {
            name: normalise(name),
            extras: extras
                .split(',')
                .map(normalise)
                .filter(|extra| !extra.is_empty())
                .collect(),
            range: if range.starts_with('@') {
                String::new()
            } else {
                range.to_owned()
            },
            marker: self.marker(marker.trim(), |this| this.at(at))?,
            ..Dependency::default()
        })
    }

    /// The artefacts of a list of files in which wheels and source distributions stand side by side (`files` of Poetry and PDM).
    pub(super) fn files(&self, files: &[Value<'_>]) -> Result<Artefacts, Error> {
        let (mut wheels, mut sdist) = (Vec::new(), None);
        for value in files {
            let Some(table) = value.get_ref().as_table() else {
                return Err(self.wrong_type("files", value, "a list of tables"));
            };
            let file = match self.text(table, "file")? {
                Some(file) => Some(file),
                None => self.text(table, "url")?,
            };
            let Some(file) = file.map(basename) else {
                continue;
            };
            if is_wheel(&file) {
                wheels.extend(parse_wheel(&file, size(table)));
            } else if is_sdist(&file) {
                sdist = Some(Artefact {
                    file: file.into_owned(),
                    size: size(table),
                });
            }
        }
        if files.is_empty() {
            return Ok(Artefacts::Unknown);
        }
        Ok(Artefacts::Known { wheels, sdist })
    }

    /// Says what is wrong with a text that is no TOML.
    fn broken(&self, text: &str, error: &toml::de::Error) -> Error {
        if let Some(line) = super::conflict_line(text) {
            return self.wrong(
                Place::new(Arc::clone(&self.file), line),
                "marks of an unfinished merge (`<<<<<<<`)",
                "a lock without merge conflicts",
            );
        }
        let offset = error.span().map_or(text.len(), |span| span.start);
        if offset >= text.trim_end().len() {
            return self.wrong(
                self.at(text.trim_end().len().saturating_sub(1)),
                "the end of the file in the middle of an entry",
                "a whole file: it was cut off",
            );
        }
        self.wrong(self.at(offset), error.message(), "TOML")
    }
}

/// `size`, where it is a plain number.
pub(super) fn size(table: &DeTable<'_>) -> Option<u64> {
    let integer = table.get("size")?.get_ref().as_integer()?;
    integer.as_str().parse().ok()
}

/// Is it the name of a source distribution? Eggs and Windows installers are not.
fn is_sdist(file: &str) -> bool {
    [".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar"]
        .iter()
        .any(|end| file.ends_with(end))
}

/// `true` under a key.
pub(super) fn flag(table: &DeTable<'_>, key: &str) -> bool {
    table
        .get(key)
        .and_then(|value| value.get_ref().as_bool())
        .unwrap_or(false)
}

fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(
        text.bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(offset, _)| offset + 1),
    );
    starts
}
