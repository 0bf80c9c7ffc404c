//! Turns a command line that somebody wrote into a start: what it is about, where it listens, what it needs.

use super::known::{Known, Picked};
use super::serve;
use super::{Command, Start};
use crate::catalogue::frameworks::Role;
use crate::catalogue::servers;
use crate::facts::{Arg, CommandLine, Parsed, Part, Place};

/// A command line that somebody wrote, unchanged.
pub(super) fn line_as_it_is(
    known: &Known<'_>,
    parsed: &Parsed,
    at: Option<Place>,
    why: &str,
) -> Start {
    let words: Vec<Option<String>> = parsed
        .line
        .words()
        .iter()
        .map(|word| match word.0.as_slice() {
            [Part::Port] => Some("$PORT".to_owned()),
            _ => word.literal().map(str::to_owned),
        })
        .collect();
    let program = words.first().cloned().flatten().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or_default();
    let mut start = Start {
        needs_source: true,
        framework: framework_of(known, &words),
        ..Start::default()
    };
    let command = Command {
        line: parsed.line.clone(),
        at: at.clone(),
        why: why.to_owned(),
    };
    let server = servers::get(program);
    let role = start.framework.as_deref().and_then(serve::framework);
    // A program of the project listens where its code says.
    let objects = &known.facts.app.objects;
    let of = start.framework.as_ref();
    let mut named = objects.iter().filter(|one| Some(&one.framework) == of);
    let named = named.find_map(|one| one.port.as_ref());
    let named = named.or(known.facts.app.port.as_ref());
    let usual = server
        .map(|server| server.port)
        .or_else(|| named.map(|port| port.value))
        .or_else(|| role.and_then(|framework| framework.port));
    let written = port_in(&parsed.line);
    if server.is_some()
        || command.has_port()
        || written.is_some()
        || role.is_some_and(|r| r.role == Role::Web)
    {
        start.port = known
            .wish
            .port
            .filter(|_| command.has_port())
            .or(parsed.port)
            .or(written)
            .or(known.wish.port)
            .or(usual)
            .or(Some(8000));
    }
    if let Some(server) = server {
        let missing = !known.has_server(server) && known.installed.complete;
        if missing {
            known.install(
                Picked { server, missing },
                "the start command names it",
                at,
                &mut start,
            );
        }
        let dies = words.iter().flatten().any(|word| word == "--die-on-term");
        if !dies {
            start.stop_signal.clone_from(&server.stop_signal);
        }
    }
    start.command = Some(command);
    start
}

/// The port of `--bind 0.0.0.0:8000`, `-p 8000`, `--port=8000`.
pub(super) fn listening(options: &[String], words: &[Option<&str>]) -> Option<u16> {
    let mut found = None;
    for (index, word) in words.iter().enumerate() {
        let Some(word) = word else {
            continue;
        };
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, words.get(index + 1).copied().flatten()),
        };
        if options.iter().any(|option| option == name) {
            found = found.or_else(|| value.and_then(serve::port_of));
        }
    }
    found
}

/// The port that a command line names by one of the usual options.
pub(super) fn port_in(line: &CommandLine) -> Option<u16> {
    let options = [
        "-b",
        "--bind",
        "-p",
        "--port",
        "--http",
        "--http-socket",
        "--listen",
        "--server.port",
        "--server-port",
    ];
    let options: Vec<String> = options.iter().map(ToString::to_string).collect();
    let words: Vec<Option<&str>> = line.words().iter().map(Arg::literal).collect();
    let program = words.first().copied().flatten().unwrap_or_default();
    let runserver = words.iter().flatten().any(|word| *word == "runserver");
    let known = servers::get(program.rsplit('/').next().unwrap_or_default()).is_some();
    let last = words.last().copied().flatten().filter(|_| runserver);
    listening(&options, &words)
        .or_else(|| last.and_then(serve::port_of))
        .filter(|_| known || runserver || !program.is_empty())
}

/// The framework of the application that a command names, or whose program it runs.
fn framework_of(known: &Known<'_>, words: &[Option<String>]) -> Option<String> {
    let app = &known.facts.app;
    let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
    let program = words.first()?.rsplit('/').next()?;
    let names = |module: &str, file: &str| {
        words.iter().any(|word| {
            let target = word.split(['(', ':']).next().unwrap_or_default();
            !module.is_empty() && target == module || word.trim_start_matches("./") == file
        })
    };
    if let Some(object) = app
        .objects
        .iter()
        .find(|object| names(&object.module.module, &object.module.file))
    {
        return Some(object.framework.clone());
    }
    if let Some(django) = &app.django {
        let targets = django.wsgi.iter().chain(&django.asgi);
        let manages = words.iter().any(|word| word.ends_with("manage.py"));
        if manages
            || targets
                .into_iter()
                .any(|t| names(t.value.split(':').next().unwrap_or_default(), ""))
        {
            return Some("django".to_owned());
        }
    }
    serve::framework(program).map(|_| program.to_owned())
}
