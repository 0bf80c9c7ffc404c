//! Turns the applications found in the sources into the one that is started, or into the list of equal ones.

use super::known::Known;
use super::{Start, object, scripts, serve};
use crate::catalogue::frameworks::{Framework, Interface, Role};
use crate::error::{Error, Offer};
use crate::facts::app::{AppObject, ObjectKind};

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
            let there = || framework.distribution.iter().any(|name| known.has(name));
            let usable = framework.role != Role::Tool
                && (framework.extension.is_none() || there())
                && !known.lacks(framework)
                && !object.module.file.is_empty()
                && (object.runs || !nameless(object, framework));
            usable.then(|| (rank(known, object, framework), object, framework))
        })
        .collect();
    ranked.sort_by(|a, b| (&a.0, &a.1.at).cmp(&(&b.0, &b.1.at)));
    let Some((best, found, framework)) = ranked.first() else {
        return Ok(None);
    };
    if framework.role == Role::Web
        && found.imported
        && !found.alias
        && let Some(start) = scripts::bot(known, found)
    {
        return Ok(Some(start));
    }
    let mut equal: Vec<&AppObject> = ranked
        .iter()
        .take_while(|(rank, ..)| rank == best)
        .map(|(_, object, _)| *object)
        .collect();
    // One file is one script, `app = application = App()` one object; several workers are several processes.
    equal.dedup_by(|a, b| a.module == b.module && (a.kind == b.kind || a.at == b.at));
    if framework.role != Role::Worker && equal.len() > 1 && !entry_decides(known, &equal) {
        return Err(undecided(&equal));
    }
    object::start(known, found, framework).map(Some)
}

/// Is there no name by which the framework's command could start it?
pub(super) fn nameless(object: &AppObject, framework: &Framework) -> bool {
    matches!(object.kind, ObjectKind::Script) && framework.names_application()
}

/// Do neither its file nor its name say that it is for a server?
pub(super) fn obscure(object: &AppObject) -> bool {
    let stem = super::stem(&object.module.file);
    let usual = stem != "__init__" && STEMS.iter().any(|stems| stems.contains(&stem));
    let name = object.kind.name().unwrap_or_default().to_lowercase();
    !usual && !NAMES.iter().any(|names| names.contains(&name.as_str()))
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
    let stem = super::stem(&object.module.file);
    // A file that exists for servers is as good as a framework that is asked for.
    let made_for = !framework.bare.is_empty() && framework.entries.iter().any(|one| one == stem);
    let asked = framework.distribution.iter().any(|name| known.direct(name))
        || known.installed.direct.is_empty()
        || made_for && (framework.interface != Some(Interface::Asgi) || known.asks_for_asgi());
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
    let has_server = |interface| known.server(interface, None).ok().flatten().is_some();
    let (kind, needs) = match &object.kind {
        // What a server can take comes before a script that makes an application by the way.
        ObjectKind::Script
            if framework.development || framework.interface.is_some_and(has_server) =>
        {
            (2, false)
        }
        // `flask_app = create_app()` of a task's module comes after the factory itself.
        ObjectKind::Object(_) if stems == STEMS.len() && name == NAMES.len() => (1, false),
        ObjectKind::Object(_) | ObjectKind::Script => (0, false),
        ObjectKind::Factory { required, .. } => (1, !required.is_empty()),
    };
    // A bot with a small web application inside is a bot.
    let served = framework.interface.is_none_or(has_server);
    let embedded = object.imported && !object.alias && !served && others(known, object);
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
    // What a server could take is not decided by a command that may be for something else.
    let decides = |object: &&AppObject, entry: scripts::Entry<'_>| {
        matches!(entry, scripts::Entry::Main(_))
            || matches!(object.kind, ObjectKind::Script)
            || scripts::main_of(known, &object.module).is_some()
    };
    let entries: Vec<Option<&str>> = equal
        .iter()
        .map(|object| {
            let entry = scripts::entry_for(known, &object.module)?;
            decides(object, entry).then_some(entry.name())
        })
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
        offers: equal
            .iter()
            .map(|object| match object.kind {
                ObjectKind::Script => {
                    let file = crate::facts::quoted(&text(object));
                    Offer::new("command", format!("python {file}"), Some(&object.at))
                }
                _ => Offer::new("app", text(object), Some(&object.at)),
            })
            .collect(),
    }
}
