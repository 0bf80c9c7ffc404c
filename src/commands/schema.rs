//! `dockwright schema`: the JSON Schemas of `dockwright.toml` and of `explain --format json`, made from the types themselves.

use std::io::Write;

use schemars::generate::SchemaSettings;

use crate::error::{Error, Exit};
use crate::settings::Settings;

use super::explain::Explanation;
use super::put;

/// Prints the schema of `settings` or of `explain`.
///
/// # Errors
/// Standard output fails.
pub fn run(of: &str, out: &mut dyn Write) -> Result<Exit, Error> {
    let schema = if of == "explain" {
        // What is written, not what would be read: a key that is left out when empty is not required.
        let written = SchemaSettings::draft2020_12().for_serialize();
        written
            .into_generator()
            .into_root_schema_for::<Explanation>()
    } else {
        schemars::schema_for!(Settings)
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Internal {
        what: error.to_string(),
    })?;
    put(out, &format!("{text}\n"))?;
    Ok(Exit::Done)
}
