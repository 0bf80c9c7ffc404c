//! What a registry says, through its client, is hostile too: `update` and `generate --pin` neither hang nor grow, print none of it
//! raw, and let nothing but a digest and a version's number into a file. A shell script stands in for the client.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::dockerfile;
use super::watched::{MEMORY, Seen, watch};

const GOOD: &str = r#"{"manifest": {"digest": "sha256:abababababababababababababababababababababababababababababababab"}, "image": {"config": {"Env": ["PYTHON_VERSION=3.13.10"], "Labels": {"org.opencontainers.image.version": "0.0.1"}}}}"#;

/// What no terminal, no TOML and no Dockerfile should get.
const EVIL: &str = r"a\u001b[2J\u001b]0;pwned\u0007\r\nRUN touch /pwned\n\u202e$(touch /pwned)\u0085\u009b2J\u0022]";

/// A project of uv's, so that a tool of its own is asked for too, with the client in a folder beside it.
fn project(outer: &Path, client: &str) {
    let put = |path: &str, text: &str| {
        let path = outer.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("bin/docker", &format!("#!/bin/sh\n{client}\n"));
    fs::set_permissions(outer.join("bin/docker"), fs::Permissions::from_mode(0o755)).unwrap();
    put("shop/dockwright.toml", "pin = true\ninstaller = \"uv\"\n");
    put("shop/requirements.txt", "flask\ngunicorn\n");
    put(
        "shop/app.py",
        "from flask import Flask\napp = Flask(__name__)\n",
    );
}

fn ran(outer: &Path, arguments: &[&str], what: &str) -> Seen {
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    command.args(arguments).arg(outer.join("shop"));
    command.env("PATH", format!("{}:{path}", outer.join("bin").display()));
    let seen = watch(&mut command);
    assert!(seen.memory < MEMORY, "{what}: {} bytes", seen.memory);
    assert!(
        seen.took < Duration::from_secs(20),
        "{what}: {:?}",
        seen.took
    );
    for text in [&seen.out, &seen.say] {
        let bad = |c: char| c != '\n' && super::hidden(c);
        assert!(!text.contains(bad), "{what}: {text:?}");
        assert!(text.len() < 20_000, "{what}: {} bytes", text.len());
        // A hostile answer is no bug of dockwright's.
        assert!(
            !text.contains("internal error") && !text.contains("panicked"),
            "{what}: {text}"
        );
    }
    seen
}

/// The files of the project.
fn files(outer: &Path) -> BTreeMap<String, String> {
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    let entries = fs::read_dir(outer.join("shop")).unwrap().flatten();
    entries.map(read).collect()
}

/// The commands that ask, with a project that was written in a good world, and with one that was not.
fn holds(client: &str, what: &str) -> [Option<i32>; 2] {
    let good = format!("cat <<'END'\n{GOOD}\nEND");
    let outer = tempfile::tempdir().unwrap();
    project(outer.path(), &good);
    let first = ran(outer.path(), &["generate", "--pin"], what);
    assert_eq!(first.code, Some(0), "{}", first.say);
    let before = files(outer.path());
    fs::write(
        outer.path().join("bin/docker"),
        format!("#!/bin/sh\n{client}\n"),
    )
    .unwrap();
    let update = ran(outer.path(), &["update"], what);
    let after = files(outer.path());
    if update.code == Some(0) {
        told_apart(&before, &after, what);
    } else {
        assert_eq!(update.code, Some(2), "{what}: {}", update.say);
        assert!(update.say.contains("\nhelp: "), "{what}: {}", update.say);
        assert_eq!(before, after, "{what}: refused, and written all the same");
    }
    let outer = tempfile::tempdir().unwrap();
    project(outer.path(), client);
    let pin = ran(outer.path(), &["generate", "--pin"], what);
    let names = files(outer.path()).len();
    match pin.code {
        Some(0) => told_apart(&before, &files(outer.path()), what),
        code => assert_eq!((code, names), (Some(2), 3), "{what}: {}", pin.say),
    }
    [update.code, pin.code]
}

/// Only images differ, and those by nothing but digest and version.
fn told_apart(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, what: &str) {
    assert!(before.keys().eq(after.keys()), "{what}: {:?}", after.keys());
    let text = &after["Dockerfile"];
    dockerfile::parse(text).unwrap_or_else(|why| panic!("{what}: {why}\n{text}"));
    let bare = |text: &str| {
        let digest = |word: &str| match word.split_once("@sha256:") {
            Some((tag, digest)) => {
                assert_eq!(digest.len(), 64, "{what}: {word}");
                assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let image = tag.rsplit_once(':').map_or(tag, |(image, _)| image);
                image.to_owned()
            }
            None => word.to_owned(),
        };
        let lines = text.lines();
        let lines = lines.map(|line| line.split(' ').map(digest).collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(bare(&before["Dockerfile"]), bare(text), "{what}");
    let pinned = text.lines().filter(|line| line.starts_with("FROM "));
    assert!(
        pinned.clone().all(|line| line.contains("@sha256:")),
        "{what}: a tag alone\n{text}"
    );
}

#[test]
fn a_good_answer_is_believed() {
    let good = format!("cat <<'END'\n{GOOD}\nEND");
    assert_eq!(holds(&good, "good"), [Some(0), Some(0)]);
}

/// A download that does not end, and what a client prints of it.
#[test]
fn an_answer_without_end_is_stopped() {
    for client in [
        "yes '{'",
        "cat /dev/zero",
        "yes 'received unexpected HTTP status: 200 OK' >&2",
        "tr '\\0' '\\033' < /dev/zero >&2",
    ] {
        let outer = tempfile::tempdir().unwrap();
        // Its disk is counted: a runaway client ends at the limit of the shell.
        let client = format!("ulimit -f 2000000\n{client}");
        project(outer.path(), &client);
        let seen = ran(outer.path(), &["generate", "--pin"], &client);
        assert_eq!(seen.code, Some(2), "{client}: {}", seen.say);
        assert!(
            seen.say.contains("prints without end"),
            "{client}: {}",
            seen.say
        );
    }
}

#[test]
fn an_answer_is_a_digest_or_nothing() {
    let digest = |digest: &str| GOOD.replace(&format!("sha256:{}", "ab".repeat(32)), digest);
    let long = format!("sha256:{}", "ab".repeat(500_000));
    let answers = [
        digest(EVIL),
        digest("sha256:ab"),
        digest(&format!("sha256:{}", "AB".repeat(32))),
        digest(&format!("sha256:{}\\nRUN touch /pwned", "ab".repeat(32))),
        digest(&format!("sha512:{}", "ab".repeat(64))),
        digest("file:///etc/passwd"),
        digest("https://evil.example/sha256:00"),
        digest("../../../etc/passwd"),
        digest(""),
        digest(&long),
        GOOD.replace('"', ""),
        "<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>".to_owned(),
        "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n".to_owned(),
        format!("{}1", "[".repeat(100_000)),
        format!("{{\"manifest\": {}", "{\"a\":".repeat(100_000)),
        r#"{"manifest": {"digest": null}}"#.to_owned(),
        r#"{"manifest": {"digest": ["sha256"]}}"#.to_owned(),
        r#"{"manifest": []}"#.to_owned(),
        String::new(),
        "\u{1b}]0;pwned\u{7}".to_owned(),
    ];
    for answer in answers {
        let what: String = answer.chars().take(200).collect();
        let client = format!("cat <<'END'\n{answer}\nEND");
        assert_eq!(holds(&client, &what), [Some(2), Some(2)], "{what}");
    }
}

/// The version stands in the tag of a tool's image.
#[test]
fn a_version_is_a_number_or_nothing() {
    for version in [
        EVIL,
        "",
        "99.99.99",
        "0.99999999999999999999999.0",
        "latest",
        "0.0.1@sha256:00",
        "../../evil",
        "0.0.1 AS x",
    ] {
        for key in ["0.0.1", "3.13.10"] {
            let what = format!("{key}: {version}");
            let client = format!("cat <<'END'\n{}\nEND", GOOD.replace(key, version));
            assert_eq!(holds(&client, &what), [Some(0), Some(0)], "{what}");
        }
    }
    let long = GOOD.replace("0.0.1", &"0.1".repeat(300_000));
    let client = format!("cat <<'END'\n{long}\nEND");
    assert_eq!(holds(&client, "a long version"), [Some(0), Some(0)]);
}

/// What a client says of a registry that fails: a redirect elsewhere, a header without end, a page instead of a manifest.
#[test]
fn a_failure_is_told_without_its_escapes() {
    for said in [
        "ERROR: failed to do request: Head \"file:///etc/passwd\": unsupported protocol scheme \"file\"",
        "ERROR: http: server response headers exceeded 1048576 bytes; aborted",
        "ERROR: unexpected media type text/html; charset=utf-8",
        "ERROR: \u{1b}[2J\u{1b}]0;pwned\u{7}\r\u{202e}\u{85}::error file=x::pwned",
    ] {
        let client = format!("cat >&2 <<'END'\n{said}\nEND\nexit 1");
        assert_eq!(holds(&client, said), [Some(2), Some(2)]);
    }
    let client = "tr '\\0' a < /dev/zero | head -c 5000000 >&2; exit 1";
    assert_eq!(holds(client, client), [Some(2), Some(2)]);
    assert_eq!(holds("kill -9 $$", "killed"), [Some(2), Some(2)]);
}
