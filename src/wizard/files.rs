//! Turns a preview into the decision to write it, or into what has to change first.

use std::fmt::Write as _;

use super::{Ask, questions};
use crate::change::{Change, State, diff, refusal};
use crate::error::{Error, printable};

/// The file that is written where another Dockerfile is to stay.
pub const BESIDE: &str = "Dockerfile.dockwright";

/// What the user decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write.
    Write,
    /// Leave the Dockerfile that dockwright did not write, and write [`BESIDE`] it.
    Beside,
    /// Replace that Dockerfile.
    Replace,
    /// Where hand edits and new lines conflict, keep the edits.
    Keep,
    /// … or take the new lines.
    Force,
}

/// Asks whether a Dockerfile of the user's own is to be read into settings.
///
/// # Errors
/// The user stops, or the terminal fails.
pub fn adopts(ask: &mut dyn Ask, path: &str) -> Result<bool, Error> {
    let path = printable(path);
    ask.say(&format!("{path} was not written by dockwright"))?;
    let items = [
        "adopt it  read what it does into settings",
        "go on without it",
    ];
    Ok(ask.one("Your Dockerfile", &items.map(ToOwned::to_owned), 0)? == 0)
}

/// Shows what would be written, and asks.
///
/// # Errors
/// The user stops, or the terminal fails.
pub fn decide(ask: &mut dyn Ask, changes: &[Change]) -> Result<Decision, Error> {
    if let Some(foreign) = changes.iter().find(|change| change.state == State::Foreign) {
        let path = printable(&foreign.path);
        ask.say(&format!("\n{path} was not written by dockwright"))?;
        if !is_dockerfile(&foreign.path) {
            let choices = [
                ("leave it as it is".to_owned(), Decision::Keep),
                ("replace it".to_owned(), Decision::Replace),
            ];
            return among(ask, "That file", &choices);
        }
        let choices = [
            (format!("write {BESIDE} beside it"), Decision::Beside),
            ("replace it".to_owned(), Decision::Replace),
        ];
        return among(ask, questions::prompt("dockerfile"), &choices);
    }
    if let Some(error) = refusal(changes) {
        ask.say(&format!("\n{error}"))?;
        let choices = [
            ("keep the lines on disk".to_owned(), Decision::Keep),
            ("take the new lines".to_owned(), Decision::Force),
        ];
        return among(ask, "Lines that conflict", &choices);
    }
    ask.say(&listed(changes))?;
    loop {
        let items = ["write the files", "show them first", "stop, write nothing"];
        match ask.one("Go on", &items.map(ToOwned::to_owned), 0)? {
            0 => return Ok(Decision::Write),
            1 => show(ask, changes)?,
            _ => return Err(Error::Stopped),
        }
    }
}

/// Is it a Dockerfile, which can be written under another name?
fn is_dockerfile(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains("Dockerfile"))
}

/// One of the decisions, or none at all.
fn among<const N: usize>(
    ask: &mut dyn Ask,
    prompt: &str,
    choices: &[(String, Decision); N],
) -> Result<Decision, Error> {
    let mut labels: Vec<String> = choices.iter().map(|(label, _)| label.clone()).collect();
    labels.push("stop, write nothing".to_owned());
    let index = ask.one(prompt, &labels, 0)?;
    choices
        .get(index)
        .map(|(_, decision)| *decision)
        .ok_or(Error::Stopped)
}

/// The files, and what becomes of each.
fn listed(changes: &[Change]) -> String {
    let paths: Vec<String> = changes.iter().map(|one| printable(&one.path)).collect();
    let longest = paths.iter().map(|path| path.chars().count()).max();
    let longest = longest.unwrap_or_default();
    let mut text = "\n".to_owned();
    for (change, path) in changes.iter().zip(paths) {
        let what = match (&change.before, change.writes()) {
            (None, _) => format!("new, {} lines", change.after.lines().count()),
            (Some(_), true) => "changes".to_owned(),
            (Some(_), false) => "stays".to_owned(),
        };
        let _ = writeln!(text, "  {path:<longest$}  {what}");
    }
    text
}

/// Shows each file that would be written: as a whole, or what changes.
fn show(ask: &mut dyn Ask, changes: &[Change]) -> Result<(), Error> {
    for change in changes.iter().filter(|change| change.writes()) {
        let text = match &change.before {
            None => format!("\n== {} ==\n{}", printable(&change.path), change.after),
            Some(before) => format!("\n{}", diff(before, &change.after, &change.path)),
        };
        ask.show(&text)?;
    }
    ask.say("")
}
