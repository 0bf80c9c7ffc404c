//! Turns classifiers and the settings of linters into the Python that a project is run with, where it says so nowhere else.

use crate::error::Error;
use crate::facts::{Found, PythonRequest, PythonSource};

use super::document::{Document, Node};
use super::tree::Tree;

/// The newest `Programming Language :: Python :: 3.X` (<https://pypi.org/classifiers/>) as `3.X`.
pub(super) fn newest(
    classifiers: impl IntoIterator<Item = Found<String>>,
) -> Option<Found<String>> {
    classifiers
        .into_iter()
        .filter_map(|found| {
            let version = found
                .value
                .trim()
                .strip_prefix("Programming Language :: Python :: ")?;
            Some((minor(version.trim())?, found.at))
        })
        // The first of equals, in the file's order.
        .reduce(|newest, next| if next.0 > newest.0 { next } else { newest })
        .map(|(minor, at)| Found::new(format!("3.{minor}"), at))
}

/// What the first of `[tool.ruff]`, `[tool.black]`, `[tool.mypy]` and `[tool.pyright]` that names a Python says, as `3.X`; of a list
/// the newest.
pub(super) fn of_tools(tool: Node<'_>) -> Option<Found<String>> {
    [
        ("ruff", "target-version"),
        ("black", "target-version"),
        ("mypy", "python_version"),
        ("pyright", "pythonVersion"),
    ]
    .into_iter()
    .find_map(|(name, key)| target(tool.get(name)?, key))
}

/// The `target-version` of a `ruff.toml` beside the application.
///
/// # Errors
/// The file is unreadable.
pub(super) fn of_ruff(tree: &Tree) -> Result<Option<PythonRequest>, Error> {
    // ruff's own order (https://docs.astral.sh/ruff/configuration/#config-file-discovery).
    for name in [".ruff.toml", "ruff.toml"] {
        let path = tree.in_app(name);
        if let Some(content) = tree.text(&path)? {
            // A mistake in it is ruff's to tell.
            let document = Document::parse(&path, &content).ok();
            let text = document.and_then(|document| target(document.root(), "target-version"));
            return Ok(text.map(|text| PythonRequest {
                source: PythonSource::Tool,
                text,
            }));
        }
    }
    Ok(None)
}

fn target(table: Node<'_>, key: &str) -> Option<Found<String>> {
    table
        .texts(key)
        .into_iter()
        .filter_map(|found| Some((minor(&found.value)?, found.at)))
        .max_by_key(|(minor, _)| *minor)
        .map(|(minor, at)| Found::new(format!("3.{minor}"), at))
}

/// The 13 of `3.13` and of `py313`.
fn minor(text: &str) -> Option<u8> {
    let digits = text
        .strip_prefix("3.")
        .or_else(|| text.strip_prefix("py3"))?;
    let number = digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|minor| number && *minor < 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Place;

    #[test]
    fn the_newest_classifier_is_found_wherever_it_stands() {
        let listed = |texts: &[&str]| {
            let at = |(line, text): (u32, &&str)| {
                Found::new((*text).to_owned(), Place::new("setup.cfg", line))
            };
            newest((1..).zip(texts).map(at)).map(|found| (found.value, found.at.line))
        };
        let python = "Programming Language :: Python";
        let many = [
            format!("{python} :: 3 :: Only"),
            format!("{python} :: 3.9"),
            format!("{python} :: 3.12 "),
            format!("{python} :: 3.10"),
            format!("{python} :: Implementation :: CPython"),
        ];
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(listed(&many), Some(("3.12".to_owned(), 3)));
        assert_eq!(
            listed(&[
                python,
                "Programming Language :: Python :: 3",
                "Framework :: Django :: 3.2"
            ]),
            None
        );
        assert_eq!(listed(&["Programming Language :: Python :: 3.+12"]), None);
        assert_eq!(listed(&["Programming Language :: Python :: 3.999"]), None);
    }

    #[test]
    fn linters_and_type_checkers_name_a_python() {
        for (text, expected) in [
            ("[ruff]\ntarget-version = 'py312'\n", Some("3.12")),
            (
                "[black]\ntarget-version = ['py39', 'py311', 'py310']\n",
                Some("3.11"),
            ),
            ("[mypy]\npython_version = '3.13'\n", Some("3.13")),
            ("[pyright]\npythonVersion = '3.10'\n", Some("3.10")),
            (
                "[ruff]\nline-length = 9\n[mypy]\npython_version = '3.13'\n",
                Some("3.13"),
            ),
            ("[ruff]\ntarget-version = 313\n", None),
        ] {
            let document = Document::parse("pyproject.toml", text).expect("a document");
            let found = of_tools(document.root()).map(|found| found.value);
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
