//! Which release is chosen, with burdens written down.

use super::*;
use crate::facts::Place;

fn request(source: PythonSource, text: &str) -> PythonRequest {
    PythonRequest {
        source,
        text: Found {
            value: text.to_owned(),
            at: Place::new("pyproject.toml", 1),
        },
    }
}

fn chosen(requests: &[PythonRequest], burden: &dyn Fn(u8) -> usize) -> Result<Python, Error> {
    let question = Question {
        wished: None,
        requests,
        burden,
    };
    choose(&question, &mut Vec::new())
}

#[test]
fn packages_of_an_ended_python_bring_it_back() {
    let old = |minor: u8| if minor <= 9 { 1 } else { 3 };
    assert_eq!(chosen(&[], &old).expect("a Python").version, "3.9");
    let range = [request(PythonSource::RequiresPython, ">=3.8")];
    assert_eq!(chosen(&range, &old).expect("a Python").version, "3.9");
}

#[test]
fn one_package_alone_does_not() {
    let one = |minor: u8| usize::from(minor > 9);
    assert_eq!(chosen(&[], &one).expect("a Python").version, "3.14");
}

#[test]
fn an_x_stands_for_any_patch_release() {
    let exact = [request(PythonSource::RuntimeTxt, "python-3.12.x")];
    assert_eq!(chosen(&exact, &|_| 0).expect("a Python").version, "3.12");
}

#[test]
fn poetrys_form_in_the_wrong_table_is_understood() {
    let range = [request(PythonSource::RequiresPython, "^3.11,<3.13")];
    let mut warnings = Vec::new();
    let question = Question {
        wished: None,
        requests: &range,
        burden: &|_| 0,
    };
    let python = choose(&question, &mut warnings).expect("a Python");
    assert_eq!(python.version, "3.12");
    let codes: Vec<&str> = warnings.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["python-range-unreadable"]);
}
