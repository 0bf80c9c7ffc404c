//! Turns the commands of compose files, makefiles and justfiles into the servers and programs that they start.
//!
//! They say how the project is run somewhere, often by its developers: evidence where nothing better decides.

use std::collections::BTreeSet;

use super::shell::{commands, launch};
use crate::facts::app::Launch;
use crate::facts::{Found, Place};
use crate::inspect::tree::Tree;

/// Longer files are not read.
const LENGTH: u64 = 256 << 10;

/// Compose files, in the order in which they count.
const COMPOSE: [&str; 10] = [
    "compose.prod.yaml",
    "compose.production.yaml",
    "docker-compose.prod.yml",
    "docker-compose.production.yml",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-compose.dev.yml",
    "docker-compose.local.yml",
];

/// Files of targets and their commands.
const TARGETS: [&str; 5] = [
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
];

/// Names of targets that start the application.
const STARTS: [&str; 7] = ["prod", "start", "serve", "server", "web", "run", "up"];

/// Reads the files of the application's folder and, after them, of the context above it.
pub(super) fn read(tree: &Tree) -> Vec<Found<Launch>> {
    let mut out = Vec::new();
    let mut texts = |names: &[&str], read: fn(&str) -> Vec<(usize, String)>| {
        for name in names {
            let mut paths = vec![tree.in_app(name), (*name).to_owned()];
            paths.dedup();
            tree.scan(&present(tree, &paths), |path, bytes| {
                let lines = read(&String::from_utf8_lossy(bytes));
                Some(launches(path, &lines))
            })
            .into_iter()
            .for_each(|found| out.extend(found));
        }
    };
    texts(&COMPOSE, composed);
    texts(&TARGETS, targets);
    out
}

fn present<'a>(tree: &Tree, paths: &'a [String]) -> Vec<&'a str> {
    let there = |path: &&str| {
        let files = tree.files();
        let found = files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.is_ok_and(|index| files.get(index).is_some_and(|file| file.size <= LENGTH))
    };
    paths.iter().map(String::as_str).filter(there).collect()
}

fn launches(path: &str, lines: &[(usize, String)]) -> Vec<Found<Launch>> {
    let none = BTreeSet::new();
    let mut out = Vec::new();
    for (line, text) in lines {
        for words in commands(unwrapped(text)) {
            if let Some(launch) = launch(words, &none) {
                let line = u32::try_from(*line).unwrap_or(u32::MAX);
                out.push(Found::new(launch, Place::new(path, line)));
            }
        }
    }
    out
}

/// The commands of `sh -c "…"`.
fn unwrapped(text: &str) -> &str {
    for shell in ["bash", "sh", "/bin/bash", "/bin/sh"] {
        for flag in ["-c", "-lc", "-ec"] {
            let inner = text
                .strip_prefix(shell)
                .and_then(|rest| rest.trim_start().strip_prefix(flag));
            if let Some(inner) = inner {
                return inner.trim().trim_matches(['"', '\'']);
            }
        }
    }
    text
}

/// The values of `command:` and `entrypoint:` in a compose file: scalars, folded and literal blocks, lists of both kinds.
fn composed(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let indent = indentation(line);
        let value = ["command:", "entrypoint:"]
            .iter()
            .find_map(|key| line.trim_start().strip_prefix(key));
        let Some(value) = value.map(str::trim).filter(|_| indent > 0) else {
            continue;
        };
        let below = || {
            lines
                .iter()
                .skip(index + 1)
                .take_while(move |line| {
                    line.trim().is_empty() || indentation(line) > indent || listed(line, indent)
                })
                .map(|line| line.trim())
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
        };
        let number = index + 1;
        if value.is_empty() || value.starts_with('#') {
            let words: Vec<&str> = below()
                .map(|line| item(line.trim_start_matches('-')))
                .collect();
            out.push((number, words.join(" ")));
        } else if value.starts_with('|') {
            let joined: Vec<&str> = below().collect();
            out.extend(
                joined
                    .join("\n")
                    .replace("\\\n", " ")
                    .lines()
                    .map(|line| (number, line.to_owned())),
            );
        } else if value.starts_with('>') {
            let joined: Vec<&str> = below().collect();
            out.push((number, joined.join(" ")));
        } else if value.starts_with('[') {
            let tail = if value.contains(']') {
                String::new()
            } else {
                below().collect()
            };
            let whole = format!("{value}{tail}");
            let inside = whole
                .trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default();
            let words: Vec<&str> = inside.split(',').map(item).collect();
            out.push((number, words.join(" ")));
        } else {
            out.push((number, item(value).to_owned()));
        }
    }
    out
}

/// `- word` may stand as far out as its key.
fn listed(line: &str, indent: usize) -> bool {
    indentation(line) == indent && line.trim_start().starts_with("- ")
}

fn item(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The commands of a makefile's or justfile's targets that start something; `$(NAME)` is an expansion.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut starts = false;
    let mut out = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let name = line.split([':', ' ']).next().unwrap_or_default();
            let mut words = name.split(['-', '_']);
            starts = line.contains(':') && words.any(|word| STARTS.contains(&word));
        } else if starts && line.starts_with([' ', '\t']) {
            let command = line.trim().trim_start_matches(['@', '-']);
            let command = command.replace("$(", "$").replace("{{", "$");
            out.push((index + 1, command.replace(['(', ')'], "")));
        }
    }
    out
}
