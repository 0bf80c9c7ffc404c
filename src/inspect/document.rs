//! Turns TOML text into nodes that know their lines, so that every fact and every error can point there.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, printable};
use crate::facts::{Found, Place};

/// A parsed TOML file.
pub(super) struct Document<'a> {
    path: &'a str,
    root: Spanned<DeValue<'a>>,
    /// Offsets at which lines start, the first line's left out.
    breaks: Vec<usize>,
}

/// A value of a [`Document`].
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    document: &'a Document<'a>,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Document<'a> {
    /// Parses a file's text.
    ///
    /// # Errors
    /// It is not TOML; conflict markers of git have words of their own.
    pub(super) fn parse(path: &'a str, text: &'a str) -> Result<Self, Error> {
        let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        match DeTable::parse(text) {
            Ok(root) => Ok(Self {
                path,
                root: Spanned::new(root.span(), DeValue::Table(root.into_inner())),
                breaks,
            }),
            Err(error) => Err(conflict(path, text).unwrap_or_else(|| {
                let line = line(&breaks, error.span().map_or(0, |span| span.start));
                malformed(
                    Place::new(path, line),
                    &format!("a syntax error: {}", printable(error.message())),
                    "TOML 1.0",
                )
            })),
        }
    }

    /// The table that is the file.
    pub(super) fn root(&'a self) -> Node<'a> {
        Node {
            document: self,
            value: &self.root,
        }
    }
}

impl<'a> Node<'a> {
    /// Where the value starts.
    pub(super) fn at(self) -> Place {
        Place::new(
            self.document.path,
            line(&self.document.breaks, self.value.span().start),
        )
    }

    /// The value of a key; `None` also when this is no table.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let value = self.value.get_ref().as_table()?.get(key)?;
        Some(Self { value, ..self })
    }

    /// The value below several keys.
    pub(super) fn find(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, where it is one.
    pub(super) fn as_str(self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// The truth value, where it is one.
    pub(super) fn as_bool(self) -> Option<bool> {
        self.value.get_ref().as_bool()
    }

    /// Is it a table?
    pub(super) fn is_table(self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The text of a key, where it is one.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// The text of a key with its place, where it is one.
    pub(super) fn found(self, key: &str) -> Option<Found<String>> {
        let node = self.get(key)?;
        Some(Found::new(node.as_str()?.trim().to_owned(), node.at()))
    }

    /// The truth value of a key, where it is one.
    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    /// The elements of an array; none when it is no array.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let array = self.value.get_ref().as_array();
        array
            .into_iter()
            .flat_map(|array| array.iter())
            .map(move |value| Self { value, ..self })
    }

    /// The texts of a key that holds a text or an array of texts; others are passed over.
    pub(super) fn texts(self, key: &str) -> Vec<Found<String>> {
        let Some(node) = self.get(key) else {
            return Vec::new();
        };
        std::iter::once(node)
            .chain(node.items())
            .filter_map(|item| Some(Found::new(item.as_str()?.to_owned(), item.at())))
            .collect()
    }

    /// Keys and values of a table in the file's order; none when it is no table.
    pub(super) fn entries(self) -> Vec<(&'a str, Self)> {
        let table = self.value.get_ref().as_table();
        let mut entries: Vec<_> = table
            .into_iter()
            .flat_map(|table| table.iter())
            .map(|(key, value)| {
                (
                    key.span().start,
                    key.get_ref().as_ref(),
                    Self { value, ..self },
                )
            })
            .collect();
        entries.sort_by_key(|(at, ..)| *at);
        entries
            .into_iter()
            .map(|(_, key, node)| (key, node))
            .collect()
    }

    /// The elements of an array that must be one.
    ///
    /// # Errors
    /// It is something else.
    pub(super) fn array(self, key: &str) -> Result<Vec<Self>, Error> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(node) if node.value.get_ref().is_array() => Ok(node.items().collect()),
            Some(node) => {
                Err(node.wrong(&format!("an array as the value of `{}`", printable(key))))
            }
        }
    }

    /// The table of a key that must be one.
    ///
    /// # Errors
    /// It is something else.
    pub(super) fn table(self, key: &str) -> Result<Option<Self>, Error> {
        match self.get(key) {
            Some(node) if !node.is_table() => {
                Err(node.wrong(&format!("a table `{}`", printable(key))))
            }
            node => Ok(node),
        }
    }

    /// An error at this value, of which only the type is shown.
    pub(super) fn wrong(self, expected: &str) -> Error {
        malformed(
            self.at(),
            &format!("a value of type {}", self.value.get_ref().type_str()),
            expected,
        )
    }
}

/// The line of an offset, from 1.
fn line(breaks: &[usize], offset: usize) -> u32 {
    let before = breaks.partition_point(|start| *start <= offset);
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

fn malformed(at: Place, found: &str, expected: &str) -> Error {
    let help = format!("correct {at}");
    Error::Malformed {
        at,
        format: "valid",
        found: found.to_owned(),
        expected: expected.to_owned(),
        help,
    }
}

/// The error for a file in which a merge left its markers.
pub(super) fn conflict(path: &str, text: &str) -> Option<Error> {
    let (number, _) = (1..)
        .zip(text.lines())
        .find(|(_, line)| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))?;
    Some(Error::Malformed {
        at: Place::new(path, number),
        format: "ready to be read",
        found: "a conflict that a merge left behind (`<<<<<<<`)".to_owned(),
        expected: "a file without conflict markers".to_owned(),
        help: format!(
            "resolve the conflict in {}, or `git checkout --ours` / `--theirs` it",
            printable(path)
        ),
    })
}
