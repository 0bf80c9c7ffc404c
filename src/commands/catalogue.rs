//! `dockwright catalogue`: what is known of a distribution's native needs.

use std::io::Write;

use crate::catalogue::Catalogue;
use crate::error::{Error, Exit, printable};
use crate::facts::normalise;

use super::put;

/// Prints one entry, or the names of all.
///
/// # Errors
/// The catalogue does not know the name.
pub fn run(name: Option<&str>, out: &mut dyn Write) -> Result<Exit, Error> {
    let catalogue = Catalogue::builtin();
    let text = match name {
        None => catalogue.names().fold(String::new(), |mut text, name| {
            text.push_str(name);
            text.push('\n');
            text
        }),
        Some(name) => catalogue
            .describe(&normalise(name))
            .ok_or_else(|| Error::Settings {
                what: format!("the catalogue does not know `{}`", printable(name)),
                at: None,
                help: "a distribution that is not listed is installed as it is; `dockwright catalogue` lists all names"
                    .to_owned(),
            })?,
    };
    put(out, &text)?;
    Ok(Exit::Done)
}
