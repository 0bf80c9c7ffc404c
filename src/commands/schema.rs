//! `dockwright schema`: the JSON Schemas of `dockwright.toml` and of what commands print for scripts, made from the types themselves.

use std::io::Write;

use schemars::generate::SchemaSettings;

use crate::error::{Error, Exit};
use crate::settings::Settings;
use crate::verify::Report;

use super::explain::Explanation;
use super::put;

/// Prints the schema of `settings`, or of what `explain` or `verify` prints.
///
/// # Errors
/// Standard output fails.
pub fn run(of: &str, out: &mut dyn Write) -> Result<Exit, Error> {
    // What is written, not what would be read: a key that is left out when empty is not required.
    let written = || {
        SchemaSettings::draft2020_12()
            .for_serialize()
            .into_generator()
    };
    let schema = match of {
        "explain" => written().into_root_schema_for::<Explanation>(),
        "verify" => written().into_root_schema_for::<Report>(),
        _ => schemars::schema_for!(Settings),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Internal {
        what: error.to_string(),
    })?;
    put(out, &format!("{text}\n"))?;
    Ok(Exit::Done)
}
