//! The commands as a script sees them: standard output, standard error and exit code.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

mod check;
mod errors;
mod kept;
mod pins;
mod project;
#[cfg(unix)]
mod safety;
mod said;
#[cfg(unix)]
mod several;
#[cfg(unix)]
mod watch;

use std::process::{Command, Stdio};

use project::{DOCKWRIGHT, Project};

const REQUIREMENTS: &str = "flask==3.1.2\ngunicorn==23.0.0\n";
const APP: &str = "from flask import Flask\n\napp = Flask(__name__)\n";

fn flask() -> Project {
    Project::new(&[
        ("requirements.txt", REQUIREMENTS),
        (".python-version", "3.13\n"),
        ("app.py", APP),
    ])
}

#[test]
fn generate_writes_then_finds_nothing_to_do() {
    let project = flask();
    let first = project.run(&["generate"]);
    assert_eq!((first.code, first.err.as_str()), (0, ""));
    insta::assert_snapshot!(first.out, @r"
    Dockerfile               created
    .dockerignore            created

    next: docker build --tag shop .
    ");
    let again = project.run(&["generate"]);
    assert!(
        again
            .out
            .starts_with("Dockerfile               unchanged\n"),
        "{}",
        again.out
    );
    let check = project.run(&["check"]);
    assert_eq!(
        (check.code, check.out.as_str(), check.err.as_str()),
        (0, "", "up to date\n")
    );
}

#[test]
fn check_says_why_and_fails() {
    let project = flask();
    project.run(&["generate"]);
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    let check = project.run(&["check"]);
    assert_eq!(check.code, 1);
    assert_eq!(
        check.out,
        "requirements.txt:3: psycopg2 2.9.10 was added to requirements.txt: the builder needs gcc, libc6-dev, libpq-dev, the runtime needs libpq5\n"
    );
    assert_eq!(
        check.err,
        "\nout of date: run `dockwright generate` and commit what it writes\n"
    );
    let merged = project.run(&["generate"]);
    assert_eq!(merged.code, 0, "{}", merged.err);
    assert_eq!(project.run(&["check"]).code, 0);
}

#[test]
fn shown_is_not_written() {
    let project = flask();
    let shown = project.run(&["generate", "--stdout"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert!(shown.out.contains("\nCMD ["));
    let diff = project.run(&["generate", "--diff"]);
    assert!(
        diff.out
            .contains("+FROM python:3.13-slim-trixie AS builder\n"),
        "{}",
        diff.out
    );
    for name in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
        assert!(!project.has(name), "{name} was written");
    }
}

#[test]
fn explain_gives_json_on_standard_output_alone() {
    let project = flask();
    let plan = project.run(&["explain", "--format", "json"]);
    assert_eq!((plan.code, plan.err.as_str()), (0, ""));
    let value: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["python"]["source"], ".python-version");
    assert_eq!(value["files"][0], "Dockerfile");
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file() {
    let project = flask();
    project.write("dockwright.toml", "python = \"3.11\"\n");
    let from = |variables: &[(&str, &str)], arguments: &[&str]| {
        let shown = project.run_with(variables, &[&["generate", "--stdout"], arguments].concat());
        let line = shown.out.lines().find(|line| line.starts_with("FROM "));
        line.map(str::to_owned).unwrap()
    };
    assert_eq!(from(&[], &[]), "FROM python:3.11-slim-trixie AS builder");
    let variable = [("DOCKWRIGHT_PYTHON", "3.12")];
    assert_eq!(
        from(&variable, &[]),
        "FROM python:3.12-slim-trixie AS builder"
    );
    let flag = ["--python", "3.14"];
    assert_eq!(
        from(&variable, &flag),
        "FROM python:3.14-slim-trixie AS builder"
    );
}

#[test]
fn every_help_fits_and_has_no_colour() {
    let project = flask();
    for command in [
        "init",
        "generate",
        "check",
        "watch",
        "update",
        "explain",
        "verify",
        "catalogue",
        "completions",
        "schema",
    ] {
        let help = project.run(&[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        for line in help.out.lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
        assert!(!help.out.contains('\u{1b}'), "{command}");
        let short = project.run_with(&[("COLUMNS", "80")], &[command, "-h"]).out;
        let widest = short.lines().map(|line| line.chars().count()).max();
        assert!(
            short.lines().count() <= 24 && widest <= Some(80),
            "{command} -h is no screen of 24 x 80:\n{short}"
        );
        assert!(short.contains("\nExample"), "{command}");
    }
    insta::assert_snapshot!(project.run(&["--help"]).out);
}

#[test]
fn a_reader_that_leaves_is_no_trouble() {
    for arguments in [&["schema"][..], &["catalogue"], &["completions", "bash"]] {
        let mut child = Command::new(DOCKWRIGHT)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{arguments:?}");
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
    }
}
