//! Turns the files that fix a Python version into [`PythonRequest`]s: `.python-version`, `runtime.txt`, `.tool-versions`, `mise.toml`.

use crate::error::{Error, printable};
use crate::facts::{Found, Place, PythonRequest, PythonSource, Warning};

use super::document::{Document, Node};
use super::tree::Tree;
use super::{text, traces};

/// Every such statement, the application's folder first, then (for a kind of file that it lacks) the context's. Interpreters other than `CPython`, and names that
/// are no version (`system`, a virtual environment's), are left out with a warning.
///
/// # Errors
/// A file is unreadable, or a `mise.toml` is not TOML.
pub fn read(tree: &Tree, warnings: &mut Vec<Warning>) -> Result<Vec<PythonRequest>, Error> {
    let mut out = Vec::new();
    for (name, read) in [
        (
            ".python-version",
            python_version as fn(&str, &str, &mut Vec<Warning>) -> Option<PythonRequest>,
        ),
        ("runtime.txt", runtime),
        (".tool-versions", tool_versions),
    ] {
        if let Some(path) = locate(tree, name)
            && let Some(content) = text::read(tree, &path, warnings)?
        {
            out.extend(read(&path, &content, warnings));
        }
    }
    for name in ["mise.toml", ".mise.toml"] {
        if let Some(path) = locate(tree, name)
            && let Some(content) = tree.text(&path)?
        {
            out.extend(mise(&path, &content, warnings)?);
        }
    }
    out.extend(traces::of_ruff(tree)?);
    Ok(out)
}

/// In the application's folder, else in the context's.
fn locate(tree: &Tree, name: &str) -> Option<String> {
    // Both are asked for by reading, too, so that a file that appears later is noticed.
    [tree.in_app(name), name.to_owned()]
        .into_iter()
        .find(|path| tree.is_file(path))
}

/// pyenv and uv: one request a line, `#` starts a comment; the first counts (pyenv's others are fallbacks).
fn python_version(path: &str, content: &str, warnings: &mut Vec<Warning>) -> Option<PythonRequest> {
    lines(content).find_map(|(number, line)| {
        let word = line.split_whitespace().next()?;
        request(
            PythonSource::PythonVersionFile,
            word,
            Place::new(path, number),
            warnings,
        )
    })
}

/// Heroku: `python-3.12.4`, alone on the first line.
fn runtime(path: &str, content: &str, warnings: &mut Vec<Warning>) -> Option<PythonRequest> {
    let (number, line) = lines(content).next()?;
    request(
        PythonSource::RuntimeTxt,
        line,
        Place::new(path, number),
        warnings,
    )
}

/// asdf: `python 3.12.4 3.11.9 system`, the first counts (<https://asdf-vm.com/manage/configuration.html>).
fn tool_versions(path: &str, content: &str, warnings: &mut Vec<Warning>) -> Option<PythonRequest> {
    lines(content).find_map(|(number, line)| {
        let mut words = line.split_whitespace();
        (words.next() == Some("python")).then_some(())?;
        request(
            PythonSource::ToolVersions,
            words.next()?,
            Place::new(path, number),
            warnings,
        )
    })
}

/// mise: `[tools] python = "3.12"`, an array of which the first counts, or a table with `version`.
fn mise(
    path: &str,
    content: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<PythonRequest>, Error> {
    let document = Document::parse(path, content)?;
    let Some(node) = document.root().find(&["tools", "python"]) else {
        return Ok(None);
    };
    let node = node.items().next().unwrap_or(node);
    let text = node
        .as_str()
        .or_else(|| node.get("version").and_then(Node::as_str));
    Ok(text.and_then(|text| request(PythonSource::ToolVersions, text, node.at(), warnings)))
}

/// Lines with something besides a comment, with their numbers.
fn lines(content: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(content.lines()).filter_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default().trim();
        (!line.is_empty()).then_some((number, line))
    })
}

fn request(
    source: PythonSource,
    text: &str,
    at: Place,
    warnings: &mut Vec<Warning>,
) -> Option<PythonRequest> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    // uv's long form names the implementation: `cpython-3.13`, `cpython@3.13`, `cpython3.13`, `cpython-3.13.1-linux-x86_64-gnu`.
    let version = lower
        .strip_prefix("cpython")
        .map(|rest| rest.trim_start_matches(['-', '@']));
    let version = version.map_or(lower.as_str(), |rest| {
        rest.split('-').next().unwrap_or_default()
    });
    let number = version
        .strip_prefix("python")
        .map_or(version, |rest| rest.trim_start_matches(['-', '@']));
    let ranged = number.trim_start_matches(|c: char| "=<>!~ ".contains(c));
    if ranged.starts_with(|c: char| c.is_ascii_digit())
        && !number.chars().any(crate::error::is_unsafe)
    {
        let text = if version == lower {
            text.to_owned()
        } else {
            version.to_owned()
        };
        return Some(PythonRequest {
            source,
            text: Found::new(text, at),
        });
    }
    warnings.push(
        Warning::new(
            "python-unclear",
            format!(
                "`{}` is no version of CPython, so it is left out",
                printable(text)
            ),
            format!("write a version such as `3.13` in {at}, or pass `--python 3.13`"),
        )
        .at(at),
    );
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::inspect::testing::project;

    fn texts(files: &[(&str, &str)], app: &str) -> (Vec<(PythonSource, String, String)>, usize) {
        let (_folder, tree) = project(files, app);
        let mut warnings = Vec::new();
        let found = read(&tree, &mut warnings).unwrap();
        (
            found
                .into_iter()
                .map(|found| (found.source, found.text.value, found.text.at.to_string()))
                .collect(),
            warnings.len(),
        )
    }

    #[test]
    fn each_file_is_read_at_its_line() {
        let files = [
            (".python-version", "# pinned\n\n3.13.2 # why\n3.12\n"),
            ("runtime.txt", "python-3.11.5\n"),
            (".tool-versions", "nodejs 22\npython 3.12.1 system\n"),
            (
                "mise.toml",
                "[tools]\nnode = '22'\npython = ['3.10', '3.9']\n",
            ),
        ];
        let expected = vec![
            (
                PythonSource::PythonVersionFile,
                "3.13.2".into(),
                ".python-version:3".into(),
            ),
            (
                PythonSource::RuntimeTxt,
                "python-3.11.5".into(),
                "runtime.txt:1".into(),
            ),
            (
                PythonSource::ToolVersions,
                "3.12.1".into(),
                ".tool-versions:2".into(),
            ),
            (
                PythonSource::ToolVersions,
                "3.10".into(),
                "mise.toml:3".into(),
            ),
        ];
        assert_eq!(texts(&files, ""), (expected.clone(), 0));
        let crlf: Vec<(&str, String)> = files
            .iter()
            .map(|(name, text)| (*name, text.replace('\n', "\r\n")))
            .collect();
        let crlf: Vec<(&str, &str)> = crlf
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        assert_eq!(texts(&crlf, ""), (expected, 0));
    }

    #[test]
    fn the_applications_folder_comes_before_the_contexts() {
        let both = [
            (".python-version", "3.12"),
            ("backend/.python-version", "3.13"),
            ("runtime.txt", "python-3.11"),
        ];
        let (found, _) = texts(&both, "backend");
        let found: Vec<&str> = found.iter().map(|(_, text, _)| text.as_str()).collect();
        assert_eq!(found, ["3.13", "python-3.11"]);
    }

    #[test]
    fn other_interpreters_are_left_out_with_a_warning() {
        for text in [
            "pypy3.10-7.3.12",
            "system",
            "my-venv",
            "graalpy-24",
            "\u{202e}3.12",
        ] {
            assert_eq!(
                texts(&[(".python-version", text)], ""),
                (vec![], 1),
                "{text}"
            );
        }
        for (text, expected) in [
            ("cpython-3.13", "3.13"),
            ("cpython@3.12.1", "3.12.1"),
            ("cpython-3.12.4-linux-x86_64-gnu", "3.12.4"),
            ("system\n3.12", "3.12"),
        ] {
            let (found, _) = texts(&[(".python-version", text)], "");
            assert_eq!(found[0].1, expected);
        }
    }
}
