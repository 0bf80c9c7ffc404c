//! A checkout may bring a `.dockwright-journal` as if a run had been killed there: nothing that dockwright did not write is moved.

use std::fs;

use super::run;

/// A checkout may bring a journal as if a run had been killed there; a clone's own files are no secret, so their hashes are none.
#[test]
fn a_journal_of_a_stranger_moves_nothing_that_dockwright_never_writes() {
    for victim in [
        ".git/config",
        ".git/hooks/pre-commit.sample",
        ".venv/bin/activate",
        "venv/lib/python3.13/site-packages/pip/__init__.py",
        ".envrc",
        ".env",
        "app.py",
        "Makefile",
        ".github/workflows/release.yml",
        ".git/Dockerfile",
    ] {
        for (old, command) in [
            ("\".dockwright-a.tmp\"", "explain"),
            ("null", "check"),
            ("\".dockwright-a.tmp\"", "generate"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let put = |path: &str, text: &str| {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            };
            put("requirements.txt", "flask\ngunicorn\n");
            put("app.py", "from flask import Flask\napp = Flask(__name__)\n");
            fs::create_dir_all(folder.path().join(".git/refs/tags")).unwrap();
            put(victim, "known\n");
            let before = fs::read_to_string(folder.path().join(victim)).ok();
            let hash = dockwright::lock::sha256(b"known\n");
            put(".dockwright-a.tmp", "[core]\n\tfsmonitor = touch /pwned\n");
            put(
                ".dockwright-journal",
                &format!(
                    r#"{{"folders":[".git/refs/tags"],"files":[{{"path":"{victim}","new":"{hash}","old":{old}}}]}}"#
                ),
            );
            let what = format!("{command}, {victim}");
            run(&[command, folder.path().to_str().unwrap()], &what);
            let after = fs::read_to_string(folder.path().join(victim)).ok();
            assert_eq!(after, before, "{what}");
            assert!(folder.path().join(".git/refs/tags").is_dir(), "{what}");
            assert!(!folder.path().join(".dockwright-journal").exists());
        }
    }
}

/// What a stranger's journal calls the old text of a Dockerfile is moved only if dockwright could have laid it there itself.
#[test]
fn a_journal_of_a_stranger_takes_no_file_for_a_copy() {
    for copy in [
        ".env",
        "app.py",
        ".dockwright-a.txt",
        ".dockwright-a/../.env",
        ".dockwright-a/b.tmp",
        "../victim",
        "/tmp/victim.tmp",
    ] {
        let outer = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = outer.path().join("project").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("app.py", "from flask import Flask\napp = Flask(__name__)\n");
        put("Dockerfile", "known\n");
        for path in [
            ".env",
            ".dockwright-a.txt",
            ".dockwright-a/b.tmp",
            "../victim",
        ] {
            put(path, "mine\n");
        }
        let hash = dockwright::lock::sha256(b"known\n");
        put(
            ".dockwright-journal",
            &format!(
                r#"{{"folders":[],"files":[{{"path":"Dockerfile","new":"{hash}","old":"{copy}"}}]}}"#
            ),
        );
        let project = outer.path().join("project");
        run(&["check", project.to_str().unwrap()], copy);
        let text = |path: &str| fs::read_to_string(project.join(path)).unwrap();
        assert_eq!(text("Dockerfile"), "known\n", "{copy}");
        for path in [
            ".env",
            ".dockwright-a.txt",
            ".dockwright-a/b.tmp",
            "../victim",
        ] {
            assert_eq!(text(path), "mine\n", "{copy}");
        }
    }
}
