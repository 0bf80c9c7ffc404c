//! Turns a target and a server into a command.

use super::known::{Known, Picked};
use super::{Command, Start};
use crate::catalogue::frameworks::{self, Framework, Interface};
use crate::catalogue::servers::{Factory, Server};
use crate::facts::app::ServerConfig;
use crate::facts::{Arg, CommandLine, Found, Place, Warning};

/// What a server is given.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Folder that must be on the import path.
    pub(super) root: String,
    /// Dotted module.
    pub(super) module: String,
    /// Object or function; may be dotted (`app.server`).
    pub(super) object: String,
    /// It is a function to be called.
    pub(super) factory: bool,
    /// The file, relative to the application's folder.
    pub(super) file: String,
    /// The line that proves it.
    pub(super) at: Option<Place>,
    /// What it is, for the reason.
    pub(super) what: String,
}

impl Target {
    /// `module:object` or `module:create_app()` as a user types it.
    pub(super) fn parse(text: &str) -> Option<(String, String, bool)> {
        let (module, object) = match text.split_once(':') {
            Some((module, object)) => (module, object),
            None => (text, ""),
        };
        let (object, factory) = match object.split_once('(') {
            Some((name, _)) => (name, true),
            None => (object, false),
        };
        let dotted = |text: &str| {
            text.split('.').all(|part| {
                !part.is_empty()
                    && !part.starts_with(|c: char| c.is_ascii_digit())
                    && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            })
        };
        (dotted(module) && (object.is_empty() || dotted(object)))
            .then(|| (module.to_owned(), object.to_owned(), factory))
    }

    fn plain(&self) -> String {
        match self.object.as_str() {
            "" => self.module.clone(),
            object => format!("{}:{object}", self.module),
        }
    }
}

/// Options of the project's own script for the server, to be kept.
pub(super) type Kept = Vec<String>;

/// The command that gives a target to a server.
pub(super) fn command(
    known: &Known<'_>,
    target: &Target,
    picked: Picked,
    interface: Interface,
    kept: &Kept,
    start: &mut Start,
) {
    let server = picked.server;
    let mut name = target.plain();
    let mut extra: Vec<String> = Vec::new();
    let folder = working_dir(known, &target.root);
    if target.factory {
        match &server.factory {
            Some(Factory::Arguments(arguments)) => extra.extend(arguments.iter().cloned()),
            _ => name.push_str("()"),
        }
    }
    let config = known
        .facts
        .app
        .configs
        .iter()
        .find(|config| config.server == server.name && folder_of(&config.path) == folder);
    let bound = config
        .and_then(|config| bind(server, config))
        .filter(|found| reachable(found, start));
    let mut argv: Vec<Arg> = Vec::new();
    let mut placed = false;
    let worker_kept = kept.iter().any(|word| {
        matches!(word.as_str(), "-k" | "--worker-class") || word.starts_with("--worker-class=")
    });
    let mut words = server
        .interfaces
        .get(&interface)
        .into_iter()
        .flatten()
        .peekable();
    while let Some(word) = words.next() {
        let next = words.peek().map(|next| next.as_str());
        // A configuration that says where it listens is not contradicted.
        let settled = bound.is_some() && next.is_some_and(|next| next.contains("{port}"));
        if settled || worker_kept && word == "--worker-class" {
            words.next();
            continue;
        }
        let target_next = word.starts_with("--") && !word.contains('=') && next == Some("{target}");
        if (target_next || word.contains("{target}")) && !placed {
            placed = true;
            argv.extend(config_argument(server, config));
            argv.extend(kept.iter().map(Arg::text));
            argv.extend(extra.drain(..).map(Arg::text));
        }
        if word.contains("{target}") {
            argv.push(Arg::text(word.replace("{target}", &name)));
        } else if word.contains("{worker}") {
            argv.push(Arg::text(known.asgi_worker().unwrap_or_default()));
        } else {
            argv.push(Arg::template(word));
        }
    }
    start.port = start.port.or(told(known, server, target));
    listen(known, server, bound.as_ref(), start);
    let version = known
        .installed
        .versions
        .get(&server.name)
        .cloned()
        .flatten();
    let installed = match (&version, picked.missing) {
        (_, true) => format!("{} is asked for", server.name),
        (Some(version), _) => format!("{} {version} is installed", server.name),
        (None, _) => format!("{} is installed", server.name),
    };
    start.command = Some(Command::words(
        argv,
        target.at.clone(),
        format!("{}; {installed}", target.what),
    ));
    start.working_dir = folder;
    start.needs_source = true;
    stop_signal(server, config, start);
}

/// Can the configured address be reached from outside a container? If not, the command overrides it and the user is told.
fn reachable(found: &Found<&str>, start: &mut Start) -> bool {
    let hidden = ["127.", "localhost", "unix:", "[::1]"]
        .iter()
        .any(|start| found.value.starts_with(start));
    if hidden {
        start.warnings.push(
            Warning::new(
                "binds-loopback",
                format!(
                    "{} listens on {}: nothing outside the container reaches it, so the command binds 0.0.0.0",
                    found.at.file, found.value
                ),
                "bind 0.0.0.0 in that file",
            )
            .at(found.at.clone()),
        );
    }
    !hidden
}

/// The port of a configuration that names the target, but lies where the server does not find it: what else stands there is for
/// another place.
fn told(known: &Known<'_>, server: &Server, target: &Target) -> Option<u16> {
    let mut configs = known.facts.app.configs.iter();
    let names = |config: &&ServerConfig| {
        let mut settings = config.settings.values();
        settings.any(|setting| target.at.as_ref() == Some(&setting.at))
    };
    let config = configs.find(names)?;
    port_of(bind(server, config)?.value).filter(|port| *port >= 1024)
}

/// The port: what the configuration fixes, else the user's, the project's, the server's.
fn listen(known: &Known<'_>, server: &Server, bound: Option<&Found<&str>>, start: &mut Start) {
    let own = bound.and_then(|found| port_of(found.value));
    let wished = known.wish.port;
    start.port = own.or(wished).or(start.port).or(Some(server.port));
    if let (Some(wished), Some(found)) = (
        wished.filter(|wished| own.is_some_and(|own| own != *wished)),
        bound,
    ) {
        start.warnings.push(
            Warning::new(
                "port-fixed",
                format!(
                    "{} says where the server listens: port {wished} is not applied",
                    found.at.file
                ),
                "take the setting out of that file",
            )
            .at(found.at.clone()),
        );
    }
}

/// The command of a framework that runs by itself; `{script}` and its kin are filled in.
pub(super) fn own(known: &Known<'_>, framework: &Framework, target: &Target, start: &mut Start) {
    let object = target.object.as_str();
    let app = match target.module.strip_suffix(".celery") {
        Some(package) if matches!(object, "app" | "celery") => package.to_owned(),
        _ => format!("{}.{object}", target.module),
    };
    let name = format!(
        "{}{}",
        target.plain(),
        if target.factory && framework.factory.is_empty() {
            "()"
        } else {
            ""
        }
    );
    let script = target.file.as_str();
    // A path that starts with a dash would be an option.
    let script = if script.starts_with('-') {
        format!("./{script}")
    } else {
        script.to_owned()
    };
    let mut argv: Vec<Arg> = framework
        .command
        .iter()
        .map(|word| {
            let word = word
                .replace("{target}", &name)
                .replace("{module}", &target.module)
                .replace("{object}", object)
                .replace("{app}", &app);
            let mut arg = Arg(Vec::new());
            for (index, piece) in word.split("{script}").enumerate() {
                if index > 0 {
                    arg.0.extend(Arg::text(script.as_str()).0);
                }
                arg.0.extend(Arg::template(piece).0);
            }
            arg
        })
        .collect();
    if target.factory {
        argv.extend(framework.factory.iter().map(Arg::text));
    }
    let by_script = framework
        .command
        .iter()
        .any(|word| word.contains("{script}"));
    start.port = port(known, framework, start.port);
    start.command = Some(Command::words(argv, target.at.clone(), target.what.clone()));
    start.working_dir = if by_script {
        String::new()
    } else {
        working_dir(known, &target.root)
    };
    start.needs_source = true;
    environment(framework, start);
}

/// The port: the user's, the project's, the framework's.
pub(super) fn port(known: &Known<'_>, framework: &Framework, own: Option<u16>) -> Option<u16> {
    framework
        .port
        .map(|port| known.wish.port.or(own).unwrap_or(port))
}

/// Variables that the framework needs: those with the port become part of the command.
pub(super) fn environment(framework: &Framework, start: &mut Start) {
    for (name, value) in &framework.env {
        let arg = Arg::template(value);
        match (arg.literal(), &mut start.command) {
            (Some(value), _) => {
                start.env.insert(name.clone(), value.to_owned());
            }
            (
                None,
                Some(Command {
                    line: CommandLine::Words { env, .. },
                    ..
                }),
            ) if name != "PORT" && start.port.is_some() => {
                env.push((name.clone(), arg));
            }
            _ => {}
        }
    }
}

/// The folder to run in: the import root, unless the installed project can be imported from everywhere.
pub(super) fn working_dir(known: &Known<'_>, root: &str) -> String {
    let source = root == "src" || root.ends_with("/src");
    if source && known.installed.project {
        String::new()
    } else {
        root.to_owned()
    }
}

/// A framework by its name; the name stands in the facts.
pub(super) fn framework(name: &str) -> Option<&'static Framework> {
    frameworks::get(name)
}

/// Where a server's configuration says that it listens, unless that is a socket file or a computed value's absence.
fn bind<'a>(server: &Server, config: &'a ServerConfig) -> Option<Found<&'a str>> {
    let names = &server.config.as_ref()?.binds;
    if let Some(found) = names.iter().find_map(|name| config.settings.get(name)) {
        return Some(Found::new(found.value.as_str(), found.at.clone()));
    }
    let computed = config.computed.iter().any(|name| names.contains(name));
    computed.then(|| Found::new("", Place::new(config.path.as_str(), 0)))
}

/// The port of `0.0.0.0:8000`, `:8000`, `8000`.
pub(super) fn port_of(text: &str) -> Option<u16> {
    let digits = text.rsplit(':').next()?;
    digits
        .trim_end_matches(|c: char| !c.is_ascii_digit())
        .parse()
        .ok()
}

/// The folder of a path, empty for a bare name.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// How a server is told of its configuration, unless it finds it by itself.
fn config_argument(server: &Server, config: Option<&ServerConfig>) -> Vec<Arg> {
    let (Some(table), Some(config)) = (&server.config, config) else {
        return Vec::new();
    };
    let name = config.path.rsplit('/').next().unwrap_or_default();
    if table.own.as_deref() == Some(name) {
        return Vec::new();
    }
    vec![Arg::text(&table.argument), Arg::text(name)]
}

fn stop_signal(server: &Server, config: Option<&ServerConfig>, start: &mut Start) {
    let dies = |words: &[Arg]| {
        words
            .iter()
            .any(|word| word.literal() == Some("--die-on-term"))
    };
    let configured = config.is_some_and(|config| config.settings.contains_key("die-on-term"));
    let argued = start
        .command
        .as_ref()
        .is_some_and(|command| dies(command.line.words()));
    if !configured && !argued {
        start.stop_signal.clone_from(&server.stop_signal);
    }
}
