//! Turns shell scripts and supervisor's configuration into the servers and workers that they start.

use std::collections::BTreeMap;

use crate::catalogue::servers;
use crate::facts::app::Launch;
use crate::facts::{Found, Place};
use crate::inspect::tree::Tree;

/// Longer scripts are no entrypoints.
const LENGTH: u64 = 64 << 10;

/// Programs that stand before the one that matters, with how many words of their own follow.
const WRAPPERS: [(&str, usize); 22] = [
    ("exec", 0),
    ("nohup", 0),
    ("time", 0),
    ("command", 0),
    ("env", 0),
    ("tini", 0),
    ("dumb-init", 0),
    ("gosu", 1),
    ("su-exec", 1),
    ("setpriv", 0),
    ("sudo", 0),
    ("nice", 0),
    ("poetry", 1),
    ("uv", 1),
    ("pipenv", 1),
    ("pdm", 1),
    ("hatch", 1),
    ("rye", 1),
    ("newrelic-admin", 1),
    ("opentelemetry-instrument", 0),
    ("ddtrace-run", 0),
    ("chpst", 0),
];

/// Programs besides servers that run an application.
const RUNNERS: [&str; 13] = [
    "celery",
    "streamlit",
    "fastapi",
    "chainlit",
    "panel",
    "dramatiq",
    "arq",
    "rq",
    "huey_consumer",
    "huey_consumer.py",
    "pserve",
    "sanic",
    "litestar",
];

/// Folders in which projects keep the scripts of their images; others belong to other programs.
const FOLDERS: [&str; 13] = [
    "",
    "bin",
    "conf",
    "config",
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

/// Reads the scripts of the application's folder, the most entrypoint-like first.
pub(super) fn read(tree: &Tree) -> Vec<Found<Launch>> {
    let app = tree.in_app("");
    let mut scripts: Vec<(usize, &str)> = tree
        .files()
        .iter()
        .filter(|file| file.size <= LENGTH)
        .filter_map(|file| Some((rank(file.path.strip_prefix(&app)?)?, file.path.as_str())))
        .collect();
    scripts.sort_unstable();
    let paths: Vec<&str> = scripts.into_iter().map(|(_, path)| path).collect();
    tree.scan(&paths, |path, bytes| {
        Some(launches(path, &String::from_utf8_lossy(bytes)))
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
        "dev", "local", "test", "debug", "build", "deploy", "install", "lint",
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
        "entrypoint",
        "bootstrap",
        "start",
        "run",
        "server",
        "serve",
        "web",
        "prod",
        "gunicorn",
        "uwsgi",
        "uvicorn",
        "celery",
        "worker",
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
    let mut program: Option<String> = None;
    let mut logical = String::new();
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut first = 0;
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
            (Some(_), Some((key, value))) if key.trim() == "command" => value.to_owned(),
            (Some(_), _) => continue,
            (None, _) => line,
        };
        if let Some((name, value)) = default(&command) {
            variables.insert(name, value);
            continue;
        }
        for words in commands(&expanded(&command, &variables)) {
            if let Some(mut launch) = launch(words) {
                launch.name.clone_from(&program);
                let line = u32::try_from(first).unwrap_or(u32::MAX);
                out.push(Found::new(launch, Place::new(path, line)));
            }
        }
    }
    out
}

/// `NAME=value`, `NAME="${NAME:-value}"`, also after `export`: what the variable holds unless the user sets it.
fn default(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').filter(|_| assignment(line))?;
    let value = value.trim_matches(['"', '\'']);
    let value = match value
        .strip_prefix("${")
        .and_then(|inner| inner.strip_suffix('}'))
    {
        Some(inner) => inner.split_once('-')?.1,
        None => value,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c);
    (!value.is_empty() && value.len() < 100 && value.chars().all(plain))
        .then(|| (name.to_owned(), value.to_owned()))
}

/// A line with the variables that the script itself gives a value.
fn expanded(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after.strip_prefix('{');
        let text = braced.unwrap_or(after);
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        let (name, tail) = text.split_at(end);
        let tail = match braced {
            Some(_) => tail.strip_prefix('}'),
            None => Some(tail),
        };
        if let (Some(value), Some(tail)) = (variables.get(name), tail) {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The simple commands of a line, each as words; a word that holds an expansion is `None`.
fn commands(line: &str) -> Vec<Vec<Option<String>>> {
    let mut commands = Vec::new();
    let mut words: Vec<Option<String>> = Vec::new();
    let mut word: Option<Option<String>> = None;
    let mut quote: Option<char> = None;
    let mut previous = ' ';
    for c in line.chars().chain(['\n']) {
        let literal = |word: &mut Option<Option<String>>, c: char| {
            if let Some(text) = word.get_or_insert_with(|| Some(String::new())) {
                text.push(c);
            }
        };
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('$' | '`', Some('"') | None) => word = Some(None),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_with(|| Some(String::new()));
            }
            ('#', None) if previous.is_whitespace() => break,
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (';' | '&' | '|' | '(' | ')', None) => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            (c, _) => literal(&mut word, c),
        }
        previous = c;
    }
    words.extend(word.take());
    commands.push(words);
    commands
}

/// A command that starts a server, a worker, or a Python program; wrappers and assignments before it are dropped.
fn launch(mut words: Vec<Option<String>>) -> Option<Launch> {
    for _ in 0..8 {
        let first = words.first()?.clone()?;
        let program = first.rsplit('/').next().unwrap_or_default();
        let control = matches!(program, "then" | "else" | "do" | "if" | "!");
        if control || assignment(&first) || first.starts_with('-') {
            words.remove(0);
        } else if let Some((_, own)) = WRAPPERS.iter().find(|(name, _)| *name == program) {
            words.drain(..(1 + own).min(words.len()));
        } else {
            break;
        }
    }
    let first = words.first()?.clone()?;
    let program = first.rsplit('/').next().unwrap_or_default().to_owned();
    let python = program == "python" || program == "python3";
    if python && words.get(1)?.as_deref() == Some("-m") {
        words.drain(..2);
        let module = words.first()?.clone()?;
        let known = servers::get(&module).is_some() || RUNNERS.contains(&module.as_str());
        if known {
            return Some(Launch {
                program: module,
                words,
                name: None,
            });
        }
        words.splice(..0, [Some(program.clone()), Some("-m".to_owned())]);
        return Some(Launch {
            program,
            words,
            name: None,
        });
    }
    let script = python
        && words
            .get(1)?
            .as_deref()
            .is_some_and(|s| super::corpus::extension_is(s, "py") && !s.ends_with("manage.py"));
    let known = servers::get(&program).is_some() || RUNNERS.contains(&program.as_str());
    if let Some(word) = words.first_mut() {
        *word = Some(program.clone());
    }
    (known || script).then_some(Launch {
        program,
        words,
        name: None,
    })
}

fn assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}
