//! Turns the variables that the code reads into what each must hold so that the application finds a service.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::services::{self, Kind, Role, Service};
use crate::facts::app::{AppFacts, Reading};

/// What the project shows about the services that it wants.
pub(super) struct Evidence<'a> {
    pub(super) app: &'a AppFacts,
    /// Distributions that will be there, and requirements with an extra: `celery[redis]`.
    pub(super) installed: BTreeSet<String>,
}

/// A variable that leads to a service.
pub(super) struct Wire<'a> {
    pub(super) variable: &'a str,
    pub(super) reading: &'a Reading,
    /// Key of the service.
    pub(super) service: &'static str,
    pub(super) role: Role,
}

impl Evidence<'_> {
    /// The variables that lead to services for which a driver is there.
    pub(super) fn wires(&self) -> Vec<Wire<'_>> {
        let variables = self.app.variables.iter();
        let wires = variables.filter_map(|(name, reading)| self.wire(name, reading));
        wires.collect()
    }

    fn wire<'b>(&self, name: &'b str, reading: &'b Reading) -> Option<Wire<'b>> {
        // The database of the tests is none of the image's.
        if name
            .split('_')
            .any(|word| matches!(word, "TEST" | "TESTING"))
        {
            return None;
        }
        let (role, service) = self.meaning(name, reading)?;
        Some(Wire {
            variable: name,
            reading,
            service,
            role,
        })
    }

    fn meaning(&self, name: &str, reading: &Reading) -> Option<(Role, &'static str)> {
        let table = services::table();
        let meaning = reading.meaning.as_deref().unwrap_or_default();
        let typed = table
            .services
            .iter()
            .find(|(_, service)| service.types.iter().any(|known| meaning.contains(known)));
        let by_name = split(name);
        let (role, owner) = match (meaning, &by_name) {
            ("database" | "cache", _) => (Role::Url, Owner::Kind(kind(meaning))),
            _ if typed.is_some() => (Role::Url, Owner::Nobody),
            ("HOST", _) => (Role::Host, Owner::Kind(Kind::Sql)),
            ("PORT", _) => (Role::Port, Owner::Kind(Kind::Sql)),
            ("USER", _) => (Role::User, Owner::Kind(Kind::Sql)),
            ("PASSWORD", _) => (Role::Password, Owner::Kind(Kind::Sql)),
            ("NAME", _) => (Role::Database, Owner::Kind(Kind::Sql)),
            // `ENGINE` is a choice of code, `OPTIONS` are anything.
            ("ENGINE" | "OPTIONS", _) | (_, None) => return None,
            (_, Some((role, owner))) => (*role, *owner),
        };
        let spoken = reading.fallback.as_ref().and_then(|fallback| {
            let mut services = table.services.iter();
            services.find(|(_, service)| service.speaks(&fallback.scheme))
        });
        let named = typed.or(spoken.filter(|_| role == Role::Url));
        let key = match (named, owner) {
            (Some((key, _)), _) => key.as_str(),
            (None, Owner::Service(key)) => key,
            (None, Owner::Kind(kind)) => self.of_kind(kind)?,
            (None, Owner::Nobody) => return None,
        };
        self.driven(key).then_some((role, key))
    }

    /// Is a driver of the service there?
    pub(super) fn driven(&self, key: &str) -> bool {
        self.driver(key).is_some()
    }

    /// The first driver of a service that is there, with its dialect.
    fn driver(&self, key: &str) -> Option<&'static services::Driver> {
        let service = services::table().services.get(key)?;
        let mut drivers = service.drivers.iter();
        drivers.find(|driver| self.installed.contains(&driver.name))
    }

    /// The service of a kind that is meant: the one that Django's settings name, the only one with a driver, or the usual one.
    fn of_kind(&self, kind: Kind) -> Option<&'static str> {
        let table = services::table();
        let driven: Vec<(&'static str, &'static Service)> = table
            .services
            .iter()
            .filter(|(key, service)| service.kinds.contains(&kind) && self.driven(key))
            .map(|(key, service)| (key.as_str(), service))
            .collect();
        let mut engines = self.app.django.iter().flat_map(|django| &django.engines);
        let engine = engines.find_map(|engine| {
            let known = |service: &Service| service.engines.contains(&engine.value);
            driven.iter().find(|(_, service)| known(service))
        });
        engine
            .or_else(|| driven.iter().find(|(_, service)| service.default))
            .or_else(|| driven.first())
            .map(|(key, _)| *key)
    }

    /// The URL of a service as a variable's reader wants it, `{user}` and kin in it.
    pub(super) fn url(&self, wire: &Wire<'_>, template: &str) -> String {
        let Some((_, rest)) = template.split_once("://") else {
            return template.to_owned();
        };
        let service = &services::table().services[wire.service];
        let fallback = wire.reading.fallback.as_ref();
        let spoken = fallback.filter(|fallback| service.speaks(&fallback.scheme));
        let parsed = wire.reading.meaning.as_deref() == Some("database");
        let alchemy = services::table()
            .sqlalchemy
            .iter()
            .any(|name| self.installed.contains(name));
        let dialect = self
            .driver(wire.service)
            .and_then(|driver| driver.dialect.as_deref());
        let scheme = match (spoken, dialect) {
            (Some(fallback), _) => fallback.scheme.as_str(),
            (None, Some(dialect)) if alchemy && !parsed => dialect,
            _ => template.split("://").next().unwrap_or_default(),
        };
        let number = fallback
            .and_then(|fallback| fallback.number.as_deref())
            .or(service.database.as_deref())
            .unwrap_or_default();
        format!("{scheme}://{}", rest.replace("{number}", number))
    }
}

/// Who is meant by a variable's words.
#[derive(Clone, Copy)]
enum Owner {
    Service(&'static str),
    Kind(Kind),
    /// Another place says so.
    Nobody,
}

fn kind(meaning: &str) -> Kind {
    if meaning == "cache" {
        Kind::Cache
    } else {
        Kind::Sql
    }
}

/// `SHOP_POSTGRES_HOST`: the host of PostgreSQL; `PGHOST` likewise; `CELERY_RESULT_BACKEND` is a URL.
fn split(name: &str) -> Option<(Role, Owner)> {
    if name.ends_with("RESULT_BACKEND") {
        return Some((Role::Url, Owner::Kind(Kind::Broker)));
    }
    let table = services::table();
    let roles: BTreeMap<&str, Role> = table
        .roles
        .iter()
        .flat_map(|(role, words)| words.iter().map(|word| (word.as_str(), *role)))
        .collect();
    for (key, service) in &table.services {
        let glued = service.glued.as_deref();
        let word = glued.and_then(|glued| name.strip_prefix(glued));
        if let Some(role) = word.and_then(|word| roles.get(word)) {
            return Some((*role, Owner::Service(key)));
        }
    }
    let (owner, word) = name.rsplit_once('_')?;
    let role = *roles.get(word)?;
    let owns = |word: &String| {
        owner
            .strip_suffix(word.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('_'))
    };
    let service = table
        .services
        .iter()
        .find(|(_, service)| service.owners.iter().any(owns));
    if let Some((key, _)) = service {
        return Some((role, Owner::Service(key)));
    }
    let kind = table.kinds.iter().find(|(_, words)| words.iter().any(owns));
    kind.map(|(kind, _)| (role, Owner::Kind(*kind)))
}
