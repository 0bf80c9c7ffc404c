#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::lock::{Because, LockedNeed};

const THEN: &str = "FROM a\nRUN b\nCMD c\n";
const NOW: &str = "FROM a\nRUN b\nCMD d\n";

/// The change of a Dockerfile that was `written`, is on `disk`, and should be [`NOW`].
fn one(written: Option<&str>, disk: Option<&str>, options: Options) -> Change {
    let folder = tempfile::tempdir().unwrap();
    if let Some(disk) = disk {
        fs::write(folder.path().join("Dockerfile"), disk).unwrap();
    }
    let lock = written.map(|text| LockRecord {
        files: BTreeMap::from([("Dockerfile".into(), text.into())]),
        ..LockRecord::default()
    });
    let file = OutFile {
        path: "Dockerfile".into(),
        text: NOW.into(),
    };
    compare(folder.path(), &[file], lock.as_ref(), options)
        .unwrap()
        .remove(0)
}

const FORCE: Options = Options {
    force: true,
    keep: false,
};
const KEEP: Options = Options {
    force: false,
    keep: true,
};
const NONE: Options = Options {
    force: false,
    keep: false,
};

#[test]
fn each_state_has_its_text() {
    let edited = "FROM a\nRUN x\nCMD c\n";
    let merged = "FROM a\nRUN x\nCMD d\n";
    let clash = "FROM a\nRUN b\nCMD e\n";
    for (written, disk, options, state, after) in [
        (None, None, NONE, State::Created, NOW),
        (Some(THEN), None, NONE, State::Created, NOW),
        (None, Some(NOW), NONE, State::Unchanged, NOW),
        (None, Some(THEN), NONE, State::Foreign, NOW),
        (None, Some(THEN), FORCE, State::Updated, NOW),
        (None, Some(THEN), KEEP, State::Kept, THEN),
        (Some(THEN), Some(THEN), NONE, State::Updated, NOW),
        (Some(THEN), Some(NOW), NONE, State::Unchanged, NOW),
        (Some(NOW), Some(edited), NONE, State::Kept, edited),
        (Some(THEN), Some(edited), NONE, State::Merged, merged),
        (Some(THEN), Some(merged), NONE, State::Kept, merged),
        (Some(THEN), Some(clash), FORCE, State::Updated, NOW),
        (Some(THEN), Some(clash), KEEP, State::Kept, clash),
    ] {
        let change = one(written, disk, options);
        assert_eq!((&change.state, change.after.as_str()), (&state, after));
        assert_eq!(change.generated, NOW);
        let crlf = disk.map(|disk| disk.replace('\n', "\r\n"));
        let change = one(written, crlf.as_deref(), options);
        let after = if crlf.is_some() {
            after.replace('\n', "\r\n")
        } else {
            after.to_owned()
        };
        assert_eq!((change.state, change.after), (state, after), "CRLF");
    }
}

#[test]
fn a_conflict_shows_all_three_texts() {
    let change = one(Some(THEN), Some("FROM a\nRUN b\nCMD e\n"), NONE);
    assert_eq!(change.after, "FROM a\nRUN b\nCMD e\n");
    let error = refusal(&[change]).unwrap();
    assert_eq!(error.exit(), crate::error::Exit::Conflict);
    assert_eq!(
        error.to_string(),
        "error: edits by hand in Dockerfile meet changes of the same lines\n\nDockerfile:3\n  written then:\n  | CMD c\n  on disk:\n  | CMD e\n  to be written:\n  | CMD d\n\nhelp: pass `--keep` to keep the lines on disk, or `--force` to take the new ones; all other edits stay"
    );
}

#[test]
fn a_foreign_file_is_shown_as_a_diff() {
    let error = refusal(&[one(None, Some(THEN), NONE)]).unwrap();
    assert_eq!(error.exit(), crate::error::Exit::Trouble);
    let text = error.to_string();
    assert!(
        text.contains(
            "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n FROM a\n RUN b\n-CMD c\n+CMD d\n"
        ),
        "{text}"
    );
    assert!(refusal(&[one(None, None, NONE)]).is_none());
}

#[test]
fn a_diff_of_line_ends_is_empty() {
    assert_eq!(diff("a\r\n", "a\n", "x"), "");
    assert_eq!(
        diff("", "a\n", "x\n"),
        "--- /dev/null\n+++ b/x\\u{a}\n@@ -0,0 +1 @@\n+a\n"
    );
}

fn record(version: &str, packages: &[(&str, &str)], text: &str) -> LockRecord {
    LockRecord {
        inputs: BTreeMap::from([("requirements.txt".into(), version.into())]),
        decisions: BTreeMap::from([("python".into(), version.into())]),
        packages: packages
            .iter()
            .map(|(stage, name)| LockedNeed {
                image: None,
                stage: (*stage).into(),
                name: (*name).into(),
                because: vec![Because {
                    requirement: "psycopg2".into(),
                    version: Some("2.9.10".into()),
                    source: "requirements.txt".into(),
                    line: 7,
                    why: "loads libpq.so.5".into(),
                }],
            })
            .collect(),
        files: BTreeMap::from([("Dockerfile".into(), text.into())]),
        ..LockRecord::default()
    }
}

fn reasons(old: Option<&LockRecord>, new: &LockRecord, disk: Option<&str>) -> Vec<String> {
    let changes = [one(
        old.map(|old| old.files["Dockerfile"].as_str()),
        disk,
        NONE,
    )];
    drift(old, new, &changes)
        .into_iter()
        .map(|reason| reason.text)
        .collect()
}

#[test]
fn drift_is_said_in_words() {
    let needs = [("build", "gcc"), ("build", "libpq-dev"), ("run", "libpq5")];
    let plain = record("3.13", &[], THEN);
    let mut full = record("3.13", &needs, NOW);
    full.inputs
        .insert("requirements.txt".into(), "edited".into());
    assert_eq!(
        reasons(Some(&plain), &full, Some(THEN)),
        [
            "psycopg2 2.9.10 was added to requirements.txt: the builder needs gcc, libpq-dev, the runtime needs libpq5"
        ]
    );
    let found = drift(Some(&plain), &full, &[one(Some(THEN), Some(THEN), NONE)]);
    assert_eq!(
        found[0].at,
        Some(crate::facts::Place::new("requirements.txt", 7))
    );
    let newer = record("3.14", &[], NOW);
    assert_eq!(
        reasons(Some(&plain), &newer, Some(THEN)),
        ["python changed from 3.13 to 3.14"]
    );
    assert_eq!(
        reasons(Some(&plain), &record("3.13", &[], NOW), Some(THEN)),
        ["this dockwright or its settings write Dockerfile differently"]
    );
    assert_eq!(reasons(Some(&full), &full, None), ["Dockerfile is missing"]);
    assert_eq!(
        reasons(None, &full, Some(NOW)),
        ["dockwright.lock is missing: what was generated before is not known"]
    );
}

#[test]
fn a_reason_says_what_happened_and_no_more() {
    let edited = |mut record: LockRecord| {
        record
            .inputs
            .insert("requirements.txt".into(), "edited".into());
        record
    };
    let one = |old: &LockRecord, new: &LockRecord| {
        let found = reasons(Some(old), new, Some(THEN));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    };
    let (plain, full) = (
        record("3.13", &[], THEN),
        record("3.13", &[("run", "libpq5")], NOW),
    );
    // The file is as it was: nothing was added to it.
    assert_eq!(
        one(&plain, &full),
        "psycopg2 2.9.10 in requirements.txt: the runtime needs libpq5"
    );
    let unknown = |record: &LockRecord| LockRecord {
        inputs: BTreeMap::new(),
        ..record.clone()
    };
    assert_eq!(
        one(&unknown(&plain), &unknown(&full)),
        "psycopg2 2.9.10 was added to requirements.txt: the runtime needs libpq5"
    );
    // It is still installed, or it is not.
    let (old, mut new) = (
        record("3.13", &[("run", "libpq5")], THEN),
        edited(record("3.13", &[], NOW)),
    );
    assert_eq!(
        one(&old, &new),
        "psycopg2 2.9.10 is gone from requirements.txt: the runtime no longer needs libpq5"
    );
    new.installed.insert((None, "psycopg2".into()));
    assert_eq!(
        one(&old, &new),
        "psycopg2 in requirements.txt: the runtime no longer needs libpq5"
    );
    // Another one needs a package, too: of that nothing is said, beside something else or where it is all there is.
    let with = |record: LockRecord, packages: &[(&str, &str)], text: &str| {
        let mut more = self::record("3.13", packages, text).packages;
        for need in &mut more {
            need.because[0].requirement = "mysqlclient".into();
        }
        more.extend(record.packages.clone());
        LockRecord {
            packages: more,
            ..record
        }
    };
    let (gcc, both) = (("build", "gcc"), [("build", "gcc"), ("run", "libpq5")]);
    let old = with(plain.clone(), &[gcc, ("run", "libmariadb3")], THEN);
    let new = edited(record("3.13", &both, NOW));
    assert_eq!(
        reasons(Some(&old), &new, Some(THEN)),
        [
            "mysqlclient 2.9.10 is gone from requirements.txt: the runtime no longer needs libmariadb3",
            "psycopg2 2.9.10 was added to requirements.txt: the runtime needs libpq5",
        ]
    );
    let old = with(plain, &[gcc], THEN);
    let new = with(edited(record("3.13", &[gcc], NOW)), &[gcc], NOW);
    assert_eq!(
        one(&old, &new),
        "psycopg2 2.9.10 was added to requirements.txt: the builder needs gcc"
    );
}

#[test]
fn reasons_stand_as_the_files_are_read() {
    let plain = record("3.13", &[], THEN);
    let mut new = record("3.14", &[("run", "libpq5")], NOW);
    new.decisions.insert("port".into(), "80".into());
    let places = |new: &LockRecord| -> Vec<String> {
        let changes = [self::one(Some(THEN), Some(THEN), NONE)];
        let found = drift(Some(&plain), new, &changes);
        let at = |reason: Reason| {
            reason
                .at
                .map_or_else(|| "nowhere".to_owned(), |at| at.to_string())
        };
        found.into_iter().map(at).collect()
    };
    assert_eq!(places(&new), ["requirements.txt:7", "nowhere", "nowhere"]);
    // The settings changed: what has no other place follows from there.
    new.inputs
        .insert("web/dockwright.toml".into(), "new".into());
    new.places.insert(
        "python".into(),
        crate::facts::Place::new(".python-version", 1),
    );
    assert_eq!(
        places(&new),
        [
            ".python-version:1",
            "requirements.txt:7",
            "web/dockwright.toml"
        ]
    );
}

#[test]
fn neither_a_hand_edit_nor_an_input_without_effect_is_drift() {
    let (old, new) = (record("3.13", &[], NOW), record("3.14", &[], NOW));
    assert!(reasons(Some(&old), &new, Some("FROM a\nRUN by hand\nCMD d\n")).is_empty());
}

#[test]
fn an_ignore_file_that_was_there_keeps_the_last_word() {
    let theirs = "*\n!src\n";
    for ends in ["\n", "\r\n"] {
        let disk = theirs.replace('\n', ends);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".dockerignore"), &disk).unwrap();
        let file = OutFile {
            path: ".dockerignore".into(),
            text: ".git\n**/.env\n".into(),
        };
        let compared = || compare(folder.path(), std::slice::from_ref(&file), None, NONE).unwrap();
        let change = compared().remove(0);
        assert_eq!(change.state, State::Merged);
        assert_eq!(
            change.after,
            ".git\n**/.env\n\n# what this file said before\n*\n!src\n".replace('\n', ends)
        );
        fs::write(folder.path().join(".dockerignore"), &change.after).unwrap();
        assert_eq!(compared().remove(0).state, State::Kept, "said once");
    }
}
