//! Turns a folder into the sorted list of its files, within bounds that do not depend on the order in which the disk lists them.

use std::collections::{BinaryHeap, VecDeque};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use super::ignored::{DockerIgnore, GitIgnore};
use super::{TreeFile, WALK_LIMIT, join};

/// Deeper folders are not entered.
const DEPTH_LIMIT: usize = 64;

/// A folder with more entries holds data: only the first in the order of their names are looked at.
const FOLDER_LIMIT: usize = WALK_LIMIT / 4;

/// So many `.gitignore` files of folders are read; more would only serve to use up memory.
const RULES_LIMIT: usize = 500;

/// Folders that never hold the application's own code.
const SKIPPED: [&str; 8] = [
    "node_modules",
    "__pycache__",
    "site-packages",
    "venv",
    "env",
    "__pypackages__",
    "bower_components",
    "dockwright-cache",
];

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The files, sorted by path.
    pub(super) files: Vec<TreeFile>,
    /// There are more.
    pub(super) truncated: bool,
}

/// Walks the context, folder by folder, the shallow ones first: what a bound cuts off is the deepest.
pub(super) fn walk(root: &Path, app: &str) -> Walk {
    let mut walker = Walker {
        root,
        device: device(root),
        docker: DockerIgnore::read(root, app),
        found: Walk::default(),
        queue: VecDeque::from([Folder::default()]),
        entries: 0,
        rules: 0,
    };
    while let Some(folder) = walker.queue.pop_front() {
        walker.enter(&folder);
    }
    walker.found.files.sort();
    walker.found
}

/// A folder to be entered.
#[derive(Default)]
struct Folder {
    path: String,
    depth: usize,
    rules: Option<Rc<Rules>>,
}

/// The `.gitignore` of a folder, and those above it.
struct Rules {
    own: GitIgnore,
    above: Option<Rc<Rules>>,
}

impl Rules {
    /// git asks the nearest file first.
    fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let mut rules = Some(self);
        while let Some(here) = rules {
            if let Some(ignored) = here.own.ignores(path, is_dir) {
                return ignored;
            }
            rules = here.above.as_deref();
        }
        false
    }
}

struct Walker<'a> {
    root: &'a Path,
    device: Option<u64>,
    docker: Option<DockerIgnore>,
    found: Walk,
    queue: VecDeque<Folder>,
    /// Files and folders taken so far.
    entries: usize,
    /// Ignore files read so far.
    rules: usize,
}

impl Walker<'_> {
    fn enter(&mut self, folder: &Folder) {
        let full = self.root.join(&folder.path);
        let rules = self.rules_of(folder, &full);
        let (names, cut) = names(&full);
        self.found.truncated |= cut;
        for (name, is_dir) in names {
            let path = join(&folder.path, &name);
            let full = full.join(&name);
            if rules
                .as_deref()
                .is_some_and(|rules| rules.ignores(&full, is_dir))
            {
                continue;
            }
            if self.entries == WALK_LIMIT {
                self.found.truncated = true;
                return;
            }
            if is_dir {
                self.folder(path, &full, folder.depth + 1, rules.clone());
            } else {
                self.file(path, &full);
            }
        }
    }

    fn rules_of(&mut self, folder: &Folder, full: &Path) -> Option<Rc<Rules>> {
        let own = if self.rules < RULES_LIMIT {
            GitIgnore::read(full)
        } else {
            None
        };
        let Some(own) = own else {
            return folder.rules.clone();
        };
        self.rules += 1;
        let above = folder.rules.clone();
        Some(Rc::new(Rules { own, above }))
    }

    fn folder(&mut self, path: String, full: &Path, depth: usize, rules: Option<Rc<Rules>>) {
        let excluded = self
            .docker
            .as_ref()
            .is_some_and(|docker| docker.excludes_folder(&path));
        // Another file system, or a virtual environment under a name of its own, is not the project.
        let foreign = device(full) != self.device || full.join("pyvenv.cfg").exists();
        if excluded || foreign {
            return;
        }
        if depth > DEPTH_LIMIT {
            self.found.truncated = true;
            return;
        }
        self.entries += 1;
        self.queue.push_back(Folder { path, depth, rules });
    }

    fn file(&mut self, path: String, full: &Path) {
        // What is no Python file may tell how the application starts though no image holds it: compose.yaml, a Makefile.
        let source = Path::new(&path)
            .extension()
            .is_some_and(|ending| ending == "py");
        let excluded = |docker: &DockerIgnore| docker.excludes(&path);
        if source && self.docker.as_ref().is_some_and(excluded) {
            return;
        }
        self.entries += 1;
        let size = fs::symlink_metadata(full).map_or(0, |meta| meta.len());
        self.found.files.push(TreeFile { path, size });
    }
}

/// Names in a folder, sorted, and whether each is a folder: regular files and folders that are not hidden, at most
/// [`FOLDER_LIMIT`], and whether that cut any off. Names that are not UTF-8 could not be written into a Dockerfile.
fn names(folder: &Path) -> (Vec<(String, bool)>, bool) {
    let mut first = BinaryHeap::new();
    let mut cut = false;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let skipped = kind.is_dir() && SKIPPED.contains(&name.as_str());
        if name.starts_with('.') || skipped || !(kind.is_dir() || kind.is_file()) {
            continue;
        }
        first.push((name, kind.is_dir()));
        if first.len() > FOLDER_LIMIT {
            first.pop();
            cut = true;
        }
    }
    (first.into_sorted_vec(), cut)
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(path).ok().map(|meta| meta.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let full = folder.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        }
        walk(folder.path(), "")
            .files
            .into_iter()
            .map(|file| file.path)
            .collect()
    }

    #[test]
    fn the_nearest_gitignore_decides() {
        let files = [
            (".gitignore", "*.py\n!main.py\n/data/\n"),
            ("a/.gitignore", "!kept.py\nmain.py\n"),
            ("a/kept.py", ""),
            ("a/main.py", ""),
            ("b/kept.py", ""),
            ("b/main.py", ""),
            ("data/main.py", ""),
        ];
        assert_eq!(found(&files), ["a/kept.py", "b/main.py"]);
    }

    #[test]
    fn environments_hidden_and_ignored_files_are_left_out() {
        let files = [
            (".dockerignore", "old\ncompose.yaml\nsecret.py\n"),
            ("compose.yaml", ""),
            ("secret.py", ""),
            ("old/a.py", ""),
            ("mine/pyvenv.cfg", ""),
            ("mine/lib/a.py", ""),
            ("venv/a.py", ""),
            (".hidden/a.py", ""),
            ("src/a.py", ""),
        ];
        assert_eq!(found(&files), ["compose.yaml", "src/a.py"]);
    }

    #[test]
    fn what_a_bound_cuts_off_does_not_depend_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("d/".repeat(DEPTH_LIMIT + 3));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a.py"), "").unwrap();
        fs::write(folder.path().join("a.py"), "").unwrap();
        let found = walk(folder.path(), "");
        assert!(found.truncated);
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.files[0].path, "a.py");
    }

    #[cfg(unix)]
    #[test]
    fn links_fifos_and_odd_names_are_passed_over() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::os::unix::fs::symlink("/", root.join("all")).unwrap();
        std::os::unix::fs::symlink("..", root.join("up")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.join(".gitignore")).unwrap();
        std::os::unix::net::UnixListener::bind(root.join("socket.py")).unwrap();
        let fifo = std::process::Command::new("mkfifo")
            .args([root.join(".dockerignore"), root.join("fifo.py")])
            .status();
        assert!(fifo.unwrap().success());
        fs::write(root.join(OsStr::from_bytes(b"caf\xe9.py")), "").unwrap();
        fs::write(root.join("a.py"), "").unwrap();
        let found = walk(root, "");
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.files[0].path, "a.py");
    }
}
