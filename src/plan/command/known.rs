//! Turns facts, environment and wish into answers to the questions that every way of starting asks.

use std::collections::BTreeSet;

use super::{Install, Installed, Start, Wish};
use crate::catalogue::frameworks::{Framework, Interface};
use crate::catalogue::servers::{self, Server};
use crate::error::Error;
use crate::facts::{Place, ProjectFacts, Warning, normalise};
use crate::plan::manager;

/// What is known when the start is chosen.
pub(super) struct Known<'a> {
    pub(super) facts: &'a ProjectFacts,
    pub(super) installed: &'a Installed,
    pub(super) wish: &'a Wish,
    /// `name[extra]` of every requirement with extras.
    extras: BTreeSet<String>,
}

/// A server and whether it has to be installed.
#[derive(Clone, Copy)]
pub(super) struct Picked {
    pub(super) server: &'static Server,
    pub(super) missing: bool,
}

impl<'a> Known<'a> {
    pub(super) fn new(facts: &'a ProjectFacts, installed: &'a Installed, wish: &'a Wish) -> Self {
        Self {
            facts,
            installed,
            wish,
            extras: extras(facts),
        }
    }

    /// Is the distribution there?
    pub(super) fn has(&self, name: &str) -> bool {
        self.installed.versions.contains_key(name)
    }

    /// Does the project itself ask for the distribution?
    pub(super) fn direct(&self, name: &str) -> bool {
        self.installed.direct.contains(name)
    }

    /// Is it certain that the framework is not there?
    pub(super) fn lacks(&self, framework: &Framework) -> bool {
        let names = &framework.distribution;
        self.installed.complete && !names.is_empty() && !names.iter().any(|name| self.has(name))
    }

    /// Is the server there, by itself or by an extra of something else?
    pub(super) fn has_server(&self, server: &Server) -> bool {
        self.has(&server.name)
            || server.also.iter().any(|name| self.has(name))
            || server
                .provided
                .iter()
                .any(|provided| self.has(provided) || self.extras.contains(provided))
    }

    fn asks_for_server(&self, server: &Server) -> bool {
        self.direct(&server.name)
            || server.also.iter().any(|name| self.direct(name))
            || server
                .provided
                .iter()
                .any(|provided| self.direct(provided) || self.extras.contains(provided))
    }

    /// Can the server run the interface with what is there?
    pub(super) fn speaks(&self, server: &Server, interface: Interface) -> bool {
        server.interfaces.contains_key(&interface)
            && (server.name != "gunicorn"
                || interface != Interface::Asgi
                || self.asgi_worker().is_some())
    }

    /// The class that runs ASGI below gunicorn.
    pub(super) fn asgi_worker(&self) -> Option<&'static str> {
        servers::asgi_workers()
            .iter()
            .find(|worker| self.has(&worker.distribution))
            .map(|worker| worker.class.as_str())
    }

    /// The server for an interface: the user's, the one that the project's files name, or one that is installed (those that
    /// the project asks for itself first). `None` when there is none of these.
    ///
    /// # Errors
    /// The user's is unknown or does not speak the interface.
    pub(super) fn server(
        &self,
        interface: Interface,
        named: Option<&str>,
    ) -> Result<Option<Picked>, Error> {
        if let Some(wished) = &self.wish.server {
            let server = servers::get(&normalise(wished)).ok_or_else(|| unknown(wished))?;
            if !server.interfaces.contains_key(&interface) {
                return Err(unfit(server, interface));
            }
            let missing = !self.has_server(server);
            return Ok(Some(Picked { server, missing }));
        }
        if let Some(server) = named.and_then(servers::get)
            && self.speaks(server, interface)
        {
            let missing = !self.has_server(server);
            return Ok(Some(Picked { server, missing }));
        }
        let mut there: Vec<&Server> = servers::all()
            .iter()
            .filter(|server| self.has_server(server) && self.speaks(server, interface))
            .collect();
        // uvicorn alone is one process less than gunicorn with its worker; the table's order decides the rest.
        there.sort_by_key(|server| {
            let below = server.name == "gunicorn" && interface == Interface::Asgi;
            (!self.asks_for_server(server), below)
        });
        Ok(there.first().map(|server| Picked {
            server: servers::get(&server.name)
                .unwrap_or_else(|| unreachable!("it came out of the table")),
            missing: false,
        }))
    }

    /// A server that an extra or a group of the project brings, one for development excepted, and that is not installed.
    pub(super) fn offered(&self, interface: Interface) -> Option<Picked> {
        let project = self.facts.pyproject.as_ref()?;
        let groups = project
            .groups
            .iter()
            .map(|(name, group)| (name, &group.requirements));
        let offered: BTreeSet<&str> = project
            .extras
            .iter()
            .chain(groups)
            .filter(|(name, _)| !manager::for_development(name))
            .flat_map(|(_, list)| list)
            .filter_map(|requirement| requirement.name.as_deref())
            .collect();
        let server = servers::all().iter().find(|server| {
            offered.contains(server.name.as_str()) && could_speak(server, interface)
        })?;
        Some(Picked {
            server,
            missing: true,
        })
    }

    /// Does the project itself ask for a server, or a class for gunicorn's workers, that speaks nothing but ASGI?
    pub(super) fn asks_for_asgi(&self) -> bool {
        servers::all().iter().any(|server| {
            !server.interfaces.contains_key(&Interface::Wsgi) && self.asks_for_server(server)
        }) || servers::asgi_workers()
            .iter()
            .any(|worker| self.direct(&worker.distribution))
    }

    /// A server to install where the framework brings none: the first of the table that speaks the interface.
    pub(super) fn usual(interface: Interface) -> Option<Picked> {
        let server = servers::all()
            .iter()
            .find(|server| could_speak(server, interface))?;
        Some(Picked {
            server,
            missing: true,
        })
    }

    /// Adds what a missing server means: it is installed, and the user is told.
    pub(super) fn install(&self, picked: Picked, why: &str, at: Option<Place>, start: &mut Start) {
        // What a setup.py computes is not known: the server may be among it.
        let computed = self.installed.versions.is_empty()
            && self
                .facts
                .setuptools
                .as_ref()
                .is_some_and(|setuptools| setuptools.dependencies.is_none());
        if !picked.missing || computed && self.wish.server.is_none() {
            return;
        }
        let server = picked.server;
        start.install = Some(Install {
            name: server.name.clone(),
            version: server.version.clone(),
        });
        if self.wish.server.is_none() {
            let mut warning = Warning::new(
                "server-missing",
                format!(
                    "{why}, but {} is no dependency of the project: {} {} is installed besides",
                    server.name, server.name, server.version
                ),
                format!(
                    "add {} to the project's dependencies, or choose another with `--server`",
                    server.name
                ),
            );
            warning.at = at;
            start.warnings.push(warning);
        }
    }

    /// Where a start was looked for.
    pub(super) fn looked(&self) -> Vec<(Option<Place>, String)> {
        let app = &self.facts.app;
        let mut out: Vec<(Option<Place>, String)> = vec![
            (
                None,
                "no Procfile with a process that could be started".to_owned(),
            ),
            (
                None,
                format!(
                    "no application of a known framework and no `__main__.py` in {} Python file{}",
                    app.looked_at,
                    if app.looked_at == 1 { "" } else { "s" }
                ),
            ),
        ];
        if let Some(project) = &self.facts.pyproject {
            let at = Place::new(project.path.as_str(), 0);
            out.push((
                Some(at),
                "no `[project.scripts]` of an installed project".to_owned(),
            ));
        }
        for at in app.broken.iter().take(5) {
            let why = "a syntax error of Python 3 hides what stands below it".to_owned();
            out.push((Some(at.clone()), why));
        }
        for script in app.scripts.iter().take(5) {
            out.push((
                Some(script.at.clone()),
                "a script with a `__main__` guard, one of several".to_owned(),
            ));
        }
        out
    }
}

/// Can the server run the interface by itself, without a class of another distribution?
fn could_speak(server: &Server, interface: Interface) -> bool {
    server.interfaces.contains_key(&interface)
        && (server.name != "gunicorn" || interface != Interface::Asgi)
}

fn unknown(wished: &str) -> Error {
    let names: Vec<&str> = servers::all()
        .iter()
        .map(|server| server.name.as_str())
        .collect();
    Error::Settings {
        what: format!(
            "the server {} is not known",
            crate::error::printable(wished)
        ),
        at: None,
        help: format!("use one of {}", names.join(", ")),
    }
}

fn unfit(server: &Server, interface: Interface) -> Error {
    let fit: Vec<&str> = servers::all()
        .iter()
        .filter(|server| server.interfaces.contains_key(&interface))
        .map(|server| server.name.as_str())
        .collect();
    Error::Settings {
        what: format!("{} cannot run this {interface:?} application", server.name),
        at: None,
        help: format!("pass `--server` with one of {}", fit.join(", ")),
    }
}

/// `name[extra]` of every requirement with extras.
pub(super) fn extras(facts: &ProjectFacts) -> BTreeSet<String> {
    let manifests = facts
        .requirements
        .iter()
        .take(1)
        .flat_map(|file| &file.requirements);
    let project = facts
        .pyproject
        .iter()
        .flat_map(|project| &project.dependencies);
    let pipfile = facts.pipfile.iter().flat_map(|pipfile| &pipfile.packages);
    let requirements = manifests.chain(project).chain(pipfile);
    requirements
        .filter_map(|requirement| Some((requirement.name.as_ref()?, &requirement.extras)))
        .flat_map(|(name, extras)| extras.iter().map(move |extra| format!("{name}[{extra}]")))
        .collect()
}
