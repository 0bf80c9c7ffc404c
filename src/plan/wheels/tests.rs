//! `names.txt` holds wheel names of each kind; `packaging.txt` holds, for five targets, those that `packaging.tags` 26 accepts
//! (`cpython_tags` and `compatible_tags` with the platform lists of `_manylinux` and `_musllinux`), in its order.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::facts::{Artefact, Place};

const NAMES: &str = include_str!("names.txt");
const PACKAGING: &str = include_str!("packaging.txt");

fn target(line: &str) -> Target {
    let parts: Vec<&str> = line.split([' ', '.']).collect();
    let [_, _, minor, libc, major, libc_minor, machine] = parts.as_slice() else {
        panic!("{line}");
    };
    let version = (major.parse().unwrap(), libc_minor.parse().unwrap());
    Target {
        python_minor: minor.parse().unwrap(),
        libc: if *libc == "musl" {
            Libc::Musl(version.0, version.1)
        } else {
            Libc::Glibc(version.0, version.1)
        },
        platform: if *machine == "x86_64" {
            Platform::Amd64
        } else {
            Platform::Arm64
        },
    }
}

#[test]
fn fits_and_orders_as_packaging_does() {
    let blocks: Vec<&str> = PACKAGING.split("# ").skip(1).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let mut lines = block.lines();
        let target = target(&format!("# {}", lines.next().unwrap()));
        let expected: Vec<&str> = lines.collect();
        let mut ours: Vec<_> = NAMES
            .lines()
            .filter_map(|name| Some((rank(&Wheel::parse(name).unwrap(), target)?, name)))
            .collect();
        ours.sort_by_key(|(rank, _)| *rank);
        let ours: Vec<&str> = ours.into_iter().map(|(_, name)| name).collect();
        assert_eq!(ours, expected, "{target:?}");
    }
}

#[test]
fn names_that_are_no_wheels() {
    for name in [
        "x-1.tar.gz",
        "x.whl",
        "x-1-py3-none.whl",
        "x-1--none-any.whl",
        "x-1-b1-py3-none-any.whl",
        ".whl",
        "",
        "x-1-1-1-py3-none-any.whl",
    ] {
        assert_eq!(Wheel::parse(name), None, "{name}");
    }
    let wheel = Wheel::parse("x-1-py2.py3-none-any.whl").unwrap();
    assert_eq!(wheel.pythons, ["py2", "py3"]);
}

fn known(wheels: &[&str], sdist: bool) -> Artefacts {
    Artefacts::Known {
        wheels: wheels
            .iter()
            .filter_map(|name| Wheel::parse(name))
            .collect(),
        sdist: sdist.then(|| Artefact {
            file: "x-1.tar.gz".into(),
            size: Some(7),
        }),
    }
}

const TARGET: Target = Target {
    python_minor: 13,
    libc: Libc::Glibc(2, 36),
    platform: Platform::Arm64,
};

fn options(no_binary: &[&str], only_binary: &[&str]) -> IndexOptions {
    let found = |list: &[&str]| {
        list.iter()
            .map(|name| Found::new((*name).to_owned(), Place::default()))
            .collect()
    };
    IndexOptions {
        no_binary: found(no_binary),
        only_binary: found(only_binary),
        ..IndexOptions::default()
    }
}

fn sdist(forced: bool) -> Choice {
    Choice::Sdist {
        file: "x-1.tar.gz".into(),
        size: Some(7),
        forced,
    }
}

#[test]
fn chooses_the_wheel_that_the_platform_loads() {
    let free = options(&[], &[]);
    let x86 = known(&["x-1-cp313-cp313-manylinux_2_17_x86_64.whl"], true);
    assert_eq!(choose("x", &x86, TARGET, &free), sdist(false));
    let x86 = known(&["x-1-cp313-cp313-manylinux_2_17_x86_64.whl"], false);
    assert_eq!(choose("x", &x86, TARGET, &free), Choice::Missing);
    let both = known(
        &[
            "x-1-py3-none-any.whl",
            "x-1-cp313-cp313-manylinux_2_17_aarch64.whl",
        ],
        true,
    );
    let Choice::Wheel { file, pure, .. } = choose("x", &both, TARGET, &free) else {
        panic!("a wheel fits");
    };
    assert_eq!(
        (file.as_str(), pure),
        ("x-1-cp313-cp313-manylinux_2_17_aarch64.whl", false)
    );
    assert_eq!(
        choose("x", &Artefacts::Unknown, TARGET, &free),
        Choice::Unknown
    );
}

#[test]
fn options_forbid_forms() {
    let both = known(&["x-1-py3-none-any.whl"], true);
    let wheel = choose("x", &both, TARGET, &options(&[], &[]));
    assert!(matches!(wheel, Choice::Wheel { pure: true, .. }));
    let chosen = |no: &[&str], only: &[&str]| choose("x", &both, TARGET, &options(no, only));
    assert_eq!(chosen(&["x"], &[]), sdist(true));
    assert_eq!(chosen(&[":all:"], &[]), sdist(true));
    assert_eq!(chosen(&["y"], &[]), wheel);
    assert_eq!(chosen(&[":all:", ":none:"], &[]), wheel);
    assert_eq!(chosen(&[":all:"], &["x"]), wheel);
    let source = known(&[], true);
    assert_eq!(
        choose("x", &source, TARGET, &options(&[], &[":all:"])),
        Choice::Missing
    );
    assert_eq!(
        choose("x", &source, TARGET, &options(&["x"], &[":all:"])),
        sdist(false)
    );
}
