//! One page with the wording of every kind of failure.

use std::fmt::Write as _;

use crate::project::Project;
use crate::{APP, REQUIREMENTS};

const MANIFEST: &str = "[project]\nname = \"shop\"\nversion = \"1\"\nrequires-python = \">=3.12\"\ndependencies = [\"flask\"]\n";

/// Files, and what is typed.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

const CASES: [Case; 24] = [
    (&[], &["generate", "nowhere"]),
    (&[("README.md", "# Shop\n")], &["generate"]),
    (&[("environment.yml", "name: shop\n")], &["generate"]),
    (
        &[("requirements.txt", "requests\n"), ("lib.py", "X = 1\n")],
        &["generate"],
    ),
    (
        &[("requirements.txt", "requests\nflask gunicorn\n")],
        &["generate"],
    ),
    (&[("requirements.txt", "-r base.txt\n")], &["generate"]),
    (
        &[
            ("requirements.txt", "-r a.txt\n"),
            ("a.txt", "-r requirements.txt\n"),
        ],
        &["generate"],
    ),
    (&[("requirements.txt", "-r ../secret.txt\n")], &["generate"]),
    (&[("requirements.txt/inner", "")], &["generate"]),
    (&[("pyproject.toml", "[project\n")], &["generate"]),
    (
        &[("pyproject.toml", "[project]\nname = \"a\0b\"\n")],
        &["generate"],
    ),
    (
        &[("pyproject.toml", MANIFEST), (".python-version", "3.11\n")],
        &["generate"],
    ),
    (
        &[("pyproject.toml", MANIFEST), ("uv.lock", "version = 99\n")],
        &["generate"],
    ),
    (
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\nversion = \"1.0\"\n[tool.poetry]\npackage-mode = false\n",
            ),
            (
                "uv.lock",
                "version = 1\nrevision = 3\nrequires-python = \">=3.12\"\n",
            ),
            ("poetry.lock", "[metadata]\nlock-version = \"2.1\"\n"),
        ],
        &["generate"],
    ),
    (
        &[(
            "requirements.txt",
            "-i https://me:secret@pypi.example/simple\n",
        )],
        &["generate"],
    ),
    (
        &[
            ("requirements.txt", REQUIREMENTS),
            ("app.py", APP),
            ("dockwright.toml", "pyton = \"3.13\"\n"),
        ],
        &["generate"],
    ),
    (
        &[
            ("requirements.txt", REQUIREMENTS),
            ("app.py", APP),
            ("Dockerfile", "FROM scratch\n"),
        ],
        &["generate", "--python", "3.13"],
    ),
    (
        &[("requirements.txt", REQUIREMENTS), ("app.py", APP)],
        &["generate", "--uid", "0"],
    ),
    (
        &[("requirements.txt", REQUIREMENTS), ("app.py", APP)],
        &["generate", "--base", "registry.example/python"],
    ),
    (
        &[("requirements.txt", REQUIREMENTS), ("app.py", APP)],
        &["generate", "--app", "no target"],
    ),
    (
        &[("requirements.txt", REQUIREMENTS), ("app.py", APP)],
        &["generate", "--suite", "sid"],
    ),
    (&[], &["catalogue", "no-such-distribution"]),
    (
        &[
            ("requirements.txt", REQUIREMENTS),
            ("app.py", APP),
            ("compose.yaml", "services: {}\n"),
        ],
        &["generate", "--compose", "--python", "3.13"],
    ),
    (
        &[
            ("requirements.txt", REQUIREMENTS),
            ("app.py", APP),
            ("Dockerfile", "FROM scratch\n"),
            ("docker-bake.hcl", "target \"shop\" {}\n"),
        ],
        &["generate", "--bake", "--python", "3.13", "--port", "80"],
    ),
];

#[test]
fn every_wording_on_one_page() {
    let mut page = String::new();
    for (files, arguments) in CASES {
        let project = Project::new(files);
        let done = project.run(arguments);
        let names: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let _ = write!(
            page,
            "{}\n$ dockwright {}\n{}[exit code {}]\n\n",
            names.join(", "),
            arguments.join(" "),
            done.err,
            done.code
        );
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{page}");
        assert!(!done.err.contains("secret@"), "{}", done.err);
        assert!(!done.err.contains('\u{1b}'), "{}", done.err);
        for name in ["dockwright.lock", ".dockerignore"] {
            assert!(!project.has(name), "{name} was written: {page}");
        }
    }
    insta::assert_snapshot!(page);
}

/// A setting that is refused, what is typed, and the line that the message names; empty where the flag is to blame.
const REFUSED: [(&str, &str, &[&str], &str); 9] = [
    ("dockwright.toml", "port = 80\nuser = \"a b\"\n", &[], "2"),
    (
        "dockwright.toml",
        "user = \"a b\"\n",
        &["--user", "c d"],
        "",
    ),
    ("dockwright.toml", "user = \"a\"\n", &["--user", "c d"], ""),
    (
        "dockwright.toml",
        "copy = [\n  \"app.py\",\n  \"gone\",\n]\n",
        &[],
        "3",
    ),
    (
        "dockwright.toml",
        "\n[packages]\nbuild = [\"git\"]\nrun = [\"curl\", \"a b\"]\n",
        &[],
        "4",
    ),
    (
        "dockwright.toml",
        "[run]\n\nend-of-runtime = [\"cat <<A\"]\n",
        &[],
        "3",
    ),
    (
        "dockwright.toml",
        "env.A = \"1\"\nenv.\"b c\" = \"2\"\n",
        &[],
        "2",
    ),
    (
        "dockwright.toml",
        "uid = 7\nuser = \"fine\"\n[images.web]\nuser = \"a b\"\n",
        &[],
        "4",
    ),
    (
        "pyproject.toml",
        "[project]\nname = \"shop\"\n[tool.dockwright]\nlabels = { \"a b\" = \"x\" }\n",
        &[],
        "4",
    ),
];

#[test]
fn a_refused_setting_is_shown_where_it_stands() {
    for (file, text, flags, line) in REFUSED {
        let project = Project::new(&[
            ("requirements.txt", REQUIREMENTS),
            ("app.py", APP),
            (file, text),
        ]);
        let done = project.run(&[&["generate"], flags].concat());
        assert_eq!(done.code, 2, "{text}: {}", done.err);
        let place = format!("\n  {file}:{line}  stands here\n");
        let expected = usize::from(!line.is_empty());
        let found = done.err.matches(&place).count();
        assert_eq!(found, expected, "{text}: {}", done.err);
        let shown = done.err.matches("stands here").count();
        assert_eq!(shown, expected, "{text}: {}", done.err);
    }
}

#[test]
fn an_edit_that_conflicts_is_shown_and_kept() {
    let project = Project::new(&[
        ("requirements.txt", REQUIREMENTS),
        (".python-version", "3.13\n"),
        ("app.py", APP),
    ]);
    project.run(&["generate"]);
    let written = project.read("Dockerfile");
    let edited = written.replace(
        "FROM python:3.13-slim-trixie AS runtime",
        "FROM python:3.13-slim-bookworm AS runtime",
    );
    assert_ne!(written, edited);
    project.write("Dockerfile", &edited);
    project.write(".python-version", "3.12\n");
    let done = project.run(&["generate"]);
    assert_eq!(done.code, 3);
    insta::assert_snapshot!(done.err);
    assert_eq!(project.read("Dockerfile"), edited);
    assert_eq!(project.run(&["generate", "--keep"]).code, 0);
    assert!(
        project
            .read("Dockerfile")
            .contains("FROM python:3.13-slim-bookworm AS runtime")
    );
}
