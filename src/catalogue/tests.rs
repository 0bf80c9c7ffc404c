use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// The shelves and the needs, each with its keys in file order.
fn shelves() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    SHELVES
        .iter()
        .copied()
        .chain([("needs.toml", NEEDS)])
        .map(|(shelf, text)| (shelf, tables(text).collect()))
        .collect()
}

fn entries() -> Vec<(&'static str, &'static str, Entry)> {
    shelves()
        .into_iter()
        .flat_map(|(shelf, tables)| tables.into_iter().map(move |table| (shelf, table)))
        .map(|(shelf, (key, text))| match parse(key, text) {
            Ok(entry) => (shelf, key, entry),
            Err(error) => panic!("{shelf}: [{key}]: {error}"),
        })
        .collect()
}

#[test]
fn every_file_of_the_folder_is_a_shelf() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalogue/packages");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    let known: Vec<&str> = SHELVES.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, known);
}

#[test]
fn the_cut_finds_what_a_toml_parser_finds() {
    for ((name, tables), (_, text)) in shelves().iter().zip(SHELVES.iter().chain([&("", NEEDS)])) {
        let parsed: toml::Table = toml::from_str(text).expect("a shelf is TOML");
        let keys: BTreeSet<&str> = parsed.keys().map(String::as_str).collect();
        let cut: BTreeSet<&str> = tables.iter().map(|(key, _)| *key).collect();
        assert_eq!(cut, keys, "{name}");
    }
}

#[test]
fn keys_are_normalised_sorted_and_on_one_shelf() {
    let mut seen = BTreeMap::new();
    for (shelf, tables) in shelves() {
        let keys: Vec<&str> = tables.iter().map(|(key, _)| *key).collect();
        assert!(keys.is_sorted(), "{shelf} is not sorted");
        for key in keys {
            assert!(
                key.contains(':') == (shelf == "needs.toml"),
                "{shelf}: {key}"
            );
            assert!(
                key.contains(':') || normalise(key) == key,
                "{shelf}: {key} is not normalised"
            );
            assert_eq!(seen.insert(key, shelf), None, "{key} stands twice");
        }
    }
}

#[test]
fn every_entry_says_why_and_where_from() {
    for (shelf, key, entry) in entries() {
        let at = format!("{shelf}: {key}");
        assert!(!entry.why.is_empty() && !entry.why.ends_with('.'), "{at}");
        assert!(entry.why.len() < 140, "{at}: {}", entry.why);
        let source = &entry.source;
        assert!(
            source.starts_with("$ ")
                || source.starts_with("https://")
                || source.starts_with("http://"),
            "{at}: `{source}` is neither a link nor a command"
        );
        for advice in &entry.advice {
            assert!(
                advice
                    .code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{at}"
            );
            assert!(
                !advice.message.ends_with('.') && !advice.help.is_empty(),
                "{at}"
            );
        }
    }
}

/// All names that an entry gives for a suite.
fn debian_names(entry: &Entry, suite: Suite) -> Vec<String> {
    std::iter::once(&entry.debian)
        .chain(entry.when.iter().map(|case| &case.debian))
        .flat_map(|debian| [&debian.build, &debian.run])
        .flatten()
        .flat_map(|list| list.of(suite).to_vec())
        .collect()
}

#[test]
fn names_are_names_of_packages() {
    for (shelf, key, entry) in entries() {
        let alpine = [&entry.alpine.build, &entry.alpine.run]
            .into_iter()
            .flatten()
            .flatten();
        let debian = [Suite::Bookworm, Suite::Trixie]
            .into_iter()
            .flat_map(|suite| debian_names(&entry, suite));
        for name in debian.chain(alpine.cloned()) {
            let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-._".contains(&b);
            assert!(
                name.len() > 1 && name.bytes().all(fine),
                "{shelf}: {key}: `{name}`"
            );
            assert_ne!(name, "build-essential", "{key}");
            assert_ne!(name, "python3-dev", "{key}: Python.h is in the image");
        }
    }
}

#[test]
fn c_compilers_come_with_headers_and_none_at_run_time() {
    for (_, key, entry) in entries() {
        for suite in [Suite::Bookworm, Suite::Trixie] {
            if let Some(build) = &entry.debian.build {
                let build = build.of(suite);
                let has = |name: &str| build.iter().any(|one| one == name);
                assert!(
                    has("g++") || !has("gcc") || has("libc6-dev"),
                    "{key}: gcc only recommends libc6-dev"
                );
            }
            let run = entry.debian.run.iter().flat_map(|list| list.of(suite));
            for name in run {
                let compiler = name.ends_with("-dev") || name == "gcc";
                assert!(!compiler, "{key} wants {name} at run time");
            }
        }
    }
}

#[test]
fn what_is_implied_or_looked_for_is_known_or_pure() {
    let catalogue = Catalogue::builtin();
    for (shelf, key, entry) in entries() {
        let cases = entry.when.iter().flat_map(|case| &case.implies);
        for name in entry.implies.iter().chain(cases) {
            assert!(
                catalogue.entry(name).is_some(),
                "{shelf}: {key} implies the unknown {name}"
            );
        }
        let beside = entry.when.iter().flat_map(|case| &case.beside);
        let advised = entry.advice.iter().flat_map(|advice| {
            advice
                .beside
                .iter()
                .map(|one| &one.name)
                .chain(&advice.without)
        });
        for name in beside.chain(advised) {
            assert_eq!(&normalise(name), name, "{shelf}: {key}");
        }
    }
}

#[test]
fn every_debian_name_was_found_in_its_suite() {
    #[derive(serde::Deserialize)]
    struct Record {
        date: String,
        bookworm: BTreeSet<String>,
        trixie: BTreeSet<String>,
    }
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/catalogue/debian-names.toml"
    );
    let text = std::fs::read_to_string(path).expect("the record is committed");
    let record: Record = toml::from_str(&text).expect("the record is TOML");
    assert_eq!(record.date.len(), "2026-11-23".len());
    for (suite, found) in [
        (Suite::Bookworm, record.bookworm),
        (Suite::Trixie, record.trixie),
    ] {
        let wanted: BTreeSet<String> = entries()
            .iter()
            .flat_map(|(_, _, entry)| debian_names(entry, suite))
            .collect();
        let missing: Vec<&String> = wanted.difference(&found).collect();
        assert!(
            missing.is_empty(),
            "run tests/catalogue/renew-names: {} lacks {missing:?}",
            suite.name()
        );
    }
}

#[test]
fn names_are_compared_whole_and_normalised() {
    let catalogue = Catalogue::builtin();
    let why = |name: &str| catalogue.entry(name).map(|entry| entry.why.clone());
    assert_eq!(why("Psycopg2_Binary"), why("psycopg2-binary"));
    assert_ne!(why("psycopg2"), why("psycopg2-binary"));
    assert_ne!(why("psycopg2"), why("psycopg"));
    assert_eq!(why("psycopg3-nonsense"), None);
    assert_eq!(why("program:ffmpeg"), None, "a need is no distribution");
    assert!(catalogue.source_need("program:ffmpeg").is_some());
    assert!(catalogue.source_need("psycopg2").is_none());
}

#[test]
fn no_sign_in_the_sources_means_two_things() {
    let mut seen = BTreeMap::new();
    for (key, entry) in Catalogue::builtin().source_needs() {
        let shown = &entry.shown;
        let kinds = [
            ("program", &shown.programs),
            ("import", &shown.imports),
            ("library", &shown.libraries),
            ("typelib", &shown.typelibs),
            ("app", &shown.apps),
        ];
        for (kind, signs) in kinds {
            for sign in signs {
                assert_eq!(seen.insert((kind, sign), key), None, "{kind} {sign}");
            }
        }
    }
}

#[test]
fn an_unknown_key_of_an_entry_is_refused() {
    let text = "[x]\nwhy = \"w\"\nsource = \"$ s\"\ndebian.runn = [\"a\"]\n";
    assert!(parse("x", text).is_err());
    let text = "[x]\nwhy = \"w\"\nsource = \"$ s\"\n\n[[y.when]]\nversions = \"<1\"\n";
    assert!(parse("x", text).is_err(), "a sub-table of another name");
}

#[test]
fn a_description_holds_each_fact_once() {
    let text = Catalogue::builtin().describe("Psycopg2").expect("known");
    for part in [
        "psycopg2: compiled against libpq",
        "source only: compiled in the builder",
        "links             libpq.so.5",
        "build trixie      gcc libc6-dev libpq-dev",
        "run bookworm      libpq5",
        "run alpine        libpq (unproved)",
        "https://www.psycopg.org/docs/install.html",
    ] {
        assert_eq!(text.matches(part).count(), 1, "{part}\n{text}");
    }
    assert_eq!(Catalogue::builtin().describe("no-such-thing"), None);
}

#[test]
fn the_list_has_a_line_for_each_name() {
    let catalogue = Catalogue::builtin();
    assert_eq!(catalogue.list().lines().count(), catalogue.names().count());
    assert!(catalogue.names().count() >= 200);
    assert!(catalogue.source_needs().count() >= 100);
}
