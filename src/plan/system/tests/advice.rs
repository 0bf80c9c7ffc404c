//! Warnings of entries, and what keeps a Python out.

use super::*;

#[test]
fn advice_comes_with_its_conditions() {
    assert_eq!(
        codes(&plan(&[required("psycopg2-binary")])),
        ["binary-driver"]
    );
    assert_eq!(codes(&plan(&[required("gdal==3.10.3")])), [""; 0]);
    assert_eq!(codes(&plan(&[required("gdal")])), ["gdal-version"]);
    assert_eq!(codes(&plan(&[required("pydub")])), ["needs-audioop"]);
    assert_eq!(
        codes(&plan(&[required("pydub"), required("audioop-lts")])),
        [""; 0]
    );
}

#[test]
fn xmlsec_and_lxml_share_one_libxml2() {
    let says = |xmlsec: &str, lxml: Option<&str>, compiled: &[&str]| {
        let target = Target {
            no_binary: compiled.iter().map(|&name| name.to_owned()).collect(),
            python_minor: 12,
            ..target()
        };
        let all: Vec<_> = [Some(xmlsec), lxml]
            .into_iter()
            .flatten()
            .map(required)
            .collect();
        let plan = decide(&all, &[], &target, Catalogue::builtin());
        plan.warnings
            .iter()
            .any(|one| one.code == "libxml2-mismatch")
    };
    for (xmlsec, lxml, compiled, expected) in [
        ("xmlsec==1.3.13", Some("lxml==5.3.0"), &[][..], true),
        ("xmlsec==1.3.14", Some("lxml==5.3.0"), &[], false),
        ("xmlsec==1.3.14", Some("lxml==5.3.0"), &["xmlsec"], true),
        ("xmlsec==1.3.14", Some("lxml==5.3.0"), &["lxml"], true),
        (
            "xmlsec==1.3.14",
            Some("lxml==5.3.0"),
            &["lxml", "xmlsec"],
            false,
        ),
        ("xmlsec==1.3.14", Some("lxml==5.4.0"), &[], true),
        ("xmlsec==1.3.14", Some("lxml==4.9.4"), &[], true),
        // The newest lxml comes along.
        ("xmlsec==1.3.14", None, &[], true),
        ("xmlsec", None, &[], false),
        ("xmlsec==1.3.17", Some("lxml==5.4.0"), &[], true),
        ("xmlsec==1.3.17", Some("lxml==6.0.2"), &[], false),
    ] {
        assert_eq!(
            says(xmlsec, lxml, compiled),
            expected,
            "{xmlsec} {lxml:?} {compiled:?}"
        );
    }
}

#[test]
fn torch_from_the_default_index_brings_cuda() {
    assert_eq!(codes(&plan(&[required("torch")])), ["torch-cuda"]);
    assert_eq!(codes(&plan(&[required("torch==2.5.1")])), ["torch-cuda"]);
    assert!(codes(&plan(&[required("torch==2.5.1+cpu")])).is_empty());
    let lock = [locked(
        "torch",
        "2.5.1",
        &["cp313-cp313-manylinux_2_28_x86_64"],
    )];
    assert!(!codes(&plan(&lock)).contains(&"torch-cuda"));
    let elsewhere = Target {
        other_index: true,
        ..target()
    };
    let plan = decide(&[required("torch")], &[], &elsewhere, Catalogue::builtin());
    assert!(codes(&plan).is_empty());
}

/// Conditions that no project can meet would be advice that nobody reads.
#[test]
fn every_advice_shows() {
    let catalogue = Catalogue::builtin();
    let versions = [
        "", "==0.1.10", "==1.3.14", "==1.5", "==2.0", "==2.4.0", "==2.9.9", "==3.6.2", "==3.10.3",
        "==5.4.1", "==6.0", "==99",
    ];
    for name in catalogue.names() {
        let advice = catalogue.entry(name).map_or(&[][..], |entry| &entry.advice);
        for one in advice {
            let other = one.beside.first().map(|other| other.name.as_str());
            let shows = |minor: u8, suite: Suite, built: &[&str], version: &str, its: &str| {
                let target = Target {
                    python_minor: minor,
                    no_binary: built.iter().map(|&name| name.to_owned()).collect(),
                    ..on(suite)
                };
                let mut all = vec![required(&format!("{name}{version}"))];
                all.extend(other.map(|other| required(&format!("{other}{its}"))));
                let plan = decide(&all, &[], &target, catalogue);
                plan.warnings
                    .iter()
                    .any(|warning| warning.code == one.code && warning.message == one.message)
            };
            let builds = [&[][..], &[name], other.as_slice()];
            let found = [11, 14].into_iter().any(|minor| {
                [Suite::Bookworm, Suite::Trixie].into_iter().any(|suite| {
                    builds.into_iter().any(|built| {
                        versions.into_iter().any(|version| {
                            ["", "==5.0"]
                                .into_iter()
                                .any(|its| shows(minor, suite, built, version, its))
                        })
                    })
                })
            });
            assert!(found, "{name}: {}: {}", one.code, one.message);
        }
    }
}

#[test]
fn a_release_that_does_not_take_a_python_hinders_it() {
    let target = |python_minor: u8| Target {
        python_minor,
        ..target()
    };
    let hinders = |text: &str, minor: u8| {
        hindered(&[required(text)], &target(minor), Catalogue::builtin()).is_some()
    };
    for (text, works, fails) in [
        ("tts", 11, 12),
        ("kokoro", 12, 13),
        ("kokoro==0.9.4", 12, 13),
    ] {
        assert!(!hinders(text, works), "{text}");
        assert!(hinders(text, fails), "{text}");
    }
    assert!(!hinders("flask", 14));
    // What another index has nobody knows, and a lock knows better.
    let other = Target {
        other_index: true,
        ..target(13)
    };
    assert!(hindered(&[required("kokoro")], &other, Catalogue::builtin()).is_none());
    let plan = decide(
        &[required("kokoro==0.9.4")],
        &[],
        &target(14),
        Catalogue::builtin(),
    );
    let said: Vec<_> = plan
        .warnings
        .iter()
        .filter(|one| one.code == "python-too-new")
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(
        said[0].message,
        "kokoro 0.9.4 takes Python 3.12 at most, by its metadata"
    );
    assert_eq!(said[0].help, "use `--python 3.12`");
}

#[test]
fn what_does_not_work_with_a_python_hinders_it() {
    let hinders = |one: Distribution, beside: &str, python_minor: u8| {
        let target = Target {
            python_minor,
            ..target()
        };
        let all = [one, required(beside)];
        hindered(&all, &target, Catalogue::builtin()).is_some()
    };
    for (text, works, fails) in [
        ("django==3.2.25", 12, 13),
        ("django==4.2.16", 13, 14),
        ("kafka-python==2.0.2", 11, 12),
        ("pydub", 12, 13),
        ("psycopg2==2.8.6", 11, 12),
        ("psycopg2==2.9.9", 12, 13),
        ("psycopg2-binary==2.9.9", 12, 13),
        ("gradio==3.25.0", 12, 13),
        ("django==2.0.13", 9, 10),
        ("urllib3==1.22", 9, 10),
        ("pyyaml==5.4.1", 9, 10),
        ("pyyaml==6.0", 11, 12),
        ("sqlalchemy==2.0.30", 12, 13),
    ] {
        assert!(!hinders(required(text), "flask", works), "{text}");
        assert!(hinders(required(text), "flask", fails), "{text}");
    }
    assert!(!hinders(required("django==5.2"), "flask", 14));
    assert!(!hinders(required("psycopg2==2.9.10"), "flask", 14));
    assert!(!hinders(required("django"), "flask", 14));
    assert!(!hinders(required("gradio==5.4.0"), "flask", 14));
    assert!(!hinders(required("django==2.1.15"), "flask", 12));
    assert!(!hinders(required("urllib3==1.23"), "flask", 14));
    assert!(!hinders(required("pyyaml==6.0.1"), "flask", 14));
    assert!(!hinders(required("pyyaml==5.3.1"), "flask", 14));
    assert!(!hinders(required("pydub"), "audioop-lts", 14));
    let bounded = Distribution {
        ceiling: Some("3.99999".to_owned()),
        ..required("django")
    };
    assert!(hinders(bounded, "flask", 13));
}

#[test]
fn a_wheel_by_its_address_is_for_one_python() {
    let hinders = |file: &str, python_minor: u8| {
        let target = Target {
            python_minor,
            ..target()
        };
        let url = format!("https://example.org/torch/{file}#sha256=0");
        let all = [Distribution {
            source: Source::Url { url, wheel: true },
            platforms: vec![Platform::Amd64],
            ..required("torch")
        }];
        hindered(&all, &target, Catalogue::builtin()).is_some()
    };
    let tagged = "torch-1.13.0%2Bcpu-cp310-cp310-linux_x86_64.whl";
    assert!(!hinders(tagged, 10));
    assert!(hinders(tagged, 11));
    assert!(!hinders("torch-1-py3-none-any.whl", 14));
    assert!(!hinders("torch-1-cp38-abi3-manylinux2014_x86_64.whl", 14));
}
