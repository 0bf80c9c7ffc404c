//! `dockwright init` at a real terminal: Enter all the way, an answer, Ctrl-C, a small terminal, and none at all.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Session};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dockwright");

/// A web application whose Python is not fixed and whose driver is compiled.
fn project() -> TempDir {
    let folder = TempDir::with_prefix("shop").unwrap();
    let requirements = "flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.11\n";
    fs::write(folder.path().join("requirements.txt"), requirements).unwrap();
    let app = "from flask import Flask\n\napp = Flask(__name__)\n";
    fs::write(folder.path().join("app.py"), app).unwrap();
    folder
}

/// The command as a shell in a terminal of that size runs it: the terminal's settings before and after are printed.
fn at(folder: &Path, columns: u16, rows: u16, variables: &[(&str, &str)]) -> OsSession {
    let script = format!(
        "stty cols {columns} rows {rows}; before=$(stty -g); \"$0\" init .; code=$?; \
         test \"$before\" = \"$(stty -g)\" && echo same terminal; exit $code"
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, PROGRAM])
        .current_dir(folder)
        .env_remove("CI")
        .env_remove("LC_ALL")
        .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8")])
        .envs(variables.iter().copied());
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(30)));
    session
}

/// Waits for each text, then types what stands beside it.
fn answer(session: &mut OsSession, steps: &[(&str, &str)]) {
    for (shown, typed) in steps {
        if let Err(error) = session.expect(*shown) {
            panic!("{shown} was not shown: {error}");
        }
        // Between the drawing and the reading of a key the terminal itself would turn Ctrl-C into a signal.
        std::thread::sleep(Duration::from_millis(50));
        session.send(typed).unwrap();
    }
}

/// What was shown to the end, and the exit code.
fn ended(session: &mut OsSession) -> (String, i32) {
    let rest = session.expect(Eof).unwrap();
    let text = String::from_utf8_lossy(rest.as_bytes()).into_owned();
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (text, code),
        other => panic!("{other:?}: {text}"),
    }
}

fn generated(folder: &Path) -> String {
    let done = Command::new(PROGRAM)
        .args(["generate", "--stdout"])
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap()
}

const DOWN: &str = "\x1b[B";

#[test]
fn enter_all_the_way() {
    let folder = project();
    let mut session = at(folder.path(), 80, 24, &[]);
    answer(
        &mut session,
        &[
            ("[app.py:3]", ""),
            ("3.14", "\r"),
            ("alpine", "\r"),
            ("bookworm", "\r"),
            ("8000", "\r"),
            ("libpq-dev", "\r"),
            ("libpq5", "\r"),
            ("compose.yaml", "\r"),
            ("write the files", "\r"),
        ],
    );
    let (text, code) = ended(&mut session);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("the same without a question: dockwright generate\r\n"),
        "{text}"
    );
    assert!(text.contains("same terminal"), "{text}");
    let written = fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert_eq!(written, generated(folder.path()));
    assert!(!folder.path().join("dockwright.toml").exists());
}

#[test]
fn one_changed_answer() {
    let folder = project();
    let mut session = at(folder.path(), 80, 24, &[]);
    answer(
        &mut session,
        &[
            ("3.11", DOWN),
            ("3.11", "\r"),
            ("alpine", "\r"),
            ("bookworm", "\r"),
            ("8000", "\r"),
            ("libpq-dev", "\r"),
            ("others, by name", DOWN),
            ("others, by name", " "),
            ("others, by name", "\r"),
            ("Names", "git\r"),
            ("compose.yaml", "\r"),
            ("write the files", "\r"),
        ],
    );
    let (text, code) = ended(&mut session);
    assert_eq!(code, 0, "{text}");
    let line = "dockwright generate --run-packages git --python 3.13";
    assert!(text.contains(line), "{text}");
    let settings = fs::read_to_string(folder.path().join("dockwright.toml")).unwrap();
    assert!(
        settings.contains("python = \"3.13\"\n\n[packages]\nrun = [\"git\"]\n"),
        "{settings}"
    );
    let check = Command::new(PROGRAM)
        .arg("check")
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(0), "{check:?}");
}

#[test]
fn control_c_leaves_everything_as_it_was() {
    // In a list, in a checklist, in a line of text.
    let until: [&[(&str, &str)]; 3] = [
        &[("3.11", "\x03")],
        &[
            ("3.11", "\r"),
            ("alpine", "\r"),
            ("bookworm", "\r"),
            ("8000", "\x03"),
        ],
        &[
            ("3.11", "\r"),
            ("alpine", "\r"),
            ("bookworm", "\r"),
            ("8000", "\r"),
            ("libpq-dev", "\x03"),
        ],
    ];
    for steps in until {
        let folder = project();
        let mut session = at(folder.path(), 80, 24, &[]);
        answer(&mut session, steps);
        let (text, code) = ended(&mut session);
        assert_eq!(code, 130, "{text}");
        assert!(text.contains("stopped: nothing was written"), "{text}");
        assert!(text.contains("same terminal"), "{text}");
        let shown = text
            .rfind("\x1b[?25h")
            .is_some_and(|shown| text.rfind("\x1b[?25l") < Some(shown));
        assert!(shown, "the cursor stays hidden: {text:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

#[test]
fn a_small_terminal_without_colour_or_unicode() {
    let folder = project();
    let plain = [("LC_ALL", "C"), ("NO_COLOR", "1")];
    let mut session = at(folder.path(), 40, 10, &plain);
    answer(&mut session, &[("> 3.14", DOWN), ("> 3.13", "\r")]);
    let steps = [("> slim", "\r"), ("> trixie", "\r"), ("8000", "\r")];
    answer(&mut session, &steps);
    answer(
        &mut session,
        &[
            ("> [x] gcc", "\r"),
            ("> [x] libpq5", "\r"),
            ("> [ ] compose.yaml", "\r"),
            ("> write", "\r"),
        ],
    );
    let (text, code) = ended(&mut session);
    assert_eq!(code, 0, "{text}");
    let coloured = text.split("\x1b[").skip(1).any(|sequence| {
        let end = sequence.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        end.starts_with('m')
    });
    assert!(text.is_ascii() && !coloured, "{text:?}");
    assert!(folder.path().join("Dockerfile").exists());
}

#[test]
fn nobody_to_ask() {
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command
            .arg("init")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null());
        command.output().unwrap()
    };
    let folder = project();
    let done = run(folder.path(), &["--python", "3.13"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(
        fs::read_to_string(folder.path().join("dockwright.toml"))
            .unwrap()
            .contains("python = \"3.13\"")
    );
    let foreign = project();
    fs::write(foreign.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    assert_eq!(run(foreign.path(), &["--yes"]).status.code(), Some(2));
    // In CI a terminal is no sign of somebody before it.
    let ci = project();
    let mut session = at(ci.path(), 80, 24, &[("CI", "true")]);
    let (text, code) = ended(&mut session);
    assert_eq!(code, 0, "{text}");
    assert!(ci.path().join("Dockerfile").exists());
}
