//! The README's commands are run and its outputs compared; set `UPDATE_README=1` to write them anew.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top.
fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn commands_print_what_the_readme_shows() {
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(
        &top().join("examples/flask-postgres"),
        &folder.path().join("shop"),
    );
    for file in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
        fs::remove_file(folder.path().join("shop").join(file)).unwrap();
    }
    let shown = rewritten(&readme, &mut |command| run(command, folder.path()));
    settle(&readme, &shown);
}

#[test]
fn files_are_shown_as_they_are() {
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    let mut shown = String::new();
    let mut rest = readme.as_str();
    let mut seen = 0;
    while let Some((before, after)) = rest.split_once("<!-- file ") {
        let (path, after) = after.split_once(" -->\n").unwrap();
        let (fence, after) = after.split_once('\n').unwrap();
        let (_, after) = after.split_once("\n```\n").unwrap();
        let text = fs::read_to_string(top().join(path)).unwrap();
        let _ = write!(
            shown,
            "{before}<!-- file {path} -->\n{fence}\n{}\n```\n",
            text.trim_end()
        );
        rest = after;
        seen += 1;
    }
    shown.push_str(rest);
    assert!(seen > 0, "the README shows no file");
    settle(&readme, &shown);
}

/// Fails when the README differs, or writes it anew when asked to.
fn settle(readme: &str, shown: &str) {
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(top().join("README.md"), shown).unwrap();
    } else {
        assert!(
            readme == shown,
            "README.md is out of date: UPDATE_README=1 cargo test --test readme -- --test-threads=1, then read it\n{}",
            first_difference(readme, shown)
        );
    }
}

fn first_difference(readme: &str, shown: &str) -> String {
    readme
        .lines()
        .zip(shown.lines())
        .find(|(a, b)| a != b)
        .map_or_else(String::new, |(a, b)| format!("- {a}\n+ {b}"))
}

/// The text with the output of each `$ ` command of its `console run` blocks replaced.
fn rewritten(readme: &str, run: &mut dyn FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in readme.lines() {
        match (inside, line) {
            (false, "```console run") => inside = true,
            (true, "```") => inside = false,
            _ => {}
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| inside) else {
            if !inside || line.starts_with("```") {
                let _ = writeln!(out, "{line}");
            }
            continue;
        };
        let _ = write!(out, "{line}\n{}", run(command));
    }
    out
}

fn run(command: &str, folder: &Path) -> String {
    let bin = PathBuf::from(env!("CARGO_BIN_EXE_dockwright"));
    let path = format!(
        "{}:{}",
        bin.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let done = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
