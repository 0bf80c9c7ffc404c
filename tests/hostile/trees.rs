//! Folders that are traps: links, FIFOs, folders and devices in the place of files, at each name that is read or written.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use super::run;

const NAMES: [&str; 38] = [
    "requirements.txt",
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile",
    "Pipfile.lock",
    "pylock.toml",
    "setup.py",
    "setup.cfg",
    ".python-version",
    "Procfile",
    "runtime.txt",
    "mise.toml",
    "dockwright.toml",
    "dockwright.lock",
    ".dockerignore",
    ".gitignore",
    ".tool-versions",
    "Dockerfile",
    "main.py",
    "gunicorn.conf.py",
    "Dockerfile.dockerignore",
    "manage.py",
    "environment.yml",
    "uv.toml",
    "poetry.toml",
    ".nvmrc",
    "package.json",
    "compose.yaml",
    "docker-bake.hcl",
    ".pre-commit-config.yaml",
    ".github",
    ".git",
    ".gitlab-ci.yml",
    "Makefile",
    "alembic.ini",
    "Containerfile",
];

/// What stands there instead of a file.
const TRAPS: [fn(&Path); 6] = [
    |path| {
        assert!(
            std::process::Command::new("mkfifo")
                .arg(path)
                .status()
                .unwrap()
                .success()
        )
    },
    |path| symlink("/dev/zero", path).unwrap(),
    |path| symlink(path, path).unwrap(),
    |path| symlink("/etc/passwd", path).unwrap(),
    |path| fs::create_dir(path).unwrap(),
    |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
];

/// Each name of a folder with what stands there, and the text of files.
fn listing(root: &Path) -> BTreeMap<String, String> {
    fs::read_dir(root)
        .unwrap()
        .flatten()
        .map(|entry| {
            let kind = entry.file_type().unwrap();
            let text = if kind.is_file() {
                fs::read_to_string(entry.path()).unwrap_or_default()
            } else {
                format!("{kind:?}")
            };
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn traps_hold_nothing_up_and_change_nothing() {
    for name in NAMES {
        for (number, trap) in TRAPS.iter().enumerate() {
            let folder = tempfile::Builder::new().prefix("t").tempdir().unwrap();
            let root = folder.path();
            fs::write(
                root.join("app.py"),
                "from flask import Flask\napp = Flask(__name__)\n",
            )
            .unwrap();
            if name != "requirements.txt" {
                fs::write(root.join("requirements.txt"), "flask\ngunicorn\n").unwrap();
            }
            trap(&root.join(name));
            let before = listing(root);
            let since = Instant::now();
            let what = format!("{name}, trap {number}");
            let path = root.to_str().unwrap();
            // Whatever stands there is nobody's reason to stop before all was looked at.
            for asked in [
                &["init", "--yes"][..],
                &["init", "--yes", "--adopt"],
                &["explain"],
                &["check"],
            ] {
                if asked[0] != "init" || name == "Dockerfile" {
                    let ran = run(&[asked, &[path]].concat(), &what);
                    assert!(!ran.say.contains("root:x"), "{what}: {}", ran.say);
                    assert!(!ran.out.contains("root:x"), "{what}: {}", ran.out);
                    assert!(asked[0] != "init" || ran.exit == 2, "{what}: {}", ran.say);
                }
            }
            let all = [
                "generate",
                "--compose",
                "--bake",
                "--ci",
                "github",
                "--pre-commit",
                path,
            ];
            let ran = run(&all, &what);
            assert!(since.elapsed() < Duration::from_secs(5), "{what}");
            assert!(!ran.say.contains("root:x"), "{what}: {}", ran.say);
            if ran.exit == 0 {
                assert!(root.join("dockwright.lock").is_file(), "{what}");
                continue;
            }
            assert_eq!(ran.exit, 2, "{what}");
            assert!(
                ran.say.contains(name) && ran.say.contains("\nhelp: "),
                "{what}: {}",
                ran.say
            );
            assert_eq!(listing(root), before, "{what}");
        }
    }
}

#[test]
fn includes_never_leave_the_project() {
    for line in [
        "-r ../../etc/passwd",
        "-r /etc/passwd",
        "-c ../x.txt",
        "-r ~/x.txt",
        "-r file:///etc/passwd",
        "-r https://h.example/r.txt",
        "-r link.txt",
        "-r up/secret.txt",
        "-e ../x",
        "-e /etc",
        "./../x",
        "file:///etc/passwd",
        "x @ file:///etc/passwd",
        "-r requirements.txt",
        "-r .",
        "-r",
    ] {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("project");
        fs::create_dir(&root).unwrap();
        fs::write(outer.path().join("secret.txt"), "outside\n").unwrap();
        symlink("..", root.join("up")).unwrap();
        symlink("../secret.txt", root.join("link.txt")).unwrap();
        fs::write(root.join("requirements.txt"), format!("flask\n{line}\n")).unwrap();
        let before = listing(&root);
        let ran = run(&["generate", root.to_str().unwrap()], line);
        assert_eq!(ran.exit, 2, "{line}: {}", ran.say);
        assert!(
            ran.say.contains("requirements.txt:2"),
            "{line}: {}",
            ran.say
        );
        assert!(
            !ran.say.contains("outside\n") && !ran.say.contains("root:"),
            "{line}: {}",
            ran.say
        );
        assert_eq!(listing(&root), before, "{line}");
    }
}

/// The search for a workspace above reads one file before any plan does: not what a link out of the project makes of it.
#[test]
fn a_manifest_behind_a_link_moves_no_context() {
    let outer = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = outer.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("secret/requirements.txt", "-r ../base.txt\n");
    put("repo/base.txt", "of-the-checkout==1\n");
    put("repo/.git/HEAD", "");
    put(
        "repo/api/app.py",
        "from flask import Flask\napp = Flask(__name__)\n",
    );
    put(
        "repo/api/setup.py",
        "from setuptools import setup\nsetup(name='x', install_requires=['flask', 'gunicorn'])\n",
    );
    let manifest = outer.path().join("repo/api/requirements.txt");
    symlink("../../secret/requirements.txt", &manifest).unwrap();
    let root = dockwright::inspect::context::open(&outer.path().join("repo/api")).unwrap();
    assert_eq!(root.app(), "", "the link's target chose {:?}", root.root());
    // A link to a file of the project's own is that file.
    put("repo/api/requirements/base.txt", "-r ../base.txt\nflask\n");
    fs::remove_file(&manifest).unwrap();
    symlink("requirements/base.txt", &manifest).unwrap();
    let root = dockwright::inspect::context::open(&outer.path().join("repo/api")).unwrap();
    assert_eq!(root.app(), "api");
}

#[test]
fn a_link_or_a_hand_written_file_is_never_written_through() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("project");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("requirements.txt"), "flask\n").unwrap();
    fs::write(
        root.join("app.py"),
        "from flask import Flask\napp = Flask(__name__)\n",
    )
    .unwrap();
    fs::write(root.join("Dockerfile"), "FROM scratch\n").unwrap();
    let ran = run(&["generate", root.to_str().unwrap()], "foreign");
    assert_eq!(ran.exit, 2);
    assert!(
        ran.say.contains("-FROM scratch") && ran.say.contains("--force"),
        "{}",
        ran.say
    );
    let victim = outer.path().join("victim");
    fs::write(&victim, "mine\n").unwrap();
    for name in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
        let _ = fs::remove_file(root.join("Dockerfile"));
        symlink("../victim", root.join(name)).unwrap();
        let ran = run(&["generate", "--force", root.to_str().unwrap()], name);
        assert_eq!(ran.exit, 2, "{name}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine\n");
        fs::remove_file(root.join(name)).unwrap();
    }
    assert!(!root.join("Dockerfile").exists());
}

#[test]
fn a_context_of_two_lines_does_not_become_an_instruction() {
    for name in [
        "a\nRUN touch pwned",
        "a b",
        "$HOME",
        "it's",
        "a\"b",
        "<<EOF",
        "a\\",
        "-x",
        "{{ x }}",
    ] {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path();
        let member = root.join(name);
        fs::create_dir_all(&member).unwrap();
        let table =
            "[project]\nversion = '1'\nrequires-python = '>=3.12'\ndependencies = ['flask']\n";
        fs::write(
            root.join("pyproject.toml"),
            format!("{table}name = 'top'\n[tool.uv.workspace]\nmembers = ['*']\n"),
        )
        .unwrap();
        fs::write(
            member.join("pyproject.toml"),
            format!("{table}name = 'member'\n"),
        )
        .unwrap();
        fs::write(
            member.join("app.py"),
            "from flask import Flask\napp = Flask(__name__)\n",
        )
        .unwrap();
        fs::write(
            root.join("uv.lock"),
            "version = 1\nrequires-python = \">=3.12\"\n[manifest]\nmembers = [\"member\", \"top\"]\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [{ url = \"https://h.example/flask-3.0.0-py3-none-any.whl\", hash = \"sha256:0\", size = 1 }]\n[[package]]\nname = \"member\"\nversion = \"1\"\nsource = { virtual = \"member\" }\ndependencies = [{ name = \"flask\" }]\n[[package]]\nname = \"top\"\nversion = \"1\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"flask\" }]\n",
        )
        .unwrap();
        let ran = run(&["generate", "--stdout", member.to_str().unwrap()], name);
        if ran.exit == 0 {
            assert!(
                super::dockerfile::parse(&ran.out).is_ok(),
                "{name}: {:?}\n{}",
                super::dockerfile::parse(&ran.out),
                ran.out
            );
        } else {
            assert_eq!(ran.exit, 2, "{name}: {}", ran.say);
        }
    }
}
