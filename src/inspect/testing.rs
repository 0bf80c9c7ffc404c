//! Small projects on disk for the parsers' tests.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;

use tempfile::TempDir;

use super::tree::Tree;

/// A project of these files, and the folder that holds it until it is dropped.
pub(super) fn project(files: &[(&str, &str)], app: &str) -> (TempDir, Tree) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::open(folder.path(), app).unwrap();
    (folder, tree)
}
