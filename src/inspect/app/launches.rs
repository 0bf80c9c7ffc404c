//! Turns shell scripts and supervisor's configuration into the servers and workers that they start.

use std::collections::{BTreeMap, BTreeSet};

use super::shell::{commands, default, expanded, functions, launch};
use crate::facts::app::Launch;
use crate::facts::{Found, Place};
use crate::inspect::tree::Tree;

/// Longer scripts are no entrypoints.
const LENGTH: u64 = 64 << 10;

/// Folders in which projects keep the scripts of their images; others belong to other programs.
const FOLDERS: [&str; 15] = [
    "",
    "bin",
    "conf",
    "config",
    "container",
    "containers",
    "deploy",
    "deployment",
    "docker",
    "docker/app",
    "etc",
    "ops",
    "script",
    "scripts",
    "compose",
];

/// Reads the scripts of the application's folder: those that are named first, then the most entrypoint-like.
pub(super) fn read(tree: &Tree, named: &BTreeSet<String>) -> Vec<Found<Launch>> {
    let app = tree.in_app("");
    let mut scripts: Vec<(usize, &str)> = tree
        .files()
        .iter()
        .filter(|file| file.size <= LENGTH)
        .filter_map(|file| {
            let path = file.path.strip_prefix(&app)?;
            let rank = rank(path).map(|rank| rank + 1);
            let rank = if named.contains(path) { Some(0) } else { rank };
            Some((rank?, file.path.as_str()))
        })
        .collect();
    scripts.sort_unstable();
    let paths: Vec<&str> = scripts.into_iter().map(|(_, path)| path).collect();
    tree.scan(&paths, |path, bytes| {
        let mut found = launches(path, &String::from_utf8_lossy(bytes));
        for launch in &mut found {
            path[app.len()..].clone_into(&mut launch.value.script);
        }
        Some(found)
    })
    .into_iter()
    .flatten()
    .collect()
}

/// How much like an entrypoint a file's path is; `None` for what is no script.
fn rank(path: &str) -> Option<usize> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let lower = stem.to_ascii_lowercase();
    let developing = [
        "dev",
        "local",
        "test",
        "debug",
        "build",
        "deploy",
        "install",
        "lint",
        "check",
        "prestart",
        "pre_start",
        "pre-start",
        "migrat",
    ];
    if developing
        .iter()
        .any(|word| lower.contains(word) || folder.contains(&format!("/{word}")))
    {
        return None;
    }
    let production = folder.contains("production") && folder.starts_with("compose");
    if !FOLDERS.contains(&folder) && !production && !folder.starts_with("docker/") {
        return None;
    }
    let order = [
        "entry", "boot", "start", "run", "launch", "server", "serve", "web", "prod", "gunicorn",
        "uwsgi", "uvicorn", "celery", "worker", "app", "api", "wrapper",
    ];
    let named = order.iter().position(|word| lower.contains(word));
    let supervisor = lower.contains("supervisor") && matches!(extension, "conf" | "ini");
    let script = matches!(extension, "sh" | "bash" | "") && named.is_some();
    if !script && !supervisor {
        return None;
    }
    Some(usize::from(!folder.is_empty()) * 100 + named.unwrap_or(50))
}

/// The commands of one file.
fn launches(path: &str, text: &str) -> Vec<Found<Launch>> {
    let mut out = Vec::new();
    let functions = functions(text);
    let mut program: Option<String> = None;
    let mut logical = String::new();
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut first = 0;
    let mut last = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if logical.is_empty() {
            first = index + 1;
        }
        if let Some(continued) = line.strip_suffix('\\') {
            logical.push_str(continued);
            logical.push(' ');
            continue;
        }
        logical.push_str(line);
        let line = std::mem::take(&mut logical);
        if let Some(section) = line.strip_prefix("[program:") {
            program = Some(section.trim_end_matches(']').to_owned());
        } else if line.starts_with('[') && line.ends_with(']') && !line.contains(' ') {
            program = None;
        }
        let command = match (&program, line.split_once('=')) {
            (Some(_), Some((key, value))) if key.trim() == "command" => supervised(value),
            (Some(_), _) => continue,
            (None, _) => line,
        };
        if let Some((name, value)) = default(&command) {
            variables.insert(name, value);
            continue;
        }
        for words in commands(assigned(&expanded(&command, &variables))) {
            if closes(&words) {
                continue;
            }
            last = launch(words, &functions).map(|mut launch| {
                launch.name.clone_from(&program);
                launch.ends |= program.is_some();
                let line = u32::try_from(first).unwrap_or(u32::MAX);
                out.push(Found::new(launch, Place::new(path, line)));
                out.len() - 1
            });
        }
    }
    if let Some(launch) = last.and_then(|index| out.get_mut(index)) {
        launch.value.ends = true;
    }
    out
}

/// Words that end a branch or a script and run nothing; `else python app.py` does.
fn closes(words: &[Option<String>]) -> bool {
    let closing = ["fi", "done", "esac", "}", "else", "exit", "*", "wait"];
    words.first().is_none_or(|first| {
        let first = first.as_deref().unwrap_or_default();
        closing.contains(&first) && (first != "else" || words.len() == 1)
    })
}

/// `run_command="gunicorn shop.wsgi"`: the command that a variable holds.
fn assigned(line: &str) -> &str {
    let value = line
        .split_once("=\"")
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .and_then(|(_, value)| value.strip_suffix('"'));
    value
        .filter(|value| value.contains(' ') && !value.contains('"'))
        .unwrap_or(line)
}

/// A command of supervisor: `%(ENV_NAME)s` is an expansion, as `$NAME` is in a shell.
fn supervised(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some((before, after)) = rest.split_once("%(") {
        out.push_str(before);
        out.push_str("$ENV");
        rest = after.split_once(")s").map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}
