//! Any bytes in any manifest: an error or a plan, soon.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::run;

const MANIFESTS: [&str; 17] = [
    "requirements.txt",
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile",
    "Pipfile.lock",
    "setup.py",
    "setup.cfg",
    ".python-version",
    "runtime.txt",
    ".tool-versions",
    "Procfile",
    "app.py",
    "dockwright.toml",
    "dockwright.lock",
];

/// Pieces that lead deep into the readers.
const PIECES: [&str; 60] = [
    "flask",
    "==",
    "1.0",
    ">=",
    "->",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    ";",
    "\n",
    "\r\n",
    " ",
    "\\\n",
    "\"",
    "'",
    "@",
    "git+https://h/x",
    "file:",
    "-r ",
    "-e ",
    "--hash=sha256:",
    "python_version",
    "extra == ",
    " and ",
    " or ",
    " in ",
    "[project]\n",
    "[[package]]\n",
    "name = ",
    "version = 1\n",
    "dependencies = ",
    "[tool.poetry]\n",
    "[packages]\n",
    "\"_meta\":",
    "\"default\":",
    "3.12",
    "python-",
    "web: ",
    "$PORT",
    "def ",
    "import ",
    "= Flask(",
    "application",
    "#",
    "<<<<<<< HEAD\n",
    "\u{85}",
    "\u{2028}",
    "é",
    "\0",
    ".",
    "/",
    "..",
    "%",
    "${X}",
    "*",
    "=",
];

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => pieces, 1 => vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_in_a_plan_or_an_error(files in vec((select(&MANIFESTS[..]), noise()), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("app.py"), "from flask import Flask\napp = Flask(__name__)\n").unwrap();
        for (name, bytes) in &files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let since = Instant::now();
        let ran = run(&["generate", "--stdout", folder.path().to_str().unwrap()], &format!("{files:?}"));
        prop_assert!(since.elapsed() < Duration::from_secs(5), "{files:?}");
        prop_assert!(ran.exit == 0 || ran.exit == 2, "{files:?}");
        prop_assert!(!ran.say.contains("internal error"), "{files:?}: {}", ran.say);
        if ran.exit == 0 {
            prop_assert!(super::dockerfile::parse(&ran.out).is_ok(), "{files:?}\n{}", ran.out);
        }
    }
}

/// Text of one manifest that would take a naive reader for ever, or its stack.
#[test]
fn growth_is_bounded() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    let extras: String = (0..40)
        .map(|n| format!("extra == 'a{n}' and extra == 'b{n}' or "))
        .collect();
    let marker = format!("flask ; {extras}extra == 'z'");
    let pyproject = |dependency: &str| {
        format!(
            "[project]\nname = 'x'\nversion = '1'\ndependencies = [\"flask\", \"{dependency}\"]\n"
        )
    };
    let odd = [
        "extra == 'b-'",
        "extra == ''",
        "'->' in extra",
        "python_version == '1->'",
        "extra == 'é'",
        "python_version in ''",
    ];
    let many = |lines: usize| -> String {
        (0..lines)
            .map(|line| {
                let pairs: Vec<String> = (0..8)
                    .map(|n| format!("extra == 'a{line}x{n}' and extra == 'b{line}x{n}'"))
                    .collect();
                format!("p{line} ; {}\n", pairs.join(" or "))
            })
            .collect()
    };
    let cases: Vec<(&str, String)> = vec![
        ("requirements.txt", marker.clone()),
        (
            "requirements.txt",
            odd.map(|marker| format!("flask ; {marker}\n")).concat(),
        ),
        ("requirements.txt", many(60)),
        ("requirements.txt", format!("flask ; {}", deep("(", ")"))),
        (
            "requirements.txt",
            format!("flask[{}]", "a,".repeat(200_000)),
        ),
        ("requirements.txt", "flask \\\n".repeat(50_000)),
        ("requirements.txt", format!("-e {}", "a/".repeat(200_000))),
        ("pyproject.toml", pyproject(&marker)),
        ("pyproject.toml", format!("a = {}", deep("[", "]"))),
        (
            "pyproject.toml",
            format!("{} = 1", "a.".repeat(20_000) + "a"),
        ),
        (
            "pyproject.toml",
            format!(
                "[dependency-groups]\n{}",
                (0..3_000)
                    .map(|n| format!(
                        "g{n} = [{{include-group = 'g{}'}}, {{include-group = 'g{}'}}]\n",
                        n + 1,
                        n + 2
                    ))
                    .collect::<String>()
            ),
        ),
        (
            "setup.cfg",
            format!("[metadata]\nname = x\n[options]\ninstall_requires =\n    {marker}\n"),
        ),
        (
            "setup.py",
            format!(
                "from setuptools import setup\nsetup(name='x', install_requires=['{}'])",
                marker.replace('\'', "\"")
            ),
        ),
        (
            "setup.py",
            format!("setup(install_requires={})", deep("[", "]")),
        ),
        (
            "Pipfile",
            format!("[packages]\nflask = {{version = '*', markers = \"{extras}extra == 'z'\"}}\n"),
        ),
        ("Pipfile.lock", format!("{{\"_meta\": {}}}", deep("[", "]"))),
        ("poetry.lock", format!("a = {}", deep("{a=", "}"))),
        (
            "uv.lock",
            format!(
                "version = 1\nrequires-python = \">=3.12\"\n[[package]]\nname = \"x\"\nversion = \"1\"\nsource = {{ virtual = \".\" }}\ndependencies = [{{ name = \"flask\", marker = \"{extras}extra == 'z'\" }}]\n"
            ),
        ),
        ("app.py", format!("app = {}", deep("f(", ")"))),
        ("app.py", format!("app = {}", deep("-", ""))),
        ("app.py", format!("app = a{}", ".b".repeat(50_000))),
        ("app.py", format!("app = a{}", " + b".repeat(50_000))),
        ("Procfile", format!("web: {}", "\"$(".repeat(50_000))),
        (
            "dockwright.toml",
            format!("command = \"{}\"", "a ".repeat(100_000)),
        ),
        (".gitignore", "{a,b}*".repeat(5_000)),
        (".gitignore", "*a*b?[c-z]**/\n".repeat(20_000)),
        (".dockerignore", "{a,b}*".repeat(5_000)),
    ];
    for (name, text) in cases {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("app.py"),
            "from flask import Flask\napp = Flask(__name__)\n",
        )
        .unwrap();
        if name != "pyproject.toml" && !name.ends_with(".lock") && !name.starts_with("Pip") {
            std::fs::write(folder.path().join("requirements.txt"), "flask\n").unwrap();
        }
        std::fs::write(folder.path().join(name), &text).unwrap();
        let what = format!("{name}: {}", text.chars().take(80).collect::<String>());
        let since = Instant::now();
        let ran = run(
            &["generate", "--stdout", folder.path().to_str().unwrap()],
            &what,
        );
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{what}: {:?}",
            since.elapsed()
        );
        assert!(ran.exit == 0 || ran.exit == 2, "{what}");
        assert!(ran.say.len() < 20_000, "{what}: {}", ran.say.len());
    }
}

/// A Dockerfile that is taken over: values that double, and very many of them.
#[cfg(target_os = "linux")]
#[test]
fn a_dockerfile_that_grows_is_adopted_soon() {
    let doubling = |name: &str| -> String {
        let line = |n: usize| format!("{name} A{}=$A{n}$A{n}\n", n + 1);
        (0..60).map(line).collect()
    };
    let chain: String = (2..5_000)
        .map(|n| format!("ENV A{n}=$A{}$A{}\n", n - 1, n - 2))
        .collect();
    let arguments: String = (0..2_000)
        .map(|n| format!("ARG A{n}=\nENV B{n}=$A{n}\n"))
        .collect();
    for lines in [
        format!("FROM python\nENV A0=aaaaaaaa\n{}", doubling("ENV")),
        format!("ARG A0=aaaaaaaa\n{}FROM python:$A60\n{0}", doubling("ARG")),
        format!("FROM python\nENV A0=a A1=b\n{chain}"),
        format!("FROM python\n{arguments}"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("requirements.txt", "flask\ngunicorn\n");
        put("app.py", "from flask import Flask\napp = Flask(__name__)\n");
        put(
            "Dockerfile",
            &format!("{lines}WORKDIR $A60\nCMD gunicorn app:app $A60\n"),
        );
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dockwright"));
        command.args(["init", "--yes", "--adopt"]);
        let seen = super::watched::watch(command.arg(folder.path()));
        let what = &lines[..60];
        assert!(matches!(seen.code, Some(0 | 2)), "{what}: {}", seen.say);
        assert!(
            seen.memory < super::watched::MEMORY,
            "{what}: {} MB",
            seen.memory >> 20
        );
        assert!(
            seen.took < Duration::from_secs(30),
            "{what}: {:?}",
            seen.took
        );
    }
}
