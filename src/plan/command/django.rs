//! Turns Django's conventions into the start: its WSGI or ASGI application, its settings, its static files.

use std::collections::BTreeMap;

use super::known::Known;
use super::serve::{self, Target};
use super::{BuildStep, Command, Start};
use crate::catalogue::frameworks::Interface;
use crate::error::{Error, Offer};
use crate::facts::app::{Demanded, Django};
use crate::facts::{Arg, Found, Warning};

/// A key that signs nothing: `collectstatic` only wants one to be there.
const THROW_AWAY: &str = "only-for-this-build-step";

/// The start of a Django project; `None` when it is none.
///
/// # Errors
/// The user's server is unknown, or several applications are equal.
pub(super) fn start(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let Some(django) = &known.facts.app.django else {
        return Ok(None);
    };
    if serve::framework("django").is_some_and(|table| known.lacks(table)) || elsewhere(known) {
        return Ok(None);
    }
    let mut start = Start {
        framework: Some("django".to_owned()),
        needs_source: true,
        ..Start::default()
    };
    let interface = interface(known, django)?;
    let list = if interface == Interface::Asgi {
        &django.asgi
    } else {
        &django.wsgi
    };
    let named = known
        .facts
        .app
        .configs
        .first()
        .map(|config| config.server.as_str());
    let target = one(list)?;
    let server = known.server(interface, named)?;
    let picked = server
        .or_else(|| known.offered(interface))
        .or_else(|| Known::usual(interface));
    match (target, picked) {
        (Some(found), Some(picked)) => {
            let (module, object) = found
                .value
                .split_once(':')
                .unwrap_or((&found.value, "application"));
            let what = if found.at.file.contains("settings") {
                let key = if interface == Interface::Asgi {
                    "ASGI_APPLICATION"
                } else {
                    "WSGI_APPLICATION"
                };
                format!("{key} of the settings")
            } else {
                "the project's Django application".to_owned()
            };
            let target = Target {
                root: django.folder.clone(),
                module: module.to_owned(),
                object: object.to_owned(),
                factory: false,
                file: String::new(),
                at: Some(found.at.clone()),
                what,
            };
            let why = if server.is_some() {
                let by = picked_by(known, picked.server.name.as_str());
                format!("{by} asks for {}", picked.server.name)
            } else {
                format!("{} needs a server", found.value)
            };
            known.install(picked, &why, Some(found.at.clone()), &mut start);
            serve::command(known, &target, picked, interface, &Vec::new(), &mut start);
        }
        _ => development(known, django, &mut start),
    }
    Ok(Some(start))
}

/// Does the project ask for another framework of which it has an application, and not for Django?
fn elsewhere(known: &Known<'_>) -> bool {
    !known.has("django")
        && known.facts.app.objects.iter().any(|object| {
            serve::framework(&object.framework).is_some_and(|framework| {
                framework.interface.is_some()
                    && framework.distribution.iter().any(|name| known.has(name))
            })
        })
}

fn picked_by(known: &Known<'_>, server: &str) -> String {
    let config = known
        .facts
        .app
        .configs
        .iter()
        .find(|config| config.server == server);
    config.map_or_else(|| "the project".to_owned(), |config| config.path.clone())
}

/// What the builder does for a Django project once its source is there, and the settings that the image uses.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    let Some(django) = &known.facts.app.django else {
        return;
    };
    if start.framework.as_deref() != Some("django") {
        return;
    }
    settings(django, start);
    let Some(managed) = django.managed("") else {
        return;
    };
    let env = throw_away(django, start);
    let step = |arguments: &[&str]| {
        let words = managed.iter().cloned();
        words
            .chain(arguments.iter().map(ToString::to_string))
            .collect()
    };
    if !known.facts.app.catalogues.is_empty() {
        start.build_steps.push(BuildStep {
            argv: step(&["compilemessages"]),
            env: env.clone(),
            needs: vec!["django:gettext".to_owned()],
            why: "the project has gettext catalogues".to_owned(),
            at: known
                .facts
                .app
                .catalogues
                .first()
                .map(|path| crate::facts::Place::new(path.as_str(), 0)),
        });
    }
    if let Some(root) = &django.static_root {
        start.build_steps.push(BuildStep {
            argv: step(&["collectstatic", "--noinput"]),
            env,
            needs: Vec::new(),
            why: "STATIC_ROOT is set".to_owned(),
            at: Some(root.at.clone()),
        });
    }
}

/// Values with which the settings can be read, for one command: none of them is the real one.
fn throw_away(django: &Django, start: &Start) -> BTreeMap<String, String> {
    let settings = "DJANGO_SETTINGS_MODULE";
    let mut env: BTreeMap<String, String> = start
        .env
        .get_key_value(settings)
        .map(|(name, value)| (name.clone(), value.clone()))
        .into_iter()
        .collect();
    let key = django
        .secret_key
        .as_ref()
        .map_or("SECRET_KEY", |found| found.value.as_str());
    env.insert(key.to_owned(), THROW_AWAY.to_owned());
    for (name, kind) in &django.demanded {
        let value = match kind {
            Demanded::Text => THROW_AWAY,
            Demanded::Number => "1",
            Demanded::Flag => "False",
            Demanded::Json => "{}",
            Demanded::Url => "http://localhost",
            Demanded::Database => "sqlite://:memory:",
            Demanded::Cache => "locmemcache://",
            Demanded::Mail => "consolemail://",
        };
        let own = [key, settings].contains(&name.as_str());
        if !own && !start.env.contains_key(name) {
            env.insert(name.clone(), value.to_owned());
        }
    }
    env
}

/// ASGI when the project asks for it: by channels or `ASGI_APPLICATION`, by a server that speaks nothing else.
fn interface(known: &Known<'_>, django: &Django) -> Result<Interface, Error> {
    if django.asgi.is_empty() {
        return Ok(Interface::Wsgi);
    }
    if django.wsgi.is_empty() {
        return Ok(Interface::Asgi);
    }
    // Who asks for a server that speaks nothing else means to use it, beside gunicorn as its workers' class.
    let channels = known.direct("channels") || known.asks_for_asgi();
    let asked = django.wants_asgi.is_some()
        && (channels || known.server(Interface::Wsgi, None).ok().flatten().is_none());
    let wsgi_only = known.wish.server.as_deref().is_some_and(|name| {
        crate::catalogue::servers::get(name)
            .is_some_and(|s| !s.interfaces.contains_key(&Interface::Asgi))
    });
    let asgi_only = known.wish.server.is_some() && known.server(Interface::Wsgi, None).is_err();
    if wsgi_only {
        return Ok(Interface::Wsgi);
    }
    let wsgi = known.server(Interface::Wsgi, None).ok().flatten().is_some();
    let asgi = known.server(Interface::Asgi, None)?.is_some();
    if !wsgi && !asgi {
        // An extra or a group that is not installed still says what the project is served by.
        let offers =
            known.offered(Interface::Wsgi).is_none() && known.offered(Interface::Asgi).is_some();
        return Ok(if offers || asked || channels {
            Interface::Asgi
        } else {
            Interface::Wsgi
        });
    }
    Ok(
        if asgi_only || (asked || channels) && (asgi || !wsgi) || asgi && !wsgi {
            Interface::Asgi
        } else {
            Interface::Wsgi
        },
    )
}

/// The one application: what the settings name, else the one that is there.
fn one(list: &[Found<String>]) -> Result<Option<&Found<String>>, Error> {
    let Some(first) = list.first() else {
        return Ok(None);
    };
    let by_settings = |found: &&Found<String>| found.at.file.contains("settings");
    let mut named: Vec<&Found<String>> = list.iter().filter(by_settings).collect();
    if named.is_empty() {
        named = list.iter().collect();
    }
    named.sort_by(|a, b| a.value.cmp(&b.value));
    named.dedup_by(|a, b| a.value == b.value);
    if named.len() == 1 {
        return Ok(named.first().copied().or(Some(first)));
    }
    // Several: the one that lies highest, if it is alone there.
    let depth = |found: &Found<String>| {
        found
            .value
            .split(':')
            .next()
            .unwrap_or_default()
            .matches('.')
            .count()
    };
    let least = named
        .iter()
        .map(|found| depth(found))
        .min()
        .unwrap_or_default();
    named.retain(|found| depth(found) == least);
    match named.as_slice() {
        [one] => Ok(Some(one)),
        several => Err(Error::Undecided {
            what: format!("{} Django applications could be started", several.len()),
            evidence: several
                .iter()
                .map(|found| (Some(found.at.clone()), found.value.clone()))
                .collect(),
            help: several.first().map_or_else(String::new, |found| {
                format!("choose one: `--app {}`", super::typed(&found.value))
            }),
            offers: several
                .iter()
                .map(|found| Offer::new("app", found.value.as_str(), Some(&found.at)))
                .collect(),
        }),
    }
}

/// Django's own server, with a loud warning: there is a `manage.py` and nothing that another server could run.
fn development(known: &Known<'_>, django: &Django, start: &mut Start) {
    let Some(manage) = &django.manage else {
        return;
    };
    let managed = django.managed("").unwrap_or_default();
    let managed = managed.iter().map(String::as_str);
    let argv = managed.chain(["runserver", "--noreload", "0.0.0.0:{port}"]);
    start.port = known.wish.port.or(Some(8000));
    start.command = Some(Command::words(
        argv.map(Arg::template).collect(),
        Some(manage.at.clone()),
        "manage.py; there is no WSGI or ASGI application",
    ));
    start.warnings.push(
        Warning::new(
            "server-missing",
            "there is no WSGI or ASGI application: Django's development server starts instead, which is not for production",
            "add a wsgi.py to the project, or pass `--app module:object`",
        )
        .at(manage.at.clone()),
    );
}

/// The settings module for production, where `wsgi.py` names another than `manage.py`, or one for development.
fn settings(django: &Django, start: &mut Start) {
    let by = |stem: &str| {
        django
            .settings_modules
            .iter()
            .find(|found| super::stem(&found.at.file) == stem)
    };
    let interface = by("wsgi").or_else(|| by("asgi"));
    let Some(used) = interface.or_else(|| by("manage")) else {
        return;
    };
    let last = used.value.rsplit('.').next().unwrap_or_default();
    let developing = matches!(
        last,
        "dev" | "develop" | "development" | "local" | "test" | "tests" | "testing" | "debug"
    );
    if developing {
        let package = used.value.strip_suffix(last).unwrap_or_default();
        let better = ["production", "prod", "live"].iter().find_map(|name| {
            django
                .settings
                .iter()
                .find(|found| found.value == format!("{package}{name}"))
        });
        if let Some(better) = better {
            start
                .env
                .insert("DJANGO_SETTINGS_MODULE".to_owned(), better.value.clone());
            start.warnings.push(
                Warning::new(
                    "django-settings",
                    format!(
                        "{} sets DJANGO_SETTINGS_MODULE to {}; the image uses {}",
                        used.at.file, used.value, better.value
                    ),
                    "set DJANGO_SETTINGS_MODULE when the container starts, if that is wrong",
                )
                .at(used.at.clone()),
            );
        }
    } else if by("manage").is_some_and(|manage| manage.value != used.value) {
        start
            .env
            .insert("DJANGO_SETTINGS_MODULE".to_owned(), used.value.clone());
    }
}
