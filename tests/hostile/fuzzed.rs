//! What must hold whatever the bytes: the property behind each fuzz target, and the corpus that fuzzing left, tried again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dockwright::change::{self, Options, State};
use dockwright::lock::LockRecord;
use dockwright::render::OutFile;

use super::{dockerfile, ran::run};

/// Each parser's fuzz target, and the file that it reads.
pub(crate) const PARSERS: [(&str, &str); 24] = [
    ("compose_file", "docker-compose.yml"),
    ("dockerignore", ".dockerignore"),
    ("gunicorn", "gunicorn.conf.py"),
    ("makefile", "Makefile"),
    ("mise", "mise.toml"),
    ("package_json", "package.json"),
    ("pdm_lock", "pdm.lock"),
    ("pipfile", "Pipfile"),
    ("pipfile_lock", "Pipfile.lock"),
    ("poetry_lock", "poetry.lock"),
    ("procfile", "Procfile"),
    ("pylock", "pylock.toml"),
    ("pyproject", "pyproject.toml"),
    ("python", "app.py"),
    ("python_version", ".python-version"),
    ("record", "dockwright.lock"),
    ("requirements", "requirements.txt"),
    ("settings", "dockwright.toml"),
    ("setup_cfg", "setup.cfg"),
    ("setup_py", "setup.py"),
    ("shell", "start.sh"),
    ("uv_lock", "uv.lock"),
    ("uv_toml", "uv.toml"),
    ("uwsgi", "uwsgi.ini"),
];

/// Starts the next file of a project in one input of the target `project`.
const NEXT_FILE: &[u8] = b"\n=== ";

/// Stands between the three texts in one input of the target `merge`.
const NEXT_TEXT: &str = "\n===\n";

/// Tries one input of a target.
///
/// # Panics
/// The property does not hold.
pub(crate) fn hold(target: &str, input: &[u8]) {
    match target {
        "adopt" => adopts(input),
        "merge" => merges(input),
        "project" => plans(&several(input), often(input, 4)),
        "record" => recorded(input),
        parser => {
            let file = PARSERS.iter().find(|(name, _)| *name == parser);
            let (_, file) = file.unwrap_or_else(|| panic!("no target {parser}"));
            plans(&around(file, input), often(input, 16));
        }
    }
}

/// Somebody's own Dockerfile stays as it is; what is made of it holds, also when it is made again.
fn adopts(input: &[u8]) {
    let folder = tempfile::Builder::new().prefix("fuzzed").tempdir().unwrap();
    let mut files = around("requirements.txt", b"flask==3.0.0\ngunicorn\npsycopg2\n");
    files.insert("Dockerfile".to_owned(), input.to_vec());
    for (name, text) in &files {
        lay(folder.path(), name, text);
    }
    let root = folder.path().to_str().unwrap();
    let ran = tried(&["init", "--yes", "--adopt", root], &[0, 2, 3]);
    let own = fs::read(folder.path().join("Dockerfile")).unwrap();
    assert_eq!(own, input, "the Dockerfile was written over");
    if ran.exit == 0 {
        let made = fs::read_to_string(folder.path().join("Dockerfile.dockwright")).unwrap();
        let text = made
            .split_once('\n')
            .filter(|(first, _)| first.starts_with("# syntax="));
        let read = dockerfile::split(text.map_or(&*made, |(_, rest)| rest));
        assert!(read.is_ok(), "{read:?}\n{made}");
        tried(&["check", root], &[0]);
    }
}

/// One input of so many, the same each time: for what takes long and fails seldom.
fn often(input: &[u8], one_of: u32) -> bool {
    let mix = |hash: u32, byte: &u8| hash.wrapping_mul(31) ^ u32::from(*byte);
    input.iter().fold(7, mix).is_multiple_of(one_of)
}

/// A hostile lock file: as it is, or with the hashes that its texts ask for, so that it is not refused for those alone.
fn recorded(input: &[u8]) {
    let sealed = std::str::from_utf8(input).ok().and_then(sealed);
    let texts = sealed.as_ref().map(|(_, texts)| texts.as_slice());
    let lock = sealed.as_ref().map_or(input, |(lock, _)| lock.as_bytes());
    let mut files = around("dockwright.lock", lock);
    for (path, text) in texts.unwrap_or_default() {
        // As it was written, with an edit by hand.
        if path == "Dockerfile" || path == ".dockerignore" {
            files.insert(path.clone(), format!("{text}# by hand\n").into_bytes());
        }
    }
    plans(&files, true);
}

/// A lock with the right hashes, and the texts that it holds.
fn sealed(text: &str) -> Option<(String, Vec<(String, String)>)> {
    let mut document: toml_edit::DocumentMut = text.parse().ok()?;
    let mut texts = Vec::new();
    let tables = document.get_mut("file")?.as_array_of_tables_mut()?;
    for table in tables.iter_mut() {
        let of = |key: &str| Some(table.get(key)?.as_str()?.to_owned());
        if let (Some(path), Some(text)) = (of("path"), of("text")) {
            table["sha256"] = toml_edit::value(dockwright::lock::sha256(text.as_bytes()));
            texts.push((path, text));
        }
    }
    Some((document.to_string(), texts))
}

/// A small project around one file.
fn around(file: &str, text: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([(
        "app.py".to_owned(),
        b"from flask import Flask\napp = Flask(__name__)\n".to_vec(),
    )]);
    let beside_a_manifest = file.ends_with(".lock") || ["pylock.toml", "uv.toml"].contains(&file);
    let (name, manifest): (_, &[u8]) =
        if beside_a_manifest && file != "dockwright.lock" && file != "Pipfile.lock" {
            (
                "pyproject.toml",
                b"[project]\nname = 'shop'\nversion = '1'\ndependencies = ['flask']\n",
            )
        } else {
            ("requirements.txt", b"flask==3.0.0\ngunicorn\n")
        };
    if !matches!(
        file,
        "pyproject.toml" | "Pipfile" | "Pipfile.lock" | "setup.cfg" | "setup.py"
    ) {
        files.insert(name.to_owned(), manifest.to_vec());
    }
    files.insert(file.to_owned(), text.to_vec());
    files
}

/// Files whose names are written between their texts; only names that stay below the folder.
fn several(input: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut rest = input;
    while !rest.is_empty() {
        let end = find(rest, NEXT_FILE).unwrap_or(rest.len());
        let (this, after) = rest.split_at(end);
        rest = after.get(NEXT_FILE.len()..).unwrap_or_default();
        let line = this
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(this.len());
        let (name, text) = this.split_at(line);
        let Ok(name) = std::str::from_utf8(name) else {
            continue;
        };
        let plain =
            |part: &str| !part.is_empty() && part != "." && part != ".." && part.len() < 200;
        if !name.contains('\0') && name.len() < 1000 && name.split('/').all(plain) {
            files.insert(name.to_owned(), text.get(1..).unwrap_or_default().to_vec());
        }
    }
    files
}

fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len())
        .position(|window| window == pattern)
}

/// A project ends in a Dockerfile that the strict reader accepts, or in an error with words; `whole` tries the same twice, and what
/// else reads and writes.
fn plans(files: &BTreeMap<String, Vec<u8>>, whole: bool) {
    let folder = tempfile::Builder::new().prefix("fuzzed").tempdir().unwrap();
    let root = folder.path().join("project");
    fs::create_dir(&root).unwrap();
    for (name, text) in files {
        lay(&root, name, text);
    }
    let root = root.to_str().unwrap();
    let ran = tried(&["generate", "--stdout", root], &[0, 2]);
    if ran.exit == 0 {
        // Settings may name a frontend and add lines of the shell: those are the user's own.
        let asked = |name: &str| {
            files.iter().any(|(path, text)| {
                path.ends_with(".toml") && find(text, name.as_bytes()).is_some()
            })
        };
        let text = match ran.out.split_once('\n') {
            Some((first, rest)) if first.starts_with("# syntax=") && asked("syntax") => rest,
            _ => &ran.out,
        };
        let read = if text.contains("asked for by `run.") {
            dockerfile::split(text)
        } else {
            dockerfile::parse(text)
        };
        assert!(read.is_ok(), "{read:?}\n{}", ran.out);
    }
    if !whole {
        return;
    }
    let again = tried(&["generate", "--stdout", root], &[0, 2]);
    assert_eq!(again.out, ran.out);
    tried(&["explain", "--format", "json", root], &[0, 2]);
    tried(&["check", root], &[0, 1, 2, 3]);
    let written = tried(&["generate", root], &[0, 2, 3]);
    if written.exit == 0 {
        tried(&["check", root], &[0]);
    }
    let beside: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(beside.len(), 1, "written outside: {beside:?}");
}

/// A command that ends as it may, with words that a terminal can show.
fn tried(command: &[&str], ends: &[u8]) -> super::ran::Ran {
    let ran = run(command, "fuzzed");
    let what = command[0];
    assert!(
        ends.contains(&ran.exit),
        "{what}: exit {}: {}",
        ran.exit,
        ran.say
    );
    assert!(!ran.say.contains("internal error"), "{what}: {}", ran.say);
    assert!(
        !ran.say.contains(['\u{1b}', '\r', '\0']),
        "{what}: {:?}",
        ran.say
    );
    assert!(
        ran.exit < 2 || ran.say.contains("\nhelp: "),
        "{what}: {}",
        ran.say
    );
    ran
}

/// Names that the disk does not take are left out.
fn lay(root: &Path, name: &str, text: &[u8]) {
    let path = root.join(name);
    if fs::create_dir_all(path.parent().unwrap()).is_ok() {
        let _ = fs::write(path, text);
    }
}

/// Three texts: what was written, what is on disk, what is to be written.
fn merges(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else {
        return;
    };
    let mut texts = input.splitn(3, NEXT_TEXT);
    let [written, disk, new] = [(); 3].map(|()| texts.next().unwrap_or_default());
    let folder = tempfile::Builder::new().prefix("fuzzed").tempdir().unwrap();
    lay(folder.path(), "Dockerfile", disk.as_bytes());
    let one = |text: &str| ("Dockerfile".to_owned(), text.to_owned());
    let record = LockRecord {
        files: BTreeMap::from([one(written)]),
        ..LockRecord::default()
    };
    let (path, text) = one(new);
    let file = OutFile { path, text };
    let options = Options {
        force: false,
        keep: false,
    };
    let Ok(changes) = change::compare(folder.path(), &[file], Some(&record), options) else {
        return;
    };
    let change = &changes[0];
    if written == disk {
        assert!(
            !matches!(change.state, State::Conflict(_) | State::Foreign),
            "no edit, yet {:?}",
            change.state
        );
        assert_eq!(
            change.after.replace("\r\n", "\n"),
            new.replace("\r\n", "\n")
        );
    }
    if written == new && !matches!(change.state, State::Foreign) {
        assert_eq!(change.after, disk, "nothing new, yet the edit is lost");
    }
}
