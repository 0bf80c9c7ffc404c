//! The hook of `--pre-commit`: written where nobody has begun a configuration, told where somebody has.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

const FILE: &str = ".pre-commit-config.yaml";

/// A project at the top of a repository that asks for the hook.
fn project() -> TempDir {
    let folder = TempDir::with_prefix("shop").unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    lay(folder.path());
    fs::write(folder.path().join("dockwright.toml"), "pre-commit = true\n").unwrap();
    folder
}

fn lay(folder: &Path) {
    fs::write(folder.join("requirements.txt"), "flask\ngunicorn\n").unwrap();
    let app = "from flask import Flask\n\napp = Flask(__name__)\n";
    fs::write(folder.join("app.py"), app).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let Output { status, stderr, .. } = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

fn text(folder: &Path) -> String {
    fs::read_to_string(folder.join(FILE)).unwrap()
}

/// The hooks of a configuration that dockwright's entry is one of.
fn hooks(text: &str) -> Vec<Yaml> {
    let documents = YamlLoader::load_from_str(text).unwrap();
    let repos = documents[0]["repos"].as_vec().unwrap();
    let local = |repo: &&Yaml| repo["repo"].as_str() == Some("local");
    let hooks = repos
        .iter()
        .filter(local)
        .map(|repo| repo["hooks"].as_vec());
    hooks.flat_map(Option::unwrap).cloned().collect()
}

#[test]
fn a_configuration_is_written_and_stays_right() {
    let folder = project();
    assert_eq!(run(folder.path(), &["generate"]).0, 0);
    let written = text(folder.path());
    let [hook] = &hooks(&written)[..] else {
        panic!("{written}");
    };
    assert_eq!(hook["entry"].as_str(), Some("dockwright check"));
    assert_eq!(hook["language"].as_str(), Some("python"));
    let wheel = format!("dockwright=={}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        hook["additional_dependencies"][0].as_str(),
        Some(wheel.as_str())
    );
    assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
    assert_eq!(hook["always_run"].as_bool(), Some(true));
    assert_eq!(run(folder.path(), &["check"]).0, 0);
    // A hook of one's own beside it is an edit as any other: it stays, also when dockwright has to write anew.
    let more = format!("{written}  - repo: meta\n    hooks:\n      - id: identity\n");
    fs::write(folder.path().join(FILE), &more).unwrap();
    fs::write(
        folder.path().join("requirements.txt"),
        "flask\ngunicorn\npython-magic\n",
    )
    .unwrap();
    assert_eq!(run(folder.path(), &["generate"]).0, 0);
    assert_eq!(text(folder.path()), more);
    assert_eq!(run(folder.path(), &["check"]).0, 0);
}

#[test]
fn what_somebody_began_stays_and_is_told_what_to_add() {
    let folder = project();
    let theirs = "# ours\nrepos:\n  - repo: meta\n    hooks:\n      - id: identity\n";
    fs::write(folder.path().join(FILE), theirs).unwrap();
    for arguments in [
        &["generate"][..],
        &["generate", "--force"],
        &["generate", "--keep"],
        &["init", "--yes"],
    ] {
        let (code, said) = run(folder.path(), arguments);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("warning[hook-not-added]"), "{said}");
        assert_eq!(text(folder.path()), theirs, "{arguments:?}");
    }
    let lock = fs::read_to_string(folder.path().join("dockwright.lock")).unwrap();
    let recorded = format!("path = \"{FILE}\"");
    assert!(!lock.contains(&recorded), "{lock}");
    assert_eq!(run(folder.path(), &["check"]).0, 0);

    // The line, pasted where it says, is what would have been written.
    let (_, said) = run(folder.path(), &["generate"]);
    let (_, said) = said.split_once("hook-not-added").unwrap();
    let line = said.split('`').nth(3).unwrap();
    let added = format!("{theirs}  {line}\n");
    fs::write(folder.path().join(FILE), &added).unwrap();
    let (code, said) = run(folder.path(), &["generate"]);
    assert_eq!(
        (code, said.contains("hook-not-added")),
        (0, false),
        "{said}"
    );
    assert_eq!(text(folder.path()), added);
    let fresh = project();
    assert_eq!(run(fresh.path(), &["generate"]).0, 0);
    assert_eq!(hooks(&added), hooks(&text(fresh.path())));
}

#[test]
fn without_the_lock_its_own_file_is_known_again() {
    let folder = project();
    assert_eq!(run(folder.path(), &["generate"]).0, 0);
    fs::remove_file(folder.path().join("dockwright.lock")).unwrap();
    let (code, said) = run(folder.path(), &["generate", "--keep"]);
    assert_eq!(code, 0, "{said}");
    let lock = fs::read_to_string(folder.path().join("dockwright.lock")).unwrap();
    let recorded = format!("path = \"{FILE}\"");
    assert!(lock.contains(&recorded), "{lock}");
}

#[test]
fn a_folder_below_the_repository_is_sent_to_its_top() {
    let folder = project();
    fs::remove_file(folder.path().join("requirements.txt")).unwrap();
    for (name, shown) in [("services/api", true), ("services/$(id)", false)] {
        let below = folder.path().join(name);
        fs::create_dir_all(&below).unwrap();
        lay(&below);
        let (code, said) = run(&below, &["generate", "--pre-commit"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("belongs to the top"), "{said}");
        let entry = format!("entry: dockwright check {name},");
        assert_eq!(said.contains(&entry), shown, "{said}");
        assert!(!below.join("Dockerfile").exists());
    }
}

#[test]
fn a_link_in_its_place_is_refused() {
    let folder = project();
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join(FILE)).unwrap();
    assert_eq!(run(folder.path(), &["generate"]).0, 2);
    assert!(!folder.path().join("Dockerfile").exists());
}
