//! Turns a lock file of any manager into a [`Lock`]: packages, edges, artefacts.
//!
//! TOML locks are read through `toml`'s borrowed tree, so that only what is kept is copied; lines come from an index of the
//! line ends.

mod document;
mod origin;
mod pdm;
mod pipenv;
mod poetry;
mod pylock;
pub(crate) mod stale;
#[cfg(test)]
mod tests;
mod uv;

pub(crate) use pylock::group_as_extra;

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{Artefacts, Lock, LockKind, Place, Source, Warning};
use crate::inspect::tree::Tree;

/// Reads a `uv.lock` of format 1, any revision; `None` when there is no such file.
///
/// # Errors
/// The file is no TOML, holds merge-conflict marks, is of a newer format, or an entry breaks the format.
pub fn read_uv(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Lock>, Error> {
    read(tree, path, warnings, uv::read)
}

/// Reads a `poetry.lock` of format 1.0 to 2.x; `None` when there is no such file.
///
/// # Errors
/// As [`read_uv`].
pub fn read_poetry(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Lock>, Error> {
    read(tree, path, warnings, poetry::read)
}

/// Reads a `pdm.lock` of format 3 or 4; `None` when there is no such file.
///
/// # Errors
/// As [`read_uv`].
pub fn read_pdm(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Lock>, Error> {
    read(tree, path, warnings, pdm::read)
}

/// Reads a `Pipfile.lock`; `None` when there is no such file. It records no artefacts, only hashes.
///
/// # Errors
/// As [`read_uv`], with JSON for TOML.
pub fn read_pipenv(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Lock>, Error> {
    read(tree, path, warnings, pipenv::read)
}

/// Folders of the project that the locks install from, or that are members of their workspace: context-relative, sorted; the
/// context itself is the empty path. Those outside the context are left out.
pub fn local_folders(locks: &[Lock]) -> BTreeSet<String> {
    locks
        .iter()
        .flat_map(|lock| &lock.packages)
        .filter_map(|package| match &package.source {
            Source::Path {
                path,
                directory: true,
                ..
            }
            | Source::Virtual { path } => path.clone(),
            _ => None,
        })
        .collect()
}

/// Reads a `pylock.toml` or `pylock.NAME.toml` of format 1.x (PEP 751); `None` when there is no such file.
///
/// # Errors
/// As [`read_uv`].
pub fn read_pylock(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Lock>, Error> {
    read(tree, path, warnings, pylock::read)
}

fn read(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
    parse: fn(&str, &str) -> Result<Lock, Error>,
) -> Result<Option<Lock>, Error> {
    let Some(text) = tree.text(path)? else {
        return Ok(None);
    };
    let lock = parse(path, &text)?;
    tree.spent()
        .found(lock.packages.len())
        .map_err(|found| Error::Malformed {
            at: Place::new(path, 0),
            format: "a lock that dockwright reads",
            found,
            expected: "the packages of one project".to_owned(),
            help: format!("write the lock again: `{}`", relock(lock.kind)),
        })?;
    warnings.extend(without_artefacts(&lock));
    Ok(Some(lock))
}

/// A lock that should list the files of its packages and does not: what is compiled can then only be guessed.
fn without_artefacts(lock: &Lock) -> Option<Warning> {
    if lock.kind == LockKind::Pipenv {
        return None;
    }
    let mut bare = lock
        .packages
        .iter()
        .filter(|package| {
            package.source == Source::Index && package.artefacts == Artefacts::Unknown
        })
        .peekable();
    let first = (*bare.peek()?).clone();
    let count = bare.count();
    Some(
        Warning::new(
            "lock-without-artefacts",
            format!(
                "{} lists no files for {count} of {} packages, such as {}, so whether they have wheels is not known from it",
                crate::error::printable(&lock.path),
                lock.packages.len(),
                crate::error::printable(&first.name),
            ),
            format!("write the lock again with a current version: `{}`", relock(lock.kind)),
        )
        .at(first.at),
    )
}

/// The command that writes a lock again.
fn relock(kind: LockKind) -> &'static str {
    match kind {
        LockKind::Uv => "uv lock",
        LockKind::Poetry => "poetry lock",
        LockKind::Pdm => "pdm lock",
        LockKind::Pipenv => "pipenv lock",
        LockKind::Pylock => "pip lock -r requirements.txt -o pylock.toml",
    }
}

/// What a lock of each kind is called in messages.
fn format_name(kind: LockKind) -> &'static str {
    match kind {
        LockKind::Uv => "a uv.lock that dockwright can read",
        LockKind::Poetry => "a poetry.lock that dockwright can read",
        LockKind::Pdm => "a pdm.lock that dockwright can read",
        LockKind::Pipenv => "a Pipfile.lock that dockwright can read",
        LockKind::Pylock => "a lock file after PEP 751",
    }
}

/// The one error for a lock: what was found where, what was expected, and the command that writes it again.
fn malformed(kind: LockKind, at: Place, found: &str, expected: &str) -> Error {
    Error::Malformed {
        help: format!(
            "restore {} from version control, or write it again: `{}`",
            crate::error::printable(&at.file),
            relock(kind)
        ),
        at,
        format: format_name(kind),
        found: crate::error::printable(found),
        expected: expected.to_owned(),
    }
}

/// A lock of a format that is newer (or older) than any that is known.
fn unsupported(kind: LockKind, at: Place, version: &str, expected: &str) -> Error {
    Error::Malformed {
        help: format!(
            "update dockwright, or write the lock with a version of the tool that still writes {expected}: `{}`",
            relock(kind)
        ),
        at,
        format: format_name(kind),
        found: format!("format version {}", crate::error::printable(version)),
        expected: expected.to_owned(),
    }
}

/// The first line of a merge conflict's marks, where the text has one.
fn conflict_line(text: &str) -> Option<u32> {
    let line = text.lines().position(|line| {
        line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line == "<<<<<<<"
    })?;
    u32::try_from(line + 1).ok()
}
