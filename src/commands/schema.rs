//! `dockwright schema`: the JSON Schema of `dockwright.toml`, made from the settings' own types.

use std::io::Write;

use crate::error::{Error, Exit};
use crate::settings::Settings;

use super::put;

/// Prints the schema.
///
/// # Errors
/// Standard output fails.
pub fn run(out: &mut dyn Write) -> Result<Exit, Error> {
    let schema = schemars::schema_for!(Settings);
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Internal {
        what: error.to_string(),
    })?;
    put(out, &format!("{text}\n"))?;
    Ok(Exit::Done)
}
