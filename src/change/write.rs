//! Turns changes into files: all of them or none, each whole at any instant.
//!
//! Every new text, and a copy of every old one, lies on disk, synced, before the first rename; the renames follow at once,
//! the lock file's last. Killed between two renames, each file is the old or the new one, and the next run of any command
//! puts the old ones back ([`journal`](super::journal)).

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::{Builder, NamedTempFile};

use super::disk::{failed, target};
use super::journal::{self, Entry, Journal, PREFIX, SUFFIX};
use super::{Change, refusal};
use crate::error::{Error, printable};
use crate::facts::is_written;
use crate::lock::sha256;

/// How long another run is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Writes the changes and the lock file's text, `lock` being its path and its text; files that would not change are not touched.
///
/// # Errors
/// A change is a conflict or foreign ([`refusal`]); a file was changed since it was compared; another run holds the folder
/// for more than ten seconds; the disk refuses. All files are then as they were.
pub fn write(root: &Path, changes: &[Change], lock: (&str, &str)) -> Result<(), Error> {
    write_with(root, changes, lock, &|file, to| {
        file.persist(to).map(drop).map_err(|error| error.error)
    })
}

type Rename<'a> = &'a dyn Fn(NamedTempFile, &Path) -> io::Result<()>;

/// Undoes what a run that was killed in the middle of its writing has done to the project; `false` when there was none.
/// Another run that is still writing is waited for.
///
/// # Errors
/// Another run holds the folder for more than ten seconds; the disk refuses.
pub fn recover(root: &Path) -> Result<bool, Error> {
    if !journal::left_behind(root) {
        return Ok(false);
    }
    let _held = hold(root)?;
    let undone = journal::undo(root)?;
    journal::sweep(root);
    Ok(undone)
}

/// A file about to be replaced.
struct Step {
    path: String,
    to: PathBuf,
    /// SHA-256 of the new text.
    hash: String,
    new: NamedTempFile,
    /// The old file's copy, `None` when there was none.
    old: Option<NamedTempFile>,
}

fn write_with(
    root: &Path,
    changes: &[Change],
    lock: (&str, &str),
    rename: Rename,
) -> Result<(), Error> {
    if let Some(error) = refusal(changes) {
        return Err(error);
    }
    let before = super::disk::read(root, lock.0)?;
    let mut wanted: Vec<(&str, &str)> = changes
        .iter()
        .filter(|change| change.writes())
        .map(|change| (change.path.as_str(), change.after.as_str()))
        .collect();
    if before.as_deref() != Some(lock.1) {
        wanted.push(lock);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let _held = hold(root)?;
    journal::undo(root)?;
    unchanged(root, changes)?;
    journal::sweep(root);
    let steps = wanted
        .iter()
        .map(|(path, text)| prepare(root, path, text))
        .collect::<Result<Vec<Step>, Error>>()?;
    commit(root, steps, rename)
}

/// Holds the project against another run. The lock is on the folder itself, so that it leaves no file and ends with the
/// process however that ends; a system or file system that cannot lock a folder goes without.
fn hold(root: &Path) -> Result<Option<File>, Error> {
    let Ok(folder) = File::open(root) else {
        return Ok(None);
    };
    let since = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(fs::TryLockError::Error(_)) => return Ok(None),
            Err(fs::TryLockError::WouldBlock) if since.elapsed() < PATIENCE => {
                sleep(Duration::from_millis(20));
            }
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Error::Disk {
                    action: "write",
                    path: root.to_owned(),
                    why: "another dockwright is writing there".to_owned(),
                    help: "wait until it has ended, then run the command again".to_owned(),
                });
            }
        }
    }
}

/// Is each file still as it was compared, or as it is to be? An editor, or another run, may have saved it since.
fn unchanged(root: &Path, changes: &[Change]) -> Result<(), Error> {
    for change in changes {
        let now = super::disk::read(root, &change.path)?;
        if now != change.before && now.as_ref() != Some(&change.after) {
            return Err(Error::Disk {
                action: "write",
                path: root.join(&change.path),
                why: "it was changed while dockwright ran".to_owned(),
                help: "run the command again".to_owned(),
            });
        }
    }
    Ok(())
}

/// Lays the new text and a copy of the old one beside the file.
fn prepare(root: &Path, path: &str, text: &str) -> Result<Step, Error> {
    let to = target(root, path)?;
    if !is_written(path) {
        return Err(Error::Internal {
            what: format!("{} is no file that can be undone", printable(path)),
        });
    }
    let old = match fs::read(&to) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed("read", &to, &error)),
    };
    let meta = fs::metadata(&to).ok();
    if meta
        .as_ref()
        .is_some_and(|meta| meta.permissions().readonly())
    {
        return Err(Error::Disk {
            action: "write",
            path: to,
            why: "it is read-only".to_owned(),
            help: "allow writing, `chmod u+w`, or use `dockwright generate --stdout`".to_owned(),
        });
    }
    let beside = |bytes: &[u8]| {
        beside(root, bytes, meta.as_ref()).map_err(|error| failed("write", &to, &error))
    };
    let new = beside(text.as_bytes())?;
    let old = old.map(|bytes| beside(&bytes)).transpose()?;
    Ok(Step {
        path: path.to_owned(),
        to,
        hash: sha256(text.as_bytes()),
        new,
        old,
    })
}

/// A synced temporary file with the permissions and owner of the file it will replace, or those of any new file. It lies in
/// the project's own folder, where the next run finds it.
fn beside(root: &Path, bytes: &[u8], meta: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    let new = {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(new);
    let mut file = builder.tempfile_in(root)?;
    file.write_all(bytes)?;
    if let Some(meta) = meta {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only root may give a file away; anyone else already owns it or cannot keep its owner.
            let _ = fchown(file.as_file(), Some(meta.uid()), Some(meta.gid()));
        }
        file.as_file().set_permissions(meta.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Renames all, or undoes what was done.
fn commit(root: &Path, steps: Vec<Step>, rename: Rename) -> Result<(), Error> {
    let folders = missing(root, &steps);
    let journal = Journal {
        folders: folders.iter().map(|path| relative(root, path)).collect(),
        files: steps.iter().map(entry).collect(),
    };
    journal::begin(root, &journal, rename).map_err(|error| failed("write", root, &error))?;
    let mut copies = Vec::new();
    let done = replace(&folders, steps, rename, &mut copies);
    if done.is_err() {
        journal::undo(root)?;
        return done;
    }
    journal::end(root).map_err(|error| failed("remove", root, &error))
}

/// Creates the folders and renames; `copies` are the old files' copies, which must outlive an undoing.
fn replace(
    folders: &[PathBuf],
    steps: Vec<Step>,
    rename: Rename,
    copies: &mut Vec<NamedTempFile>,
) -> Result<(), Error> {
    for folder in folders {
        fs::create_dir(folder).map_err(|error| failed("create", folder, &error))?;
    }
    let mut touched = BTreeSet::new();
    for Step { to, new, old, .. } in steps {
        copies.extend(old);
        rename(new, &to).map_err(|error| failed("rename", &to, &error))?;
        touched.extend(to.parent().map(Path::to_owned));
    }
    for folder in &touched {
        journal::sync(folder);
    }
    Ok(())
}

/// The folders to be created, the outer ones first.
fn missing(root: &Path, steps: &[Step]) -> Vec<PathBuf> {
    let above = |step: &Step| {
        let folders: Vec<PathBuf> = step
            .to
            .ancestors()
            .skip(1)
            .take_while(|folder| *folder != root && !folder.is_dir())
            .map(Path::to_owned)
            .collect();
        folders
    };
    let folders: BTreeSet<PathBuf> = steps.iter().flat_map(above).collect();
    folders.into_iter().collect()
}

fn entry(step: &Step) -> Entry {
    let name = |file: &NamedTempFile| {
        let name = file.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    Entry {
        path: step.path.clone(),
        new: step.hash.clone(),
        old: step.old.as_ref().map(name),
    }
}

/// A path below the context as the journal has it.
fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests;
