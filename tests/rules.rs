//! Rules of the house that no compiler checks: imports run one way, one outside crate has one door, data and templates are complete.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import from the crate, besides itself. `crate::preview` and `crate::plan_for` are the line itself.
const IMPORTS: [(&str, &[&str]); 15] = [
    ("error", &["facts"]),
    ("facts", &["error"]),
    ("catalogue", &["error", "facts", "settings"]),
    ("inspect", &["catalogue", "error", "facts"]),
    ("settings", &["error", "facts", "inspect"]),
    (
        "plan",
        &["catalogue", "error", "facts", "inspect", "settings"],
    ),
    ("render", &["error", "plan"]),
    ("lock", &["error", "facts", "inspect"]),
    ("change", &["error", "facts", "inspect", "lock", "render"]),
    ("cli", &["error", "facts", "settings"]),
    ("engine", &["error"]),
    (
        "verify",
        &["catalogue", "engine", "error", "facts", "settings"],
    ),
    ("registry", &["error", "plan"]),
    ("watch", &["error"]),
    (
        "wizard",
        &[
            "catalogue",
            "change",
            "error",
            "facts",
            "inspect",
            "plan",
            "settings",
        ],
    ),
];

/// Outside crates and the only places that know them.
const DOORS: [(&str, &[&str]); 14] = [
    ("aho_corasick", &["src/inspect/app/corpus.rs"]),
    ("clap", &["src/cli.rs", "src/cli/"]),
    ("clap_complete", &["src/cli/help.rs"]),
    ("clap_mangen", &["src/cli/help.rs"]),
    ("dialoguer", &["src/wizard/terminal.rs"]),
    ("ignore", &["src/inspect/tree"]),
    ("indicatif", &["src/verify/progress.rs"]),
    ("minijinja", &["src/render.rs"]),
    (
        "pep508_rs",
        &["src/facts/requirement.rs", "src/inspect/pep508.rs"],
    ),
    ("notify", &["src/watch.rs"]),
    (
        "signal_hook",
        &[
            "src/engine/interrupt.rs",
            "src/watch.rs",
            "src/wizard/terminal.rs",
        ],
    ),
    ("similar", &["src/change/diff.rs"]),
    ("toml_edit", &["src/lock.rs", "src/settings/document.rs"]),
    (
        "tree_sitter",
        &["src/inspect/syntax", "src/inspect/setuptools/"],
    ),
];

/// Longest file of Rust, in lines.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with an extension: path relative to the crate, and text.
fn files(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name = path.strip_prefix(root()).unwrap();
                let text = fs::read_to_string(&path).unwrap();
                found.insert(name.to_str().unwrap().to_owned(), text);
            }
        }
    }
    found
}

/// Sources without their tests, which may reach for anything.
fn sources() -> BTreeMap<String, String> {
    files("src", "rs")
        .into_iter()
        .filter(|(path, _)| !path.contains("/tests") && !path.contains("/testing"))
        .map(|(path, text)| {
            let text = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
            (path, text)
        })
        .collect()
}

/// The names that follow `prefix` in a text.
fn names_after<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    text.split(prefix)
        .skip(1)
        .map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            &rest[..end]
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn imports_run_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.into();
    let mut seen = BTreeSet::new();
    for (path, text) in sources() {
        let module = path["src/".len()..].split(['/', '.']).next().unwrap();
        let Some(allowed) = allowed.get(module) else {
            continue;
        };
        for name in names_after(&text, "crate::") {
            assert!(
                name == module || allowed.contains(&name),
                "{path} imports crate::{name}: {module} may import {allowed:?}"
            );
            seen.insert((module.to_owned(), name.to_owned()));
        }
    }
    assert!(seen.len() > 15, "the imports were not found: {seen:?}");
}

#[test]
fn an_outside_crate_has_one_door() {
    let sources = sources();
    for (name, doors) in DOORS {
        let uses = format!("{name}::");
        let mut knowing = sources
            .iter()
            .filter(|(_, text)| {
                text.match_indices(&uses).any(|(at, _)| {
                    let before = text[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
                })
            })
            .map(|(path, _)| path)
            .peekable();
        assert!(knowing.peek().is_some(), "nobody uses {name}");
        for path in knowing {
            let through = doors.iter().any(|door| path.starts_with(door));
            assert!(through, "{path} uses {name}: its doors are {doors:?}");
        }
    }
}

#[test]
fn files_are_short() {
    for folder in ["src", "tests", "benches"] {
        for (path, text) in files(folder, "rs") {
            let lines = text.lines().count();
            assert!(lines <= LONGEST, "{path} has {lines} lines");
        }
    }
}

#[test]
fn a_module_says_what_it_turns_into_what() {
    for (path, text) in sources() {
        assert!(
            text.starts_with("//! "),
            "{path} has no word of introduction"
        );
    }
}

#[test]
fn every_manager_has_a_template_and_a_fixture() {
    let plans = files("tests/fixtures", "json");
    for manager in dockwright::settings::Manager::NAMES {
        let template = root().join(format!("templates/managers/{manager}.j2"));
        assert!(template.is_file(), "{} is missing", template.display());
        let line = format!("\"manager\": \"{manager}\"");
        let planned = plans.values().any(|text| text.contains(&line));
        assert!(planned, "no fixture is planned with {manager}");
    }
}

#[test]
fn a_template_names_no_manager_and_is_short() {
    for (path, text) in files("templates", "j2") {
        for manager in dockwright::settings::Manager::NAMES {
            assert!(!text.contains(&format!("== \"{manager}\"")), "{path}");
        }
        if path.contains("managers/") {
            assert!(text.lines().count() < 20, "{path}");
        }
    }
}

#[test]
fn a_need_that_the_code_names_is_in_the_table() {
    let table: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("src/catalogue/needs.toml")).unwrap())
            .unwrap();
    let kinds: BTreeSet<&str> = table
        .keys()
        .filter_map(|key| key.split(':').next())
        .collect();
    let mut checked = 0;
    for (path, text) in sources() {
        for literal in text.split('"').skip(1).step_by(2) {
            let Some((kind, name)) = literal.split_once(':') else {
                continue;
            };
            let plain = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if kinds.contains(kind) && plain && !name.is_empty() {
                assert!(
                    table.contains_key(literal),
                    "{path}: `{literal}` is no key of needs.toml"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 0, "the code names no need any more");
}
