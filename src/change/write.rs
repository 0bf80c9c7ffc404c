//! Turns changes into files: all of them or none, each whole at any instant.
//!
//! Every new text lies on disk, synced, before the first rename; the renames follow at once, the lock file's last. Killed
//! between two renames, each file is the old or the new one, and the next run ends what was begun: the old lock makes the
//! finished files look like edits by hand that equal the new text, which is no conflict.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::{Builder, NamedTempFile};

use super::disk::{failed, target};
use super::{Change, refusal};
use crate::error::Error;

/// Temporary files begin so; the next run removes what a killed one left.
const PREFIX: &str = ".dockwright-";

/// … and end so.
const SUFFIX: &str = ".tmp";

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

/// A file about to be replaced.
struct Step {
    to: PathBuf,
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
    unchanged(root, changes)?;
    sweep(root);
    let mut folders = Vec::new();
    let result = wanted
        .iter()
        .map(|(path, text)| prepare(root, path, text, &mut folders))
        .collect::<Result<Vec<Step>, Error>>()
        .and_then(|steps| commit(steps, rename));
    if result.is_err() {
        for folder in folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    result
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

/// Is each file still as it was compared? An editor may have saved it since.
fn unchanged(root: &Path, changes: &[Change]) -> Result<(), Error> {
    for change in changes {
        if super::disk::read(root, &change.path)? != change.before {
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

/// Removes temporary files of a killed run; the folder is held, so none is in use.
fn sweep(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Lays the new text and a copy of the old one beside the file.
fn prepare(root: &Path, path: &str, text: &str, folders: &mut Vec<PathBuf>) -> Result<Step, Error> {
    let to = target(root, path)?;
    let folder = to.parent().unwrap_or(root);
    make(folder, folders).map_err(|error| failed("create", folder, &error))?;
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
    Ok(Step { to, new, old })
}

/// Creates the folders that are missing, remembering them.
fn make(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make(parent, made)?;
    }
    fs::create_dir(folder)?;
    made.push(folder.to_owned());
    Ok(())
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

/// Renames all, or undoes what was renamed.
fn commit(steps: Vec<Step>, rename: Rename) -> Result<(), Error> {
    let mut done: Vec<(PathBuf, Option<NamedTempFile>)> = Vec::new();
    for Step { to, new, old } in steps {
        if let Err(error) = rename(new, &to) {
            for (to, old) in done.into_iter().rev() {
                match old {
                    Some(old) => drop(old.persist(&to)),
                    None => drop(fs::remove_file(&to)),
                }
            }
            return Err(failed("rename", &to, &error));
        }
        done.push((to, old));
    }
    let folders = done.iter().filter_map(|(to, _)| to.parent());
    for folder in folders {
        // What cannot sync a folder (Windows, some network file systems) has renamed all the same.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
