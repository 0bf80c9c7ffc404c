//! Runs that are killed: after the next command the project is wholly as before or as after.

use std::process::{Command, Stdio};

use super::*;

/// The folder in which this test, started again, writes.
const VICTIM: &str = "DOCKWRIGHT_TEST_VICTIM";

/// Before which rename it ends itself; without it, it writes until it is killed.
const STEP: &str = "DOCKWRIGHT_TEST_STEP";

/// The texts of one whole state of the project; one file lies in a folder that only this state has.
fn state(name: &str) -> Vec<OutFile> {
    let text = format!("{name}\n").repeat(5000);
    let own = format!("{name}/deep/compose.yaml");
    ["Dockerfile", ".dockerignore", &own]
        .map(|path| OutFile {
            path: path.into(),
            text: text.clone(),
        })
        .into()
}

fn put_with(root: &Path, name: &str, rename: Rename) -> Result<(), Error> {
    let force = Options {
        force: true,
        keep: false,
    };
    let changes = compare(root, &state(name), None, force)?;
    write_with(root, &changes, (LOCK_FILE, name), rename)
}

fn put(root: &Path, name: &str) {
    put_with(root, name, &|file, to| {
        file.persist(to).map(drop).map_err(|error| error.error)
    })
    .unwrap();
}

/// This test program again, as a process that writes.
fn victim(root: &Path, test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            &format!("change::write::tests::killed::{test}"),
            "--nocapture",
        ])
        .env(VICTIM, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The state in which the whole project is, by its lock; every other file must agree.
fn whole(root: &Path) -> String {
    let name = fs::read_to_string(root.join(LOCK_FILE)).unwrap();
    for file in state(&name) {
        let found = fs::read_to_string(root.join(&file.path)).unwrap();
        assert!(found == file.text, "{} is not {name}", file.path);
    }
    let ours = |path: &PathBuf| path.to_string_lossy().contains(".dockwright-");
    assert_eq!(listing(root).into_keys().find(ours), None, "left behind");
    name
}

#[test]
fn before_and_after_each_rename() {
    if let (Some(root), Some(step)) = (std::env::var_os(VICTIM), std::env::var_os(STEP)) {
        let step: usize = step.to_str().unwrap().parse().unwrap();
        let count = Cell::new(0);
        let end = |at: usize| {
            if at == step {
                std::process::abort();
            }
        };
        let _ = put_with(Path::new(&root), "new", &|file, to| {
            let at = count.replace(count.get() + 2);
            end(at);
            file.persist(to).map(drop).map_err(|error| error.error)?;
            end(at + 1);
            Ok(())
        });
        return;
    }
    for step in 0..=10 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(root, "old");
        let before = listing(root);
        let done = victim(root, "before_and_after_each_rename")
            .env(STEP, step.to_string())
            .status()
            .unwrap();
        // The journal and four files are ten places; the eleventh run ends well.
        assert_eq!(done.success(), step == 10, "step {step}");
        assert_eq!(recover(root).unwrap(), (1..10).contains(&step), "{step}");
        if step < 10 {
            assert!(listing(root) == before, "step {step}");
        } else {
            assert_eq!(whole(root), "new");
        }
        assert!(!recover(root).unwrap());
    }
}

#[test]
fn at_two_hundred_random_points() {
    if let Some(root) = std::env::var_os(VICTIM) {
        loop {
            put(Path::new(&root), "old");
            put(Path::new(&root), "new");
        }
    }
    let (mut torn, mut undone, mut seed) = (0, 0, 0x9e37_79b9_u64);
    for round in 0..200 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(root, "begin");
        let mut child = victim(root, "at_two_hundred_random_points")
            .spawn()
            .unwrap();
        while fs::read_to_string(root.join(LOCK_FILE)).unwrap() == "begin" {
            assert!(child.try_wait().unwrap().is_none(), "the child writes");
            sleep(Duration::from_micros(200));
        }
        // A linear congruence is random enough, and the same in each run.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        sleep(Duration::from_micros((seed >> 33) % 15_000));
        child.kill().unwrap();
        child.wait().unwrap();
        torn += usize::from(journal::left_behind(root));
        undone += usize::from(recover(root).unwrap());
        whole(root);
        if round % 10 == 0 {
            put(root, "end");
            assert_eq!(whole(root), "end");
        }
    }
    assert!(torn > 20, "only {torn} rounds were killed in a write");
    assert!(undone > 0, "none of {torn} was killed among its renames");
}

#[test]
fn what_somebody_changed_since_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "old");
    let done = victim(root, "before_and_after_each_rename")
        .env(STEP, "5")
        .status()
        .unwrap();
    assert!(!done.success());
    fs::write(root.join("Dockerfile"), "saved\n").unwrap();
    assert!(recover(root).unwrap());
    assert_eq!(
        fs::read_to_string(root.join("Dockerfile")).unwrap(),
        "saved\n"
    );
    let other = fs::read_to_string(root.join(".dockerignore")).unwrap();
    assert!(other == state("old")[1].text);
}

#[test]
fn a_journal_of_a_stranger_reaches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    fs::create_dir(&root).unwrap();
    fs::write(folder.path().join("outside"), "mine").unwrap();
    fs::write(root.join("inside"), "mine").unwrap();
    fs::write(root.join("Dockerfile"), "mine").unwrap();
    fs::write(root.join("stranger.tmp"), "not dockwright's").unwrap();
    let hash = sha256(b"mine");
    for (path, old) in [
        ("../outside", "null"),
        ("inside", "\"../outside\""),
        ("inside", "\"/etc/hostname\""),
        ("inside", "\".dockwright-none.tmp\""),
        ("/etc/hostname", "null"),
        ("inside", "null"),
        ("Dockerfile", "\"../outside\""),
        ("Dockerfile", "\"inside\""),
        ("Dockerfile", "\"stranger.tmp\""),
        ("Dockerfile", "\".dockwright-/../../outside.tmp\""),
        ("../Dockerfile", "null"),
    ] {
        let journal = format!(
            r#"{{"folders":["..","../..","/"],"files":[{{"path":"{path}","new":"{hash}","old":{old}}}]}}"#
        );
        fs::write(root.join(".dockwright-journal"), journal).unwrap();
        assert!(recover(&root).unwrap());
        for name in ["inside", "Dockerfile"] {
            assert_eq!(fs::read_to_string(root.join(name)).unwrap(), "mine");
        }
        assert!(root.join("stranger.tmp").exists());
        let outside = fs::read_to_string(folder.path().join("outside"));
        assert_eq!(outside.unwrap(), "mine");
    }
    fs::write(root.join(".dockwright-journal"), "no JSON").unwrap();
    assert!(recover(&root).unwrap());
    assert!(!root.join(".dockwright-journal").exists());
}
