//! Every setting, said by a flag, by a variable and by the file: three words for one thing; and every question, which has one.

use std::collections::BTreeSet;

use dockwright::wizard::questions::{EXTRAS, QUESTIONS};
use serde_json::Value;

use super::project::{Done, Project};
use super::{APP, flask};

/// A setting.
struct Said {
    key: &'static str,
    /// What the file says.
    toml: &'static str,
    flags: &'static [&'static str],
    /// What the variable of the flag's name holds; none could hold several `NAME=VALUE`.
    variable: Option<(&'static str, &'static str)>,
    /// What the file says beside, each time.
    with: &'static str,
}

const fn said(
    key: &'static str,
    toml: &'static str,
    flags: &'static [&'static str],
    variable: (&'static str, &'static str),
) -> Said {
    Said {
        key,
        toml,
        flags,
        variable: Some(variable),
        with: PIP,
    }
}

const fn pair(key: &'static str, toml: &'static str, flags: &'static [&'static str]) -> Said {
    Said {
        key,
        toml,
        flags,
        variable: None,
        with: PIP,
    }
}

/// Two managers claim the project.
const PIP: &str = "manager = \"pip\"\n";
const PROJECT: &str = "manager = \"project\"\n";
const IMAGE: &str = "manager = \"pip\"\nbase = \"registry.example/python:3\"\n";
const BAKE: &str = "manager = \"pip\"\nbake = true\n";

#[rustfmt::skip]
const TABLE: [Said; 38] = [
    said("python", "python = \"3.12\"", &["--python", "3.12"], ("PYTHON", "3.12")),
    said("base", "base = \"full\"", &["--base", "full"], ("BASE", "full")),
    said("suite", "suite = \"bookworm\"", &["--suite", "bookworm"], ("SUITE", "bookworm")),
    Said { with: IMAGE, ..said("package-tool", "package-tool = \"apk\"", &["--package-tool", "apk"], ("PACKAGE_TOOL", "apk")) },
    Said { with: "", ..said("manager", "manager = \"project\"", &["--manager", "project"], ("MANAGER", "project")) },
    said("installer", "installer = \"uv\"", &["--installer", "uv"], ("INSTALLER", "uv")),
    said("requirements", "requirements = \"other.txt\"", &["--requirements", "other.txt"], ("REQUIREMENTS", "other.txt")),
    Said { with: PROJECT, ..said("groups", "groups = [\"db\", \"!docs\"]", &["--groups", "db,!docs"], ("GROUPS", "db,!docs")) },
    Said { with: PROJECT, ..said("extras", "extras = [\"s3\", \"mail\"]", &["--extras", "s3", "--extras", "mail"], ("EXTRAS", "s3,mail")) },
    said("frontend", "frontend = \"web\"", &["--frontend", "web"], ("FRONTEND", "web")),
    said("command", "command = \"python -m 'app x'\"", &["--command", "python -m 'app x'"], ("COMMAND", "python -m 'app x'")),
    said("app", "app = \"other:app\"", &["--app", "other:app"], ("APP", "other:app")),
    said("server", "server = \"waitress\"", &["--server", "waitress"], ("SERVER", "waitress")),
    said("port", "port = 9000", &["--port", "9000"], ("PORT", "9000")),
    Said { with: BAKE, ..said("platforms", "platforms = [\"linux/arm64\"]", &["--platform", "linux/arm64"], ("PLATFORM", "linux/arm64")) },
    said("buildkit", "buildkit = false", &["--no-buildkit"], ("NO_BUILDKIT", "true")),
    said("syntax", "syntax = \"docker/dockerfile:1\"", &["--syntax", "docker/dockerfile:1"], ("SYNTAX", "docker/dockerfile:1")),
    said("healthcheck", "healthcheck = false", &["--no-healthcheck"], ("NO_HEALTHCHECK", "true")),
    said("healthcheck-path", "healthcheck-path = \"/up?a,b\"", &["--healthcheck-path", "/up?a,b"], ("HEALTHCHECK_PATH", "/up?a,b")),
    said("user", "user = \"shop\"", &["--user", "shop"], ("USER", "shop")),
    said("uid", "uid = 1000", &["--uid", "1000"], ("UID", "1000")),
    said("gid", "gid = 1001", &["--gid", "1001"], ("GID", "1001")),
    said("dockerfile", "dockerfile = \"Dockerfile.own\"", &["--dockerfile", "Dockerfile.own"], ("DOCKERFILE", "Dockerfile.own")),
    said("compose", "compose = true", &["--compose"], ("COMPOSE", "true")),
    said("bake", "bake = true", &["--bake"], ("BAKE", "true")),
    said("ci", "ci = \"gitlab\"", &["--ci", "gitlab"], ("CI", "gitlab")),
    said("pre-commit", "pre-commit = true", &["--pre-commit"], ("PRE_COMMIT", "true")),
    said("packages.build", "packages.build = [\"git\", \"make\"]", &["--build-packages", "git,make"], ("BUILD_PACKAGES", "git,make")),
    said("packages.run", "packages.run = [\"curl\"]", &["--run-packages", "curl"], ("RUN_PACKAGES", "curl")),
    pair("env", "env = { TZ = \"UTC, or so\", B = \"1\" }", &["--env", "TZ=UTC, or so", "--env", "B=1"]),
    pair("labels", "labels = { \"org.example\" = \"a=b\" }", &["--label", "org.example=a=b"]),
    pair("args", "args = { REVISION = \"none\" }", &["--arg", "REVISION=none"]),
    said("secrets", "secrets = [\"id=a,env=A\", \"id=b,src=b.conf\"]", &["--secret", "id=a,env=A", "--secret", "id=b,src=b.conf"], ("SECRET", "id=a,env=A id=b,src=b.conf")),
    said("copy", "copy = [\"web/a.txt\", \"other.txt:/etc/o\"]", &["--copy", "web/a.txt,other.txt:/etc/o"], ("COPY", "web/a.txt,other.txt:/etc/o")),
    said("writable", "writable = [\"media\", \"logs\"]", &["--writable", "media,logs"], ("WRITABLE", "media,logs")),
    said("volumes", "volumes = [\"/data\"]", &["--volumes", "/data"], ("VOLUMES", "/data")),
    said("run.before-dependencies", "run.before-dependencies = [\"true, really\"]", &["--before-dependencies", "true, really"], ("BEFORE_DEPENDENCIES", "true, really")),
    said("run.after-dependencies", "run.after-dependencies = [\"true # a b\"]", &["--after-dependencies", "true # a b"], ("AFTER_DEPENDENCIES", "true # a b")),
];

#[rustfmt::skip]
const REST: [Said; 3] = [
    said("run.end-of-builder", "run.end-of-builder = [\"npm ci\"]", &["--end-of-builder", "npm ci"], ("END_OF_BUILDER", "npm ci")),
    said("run.end-of-runtime", "run.end-of-runtime = [\"install -d /x\"]", &["--end-of-runtime", "install -d /x"], ("END_OF_RUNTIME", "install -d /x")),
    // Without a digest in the lock the one that asks for it is refused, whoever asks: nobody here answers for a registry.
    said("pin", "pin = true", &["--pin"], ("PIN", "true")),
];

fn table() -> impl Iterator<Item = &'static Said> {
    TABLE.iter().chain(&REST)
}

fn project(settings: &str) -> Project {
    let project = flask();
    for (path, text) in [
        (".git/HEAD", ""),
        ("other.txt", "flask==3.1.2\nwaitress==3.0.2\n"),
        ("other.py", APP),
        ("web/a.txt", "a\n"),
        (
            "web/package.json",
            "{\"scripts\": {\"build\": \"vite build\"}}",
        ),
        ("web/package-lock.json", "{\"lockfileVersion\": 3}"),
        (
            "pyproject.toml",
            "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\", \"gunicorn\"]\n[project.optional-dependencies]\ns3 = [\"boto3\"]\nmail = [\"psycopg2\"]\n[dependency-groups]\ndb = [\"psycopg2\"]\ndocs = [\"sphinx\"]\n",
        ),
        ("dockwright.toml", settings),
    ] {
        project.write(path, text);
    }
    project
}

/// All that a run says.
fn told(done: &Done) -> (i32, String, String) {
    (done.code, done.out.clone(), done.err.clone())
}

#[test]
fn every_setting_can_be_said_in_three_ways() {
    for one in table() {
        let bare = one.with;
        let arguments = ["generate", "--diff"];
        let by_nobody = told(&project(bare).run(&arguments));
        let by_file = told(&project(&format!("{bare}{}\n", one.toml)).run(&arguments));
        let by_flag = told(&project(bare).run(&[&arguments, one.flags].concat()));
        assert_ne!(by_file, by_nobody, "`{}` changes nothing here", one.key);
        let is_pin = one.key == "pin";
        if !is_pin {
            assert_eq!(by_flag, by_file, "{}", one.key);
            assert_eq!(by_file.0, 0, "{}: {}", one.key, by_file.2);
        }
        if let Some((name, value)) = one.variable {
            let name = format!("DOCKWRIGHT_{name}");
            let variable = [(name.as_str(), value)];
            let done = project(bare).run_with(&variable, &arguments);
            let expected = if is_pin { by_flag } else { by_file };
            assert_eq!(told(&done), expected, "{}", one.key);
        }
    }
}

#[test]
fn the_table_has_every_setting_flag_and_variable() {
    let project = project("");
    let schema: Value = serde_json::from_str(&project.run(&["schema"]).out).unwrap();
    let mut keys = BTreeSet::new();
    for (key, property) in schema["properties"].as_object().unwrap() {
        let inner = property["$ref"]
            .as_str()
            .and_then(|path| schema.pointer(path.trim_start_matches('#')))
            .and_then(|table| table["properties"].as_object());
        match inner {
            Some(inner) => keys.extend(inner.keys().map(|name| format!("{key}.{name}"))),
            None => drop(keys.insert(key.clone())),
        }
    }
    // A file alone can hold several images.
    keys.retain(|key| key != "root" && key != "images");
    let known: BTreeSet<String> = table().map(|one| one.key.to_owned()).collect();
    assert_eq!(known, keys);
    // The other way: whatever can be typed is a setting, or says how this run goes.
    let settings: BTreeSet<&str> = table().map(|one| one.flags[0]).collect();
    for (command, own) in [
        ("generate", &["--diff", "--force", "--keep", "--stdout"][..]),
        ("init", &["--adopt", "--force", "--keep", "--yes"]),
        ("check", &["--diff", "--format"]),
        ("watch", &["--force", "--keep"]),
        ("update", &["--diff", "--force", "--keep"]),
        ("explain", &["--format"]),
    ] {
        let help = project.run(&[command, "--help"]).out;
        let flags: BTreeSet<&str> = help
            .lines()
            .map(|line| {
                line.trim_start()
                    .trim_start_matches("-h, ")
                    .trim_start_matches("-y, ")
            })
            .filter_map(|line| line.split_whitespace().next())
            .filter(|word| word.starts_with("--"))
            .collect();
        let own = own.iter().copied().chain(["--help", "--only"]);
        let known: BTreeSet<&str> = settings.iter().copied().chain(own).collect();
        assert_eq!(known, flags, "{command}");
    }
    let extras = EXTRAS.iter().map(|(key, _)| *key);
    for key in QUESTIONS.iter().map(|question| question.key).chain(extras) {
        assert!(
            table().any(|one| one.key == key),
            "the question {key} has no setting"
        );
    }
    let guide = include_str!("../../docs/src/settings.md");
    for one in table() {
        let key = one.key.rsplit('.').next().unwrap();
        assert!(
            guide.contains(&format!("`{key}`")) || guide.contains(one.key),
            "the guide says nothing of {}",
            one.key
        );
    }
}
