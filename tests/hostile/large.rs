//! Trees that are far too large, deep or closed: the real program answers soon, in little memory, and says what it left out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::watched::{MEMORY, Seen, watch};

/// The program as people get it, where somebody has built it: `.ci/run` has.
fn release() -> Option<PathBuf> {
    std::env::var_os("DOCKWRIGHT_RELEASE").map(PathBuf::from)
}

/// Runs the program on a folder; under another user where one is given.
pub(super) fn look(root: &Path, uid: Option<&str>) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let mut program = release().unwrap_or_else(|| env!("CARGO_BIN_EXE_dockwright").into());
    let mut command = match uid {
        None => Command::new(program),
        Some(uid) => {
            // Where the project is built may be closed to others.
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
            let copy = folder.path().join("dockwright");
            fs::copy(&program, &copy).unwrap();
            program = copy;
            let mut command = Command::new("setpriv");
            command.args(["--reuid", uid, "--regid", uid, "--clear-groups"]);
            command.arg(program);
            command
        }
    };
    command.args(["generate", "--stdout"]).arg(root);
    watch(&mut command)
}

/// A project that starts, in memory where the machine has such a folder.
pub(super) fn project() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
    .unwrap();
    fs::write(folder.path().join("requirements.txt"), "flask\ngunicorn\n").unwrap();
    fs::write(
        folder.path().join("app.py"),
        "from flask import Flask\napp = Flask(__name__)\n",
    )
    .unwrap();
    folder
}

pub(super) fn holds(seen: &Seen, seconds: u64) {
    assert_eq!(seen.code, Some(0), "{}", seen.say);
    assert!(seen.out.contains("app:app"), "{}", seen.out);
    assert!(seen.took < Duration::from_secs(seconds), "{:?}", seen.took);
    assert!(seen.memory < MEMORY, "{} bytes", seen.memory);
}

/// So many Python files in folders of a thousand.
fn fill(root: &Path, files: usize) {
    for folder in 0..files / 1000 {
        let folder = root.join(format!("data{folder}"));
        fs::create_dir(&folder).unwrap();
        for file in 0..1000 {
            fs::write(folder.join(format!("f{file}.py")), "").unwrap();
        }
    }
}

#[test]
fn many_files() {
    let folder = project();
    fill(folder.path(), 60_000);
    holds(&look(folder.path(), None), 20);
}

#[test]
#[ignore = "makes a million files; `.ci/run` tries it: `DOCKWRIGHT_RELEASE=PROGRAM cargo test --test hostile -- --ignored`"]
fn a_million_files() {
    let folder = project();
    fill(folder.path(), 1_000_000);
    let seen = look(folder.path(), None);
    holds(&seen, 60);
}

#[test]
fn two_thousand_levels() {
    let folder = project();
    let mut path = folder.path().to_owned();
    for _ in 0..2_000 {
        path.push("d");
        fs::create_dir(&path).unwrap();
    }
    holds(&look(folder.path(), None), 5);
    // The standard library's own removal goes down by open folders, one descriptor a level.
    let removed = Command::new("rm")
        .arg("-rf")
        .arg(folder.path().join("d"))
        .status();
    assert!(removed.unwrap().success());
}

/// Texts as short as real locks, which a reader turns into many times their length; and the longest of their kind that are read.
#[test]
fn a_text_of_many_parts_takes_little_memory() {
    let table = "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.12'\ndependencies = ['flask']\n";
    let lock = "version = 1\nrequires-python = \">=3.12\"\n";
    let pipfile = "{\"_meta\": {\"hash\": {\"sha256\": \"0\"}, \"pipfile-spec\": 6, \"requires\": {}, \"sources\": []}, \"develop\": {}, \"default\": ";
    let long = 6 << 20;
    let fill = |part: &dyn Fn(usize) -> String| -> String {
        let mut text = String::with_capacity(long + 200);
        let mut number = 0;
        while text.len() < long {
            text += &part(number);
            number += 1;
        }
        text
    };
    let whole: Vec<(&str, String)> = vec![
        ("requirements.txt", fill(&|n| format!("p{n}==1\n"))),
        ("requirements.txt", fill(&|n| format!("p{n}\r"))),
        (
            "pyproject.toml",
            format!("{table}[tool.x]\n{}", fill(&|n| format!("a{n}=1\n"))),
        ),
        (
            "pyproject.toml",
            format!("{table}[tool.x]\na=[{}]\n", fill(&|_| "1,".to_owned())),
        ),
        (
            "pyproject.toml",
            format!("{table}{}", fill(&|n| format!("[a{n}.b.c.d.e.f.g.h]\n"))),
        ),
        (
            "pyproject.toml",
            format!(
                "{table}[tool.x]\n{}",
                fill(&|n| format!("a{n}.b.c.d.e.f.g=1\n"))
            ),
        ),
        (
            "pyproject.toml",
            format!("{table}[tool.x]\na=[{}]\n", fill(&|_| "[],".to_owned())),
        ),
        (
            "pyproject.toml",
            format!(
                "{table}[tool.x]\na=[{}]\n",
                fill(&|_| "{a.b.c.d=1},".to_owned())
            ),
        ),
        (
            "uv.lock",
            format!(
                "{lock}{}",
                fill(&|n| format!("[[package]]\nname = \"p{n}\"\nversion = \"1\"\n"))
            ),
        ),
        (
            "Pipfile.lock",
            format!(
                "{pipfile}{{{}\"z\": {{}}}}}}",
                fill(&|n| format!("\"p{n}\": {{\"version\": \"==1\"}},"))
            ),
        ),
        (
            "Pipfile.lock",
            format!("{pipfile}{{\"z\": [{}1]}}}}", fill(&|_| "1,".to_owned())),
        ),
        ("Procfile", fill(&|n| format!("p{n}: python x\n"))),
        (
            "setup.cfg",
            format!(
                "[metadata]\nname = x\n[options]\ninstall_requires =\n{}",
                fill(&|n| format!(" p{n}\n"))
            ),
        ),
        (
            "setup.py",
            format!(
                "from setuptools import setup\nsetup(name='x', install_requires=[{}])\n",
                fill(&|n| format!("'p{n}',"))
            ),
        ),
        (
            "dockwright.lock",
            format!(
                "version = 1\n[inputs]\n{}",
                fill(&|n| format!("a{n} = \"x\"\n"))
            ),
        ),
        (
            "dockwright.toml",
            format!("[env]\n{}", fill(&|n| format!("A{n} = \"x\"\n"))),
        ),
        (".dockerignore", fill(&|n| format!("a{n}*\n"))),
        (
            "compose.yaml",
            format!("services:\n{}", fill(&|n| format!("  a{n}: {{}}\n"))),
        ),
    ];
    // As long as may be, so that it is read.
    let most = |text: String| {
        let marks = |mark: char| text.match_indices(mark).nth(195_000).map(|(at, _)| at);
        let ends = ['\n', '\r', ',', '=', '[', '{', ':']
            .into_iter()
            .filter_map(marks);
        let end = ends.min().unwrap_or(text.len());
        text[..text[..end].rfind(['\n', '\r', ',']).unwrap_or(0)].to_owned()
    };
    let bounded: Vec<(&str, String)> = whole
        .iter()
        .map(|(name, text)| (*name, most(text.clone())))
        .collect();
    for (name, text) in whole.into_iter().chain(bounded) {
        let folder = project();
        let root = folder.path();
        if [
            "pyproject.toml",
            "uv.lock",
            "Pipfile.lock",
            "setup.cfg",
            "setup.py",
        ]
        .contains(&name)
        {
            fs::remove_file(root.join("requirements.txt")).unwrap();
        }
        match name {
            "uv.lock" => fs::write(root.join("pyproject.toml"), table).unwrap(),
            "Pipfile.lock" => fs::write(root.join("Pipfile"), "[packages]\nflask = '*'\n").unwrap(),
            _ => {}
        }
        fs::write(root.join(name), &text).unwrap();
        let what = format!(
            "{name}, {} bytes of {}",
            text.len(),
            &text[text.len() - 30..]
        );
        bounded_by(&look(root, None), &what);
    }
    // Many files, none of which is too long.
    for part in [
        "# a comment that fills its line, and nothing more, to the end of it\n",
        "p==1\n",
    ] {
        let folder = project();
        let names: Vec<String> = (0..20).map(|n| format!("r{n}.txt")).collect();
        let all: String = names.iter().map(|name| format!("-r {name}\n")).collect();
        fs::write(
            folder.path().join("requirements.txt"),
            format!("flask\n{all}"),
        )
        .unwrap();
        for name in names {
            fs::write(folder.path().join(name), part.repeat(150_000)).unwrap();
        }
        bounded_by(&look(folder.path(), None), part);
    }
}

fn bounded_by(seen: &Seen, what: &str) {
    assert!(
        matches!(seen.code, Some(0 | 2)),
        "{what}: {:?} {}",
        seen.code,
        seen.say
    );
    assert!(seen.memory < MEMORY, "{what}: {} MB", seen.memory >> 20);
    assert!(
        seen.took < Duration::from_secs(30),
        "{what}: {:?}",
        seen.took
    );
    assert!(
        seen.say.len() < 100_000 && !seen.say.contains("panicked"),
        "{what}: {}",
        seen.say.len()
    );
}

#[test]
fn names_that_are_not_text() {
    let folder = project();
    for name in [&b"caf\xe9.py"[..], b"\xff\xfe", b"a\nb.py", b"\x1b[2J.py"] {
        fs::write(
            folder.path().join(OsStr::from_bytes(name)),
            "import psycopg2\n",
        )
        .unwrap();
    }
    let seen = look(folder.path(), None);
    holds(&seen, 5);
    assert!(!seen.say.contains('\u{1b}') && !seen.out.contains('\u{1b}'));
}

/// A closed folder is passed over; a closed manifest is an error that names it. Root reads everything, so another user looks.
#[test]
fn what_may_not_be_read() {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let uid = is_root.then_some("12345");
    let close =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();

    let folder = project();
    close(folder.path(), 0o755);
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(
        closed.join("app2.py"),
        "from flask import Flask\napp = Flask(__name__)\n",
    )
    .unwrap();
    close(&closed, 0o000);
    let seen = look(folder.path(), uid);
    close(&closed, 0o755);
    holds(&seen, 5);

    let manifest = folder.path().join("requirements.txt");
    close(&manifest, 0o000);
    let seen = look(folder.path(), uid);
    assert_eq!(seen.code, Some(2), "{}", seen.say);
    assert!(
        seen.say.contains("requirements.txt") && seen.say.contains("\nhelp: "),
        "{}",
        seen.say
    );
}

/// A device of the project's own, where root may make one.
#[test]
#[expect(clippy::print_stderr, reason = "what is not tried is said")]
fn a_device_is_no_file() {
    let folder = project();
    let device = folder.path().join("settings.py");
    let made = Command::new("mknod")
        .arg(&device)
        .args(["c", "1", "5"])
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("not tried: only root makes devices");
        return;
    }
    holds(&look(folder.path(), None), 5);
}
