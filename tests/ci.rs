//! The workflows of `--ci`: pinned, without a secret's value, and nothing of the project's becomes a node or a command of theirs.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A project at the top of a repository.
fn project(name: &str) -> TempDir {
    let folder = TempDir::with_prefix("shop").unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    lay(folder.path(), name);
    folder
}

fn lay(folder: &Path, name: &str) {
    let manifest = format!(
        "[project]\nname = {name:?}\nversion = \"1\"\nrequires-python = \">=3.12\"\ndependencies = [\"fastapi\", \"uvicorn\"]\n"
    );
    fs::write(folder.join("pyproject.toml"), manifest).unwrap();
    let app = "from fastapi import FastAPI\n\napp = FastAPI()\n";
    fs::write(folder.join("main.py"), app).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// The workflow that is written for a forge.
fn workflow(folder: &Path, forge: &str, path: &str, more: &[&str]) -> String {
    let done = run(folder, &[&["generate", "--ci", forge], more].concat());
    assert!(done.status.success(), "{done:?}");
    fs::read_to_string(folder.join(path)).unwrap()
}

const GITHUB: &str = ".github/workflows/dockwright.yml";
const GITLAB: &str = ".gitlab/dockwright.yml";

#[test]
fn github_gets_pinned_actions_and_the_least_permissions() {
    let folder = project("shop");
    let secret = ["--secret", "id=token,env=PIP_TOKEN"];
    let text = workflow(folder.path(), "github", GITHUB, &secret);
    let uses: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("uses: "))
        .map(|(_, action)| action)
        .collect();
    assert_eq!(uses.len(), 4, "{text}");
    for action in uses {
        let commit = action.split(['@', ' ']).nth(1).unwrap();
        assert!(
            commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
            "{action}"
        );
        assert!(action.contains(" # v"), "{action}");
    }
    assert!(text.contains("permissions:\n  contents: read\n"), "{text}");
    assert!(!text.contains(": write"), "{text}");
    let expansions: Vec<&str> = text
        .split("${{ ")
        .skip(1)
        .map(|rest| rest.split(" }}").next().unwrap())
        .collect();
    assert_eq!(expansions, ["github.ref", "secrets.PIP_TOKEN"]);
    let order = ["check", "build-push-action", "verify --image \"shop:ci\""];
    let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    let settled = run(
        folder.path(),
        &["check", "--ci", "github", secret[0], secret[1]],
    );
    assert!(settled.status.success(), "{settled:?}");
    judged(folder.path(), "actionlint", &[GITHUB]);
    judged(
        folder.path(),
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-workflows", GITHUB],
    );
}

#[test]
fn gitlab_is_told_to_include_it() {
    let folder = project("shop");
    let text = workflow(folder.path(), "gitlab", GITLAB, &[]);
    assert!(text.contains("dockwright check \".\"\n"), "{text}");
    assert!(
        text.contains("dockwright verify --image \"shop:ci\" \".\"\n"),
        "{text}"
    );
    judged(
        folder.path(),
        "check-jsonschema",
        &["--builtin-schema", "vendor.gitlab-ci", GITLAB],
    );
    let warned = |folder: &Path| {
        let done = run(folder, &["generate", "--ci", "gitlab"]);
        String::from_utf8(done.stderr)
            .unwrap()
            .contains("warning[ci-not-included]")
    };
    assert!(warned(folder.path()));
    let main = format!("include:\n  - local: {GITLAB}\n");
    fs::write(folder.path().join(".gitlab-ci.yml"), main).unwrap();
    assert!(!warned(folder.path()));
}

/// A program's own word on a file, where the program is there: `pip install check-jsonschema`, `go install …/actionlint`.
fn judged(folder: &Path, program: &str, arguments: &[&str]) {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    // 127: a shim of a version manager, without the program.
    if let Ok(done) = done
        && done.status.code() != Some(127)
    {
        assert!(done.status.success(), "{program}: {done:?}");
    }
}

#[test]
fn a_name_stays_a_name() {
    let plain = workflow(project("shop").path(), "github", GITHUB, &[]);
    for name in [
        "shop\"\n      - run: id",
        "${{ secrets.X }}",
        "$(id)",
        "`id`",
        "shop: {a: b}",
        "# shop",
    ] {
        let folder = project(name);
        let done = run(folder.path(), &["generate", "--ci", "github"]);
        if done.status.success() {
            let text = fs::read_to_string(folder.path().join(GITHUB)).unwrap();
            assert_eq!(
                text.lines().count(),
                plain.lines().count(),
                "{name}: {text}"
            );
            assert_eq!(text.matches("${{").count(), 1, "{name}: {text}");
            assert!(
                !text.contains("$(") && !text.contains('`'),
                "{name}: {text}"
            );
        } else {
            assert_eq!(done.status.code(), Some(2), "{name}");
        }
    }
}

#[test]
fn a_folder_below_the_repository_is_sent_to_its_top() {
    let folder = project("shop");
    let below = folder.path().join("services/$(id)");
    fs::create_dir_all(&below).unwrap();
    lay(&below, "mail");
    fs::remove_file(folder.path().join("pyproject.toml")).unwrap();
    let done = run(&below, &["generate", "--ci", "github"]);
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.contains("belongs to the top of the repository"),
        "{said}"
    );
    assert!(!below.join("Dockerfile").exists());
}

#[test]
fn a_workflow_of_somebody_else_is_not_overwritten() {
    let folder = project("shop");
    let path = folder.path().join(GITHUB);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "name: mine\n").unwrap();
    let done = run(folder.path(), &["generate", "--ci", "github"]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "name: mine\n");
    assert!(!folder.path().join("Dockerfile").exists());
}
