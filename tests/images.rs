//! Several images of one repository: each Dockerfile where it belongs, one lock, one answer of `check`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const SETTINGS: &str = r#"
suite = "bookworm"

[env]
TZ = "UTC"

[images.web]
root = "services/web"

[images.mail]
command = "python mail.py"

[images.report]
command = "python report.py --daily"
packages.run = ["fonts-dejavu-core"]
"#;

/// A mailer and a report at the top, a web service of its own below.
fn repository() -> TempDir {
    let folder = TempDir::with_prefix("shop").unwrap();
    for (path, text) in [
        (".git/HEAD", ""),
        ("dockwright.toml", SETTINGS),
        ("requirements.txt", "psycopg2==2.9.11\n"),
        (".python-version", "3.13\n"),
        ("mail.py", "import psycopg2\n"),
        ("report.py", "import psycopg2\n"),
        (
            "services/web/requirements.txt",
            "fastapi==0.121.0\nuvicorn==0.38.0\n",
        ),
        ("services/web/.python-version", "3.12\n"),
        (
            "services/web/main.py",
            "from fastapi import FastAPI\n\napp = FastAPI()\n",
        ),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let done = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    Ran {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

#[test]
fn each_dockerfile_is_where_it_belongs() {
    let folder = repository();
    let done = run(folder.path(), &["generate"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let next: Vec<&str> = done
        .out
        .lines()
        .filter(|line| line.starts_with("next: "))
        .collect();
    assert_eq!(
        next,
        [
            "next: docker build --tag mail --file ./Dockerfile.mail .",
            "next: docker build --tag report --file ./Dockerfile.report .",
            "next: docker build --tag web ./services/web",
        ]
    );
    let text = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert!(text("services/web/Dockerfile").contains("FROM python:3.12-slim-bookworm AS runtime"));
    assert!(text("services/web/.dockerignore").contains("__pycache__"));
    assert!(text("Dockerfile.mail").contains("CMD [\"python\", \"mail.py\"]"));
    assert!(text("Dockerfile.report").contains("fonts-dejavu-core"));
    assert!(!text("Dockerfile.mail").contains("fonts-dejavu-core"));
    for path in [
        "Dockerfile.mail",
        "Dockerfile.report",
        "services/web/Dockerfile",
    ] {
        assert!(text(path).contains("TZ=UTC"), "{path}");
        assert!(
            text("dockwright.lock").contains(&format!("path = \"{path}\"")),
            "{path}"
        );
    }
    assert!(!folder.path().join("services/web/dockwright.lock").exists());
    assert!(!folder.path().join("Dockerfile").exists());
    let again = run(folder.path(), &["generate"]);
    assert!(
        !again.out.contains("updated") && !again.out.contains("created"),
        "{}",
        again.out
    );
    assert_eq!(run(folder.path(), &["check"]).code, 0);
}

#[test]
fn a_change_of_one_is_told_and_made_alone() {
    let folder = repository();
    run(folder.path(), &["generate"]);
    let manifest = folder.path().join("services/web/requirements.txt");
    fs::write(
        &manifest,
        "fastapi==0.121.0\nuvicorn==0.38.0\npython-magic==0.4.27\n",
    )
    .unwrap();
    let found = run(folder.path(), &["check"]);
    assert_eq!(found.code, 1);
    assert!(
        found.out.starts_with("services/web/requirements.txt:3: web: python-magic 0.4.27 was added to services/web/requirements.txt: the runtime needs libmagic1"),
        "{}",
        found.out
    );
    assert_eq!(run(folder.path(), &["check", "--only", "mail"]).code, 0);
    assert_eq!(run(folder.path(), &["check", "--only", "web"]).code, 1);
    let other = run(folder.path(), &["generate", "--only", "mail"]);
    assert_eq!(other.code, 0, "{}", other.err);
    let still = run(folder.path(), &["check", "--only", "web"]);
    assert_eq!(
        (still.code, &still.out),
        (1, &found.out),
        "and for the same reason"
    );
    // An image that cannot be planned is in nobody else's way.
    let dockerfile = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, "-r missing.txt\n").unwrap();
    assert_eq!(run(folder.path(), &["check"]).code, 2);
    assert_eq!(run(folder.path(), &["generate", "--only", "mail"]).code, 0);
    fs::write(&manifest, dockerfile).unwrap();
    let path = folder.path().join("services/web/Dockerfile");
    let edited = fs::read_to_string(&path)
        .unwrap()
        .replace("USER ", "# ours\nUSER ");
    fs::write(&path, edited).unwrap();
    let own = run(folder.path(), &["generate", "--only", "web"]);
    assert_eq!(own.code, 0, "{}", own.err);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("libmagic1") && text.contains("# ours"),
        "{text}"
    );
    assert_eq!(run(folder.path(), &["check"]).code, 0);
}

#[test]
fn explanations_stand_under_names() {
    let folder = repository();
    let all = run(folder.path(), &["explain", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(all["images"]["web"]["python"]["version"], "3.12");
    let one = run(
        folder.path(),
        &["explain", "--format", "json", "--only", "web"],
    );
    let one: serde_json::Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(one, all["images"]["web"]);
    let people = run(folder.path(), &["explain"]);
    assert_eq!(
        people.out.matches("\nproject ").count(),
        3,
        "{}",
        people.out
    );
}

#[test]
fn one_workflow_serves_all() {
    let folder = repository();
    for (forge, path) in [
        ("github", ".github/workflows/dockwright.yml"),
        ("gitlab", ".gitlab/dockwright.yml"),
    ] {
        let done = run(folder.path(), &["generate", "--ci", forge]);
        assert_eq!(done.code, 0, "{}", done.err);
        let text = fs::read_to_string(folder.path().join(path)).unwrap();
        assert_eq!(text.matches(" check \".\"").count(), 1, "{text}");
        assert_eq!(text.matches(" verify --only ").count(), 3, "{text}");
        assert!(text.contains("services/web/Dockerfile"), "{text}");
    }
}

#[test]
fn one_hook_serves_all() {
    let folder = repository();
    let done = run(folder.path(), &["generate", "--pre-commit"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let path = folder.path().join(".pre-commit-config.yaml");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(
        text.matches("entry: dockwright check\n").count(),
        1,
        "{text}"
    );
    assert_eq!(run(folder.path(), &["check"]).code, 0);
    // One that somebody else began stays, and is told what to add.
    let folder = repository();
    let path = folder.path().join(".pre-commit-config.yaml");
    fs::write(&path, "repos: []\n").unwrap();
    let done = run(folder.path(), &["generate", "--pre-commit"]);
    assert!(done.err.contains("warning[hook-not-added]"), "{}", done.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "repos: []\n");
}

#[test]
fn what_cannot_be_is_refused() {
    for (table, said) in [
        (
            "[images.web]\nroot = \"../other\"",
            "`images.web.root` cannot be",
        ),
        (
            "[images.web]\nroot = \"/etc\"",
            "`images.web.root` cannot be",
        ),
        (
            "[images.web]\nroot = \"gone\"",
            "`images.web.root` is `gone`, and there is no such folder",
        ),
        ("[images.\"a\\nb\"]\nport = 80", "an image cannot be called"),
        ("[images.\"A B\"]\nport = 80", "an image cannot be called"),
        ("root = \"services/web\"", "stand where they mean nothing"),
        (
            "[images.web.images.web]\nport = 80",
            "stand where they mean nothing",
        ),
        ("[images.web]\nprot = 80", "dockwright.toml:2"),
        (
            "[images.a]\nroot = \"services/web\"\ndockerfile = \"Dockerfile\"\n[images.b]\nroot = \"services/web\"\ndockerfile = \"Dockerfile\"",
            "two images write the same file",
        ),
    ] {
        let folder = repository();
        fs::write(folder.path().join("dockwright.toml"), table).unwrap();
        let done = run(folder.path(), &["generate"]);
        assert_eq!(done.code, 2, "{table}: {}", done.out);
        assert!(done.err.contains(said), "{table}: {}", done.err);
        assert!(!folder.path().join("services/web/Dockerfile").exists());
    }
    let folder = repository();
    for arguments in [
        &["generate", "--only", "wep"][..],
        &["explain", "--only", "wep"],
    ] {
        let done = run(folder.path(), arguments);
        assert!(
            done.err.contains("give one of: mail, report, web"),
            "{}",
            done.err
        );
    }
    let done = run(folder.path(), &["init", "--yes"]);
    assert!(done.err.contains("several images"), "{}", done.err);
}
