//! Turns `WORKDIR`, `COPY`, `ENTRYPOINT` and `CMD` into what is started, and paths of that image into those of the new one.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use toml::Value;

use super::read::Everything;
use super::words::own;
use crate::facts::quoted;
use crate::inspect::dockerfile::{Instruction, filled, words};

/// How the image starts, and where it has the source.
#[derive(Default)]
pub(super) struct Start {
    workdir: String,
    pub(super) entrypoint: Option<(Argv, u32)>,
    pub(super) command: Option<(Argv, u32)>,
    /// Folders that hold the project.
    homes: BTreeSet<String>,
}

/// A command in either form.
pub(super) enum Argv {
    /// `["gunicorn", "app:app"]`
    Words(Vec<String>),
    /// `gunicorn app:app`, for a shell.
    Line(String),
}

/// The exec form, or the line of a shell form.
pub(super) fn argv(rest: &str) -> Argv {
    serde_json::from_str(rest).map_or_else(|_| Argv::Line(rest.to_owned()), Argv::Words)
}

impl Start {
    /// `WORKDIR`: from the root, or below the one before.
    pub(super) fn enter(&mut self, folder: &str) {
        self.workdir = self.path(folder);
    }

    /// A path in the image, without a slash at its end: the root is empty.
    fn path(&self, path: &str) -> String {
        let below = path.trim_end_matches('/');
        if path.starts_with('/') {
            return below.to_owned();
        }
        match below.strip_prefix("./").unwrap_or(below) {
            "" | "." => self.workdir.clone(),
            below => format!("{}/{below}", self.workdir),
        }
    }

    /// The folders of the source, the deepest first; the root is none.
    fn folders(&self) -> Vec<&str> {
        let homes = self.homes.iter().map(String::as_str);
        let mut all: Vec<&str> = homes.filter(|home| !home.is_empty()).collect();
        if self.homes.is_empty() && !self.workdir.is_empty() {
            all.push(&self.workdir);
        }
        all.sort_by_key(|folder| Reverse(folder.len()));
        all
    }
}

impl Everything {
    /// Files that lie outside the application's folder in the image; the source itself is copied anyway.
    pub(super) fn copy(&mut self, one: &Instruction, start: &mut Start) {
        let all: Vec<String> = serde_json::from_str(&one.rest).unwrap_or_else(|_| words(&one.rest));
        let (flags, paths): (Vec<String>, Vec<String>) =
            all.into_iter().partition(|word| word.starts_with("--"));
        let foreign = flags.iter().find_map(|flag| flag.strip_prefix("--from="));
        let Some((target, sources)) = paths.split_last() else {
            return;
        };
        let whole = format!("{} {}", one.name, one.rest);
        if let Some(from) = foreign {
            if from.contains(['/', ':']) {
                self.leave(one.line, whole);
            }
            return;
        }
        let [source] = sources else {
            return;
        };
        let target = filled(target, &self.known);
        let path = start.path(&target);
        if matches!(source.as_str(), "." | "./") {
            start.homes.insert(path);
            return;
        }
        let outside = target.starts_with('/')
            && !format!("{path}/").starts_with(&format!("{}/", start.workdir));
        if outside && !source.contains(['*', '$', ':']) {
            self.wish("copy", vec![format!("{source}:{target}")], one.line);
        } else if source.ends_with('/') && path == start.workdir {
            let what = format!("{whole}: the folder itself is copied here, beside the others");
            self.leave(one.line, what);
        }
    }

    /// The command as one would type it, without what only passes signals on.
    pub(super) fn start(&mut self, start: &Start) {
        let Some((_, line)) = start.entrypoint.as_ref().or(start.command.as_ref()) else {
            return;
        };
        let given = |part: &Option<(Argv, u32)>| matches!(part, Some((Argv::Line(_), _)));
        // To an entry point that is a line for a shell, Docker gives no command.
        let command = start.command.as_ref().filter(|_| !given(&start.entrypoint));
        let mut words: Vec<String> = Vec::new();
        for (part, _) in start.entrypoint.iter().chain(command) {
            match part {
                Argv::Words(more) => words.extend(more.iter().cloned()),
                Argv::Line(line) if words.is_empty() => {
                    words.extend(["sh", "-c", line].map(ToOwned::to_owned));
                }
                Argv::Line(line) => words.extend(behind(line)),
            }
        }
        let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
        while let Some(first) = all.first() {
            let program = first.rsplit('/').next().unwrap_or_default();
            if !own().inits.contains(program) {
                break;
            }
            let options = all[1..].iter().take_while(|word| word.starts_with('-'));
            all.drain(..=options.count());
        }
        let folders = start.folders();
        let below = |word: &str| {
            let mut below = folders
                .iter()
                .filter_map(|folder| word.strip_prefix(folder));
            below
                .find_map(|rest| rest.strip_prefix('/'))
                .map(str::to_owned)
        };
        let text = match all.as_slice() {
            [] => return,
            // An explicit shell: a line already.
            ["sh" | "/bin/sh" | "bash" | "/bin/bash", "-c", line] => (*line).to_owned(),
            [program, words @ ..] => {
                // Without a slash it would be looked for on the PATH.
                let program = below(program)
                    .map_or_else(|| (*program).to_owned(), |path| format!("./{path}"));
                let words = words
                    .iter()
                    .map(|word| below(word).unwrap_or_else(|| (*word).to_owned()));
                let all = [program].into_iter().chain(words);
                all.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
            }
        };
        self.wish("command", text, *line);
    }

    /// Paths below the source's folder there, as paths below `to`.
    pub(super) fn moved(&mut self, start: &Start, to: &str) {
        let folders = start.folders();
        let change = |text: &str| {
            folders
                .iter()
                .fold(text.to_owned(), |text, from| moved(&text, from, to))
        };
        for wish in &mut self.wishes {
            let holds_paths = matches!(wish.key.as_str(), "volumes" | "copy" | "command");
            if !holds_paths && !wish.key.starts_with("env.") {
                continue;
            }
            match &mut wish.value {
                Value::String(text) => *text = change(text),
                Value::Array(list) => {
                    for text in list {
                        if let Value::String(text) = text {
                            *text = change(text);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A shell's line behind an entry point: its words, or a shell that becomes the command, since one that only waits for it
/// would keep the signal to stop for itself.
fn behind(line: &str) -> Vec<String> {
    if !line.contains(|c: char| "$`\"'\\*?[~#&|;<>()".contains(c)) {
        return words(line);
    }
    let several = line.contains(['&', '|', ';']) || line.starts_with("exec ");
    let exec = if several { "" } else { "exec " };
    ["sh", "-c", &format!("{exec}{line}")]
        .map(ToOwned::to_owned)
        .to_vec()
}

/// The text with a path and all below it somewhere else; a longer name that only begins alike stays.
fn moved(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        out.push_str(before);
        let begins = out.is_empty() || out.ends_with([' ', '=', ':', ',', '"', '\'']);
        let ends = after.is_empty() || after.starts_with(['/', ' ', ':', ',', '"', '\'', ';']);
        out.push_str(if begins && ends { to } else { from });
        rest = after;
    }
    out + rest
}
