//! Turns a `Procfile` into named commands.

use std::collections::BTreeSet;

use super::shell::{commands, launch};
use crate::error::Error;
use crate::facts::app::{Launch, Process};
use crate::facts::{CommandLine, Found, Place, Warning};
use crate::inspect::tree::Tree;

/// No application has more processes.
const MANY: usize = 200;

/// Reads `Procfile` of the application's folder; lines that are none are warned of.
///
/// # Errors
/// It cannot be read or is no UTF-8 text.
pub(super) fn read(tree: &Tree, warnings: &mut Vec<Warning>) -> Result<Vec<Found<Process>>, Error> {
    let path = tree.in_app("Procfile");
    let Some(text) = tree.text(&path)? else {
        return Ok(Vec::new());
    };
    let mut out: Vec<Found<Process>> = Vec::new();
    let mut lines = 0;
    for (index, line) in text.lines().enumerate() {
        let at = Place::new(path.as_str(), u32::try_from(index + 1).unwrap_or(u32::MAX));
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        lines += 1;
        if lines > MANY {
            let message =
                format!("the Procfile has more than {MANY} lines; the rest was passed over");
            let help = "keep the processes of this application alone";
            warnings.push(Warning::new("procfile-line", message, help).at(at));
            break;
        }
        let parsed = line.split_once(':').and_then(|(name, command)| {
            let name = name.trim();
            let valid = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            let command = CommandLine::parse(command)?;
            valid.then(|| (name.to_owned(), command))
        });
        match parsed {
            Some((name, command)) if !out.iter().any(|known| known.value.name == name) => {
                out.push(Found::new(Process { name, command }, at));
            }
            Some((name, _)) => warnings.push(
                Warning::new(
                    "procfile-line",
                    format!(
                        "the process {name} stands twice in the Procfile; the first one counts"
                    ),
                    "delete one of the two lines",
                )
                .at(at),
            ),
            None => warnings.push(
                Warning::new(
                    "procfile-line",
                    "a line of the Procfile is no `name: command` and was passed over",
                    "write it as `web: gunicorn shop.wsgi`",
                )
                .at(at),
            ),
        }
    }
    Ok(out)
}

/// The command that a line ends with, where all that it does before is what an image does elsewhere: migrations, catalogues,
/// static files. `flask db upgrade; gunicorn shop:app`.
pub(super) fn last(line: &Found<Process>) -> Option<Found<Launch>> {
    let CommandLine::Shell {
        text,
        simple: false,
    } = &line.value.command.line
    else {
        return None;
    };
    let bare = text.replace("&&", ";");
    if bare.contains(['&', '|', '<', '>', '(', '`', '\n']) {
        return None;
    }
    let mut all = commands(&bare);
    let last = all.pop()?;
    let word = |words: &[Option<String>], at: usize| words.get(at).cloned().flatten();
    let prepares = |words: &Vec<Option<String>>| {
        let first = word(words, 0).unwrap_or_default();
        let second = word(words, 1).unwrap_or_default();
        let manages = |text: &str| text.trim_start_matches("./") == "manage.py";
        matches!(first.as_str(), "flask" | "alembic" | "echo")
            || manages(&first)
            || first.starts_with("python") && manages(&second)
    };
    let mut found = launch(last, &BTreeSet::new()).filter(|_| all.iter().all(prepares))?;
    found.ends = true;
    found.script = line.at.file.to_string();
    Some(Found::new(found, line.at.clone()))
}
