//! The commands of the README and of the guide are run and their outputs compared; set `UPDATE_README=1` to write them anew.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top.
fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages that are run, and the example that stands in their folder as `shop`, as if nothing had been generated yet.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![top().join("README.md")];
    for entry in fs::read_dir(top().join("docs/src")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

#[test]
fn commands_print_what_the_pages_show() {
    let mut run_at_all = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Nothing above the folder is looked at.
        fs::create_dir(folder.path().join(".git")).unwrap();
        copy(
            &top().join("examples/flask-postgres"),
            &folder.path().join("shop"),
        );
        for file in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
            fs::remove_file(folder.path().join("shop").join(file)).unwrap();
        }
        let shown = rewritten(&text, &mut |command| {
            run_at_all += 1;
            run(command, folder.path())
        });
        settle(&page, &text, &shown);
    }
    assert!(run_at_all > 30, "{run_at_all} commands were run");
}

/// A `console` block that is not run must say why, so that no command of dockwright's slips through.
#[test]
fn every_command_of_dockwright_in_a_page_is_run() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let mut fence = "";
        for (number, line) in text.lines().enumerate() {
            if let Some(opened) = line.strip_prefix("```") {
                fence = opened;
            }
            let typed = line.strip_prefix("$ ").unwrap_or_default();
            let elsewhere = fence == "console elsewhere";
            assert!(
                fence == "console run" || elsewhere || !typed.contains("dockwright"),
                "{}:{}: `{typed}` is not run: its block must begin with ```console run",
                page.display(),
                number + 1
            );
        }
    }
}

#[test]
fn the_summary_lists_every_page() {
    let folder = top().join("docs/src");
    let summary = fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    for page in pages() {
        let name = page.file_name().unwrap().to_str().unwrap();
        if page.starts_with(&folder) && name != "SUMMARY.md" {
            assert!(summary.contains(&format!("({name})")), "{name}");
        }
    }
    for (_, rest) in summary
        .match_indices("](")
        .map(|(at, _)| summary.split_at(at + 2))
    {
        let name = rest.split(')').next().unwrap();
        assert!(folder.join(name).is_file(), "{name}");
    }
}

#[test]
fn files_are_shown_as_they_are() {
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let mut shown = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("<!-- file ") {
            let (path, after) = after.split_once(" -->\n").unwrap();
            let (fence, after) = after.split_once('\n').unwrap();
            let (_, after) = after.split_once("\n```\n").unwrap();
            let file = fs::read_to_string(top().join(path)).unwrap();
            let _ = write!(
                shown,
                "{before}<!-- file {path} -->\n{fence}\n{}\n```\n",
                file.trim_end()
            );
            rest = after;
            seen += 1;
        }
        shown.push_str(rest);
        settle(&page, &text, &shown);
    }
    assert!(seen > 0, "no page shows a file");
}

/// Fails when the page differs, or writes it anew when asked to.
fn settle(page: &Path, text: &str, shown: &str) {
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(page, shown).unwrap();
    } else {
        assert!(
            text == shown,
            "{} is out of date: UPDATE_README=1 cargo test --test readme -- --test-threads=1, then read it\n{}",
            page.display(),
            first_difference(text, shown)
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
        .env("HOME", folder)
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
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
