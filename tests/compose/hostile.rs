//! Each place where a project's text reaches `compose.yaml` × each way out of it: the file, parsed again, has the nodes of its
//! benign twin, and holds the text as it is.

use std::fs;
use std::path::Path;

use dockwright::change::Options;
use dockwright::preview;
use dockwright::settings::Settings;
use yaml_rust2::{Yaml, YamlLoader};

/// Ways out.
const VALUES: [&str; 16] = [
    "a: b",
    "a\": \"b",
    "a', 'b",
    "a\\",
    "a # b",
    "*application",
    "&anchor",
    "!!python/object:os.system",
    "- a",
    "{a: b}",
    "[a]",
    "${HOME}",
    "$$HOME $HOME",
    "${X:?y}\"",
    "%TAG",
    "a\u{a0}b",
];

/// Files of a project that hold a value somewhere.
type Files = Vec<(&'static str, String)>;

/// The files of a project with a value in one place.
type Project = fn(&str) -> Files;

/// The places, each with whether the value must be found in the file as it is.
const PLACES: [(&str, bool, Project); 6] = [
    ("command", true, |v| {
        with(
            "Procfile",
            format!("web: gunicorn app:app\nworker: python -c {}\n", shell(v)),
        )
    }),
    ("process", false, |v| {
        with(
            "Procfile",
            format!("web: gunicorn app:app\n{v}: python app.py\n"),
        )
    }),
    ("project", false, |v| {
        with(
            "pyproject.toml",
            format!("[project]\nname = {v:?}\nversion = '1'\n"),
        )
    }),
    ("sqlite", false, |v| {
        python(&format!(
            "import sqlite3\nsqlite3.connect({})\n",
            literal(&format!("data/{v}/x.db"))
        ))
    }),
    ("variable", false, |v| {
        python(&format!("import os\nos.environ[{}]\n", literal(v)))
    }),
    ("fallback", false, |v| {
        python(&format!(
            "import os\nos.environ.get('REDIS_URL', {})\n",
            literal(&format!("{v}://h/0"))
        ))
    }),
];

/// Keys that the template writes.
const KEYS: [&str; 31] = [
    "<<",
    "build",
    "cap_drop",
    "command",
    "condition",
    "context",
    "depends_on",
    "disable",
    "dockerfile",
    "environment",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "interval",
    "ports",
    "pull_policy",
    "read_only",
    "restart",
    "retries",
    "secrets",
    "security_opt",
    "services",
    "source",
    "start_period",
    "stop_grace_period",
    "target",
    "test",
    "timeout",
    "tmpfs",
    "volumes",
];

/// Keys below which the project's own names stand.
const NAMING: [&str; 5] = [
    "depends_on",
    "environment",
    "secrets",
    "services",
    "volumes",
];

/// Attacks every place.
pub(crate) fn all() {
    let mut written = 0;
    for (name, kept, files) in PLACES {
        let benign = generated(&files("benign"), name).unwrap();
        shape(&load(&benign, name), name);
        for value in VALUES {
            let what = format!("{name}: {value}");
            let Some(text) = generated(&files(value), &what) else {
                continue;
            };
            written += 1;
            let yaml = load(&text, &what);
            shape(&yaml, &what);
            if kept {
                let doubled = value.replace('$', "$$");
                assert!(holds(&yaml, &doubled), "{what} is not as it was\n{text}");
            }
        }
    }
    assert!(written > 60, "{written} files were written");
}

fn load(text: &str, what: &str) -> Yaml {
    let documents = YamlLoader::load_from_str(text);
    let mut documents = documents.unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
    assert_eq!(documents.len(), 1, "{what}\n{text}");
    documents.remove(0)
}

/// The file; `None` where the project is refused.
fn generated(files: &Files, what: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shop");
    fs::create_dir_all(root.join(".git")).unwrap();
    for (path, text) in files {
        write(&root.join(path), text);
    }
    let wish = Settings {
        compose: Some(true),
        ..Settings::default()
    };
    let preview = match preview(&root, wish, Options::default()) {
        Ok(preview) => preview,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{what}");
            return None;
        }
    };
    let file = preview
        .changes
        .into_iter()
        .find(|one| one.path == "compose.yaml");
    Some(file.unwrap().after)
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

/// Every key of a document is one of the template's, or a plain name where names stand.
fn shape(yaml: &Yaml, what: &str) {
    let mut open = vec![("", yaml)];
    while let Some((above, yaml)) = open.pop() {
        for (key, value) in yaml.as_hash().into_iter().flatten() {
            let key = key
                .as_str()
                .unwrap_or_else(|| panic!("{what}: {key:?} is no text"));
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let named = NAMING.contains(&above) && key.chars().all(plain);
            let own = KEYS.contains(&key) || key == "type" || key == "x-application";
            assert!(named || own, "{what}: {above}/{key}");
            open.push((key, value));
        }
        for value in yaml.as_vec().into_iter().flatten() {
            open.push(("", value));
        }
    }
}

/// Is the text one of the document's scalars?
fn holds(yaml: &Yaml, text: &str) -> bool {
    match yaml {
        Yaml::String(found) => found == text,
        Yaml::Array(list) => list.iter().any(|one| holds(one, text)),
        Yaml::Hash(hash) => hash.values().any(|one| holds(one, text)),
        _ => false,
    }
}

fn with(path: &'static str, text: String) -> Files {
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    vec![
        ("requirements.txt", "flask\ngunicorn\nredis\n".to_owned()),
        ("app.py", app.to_owned()),
        (path, text),
    ]
}

fn python(code: &str) -> Files {
    with(
        "config.py",
        format!("import sqlite3, os\n{code}if __name__ == '__main__':\n    pass\n"),
    )
}

fn literal(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn shell(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}
