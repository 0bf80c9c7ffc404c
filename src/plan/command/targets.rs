//! Turns the name of an application, wherever it stands, into a target, and gives it to a server.

use super::Start;
use super::known::Known;
use super::serve::{self, Kept, Target};
use crate::catalogue::frameworks::Interface;
use crate::catalogue::servers::{self, Server};
use crate::error::{Error, printable};
use crate::facts::Place;
use crate::facts::app::{Django, ObjectKind};

/// The target that a server's configuration names.
pub(super) fn configured(known: &Known<'_>, server: &Server, path: Option<&str>) -> Option<Target> {
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
        Some(described(
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
pub(super) fn described(
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
        .or_else(|| {
            // A file whose application is made in a way that is not understood is still the file.
            let scripts = app.scripts.iter().map(|script| &script.value.module);
            let mut files = scripts.chain(app.plain.iter().map(|found| &found.value));
            let found = files.find(|path| path.module == module)?;
            Some(found.file.clone())
        })
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
pub(super) fn serve_target(
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
    let asgi = |django: &Django| {
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
