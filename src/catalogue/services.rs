//! Turns `services.toml` into [`Service`]s: the databases and brokers that an application may want beside it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// The whole table; the fields are explained at its head.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Distributions that bring `SQLAlchemy`.
    pub sqlalchemy: Vec<String>,
    /// Last words of a variable's name, by what it holds.
    pub roles: BTreeMap<Role, Vec<String>>,
    /// Words before them that any service of a kind may own.
    pub kinds: BTreeMap<Kind, Vec<String>>,
    /// The services by name.
    pub services: BTreeMap<String, Service>,
    /// Processes that do their work and end.
    pub ending: Ending,
    /// How long programs may take to end in good order.
    pub grace: BTreeMap<String, String>,
}

/// Processes that do their work and end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Their names.
    pub names: Vec<String>,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything: `redis://redis:6379/0`.
    Url,
    /// The name of the host.
    Host,
    /// The port.
    Port,
    /// Who logs in.
    User,
    /// The password.
    Password,
    /// The name of the database, the number of Redis's.
    Database,
}

/// What services are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A relational database.
    Sql,
    /// A queue of tasks.
    Broker,
    /// A cache.
    Cache,
    /// A database of documents.
    Document,
}

/// One service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name as people write it.
    pub what: String,
    /// Where this is written.
    pub source: String,
    /// The image with its tag.
    pub image: String,
    /// Name in `compose.yaml`, and its host's.
    pub name: String,
    /// Where it listens.
    pub port: u16,
    /// Folder of its data.
    pub volume: Option<String>,
    /// Name that the container must keep.
    pub hostname: Option<String>,
    /// What it is for.
    pub kinds: Vec<Kind>,
    /// It is meant where nothing says which of its kinds is.
    #[serde(default)]
    pub default: bool,
    /// Distributions that speak to it.
    pub drivers: Vec<Driver>,
    /// Schemes of its URLs.
    pub schemes: Vec<String>,
    /// Django's names for it.
    #[serde(default)]
    pub engines: Vec<String>,
    /// Drivers that those can use, the best first.
    #[serde(default)]
    pub django: Vec<String>,
    /// pydantic's.
    #[serde(default)]
    pub types: Vec<String>,
    /// What variables begin with in which nothing parts its name from what they hold: `PGHOST`.
    pub glued: Option<String>,
    /// Words that variables name it by.
    pub owners: Vec<String>,
    /// Who logs in.
    pub user: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// Its URL.
    pub url: String,
    /// Name of the password in `.env`.
    pub password: Option<String>,
    /// The variable that takes the path of the password's file.
    pub secret: Option<String>,
    /// The variable that takes the password.
    pub plain: Option<String>,
    /// Its other variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What it runs, where that is not the image's command.
    #[serde(default)]
    pub command: Vec<String>,
    /// How to ask whether it is well.
    pub health: Vec<String>,
    /// What is added where the application reads a password; without it a password is always set, if there is one.
    pub guarded: Option<Guarded>,
}

/// A driver.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// Name on `PyPI`, with an extra where that is what brings it.
    pub name: String,
    /// Scheme of `SQLAlchemy`'s URLs.
    pub dialect: Option<String>,
    /// It comes along with what can do without the service.
    #[serde(default)]
    pub implied: bool,
}

/// What a password adds to a service that can do without.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarded {
    /// Arguments of its command.
    pub command: Vec<String>,
    /// The variable that gives the health check the password.
    pub env: String,
    /// Its URL then.
    pub url: String,
}

impl Service {
    /// Does a URL's scheme, without the driver behind `+`, name this service?
    pub fn speaks(&self, scheme: &str) -> bool {
        let scheme = scheme.split('+').next().unwrap_or_default();
        self.schemes.iter().any(|known| known == scheme)
    }
}

/// The table.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn table() -> &'static Services {
    static TABLE: OnceLock<Services> = OnceLock::new();
    TABLE.get_or_init(|| super::table("services.toml", include_str!("services.toml")))
}

/// Is it where a service listens?
pub fn is_port(port: u16) -> bool {
    table()
        .services
        .values()
        .any(|service| service.port == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_pinned_checked_and_can_be_named() {
        let table = table();
        assert!(table.services.len() > 6);
        for (key, service) in &table.services {
            let tag = service.image.split(':').nth(1);
            assert!(
                tag.is_some_and(|tag| tag.starts_with(char::is_numeric)),
                "{key}"
            );
            assert!(service.source.starts_with("https://"), "{key}");
            assert!(
                matches!(service.health[0].as_str(), "CMD" | "CMD-SHELL"),
                "{key}"
            );
            assert!(
                !service.drivers.is_empty() && !service.owners.is_empty(),
                "{key}"
            );
            let ways = [
                service.secret.is_some(),
                service.plain.is_some(),
                service.guarded.is_some(),
            ];
            let ways = ways.iter().filter(|way| **way).count();
            assert_eq!(ways, usize::from(service.password.is_some()), "{key}");
            let scheme = service.url.split("://").next().unwrap_or_default();
            assert!(
                service.speaks(scheme) || key == "mariadb",
                "{key}: {scheme}"
            );
        }
    }
}
