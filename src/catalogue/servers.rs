//! Turns `servers.toml` into [`Server`]s: how each is given an application, an address and a port.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::frameworks::Interface;

/// One server; the fields are explained at the head of `servers.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Name on `PyPI`, and the name that `--server` takes.
    pub name: String,
    /// What is run.
    pub program: String,
    /// Other distributions that bring the same program.
    #[serde(default)]
    pub also: Vec<String>,
    /// What is installed on request.
    pub version: String,
    /// Requirements with extras that bring it.
    #[serde(default)]
    pub provided: Vec<String>,
    /// Arguments by interface.
    pub interfaces: BTreeMap<Interface, Vec<String>>,
    /// How a factory is written; `None`: it cannot start one.
    pub factory: Option<Factory>,
    /// `module:app.server` is understood.
    #[serde(default)]
    pub attribute: bool,
    /// Its configuration file.
    pub config: Option<Config>,
    /// Options kept from a script of the project.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// Options that say where it listens.
    #[serde(default)]
    pub bind_options: Vec<String>,
    /// Signal that ends it in good order, where SIGTERM does not.
    pub stop_signal: Option<String>,
    /// It does not end on SIGTERM as process 1.
    #[serde(default)]
    pub init: bool,
    /// Variable that sets the number of processes.
    pub workers: Option<String>,
    /// Where it listens unless told otherwise.
    pub port: u16,
    /// Where this is written.
    pub source: String,
}

/// How a server takes a factory.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Factory {
    /// `module:create_app()`.
    Call(bool),
    /// Arguments that say that the target is a factory.
    Arguments(Vec<String>),
}

/// A server's configuration file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Usual names.
    pub files: Vec<String>,
    /// The name that it finds by itself in the working directory.
    pub own: Option<String>,
    /// The option that names a file.
    pub argument: String,
    /// Settings that say where it listens.
    pub binds: Vec<String>,
    /// Settings that name the application.
    pub targets: Vec<String>,
}

/// A gunicorn worker that runs ASGI.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Name on `PyPI`.
    pub distribution: String,
    /// The class.
    pub class: String,
}

#[derive(Default, Deserialize)]
struct Table {
    calls: Vec<String>,
    server: Vec<Server>,
    worker: Vec<Worker>,
}

/// All servers, in order of preference.
pub fn all() -> &'static [Server] {
    &table().server
}

/// Functions that serve the application which they are given, by their full names.
pub fn calls() -> &'static [String] {
    &table().calls
}

/// gunicorn's ASGI workers, in order of preference.
pub fn asgi_workers() -> &'static [Worker] {
    &table().worker
}

/// A server by the name of its distribution or its program.
pub fn get(name: &str) -> Option<&'static Server> {
    all()
        .iter()
        .find(|server| server.name == name || server.program == name)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| super::embedded(include_str!("servers.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_says_where_it_listens_and_what_it_runs() {
        assert!(all().len() >= 7, "the table could not be read");
        for server in all() {
            for arguments in server.interfaces.values() {
                let line = arguments.join(" ");
                assert!(
                    line.contains("{port}") && line.contains("0.0.0.0"),
                    "{line}"
                );
                assert!(line.contains("{target}"), "{line}");
            }
        }
        assert_eq!(
            get("waitress-serve").map(|s| s.name.as_str()),
            Some("waitress")
        );
    }
}
