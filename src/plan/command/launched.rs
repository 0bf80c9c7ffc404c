//! Turns the servers and workers that the project's scripts start into a start of the image.

use super::known::Known;
use super::lines::{line_as_it_is, listening};
use super::serve::{self, Kept, Target};
use super::targets::{configured, described, serve_target};
use super::{Command, Start, object, own};
use crate::catalogue::frameworks::Role;
use crate::catalogue::servers::{self, Server};
use crate::error::{Error, printable};
use crate::facts::app::Launch;
use crate::facts::{Arg, CommandLine, Found, Parsed, Place};
use crate::plan::manager::for_development;

/// A server that a script of the project starts: its target and its tuning are taken over; where it listens, its folders and
/// what the script does before are the image's own matter. Else a program of the project that it starts, or a worker.
pub(super) fn start(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let launches = &known.facts.app.launches;
    if let Some(start) = by_server(known, launches)? {
        return Ok(Some(start));
    }
    if let Some(start) = by_framework(known, launches)? {
        return Ok(Some(start));
    }
    let mut ends = launches.iter().filter(|launch| launch.value.ends);
    if let Some(start) = ends.find_map(|launch| own::start(known, launch)) {
        return Ok(Some(start));
    }
    // A script that starts a worker speaks for a project without a web server.
    let web = known.facts.app.objects.iter().any(|object| {
        let framework = serve::framework(&object.framework);
        framework.is_some_and(|framework| {
            framework.role == Role::Web
                && framework
                    .interface
                    .is_none_or(|interface| known.server(interface, None).ok().flatten().is_some())
        })
    });
    if web || known.facts.app.django.is_some() {
        return Ok(None);
    }
    Ok(launches.iter().find_map(|launch| other(known, launch)))
}

/// The server that one script starts, or the line of a file of commands.
pub(super) fn by_script(
    known: &Known<'_>,
    script: &str,
    line: &Place,
) -> Result<Option<Start>, Error> {
    let of = |launch: &&Found<Launch>| {
        launch.value.script == script && (launch.at.file != line.file || launch.at == *line)
    };
    let launches: Vec<_> = known
        .facts
        .app
        .launches
        .iter()
        .filter(of)
        .cloned()
        .collect();
    by_server(known, &launches)
}

/// What compose files, makefiles and justfiles start, where nothing better decides: see
/// [`crate::inspect::app`].
pub(super) fn hinted(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let hints = &known.facts.app.hints;
    Ok(match by_server(known, hints)? {
        Some(start) => Some(start),
        None => hints.iter().find_map(|launch| own::start(known, launch)),
    })
}

fn by_server(known: &Known<'_>, launches: &[Found<Launch>]) -> Result<Option<Start>, Error> {
    for launch in launches {
        if let Some(server) = servers::get(&launch.value.program)
            && !gives_way(known, launches, launch, server)
            && let Some(start) = launched_server(known, launch, server)?
        {
            return Ok(Some(start));
        }
    }
    Ok(None)
}

/// Is it the way of one branch alone: by a server that the project does not have, in a script that ends in the project's own program?
fn gives_way(
    known: &Known<'_>,
    launches: &[Found<Launch>],
    launch: &Found<Launch>,
    server: &Server,
) -> bool {
    let ends = |other: &&Found<Launch>| other.at.file == launch.at.file && other.value.ends;
    let mut programs = launches.iter().filter(ends);
    !launch.value.ends
        && !known.has_server(server)
        && programs.any(|other| own::start(known, other).is_some())
}

/// `streamlit run ui/Main.py`: the application's file that a framework's own program is given, started as that framework's are.
fn by_framework(known: &Known<'_>, launches: &[Found<Launch>]) -> Result<Option<Start>, Error> {
    let objects = &known.facts.app.objects;
    let started = |launch: &Found<Launch>| {
        let words = || launch.value.words.iter().flatten();
        let names = |file: &str| words().any(|word| word.trim_start_matches("./") == file);
        objects.iter().find_map(|object| {
            let framework = serve::framework(&object.framework)?;
            let program = framework.command.first() == Some(&launch.value.program);
            let web = framework.role == Role::Web && !known.lacks(framework);
            (program && web && names(&object.module.file)).then_some((object, framework))
        })
    };
    let Some((object, framework)) = launches.iter().find_map(started) else {
        return Ok(None);
    };
    object::start(known, object, framework).map(Some)
}

/// A worker, or a program of another distribution.
fn other(known: &Known<'_>, launch: &Found<Launch>) -> Option<Start> {
    let program = launch.value.program.as_str();
    // `exec mlflow server`: a program of a distribution that is installed.
    let installed = launch.value.ends && known.has(&crate::facts::normalise(program));
    // `python -m pytest`: a script for its developers.
    let word = |at: usize| launch.value.words.get(at).and_then(Option::as_deref);
    let develops = word(1) == Some("-m") && word(2).is_some_and(for_development);
    let python = launch.value.ends && program == "python" && !develops;
    let runs = python || launch.value.runner || installed;
    if !runs || servers::get(program).is_some() {
        return None;
    }
    let words: Option<Vec<String>> = launch.value.words.iter().cloned().collect();
    let words = words.filter(|words| {
        !words.is_empty()
            && !words
                .iter()
                .any(|word| word.contains("/opt/") || word.chars().any(char::is_control))
    })?;
    let parsed = Parsed {
        line: CommandLine::Words {
            env: Vec::new(),
            argv: words.into_iter().map(Arg::text).collect(),
        },
        port: None,
    };
    let why = "a script of the project starts it";
    Some(line_as_it_is(known, &parsed, Some(launch.at.clone()), why))
}

fn launched_server(
    known: &Known<'_>,
    launch: &Found<Launch>,
    server: &Server,
) -> Result<Option<Start>, Error> {
    let words: Vec<Option<&str>> = launch.value.words.iter().map(Option::as_deref).collect();
    let kept = kept(server, &words);
    let mut start = Start {
        port: listening(&server.bind_options, &words),
        ..Start::default()
    };
    let paste = kept.iter().any(|word| word.starts_with("--paste"));
    if paste {
        // The ini file names the application: no target.
        let mut argv = vec![Arg::text(&server.program)];
        argv.extend(["--bind", "0.0.0.0:{port}"].map(Arg::template));
        argv.extend(kept.iter().map(Arg::text));
        start.command = Some(Command::words(
            argv,
            Some(launch.at.clone()),
            "a script of the project starts it",
        ));
        start.port = known.wish.port.or(start.port).or(Some(server.port));
        start.framework = known.has("pyramid").then(|| "pyramid".to_owned());
        start.needs_source = true;
        return Ok(Some(start));
    }
    let targets = || {
        words.iter().skip(1).flatten().filter(|word| {
            !word.starts_with('-')
                && word.strip_suffix(".ini").is_none()
                && word.strip_suffix(".py").is_none()
                && word.parse::<f64>().is_err()
        })
    };
    // gunicorn takes `application` where no object is named; what stands behind an option is its value.
    let bare = server.name == "gunicorn";
    let bare = words.windows(2).find_map(|pair| match pair {
        [Some(before), Some(word)] if bare && !before.starts_with('-') => {
            word.contains('.').then_some(*word)
        }
        _ => None,
    });
    let target = |text: &str| {
        let (module, object, factory) = Target::parse(text)?;
        let what = format!("{} is started by {}", printable(text), launch.at.file);
        let explicit = !object.is_empty() || bare == Some(text);
        let found = described(known, &module, &object, factory, Some(&launch.at), what);
        (explicit || !found.file.is_empty()).then_some(found)
    };
    let option = |name: &str| {
        let at = words.iter().position(|word| *word == Some(name))?;
        words.get(at + 1).copied().flatten()
    };
    let explicit = option("--module").or_else(|| option("-w").filter(|_| server.name == "uwsgi"));
    let by_ini = || {
        let ini = words
            .iter()
            .flatten()
            .find(|word| word.strip_suffix(".ini").is_some())?;
        let ini = ini.trim_start_matches("./");
        configured(known, server, Some(ini))
    };
    let found = explicit
        .and_then(target)
        .or_else(|| targets().find_map(|text| target(text).filter(|t| !t.file.is_empty())))
        .or_else(|| {
            targets()
                .filter(|text| text.contains(':') || bare == Some(text))
                .find_map(|text| target(text))
        })
        .or_else(by_ini);
    let Some(found) = found else {
        return Ok(None);
    };
    serve_target(known, &found, Some(&server.name), &kept, &mut start)?;
    Ok(Some(start))
}

/// The options that tune the server, out of a script's command.
fn kept(server: &Server, words: &[Option<&str>]) -> Kept {
    let mut out = Vec::new();
    let mut index = 1;
    while let Some(word) = words.get(index) {
        index += 1;
        let Some(word) = word else {
            continue;
        };
        let name = word.split('=').next().unwrap_or_default();
        if !server.keeps.iter().any(|kept| kept == name) || word.chars().any(char::is_control) {
            continue;
        }
        if word.contains('=') {
            out.push((*word).to_owned());
            continue;
        }
        match words.get(index) {
            // The value is an expansion: the option goes with it.
            Some(None) => index += 1,
            Some(Some(value)) if !value.starts_with('-') && !value.contains(':') => {
                out.extend([(*word).to_owned(), (*value).to_owned()]);
                index += 1;
            }
            _ => out.push((*word).to_owned()),
        }
    }
    out
}
