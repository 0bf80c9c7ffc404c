//! `fixtures/` holds locks that the real tools wrote for one small project (hosts and hashes replaced), each with what the same tool
//! exports for production and the extra `templates`: `uv export --frozen --no-default-groups --extra templates`,
//! `poetry export --only main -E templates`, `pdm export --prod -G templates`, `pipenv requirements`; the pylock is uv's. The locks of
//! real applications were compared in the same way when this was written: uv 5, Poetry 2.0 and 2.1, PDM, Pipenv, all equal.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::error::Error;
use crate::facts::{IndexOptions, Libc, Marker, Warning};
use crate::inspect::locks;
use crate::inspect::tree::Tree;
use crate::plan::wheels::Target;

type Read = fn(&Tree, &str, &mut Vec<Warning>) -> Result<Option<Lock>, Error>;

const FIXTURES: [(Read, &str, &str); 5] = [
    (locks::read_uv, "uv", "uv.lock"),
    (locks::read_poetry, "poetry", "poetry.lock"),
    (locks::read_pdm, "pdm", "pdm.lock"),
    (locks::read_pipenv, "pipenv", "Pipfile.lock"),
    (locks::read_pylock, "pylock", "pylock.toml"),
];

fn fixture(read: Read, folder: &str, file: &str) -> (Lock, String) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/closure/fixtures");
    let tree = Tree::open(&root.join(folder), "").unwrap();
    let mut warnings = Vec::new();
    let lock = read(&tree, file, &mut warnings).unwrap().unwrap();
    assert_eq!(warnings, [], "{file}");
    (lock, tree.text("expected.txt").unwrap().unwrap())
}

fn linux(minor: u8) -> [Environment; 2] {
    Platform::ALL.map(|platform| Environment::linux(minor, 2, platform))
}

fn selection() -> Selection {
    let root = |name: &str, extras: &[&str]| Root {
        name: name.into(),
        extras: extras.iter().map(|extra| (*extra).to_owned()).collect(),
        ..Root::default()
    };
    Selection {
        roots: vec![
            root("httpx", &["http2"]),
            root("psycopg2", &[]),
            root("jinja2", &[]),
        ],
        extras: ["templates".to_owned()].into(),
        ..Selection::default()
    }
}

fn exported(text: &str, environment: &Environment) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| {
            let (requirement, marker) = line.split_once(';').unwrap_or((line, ""));
            let (name, version) = requirement.split_once("==").unwrap_or((requirement, ""));
            let name = crate::facts::normalise(name.split('[').next().unwrap());
            let holds = Marker::parse(marker).unwrap().holds(environment, &[]);
            holds.then(|| format!("{name}=={}", version.trim()))
        })
        .collect()
}

#[test]
fn installs_what_the_tools_export() {
    for (read, folder, file) in FIXTURES {
        let (lock, expected) = fixture(read, folder, file);
        for minor in [10, 13] {
            let environments = linux(minor);
            let ours: BTreeSet<String> = closure(&lock, &selection(), &environments)
                .into_iter()
                .map(|one| format!("{}=={}", one.name, one.version.unwrap_or_default()))
                .collect();
            let expected = exported(&expected, &environments[0]);
            assert!(expected.len() > 5);
            assert_eq!(ours, expected, "{file} on 3.{minor}");
        }
    }
}

#[test]
fn names_the_chain_and_the_extras() {
    for (read, folder, file) in &FIXTURES[..3] {
        let (lock, _) = fixture(*read, folder, file);
        let found = closure(&lock, &selection(), &linux(13));
        let one = |name: &str| found.iter().find(|one| one.name == name).unwrap();
        assert_eq!(one("httpx").via, [""; 0], "{file}");
        assert!(one("httpx").extras.contains("http2"), "{file}");
        assert_eq!(one("hpack").via, ["httpx", "h2"], "{file}");
        assert_eq!(one("hpack").platforms, Platform::ALL, "{file}");
    }
}

#[test]
fn development_groups_stay_out_unless_wanted() {
    for (read, folder, file) in FIXTURES {
        if folder == "pylock" {
            continue;
        }
        let (lock, _) = fixture(read, folder, file);
        let has = |selection: &Selection| {
            closure(&lock, selection, &linux(13))
                .iter()
                .any(|one| one.name == "pytest")
        };
        assert!(!has(&selection()), "{file}");
        let mut wanted = selection();
        wanted.groups.insert("dev".into());
        assert!(has(&wanted), "{file}");
    }
}

#[test]
fn says_what_a_python_lacks() {
    for (read, folder, file) in FIXTURES {
        if folder == "pipenv" {
            continue;
        }
        let (lock, _) = fixture(read, folder, file);
        let options = IndexOptions::default();
        let served = serves(
            &lock,
            &selection(),
            &linux(13),
            Libc::Glibc(2, 36),
            &options,
        );
        assert_eq!(served.missing, [], "{file}");
        let built: Vec<&str> = served.built.iter().map(|gap| gap.name.as_str()).collect();
        assert_eq!(built, ["psycopg2", "psycopg2"], "{file}");
    }
}

#[test]
fn estimates_the_size_from_the_lock() {
    let (lock, _) = fixture(locks::read_uv, "uv", "uv.lock");
    let target = Target {
        python_minor: 13,
        libc: Libc::Glibc(2, 36),
        platform: Platform::Amd64,
    };
    let found = closure(&lock, &selection(), &linux(13));
    let (bytes, unknown) = installed_size(&found, target, &IndexOptions::default());
    assert_eq!(unknown, 0);
    assert!((1_000_000..20_000_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_range_ends_below_its_bound() {
    let ceiling = |range: &str| Specifier::parse(range).unwrap().ceiling();
    for (range, newest) in [
        (">=4.9.2,<5", "4.99999"),
        ("<5.4.0", "5.3.99999"),
        ("<=2.1", "2.1"),
        ("==4.9.*", "4.9.99999"),
        ("~=23.9.1", "23.9.99999"),
        (">=1,!=1.5,<3.0,<2.1.1", "2.1.0.99999"),
    ] {
        assert_eq!(ceiling(range).as_deref(), Some(newest), "{range}");
    }
    assert_eq!(
        [">=2", "", "!=3", "<0"].map(ceiling),
        [None, None, None, None]
    );
}

#[test]
fn constraints_hold_what_a_requirement_leaves_open() {
    let parse = |text: &str| {
        let (text, marker) = text.split_once(';').unwrap_or((text, ""));
        let at = text.find(['<', '=']).unwrap_or(text.len());
        Requirement {
            name: Some(text[..at].to_owned()),
            specifier: Specifier::parse(&text[at..]).unwrap(),
            marker: Marker::parse(marker).unwrap(),
            extras: BTreeSet::new(),
            source: Source::Index,
            editable: false,
            at: Place::default(),
        }
    };
    for (required, constraint, version, ceiling) in [
        ("lxml", "lxml==5.3.0", Some("5.3.0"), Some("5.3.0")),
        ("lxml", "lxml<6", None, Some("5.99999")),
        ("lxml==5.4.0", "lxml<6", Some("5.4.0"), Some("5.4.0")),
        ("lxml", "lxml==5.3.0; python_version < '3.9'", None, None),
        ("lxml", "xmlsec==1.3.14", None, None),
    ] {
        let all = from_requirements(&[parse(required)], &[parse(constraint)], &linux(12));
        let [one] = &all[..] else {
            panic!("{required}: {all:?}")
        };
        let found = (one.version.as_deref(), one.ceiling.as_deref());
        assert_eq!(found, (version, ceiling), "{required}, {constraint}");
    }
}
