//! Finds the build context: the application's folder, or the workspace above it that holds its lock.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

use super::tree::Tree;

/// Longer manifests are not searched for paths that lead out of their folder.
const BOUND: u64 = 1 << 20;

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
    let outward = if has_manifest { outward(&real) } else { 0 };
    let found = above(&real).enumerate().find(|(level, above)| {
        if has_manifest {
            claims(above, &real) || level + 1 == outward && in_checkout(above)
        } else {
            // Without any manifest of its own the folder belongs to a project only inside the same checkout.
            MANIFESTS.iter().any(|name| above.join(name).is_file()) && in_checkout(above)
        }
    });
    match found.and_then(|(_, above)| Some((above, relative(above, &real)?))) {
        Some((above, app)) => Tree::open(above, &app),
        None => Ok(own),
    }
}

/// How many folders up the folder's requirements name what is there: `-r ../base.txt`, `-e ../../libs/common`.
fn outward(folder: &Path) -> usize {
    let real = folder.join("requirements.txt").canonicalize();
    // What a link leads to outside is nobody's manifest.
    let Some(path) = real.ok().filter(|path| path.starts_with(folder)) else {
        return 0;
    };
    let small = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() < BOUND);
    let bytes = if small { fs::read(&path) } else { return 0 };
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let ends = |c: char| c.is_whitespace() || "\"'=:,;[]#".contains(c);
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let there = lines
        .flat_map(|line| line.split(ends))
        .filter(|word| word.starts_with("../") && folder.join(word).exists());
    let levels = there.map(|word| word.split('/').take_while(|part| *part == "..").count());
    levels.max().unwrap_or_default()
}

/// The folders above, nearest first, up to the top of the checkout: what lies above that belongs to somebody else.
fn above(folder: &Path) -> impl Iterator<Item = &Path> {
    let mut inside = !folder.join(".git").exists();
    folder
        .ancestors()
        .skip(1)
        .take(LEVELS)
        .take_while(move |above| std::mem::replace(&mut inside, !above.join(".git").exists()))
}

/// A context's folder below the top of its checkout; empty when it is that top, or in no checkout.
pub fn below(context: &Path) -> String {
    let top = context
        .ancestors()
        .find(|above| above.join(".git").exists());
    top.and_then(|top| relative(top, context))
        .unwrap_or_default()
}

/// Is the folder, or one above it, the top of a checkout?
fn in_checkout(folder: &Path) -> bool {
    folder
        .ancestors()
        .take(LEVELS)
        .any(|above| above.join(".git").exists())
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    /// A folder with these files (a name that ends in `/` is a folder); what `app` is for `named`.
    fn app_of(files: &[&str], named: &str) -> String {
        let top = tempfile::tempdir().unwrap();
        for file in files {
            let path = top.path().join(file);
            if file.ends_with('/') {
                fs::create_dir_all(&path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
        }
        open(&top.path().join(named)).unwrap().app().to_owned()
    }

    #[test]
    fn a_member_finds_the_lock_of_its_workspace() {
        let workspace = ["uv.lock", "pyproject.toml", "apps/web/pyproject.toml"];
        assert_eq!(app_of(&workspace, "apps/web"), "apps/web");
        assert_eq!(app_of(&workspace, "."), "");
    }

    #[test]
    fn a_project_of_its_own_stays_by_itself() {
        let beside = ["requirements.txt", "tool/requirements.txt"];
        assert_eq!(app_of(&beside, "tool"), "");
        let own_lock = [
            "uv.lock",
            "pyproject.toml",
            "web/pyproject.toml",
            "web/uv.lock",
        ];
        assert_eq!(app_of(&own_lock, "web"), "");
        let own_checkout = [
            "uv.lock",
            "pyproject.toml",
            "web/pyproject.toml",
            "web/.git/",
        ];
        assert_eq!(app_of(&own_checkout, "web"), "");
    }

    #[test]
    fn a_manifest_that_names_files_above_it_widens_the_context_within_its_checkout() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("repo/services/api");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(top.path().join("repo/libs/common")).unwrap();
        fs::write(top.path().join("secret.txt"), "").unwrap();
        let lines = "flask\n# ../../../../x\n-r ../base.txt\n-e ../../libs/common\n";
        fs::write(folder.join("requirements.txt"), lines).unwrap();
        assert_eq!(open(&folder).unwrap().app(), "");
        fs::create_dir_all(top.path().join("repo/.git")).unwrap();
        assert_eq!(open(&folder).unwrap().app(), "services/api");
        for out in ["-r ../../../secret.txt\n", "-r ../../missing.txt\n"] {
            fs::write(folder.join("requirements.txt"), out).unwrap();
            assert_eq!(open(&folder).unwrap().app(), "");
        }
    }

    #[test]
    fn a_folder_without_a_manifest_belongs_to_its_checkout_only() {
        assert_eq!(app_of(&["requirements.txt", "src/app.py"], "src"), "");
        let checkout = [".git/", "requirements.txt", "src/app.py"];
        assert_eq!(app_of(&checkout, "src"), "src");
    }
}
