#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;
use crate::facts::VcsKind;

type Read = fn(&str, &str) -> Result<Lock, Error>;

/// Each format with a lock of every kind of entry. Hosts are `example`; the shapes are those the tools write.
const SAMPLES: [(Read, &str, &str); 7] = [
    (uv::read, "app/uv.lock", include_str!("samples/uv.lock")),
    (
        poetry::read,
        "poetry.lock",
        include_str!("samples/poetry-2.1.lock"),
    ),
    (
        poetry::read,
        "poetry.lock",
        include_str!("samples/poetry-2.0.lock"),
    ),
    (
        poetry::read,
        "poetry.lock",
        include_str!("samples/poetry-1.1.lock"),
    ),
    (pdm::read, "pdm.lock", include_str!("samples/pdm.lock")),
    (
        pipenv::read,
        "Pipfile.lock",
        include_str!("samples/Pipfile.lock"),
    ),
    (
        pylock::read,
        "pylock.toml",
        include_str!("samples/pylock.toml"),
    ),
];

fn package<'l>(lock: &'l Lock, name: &str) -> &'l crate::facts::LockedPackage {
    lock.packages
        .iter()
        .find(|package| package.name == name)
        .unwrap()
}

fn error(read: Read, path: &str, text: &str) -> String {
    read(path, text).unwrap_err().to_string()
}

#[test]
fn carriage_returns_change_nothing() {
    for (read, path, text) in SAMPLES {
        let unix = read(path, text).unwrap();
        assert_eq!(
            unix,
            read(path, &text.replace('\n', "\r\n")).unwrap(),
            "{path}"
        );
        assert!(!unix.packages.is_empty());
    }
}

#[test]
fn lines_are_those_of_the_entries() {
    for (read, path, text) in SAMPLES {
        let lines: Vec<&str> = text.lines().collect();
        for package in read(path, text).unwrap().packages {
            let line = lines[package.at.line as usize - 1];
            let entry = format!("\"{}\": {{", package.name);
            assert!(
                line.starts_with("[[package") || line.trim() == entry,
                "{path}: {line}"
            );
        }
    }
}

#[test]
fn uv_sources_are_relative_to_the_context_and_hold_no_credentials() {
    let (read, path, text) = SAMPLES[0];
    let lock = read(path, text).unwrap();
    let folder = |path: Option<&str>| Source::Path {
        path: path.map(str::to_owned),
        wheel: false,
        directory: true,
    };
    assert_eq!(package(&lock, "shop").source, folder(Some("app")));
    assert_eq!(
        package(&lock, "sibling").source,
        folder(Some("libs/sibling"))
    );
    assert_eq!(package(&lock, "outside").source, folder(None));
    assert_eq!(
        package(&lock, "checkout").source,
        Source::Vcs {
            kind: VcsKind::Git,
            url: "https://git.example/team/checkout".into(),
            ssh: false
        }
    );
    assert_eq!(
        package(&lock, "byssh").source,
        Source::Vcs {
            kind: VcsKind::Git,
            url: "ssh://git@git.example/team/byssh".into(),
            ssh: true
        }
    );
    let index = &lock.options.indexes[0];
    assert_eq!(
        (index.url.as_str(), index.embedded_credentials),
        ("https://pypi.example/simple", true)
    );
    assert!(!serde_json::to_string(&lock).unwrap().contains("hunter2"));
}

#[test]
fn artefacts_keep_linux_wheels_and_sizes() {
    let (read, path, text) = SAMPLES[0];
    let lock = read(path, text).unwrap();
    let Artefacts::Known { wheels, sdist } = &package(&lock, "markupsafe").artefacts else {
        panic!("uv lists the files");
    };
    let files: Vec<&str> = wheels.iter().map(|wheel| wheel.file.as_str()).collect();
    assert_eq!(
        files,
        ["MarkupSafe-3.0.2+local-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"]
    );
    assert_eq!(wheels[0].size, Some(23_118));
    assert_eq!(sdist.as_ref().unwrap().file, "markupsafe-3.0.2.tar.gz");
}

#[test]
fn poetry_formats_agree_on_files() {
    for (read, path, text) in &SAMPLES[1..4] {
        let lock = read(path, text).unwrap();
        let Artefacts::Known { wheels, sdist } = &package(&lock, "typing-extensions").artefacts
        else {
            panic!("{} lists the files", lock.format);
        };
        assert_eq!(
            (wheels.len(), sdist.is_some()),
            (1, true),
            "{}",
            lock.format
        );
        assert!(lock.content_hash.is_some());
    }
}

#[test]
fn poetry_header_groups_and_markers() {
    let (read, path, text) = SAMPLES[1];
    let lock = read(path, text).unwrap();
    let version = lock.tool_version.unwrap();
    assert_eq!((version.value.as_str(), version.at.line), ("2.1.3", 1));
    let colorama = lock
        .packages
        .iter()
        .find(|one| one.name == "colorama")
        .unwrap();
    assert_eq!(colorama.groups, ["main", "dev"]);
    assert_eq!(colorama.group_markers.len(), 2);
    let (read, path, text) = SAMPLES[3];
    assert_eq!(
        package(&read(path, text).unwrap(), "pytest").groups,
        ["dev"]
    );
}

#[test]
fn pipenv_unites_sections() {
    let (read, path, text) = SAMPLES[5];
    let lock = read(path, text).unwrap();
    assert_eq!(package(&lock, "click").groups, ["main", "dev"]);
    assert_eq!(package(&lock, "click").version.as_deref(), Some("8.1.8"));
    assert_eq!(lock.requires_python.unwrap().value, "3.11");
}

#[test]
fn a_merge_conflict_is_named_by_its_line() {
    for (read, path, text) in SAMPLES {
        let line = text.lines().nth(5).unwrap();
        let text = text.replacen(
            line,
            &format!("<<<<<<< HEAD\n{line}\n=======\n>>>>>>> b"),
            1,
        );
        let error = error(read, path, &text);
        let at = text
            .lines()
            .position(|line| line == "<<<<<<< HEAD")
            .unwrap()
            + 1;
        assert!(error.contains(&format!("{path}:{at} ")), "{error}");
        assert!(error.contains("unfinished merge"), "{error}");
    }
}

#[test]
fn a_newer_format_is_refused() {
    let changes = [
        ("version = 1\n", "version = 2\n"),
        ("lock-version = \"2.1\"", "lock-version = \"3.0\""),
        ("lock-version = \"2.0\"", "lock-version = \"3.0\""),
        ("lock-version = \"1.1\"", "lock-version = \"3.0\""),
        ("lock_version = \"4.4.1\"", "lock_version = \"5.0\""),
        ("\"pipfile-spec\": 6", "\"pipfile-spec\": 7"),
        ("lock-version = \"1.0\"", "lock-version = \"2.0\""),
    ];
    for ((read, path, text), (old, new)) in SAMPLES.into_iter().zip(changes) {
        assert!(text.contains(old), "{path}: {old}");
        let error = error(read, path, &text.replacen(old, new, 1));
        assert!(error.contains("format version"), "{error}");
        assert!(error.contains("update dockwright"), "{error}");
    }
}

#[test]
fn a_truncated_lock_is_refused() {
    for (read, path, text) in SAMPLES {
        // Inside the last text of the file, which each format then leaves open.
        let cut = text.rfind('"').unwrap();
        let error = error(read, path, &text[..cut]);
        assert!(error.contains(path), "{error}");
        assert!(error.contains("help: restore"), "{error}");
    }
    let (read, path, text) = SAMPLES[1];
    let cut = text.find("[metadata]").unwrap();
    assert!(error(read, path, &text[..cut]).contains("cut off"));
}

#[test]
fn hand_edits_are_named() {
    let (read, path, text) = SAMPLES[0];
    let edited = text.replacen("{ name = \"markupsafe\"", "{ name = \"marksafe\"", 1);
    let error = error(read, path, &edited);
    assert!(error.contains("`marksafe`, which has no entry"), "{error}");
    let edited = text.replacen("sys_platform == 'win32'", "sys_platform is 'win32'", 1);
    let error = self::error(read, path, &edited);
    assert!(
        error.contains("the marker `sys_platform is 'win32'"),
        "{error}"
    );
    let line = text
        .lines()
        .position(|line| line.contains("win32"))
        .unwrap()
        + 1;
    assert!(error.contains(&format!("{path}:{line} ")), "{error}");
    let error = self::error(
        pylock::read,
        "pylock.toml",
        "lock-version = \"1.0\"\npackages = 3",
    );
    assert!(error.contains("pylock.toml:2 "), "{error}");
}

#[test]
fn a_lock_without_files_is_warned_of() {
    let text = "[[package]]\nname = \"six\"\nversion = \"1\"\n[metadata]\nlock-version = \"1.0\"\n";
    let lock = poetry::read("poetry.lock", text).unwrap();
    let warning = without_artefacts(&lock).unwrap();
    assert_eq!(warning.code, "lock-without-artefacts");
    assert_eq!(warning.at, Some(Place::new("poetry.lock", 1)));
    let (read, path, text) = SAMPLES[1];
    assert_eq!(without_artefacts(&read(path, text).unwrap()), None);
}

#[test]
fn pylock_markers_see_extras_and_groups() {
    let (read, path, text) = SAMPLES[6];
    let lock = read(path, text).unwrap();
    let here = crate::facts::Environment::linux(13, 1, crate::facts::Platform::Amd64);
    let holds = |name: &str, active: &[String]| package(&lock, name).marker.holds(&here, active);
    assert!(!holds("redis", &[]));
    assert!(holds("redis", &["cache".into()]));
    assert!(!holds("pytest", &["dev".into()]));
    assert!(holds("pytest", &[group_as_extra("dev")]));
    assert!(!holds("lean", &["cache".into()]));
    assert!(holds("lean", &[]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        for (read, path, _) in SAMPLES {
            let _ = read(path, &text);
        }
    }

    #[test]
    fn no_mutation_panics(which in 0usize..7, at in 0.0f64..1.0, cut in 0usize..40, with in "[\\[\\]{}=\"',a0 \n;%./-]{0,6}") {
        let (read, path, text) = SAMPLES[which];
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a short text")]
        let start = (at * text.len() as f64) as usize;
        let end = (start + cut).min(text.len());
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            let mutated = format!("{}{with}{}", &text[..start], &text[end..]);
            if let Ok(lock) = read(path, &mutated) {
                let environments = crate::facts::Platform::ALL.map(|platform| crate::facts::Environment::linux(13, 1, platform));
                let _ = crate::plan::closure::closure(&lock, &crate::plan::closure::Selection::default(), &environments);
            }
        }
    }
}
