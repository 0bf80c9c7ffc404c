//! What Docker does with each place: <https://docs.docker.com/reference/dockerfile/>; the patterns of `COPY` were tried with BuildKit 0.26.

use super::*;

fn copied(paths: &[&str]) -> String {
    CopyPaths::new(paths).map_or_else(|error| error.headline(), |paths| paths.0)
}

#[test]
fn plain_paths_stand_as_they_are_and_all_others_as_json() {
    assert_eq!(copied(&["requirements.txt", "./"]), "requirements.txt ./");
    assert_eq!(copied(&["a b", "./"]), r#"["a b", "./"]"#);
    for path in [
        "", "--link", "a b", "a,b", "a$b", "a*", "a=b", "a:b", "#a", "a\\", "é",
    ] {
        assert!(!is_plain_path(path), "{path:?}");
    }
    // A flag to `COPY`, were it bare.
    assert_eq!(copied(&["--link", "./"]), r#"["--link", "./"]"#);
}

#[test]
fn a_source_of_copy_matches_itself_and_expands_nothing() {
    for (path, written) in [
        ("a*", "a?"),
        ("a?", "a?"),
        ("[ab]", "?ab]"),
        ("<<EOF", "??EOF"),
        (r"a\b", "a?b"),
        ("$HOME", r"\$HOME"),
        ("${HOME}", r"\${HOME}"),
        ("a'b", r"a\'b"),
        ("a\"b", "a\\\"b"),
    ] {
        let json: Vec<String> = serde_json::from_str(&copied(&[path, "./"])).unwrap_or_default();
        assert_eq!(json, [written, "./"], "{path}");
    }
    // The destination is no pattern.
    let json: Vec<String> = serde_json::from_str(&copied(&["a b", "x*$y\\"])).unwrap_or_default();
    assert_eq!(json, ["a b", r"x*\$y\\"]);
}

#[test]
fn a_volume_expands_nothing() {
    let written = VolumePaths::new(&["/data", "/$HOME", r"/a\b"]).map(|paths| paths.0);
    let json: Vec<String> = serde_json::from_str(&written.unwrap_or_default()).unwrap_or_default();
    assert_eq!(json, ["/data", r"/\$HOME", r"/a\\b"]);
}

#[test]
fn a_value_of_env_is_one_word_that_expands_nothing() {
    let written = |value: &str| {
        EnvValue::new(value)
            .map(|value| value.0)
            .unwrap_or_default()
    };
    assert_eq!(written("plain"), "plain");
    assert_eq!(written("a b"), r#""a b""#);
    assert_eq!(written("$HOME"), r#""\$HOME""#);
    assert_eq!(written(r#"a"b\"#), r#""a\"b\\""#);
    let arguments = BTreeMap::from([("VERSION".to_owned(), String::new())]);
    let filled = EnvValue::filled("${VERSION}-${OTHER}-$VERSION", &arguments);
    let filled = filled.map(|value| value.0).unwrap_or_default();
    assert_eq!(filled, r#""${VERSION}-\${OTHER}-\$VERSION""#);
}

#[cfg(unix)]
#[test]
fn a_shell_word_is_the_value_again() {
    for value in [
        "plain", "", "a b", "a'b", "'", "$(id)", "`id`", "a\\", "~root", "a;b", "a&b", "#a", "-x",
        "<<E", "*", "!x", "a\"b",
    ] {
        let word = ShellWord::new(value).map(|word| word.0).unwrap_or_default();
        let mut shell = std::process::Command::new("sh");
        let ran = shell.args(["-c", &format!("printf %s, {word}")]).output();
        let printed = ran.map(|ran| String::from_utf8_lossy(&ran.stdout).into_owned());
        assert_eq!(printed.ok(), Some(format!("{value},")), "{word}");
    }
}

#[test]
fn what_nobody_could_see_is_refused_and_stays_out_of_comments() {
    for c in [
        '\n', '\r', '\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{202e}',
        '\u{2066}',
    ] {
        let value = format!("a{c}RUN id");
        assert!(ShellWord::new(&value).is_err(), "{value:?}");
        assert!(ExecForm::new(&[&value]).is_err(), "{value:?}");
        assert!(EnvValue::new(&value).is_err(), "{value:?}");
        assert!(VolumePaths::new(&[&value]).is_err(), "{value:?}");
        assert!(CopyPaths::new(&[&value, "."]).is_err(), "{value:?}");
        let comment = Comment::new(&value).0;
        assert!(
            !comment.contains(c) && comment.starts_with('a'),
            "{comment:?}"
        );
    }
    assert_eq!(Comment::new("ends with \\").0, "ends with");
}
