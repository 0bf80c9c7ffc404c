//! Turns one application into a start: through a server, by its framework's own command, or as a script.

use super::known::{Known, Picked};
use super::serve::{self, Target};
use super::{Command, Start, candidates, consoles, scripts};
use crate::catalogue::frameworks::{Framework, Interface, Role};
use crate::catalogue::servers::Factory;
use crate::error::Error;
use crate::facts::app::{AppObject, ObjectKind};
use crate::facts::{Arg, Place, Warning};

/// The start of one application.
pub(super) fn start(
    known: &Known<'_>,
    object: &AppObject,
    framework: &'static Framework,
) -> Result<Start, Error> {
    let mut start = Start {
        framework: Some(object.framework.clone()),
        needs_source: true,
        ..Start::default()
    };
    let target = target(object);
    if let ObjectKind::Factory { name, required } = &object.kind
        && !required.is_empty()
    {
        // What the arguments are, the project's own command knows.
        if let Some(scripts::Entry::Console(_)) = scripts::entry_for(known, &object.module) {
            run(known, object, framework, &mut start);
            return Ok(start);
        }
        return Err(Error::Undecided {
            what: format!(
                "{name} makes the application, but wants arguments: {}",
                required.join(", ")
            ),
            evidence: vec![(
                Some(object.at.clone()),
                format!("{}:{name}", object.module.module),
            )],
            help: format!("write a wsgi.py with `app = {name}(…)`, or pass `--command`"),
            offers: Vec::new(),
        });
    }
    let Some(interface) = framework.interface else {
        if framework.command.is_empty()
            || candidates::nameless(object, framework)
            || object.module.module.is_empty() && !by_file(framework)
        {
            run(known, object, framework, &mut start);
        } else {
            serve::own(known, framework, &target, &mut start);
        }
        return Ok(start);
    };
    if aside(known, object, interface) {
        run(known, object, framework, &mut start);
        return Ok(start);
    }
    let scripted = matches!(object.kind, ObjectKind::Script) || object.module.module.is_empty();
    let picked = known.server(interface, evidence(known))?.filter(|picked| {
        let factory = !target.factory || picked.server.factory.is_some();
        let attribute = !target.object.contains('.') || picked.server.attribute;
        factory && attribute && !scripted
    });
    if let Some(picked) = picked {
        known.install(
            picked,
            "the project's files name it",
            Some(object.at.clone()),
            &mut start,
        );
        start.port = own_port(known, object);
        serve::command(known, &target, picked, interface, &Vec::new(), &mut start);
        return Ok(start);
    }
    without_server(known, object, framework, &target, &mut start);
    Ok(start)
}

/// Is it a part of a program that has a command of its own? One that nothing names for a server, where the project asks for none,
/// or that a module for the package alone holds.
fn aside(known: &Known<'_>, object: &AppObject, interface: Interface) -> bool {
    let mut parts = object.module.module.split('.');
    let private = parts.any(|part| part.starts_with('_') && !part.starts_with("__"));
    let served = || {
        known
            .server(interface, evidence(known))
            .ok()
            .flatten()
            .is_some()
    };
    let console = || {
        matches!(
            scripts::entry_for(known, &object.module),
            Some(scripts::Entry::Console(_))
        )
    };
    candidates::obscure(object) && (private || !served()) && console()
}

/// A server that the project's configuration files speak of.
fn evidence<'a>(known: &Known<'a>) -> Option<&'a str> {
    known
        .facts
        .app
        .configs
        .first()
        .map(|config| config.server.as_str())
}

/// No server is installed: the project's own script, the framework's command, or a server to install; never silently.
fn without_server(
    known: &Known<'_>,
    object: &AppObject,
    framework: &'static Framework,
    target: &Target,
    start: &mut Start,
) {
    let own_server =
        !framework.development && framework.command.is_empty() && !framework.starts.is_empty();
    let nameless = object.module.module.is_empty() || matches!(object.kind, ObjectKind::Script);
    if object.runs && own_server || nameless {
        run(known, object, framework, start);
        return;
    }
    if let Some(outside) = scripts::outside(known, object) {
        start.port = serve::port(
            known,
            framework,
            object
                .port
                .as_ref()
                .map(|port| port.value)
                .or(fallback(known)),
        );
        start.needs_source = !outside.installed;
        let at = Some(outside.at.clone());
        start.command = Some(Command::words(outside.argv, at, outside.why));
        start.warnings.push(
            Warning::new(
                "own-server",
                "no server is installed: the project's own script starts one",
                "check that it listens on 0.0.0.0, or pass `--server gunicorn`",
            )
            .at(outside.at),
        );
        return;
    }
    let missing = |text: String| {
        Warning::new(
            "server-missing",
            text,
            "add a server to the project's dependencies, or pass `--server gunicorn`",
        )
        .at(object.at.clone())
    };
    let fits = |picked: &Picked| {
        (!target.object.contains('.') || picked.server.attribute)
            && (!target.factory
                || matches!(
                    picked.server.factory,
                    Some(Factory::Call(_) | Factory::Arguments(_))
                ))
    };
    let usual = framework.interface.and_then(Known::usual).filter(fits);
    // A framework's own server is chosen where it is made for that; one for development only where no other fits.
    let own = !framework.command.is_empty() && !object.module.module.is_empty();
    if own && (!framework.development || usual.is_none()) {
        serve::own(known, framework, target, start);
        if framework.development {
            let name = &object.framework;
            start.warnings.push(missing(format!(
                "no server fits: {name}'s development server starts instead, which is not for production"
            )));
        }
        return;
    }
    match usual {
        Some(picked) => {
            known.install(
                picked,
                "the application needs a server",
                Some(object.at.clone()),
                start,
            );
            if let Some(interface) = framework.interface {
                start.port = own_port(known, object);
                serve::command(known, target, picked, interface, &Vec::new(), start);
            }
        }
        None => run(known, object, framework, start),
    }
}

/// Python runs the file, or what stands for it: the project's console script or its package's `__main__`.
fn run(known: &Known<'_>, object: &AppObject, framework: &Framework, start: &mut Start) {
    let at = Some(object.at.clone());
    let starter = scripts::starter(known, object).unwrap_or(&object.module);
    let entry = scripts::entry_for(known, &object.module);
    let (argv, why, installed) = match entry {
        Some(scripts::Entry::Console(script)) => {
            let why = format!("console script {} of the project", script.value.name);
            let (argv, why) = consoles::words(known, script, &why);
            (argv, why, true)
        }
        Some(scripts::Entry::Main(package)) => (
            ["python", "-m", package].map(Arg::text).to_vec(),
            format!("{package} has a __main__"),
            false,
        ),
        None => {
            let why = format!("the script starts {}", object.framework);
            (scripts::python(starter), why, false)
        }
    };
    start.needs_source = !installed;
    start.working_dir = if argv.get(1).and_then(Arg::literal) == Some("-m") {
        serve::working_dir(known, &object.module.root)
    } else {
        String::new()
    };
    start.port = object
        .port
        .as_ref()
        .map(|port| port.value)
        .filter(|_| framework.port.is_some())
        .or_else(|| serve::port(known, framework, fallback(known)));
    start.command = Some(Command::words(argv, at, why));
    if entry.is_none() && framework.role == Role::Web {
        consoles::listen(known, starter, start);
    }
    serve::environment(framework, start);
    if let Some(at) = &object.loopback
        && framework.role == Role::Web
    {
        start.warnings.push(loopback(at));
    }
}

/// The port on which people know the application: what its own start names, else what the code falls back to. A low one is the
/// port of a machine, not of a container whose user is not root.
fn own_port(known: &Known<'_>, object: &AppObject) -> Option<u16> {
    let named = |one: &AppObject| one.port.as_ref().map(|port| port.value);
    // `wsgi.py` passes on what another file makes and starts by itself.
    let passes_on = matches!(super::stem(&object.module.file), "wsgi" | "asgi");
    let same = |one: &&AppObject| passes_on && one.framework == object.framework;
    let mut others = known.facts.app.objects.iter().filter(same);
    let beside = || others.find_map(named);
    named(object)
        .or_else(beside)
        .or(fallback(known))
        .filter(|port| *port >= 1024)
}

/// The port that the code itself falls back to.
fn fallback(known: &Known<'_>) -> Option<u16> {
    known.facts.app.port.as_ref().map(|port| port.value)
}

fn by_file(framework: &Framework) -> bool {
    framework
        .command
        .iter()
        .any(|word| word.contains("{script}"))
        && !framework
            .command
            .iter()
            .any(|word| word.contains("{target}"))
}

fn target(object: &AppObject) -> Target {
    let (name, factory) = match &object.kind {
        ObjectKind::Object(name) => (name.clone(), false),
        ObjectKind::Factory { name, .. } => (name.clone(), true),
        ObjectKind::Script => (String::new(), false),
    };
    let what = match &object.kind {
        ObjectKind::Object(name) => format!("{name} is the application of {}", object.framework),
        ObjectKind::Factory { name, .. } => {
            format!("{name}() makes the application of {}", object.framework)
        }
        ObjectKind::Script => format!("the script is an application of {}", object.framework),
    };
    Target {
        root: object.module.root.clone(),
        module: object.module.module.clone(),
        object: name,
        factory,
        file: object.module.file.clone(),
        at: Some(object.at.clone()),
        what,
    }
}

/// A warning that a script binds the loopback address.
fn loopback(at: &Place) -> Warning {
    Warning::new(
        "binds-loopback",
        "the script listens on the loopback address: nothing outside the container reaches it",
        "listen on 0.0.0.0 there",
    )
    .at(at.clone())
}
