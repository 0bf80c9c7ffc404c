//! Turns the text of `dockwright.toml` and of `[tool.dockwright]` into settings.

use serde::Deserialize;

use super::{FILE, Settings};
use crate::error::{Error, printable};
use crate::facts::Place;
use crate::inspect::tree::{Tree, line_of};

impl Settings {
    /// Reads `dockwright.toml` and `[tool.dockwright]` of `pyproject.toml` in the application's folder; the file wins where both speak.
    ///
    /// # Errors
    /// Unknown or misspelt keys, values of the wrong type, TOML that does not parse.
    pub fn read(tree: &Tree) -> Result<Self, Error> {
        Ok(Self::read_file(tree)?.over(Self::read_manifest(tree)?))
    }

    /// Reads `dockwright.toml` alone; without such a file nothing is asked for.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn read_file(tree: &Tree) -> Result<Self, Error> {
        let own = tree.in_app(FILE);
        match tree.text(&own)? {
            Some(text) => Self::parse(&text, &own),
            None => Ok(Self::default()),
        }
    }

    /// Reads `[tool.dockwright]` of `pyproject.toml` alone.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn read_manifest(tree: &Tree) -> Result<Self, Error> {
        let manifest = tree.in_app("pyproject.toml");
        let Some(text) = tree.text(&manifest)? else {
            return Ok(Self::default());
        };
        if !text.contains("dockwright") {
            return Ok(Self::default());
        }
        parse_tool_table(&text, &manifest)
    }

    /// Reads the text of a settings file; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| settings_error(&error, text, path))
    }
}

/// Only `[tool.dockwright]` matters: trouble elsewhere in the file is for its own reader to report.
fn parse_tool_table(text: &str, path: &str) -> Result<Settings, Error> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        tool: Tools,
    }
    #[derive(Default, Deserialize)]
    struct Tools {
        #[serde(default)]
        dockwright: Settings,
    }
    if toml::de::DeTable::parse(text).is_err() {
        return Ok(Settings::default());
    }
    toml::from_str::<Document>(text)
        .map(|document| document.tool.dockwright)
        .map_err(|error| settings_error(&error, text, path))
}

fn settings_error(error: &toml::de::Error, text: &str, path: &str) -> Error {
    let line = error
        .span()
        .map_or(0, |span| line_of(text.as_bytes(), span.start));
    let message = error.message();
    let help = misspelt(message).map_or_else(
        || "`dockwright schema` prints every setting with its type".to_owned(),
        |(wrong, right)| format!("write `{right}` instead of `{wrong}`"),
    );
    Error::Malformed {
        at: Place::new(path, line),
        format: "a valid settings file",
        // The names of all settings, which follow, are what `dockwright schema` is for.
        found: message
            .split([',', '\n'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        expected: "a setting of dockwright".to_owned(),
        help,
    }
}

/// The misspelt key of serde's message and the nearest known one, where one is near.
fn misspelt(message: &str) -> Option<(String, String)> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?.to_owned();
    if !message.starts_with("unknown field") {
        return None;
    }
    quoted
        .map(|known| (strsim::damerau_levenshtein(&wrong, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| (printable(&wrong), known.to_owned()))
}
