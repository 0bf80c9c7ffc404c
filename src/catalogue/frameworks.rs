//! Turns `frameworks.toml` into [`Framework`]s: how applications look in the sources and how they are started.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// What a framework's application is for; the order is that in which a project with several is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers HTTP.
    Web,
    /// Talks to a chat service.
    Bot,
    /// Takes tasks from a queue.
    Worker,
    /// Is called by a person and ends.
    Tool,
}

/// How a server calls an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interface {
    /// PEP 3333.
    Wsgi,
    /// The ASGI specification.
    Asgi,
    /// aiohttp's own, which gunicorn speaks through its worker.
    Aiohttp,
}

/// One framework; the fields are explained at the head of `frameworks.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Names on `PyPI`.
    pub distribution: Vec<String>,
    /// What its applications are for.
    pub role: Role,
    /// What a server must speak; `None` when it brings its own.
    pub interface: Option<Interface>,
    /// Callables whose result is the application.
    #[serde(default)]
    pub constructors: Vec<String>,
    /// Decorators of entry functions.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// Names of base or conventional classes.
    #[serde(default)]
    pub bases: Vec<String>,
    /// Imports that make a script an application.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Last parameters of a function that is an application by itself.
    #[serde(default)]
    pub bare: Vec<String>,
    /// Files of this kind are applications.
    pub extension: Option<String>,
    /// What starts it inside a script.
    #[serde(default)]
    pub starts: Vec<String>,
    /// Usual names of the main script.
    #[serde(default)]
    pub entries: Vec<String>,
    /// The attribute that speaks the interface.
    pub attribute: Option<String>,
    /// Its own command; empty: Python runs the script.
    #[serde(default)]
    pub command: Vec<String>,
    /// Arguments for a factory.
    #[serde(default)]
    pub factory: Vec<String>,
    /// Variables of the command.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Commands that run once in the builder.
    #[serde(default)]
    pub build: Vec<Vec<String>>,
    /// Its applications are found by its own conventions.
    #[serde(default)]
    pub conventions: bool,
    /// The command is for development only.
    #[serde(default)]
    pub development: bool,
    /// It does not end on SIGTERM as process 1.
    #[serde(default)]
    pub init: bool,
    /// Parts that bring a command which works in the background, by the name under which they are installed.
    #[serde(default)]
    pub apps: BTreeMap<String, Vec<String>>,
    /// Classes that its command calls by name.
    pub calls: Option<Calls>,
    /// Default port.
    pub port: Option<u16>,
    /// Where this is written.
    pub source: String,
}

/// Which classes a framework's command calls by a name of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// The file that makes a folder one of its projects.
    pub marker: String,
    /// The end of their base's name.
    pub base: String,
    /// The attribute that holds the name.
    pub attribute: String,
    /// What people call them.
    pub noun: String,
}

impl Framework {
    /// Does its command name the application? A file that makes one in passing, under no name, is none that it could start.
    pub fn names_application(&self) -> bool {
        let named = |word: &String| word.contains("{app}") || word.contains("{object}");
        self.command.iter().any(named)
    }
}

/// All frameworks by name.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn all() -> &'static BTreeMap<String, Framework> {
    static TABLE: OnceLock<BTreeMap<String, Framework>> = OnceLock::new();
    TABLE.get_or_init(|| super::embedded(include_str!("frameworks.toml")))
}

/// A framework by its name.
pub fn get(name: &str) -> Option<&'static Framework> {
    all().get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framework_can_be_found_and_started() {
        let table = all();
        assert!(table.len() > 40, "the table could not be read");
        for (name, framework) in table {
            let seen = [
                &framework.constructors,
                &framework.decorators,
                &framework.bases,
                &framework.imports,
                &framework.bare,
            ];
            let by_file = framework.extension.is_some() || framework.calls.is_some();
            assert!(
                by_file || seen.iter().any(|list| !list.is_empty()),
                "{name}"
            );
            assert!(framework.source.starts_with("https://"), "{name}");
        }
    }
}
