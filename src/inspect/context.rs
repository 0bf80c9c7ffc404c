//! Finds the build context: the application's folder, or the workspace above it that holds its lock.

use std::path::{Path, PathBuf};

use crate::error::Error;

use super::tree::Tree;

/// How many folders up a workspace root or a lock is looked for.
const LEVELS: usize = 6;

/// Manifests that make a folder a project of its own.
const MANIFESTS: [&str; 8] = [
    "pyproject.toml",
    "requirements.txt",
    "Pipfile",
    "setup.py",
    "setup.cfg",
    "pylock.toml",
    "requirements",
    "environment.yml",
];

/// Locks whose folder is the context for the members below it.
const LOCKS: [&str; 4] = ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"];

/// Opens the folder that the user named: with the context above it where its workspace or its only manifest lies there.
///
/// The one place where something above the named folder is read; the caller says so through
/// [`Layout::workspace`](crate::facts::Layout).
///
/// # Errors
/// The folder does not exist or cannot be entered.
pub fn open(folder: &Path) -> Result<Tree, Error> {
    let own = Tree::open(folder, "")?;
    let real = own.root().to_owned();
    let has_lock = LOCKS.iter().any(|lock| real.join(lock).is_file());
    if has_lock {
        return Ok(own);
    }
    let has_manifest = MANIFESTS.iter().any(|name| real.join(name).exists());
    let mut above = real.clone();
    for _ in 0..LEVELS {
        // A version-controlled tree ends the search: what lies above belongs to somebody else.
        if above.join(".git").exists() || !above.pop() {
            break;
        }
        let found = if has_manifest {
            claims(&above, &real)
        } else {
            MANIFESTS.iter().any(|name| above.join(name).is_file())
        };
        if found && let Some(app) = relative(&above, &real) {
            return Tree::open(&above, &app);
        }
    }
    Ok(own)
}

/// Is `above` the root of a workspace that `member` belongs to? The lock decides which members there are: it is enough that both stand there.
fn claims(above: &Path, member: &Path) -> bool {
    member.join("pyproject.toml").is_file()
        && LOCKS.iter().any(|lock| above.join(lock).is_file())
        && above.join("pyproject.toml").is_file()
}

fn relative(above: &Path, below: &Path) -> Option<String> {
    let parts: PathBuf = below.strip_prefix(above).ok()?.to_owned();
    parts.to_str().map(|text| text.replace('\\', "/"))
}
