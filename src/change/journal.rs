//! Turns what a killed run left behind into the project as it was before that run.
//!
//! No file system renames several files at once. So a run first lays a copy of each old file beside, then writes this
//! journal of what it is about to do, then renames, and takes the journal away last: that is the instant from which the new
//! files count. Whoever finds a journal while nobody holds the folder undoes what it lists, as SQLite does with its own
//! (<https://www.sqlite.org/atomiccommit.html>). A file that somebody else has changed since is left alone.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::{Builder, NamedTempFile};

use super::disk::{failed, target};
use crate::error::Error;
use crate::facts::is_written;
use crate::lock::sha256;

/// Whatever a run lays beside the files begins so.
pub(super) const PREFIX: &str = ".dockwright-";

/// Temporary files end so.
pub(super) const SUFFIX: &str = ".tmp";

/// The journal's name.
const JOURNAL: &str = ".dockwright-journal";

/// No journal and no generated file is longer; what is, came with a stranger's checkout.
const LIMIT: u64 = 16 << 20;

/// What a run is about to do.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// Folders that it created, context-relative, the outer ones first.
    pub(super) folders: Vec<String>,
    /// Files that it will rename.
    pub(super) files: Vec<Entry>,
}

/// One file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Its path, context-relative.
    pub(super) path: String,
    /// SHA-256 of the new text: what else stands there is not this run's.
    pub(super) new: String,
    /// Name of the old text's copy beside the journal; `None` when there was no file.
    pub(super) old: Option<String>,
}

/// Is there anything that a run which has not ended, or was killed, laid beside the files?
pub(super) fn left_behind(root: &Path) -> bool {
    entries(root).next().is_some()
}

/// Writes the journal: whole, synced, and in one instant.
///
/// # Errors
/// The disk refuses.
pub(super) fn begin(
    root: &Path,
    journal: &Journal,
    rename: &dyn Fn(NamedTempFile, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .tempfile_in(root)?;
    file.write_all(&serde_json::to_vec(journal).map_err(io::Error::other)?)?;
    file.as_file().sync_all()?;
    rename(file, &root.join(JOURNAL))?;
    sync(root);
    Ok(())
}

/// Takes the journal away: from now on the new files count.
///
/// # Errors
/// The disk refuses.
pub(super) fn end(root: &Path) -> io::Result<()> {
    fs::remove_file(root.join(JOURNAL))?;
    sync(root);
    Ok(())
}

/// Undoes what a journal lists, then removes it; `false` without one. The folder must be held.
///
/// # Errors
/// The disk refuses; the journal stays, so that the next run tries again.
pub(super) fn undo(root: &Path) -> Result<bool, Error> {
    let path = root.join(JOURNAL);
    let bytes = match plain(&path) {
        Ok(true) => read(&path).map_err(|error| failed("read", &path, &error))?,
        _ => return Ok(false),
    };
    // It was written whole: what cannot be read is not dockwright's, and says nothing.
    let journal: Journal = serde_json::from_slice(&bytes).unwrap_or_default();
    let files = || journal.files.iter().filter(|file| is_written(&file.path));
    for entry in files().rev() {
        // Where a link or a folder stands now, somebody has put it there since.
        let Ok(to) = target(root, &entry.path) else {
            continue;
        };
        restore(root, entry, &to).map_err(|error| failed("restore", &to, &error))?;
    }
    let is_above = |folder: &&String| {
        let within = |file: &Entry| file.path.starts_with(&format!("{folder}/"));
        files().any(within)
    };
    for folder in journal.folders.iter().rev().filter(is_above) {
        let inside = target(root, &format!("{folder}/{JOURNAL}"));
        if let Some(folder) = inside.ok().as_deref().and_then(Path::parent) {
            // Left alone where somebody has put something into it since.
            let _ = fs::remove_dir(folder);
        }
    }
    end(root).map_err(|error| failed("remove", &path, &error))?;
    Ok(true)
}

/// Removes the temporary files of a killed run. The folder must be held.
pub(super) fn sweep(root: &Path) {
    for path in entries(root).filter(|path| path.to_string_lossy().ends_with(SUFFIX)) {
        let _ = fs::remove_file(path);
    }
}

/// Makes the renames in a folder outlast a power cut. What cannot sync a folder (Windows, some network file systems) has
/// renamed all the same.
pub(super) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn restore(root: &Path, entry: &Entry, to: &Path) -> io::Result<()> {
    let now = match read(to) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if sha256(&now) != entry.new {
        return Ok(());
    }
    let Some(name) = &entry.old else {
        return fs::remove_file(to);
    };
    let copy = root.join(name);
    // The journal may have come with a stranger's checkout: only a copy that lies beside it is taken.
    let beside = is_ours(name) && plain(&copy).unwrap_or(false);
    if beside { fs::rename(copy, to) } else { Ok(()) }
}

/// The beginning of a file, which mostly is all of it.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn entries(root: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .filter(|path| plain(path).unwrap_or(false))
}

fn is_ours(name: &str) -> bool {
    let named = name.starts_with(PREFIX) && !name.contains(['/', '\\']);
    named && (name.ends_with(SUFFIX) || name == JOURNAL)
}

/// Is it a regular file, and no link to one?
fn plain(path: &Path) -> io::Result<bool> {
    fs::symlink_metadata(path).map(|meta| meta.is_file())
}
