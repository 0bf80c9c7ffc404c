//! Turns imports of applications into the files that pass them on to a server.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::modules::Modules;
use super::objects::{listens, table};
use crate::catalogue::frameworks::{Framework, Role};
use crate::catalogue::servers;
use crate::facts::Place;
use crate::facts::app::{AppObject, ObjectKind};
use crate::inspect::syntax::{Call, Placed, Value};

/// Files that exist to pass on an application made elsewhere.
const ALIASES: [&str; 4] = ["wsgi", "asgi", "application", "passenger_wsgi"];

/// Files that prepare an application made elsewhere, and serve it.
const RUNNERS: [&str; 7] = ["app", "main", "run", "runserver", "server", "start", "web"];

/// Applications that an entry file takes from another module under its own name.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    known: &[AppObject],
    ports: &BTreeMap<&str, u16>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<AppObject> {
    corpus
        .sources
        .iter()
        .filter(|source| ALIASES.contains(&source.stem()) || RUNNERS.contains(&source.stem()))
        .flat_map(|source| aliases(source, modules, known, ports, place))
        .collect()
}

/// The applications that one file takes from another module under their names there.
fn aliases(
    source: &Source,
    modules: &Modules<'_>,
    known: &[AppObject],
    ports: &BTreeMap<&str, u16>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<AppObject> {
    let module = modules.path(&source.path);
    let mut out = Vec::new();
    for import in &source.outline.imports {
        if import.name.is_none() || !import.within.module_level() {
            continue;
        }
        let full = modules.resolve(source, &import.bound);
        let original = known.iter().find(|object| {
            matches!(&object.kind, ObjectKind::Object(name)
                if object.module.root == module.root && format!("{}.{name}", object.module.module) == full)
        });
        let Some(original) = original.filter(|object| table(&object.framework).role == Role::Web)
        else {
            continue;
        };
        let served = serving(source, modules, &import.bound, table(&original.framework))
            .filter(|_| above(source, original));
        if served.is_none() && !ALIASES.contains(&source.stem()) {
            continue;
        }
        let listens = served.map(|call| listens(call, ports, place(&source.path, call.line)));
        let (port, loopback) =
            listens.unwrap_or_else(|| (original.port.clone(), original.loopback.clone()));
        out.push(AppObject {
            kind: ObjectKind::Object(import.bound.clone()),
            module: module.clone(),
            at: place(&source.path, import.line),
            alias: true,
            imported: false,
            port,
            loopback,
            ..original.clone()
        });
    }
    out
}

/// Does a file lie above an application's own? Of two side by side, the one that makes it does as well.
fn above(source: &Source, object: &AppObject) -> bool {
    let folder = source
        .path
        .rfind('/')
        .map_or("", |end| &source.path[..=end]);
    let inside = object.module.file.strip_prefix(folder);
    inside.is_some_and(|inside| inside.contains('/'))
}

/// `uvicorn.run(app)`, `uvicorn.run("main:app")`, `app.run()`: where a file that is run serves what it has under a name.
fn serving<'a>(
    source: &'a Source,
    modules: &Modules<'_>,
    name: &str,
    framework: &Framework,
) -> Option<&'a Placed<Call>> {
    let given = |call: &Call| match call.argument("app", 0) {
        Some(Value::Name(given)) => given == name,
        Some(Value::Text(target)) => *target == format!("{}:{name}", source.stem()),
        _ => false,
    };
    let method = |call: &Call| {
        let starts = framework.starts.iter();
        let mut methods = starts.filter_map(|start| start.strip_prefix('.'));
        methods.any(|method| call.callee == format!("{name}.{method}"))
    };
    let server = |call: &Call| servers::calls().contains(&modules.resolve(source, &call.callee));
    let mut calls = source.outline.calls.iter().filter(|one| !one.within.typing);
    calls
        .find(|one| method(&one.value) || given(&one.value) && server(&one.value))
        .filter(|_| source.outline.guard.is_some())
}
