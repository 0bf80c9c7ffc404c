//! Turns values into Dockerfile words, each for the place where it stands, so that none can become an instruction or a command.

pub mod compose;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, is_unsafe, printable};
use crate::facts::{is_plain_word, quoted};

/// A word of a `RUN` line, quoted for `sh`.
///
/// Docker expands nothing in `RUN` itself; a single-quoted word has no meaning to the shell and, as it never begins with `<<`,
/// none to `BuildKit`'s here-documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ShellWord(String);

impl ShellWord {
    /// Quotes a value.
    ///
    /// # Errors
    /// It holds a control character, a line separator or a bidirectional mark.
    pub fn new(value: &str) -> Result<Self, Error> {
        refuse_unsafe(value)?;
        Ok(Self(quoted(value)))
    }

    /// The quoted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An array of the exec form (`CMD ["…"]`): JSON, in which Docker expands nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ExecForm(String);

impl ExecForm {
    /// Quotes the arguments.
    ///
    /// # Errors
    /// As [`ShellWord::new`].
    pub fn new<S: AsRef<str>>(argv: &[S]) -> Result<Self, Error> {
        let mut words = Vec::with_capacity(argv.len());
        for argument in argv {
            refuse_unsafe(argument.as_ref())?;
            words.push(serde_json::Value::from(argument.as_ref()).to_string());
        }
        Ok(Self(format!("[{}]", words.join(", "))))
    }
}

/// The paths of a `COPY` in its JSON form, in which Docker takes out quotation marks, expands `$` and matches wildcards: all are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CopyPaths(String);

impl CopyPaths {
    /// Quotes sources and, last, the destination.
    ///
    /// # Errors
    /// As [`ShellWord::new`].
    pub fn new<S: AsRef<str>>(paths: &[S]) -> Result<Self, Error> {
        for path in paths {
            refuse_unsafe(path.as_ref())?;
        }
        if paths.iter().all(|path| is_plain_path(path.as_ref())) {
            let plain: Vec<&str> = paths.iter().map(AsRef::as_ref).collect();
            return Ok(Self(plain.join(" ")));
        }
        let last = paths.len().saturating_sub(1);
        let escaped: Vec<String> = paths
            .iter()
            .enumerate()
            .map(|(index, path)| escape_path(path.as_ref(), index < last))
            .collect();
        ExecForm::new(&escaped).map(|form| Self(form.0))
    }
}

/// The folders of a `VOLUME` in its JSON form, in which Docker expands `$` and takes `\\` for an escape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct VolumePaths(String);

impl VolumePaths {
    /// Quotes folders.
    ///
    /// # Errors
    /// As [`ShellWord::new`].
    pub fn new<S: AsRef<str>>(paths: &[S]) -> Result<Self, Error> {
        let escaped: Vec<String> = paths
            .iter()
            .map(|path| escape_path(path.as_ref(), false))
            .collect();
        ExecForm::new(&escaped).map(|form| Self(form.0))
    }
}

/// Can the path stand in a `--mount` option and a bare `COPY` as it is? (`BuildKit` splits mount options at commas and expands `$`.)
pub fn is_plain_path(path: &str) -> bool {
    !path.is_empty()
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._/@+-".contains(c))
        && !path.starts_with("--")
}

/// A value of `ENV` or `WORKDIR`, double-quoted: Docker expands `$` there, so it is escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EnvValue(String);

impl EnvValue {
    /// Quotes a value.
    ///
    /// # Errors
    /// As [`ShellWord::new`].
    pub fn new(value: &str) -> Result<Self, Error> {
        refuse_unsafe(value)?;
        if is_plain_word(value) {
            return Ok(Self(value.to_owned()));
        }
        let mut quoted = String::from("\"");
        for c in value.chars() {
            if matches!(c, '"' | '\\' | '$') {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        quoted.push('"');
        Ok(Self(quoted))
    }

    /// Quotes a value in which `${NAME}` stands for one of these arguments of the build; every other `$` is itself.
    ///
    /// # Errors
    /// As [`ShellWord::new`].
    pub fn filled(value: &str, arguments: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut quoted = Self::new(value)?;
        for name in arguments.keys() {
            let escaped = format!("\\${{{name}}}");
            quoted.0 = quoted.0.replace(&escaped, &escaped[1..]);
        }
        Ok(quoted)
    }

    /// The quoted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a comment: one line, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Comment(String);

impl Comment {
    /// Makes any text fit; a trailing backslash cannot continue a comment, yet is dropped for the reader's sake.
    pub fn new(text: &str) -> Self {
        Self(printable(text).trim_end_matches('\\').trim().to_owned())
    }
}

/// Refuses what nobody could see in a file.
///
/// # Errors
/// The value holds a control character, a line separator or a bidirectional mark.
pub(super) fn refuse_unsafe(value: &str) -> Result<(), Error> {
    match value.chars().find(|c| is_unsafe(*c)) {
        None => Ok(()),
        Some(c) => Err(Error::Settings {
            what: format!(
                "`{}` holds the invisible character {}",
                printable(value),
                c.escape_unicode()
            ),
            at: None,
            help: "rename it in the project, or give another value on the command line".to_owned(),
        }),
    }
}

fn escape_path(path: &str, source: bool) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            // A pattern of one character finds any name; brackets and backslashes do not find `*`, `?` and `\\`, and a name that
            // begins with `<<` would be a here-document (all tried with BuildKit 0.26).
            '*' | '?' | '[' | '\\' | '<' if source => out.push('?'),
            // Docker's words know both kinds of quotation marks, also inside JSON.
            '$' | '\\' | '\'' | '"' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
