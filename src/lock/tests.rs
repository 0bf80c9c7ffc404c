#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use proptest::prelude::*;

use super::*;

fn record() -> LockRecord {
    LockRecord {
        inputs: BTreeMap::from([("requirements.txt".into(), "ab12".into())]),
        decisions: BTreeMap::from([("python".into(), "3.13".into())]),
        packages: vec![LockedNeed {
            image: None,
            stage: "run".into(),
            name: "libpq5".into(),
            because: vec![Because {
                requirement: "psycopg2".into(),
                version: Some("2.9.10".into()),
                source: "requirements.txt".into(),
                line: 0,
                why: "loads libpq.so.5".into(),
            }],
        }],
        pins: BTreeMap::from([("python:3.13-slim-trixie".into(), "sha256:00".into())]),
        tools: BTreeMap::from([("uv".into(), "0.13.11".into())]),
        files: BTreeMap::from([("Dockerfile".into(), "FROM a\nRUN b \\\n  c\n".into())]),
        ..LockRecord::default()
    }
}

const TEXT: &str = r#"# What dockwright saw and wrote. Commit this file, review it, and let `dockwright generate` change it:
# it tells an edit by hand from an old text, and says why a file is out of date.
version = 1

[inputs]
"requirements.txt" = "ab12"

[decisions]
"python" = "3.13"

[pins]
"python:3.13-slim-trixie" = "sha256:00"

[tools]
"uv" = "0.13.11"

[[package]]
stage = "run"
name = "libpq5"
because = [
    { requirement = "psycopg2", version = "2.9.10", source = "requirements.txt", why = "loads libpq.so.5" },
]

[[file]]
path = "Dockerfile"
sha256 = "HASH"
text = '''
FROM a
RUN b \
  c
'''
"#;

fn text() -> String {
    let hash = text::sha256(b"FROM a\nRUN b \\\n  c\n");
    TEXT.replace("HASH", &hash)
}

#[test]
fn the_text_is_for_people() {
    assert_eq!(record().to_text(), text());
}

#[test]
fn a_record_comes_back() {
    assert_eq!(
        LockRecord::parse(&text(), "dockwright.lock").unwrap(),
        record()
    );
    let crlf = format!("\u{feff}{}", text().replace('\n', "\r\n"));
    assert_eq!(
        LockRecord::parse(&crlf, "dockwright.lock").unwrap(),
        record()
    );
}

#[test]
fn hostile_texts_come_back() {
    for body in [
        "'''",
        "''''",
        "'",
        "a'",
        "\"\"\"",
        "\\",
        "\n",
        "\n\n",
        "\r\n",
        "a\r\nb",
        "\0\u{7f}\u{1b}[2J",
        "\u{202e}\u{feff}",
        "\t",
        "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n",
        "a\\\n  b",
        "[[file]]\npath = 1\n",
        "",
    ] {
        let mut record = record();
        record.files.insert("x\n\"'y".into(), body.into());
        record.inputs.insert(body.into(), body.into());
        let text = record.to_text();
        assert_eq!(LockRecord::parse(&text, "l").unwrap(), record, "{text}");
    }
}

/// What [`LockRecord::parse`] says, with the line.
fn said(text: &str) -> (u32, String) {
    match LockRecord::parse(text, "dockwright.lock") {
        Err(error @ Error::Malformed { .. }) => {
            let words = error.to_string();
            let Error::Malformed { at, .. } = error else {
                unreachable!()
            };
            (at.line, words)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn damage_is_named_with_its_line() {
    let cases = [
        (
            text().replace("version = 1", "version = 2"),
            3,
            "install the newer dockwright",
        ),
        (
            text().replace("version = 1", "version = \"1\""),
            3,
            "`version = 1`",
        ),
        (String::new(), 1, "no known format number"),
        (
            text().replace("  c\n", "  d\n"),
            25,
            "does not fit its hash",
        ),
        (text().replace("[inputs]", "[input]"), 5, "the key `input`"),
        (
            text().replace("\"ab12\"", "12"),
            6,
            "`requirements.txt` as integer",
        ),
        (text().replace("name = \"libpq5\"\n", ""), 18, "no `name`"),
        (
            text().replace("because = [", "because = [ 1,"),
            20,
            "a reason as integer",
        ),
        (text().replace("[[package]]", "[package"), 17, "restore it"),
        (
            format!("{}<<<<<<< HEAD\n", text()),
            32,
            "git checkout --ours",
        ),
        (
            text().replace("[pins]", "=======\n[pins]"),
            11,
            "unsolved merge",
        ),
    ];
    for (text, line, part) in cases {
        let (at, words) = said(&text);
        assert!(words.contains(part), "{words}");
        assert_eq!(at, line, "{words}");
    }
}

proptest! {
    #[test]
    fn any_record_comes_back(
        inputs in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
        files in prop::collection::btree_map("[a-z\\\\:'\"\r\n\u{1b}\u{202e}é]{1,20}", "[a'\"\\\\\r\n\t<=> \u{0}\u{85}é]{0,40}", 0..4),
        names in prop::collection::btree_map(any::<String>(), any::<Option<String>>(), 0..4),
    ) {
        let packages = names.into_iter().map(|(name, version)| LockedNeed {
            image: None,
            stage: "run".into(),
            because: vec![Because { requirement: name.clone(), version, source: "a".into(), line: 0, why: name.clone() }],
            name,
        }).collect();
        let record = LockRecord { inputs: inputs.clone(), decisions: inputs.clone(), packages, pins: inputs.clone(), tools: inputs, files, ..LockRecord::default() };
        let text = record.to_text();
        prop_assert_eq!(LockRecord::parse(&text, "l").unwrap(), record);
    }

    #[test]
    fn no_text_is_too_wild(text in "(version = 1\n)?[\\[\\]{}=\"'a-z\n .#<>]{0,80}") {
        let _ = LockRecord::parse(&text, "l");
    }
}
