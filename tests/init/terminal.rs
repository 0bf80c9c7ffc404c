//! A person at a real terminal, who reads the question before a key is pressed.
//!
//! No time is guessed: dialoguer turns the terminal's echo off for as long as it waits for a key, and what it draws after a key
//! is drawn with the echo on again.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use expectrl::Session;
use expectrl::process::Termios;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_dockwright");

pub(crate) const ENTER: &str = "\r";
pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const UP: &str = "\x1b[A";
pub(crate) const SPACE: &str = " ";
pub(crate) const CONTROL_C: &str = "\x03";
pub(crate) const BACKSPACE: &str = "\x7f";

/// Longer than a loaded machine takes for anything here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing more is drawn when nothing came for as long.
const QUIET: Duration = Duration::from_millis(10);

/// The keys for a question: the start of its prompt, and each key by itself.
pub(crate) type Answer<'a> = (&'a str, &'a [&'a str]);

/// A session that ended.
pub(crate) struct Done {
    /// All that was shown.
    pub(crate) shown: String,
    pub(crate) code: i32,
    /// Each question, as it was first drawn.
    pub(crate) asked: Vec<String>,
}

/// A project of these files.
pub(crate) fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::with_prefix("shop").unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A terminal with the program in it.
pub(crate) struct Terminal {
    session: OsSession,
    shown: String,
    /// Bytes that are not yet a whole character.
    bytes: Vec<u8>,
}

impl Terminal {
    /// `init` as a shell in a terminal of that size runs it: the terminal's settings before and after are compared.
    pub(crate) fn new(
        folder: &Path,
        size: (u16, u16),
        variables: &[(&str, &str)],
        flags: &[&str],
    ) -> Self {
        let (columns, rows) = size;
        let script = format!(
            "read go; stty sane cols {columns} rows {rows}; before=$(stty -g); \"$0\" init \"$@\"; code=$?; \
             test \"$before\" = \"$(stty -g)\" && echo same terminal; exit $code"
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, PROGRAM])
            .args(flags)
            .current_dir(folder)
            .env_remove("CI")
            .env_remove("LC_ALL")
            .env_remove("NO_COLOR")
            .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8")])
            .envs(variables.iter().copied());
        let mut session = Session::spawn(command).unwrap();
        // The one that spawned it has set a size of its own by now: not earlier may the shell set the one that is asked for.
        session.write_all(b"\n").unwrap();
        Self {
            session,
            shown: String::new(),
            bytes: Vec::new(),
        }
    }

    /// Reads what there is; `false` at the end.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let going = loop {
            match self.session.try_read(&mut buffer) {
                Ok(0) => break false,
                Ok(count) => self.bytes.extend(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break true,
                // Linux says so at the end.
                Err(_) => break false,
            }
        };
        let whole = match std::str::from_utf8(&self.bytes) {
            Ok(_) => self.bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        let whole: Vec<u8> = self.bytes.drain(..whole).collect();
        self.shown.push_str(&String::from_utf8(whole).unwrap());
        going
    }

    /// Waits until a key is waited for and more is shown than `before`; `false` where the program ended instead.
    fn waits(&mut self, before: usize) -> bool {
        let start = Instant::now();
        loop {
            if !self.read() {
                return false;
            }
            let length = self.shown.len();
            let waiting = !self.session.get_process().is_echo().unwrap_or(true);
            std::thread::sleep(QUIET);
            if waiting && length > before {
                // What was drawn before is on its way through the kernel for a moment.
                if !self.read() || self.shown.len() == length {
                    return true;
                }
            }
            assert!(
                start.elapsed() < PATIENCE,
                "nothing more after:\n{}",
                self.shown
            );
        }
    }

    /// Presses keys, each when the one before it was taken; `false` where the program ended.
    pub(crate) fn press(&mut self, keys: &[&str]) -> bool {
        keys.iter().all(|key| {
            let before = self.shown.len();
            self.session.write_all(key.as_bytes()).unwrap();
            self.session.flush().unwrap();
            self.waits(before)
        })
    }

    /// What is asked at the moment: the last line that is a prompt of either theme, without colours.
    fn question(&self) -> String {
        let text = plain(&self.shown);
        let prompts = text.lines().rev().filter_map(|line| {
            let line = line.trim_end();
            let coloured = line.rsplit_once("? ").map(|(_, rest)| rest);
            let simple = || line.strip_suffix(':').or_else(|| line.strip_suffix("]: "));
            coloured.or_else(simple).map(str::to_owned)
        });
        prompts.into_iter().next().unwrap_or_default()
    }

    /// Answers each question that has an answer, in their order, and takes the proposal of every other.
    pub(crate) fn answer(mut self, answers: &[Answer<'_>]) -> Done {
        let mut answers = answers.iter().peekable();
        let mut asked = Vec::new();
        let mut going = self.waits(0);
        while going {
            let question = self.question();
            let keys = answers
                .next_if(|(prompt, _)| question.starts_with(prompt))
                .map_or(&[ENTER][..], |(_, keys)| *keys);
            asked.push(question);
            going = self.press(keys);
        }
        let code = match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}: {}", self.shown),
        };
        if let Some((prompt, _)) = answers.next() {
            panic!("{prompt} was not asked, but {asked:?}:\n{}", self.shown);
        }
        let shown = self.shown;
        assert!(shown.contains("same terminal"), "{shown}");
        Done { shown, code, asked }
    }
}

/// The keys of a line that is typed, with Enter.
pub(crate) fn typed(line: &str) -> Vec<&str> {
    let keys = line.split("").filter(|key| !key.is_empty());
    keys.chain([ENTER]).collect()
}

/// Text without the sequences that colour it and move the cursor, and without lines that were cleared at once.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("\x1b[");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        if part.starts_with("2K") {
            out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
        }
        out.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    out.replace('\r', "")
}

/// The text of a file of the project, or nothing.
pub(crate) fn text(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_default()
}
