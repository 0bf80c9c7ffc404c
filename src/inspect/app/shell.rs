//! Turns lines of a shell script into the simple commands that start a server, a worker or a Python program.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::servers;
use crate::facts::app::Launch;

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

/// `NAME=value`, `NAME="${NAME:-value}"`, also after `export`: what the variable holds unless the user sets it.
pub(super) fn default(line: &str) -> Option<(String, String)> {
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
    plain(value).then(|| (name.to_owned(), value.to_owned()))
}

/// A line with the variables that the script itself gives a value.
pub(super) fn expanded(line: &str, variables: &BTreeMap<String, String>) -> String {
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
        } else if let Some((value, tail)) = braced.and_then(|_| inline(text, end)) {
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

/// The value of `APP_PORT:-5001}`, of a variable whose name ends at `end` and says that it is about where something listens, and what
/// follows. Others tune, and are the user's matter.
fn inline(text: &str, end: usize) -> Option<(&str, &str)> {
    let (name, rest) = text.split_at_checked(end)?;
    let (value, tail) = rest.split_once('}')?;
    let value = value.trim_start_matches(':').strip_prefix('-')?;
    let listens = ["PORT", "HOST", "ADDRESS", "ADDR", "BIND", "_IP"];
    (plain(value) && listens.iter().any(|end| name.ends_with(end))).then_some((value, tail))
}

/// Has a value no expansion in it, nor anything else that a shell would see?
fn plain(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c);
    !value.is_empty() && value.len() < 100 && value.chars().all(plain)
}

/// The simple commands of a line, each as words; a word that holds an expansion is `None`.
pub(super) fn commands(line: &str) -> Vec<Vec<Option<String>>> {
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
            // `NAME="$VALUE" program`: an assignment stays one, whatever its value.
            ('$' | '`', Some('"') | None)
                if word
                    .as_ref()
                    .is_some_and(|w| w.as_deref().is_some_and(assignment)) => {}
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

/// A command that starts a server, a worker, a Python program, or whatever stands after `exec`; wrappers and assignments before
/// it are dropped, and so are functions of the script that are given a command.
pub(super) fn launch(
    mut words: Vec<Option<String>>,
    functions: &BTreeSet<String>,
) -> Option<Launch> {
    let mut replaces = false;
    for _ in 0..8 {
        // `"$PYTHON" -m uvicorn`: what runs a module or a Python file is Python.
        let runs = |word: &str| word == "-m" || super::corpus::extension_is(word, "py");
        if words.first()?.is_none() && words.get(1)?.as_deref().is_some_and(runs) {
            words[0] = Some("python".to_owned());
        }
        let first = words.first()?.clone()?;
        let program = base(&first);
        let control = matches!(program, "then" | "else" | "do" | "if" | "!");
        if control || assignment(&first) || first.starts_with('-') {
            words.remove(0);
        } else if let Some((_, own)) = WRAPPERS.iter().find(|(name, _)| *name == program) {
            replaces |= program == "exec";
            words.drain(..(1 + own).min(words.len()));
        } else if functions.contains(&first) && words.len() > 1 {
            words.remove(0);
        } else {
            break;
        }
    }
    let redirection = |word: &Option<String>| {
        let rest = word
            .as_deref()
            .unwrap_or_default()
            .trim_start_matches(|c: char| c.is_ascii_digit());
        rest.starts_with(['>', '<'])
    };
    if let Some(end) = words.iter().position(redirection) {
        words.truncate(end);
    }
    // `"$@"`: what the image's user adds; after an option it is the option's value.
    let option = |word: &Option<String>| word.as_deref().is_some_and(|word| word.starts_with('-'));
    while words.last().is_some_and(Option::is_none) && !words.iter().nth_back(1).is_some_and(option)
    {
        words.pop();
    }
    let program = base(&words.first()?.clone()?).to_owned();
    let second = words.get(1).cloned().flatten().unwrap_or_default();
    let python = program == "python" || program == "python3";
    if python && second == "-m" {
        let module = words.get(2)?.clone()?;
        if known(&module) {
            words.drain(..2);
            return Some(Launch {
                script: String::new(),
                program: module,
                words,
                runner: true,
                ends: replaces,
                name: None,
            });
        }
    }
    let script = python
        && (second == "-m"
            || super::corpus::extension_is(&second, "py") && !second.ends_with("manage.py"));
    let other = replaces
        && !python
        && program
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let program = if python { "python".to_owned() } else { program };
    if let Some(word) = words.first_mut() {
        *word = Some(program.clone());
    }
    let runner = known(&program);
    (runner || script || other).then_some(Launch {
        script: String::new(),
        program,
        words,
        runner,
        ends: replaces,
        name: None,
    })
}

/// The names of the functions that a script defines.
pub(super) fn functions(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| {
            let line = line.trim();
            let (named, keyword) = match line.strip_prefix("function ") {
                Some(rest) => (rest, true),
                None => (line, false),
            };
            let end = named.find(['(', '{', ' ']).unwrap_or(named.len());
            let (name, rest) = named.split_at(end);
            let defines = keyword || rest.trim_start().starts_with("()");
            let plain = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            (defines && plain).then(|| name.to_owned())
        })
        .collect()
}

/// A server, or another program that runs an application.
fn known(program: &str) -> bool {
    servers::get(program).is_some() || RUNNERS.contains(&program)
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

fn assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}
