//! Decides what `compose.yaml` starts: the application in each of its roles, and the databases and brokers that it wants.

mod document;
mod roles;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalogue::services::{self, Role, Service};
use crate::error::Error;
use crate::facts::{Place, ProjectFacts, Warning};
use crate::inspect::tree::join;

use super::closure::Distribution;
use super::quote::compose::Piece;
use super::{BuildPlan, Document, command};

use wiring::{Evidence, Wire};

/// The file, beside the Dockerfile.
pub const COMPOSE: &str = "compose.yaml";

/// What runs beside the application, and how the application is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// Databases and brokers, sorted by name.
    pub services: Vec<Backing>,
    /// Environment of the application in all its roles, sorted by name.
    pub environment: BTreeMap<String, Setting>,
}

/// A database or broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backing {
    /// Key of `services.toml`.
    pub key: &'static str,
    /// Name of the service.
    pub name: String,
    /// Its image.
    pub image: String,
    /// The variable of `.env` that holds its password, where it has one.
    pub password: Option<String>,
    /// The application's variables that lead to it, sorted.
    pub variables: Vec<String>,
    /// The reason.
    pub why: String,
    /// The place that proves it.
    pub at: Place,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The value.
    pub value: Vec<Piece>,
    /// Where it is read.
    pub at: Place,
}

/// Adds `compose.yaml` to a plan, with warnings about what it wants and what it cannot say.
///
/// # Errors
/// A value of the project cannot stand in YAML.
pub fn add(plan: &mut BuildPlan, facts: &ProjectFacts) -> Result<(), Error> {
    let distributions = &plan.distributions;
    let mut installed = command::extras(facts);
    installed.extend(distributions.iter().map(|one| one.name.clone()));
    let evidence = Evidence {
        app: &facts.app,
        installed,
    };
    let roles = roles::roles(plan);
    let taken: BTreeSet<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    let beside = beside(&evidence, plan, &taken);
    let unwired = unwired(&evidence, &beside, distributions);
    plan.warnings.extend(unwired);
    plan.warnings.extend(wanted(&beside));
    plan.documents.push(Document {
        path: join(&plan.app, COMPOSE),
        template: "compose.yaml.j2",
        data: document::data(plan, &roles, &beside)?,
    });
    plan.beside = beside;
    Ok(())
}

/// The services, and the variables that lead to them or that the code demands besides.
fn beside(evidence: &Evidence<'_>, plan: &BuildPlan, taken: &BTreeSet<&str>) -> Beside {
    let wires = evidence.wires();
    let mut beside = Beside::default();
    let keys: BTreeSet<&'static str> = wires.iter().map(|wire| wire.service).collect();
    for key in keys {
        let service = &services::table().services[key];
        let own: Vec<&Wire<'_>> = wires.iter().filter(|wire| wire.service == key).collect();
        // A user's name or a port alone leads nowhere.
        let leads = |wire: &&&Wire<'_>| matches!(wire.role, Role::Url | Role::Host);
        let Some(first) = own.iter().find(leads) else {
            continue;
        };
        let backing = backing(key, service, first, &own, taken, &beside.services);
        for wire in &own {
            let value = value(evidence, wire, service, &backing);
            let at = wire.reading.at.clone();
            let setting = Setting { value, at };
            beside.environment.insert(wire.variable.to_owned(), setting);
        }
        beside.services.push(backing);
    }
    beside.services.sort_by(|a, b| a.name.cmp(&b.name));
    let set = |name: &str| {
        plan.runtime
            .env
            .iter()
            .any(|variable| variable.name == name)
    };
    for (name, reading) in &evidence.app.variables {
        if reading.required && name != "PORT" && !set(name) {
            let setting = Setting {
                value: vec![Piece::Required(name.clone())],
                at: reading.at.clone(),
            };
            beside.environment.entry(name.clone()).or_insert(setting);
        }
    }
    beside
}

fn backing(
    key: &'static str,
    service: &Service,
    first: &Wire<'_>,
    own: &[&Wire<'_>],
    taken: &BTreeSet<&str>,
    others: &[Backing],
) -> Backing {
    let free = |name: &str| !taken.contains(name) && others.iter().all(|one| one.name != name);
    let names = [
        service.name.clone(),
        key.to_owned(),
        format!("{key}-server"),
    ];
    let last = names[2].clone();
    let read = own.iter().find(|wire| wire.role == Role::Password);
    let password = match (&service.guarded, read) {
        (_, Some(wire)) => Some(wire.variable.to_owned()),
        (None, None) => service.password.clone(),
        (Some(_), None) => None,
    };
    Backing {
        key,
        name: names.into_iter().find(|name| free(name)).unwrap_or(last),
        image: service.image.clone(),
        password: password.filter(|_| service.password.is_some()),
        variables: own.iter().map(|wire| wire.variable.to_owned()).collect(),
        why: format!("{}: {} leads to it", service.what, first.variable),
        at: first.reading.at.clone(),
    }
}

/// What the variable holds.
fn value(
    evidence: &Evidence<'_>,
    wire: &Wire<'_>,
    service: &Service,
    backing: &Backing,
) -> Vec<Piece> {
    let text = |text: String| vec![Piece::Text(text)];
    match wire.role {
        Role::Host => text(backing.name.clone()),
        Role::Port => text(service.port.to_string()),
        Role::User => text(service.user.clone().unwrap_or_default()),
        Role::Database => text(service.database.clone().unwrap_or_default()),
        Role::Password => vec![Piece::Required(wire.variable.to_owned())],
        Role::Url => {
            let guarded = service
                .guarded
                .as_ref()
                .filter(|_| backing.password.is_some());
            let template = guarded.map_or(&service.url, |guarded| &guarded.url);
            filled(&evidence.url(wire, template), service, backing)
        }
    }
}

/// A template with everything filled in.
fn filled(template: &str, service: &Service, backing: &Backing) -> Vec<Piece> {
    let text = template
        .replace("{name}", &backing.name)
        .replace("{port}", &service.port.to_string())
        .replace("{user}", service.user.as_deref().unwrap_or_default());
    match (text.split_once("{password}"), &backing.password) {
        (Some((before, after)), Some(password)) => [
            Piece::Text(before.to_owned()),
            Piece::Required(password.clone()),
            Piece::Text(after.to_owned()),
        ]
        .into_iter()
        .filter(|piece| *piece != Piece::Text(String::new()))
        .collect(),
        _ => vec![Piece::Text(text)],
    }
}

/// A warning for each driver that the project asks for and to whose service no variable leads.
fn unwired(
    evidence: &Evidence<'_>,
    beside: &Beside,
    distributions: &[Distribution],
) -> Vec<Warning> {
    let table = services::table();
    let lonely = table.services.iter().filter(|(key, service)| {
        let there = |backing: &Backing| {
            let found = &table.services[backing.key];
            backing.key == key.as_str() || found.kinds[0] == service.kinds[0]
        };
        !beside.services.iter().any(there)
    });
    lonely
        .filter_map(|(key, service)| {
            let driver = service.drivers.iter().find(|driver| {
                let asked = |one: &Distribution| one.name == driver.name && one.via.is_empty();
                !driver.implied && distributions.iter().any(asked)
            })?;
            evidence.driven(key).then(|| {
                Warning::new(
                    "service-unwired",
                    format!(
                        "{} is asked for, but no variable that the code reads leads to {}: compose.yaml does not start it",
                        driver.name, service.what
                    ),
                    format!(
                        "read its address from a variable such as {}_URL, or add the service to compose.yaml: your edits are kept",
                        service.owners[0]
                    ),
                )
            })
        })
        .collect()
}

/// Names, and never shows, what has to be told to compose.
fn wanted(beside: &Beside) -> Option<Warning> {
    let own = beside.services.iter();
    let passwords: BTreeSet<&str> = own
        .filter_map(|backing| backing.password.as_deref())
        .collect();
    let mut names = passwords.clone();
    let mut within = false;
    for setting in beside.environment.values() {
        for piece in &setting.value {
            if let Piece::Required(name) = piece {
                names.insert(name);
                within |= setting.value.len() > 1;
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    let random = names
        .iter()
        .find(|name| passwords.contains(*name) || name.contains("SECRET"));
    let example = random.map_or_else(String::new, |name| {
        format!(
            ", for example with `python3 -c \"import secrets; print('{name}=' + secrets.token_urlsafe(24))\" >> .env`"
        )
    });
    let alphabet = if within {
        "; a password that becomes part of a URL may hold letters, digits, `-` and `_` alone"
    } else {
        ""
    };
    let list = names.iter().copied().collect::<Vec<_>>().join(", ");
    Some(Warning::new(
        "compose-env",
        format!(
            "compose.yaml takes {list} from the environment or from .env, and refuses to start without"
        ),
        format!("write them into .env beside it, which git must ignore{example}{alphabet}"),
    ))
}
