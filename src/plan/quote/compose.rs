//! Turns values into scalars of `compose.yaml`, so that none can become a node of YAML or a variable that compose expands.

use serde::Serialize;

use crate::error::Error;

/// A scalar or a flow sequence of `compose.yaml`.
///
/// JSON's strings are YAML's double-quoted ones; compose expands `$` in every value, and `$$` is a dollar sign
/// (docs.docker.com, «Interpolation»).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ComposeText(String);

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// A variable of `.env` or of compose's environment, without which compose refuses to start.
    Required(String),
}

impl ComposeText {
    /// Quotes a value, unless it is a plain word.
    ///
    /// # Errors
    /// It holds a control character, a line separator or a bidirectional mark.
    pub fn new(value: &str) -> Result<Self, Error> {
        super::refuse_unsafe(value)?;
        Ok(if is_plain(value) {
            Self(value.to_owned())
        } else {
            Self(quoted(value))
        })
    }

    /// Quotes a value in which variables stand.
    ///
    /// # Errors
    /// As [`Self::new`]; or a bug: a variable's name is none.
    pub fn pieces(pieces: &[Piece]) -> Result<Self, Error> {
        if let [Piece::Text(text)] = pieces {
            // A number is no text to YAML; every value of an environment is one.
            return Self::new(text);
        }
        joined(pieces).map(Self)
    }

    /// A sequence of texts in flow style.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn list<S: AsRef<str>>(values: &[S]) -> Result<Self, Error> {
        let values = values.iter().map(AsRef::as_ref).map(str::to_owned);
        let values: Vec<Vec<Piece>> = values.map(|value| vec![Piece::Text(value)]).collect();
        Self::sequence(&values)
    }

    /// A sequence of values in which variables stand, in flow style.
    ///
    /// # Errors
    /// As [`Self::pieces`].
    pub fn sequence(values: &[Vec<Piece>]) -> Result<Self, Error> {
        let values: Result<Vec<String>, Error> = values.iter().map(|one| joined(one)).collect();
        Ok(Self(format!("[{}]", values?.join(", "))))
    }

    /// A path of dots, as it is: `..`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn path(value: &str) -> Result<Self, Error> {
        if value.chars().all(|c| c == '.' || c == '/') && value.starts_with('.') {
            return Ok(Self(value.to_owned()));
        }
        Self::new(value)
    }
}

/// Can the name be that of an environment variable?
pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Pieces side by side in one pair of quotation marks.
fn joined(pieces: &[Piece]) -> Result<String, Error> {
    let mut out = String::from("\"");
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                super::refuse_unsafe(text)?;
                let text = quoted(text);
                out.push_str(&text[1..text.len() - 1]);
            }
            Piece::Required(name) if is_variable(name) => {
                out.push_str("${");
                out.push_str(name);
                out.push_str(":?set it in .env}");
            }
            Piece::Required(name) => {
                return Err(Error::Internal {
                    what: format!("{name} is no variable's name"),
                });
            }
        }
    }
    out.push('"');
    Ok(out)
}

fn quoted(value: &str) -> String {
    serde_json::Value::from(value)
        .to_string()
        .replace('$', "$$")
}

/// A word that is the same text to every version of YAML: it begins with a letter or a slash, holds nothing that has a meaning
/// and is none of the words that stand for something else.
fn is_plain(value: &str) -> bool {
    const WORDS: [&str; 9] = ["false", "n", "no", "null", "off", "on", "true", "y", "yes"];
    value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./:-".contains(c))
        && !value.ends_with(':')
        && !WORDS.contains(&value.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_stand_bare() {
        for (value, expected) in [
            ("postgres:18", "postgres:18"),
            ("/app/media", "/app/media"),
            ("yes", "\"yes\""),
            ("No", "\"No\""),
            ("8000", "\"8000\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("a:", "\"a:\""),
            ("- x", "\"- x\""),
            ("*alias", "\"*alias\""),
            ("${HOME}", "\"$${HOME}\""),
            ("$$", "\"$$$$\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("a #b", "\"a #b\""),
        ] {
            assert_eq!(
                ComposeText::new(value).map(|text| text.0),
                Ok(expected.to_owned())
            );
        }
        assert!(ComposeText::new("a\nb: c").is_err());
        assert!(ComposeText::list(&["a", "b\u{2028}"]).is_err());
    }

    #[test]
    fn variables_are_the_only_thing_that_compose_expands() {
        let pieces = [
            Piece::Text("x$y\"://app:".to_owned()),
            Piece::Required("DB_PASSWORD".to_owned()),
            Piece::Text("\"@db".to_owned()),
        ];
        assert_eq!(
            ComposeText::pieces(&pieces).map(|text| text.0),
            Ok("\"x$$y\\\"://app:${DB_PASSWORD:?set it in .env}\\\"@db\"".to_owned())
        );
        assert!(ComposeText::pieces(&[Piece::Required("A}$(x)".to_owned())]).is_err());
    }
}
