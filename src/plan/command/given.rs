//! Turns what somebody has written down into the start: the user, the `Procfile`, a script, a server's configuration.

use super::known::Known;
use super::lines::{self, line_as_it_is};
use super::serve::Target;
use super::targets::{configured, described, serve_target};
use super::{Start, launched};
use crate::catalogue::servers;
use crate::error::{Error, printable};
use crate::facts::app::Process;
use crate::facts::{Arg, CommandLine, Found, Parsed};

/// The start that somebody has written down, in order of authority.
///
/// # Errors
/// What the user typed is no command or no target.
pub(super) fn command(known: &Known<'_>) -> Result<Option<Start>, Error> {
    if let Some(line) = &known.wish.command {
        let parsed = CommandLine::parse(line).ok_or_else(|| Error::Settings {
            what: format!("`--command {}` is no command line", printable(line)),
            at: None,
            help: "type it as in a shell: `--command 'gunicorn shop.wsgi'`".to_owned(),
        })?;
        let mut start = line_as_it_is(known, &parsed, None, "as you asked");
        if let Some(port) = known.wish.port {
            start.port.get_or_insert(port);
            tell_port(&mut start);
        }
        return Ok(Some(start));
    }
    if let Some(app) = &known.wish.app {
        return wished(known, app).map(Some);
    }
    if let Some(start) = procfile(known)? {
        return Ok(Some(start));
    }
    if let Some(start) = launched::start(known)? {
        return Ok(Some(start));
    }
    configuration(known)
}

/// `--app module:object`.
fn wished(known: &Known<'_>, app: &str) -> Result<Start, Error> {
    let (module, object, factory) = Target::parse(app).ok_or_else(|| Error::Settings {
        what: format!("`--app {}` is no `module:object`", printable(app)),
        at: None,
        help: "type the module's dotted name and the object in it: `--app shop.main:app`"
            .to_owned(),
    })?;
    let named = known.wish.server.clone();
    let mut start = Start::default();
    let found = described(
        known,
        &module,
        &object,
        factory,
        None,
        format!("{app}, as you asked"),
    );
    serve_target(known, &found, named.as_deref(), &Vec::new(), &mut start)?;
    Ok(start)
}

/// Sets `$PORT` for a command that names no port: gunicorn then listens on all addresses, else on loopback alone.
fn tell_port(start: &mut Start) {
    if let (Some(port), Some(command)) = (start.port, &start.command)
        && !command.has_port()
        && lines::port_in(&command.line).is_none()
    {
        start.env.insert("PORT".to_owned(), port.to_string());
    }
}

/// `web:` of the `Procfile`, or its only process that is no release step. Of a script that it runs, the server that the script
/// starts.
fn procfile(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let lines = &known.facts.app.procfile;
    let running = || lines.iter().filter(|line| line.value.name != "release");
    let web = running().find(|line| line.value.name == "web");
    let only = || running().next().filter(|_| running().count() == 1);
    let Some(line) = web.or_else(only).filter(|line| !develops(known, line)) else {
        return Ok(None);
    };
    let script = line.value.script();
    let script = script.unwrap_or_else(|| line.at.file.to_string());
    if let Some(start) = launched::by_script(known, &script, &line.at)? {
        return Ok(Some(start));
    }
    let why = format!("the Procfile's process `{}`", line.value.name);
    let mut start = line_as_it_is(known, &line.value.command, Some(line.at.clone()), &why);
    if line.value.name == "web" {
        // Platforms with a Procfile always set it.
        start.port.get_or_insert(8000);
        tell_port(&mut start);
    } else if servers::get(&first_word(&line.value.command)).is_none() {
        start.port = None;
    }
    Ok(Some(start))
}

/// Does a line start Django's development server, where another could take its application?
pub(super) fn develops(known: &Known<'_>, line: &Found<Process>) -> bool {
    let django = known.facts.app.django.as_ref();
    let words = line.value.command.line.words();
    let runserver = || words.iter().any(|word| word.literal() == Some("runserver"));
    django.is_some_and(|django| !django.wsgi.is_empty() || !django.asgi.is_empty()) && runserver()
}

fn first_word(parsed: &Parsed) -> String {
    let first = parsed
        .line
        .words()
        .first()
        .and_then(Arg::literal)
        .unwrap_or_default();
    first.rsplit('/').next().unwrap_or_default().to_owned()
}

/// `[tool.fastapi] entrypoint`, and the target of a server's configuration.
fn configuration(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let mut start = Start::default();
    if let Some(entry) = known
        .facts
        .pyproject
        .as_ref()
        .and_then(|project| project.fastapi_entrypoint.as_ref())
        && let Some((module, object, factory)) = Target::parse(&entry.value)
    {
        let what = "[tool.fastapi] entrypoint".to_owned();
        let found = described(known, &module, &object, factory, Some(&entry.at), what);
        start.framework = Some("fastapi".to_owned());
        serve_target(known, &found, None, &Vec::new(), &mut start)?;
        return Ok(Some(start));
    }
    for server in servers::all() {
        if let Some(found) = configured(known, server, None) {
            serve_target(known, &found, Some(&server.name), &Vec::new(), &mut start)?;
            return Ok(Some(start));
        }
    }
    Ok(None)
}
