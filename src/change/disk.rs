//! Turns the path of a generated file into its place on disk and its text, and refuses what is no plain file there.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, printable};

/// No Dockerfile is longer; what is, was not meant.
const LIMIT: u64 = 4 << 20;

/// The text on disk, `None` when there is no such file.
///
/// # Errors
/// As [`target`], and when the file cannot be read, is longer than 4 MiB, or is no UTF-8.
pub(super) fn read(root: &Path, path: &str) -> Result<Option<String>, Error> {
    let full = target(root, path)?;
    let unreadable = |why: String, help: &str| Error::Unreadable {
        file: path.to_owned(),
        named_at: None,
        why,
        help: help.to_owned(),
    };
    let file = match fs::File::open(&full) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string(), "check the permissions")),
    };
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string(), "check the permissions"))?;
    if bytes.len() as u64 > LIMIT {
        let why = format!("it has more than {LIMIT} bytes");
        return Err(unreadable(why, "move it away, then run the command again"));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Error::Malformed {
            at: crate::facts::Place::new(
                path,
                crate::inspect::tree::line_of(error.as_bytes(), offset),
            ),
            format: "UTF-8 text",
            found: "a byte that is none".to_owned(),
            expected: "text encoded as UTF-8".to_owned(),
            help: format!("save {} as UTF-8, or move it away", printable(path)),
        }
    })
}

/// The place on disk of a path below `root`: a regular file or nothing, in real folders or folders to be made.
///
/// # Errors
/// A link or a folder stands there, a link or a file stands for one of its folders, or the path leaves `root`.
pub fn target(root: &Path, path: &str) -> Result<PathBuf, Error> {
    let mut full = root.to_owned();
    let parts: Vec<Component> = Path::new(path).components().collect();
    for (index, part) in parts.iter().enumerate() {
        let Component::Normal(name) = part else {
            return Err(Error::Internal {
                what: format!("the generated path {} leaves the project", printable(path)),
            });
        };
        full.push(name);
        let last = index + 1 == parts.len();
        let kind = match fs::symlink_metadata(&full) {
            Ok(meta) => meta.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("read", &full, &error)),
        };
        let (why, help) = if kind.is_symlink() {
            (
                "a link stands there",
                "replace the link with the file it points to: dockwright writes through no link",
            )
        } else if last && kind.is_dir() {
            ("a folder stands there", "rename the folder")
        } else if last && !kind.is_file() {
            ("it is not a regular file", "move it away")
        } else if !last && !kind.is_dir() {
            ("it is not a folder", "move the file away")
        } else {
            continue;
        };
        return Err(Error::Disk {
            action: "write",
            path: full,
            why: why.to_owned(),
            help: help.to_owned(),
        });
    }
    Ok(full)
}

/// The disk's refusal in words.
pub(super) fn failed(action: &'static str, path: &Path, error: &std::io::Error) -> Error {
    let help = match error.kind() {
        ErrorKind::PermissionDenied => "check the permissions of the folder: `ls -ld .`",
        ErrorKind::ReadOnlyFilesystem => "mount it writable, or use `dockwright generate --stdout`",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space and run the command again: nothing was changed"
        }
        _ => "run the command again: nothing was changed",
    };
    Error::Disk {
        action,
        path: path.to_owned(),
        why: error.to_string(),
        help: help.to_owned(),
    }
}
