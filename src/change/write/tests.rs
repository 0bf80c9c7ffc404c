#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::cell::Cell;
use std::collections::BTreeMap;

use super::super::{Options, OutFile, compare};
use super::*;
use crate::lock::LOCK_FILE;

fn files() -> Vec<OutFile> {
    [
        "Dockerfile",
        ".dockerignore",
        ".github/workflows/dockwright.yml",
    ]
    .map(|path| OutFile {
        path: path.into(),
        text: format!("new {path}\n"),
    })
    .into()
}

fn changes(root: &Path) -> Vec<Change> {
    let force = Options {
        force: true,
        keep: false,
    };
    compare(root, &files(), None, force).unwrap()
}

/// Every path below the folder with its text.
fn listing(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.insert(path.clone(), String::new());
            out.extend(listing(&path));
        } else {
            out.insert(path.clone(), fs::read_to_string(&path).unwrap());
        }
    }
    out
}

#[test]
fn all_files_are_written_and_nothing_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join(".dockwright-killed.tmp"), "half").unwrap();
    write(root, &changes(root), (LOCK_FILE, "lock\n")).unwrap();
    let paths: Vec<_> = listing(root)
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(path, _)| {
            path.strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        paths,
        [
            ".dockerignore",
            ".github/workflows/dockwright.yml",
            "Dockerfile",
            "dockwright.lock"
        ]
    );
    let before = fs::metadata(root.join("Dockerfile"))
        .unwrap()
        .modified()
        .unwrap();
    write(root, &changes(root), (LOCK_FILE, "lock\n")).unwrap();
    assert_eq!(
        fs::metadata(root.join("Dockerfile"))
            .unwrap()
            .modified()
            .unwrap(),
        before
    );
}

#[test]
fn a_failure_at_any_rename_leaves_all_as_it_was() {
    for fails in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("Dockerfile"), "old\n").unwrap();
        fs::write(root.join(LOCK_FILE), "old\n").unwrap();
        let before = listing(root);
        let count = Cell::new(0);
        let result = write_with(root, &changes(root), (LOCK_FILE, "lock\n"), &|file, to| {
            if count.replace(count.get() + 1) == fails {
                return Err(io::Error::from(ErrorKind::StorageFull));
            }
            file.persist(to).map(drop).map_err(|error| error.error)
        });
        assert!(
            result
                .unwrap_err()
                .to_string()
                .contains("nothing was changed")
        );
        assert_eq!(listing(root), before);
    }
}

#[test]
fn a_file_saved_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let changes = changes(root);
    fs::write(root.join("Dockerfile"), "saved\n").unwrap();
    let error = write(root, &changes, (LOCK_FILE, "lock\n"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it was changed while dockwright ran"),
        "{error}"
    );
    assert_eq!(listing(root).len(), 1);
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("Dockerfile")).unwrap();
    let error = compare(folder.path(), &files(), None, Options::default()).unwrap_err();
    assert!(
        error.to_string().contains("a folder stands there"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    for link in ["Dockerfile", ".github", "dockwright.lock"] {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let root = folder.path();
        symlink(other.path(), root.join(link)).unwrap();
        let error = compare(root, &files(), None, Options::default())
            .and_then(|changes| write(root, &changes, (LOCK_FILE, "lock\n")))
            .unwrap_err();
        assert!(error.to_string().contains("a link stands there"), "{error}");
        assert!(listing(other.path()).is_empty());
        assert_eq!(fs::read_dir(root).unwrap().count(), 1);
    }
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let file = root.join("Dockerfile");
    fs::write(&file, "old\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    write(root, &changes(root), (LOCK_FILE, "lock\n")).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new Dockerfile\n");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o640
    );
    // A new file has what the umask gives any other new file.
    fs::write(root.join("other"), "").unwrap();
    let mode = |name: &str| fs::metadata(root.join(name)).unwrap().permissions().mode();
    assert_eq!(mode(".dockerignore"), mode("other"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    fs::write(root.join(".dockerignore"), "old\n").unwrap();
    let mut changes = changes(root);
    changes[0].state = super::super::State::Updated;
    let error = write(root, &changes, (LOCK_FILE, "lock\n"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("it is read-only"), "{error}");
    assert_eq!(
        fs::read_to_string(root.join(".dockerignore")).unwrap(),
        "old\n"
    );
}

#[cfg(unix)]
#[test]
fn another_run_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let held = hold(root).unwrap();
    let changes = changes(root);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| write(root, &changes, (LOCK_FILE, "lock\n")));
        sleep(Duration::from_millis(100));
        assert!(listing(root).is_empty());
        drop(held);
        run.join().unwrap().unwrap();
    });
    assert!(root.join(LOCK_FILE).exists());
}

#[test]
fn two_equal_runs_do_not_hinder_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let changes = changes(root);
    write(root, &changes, (LOCK_FILE, "lock\n")).unwrap();
    write(root, &changes, (LOCK_FILE, "lock\n")).unwrap();
}

mod killed;
