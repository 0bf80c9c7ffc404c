//! Each question: its proposal taken, and answered otherwise, seen in the settings and in the files.

use std::process::Command;

use tempfile::TempDir;

use super::terminal::{
    Answer, BACKSPACE, DOWN, Done, ENTER, PROGRAM, SPACE, Terminal, UP, plain, project, text, typed,
};
use super::{SHOP, USUAL};

fn init(folder: &TempDir, answers: &[Answer<'_>]) -> Done {
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(answers);
    assert_eq!(done.code, 0, "{}", done.shown);
    let mut check = Command::new(PROGRAM);
    let check = check.arg("check").arg(folder.path()).output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    done
}

/// What `generate` writes there without a settings file.
fn generated(folder: &TempDir) -> String {
    let mut command = Command::new(PROGRAM);
    let done = command.args(["generate", "--stdout"]).arg(folder.path());
    String::from_utf8(done.output().unwrap().stdout).unwrap()
}

fn has(folder: &TempDir, path: &str, part: &str) {
    let text = text(folder, path);
    assert!(text.contains(part), "{part} is not in {path}:\n{text}");
}

#[test]
fn enter_all_the_way_is_generate() {
    let (folder, plain_one) = (project(&SHOP), project(&SHOP));
    let done = init(&folder, &[]);
    assert!(done.shown.contains("[app.py:3]"), "{}", done.shown);
    assert!(
        done.shown
            .contains("the same without a question: dockwright generate\r\n")
    );
    let generate = Command::new(PROGRAM)
        .arg("generate")
        .arg(plain_one.path())
        .output();
    assert!(generate.unwrap().status.success());
    for path in ["Dockerfile", ".dockerignore"] {
        assert_eq!(text(&folder, path), text(&plain_one, path), "{path}");
    }
    assert_eq!(text(&folder, "dockwright.toml"), "");
}

#[test]
fn python() {
    let folder = project(&SHOP);
    let done = init(&folder, &[("Python", &[DOWN, ENTER])]);
    has(&folder, "dockwright.toml", "python = \"3.13\"\n");
    has(&folder, "Dockerfile", "FROM python:3.13-slim-trixie");
    assert!(done.shown.contains("dockwright generate --python 3.13\r\n"));
}

#[test]
fn base_suite_and_port() {
    let folder = project(&SHOP);
    let port = typed("9000");
    let answers: [Answer<'_>; 3] = [
        ("Base image", &[DOWN, ENTER]),
        ("Debian release", &[DOWN, ENTER]),
        ("Port", &port),
    ];
    init(&folder, &answers);
    for said in ["base = \"full\"", "suite = \"bookworm\"", "port = 9000"] {
        has(&folder, "dockwright.toml", said);
    }
    has(&folder, "Dockerfile", "-bookworm AS builder");
    has(&folder, "Dockerfile", "EXPOSE 9000\n");
}

#[test]
fn an_image_by_name_and_its_package_tool() {
    let folder = project(&SHOP);
    let image = typed("registry.example/python:3.14");
    let image = [&[UP, ENTER][..], &image].concat();
    let done = init(
        &folder,
        &[("Base image", &image), ("Its package tool", &[DOWN, ENTER])],
    );
    has(
        &folder,
        "dockwright.toml",
        "base = \"registry.example/python:3.14\"",
    );
    has(&folder, "dockwright.toml", "package-tool = \"apk\"");
    has(&folder, "Dockerfile", "apk add");
    let tools = done
        .asked
        .iter()
        .filter(|one| one.starts_with("Its package tool"));
    assert_eq!(tools.count(), 1, "{:?}", done.asked);
}

const MAIN: &str = "from fastapi import FastAPI\n\nNAME = FastAPI()\n";

#[test]
fn the_application_among_several_and_the_filter_of_a_long_list() {
    let names: Vec<String> = (b'a'..=b'j')
        .map(|c| format!("{}_site", char::from(c)))
        .collect();
    let sources: Vec<(String, String)> = names
        .iter()
        .map(|name| (format!("{name}.py"), MAIN.replace("NAME", name)))
        .collect();
    let mut files = vec![("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n")];
    files.extend(
        sources
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let folder = project(&files);
    let filter = [&["g", "_", "x", BACKSPACE, "s"][..], &[ENTER]].concat();
    let done = init(
        &folder,
        &[("Application to start (type to filter)", &filter)],
    );
    has(&folder, "dockwright.toml", "app = \"g_site:g_site\"");
    has(&folder, "Dockerfile", "g_site:g_site");
    let asked = done
        .asked
        .iter()
        .filter(|one| one.starts_with("Application"));
    assert_eq!(asked.count(), 1, "{:?}", done.asked);

    // The next time the choice is proposed, and can be another.
    let filter = [&["d", "_"][..], &[ENTER]].concat();
    init(&folder, &[("Application to start", &filter)]);
    has(&folder, "dockwright.toml", "app = \"d_site:d_site\"");
}

#[test]
fn a_start_command() {
    let folder = project(&[
        ("requirements.txt", "requests==2.32.5\n"),
        ("notes.txt", ""),
    ]);
    let line = typed("python -m http.server");
    init(&folder, &[("Start command", &line)]);
    has(
        &folder,
        "dockwright.toml",
        "command = \"python -m http.server\"",
    );
    has(
        &folder,
        "Dockerfile",
        "CMD [\"python\", \"-m\", \"http.server\"]",
    );
    let line = typed("python -m site");
    init(&folder, &[("Start command", &line)]);
    has(&folder, "dockwright.toml", "command = \"python -m site\"");
}

#[test]
fn a_server_where_none_is_installed() {
    let folder = project(&[("requirements.txt", "flask==3.1.2\n"), SHOP[1]]);
    init(&folder, &[("Server", &[DOWN, DOWN, DOWN, ENTER])]);
    has(&folder, "dockwright.toml", "server = \"waitress\"");
    has(&folder, "Dockerfile", "waitress-serve");
}

#[test]
fn the_package_manager() {
    let lock = r#"{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {}, "sources": []}, "default": {"django": {"version": "==5.2"}}, "develop": {}}"#;
    let folder = project(&[SHOP[0], SHOP[1], ("Pipfile.lock", lock)]);
    let line = typed("gunicorn app:app");
    let answers: [Answer<'_>; 2] = [
        ("Package manager", &[DOWN, ENTER]),
        ("Start command", &line),
    ];
    let done = init(&folder, &answers);
    has(&folder, "dockwright.toml", "manager = \"pipenv\"");
    has(&folder, "Dockerfile", "Pipfile.lock");
    assert!(done.shown.contains("2 package managers claim this project"));
}

#[test]
fn the_front_end() {
    let scripts = "{\"scripts\": {\"build\": \"vite build\"}}";
    let files = [
        SHOP[0],
        SHOP[1],
        ("package.json", scripts),
        ("package-lock.json", "{}"),
    ];
    let folder = project(&files);
    init(&folder, &[("Front end to build", &[DOWN, ENTER])]);
    assert!(!text(&folder, "Dockerfile").contains("node:"));
    init(&folder, &[("Front end to build", &[ENTER])]);
    has(&folder, "dockwright.toml", "frontend = \".\"");
    has(&folder, "Dockerfile", "node:");
}

#[test]
fn packages_are_taken_out_and_added() {
    let folder = project(&SHOP);
    let git = typed("git");
    let more = [&[DOWN, SPACE, ENTER][..], &git].concat();
    let answers: [Answer<'_>; 2] = [
        ("Builder's packages", &[DOWN, DOWN, SPACE, ENTER]),
        ("Runtime's packages", &more),
    ];
    let done = init(&folder, &answers);
    let why = "libpq-dev: psycopg2 has no wheel for Python 3.14";
    assert!(plain(&done.shown).contains(why), "{}", done.shown);
    has(
        &folder,
        "dockwright.toml",
        "build = [\"!libpq-dev\"]\nrun = [\"git\"]\n",
    );
    let dockerfile = text(&folder, "Dockerfile");
    assert!(!dockerfile.contains("libpq-dev") && dockerfile.contains("        git \\\n"));
}

#[test]
fn the_extras() {
    let folder = project(&SHOP);
    let all = [SPACE, DOWN, SPACE, DOWN, SPACE, DOWN, SPACE, ENTER];
    init(&folder, &[("Extras", &all)]);
    for said in [
        "compose = true",
        "bake = true",
        "ci = \"github\"",
        "pre-commit = true",
    ] {
        has(&folder, "dockwright.toml", said);
    }
    has(&folder, "compose.yaml", "services:");
    has(&folder, "docker-bake.hcl", "target \"");
    has(&folder, ".github/workflows/dockwright.yml", "verify");
    has(&folder, ".pre-commit-config.yaml", "dockwright check");
}

#[test]
fn again_over_settings_with_comments() {
    let settings =
        "# ours\nport = 9000 # behind nginx\n\n# until numpy is there\npython = \"3.12\"\n";
    let folder = project(&[SHOP[0], SHOP[1], ("dockwright.toml", settings)]);
    init(&folder, &[]);
    assert_eq!(text(&folder, "dockwright.toml"), settings);
    init(&folder, &[("Python", &[UP, ENTER])]);
    let changed = settings.replace("3.12", "3.13");
    assert_eq!(text(&folder, "dockwright.toml"), changed);
}

#[test]
fn the_preview_and_the_decision_not_to_write() {
    let folder = project(&SHOP);
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(&[
        ("Go on", &[DOWN, ENTER]),
        ("", &[ENTER]),
        ("", &[DOWN, ENTER]),
        ("", &[DOWN, ENTER]),
        ("Go on", &[UP, ENTER]),
    ]);
    let shown = plain(&done.shown);
    assert!(shown.contains("== Dockerfile ==") && shown.contains("== .dockerignore =="));
    assert!(shown.contains(" more lines"), "{shown}");
    assert_eq!(done.code, 130, "{shown}");
    assert_eq!(folder.path().read_dir().unwrap().count(), SHOP.len());
}

#[test]
fn lines_that_conflict() {
    let folder = project(&SHOP);
    init(&folder, &[]);
    let edited =
        generated(&folder).replace("python:3.14-slim-trixie AS runtime", "my-own:1 AS runtime");
    std::fs::write(folder.path().join("Dockerfile"), &edited).unwrap();
    let answers: [Answer<'_>; 2] = [
        ("Python", &[DOWN, ENTER]),
        ("Lines that conflict", &[DOWN, ENTER]),
    ];
    init(&folder, &answers);
    assert!(!text(&folder, "Dockerfile").contains("my-own:1"));
}
