//! Turns generated texts into changes of the disk, and those into files, a diff or a refusal; nothing else writes.

mod diff;
mod disk;
mod drift;
mod journal;
mod lines;
mod merge;
mod write;

use std::fmt::Write as _;
use std::path::Path;

use crate::error::{Error, printable};
use crate::lock::LockRecord;
use crate::render::OutFile;
use lines::{Syntax, same};
use merge::Prefer;

pub use diff::diff;
pub use disk::target;
pub use drift::{Reason, drift};
pub use merge::Clash;
pub use write::{recover, write};

/// What the user decided beforehand about files that dockwright would not touch by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where both sides changed the same lines the new text wins; a file that dockwright did not write is replaced.
    pub force: bool,
    /// Where both sides changed the same lines the disk wins; a file that dockwright did not write stays. `force` is stronger.
    pub keep: bool,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The disk holds the generated text already.
    Unchanged,
    /// There is no such file yet.
    Created,
    /// The generated text replaces what dockwright wrote, or what `force` gave up.
    Updated,
    /// The generated text changed, and edits by hand were carried over.
    Merged,
    /// The disk stays as it is: only edits by hand set it apart.
    Kept,
    /// Both sides changed the same lines; `after` is the text on disk.
    Conflict(Vec<Clash>),
    /// dockwright did not write this Dockerfile; `after` is the generated text, to be shown as a diff.
    Foreign,
}

/// One file, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Path relative to the context.
    pub path: String,
    /// What happens.
    pub state: State,
    /// The text on disk; `None` when there is no such file.
    pub before: Option<String>,
    /// The text to be on disk.
    pub after: String,
    /// The text as generated: the base of the next merge.
    pub generated: String,
}

impl Change {
    /// Would writing change this file?
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.state, State::Created | State::Updated | State::Merged)
    }
}

/// Compares what would be written with the disk, file by file in the order given; touches nothing.
///
/// # Errors
/// A file of that name cannot be read or is none: a link, a folder, no UTF-8. Conflicts are no error here: see [`refusal`].
pub fn compare(
    root: &Path,
    generated: &[OutFile],
    lock: Option<&LockRecord>,
    options: Options,
) -> Result<Vec<Change>, Error> {
    generated
        .iter()
        .map(|file| {
            let before = disk::read(root, &file.path)?;
            let written = lock.and_then(|lock| lock.files.get(&file.path));
            let (state, after) = match &before {
                None => (State::Created, file.text.clone()),
                Some(disk) => decide(file, disk, written.map(String::as_str), options),
            };
            Ok(Change {
                path: file.path.clone(),
                state,
                before,
                after,
                generated: file.text.clone(),
            })
        })
        .collect()
}

/// Why these changes may not be written, `None` when they may: one file that is not dockwright's (exit 2), or one
/// conflict (exit 3), is enough to write none.
#[must_use]
pub fn refusal(changes: &[Change]) -> Option<Error> {
    let foreign: Vec<&Change> = changes
        .iter()
        .filter(|change| change.state == State::Foreign)
        .collect();
    if !foreign.is_empty() {
        let shown = foreign.iter().fold(String::new(), |mut out, change| {
            let before = change.before.as_deref().unwrap_or_default();
            out.push_str(&diff(before, &change.after, &change.path));
            out
        });
        return Some(Error::Foreign {
            what: format!(
                "{} {} not written by dockwright",
                names(&foreign),
                if foreign.len() > 1 { "were" } else { "was" }
            ),
            shown,
            help: ways_out(&foreign),
        });
    }
    let mut shown = String::new();
    let mut conflicts = Vec::new();
    for change in changes {
        if let State::Conflict(clashes) = &change.state {
            conflicts.push(change);
            shown += &self::shown(&change.path, clashes);
        }
    }
    (!conflicts.is_empty()).then(|| Error::Conflict {
        what: format!(
            "edits by hand in {} meet changes of the same lines",
            names(&conflicts)
        ),
        shown,
        help: "pass `--keep` to keep the lines on disk, or `--force` to take the new ones; all other edits stay"
            .to_owned(),
    })
}

/// What can be done about files that somebody else wrote.
fn ways_out(foreign: &[&Change]) -> String {
    let added: Vec<&str> = foreign.iter().copied().filter_map(added_by).collect();
    let (it, is) = match foreign {
        [_] => ("it", "it is"),
        _ => ("them", "they are"),
    };
    let mut ways = vec![format!("`--force` to replace {it}")];
    if added.len() < foreign.len() {
        let what = if added.is_empty() {
            it
        } else {
            "the Dockerfile"
        };
        ways.push(format!(
            "`--dockerfile Dockerfile.dockwright` to write beside {what}"
        ));
    }
    let keep = format!("`--keep` to leave {it} as {is} and merge from now on");
    let out = format!("leave out what asks for the rest: `{}`", added.join("`, `"));
    let last = match (&added[..], foreign) {
        ([], _) => keep,
        ([one], [_]) => {
            ways.push(keep);
            format!("leave `{one}` out")
        }
        _ => {
            ways.push(keep);
            out
        }
    };
    let adopt = if added.len() < foreign.len() {
        "; `dockwright init --adopt` reads a Dockerfile into settings"
    } else {
        ""
    };
    format!("pass {}, or {last}{adopt}", ways.join(", "))
}

/// The setting that asks for a file besides the Dockerfile.
fn added_by(change: &Change) -> Option<&'static str> {
    let name = change.path.rsplit('/').next().unwrap_or_default();
    match name {
        "compose.yaml" => Some("compose"),
        "docker-bake.hcl" => Some("bake"),
        "dockwright.yml" => Some("ci"),
        _ => None,
    }
}

fn decide(file: &OutFile, disk: &str, written: Option<&str>, options: Options) -> (State, String) {
    let new = file.text.as_str();
    let kept = || disk.to_owned();
    if same(disk, new) {
        return (State::Unchanged, kept());
    }
    let Some(written) = written else {
        return match options {
            Options { force: true, .. } => (State::Updated, like(disk, new)),
            Options { keep: true, .. } => (State::Kept, kept()),
            Options { .. } if file.path.ends_with(".dockerignore") => adopted(disk, new),
            Options { .. } => (State::Foreign, like(disk, new)),
        };
    };
    if same(disk, written) {
        return (State::Updated, like(disk, new));
    }
    if same(written, new) {
        return (State::Kept, kept());
    }
    let prefer = match options {
        Options { force: true, .. } => Prefer::New,
        Options { keep: true, .. } => Prefer::Hand,
        Options { .. } => Prefer::Neither,
    };
    match merge::merge(written, disk, new, Syntax::of(&file.path), prefer) {
        Ok(text) if text == disk => (State::Kept, text),
        Ok(text) if same(&text, new) => (State::Updated, text),
        Ok(text) => (State::Merged, text),
        Err(clashes) => (State::Conflict(clashes), kept()),
    }
}

/// A list of patterns that somebody else began: ours come first, so that what theirs says after still has the last word
/// (in a `.dockerignore` the last pattern that matches decides).
fn adopted(disk: &str, new: &str) -> (State, String) {
    let ours = like(disk, new);
    if disk.starts_with(&ours) {
        return (State::Kept, disk.to_owned());
    }
    let ends = if ours.contains("\r\n") { "\r\n" } else { "\n" };
    (
        State::Merged,
        format!("{ours}{ends}# what this file said before{ends}{disk}"),
    )
}

/// The new text with the line ends of the old one.
fn like(disk: &str, new: &str) -> String {
    let ends = disk.matches('\n').count();
    if ends > 0 && disk.matches("\r\n").count() * 2 > ends {
        new.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        new.to_owned()
    }
}

fn names(changes: &[&Change]) -> String {
    let names: Vec<String> = changes
        .iter()
        .map(|change| printable(&change.path))
        .collect();
    names.join(" and ")
}

/// Both texts of each place where an edit by hand meets a change.
#[must_use]
pub fn shown(path: &str, clashes: &[Clash]) -> String {
    let mut out = String::new();
    for clash in clashes {
        show(&mut out, path, clash);
    }
    out
}

fn show(out: &mut String, path: &str, clash: &Clash) {
    let _ = writeln!(out, "{}:{}", printable(path), clash.line);
    for (title, text) in [
        ("written then", &clash.written),
        ("on disk", &clash.disk),
        ("to be written", &clash.new),
    ] {
        let _ = writeln!(out, "  {title}:");
        if text.is_empty() {
            out.push_str("    (nothing)\n");
        }
        for line in text.lines() {
            let _ = writeln!(out, "  | {line}");
        }
    }
}

#[cfg(test)]
mod tests;
