//! `dockwright schema`: the JSON Schema of `dockwright.toml` or of a report, made from their own types.

use std::io::Write;

use crate::error::{Error, Exit};
use crate::settings::Settings;
use crate::verify::Report;

use super::put;

/// Prints the schema.
///
/// # Errors
/// Standard output fails.
pub fn run(of: &str, out: &mut dyn Write) -> Result<Exit, Error> {
    let schema = match of {
        "verify" => schemars::schema_for!(Report),
        _ => schemars::schema_for!(Settings),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Internal {
        what: error.to_string(),
    })?;
    put(out, &format!("{text}\n"))?;
    Ok(Exit::Done)
}
