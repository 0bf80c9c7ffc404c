//! Which release is chosen, with burdens written down.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

fn request(source: PythonSource, text: &str) -> PythonRequest {
    let file = if source == PythonSource::Classifier {
        "setup.py"
    } else {
        "pyproject.toml"
    };
    PythonRequest {
        source,
        text: Found::new(text.to_owned(), Place::new(file, 7)),
    }
}

/// The version, the reason, and the codes of the warnings.
fn chosen(
    requests: &[(PythonSource, &str)],
    burden: &dyn Fn(u8) -> usize,
) -> (String, String, Vec<&'static str>) {
    let requests: Vec<PythonRequest> = requests
        .iter()
        .map(|(source, text)| request(*source, text))
        .collect();
    let mut warnings = Vec::new();
    let question = Question {
        wished: None,
        requests: &requests,
        burden,
        hindered: &|_| None,
        ceiling: None,
    };
    let python = choose(&question, &mut warnings).unwrap();
    let codes = warnings.iter().map(|warning| warning.code).collect();
    (python.version, python.why, codes)
}

#[test]
fn a_range_that_ends_inside_a_release_leaves_it_out() {
    use PythonSource::{PythonVersionFile, RequiresPython};
    let version = |requests: &[(PythonSource, &str)]| chosen(requests, &|_| 0).0;
    // 3.14.1 is newer than 3.14: the tag's newest patch would not be let in.
    assert_eq!(version(&[(RequiresPython, ">=3.11,<=3.14")]), "3.13");
    assert_eq!(version(&[(RequiresPython, ">=3.11,<3.13.5")]), "3.12");
    // Where nothing else is left, the patch is named.
    assert_eq!(version(&[(RequiresPython, "==3.12.4")]), "3.12.4");
    assert_eq!(version(&[(RequiresPython, ">=3.13,<=3.13.2")]), "3.13.2");
    let both = [(PythonVersionFile, "3.13"), (RequiresPython, "<=3.13")];
    assert_eq!(version(&both), "3.13");
    let whole = [(RequiresPython, ">=3.11,!=3.13.1,<3.14")];
    assert_eq!(version(&whole), "3.13");
}

#[test]
fn classifiers_decide_where_a_range_leaves_a_choice() {
    use PythonSource::{Classifier, PythonVersionFile, RequiresPython, Tool};
    let none = |_| 0;
    for (requests, version, why) in [
        (
            vec![(RequiresPython, ">=3.10")],
            "3.14",
            "fits >=3.10; one release behind the newest",
        ),
        (
            vec![(RequiresPython, ">=3.10"), (Classifier, "3.12")],
            "3.12",
            "fits >=3.10; the newest of its classifiers (setup.py:7)",
        ),
        (
            vec![(RequiresPython, ">=3.13"), (Classifier, "3.12")],
            "3.13",
            "fits >=3.13; the nearest to the newest of its classifiers, 3.12 (setup.py:7)",
        ),
        (
            vec![(RequiresPython, ">=3.8"), (Classifier, "3.15")],
            "3.14",
            "fits >=3.8; the nearest to the newest of its classifiers, 3.15 (setup.py:7)",
        ),
        // A linter is told of the oldest, not of the one that runs.
        (
            vec![(RequiresPython, ">=3.10"), (Tool, "3.10")],
            "3.14",
            "fits >=3.10; one release behind the newest",
        ),
        (
            vec![(PythonVersionFile, "3.13"), (Classifier, "3.12")],
            "3.13",
            "exact request",
        ),
    ] {
        assert_eq!(
            chosen(&requests, &none),
            (version.to_owned(), why.to_owned(), vec![])
        );
    }
}

#[test]
fn without_a_range_a_trace_is_better_than_an_assumption() {
    use PythonSource::{Classifier, Tool};
    let none = |_| 0;
    let (version, why, codes) = chosen(&[(Tool, "3.11"), (Classifier, "3.13")], &none);
    assert_eq!((version.as_str(), codes), ("3.13", vec![]));
    assert_eq!(why, "the newest of its classifiers (setup.py:7)");
    let (version, why, codes) = chosen(&[(Tool, "3.12")], &none);
    assert_eq!((version.as_str(), codes), ("3.12", vec!["python-assumed"]));
    assert!(
        why.ends_with("the one that its linters are told of (pyproject.toml:7)"),
        "{why}"
    );
    // Wheels come first.
    let burden = |minor| usize::from(minor > 11);
    let (version, why, _) = chosen(&[(Classifier, "3.13")], &burden);
    assert_eq!(version, "3.11");
    assert!(
        why.ends_with("the newest that the pinned packages have wheels for"),
        "{why}"
    );
}

#[test]
fn old_classifiers_give_the_oldest_that_is_alive() {
    let (version, why, codes) = chosen(&[(PythonSource::Classifier, "3.6")], &|_| 0);
    assert_eq!((version.as_str(), codes), ("3.11", vec!["python-untried"]));
    assert_eq!(
        why,
        "the oldest with security fixes; the newest of its classifiers is 3.6 (setup.py:7)"
    );
}

/// The version alone.
fn version(requests: &[PythonRequest], burden: &dyn Fn(u8) -> usize) -> String {
    let question = Question {
        wished: None,
        requests,
        burden,
        hindered: &|_| None,
        ceiling: None,
    };
    choose(&question, &mut Vec::new()).unwrap().version
}

#[test]
fn packages_of_an_ended_python_bring_it_back() {
    let old = |minor: u8| if minor <= 9 { 1 } else { 3 };
    assert_eq!(version(&[], &old), "3.9");
    let range = [request(PythonSource::RequiresPython, ">=3.8")];
    assert_eq!(version(&range, &old), "3.9");
}

#[test]
fn one_package_alone_does_not() {
    let one = |minor: u8| usize::from(minor > 9);
    assert_eq!(version(&[], &one), "3.14");
}

#[test]
fn an_x_stands_for_any_patch_release() {
    let exact = [request(PythonSource::RuntimeTxt, "python-3.12.x")];
    assert_eq!(version(&exact, &|_| 0), "3.12");
}

#[test]
fn poetrys_form_in_the_wrong_table_is_understood() {
    let range = [request(PythonSource::RequiresPython, "^3.11,<3.13")];
    let mut warnings = Vec::new();
    let question = Question {
        wished: None,
        requests: &range,
        burden: &|_| 0,
        hindered: &|_| None,
        ceiling: None,
    };
    let python = choose(&question, &mut warnings).unwrap();
    assert_eq!(python.version, "3.12");
    let codes: Vec<&str> = warnings.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["python-range-unreadable"]);
}

#[test]
fn a_package_that_does_not_work_with_the_wanted_python_is_named() {
    let range = [request(PythonSource::RequiresPython, ">=3.8")];
    let reason = |requests: &[PythonRequest]| {
        let question = Question {
            wished: None,
            requests,
            burden: &|minor| if minor > 12 { 100 } else { 0 },
            hindered: &|minor| (minor > 12).then(|| "django".to_owned()),
            ceiling: None,
        };
        let python = choose(&question, &mut Vec::new()).unwrap();
        assert_eq!(python.version, "3.12");
        python.why
    };
    assert_eq!(reason(&range), "fits >=3.8; django does not work with 3.14");
    assert!(reason(&[]).ends_with("; django does not work with 3.14"));
}

#[test]
fn modules_that_left_the_standard_library_keep_newer_releases_out() {
    use PythonSource::{Classifier, PythonVersionFile, RequiresPython};
    let imports = |names: &[&str]| -> Vec<Found<String>> {
        let at = || Place::new("shop/utils.py", 3);
        let found = names
            .iter()
            .map(|name| Found::new((*name).to_owned(), at()));
        found.collect()
    };
    let chosen = |imports: &[Found<String>], requests: &[(PythonSource, &str)]| {
        let requests: Vec<PythonRequest> = requests
            .iter()
            .map(|(source, text)| request(*source, text))
            .collect();
        let ceiling = Ceiling::of(imports, &|name| name == "legacy-cgi");
        let mut warnings = Vec::new();
        let question = Question {
            wished: None,
            requests: &requests,
            burden: &|_| 0,
            hindered: &|_| None,
            ceiling: ceiling.as_ref(),
        };
        let python = choose(&question, &mut warnings).unwrap();
        let removed = warnings.iter().any(|one| one.code == "module-removed");
        (python.version, python.why, removed)
    };
    let told = "3.12 has no imp any more (shop/utils.py:3)";
    let (version, why, warned) = chosen(&imports(&["imp", "telnetlib"]), &[]);
    assert_eq!((version.as_str(), warned), ("3.11", false));
    assert!(why.ends_with(told), "{why}");
    let (version, why, _) = chosen(&imports(&["imp"]), &[(RequiresPython, ">=3.9")]);
    assert_eq!(
        (version.as_str(), why),
        ("3.11", format!("fits >=3.9; {told}"))
    );
    let old = [(Classifier, "3.6")];
    assert_eq!(chosen(&imports(&["telnetlib"]), &old).0, "3.11");
    // A distribution brings it back.
    let (version, _, warned) = chosen(&imports(&["cgi"]), &[]);
    assert_eq!((version.as_str(), warned), ("3.14", false));
    // Nobody is given a Python that gets no fixes any more.
    let mapping = imports(&["collections.Mapping"]);
    let (version, _, warned) = chosen(&mapping, &[]);
    assert_eq!((version.as_str(), warned), ("3.14", true));
    let ceiling = Ceiling::of(&mapping, &|_| false);
    let help = ceiling.unwrap().warning(14).help;
    assert_eq!(help, "import it from collections.abc, or take Python 3.9");
    // What somebody asked for or has tried is taken, and told.
    for request in [
        (PythonVersionFile, "3.13"),
        (RequiresPython, ">=3.13,<3.14"),
        (Classifier, "3.13"),
    ] {
        let (version, _, warned) = chosen(&imports(&["imp"]), &[request]);
        assert_eq!((version.as_str(), warned), ("3.13", true), "{request:?}");
    }
}
