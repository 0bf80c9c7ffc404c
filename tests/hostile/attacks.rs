//! Each place × each way out of it: the Dockerfile, read again, does what its benign twin does, or there is none and a clean message.

use super::dockerfile::{Instruction, parse, shape};
use super::frontends::FRONTENDS;
use super::places::{PLACES, Place, SETTINGS, settings};
use super::ran::{Ran, run};
use super::{Files, lay};

/// A value that means no harm where a name, a version or a file may stand.
const BENIGN: &str = "benign";

/// Ways out.
pub(crate) fn values() -> Vec<String> {
    let evil = "RUN touch /pwned";
    let mut values: Vec<String> = [
        "\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}",
    ]
    .map(|end| format!("a{end}{evil}{end}"))
    .into();
    values.extend(
        [
            "a\\\nRUN touch /pwned",
            "a\\",
            "a \\ ",
            "a'; touch /pwned; '",
            "a\"; touch /pwned; \"",
            "a\", \"touch /pwned",
            "$(touch /pwned)",
            "`touch /pwned`",
            "${PATH}",
            "$PORT",
            "a && touch /pwned",
            "a | touch /pwned",
            "a > /pwned",
            "<<EOF",
            "a <<-'EOF'",
            "# escape=`",
            "# syntax=evil/frontend",
            "a\n# escape=`\n",
            "ONBUILD RUN touch /pwned",
            "a\0b",
            "a\u{1b}[2J\u{1b}]0;pwned\u{7}",
            "a\u{202e}b\u{2066}c",
            "a\u{200b}\u{feff}b",
            "{{ install.env }}",
            "{% raw %}",
            "{# x #}",
            "--mount=type=bind,source=/,target=/x",
            "a,source=/,target=/etc",
            "--from=evil",
            "-x",
            "../../etc/passwd",
            "/etc/passwd",
            "~root",
            "*",
            "ü\u{301}名",
            "a b  c",
        ]
        .map(str::to_owned),
    );
    values.push("'".repeat(5_000));
    values.push("a".repeat(1 << 20));
    values
}

/// One project, generated; `None` where the disk takes no such names.
fn generate(files: &Files, what: &str) -> Option<Ran> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    if !lay(&root, files) {
        return None;
    }
    let path = root.to_str().unwrap();
    let ran = run(&["generate", "--stdout", path], what);
    if ran.exit != 0 {
        return Some(ran);
    }
    let explained = run(&["explain", "--format", "json", path], what);
    serde_json::from_str::<serde_json::Value>(&explained.out).unwrap();
    visible(&explained.out, what);
    if ran.out.len() < 4_000 {
        let text = run(&["explain", path], what);
        clean(&text.out, what);
        clean(&text.say, what);
    }
    Some(ran)
}

/// No raw control character, no mark that reorders a line.
fn clean(message: &str, what: &str) {
    visible(message, what);
    assert!(
        message.len() < 60_000,
        "{what}: {} bytes of message",
        message.len()
    );
}

pub(crate) fn visible(text: &str, what: &str) {
    let bad = text.chars().find(|c| *c != '\n' && super::hidden(*c));
    assert_eq!(bad, None, "{what}: {text}");
}

fn instructions(ran: &Ran, what: &str) -> Vec<Instruction> {
    assert_eq!(ran.exit, 0, "{what}: {}", ran.say);
    parse(&ran.out).unwrap_or_else(|why| panic!("{what}: {why}\n{}", ran.out))
}

/// Counts (generated, refused).
fn attack(place: &Place, twins: &[Vec<String>]) -> (u32, u32) {
    let mut counts = (0, 0);
    for value in values() {
        let what = format!(
            "{}: {}",
            place.0,
            value.chars().take(60).collect::<String>().escape_debug()
        );
        let Some(ran) = generate(&(place.1)(&value), &what) else {
            continue;
        };
        clean(&ran.say, &what);
        if ran.exit != 0 {
            assert_eq!(ran.exit, 2, "{what}");
            assert!(
                ran.say.contains("error: ") && ran.say.contains("\nhelp: "),
                "{what}: {}",
                ran.say
            );
            assert!(!ran.say.contains("internal error"), "{what}: {}", ran.say);
            assert_eq!(ran.out, "", "{what}");
            counts.1 += 1;
            continue;
        }
        visible(&ran.out, &what);
        let found = shape(&instructions(&ran, &what));
        assert!(twins.contains(&found), "{what}: {found:#?}\n{}", ran.out);
        counts.0 += 1;
    }
    counts
}

/// The shapes that a place may have: that of its benign values, and that of the project without the value.
fn twins(place: &Place) -> Vec<Vec<String>> {
    [
        BENIGN,
        "flask",
        "3.12",
        "shop.cli:main",
        "app:app",
        "gunicorn",
        "0.5.0",
        "'",
        // A file that makes no application and does something is run as it is.
        "print(1) #",
        // A front end's build script, and what may stand in the places of one.
        "vite build",
        "pnpm@9.1.0",
        "0",
        "9.0",
        "22",
    ]
    .into_iter()
    .filter_map(|value| {
        let ran = generate(&(place.1)(value), place.0)?;
        (ran.exit == 0).then(|| shape(&instructions(&ran, place.0)))
    })
    .collect()
}

fn all(places: &[Place]) {
    let (mut generated, mut refused) = (0, 0);
    for place in places {
        let twins = twins(place);
        assert!(!twins.is_empty(), "{}: no benign twin", place.0);
        let (good, bad) = attack(place, &twins);
        generated += good;
        refused += bad;
    }
    assert!(generated + refused >= 300, "{generated} + {refused}");
    assert!(generated > 50 && refused > 50, "{generated} + {refused}");
}

#[test]
fn requirements_hold() {
    all(&PLACES[..14]);
}

#[test]
fn manifests_and_locks_hold() {
    all(&PLACES[14..28]);
}

#[test]
fn sources_hold() {
    let places: Vec<Place> = PLACES[28..].to_vec();
    for place in &places {
        let twins = twins(place);
        assert!(!twins.is_empty(), "{}: no benign twin", place.0);
        attack(place, &twins);
    }
}

#[test]
fn front_ends_hold() {
    all(&FRONTENDS);
}

/// The name of an image is a key of the settings and a word of file names.
#[test]
fn names_of_images_hold() {
    for value in values() {
        let what: String = value.chars().take(60).collect();
        let what = format!("images: {}", what.escape_debug());
        let key = serde_json::Value::from(value)
            .to_string()
            .replace('\u{7f}', "\\u007f");
        let Some(ran) = generate(&settings(&format!("images.{key}.port"), "1"), &what) else {
            continue;
        };
        clean(&ran.say, &what);
        assert!(ran.exit == 0 || ran.exit == 2, "{what}");
        if ran.exit == 0 {
            parse(&ran.out).unwrap_or_else(|why| panic!("{what}: {why}\n{}", ran.out));
        }
    }
}

#[test]
fn settings_hold() {
    for key in SETTINGS {
        for value in values() {
            let what = format!(
                "{key}: {}",
                value.chars().take(60).collect::<String>().escape_debug()
            );
            let Some(ran) = generate(&settings(key, &value), &what) else {
                continue;
            };
            clean(&ran.say, &what);
            if ran.exit == 0 {
                visible(&ran.out, &what);
                let rendered = ran.out.replace(&format!("# syntax={value}\n"), "");
                parse(&rendered).unwrap_or_else(|why| panic!("{what}: {why}\n{}", ran.out));
            } else {
                assert_eq!(ran.exit, 2, "{what}");
            }
        }
    }
}

/// Lines of the user's own are commands; yet each stays one `RUN`.
#[test]
fn a_shell_line_stays_one_run() {
    for place in [
        "before-dependencies",
        "after-dependencies",
        "end-of-builder",
        "end-of-runtime",
    ] {
        let key = format!("run.{place}");
        let lines = |value: &str| {
            let ran = generate(&settings(&key, value), &key)?;
            clean(&ran.say, &key);
            let lines: Vec<String> = ran.out.lines().map(str::to_owned).collect();
            (ran.exit == 0).then_some(lines)
        };
        let benign = lines(BENIGN).unwrap();
        let mut kept = 0;
        for found in values().iter().filter_map(|value| lines(value)) {
            assert_eq!(found.len(), benign.len(), "{place}");
            let differ = benign.iter().zip(&found).filter(|(a, b)| a != b);
            assert!(differ.clone().count() <= 1, "{place}: {found:#?}");
            assert!(
                differ
                    .clone()
                    .all(|(_, b)| b.starts_with("RUN ") && !b.ends_with('\\'))
            );
            kept += 1;
        }
        assert!(kept > 5);
    }
}
