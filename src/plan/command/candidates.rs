//! Turns the applications found in the sources into the one that is started, or into the list of equal ones.

use super::known::Known;
use super::serve::{self, Target};
use super::{Command, Start, given, scripts};
use crate::catalogue::frameworks::{Framework, Role};
use crate::catalogue::servers::Factory;
use crate::error::Error;
use crate::facts::app::{AppObject, ObjectKind};
use crate::facts::{Arg, Warning};

/// File names of entry points, best first; files of equal rank are equal candidates.
const STEMS: [&[&str]; 3] = [
    &["wsgi", "asgi", "passenger_wsgi"],
    &[
        "app",
        "application",
        "main",
        "server",
        "api",
        "run",
        "__init__",
        "__main__",
        "web",
        "index",
        "bot",
        "worker",
    ],
    &["factory", "create_app", "setup", "core"],
];

/// Names of application objects, best first.
const NAMES: [&[&str]; 2] = [
    &["app", "application"],
    &[
        "api",
        "server",
        "create_app",
        "make_app",
        "main",
        "asgi_app",
        "wsgi_app",
    ],
];

/// The start of the best application of a known framework; tools are left to the scripts.
///
/// # Errors
/// Several are equal, or the user's server does not fit.
pub(super) fn start(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let mut ranked: Vec<(Rank, &AppObject, &'static Framework)> = known
        .facts
        .app
        .objects
        .iter()
        .filter_map(|object| {
            let framework = serve::framework(&object.framework)?;
            let usable = framework.role != Role::Tool
                && !known.lacks(framework)
                && !object.module.file.is_empty();
            usable.then(|| (rank(known, object, framework), object, framework))
        })
        .collect();
    ranked.sort_by(|a, b| (&a.0, &a.1.at).cmp(&(&b.0, &b.1.at)));
    let Some((best, object, framework)) = ranked.first() else {
        return Ok(None);
    };
    let mut equal: Vec<&AppObject> = ranked
        .iter()
        .take_while(|(rank, ..)| rank == best)
        .map(|(_, object, _)| *object)
        .collect();
    // One file is one script; several workers are several processes.
    equal.dedup_by(|a, b| a.module == b.module && a.kind == b.kind);
    if framework.role != Role::Worker && equal.len() > 1 && !entry_decides(known, &equal) {
        return Err(undecided(&equal));
    }
    object_start(known, object, framework).map(Some)
}

/// Lower is better; equal ranks are equal candidates.
type Rank = (
    bool,
    bool,
    bool,
    (Role, bool),
    u8,
    usize,
    usize,
    usize,
    bool,
    usize,
);

fn rank(known: &Known<'_>, object: &AppObject, framework: &Framework) -> Rank {
    let asked = framework.distribution.iter().any(|name| known.direct(name))
        || known.installed.direct.is_empty();
    let (kind, needs) = match &object.kind {
        ObjectKind::Object(_) | ObjectKind::Script => (0, false),
        ObjectKind::Factory { required, .. } => (1, !required.is_empty()),
    };
    // A bot with a small web application inside is a bot.
    let served = framework
        .interface
        .is_none_or(|interface| known.server(interface, None).ok().flatten().is_some());
    let embedded = object.imported && !object.alias && !served && others(known, object);
    let stem = super::stem(&object.module.file);
    let position = |lists: &[&[&str]], name: &str| {
        lists
            .iter()
            .position(|list| list.contains(&name))
            .unwrap_or(lists.len())
    };
    let stems = if framework.entries.is_empty() {
        position(&STEMS, stem)
    } else {
        fallback(stem, framework)
    };
    let name = object.kind.name().map_or(0, |name| position(&NAMES, name));
    let passes_on = object.alias
        || super::stem(&object.module.file) == "wsgi"
        || super::stem(&object.module.file) == "asgi";
    (
        needs,
        !asked,
        embedded,
        // A web application without a port of its own speaks over standard input first.
        (framework.role, framework.port.is_none()),
        u8::from(!passes_on) + kind,
        object.module.file.matches('/').count(),
        stems,
        name,
        object.imported,
        usize::from(matches!(object.kind, ObjectKind::Script) && !object.runs),
    )
}

/// Rank of a file name among those that a framework's users choose; numbered pages (`00_Welcome.py`) are such names too.
fn fallback(stem: &str, framework: &Framework) -> usize {
    let numbered = stem.starts_with(|c: char| c.is_ascii_digit());
    let usual = numbered || framework.entries.iter().any(|entry| entry == stem);
    if usual { 1 } else { STEMS.len() }
}

/// Is there something else that runs and that nothing imports?
fn others(known: &Known<'_>, object: &AppObject) -> bool {
    known.facts.app.objects.iter().any(|other| {
        other.framework != object.framework
            && !other.imported
            && other.runs
            && other.module != object.module
    })
}

/// Do the equal ones come down to one start: the project's own script or `__main__`?
fn entry_decides(known: &Known<'_>, equal: &[&AppObject]) -> bool {
    let entries: Vec<Option<String>> = equal
        .iter()
        .map(|object| scripts::entry_for(known, &object.module).map(|(name, _)| name))
        .collect();
    entries
        .first()
        .is_some_and(|first| first.is_some() && entries.iter().all(|entry| entry == first))
}

fn undecided(equal: &[&AppObject]) -> Error {
    let text = |object: &AppObject| match &object.kind {
        ObjectKind::Object(name) => format!("{}:{name}", object.module.module),
        ObjectKind::Factory { name, .. } => format!("{}:{name}()", object.module.module),
        ObjectKind::Script => object.module.file.clone(),
    };
    let help = equal.first().map_or_else(String::new, |object| {
        let shown = super::typed(&text(object));
        match object.kind {
            ObjectKind::Script => format!(
                "choose one: `--command {}`",
                super::typed(&format!("python {}", text(object)))
            ),
            _ => format!("choose one: `--app {shown}`"),
        }
    });
    Error::Undecided {
        what: format!("{} applications could be started", equal.len()),
        evidence: equal
            .iter()
            .map(|object| {
                (
                    Some(object.at.clone()),
                    format!("{} ({})", text(object), object.framework),
                )
            })
            .collect(),
        help,
    }
}

/// The start of one application.
fn object_start(
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
        });
    }
    let Some(interface) = framework.interface else {
        if framework.command.is_empty() || object.module.module.is_empty() && !by_file(framework) {
            run(known, object, framework, &mut start);
        } else {
            serve::own(known, framework, &target, &mut start);
        }
        return Ok(start);
    };
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
        serve::command(known, &target, picked, interface, &Vec::new(), &mut start);
        return Ok(start);
    }
    without_server(known, object, framework, &target, &mut start);
    Ok(start)
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
    if let Some((argv, at, why)) = scripts::outside(known, object) {
        start.port = serve::port(
            known,
            framework,
            object.port.as_ref().map(|port| port.value),
        );
        start.command = Some(Command::words(argv, Some(at.clone()), why));
        start.warnings.push(
            Warning::new(
                "own-server",
                "no server is installed: the project's own script starts one",
                "check that it listens on 0.0.0.0, or pass `--server gunicorn`",
            )
            .at(at),
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
    if !framework.command.is_empty() && !object.module.module.is_empty() {
        serve::own(known, framework, target, start);
        if framework.development {
            let name = &object.framework;
            start.warnings.push(missing(format!(
                "no server is installed: {name}'s development server starts instead, which is not for production"
            )));
        }
        return;
    }
    let fits = |picked: &super::known::Picked| {
        (!target.object.contains('.') || picked.server.attribute)
            && (!target.factory
                || matches!(
                    picked.server.factory,
                    Some(Factory::Call(_) | Factory::Arguments(_))
                ))
    };
    match framework.interface.and_then(Known::usual).filter(fits) {
        Some(picked) => {
            known.install(
                picked,
                "the application needs a server",
                Some(object.at.clone()),
                start,
            );
            if let Some(interface) = framework.interface {
                serve::command(known, target, picked, interface, &Vec::new(), start);
            }
        }
        None => run(known, object, framework, start),
    }
}

/// Python runs the file, or what stands for it: the project's console script or its package's `__main__`.
fn run(known: &Known<'_>, object: &AppObject, framework: &Framework, start: &mut Start) {
    let at = Some(object.at.clone());
    let (argv, why, installed) = match scripts::entry_for(known, &object.module) {
        Some((name, scripts::Entry::Console)) => (
            vec![Arg::text(&name)],
            format!("console script {name} of the project"),
            true,
        ),
        Some((name, scripts::Entry::Main)) => (
            ["python", "-m", &name].map(Arg::text).to_vec(),
            format!("{name} has a __main__"),
            false,
        ),
        None => (
            scripts::python(&object.module),
            format!("the script starts {}", object.framework),
            false,
        ),
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
        .or_else(|| serve::port(known, framework, None));
    start.command = Some(Command::words(argv, at, why));
    serve::environment(framework, start);
    if let Some(at) = &object.loopback
        && framework.role == Role::Web
    {
        start.warnings.push(given::loopback(at));
    }
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
