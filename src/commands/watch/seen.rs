//! Turns what a run looked at into the folders to watch, and an event there into whether it matters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::images::{Compared, Folder};
use crate::inspect::tree::Tree;
use crate::lock::LOCK_FILE;
use crate::watch::Saved;

/// What a run looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Folders to watch.
    pub(super) folders: BTreeSet<PathBuf>,
    /// The project's folders in which a new file may change the plan: the context's and the application's.
    tops: BTreeSet<PathBuf>,
    /// Files that were read, or asked for and missing.
    asked: BTreeSet<PathBuf>,
    /// Files that dockwright itself writes.
    own: BTreeSet<PathBuf>,
}

impl Seen {
    /// After a run that opened the project.
    pub(super) fn of(folder: &Folder) -> Self {
        let mut seen = Self::default();
        for tree in folder.trees() {
            seen.add(tree);
        }
        for named in folder.named() {
            seen.folders.extend(named.parent().and_then(standing));
            seen.asked.insert(named.clone());
        }
        seen
    }

    fn add(&mut self, tree: &Tree) {
        let root = tree.root();
        let asked: BTreeSet<PathBuf> = tree.asked().keys().map(|path| root.join(path)).collect();
        let tops: BTreeSet<PathBuf> = [root.to_owned(), root.join(tree.app())].into();
        let sources = tree.files().iter().map(|file| root.join(&file.path));
        let folders = &mut self.folders;
        folders.extend(
            sources
                .filter(|path| is_source(path))
                .filter_map(|path| path.parent().map(Path::to_owned)),
        );
        folders.extend(asked.iter().filter_map(|path| standing(path.parent()?)));
        folders.extend(tops.iter().filter_map(|folder| standing(folder)));
        // The project's own folder may be removed, and made again.
        folders.extend(root.parent().and_then(standing));
        self.own.insert(root.join(tree.in_app(LOCK_FILE)));
        self.asked.extend(asked);
        self.tops.extend(tops);
    }

    /// Notes the files that were written, or compared.
    pub(super) fn wrote(&mut self, done: &Compared) {
        let files = done.changes.iter();
        self.own
            .extend(files.map(|change| done.root.join(&change.path)));
    }

    /// Notes what an earlier run had noted.
    pub(super) fn as_before(&mut self, before: &Self) {
        let folders = before.folders.iter().filter_map(|folder| standing(folder));
        self.folders.extend(folders);
        self.tops.extend(before.tops.iter().cloned());
        self.asked.extend(before.asked.iter().cloned());
        self.own.extend(before.own.iter().cloned());
    }

    /// When the project could not be opened: its folder, or the nearest one above that is there.
    pub(super) fn of_path(folder: &Path) -> Self {
        let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self {
            folders: standing(&full).into_iter().collect(),
            asked: [full].into(),
            ..Self::default()
        }
    }

    /// Could another run see something new?
    pub(super) fn matters(&self, saved: &Saved) -> bool {
        let path = saved.path.as_path();
        if path.as_os_str().is_empty() {
            return true;
        }
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let above_asked = || self.asked.iter().any(|asked| asked.starts_with(path));
        if self.own.contains(path) {
            return false;
        }
        if self.asked.contains(path) || self.folders.contains(path) || above_asked() {
            return true;
        }
        let within = self.tops.iter().any(|top| path.starts_with(top));
        if hidden || !within {
            return false;
        }
        let top = path
            .parent()
            .is_some_and(|folder| self.tops.contains(folder));
        is_source(path) || (saved.moved && (top || path.is_dir()))
    }

    /// The manifests among the saved paths, by name: what a person would want an answer to.
    pub(super) fn names(&self, saved: &BTreeSet<Saved>) -> Vec<String> {
        let manifests = saved
            .iter()
            .map(|saved| &saved.path)
            .filter(|path| self.asked.contains(*path) && !is_source(path));
        // Below the outermost folder that holds it.
        let name = |path: &PathBuf| {
            let top = self.tops.iter().find(|top| path.starts_with(top))?;
            let name = path.strip_prefix(top).ok()?;
            Some(super::shown(&name.to_string_lossy()))
        };
        let names: BTreeSet<String> = manifests.filter_map(name).collect();
        names.into_iter().collect()
    }

    /// What is watched, in words.
    pub(super) fn words(&self) -> String {
        match self.folders.len() {
            1 => "1 folder".to_owned(),
            count => format!("{count} folders"),
        }
    }
}

/// The folder, or the nearest one above that is there.
fn standing(folder: &Path) -> Option<PathBuf> {
    let found = folder.ancestors().find(|folder| folder.is_dir());
    found.map(Path::to_owned)
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

    use std::fs;

    use super::*;

    #[test]
    fn what_was_read_or_missed_matters_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("shop/data")).unwrap();
        fs::write(root.join("shop/app.py"), "").unwrap();
        fs::write(root.join("requirements.txt"), "").unwrap();
        let tree = Tree::open(&root, "").unwrap();
        for path in [
            "requirements.txt",
            "Procfile",
            "requirements/base.txt",
            "dockwright.lock",
        ] {
            tree.bytes(path).unwrap();
        }
        let mut seen = Seen::default();
        seen.add(&tree);
        for (path, moved, matters) in [
            ("requirements.txt", false, true),
            ("Procfile", true, true),
            ("requirements", true, true),
            ("shop/app.py", false, true),
            ("shop/new.py", true, true),
            ("shop", true, true),
            ("shop/data", true, true),
            ("uv.lock", true, true),
            ("", true, true),
            ("app.log", false, false),
            (".swp", true, false),
            ("shop/notes.txt", true, false),
            ("dockwright.lock", false, false),
            ("../neighbour", true, false),
        ] {
            let full = match path {
                "" => PathBuf::new(),
                "../neighbour" => root.with_file_name("neighbour"),
                path => root.join(path),
            };
            let saved = Saved { path: full, moved };
            assert_eq!(seen.matters(&saved), matters, "{path}");
        }
    }
}
