//! Turns reasons into text for people, JSON for scripts, and annotations for a workflow of GitHub.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::change::{Change, Reason, State};
use crate::error::{Error, printable, printable_lines};
use crate::facts::Place;

/// One line a reason.
pub(crate) fn text(reasons: &[Reason]) -> String {
    reasons.iter().fold(String::new(), |mut text, reason| {
        // `Dockerfile is missing` needs no place before it.
        let names = |at: &&Place| at.line > 0 || !reason.text.starts_with(&*at.file);
        if let Some(at) = reason.at.as_ref().filter(names) {
            let _ = write!(text, "{}: ", printable(&at.to_string()));
        }
        let _ = writeln!(text, "{}", printable(&reason.text));
        text
    })
}

/// The document of `--format json`.
#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    up_to_date: bool,
    reasons: Vec<Said<'a>>,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    text: &'a str,
    source: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

/// Everything as JSON, with the diffs where they are wished for.
pub(super) fn json(reasons: &[Reason], changes: &[Change], diff: bool) -> Result<String, Error> {
    let report = Report {
        schema: 1,
        up_to_date: reasons.is_empty(),
        reasons: reasons.iter().map(said).collect(),
        files: changes.iter().map(|change| file(change, diff)).collect(),
    };
    super::super::explain::document(&report)
}

fn said(reason: &Reason) -> Said<'_> {
    let at = reason.at.as_ref();
    Said {
        text: &reason.text,
        source: at.map(|at| &*at.file),
        line: at.map(|at| at.line).filter(|line| *line > 0),
    }
}

fn file(change: &Change, diff: bool) -> File<'_> {
    File {
        path: &change.path,
        state: match change.state {
            State::Unchanged => "unchanged",
            State::Created => "created",
            State::Updated => "updated",
            State::Merged => "merged",
            State::Kept => "kept",
            State::Conflict(_) => "conflict",
            State::Foreign => "foreign",
        },
        diff: diff.then(|| super::super::diff(change)),
    }
}

/// One workflow command a reason; with the diff of a file where that is wished for. Nothing else may reach the log: its lines
/// are read for commands, wherever they come from.
pub(super) fn github(root: &Path, reasons: &[Reason], changes: &[Change], diff: bool) -> String {
    let mut text = String::new();
    for reason in reasons {
        let at = reason.at.as_ref();
        let place = at.map(|at| (&*at.file, at.line));
        let fallback = changes.first().map(|change| (change.path.as_str(), 0));
        let (file, line) = place.or(fallback).unwrap_or_default();
        command(&mut text, root, (file, line), &reason.text);
    }
    for change in changes.iter().filter(|_| diff) {
        let diff = super::super::diff(change);
        if !diff.is_empty() {
            command(&mut text, root, (&change.path, 0), &diff);
        }
    }
    text
}

/// A failure as one annotation.
pub(super) fn github_error(root: &Path, error: &Error) -> String {
    let mut text = String::new();
    let at = error.at();
    let place = at.as_ref().map_or(("", 0), |at| (&*at.file, at.line));
    command(&mut text, root, place, &error.to_string());
    text
}

/// `::error file=…,line=…,title=…::message`
/// (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>).
fn command(text: &mut String, root: &Path, (file, line): (&str, u32), message: &str) {
    let _ = write!(text, "::error ");
    if !file.is_empty() {
        let file = property(&in_checkout(root, file));
        let _ = write!(text, "file={file},");
        if line > 0 {
            let _ = write!(text, "line={line},");
        }
    }
    let _ = writeln!(text, "title=dockwright::{}", data(message));
}

/// Annotations name files as the repository does, from its top.
fn in_checkout(root: &Path, file: &str) -> String {
    let top = root.ancestors().find(|above| above.join(".git").exists());
    let full = root.join(file);
    let path = top.and_then(|top| full.strip_prefix(top).ok());
    path.and_then(Path::to_str)
        .map_or_else(|| file.to_owned(), |path| path.replace('\\', "/"))
}

/// The escapes of a message, and those of a property
/// (<https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>).
fn data(text: &str) -> String {
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    // The log of a workflow is shown by a terminal, too.
    printable_lines(&text)
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(file: &str, line: u32, text: &str) -> Reason {
        Reason {
            text: text.to_owned(),
            at: Some(Place::new(file, line)),
        }
    }

    #[test]
    fn annotations_are_escaped() {
        let reasons = [
            reason("requirements.txt", 3, "psycopg2 was added: 100%"),
            reason("a,b:c\n::x.txt", 0, "two\r\n::error::lines"),
        ];
        assert_eq!(
            github(Path::new("/nowhere"), &reasons, &[], false),
            "::error file=requirements.txt,line=3,title=dockwright::psycopg2 was added: 100%25\n\
             ::error file=a%2Cb%3Ac%0A%3A%3Ax.txt,title=dockwright::two%0D%0A::error::lines\n"
        );
    }

    #[test]
    fn annotations_name_files_from_the_top_of_the_checkout() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let root = folder.path().join("apps/web");
        for folder in [&root, &folder.path().join(".git")] {
            std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
        }
        let text = github(&root, &[reason("uv.lock", 7, "why")], &[], false);
        assert_eq!(
            text,
            "::error file=apps/web/uv.lock,line=7,title=dockwright::why\n"
        );
    }
}
