//! Turns what somebody has written down into the start: the user, the `Procfile`, a script, a server's configuration.

use super::known::Known;
use super::serve::{self, Kept, Target};
use super::{Command, Start};
use crate::catalogue::frameworks::{Interface, Role};
use crate::catalogue::servers::{self, Server};
use crate::error::{Error, printable};
use crate::facts::app::{Launch, ObjectKind};
use crate::facts::{Arg, CommandLine, Found, Parsed, Part, Place, Warning};

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
        if start.port.is_none() {
            start.port = known.wish.port;
        }
        return Ok(Some(start));
    }
    if let Some(app) = &known.wish.app {
        return wished(known, app).map(Some);
    }
    if let Some(start) = procfile(known) {
        return Ok(Some(start));
    }
    if let Some(start) = launched(known)? {
        return Ok(Some(start));
    }
    configured(known)
}

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
    let usual = server
        .map(|server| server.port)
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
            .or(usual)
            .or(Some(8000));
    }
    if let Some(server) = server {
        let missing = !known.has_server(server) && known.installed.complete;
        if missing {
            known.install(
                super::known::Picked { server, missing },
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
    let found = target(
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

/// `web:` of the `Procfile`, or its only process that is no release step.
fn procfile(known: &Known<'_>) -> Option<Start> {
    let lines = &known.facts.app.procfile;
    let running = || lines.iter().filter(|line| line.value.name != "release");
    let web = running().find(|line| line.value.name == "web");
    let only = || running().next().filter(|_| running().count() == 1);
    let line = web.or_else(only)?;
    let why = format!("the Procfile's process `{}`", line.value.name);
    let mut start = line_as_it_is(known, &line.value.command, Some(line.at.clone()), &why);
    if line.value.name == "web" {
        start.port = start.port.or(Some(8000));
    } else if servers::get(&first_word(&line.value.command)).is_none() {
        start.port = None;
    }
    Some(start)
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

/// A server that a script of the project starts. Its target and its tuning are taken over; where it listens, its folders and
/// what the script does before are the image's own matter.
fn launched(known: &Known<'_>) -> Result<Option<Start>, Error> {
    for launch in &known.facts.app.launches {
        let Some(server) = servers::get(&launch.value.program) else {
            continue;
        };
        if let Some(start) = launched_server(known, launch, server)? {
            return Ok(Some(start));
        }
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
    let others = known
        .facts
        .app
        .launches
        .iter()
        .filter(|launch| servers::get(&launch.value.program).is_none());
    for launch in others {
        let Some(words) = launch
            .value
            .words
            .iter()
            .cloned()
            .collect::<Option<Vec<String>>>()
        else {
            continue;
        };
        let safe = !words
            .iter()
            .any(|word| word.contains("/opt/") || word.chars().any(char::is_control));
        if safe && !words.is_empty() {
            let parsed = Parsed {
                line: CommandLine::Words {
                    env: Vec::new(),
                    argv: words.into_iter().map(Arg::text).collect(),
                },
                port: None,
            };
            let why = "a script of the project starts it";
            return Ok(Some(line_as_it_is(
                known,
                &parsed,
                Some(launch.at.clone()),
                why,
            )));
        }
    }
    Ok(None)
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
    let described = |text: &str| {
        let (module, object, factory) = Target::parse(text)?;
        let what = format!("{} is started by {}", printable(text), launch.at.file);
        let explicit = !object.is_empty();
        let found = target(known, &module, &object, factory, Some(&launch.at), what);
        (explicit || !found.file.is_empty()).then_some(found)
    };
    let option = |name: &str| {
        let at = words.iter().position(|word| *word == Some(name))?;
        words.get(at + 1).copied().flatten()
    };
    let explicit = option("--module").or_else(|| option("-w").filter(|_| server.name == "uwsgi"));
    let configured = || {
        let ini = words
            .iter()
            .flatten()
            .find(|word| word.strip_suffix(".ini").is_some())?;
        let ini = ini.trim_start_matches("./");
        config_target(known, server, Some(ini))
    };
    let found = explicit
        .and_then(described)
        .or_else(|| targets().find_map(|text| described(text).filter(|t| !t.file.is_empty())))
        .or_else(|| {
            targets()
                .filter(|text| text.contains(':'))
                .find_map(|text| described(text))
        })
        .or_else(configured);
    let Some(found) = found else {
        return Ok(None);
    };
    serve_target(known, &found, Some(&server.name), &kept, &mut start)?;
    Ok(Some(start))
}

/// `[tool.fastapi] entrypoint`, and the target of a server's configuration.
fn configured(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let mut start = Start::default();
    if let Some(entry) = known
        .facts
        .pyproject
        .as_ref()
        .and_then(|project| project.fastapi_entrypoint.as_ref())
        && let Some((module, object, factory)) = Target::parse(&entry.value)
    {
        let what = "[tool.fastapi] entrypoint".to_owned();
        let found = target(known, &module, &object, factory, Some(&entry.at), what);
        start.framework = Some("fastapi".to_owned());
        serve_target(known, &found, None, &Vec::new(), &mut start)?;
        return Ok(Some(start));
    }
    for server in servers::all() {
        if let Some(found) = config_target(known, server, None) {
            serve_target(known, &found, Some(&server.name), &Vec::new(), &mut start)?;
            return Ok(Some(start));
        }
    }
    Ok(None)
}

/// The target that a server's configuration names.
fn config_target(known: &Known<'_>, server: &Server, path: Option<&str>) -> Option<Target> {
    let names = &server.config.as_ref()?.targets;
    let mut configs = known
        .facts
        .app
        .configs
        .iter()
        .filter(|config| config.server == server.name);
    configs.find_map(|config| {
        if path.is_some_and(|path| path != config.path) {
            return None;
        }
        let setting = names.iter().find_map(|name| config.settings.get(name))?;
        let (module, object, factory) = Target::parse(&setting.value)?;
        let callable = config
            .settings
            .get("callable")
            .map(|found| found.value.clone());
        let object = callable.filter(|_| object.is_empty()).unwrap_or(object);
        let what = format!("{} names {}", config.path, printable(&setting.value));
        Some(target(
            known,
            &module,
            &object,
            factory,
            Some(&setting.at),
            what,
        ))
    })
}

/// A target by its dotted name, with what the sources know of it.
fn target(
    known: &Known<'_>,
    module: &str,
    object: &str,
    factory: bool,
    at: Option<&Place>,
    what: String,
) -> Target {
    let app = &known.facts.app;
    let object_there = app.objects.iter().find(|found| {
        found.module.module == module && (object.is_empty() || found.kind.name() == Some(object))
    });
    let django = app
        .django
        .iter()
        .flat_map(|django| django.wsgi.iter().chain(&django.asgi));
    let mut by_django = django
        .filter(|found| found.value.split(':').next() == Some(module))
        .map(|found| found.at.file.to_string());
    let file = object_there
        .map(|found| found.module.file.clone())
        .or_else(|| by_django.next_back())
        .unwrap_or_default();
    Target {
        root: match (object_there, &app.django) {
            (Some(found), _) => found.module.root.clone(),
            (None, Some(django)) if !file.is_empty() => django.folder.clone(),
            _ => String::new(),
        },
        module: module.to_owned(),
        object: object.to_owned(),
        factory: factory
            || object_there.is_some_and(|found| {
                !object.is_empty() && matches!(found.kind, ObjectKind::Factory { .. })
            }),
        file,
        at: at
            .cloned()
            .or_else(|| object_there.map(|found| found.at.clone())),
        what,
    }
}

/// Gives a target to the server that somebody named, or to one that fits what the target is.
fn serve_target(
    known: &Known<'_>,
    found: &Target,
    named: Option<&str>,
    kept: &Kept,
    start: &mut Start,
) -> Result<(), Error> {
    let object = known.facts.app.objects.iter().find(|object| {
        object.module.module == found.module
            && (found.object.is_empty() || object.kind.name() == Some(&found.object))
    });
    let framework = start
        .framework
        .clone()
        .or_else(|| object.map(|object| object.framework.clone()));
    let asgi = |django: &crate::facts::app::Django| {
        django
            .asgi
            .iter()
            .any(|a| a.value.split(':').next() == Some(&found.module))
    };
    let django = known.facts.app.django.as_ref();
    let table = framework.as_deref().and_then(serve::framework);
    let server = named.and_then(servers::get);
    let speaks_only_asgi =
        server.is_some_and(|server| !server.interfaces.contains_key(&Interface::Wsgi));
    let interface = match table.and_then(|framework| framework.interface) {
        Some(interface) => interface,
        None if django.is_some_and(asgi) || speaks_only_asgi => Interface::Asgi,
        None if kept.iter().any(|word| word.contains("uvicorn")) => Interface::Asgi,
        None if server.is_none() && known.has("uvicorn") && !known.has("gunicorn") => {
            Interface::Asgi
        }
        None => Interface::Wsgi,
    };
    let by_django = django.is_some_and(|django| {
        asgi(django)
            || django
                .wsgi
                .iter()
                .any(|w| w.value.split(':').next() == Some(&found.module))
    });
    start.framework = framework.or_else(|| by_django.then(|| "django".to_owned()));
    // Some frameworks run by themselves and want no server.
    if let Some(table) =
        table.filter(|table| table.interface.is_none() && !table.command.is_empty())
    {
        serve::own(known, table, found, start);
        return Ok(());
    }
    let picked = known
        .server(interface, named)?
        .or_else(|| Known::usual(interface));
    if let Some(picked) = picked {
        let why = format!("{} needs a server", found.what);
        known.install(picked, &why, found.at.clone(), start);
        serve::command(known, found, picked, interface, kept, start);
    }
    Ok(())
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

/// The port of `--bind 0.0.0.0:8000`, `-p 8000`, `--port=8000`.
fn listening(options: &[String], words: &[Option<&str>]) -> Option<u16> {
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
fn port_in(line: &CommandLine) -> Option<u16> {
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

/// A warning that a script binds the loopback address.
pub(super) fn loopback(at: &Place) -> Warning {
    Warning::new(
        "binds-loopback",
        "the script listens on the loopback address: nothing outside the container reaches it",
        "listen on 0.0.0.0 there",
    )
    .at(at.clone())
}
