//! Dockerfiles as people write them, read into settings by `init --adopt`: what is taken and what is left stands in `tests/adopt`.
//!
//! `UPDATE=1 cargo test --test adopt` writes the expectations anew, to be read in the diff.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A project that fits all of the Dockerfiles.
const PROJECT: [(&str, &str); 5] = [
    (
        "requirements.txt",
        "flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.11\n",
    ),
    (
        "app.py",
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ),
    ("main.py", "print('main')\n"),
    ("docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"),
    ("deploy/nginx.conf", "events {}\n"),
];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What a run says of a Dockerfile, and the settings that it writes.
fn adopted(text: &str) -> String {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("shop");
    for (path, text) in PROJECT {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.join("Dockerfile"), text).unwrap();
    let done = run(&folder, &["init", "--adopt"]);
    let said = String::from_utf8(done.stderr).unwrap();
    let told = said.split("warning[").next().unwrap().trim_end();
    assert!(done.status.success(), "{said}");
    assert_eq!(fs::read_to_string(folder.join("Dockerfile")).unwrap(), text);
    assert!(folder.join("Dockerfile.dockwright").exists());
    let settings = fs::read_to_string(folder.join("dockwright.toml")).unwrap();
    let check = run(&folder, &["check"]);
    assert!(check.status.success(), "{check:?}");
    let mut shown = String::new();
    let _ = write!(shown, "{told}\n\n== dockwright.toml ==\n{settings}");
    for secret in ["hunter2", "change-me-9f2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    shown
}

#[test]
fn every_dockerfile_is_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adopt");
    let mut seen = 0;
    let mut failures = String::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "Dockerfile") {
            continue;
        }
        let found = adopted(&fs::read_to_string(&path).unwrap());
        let expected = path.with_extension("expected");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            let _ = writeln!(failures, "{}:\n{found}", expected.display());
        }
        seen += 1;
    }
    assert!(seen >= 10);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_requirements_file_that_it_installs_is_taken() {
    for (line, expected) in [
        (
            "RUN pip install -r deploy/image.txt",
            Some("deploy/image.txt"),
        ),
        (
            "RUN pip install --requirement=./deploy/image.txt",
            Some("deploy/image.txt"),
        ),
        // Found anyway, not there, or one of several.
        ("RUN pip install -r requirements.txt", None),
        ("RUN pip install -r nowhere.txt", None),
        ("RUN pip install -r /tmp/image.txt", None),
        (
            "RUN pip install -r requirements.txt -r deploy/image.txt",
            None,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in &PROJECT[..2] {
            fs::write(folder.path().join(path), text).unwrap();
        }
        fs::create_dir(folder.path().join("deploy")).unwrap();
        fs::write(folder.path().join("deploy/image.txt"), "flask\ngunicorn\n").unwrap();
        let text = format!("FROM python:3.13-slim\nCOPY . .\n{line}\n");
        fs::write(folder.path().join("Dockerfile"), text).unwrap();
        let done = run(folder.path(), &["init", "--adopt"]);
        assert!(done.status.success(), "{line}: {done:?}");
        let settings = fs::read_to_string(folder.path().join("dockwright.toml")).unwrap();
        assert!(run(folder.path(), &["check"]).status.success(), "{line}");
        let said = expected.map(|file| format!("requirements = \"{file}\"\n"));
        let holds = settings
            .lines()
            .find(|line| line.starts_with("requirements"));
        assert_eq!(
            holds,
            said.as_deref().map(str::trim_end),
            "{line}: {settings}"
        );
    }
}

#[test]
fn without_a_dockerfile_there_is_nothing_to_adopt() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &PROJECT[..2] {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let done = run(folder.path(), &["init", "--adopt"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(!folder.path().join("Dockerfile").exists());
    assert_eq!(run(folder.path(), &["init"]).status.code(), Some(0));
    // Its own is nothing to adopt either.
    assert_eq!(
        run(folder.path(), &["init", "--adopt"]).status.code(),
        Some(2)
    );
}

#[test]
fn nothing_in_a_dockerfile_breaks_out() {
    for line in [
        "CMD [\"a\\nUSER root\"]",
        "LABEL a=\"b\\\nUSER root\"",
        "ENV A=\"$(id)\"",
        "RUN apt-get install -y 'x; id' \u{202e}",
        "USER a;id",
        "EXPOSE 99999999",
        "VOLUME [\"/etc\"]",
        "COPY ../../x /y",
        "HEALTHCHECK CMD curl http://x/\u{1b}[2J",
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in &PROJECT[..2] {
            fs::write(folder.path().join(path), text).unwrap();
        }
        fs::write(
            folder.path().join("Dockerfile"),
            format!("FROM python:3.12\n{line}\n"),
        )
        .unwrap();
        let done = run(folder.path(), &["init", "--adopt"]);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{line}: {said}");
        let hidden = said
            .chars()
            .find(|c| *c != '\n' && dockwright::error::is_unsafe(*c));
        assert_eq!(hidden, None, "{line}: {said:?}");
        let written = fs::read_to_string(folder.path().join("Dockerfile.dockwright")).unwrap();
        assert!(!written.contains("\nUSER root"), "{line}: {written}");
    }
}
