//! `check` in its formats.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{APP, REQUIREMENTS, flask};

#[test]
fn json_says_what_and_where() {
    let project = flask();
    project.run(&["generate"]);
    let done = project.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((done.code, &report["up_to_date"]), (0, &Value::Bool(true)));
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    project.write(".python-version", "3.12\n");
    let done = project.run(&["check", "--format", "json", "--diff"]);
    assert_eq!(done.code, 1);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    let places: BTreeSet<String> = report["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| format!("{}:{}", reason["source"].as_str().unwrap(), reason["line"]))
        .collect();
    let expected = [".python-version:1", "requirements.txt:3"].map(ToOwned::to_owned);
    assert_eq!(places, expected.into());
    let file = &report["files"][0];
    assert_eq!(
        (&file["path"], &file["state"]),
        (&"Dockerfile".into(), &"updated".into())
    );
    assert!(
        file["diff"]
            .as_str()
            .unwrap()
            .contains("+        libpq5 \\\n")
    );
}

#[test]
fn github_gets_annotations_and_nothing_else_to_read_as_a_command() {
    let project = flask();
    project.run(&["generate"]);
    let done = project.run(&["check", "--format", "github"]);
    assert_eq!((done.code, done.out.as_str()), (0, ""));
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    let done = project.run(&["check", "--format", "github", "--diff"]);
    assert_eq!(done.code, 1);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        "::error file=shop/requirements.txt,line=3,title=dockwright::psycopg2 2.9.10 was added to requirements.txt: the builder needs gcc, libc6-dev, libpq-dev, the runtime needs libpq5"
    );
    assert!(
        lines[1].starts_with(
            "::error file=shop/Dockerfile,title=dockwright::--- a/Dockerfile%0A+++ b/Dockerfile%0A"
        ),
        "{}",
        lines[1]
    );
    project.write("requirements.txt", "flask==3.1.2\n-r ::add-mask::x.txt\n");
    let done = project.run(&["check", "--format", "github"]);
    assert_eq!((done.code, done.err.as_str()), (2, ""));
    assert_eq!(done.out.lines().count(), 1, "{}", done.out);
    assert!(
        done.out
            .starts_with("::error file=shop/requirements.txt,line=2,title=dockwright::error: "),
        "{}",
        done.out
    );
}

#[test]
fn the_diff_follows_the_reasons() {
    let project = flask();
    project.run(&["generate"]);
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}python-magic==0.4.27\n"),
    );
    let done = project.run(&["check", "--diff"]);
    assert_eq!(done.code, 1);
    let (reasons, diff) = done.out.split_once("\n\n").unwrap();
    assert_eq!(
        reasons,
        "requirements.txt:3: python-magic 0.4.27 was added to requirements.txt: the runtime needs libmagic1t64"
    );
    assert!(
        diff.starts_with("--- a/Dockerfile\n+++ b/Dockerfile\n"),
        "{diff}"
    );
}

#[test]
fn a_missing_lock_is_drift_and_a_newer_one_is_refused() {
    let project = flask();
    project.run(&["generate"]);
    let lock = project.read("dockwright.lock");
    std::fs::remove_file(project.path("dockwright.lock")).unwrap();
    let done = project.run(&["check"]);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.out,
        "dockwright.lock is missing: what was generated before is not known\n"
    );
    let newer = lock.replace("version = 1\n", "version = 2\n");
    project.write("dockwright.lock", &newer);
    for command in ["check", "generate"] {
        let done = project.run(&[command]);
        assert_eq!(done.code, 2);
        assert!(
            done.err.contains("dockwright.lock:3  found format 2")
                && done
                    .err
                    .contains("help: install the newer dockwright that wrote it"),
            "{}",
            done.err
        );
    }
    assert_eq!(project.read("dockwright.lock"), newer);
}

#[test]
fn an_edit_by_hand_is_no_drift_and_a_conflict_is_named() {
    let project = flask();
    project.run(&["generate"]);
    let edited = project
        .read("Dockerfile")
        .replace("EXPOSE 8000", "EXPOSE 8080");
    project.write("Dockerfile", &edited);
    assert_eq!(project.run(&["check"]).code, 0);
    project.write("app.py", APP.replace("app = ", "application = "));
    assert_eq!(project.run(&["check"]).code, 1);
    project.write("app.py", APP);
    project.write("dockwright.toml", "port = 9000\n");
    let done = project.run(&["check"]);
    assert_eq!(done.code, 1);
    let line = edited
        .lines()
        .position(|line| line == "EXPOSE 8080")
        .unwrap()
        + 1;
    let expected = format!("Dockerfile:{line}: an edit by hand meets what follows");
    assert!(done.out.contains(&expected), "{}", done.out);
    let both = format!(
        "Dockerfile:{line}\n  written then:\n  | EXPOSE 8000\n  on disk:\n  | EXPOSE 8080\n  to be written:\n  | EXPOSE 9000\n"
    );
    let done = project.run(&["check", "--diff"]);
    assert!(done.out.ends_with(&format!("\n\n{both}")), "{}", done.out);
    for arguments in [&["generate"][..], &["generate", "--diff"]] {
        let done = project.run(arguments);
        assert_eq!((done.code, done.out.as_str()), (3, ""));
        assert!(done.err.contains(&both), "{}", done.err);
    }
    assert_eq!(project.read("Dockerfile"), edited);
}

#[test]
fn many_reasons_read_well() {
    let project = flask();
    let database = "mysqlclient==2.2.7\n";
    project.write("requirements.txt", format!("{database}{REQUIREMENTS}"));
    project.run(&["generate"]);
    let more = "psycopg2==2.9.10\npython-magic==0.4.27\n";
    project.write("requirements.txt", format!("{REQUIREMENTS}{more}"));
    project.write(".python-version", "3.14\n");
    project.write(
        "dockwright.toml",
        "user = \"shop\"\npackages.run = [\"git\"]\n",
    );
    std::fs::remove_file(project.path(".dockerignore")).unwrap();
    let done = project.run(&["check"]);
    insta::assert_snapshot!(done.out + &done.err);
}
