//! `dockwright check`: would `generate` change anything, and why.

use std::fmt::Write as _;
use std::io::Write;

use crate::change::{self, Options};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::preview;

use super::put;

/// Checks.
///
/// # Errors
/// The project cannot be planned, or the disk cannot be compared.
pub fn run(
    project: &cli::Project,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let reasons = if let Some(all) = super::several::images(project, Options::default())? {
        all.drift()
    } else {
        let preview = preview(&project.dir, project.settings()?, Options::default())?;
        change::drift(preview.recorded.as_ref(), &preview.record, &preview.changes)
    };
    if reasons.is_empty() {
        put(say, "up to date\n")?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for reason in &reasons {
        match &reason.at {
            Some(at) => {
                let _ = writeln!(
                    text,
                    "{}: {}",
                    printable(&at.to_string()),
                    printable(&reason.text)
                );
            }
            None => {
                let _ = writeln!(text, "{}", printable(&reason.text));
            }
        }
    }
    put(out, &text)?;
    put(
        say,
        "\nout of date: run `dockwright generate` and commit what it writes\n",
    )?;
    Ok(Exit::Differs)
}
