//! `dockwright.lock` came with the checkout like any other file: whatever stands in it, nothing outside the project is looked at or
//! written, nothing of it is printed raw, and no message is as long as it.

use std::fs;
use std::path::Path;

use dockwright::lock::sha256;

use super::run;

/// Paths that lead out, or nowhere.
const PATHS: [&str; 14] = [
    "../victim",
    "a/../../victim",
    "../../../../../../../../etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "out/victim",
    "C:\\victim",
    "..\\victim",
    "",
    ".",
    "a//b",
    "a\u{1b}[2J",
    "a\nRUN touch /pwned",
    "\u{202e}elifrekcoD",
];

/// What a terminal, a TOML file or a workflow command may take for more than text.
pub(crate) const VALUES: [&str; 8] = [
    "\u{1b}[2J\u{1b}]0;pwned\u{7}",
    "a\n::error file=x::pwned\r\n",
    "\u{85}\u{2028}\u{9b}2J",
    "a\u{202e}b\u{feff}",
    "$(touch /pwned) `x` ${TAG} %{ if true }",
    "\"]\n[packages]\nrun = [\"evil\"]",
    "../../victim",
    "",
];

/// Every place of a lock that holds text.
pub(crate) fn lock(value: &str) -> Vec<(&'static str, String)> {
    let v = serde_json::Value::from(value).to_string();
    [
        ("inputs", format!("[inputs]\n{v} = {v}")),
        ("input", format!("[inputs]\n\"requirements.txt\" = {v}")),
        ("decisions", format!("[decisions]\n{v} = {v}")),
        ("name", format!("[decisions]\nname = {v}\npython = {v}\ncommand = {v}\nbase = {v}\nuser = {v}\nport = {v}")),
        ("pins", format!("[pins]\n{v} = {v}")),
        ("pin", format!("[pins]\n\"python:3.14-slim-trixie\" = {v}")),
        ("tools", format!("[tools]\n{v} = {v}\nuv = {v}")),
        ("package", format!("[[package]]\nimage = {v}\nstage = {v}\nname = {v}\nbecause = [{{ requirement = {v}, version = {v}, source = {v}, why = {v} }}]")),
        ("needed", format!("[[package]]\nstage = \"run\"\nname = {v}\nbecause = [{{ requirement = {v}, source = {v}, why = {v} }}]")),
        ("Dockerfile", file("Dockerfile", value)),
        ("compose", file("compose.yaml", value)),
        ("workflow", file(".github/workflows/dockwright.yml", value)),
        ("hook", file(".pre-commit-config.yaml", value)),
        ("a file", file("app.py", value)),
        ("key", format!("{v} = 1")),
        ("version", format!("[[file]]\n{v} = {v}")),
    ]
    .into()
}

fn file(path: &str, text: &str) -> String {
    let [path, text, hash] = [path, text, &sha256(text.as_bytes())].map(serde_json::Value::from);
    format!("[[file]]\npath = {path}\nsha256 = {hash}\ntext = {text}")
}

/// Every command that reads a lock, on a project beside a file that is none of its business.
fn holds(lock: &str, beside: &[&str], what: &str) {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("project");
    fs::create_dir(&root).unwrap();
    let put = |path: &Path, text: &str| fs::write(path, text).unwrap();
    put(&outer.path().join("victim"), "mine\n");
    put(&root.join("requirements.txt"), "flask\ngunicorn\n");
    put(
        &root.join("app.py"),
        "from flask import Flask\napp = Flask(__name__)\n",
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", root.join("out")).unwrap();
    for name in beside {
        put(&root.join(name), "by hand\n");
    }
    put(
        &root.join("dockwright.lock"),
        &format!("version = 1\n{lock}\n"),
    );
    let path = root.to_str().unwrap();
    for command in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "github"],
        &["generate", "--diff"],
        &["generate", "--stdout"],
        &["explain"],
        &["explain", "--format", "json"],
        &["generate"],
        &["generate", "--force"],
        &["check"],
    ] {
        let ran = run(&[command, &[path]].concat(), what);
        let what = format!("{command:?} of {what}");
        assert!(ran.exit <= 3, "{what}: {}", ran.exit);
        for text in [&ran.out, &ran.say] {
            let bad = |c: char| c != '\n' && super::hidden(c);
            assert!(!text.contains(bad), "{what}: {text:?}");
            assert!(!text.contains("internal error"), "{what}: {text}");
            let of_people = !command.contains(&"json") && !command.contains(&"--diff");
            assert!(!of_people || text.len() < 60_000, "{what}: {}", text.len());
        }
    }
    assert_eq!(
        fs::read_to_string(outer.path().join("victim")).unwrap(),
        "mine\n"
    );
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 2, "{what}");
    let app = fs::read_to_string(root.join("app.py")).unwrap();
    assert!(app.starts_with("from flask"), "{what}: {app}");
}

#[test]
fn a_path_never_leads_out() {
    for path in PATHS {
        let what = path.escape_debug().to_string();
        holds(&file(path, "mine\n"), &[], &what);
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path();
        fs::write(root.join("requirements.txt"), "flask\n").unwrap();
        let text = format!("version = 1\n{}\n", file(path, "mine\n"));
        fs::write(root.join("dockwright.lock"), text).unwrap();
        let ran = run(&["check", "--", root.to_str().unwrap()], &what);
        let out = path.starts_with(['/', '.']) || path.contains("..") || path.is_empty();
        if out && !path.contains('\\') {
            assert!(
                ran.say.contains("a path of the project"),
                "{what}: {}",
                ran.say
            );
        }
    }
}

#[test]
fn values_are_text() {
    let long = "a".repeat(1 << 20);
    let lines = "a\n".repeat(1 << 17);
    for value in VALUES.into_iter().chain([long.as_str(), &lines]) {
        for (place, text) in lock(value) {
            let shown: String = value.chars().take(30).collect();
            let what = format!("{place}: {}", shown.escape_debug());
            holds(&text, &[], &what);
            if value.len() < 1000 {
                let there = ["Dockerfile", "compose.yaml", "docker-bake.hcl"];
                holds(&text, &there, &what);
            }
        }
    }
}
