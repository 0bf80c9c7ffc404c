use super::*;
use crate::facts::{Artefact, Place, VcsKind, Wheel};

fn target() -> Target {
    Target {
        python_minor: 13,
        family: Family::Debian(Suite::Trixie),
        libc: Libc::Glibc(2, 41),
        platforms: Platform::ALL.to_vec(),
        no_binary: BTreeSet::new(),
        other_index: false,
        constrained: BTreeSet::new(),
        already: BTreeSet::new(),
    }
}

fn on(suite: Suite) -> Target {
    Target {
        family: Family::Debian(suite),
        ..target()
    }
}

/// A plain requirement, `name` or `name==version`.
fn required(text: &str) -> Distribution {
    let (name, version) = text
        .split_once("==")
        .map_or((text, None), |(n, v)| (n, Some(v)));
    Distribution {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        at: Place::new("requirements.txt", 3),
        platforms: Platform::ALL.to_vec(),
        ..Distribution::default()
    }
}

fn with_extra(text: &str, extra: &str) -> Distribution {
    Distribution {
        extras: BTreeSet::from([extra.to_owned()]),
        ..required(text)
    }
}

/// A locked package with these wheels' tags and an sdist.
fn locked(name: &str, version: &str, wheels: &[&str]) -> Distribution {
    let wheels = wheels.iter().map(|tags| wheel(name, tags)).collect();
    let sdist = Some(Artefact {
        file: format!("{name}-{version}.tar.gz"),
        size: None,
    });
    Distribution {
        artefacts: Artefacts::Known { wheels, sdist },
        at: Place::new("uv.lock", 412),
        ..required(&format!("{name}=={version}"))
    }
}

fn wheel(name: &str, tags: &str) -> Wheel {
    let mut parts = tags
        .split('-')
        .map(|part| part.split('.').map(str::to_owned).collect());
    Wheel {
        file: format!("{name}-1-{tags}.whl"),
        pythons: parts.next().expect("three tags"),
        abis: parts.next().expect("three tags"),
        platforms: parts.next().expect("three tags"),
        size: None,
    }
}

fn vcs(name: &str, kind: VcsKind, ssh: bool) -> Distribution {
    let url = "https://example.org/repository".to_owned();
    Distribution {
        source: Source::Vcs { kind, url, ssh },
        ..required(name)
    }
}

fn plan(distributions: &[Distribution]) -> SystemPlan {
    decide(distributions, &[], &target(), Catalogue::builtin())
}

fn names(packages: &[SystemPackage]) -> Vec<&str> {
    packages.iter().map(|one| one.name.as_str()).collect()
}

fn stages(plan: &SystemPlan) -> (Vec<&str>, Vec<&str>) {
    (names(&plan.build), names(&plan.run))
}

fn codes(plan: &SystemPlan) -> Vec<&str> {
    plan.warnings.iter().map(|one| one.code).collect()
}

#[test]
fn nothing_needs_nothing() {
    assert_eq!(plan(&[]), SystemPlan::default());
    assert_eq!(
        plan(&[required("flask"), required("requests==2.32.0")]),
        SystemPlan::default()
    );
}

#[test]
fn five_ways_to_write_psycopg() {
    let headers = vec!["gcc", "libc6-dev", "libpq-dev"];
    assert_eq!(
        stages(&plan(&[required("psycopg2==2.9.10")])),
        (headers.clone(), vec!["libpq5"])
    );
    assert_eq!(
        stages(&plan(&[required("psycopg2-binary")])),
        (vec![], vec![])
    );
    assert_eq!(
        stages(&plan(&[required("psycopg==3.2.1")])),
        (vec![], vec!["libpq5"])
    );
    assert_eq!(
        stages(&plan(&[with_extra("psycopg", "binary")])),
        (vec![], vec![])
    );
    assert_eq!(
        stages(&plan(&[with_extra("psycopg", "c")])),
        (headers, vec!["libpq5"])
    );
    let stripped = [
        required("psycopg==3.2.1"),
        required("psycopg-binary==3.2.1"),
    ];
    assert_eq!(stages(&plan(&stripped)), (vec![], vec![]));
}

#[test]
fn a_reason_has_its_place_and_its_words() {
    let plan = plan(&[locked("psycopg2", "2.9.10", &["cp313-cp313-win_amd64"])]);
    let run = &plan.run[0];
    assert_eq!(run.name, "libpq5");
    assert_eq!(
        run.because,
        [Because {
            requirement: "psycopg2".to_owned(),
            version: Some("2.9.10".to_owned()),
            source: "uv.lock".to_owned(),
            line: 412,
            why: "links libpq.so.5".to_owned(),
            seen: false,
        }]
    );
    assert!(run.only.is_empty() && !run.unproved);
    let why = "has no wheel for Python 3.13 in uv.lock: it is compiled against libpq.so.5";
    assert_eq!(plan.build[0].because[0].why, why);
    assert_eq!(plan.compiled[0].platforms, Platform::ALL);
}

#[test]
fn the_lock_beats_the_catalogue() {
    let wheels = [
        "cp313-cp313-manylinux_2_28_x86_64",
        "cp313-cp313-manylinux_2_28_aarch64",
    ];
    let plan = plan(&[locked("pylibmc", "9.9", &wheels)]);
    assert_eq!(
        stages(&plan),
        (vec![], vec![]),
        "a wheel that the record does not know"
    );
}

#[test]
fn one_platform_alone_can_force_a_compiler() {
    let plan = plan(&[locked(
        "hiredis",
        "3.0",
        &["cp313-cp313-manylinux_2_17_x86_64"],
    )]);
    assert_eq!(names(&plan.build), ["gcc", "libc6-dev"]);
    assert_eq!(plan.build[0].only, [Platform::Arm64]);
    assert!(
        plan.build[0].because[0]
            .why
            .contains("on linux/arm64 in uv.lock:")
    );
    let amd64 = Target {
        platforms: vec![Platform::Amd64],
        ..target()
    };
    let one = locked("hiredis", "3.0", &["cp313-cp313-manylinux_2_17_x86_64"]);
    assert_eq!(
        decide(&[one], &[], &amd64, Catalogue::builtin()),
        SystemPlan::default()
    );
}

#[test]
fn what_markers_leave_out_on_a_platform_forces_nothing_there() {
    let mut one = locked("hiredis", "3.0", &["cp313-cp313-manylinux_2_17_x86_64"]);
    one.platforms = vec![Platform::Amd64];
    assert_eq!(plan(&[one]), SystemPlan::default());
}

#[test]
fn libraries_of_a_wheel_are_needed_only_when_it_is_compiled() {
    let abi3 = [
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp39-abi3-manylinux_2_28_aarch64",
    ];
    assert_eq!(
        stages(&plan(&[locked("pycurl", "7.45.6", &abi3)])),
        (vec![], vec![])
    );
    let built = plan(&[locked("pycurl", "7.45.2", &[])]);
    assert_eq!(names(&built.run), ["libcurl4t64"]);
    let old = plan(&[required("pycurl==7.45.2")]);
    assert_eq!(
        names(&old.run),
        ["libcurl4t64"],
        "the record: wheels since 7.45.3"
    );
    assert_eq!(
        stages(&plan(&[required("pycurl==7.45.6")])),
        (vec![], vec![])
    );
}

#[test]
fn an_unknown_sdist_gets_a_warning_and_no_compiler() {
    let plan = plan(&[locked("some-plugin", "1.0", &[])]);
    assert_eq!(stages(&plan), (vec![], vec![]));
    assert_eq!(codes(&plan), ["sdist-unknown"]);
    assert_eq!(plan.warnings[0].at, Some(Place::new("uv.lock", 412)));
}

#[test]
fn an_unknown_sdist_with_wheels_for_others_is_native() {
    let strange = plan(&[locked(
        "some-codec",
        "1.0",
        &["cp311-cp311-manylinux_2_17_x86_64", "cp313-cp313-win_amd64"],
    )]);
    assert_eq!(names(&strange.build), ["g++"]);
    assert!(strange.build[0].unproved);
    assert_eq!(strange.compiled.len(), 1);
    assert!(codes(&strange).is_empty());
}

#[test]
fn a_pure_sdist_gets_neither() {
    assert_eq!(
        plan(&[locked("sgmllib3k", "1.0.0", &[])]),
        SystemPlan::default()
    );
}

#[test]
fn forbidden_wheels_are_built() {
    let forced = Target {
        no_binary: BTreeSet::from(["lxml".to_owned()]),
        ..target()
    };
    let wheels = [
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp313-cp313-manylinux_2_17_aarch64",
    ];
    let one = locked("lxml", "5.3.0", &wheels);
    assert_eq!(plan(std::slice::from_ref(&one)), SystemPlan::default());
    let plan = decide(
        &[one.clone(), required("pillow")],
        &[],
        &forced,
        Catalogue::builtin(),
    );
    assert_eq!(
        names(&plan.build),
        [
            "gcc",
            "libc6-dev",
            "libxml2-dev",
            "libxslt1-dev",
            "zlib1g-dev"
        ]
    );
    assert!(
        plan.build[0].because[0]
            .why
            .starts_with("may not come as a wheel")
    );
    let all = Target {
        no_binary: BTreeSet::from([":all:".to_owned()]),
        ..target()
    };
    let plan = decide(&[one], &[], &all, Catalogue::builtin());
    assert_eq!(names(&plan.run), ["libxml2", "libxslt1.1"]);
}

#[test]
fn a_checkout_needs_its_program_and_is_built() {
    let plan = plan(&[
        vcs("lxml", VcsKind::Git, true),
        vcs("unheard-of", VcsKind::Mercurial, false),
    ]);
    let build = names(&plan.build);
    for name in ["git", "openssh-client", "mercurial", "libxml2-dev"] {
        assert!(build.contains(&name), "{name} not in {build:?}");
    }
    assert!(!names(&plan.run).contains(&"git"));
}

mod advice;
mod entries;
mod outgrown;
