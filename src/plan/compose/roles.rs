//! Turns the command and the other processes of a plan into the services that run the image.

use std::collections::BTreeSet;

use crate::catalogue::frameworks::{self, Role as For};
use crate::catalogue::{servers, services};
use crate::facts::normalise;
use crate::plan::BuildPlan;
use crate::plan::command::Command;

/// A service that runs the image.
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the file")]
pub(super) struct Role {
    /// Its name, fit for compose.
    pub(super) name: String,
    /// It builds the image.
    pub(super) builds: bool,
    /// What runs; `None` for the image's own command.
    pub(super) command: Option<Vec<String>>,
    /// It does its work and ends; the others wait for it.
    pub(super) ends: bool,
    /// It is to run again when it has ended.
    pub(super) stays: bool,
    /// A small init has to be process 1.
    pub(super) init: bool,
    /// How long it may take to end.
    pub(super) grace: Option<&'static str>,
}

/// The roles, the one that builds the image first.
pub(super) fn roles(plan: &BuildPlan) -> Vec<Role> {
    let main = plan.start.command.as_ref();
    let program = main.and_then(program_of);
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let kind = plan.start.framework.as_deref().and_then(frameworks::get);
    let kind = kind.map(|framework| framework.role);
    let name = match (plan.start.port, kind) {
        (Some(_), _) | (None, Some(For::Web)) => "web",
        (None, Some(For::Worker)) => "worker",
        (None, Some(For::Bot)) => "bot",
        (None, Some(For::Tool) | None) => "app",
    };
    taken.insert(name.to_owned());
    let mut roles = vec![Role {
        name: name.to_owned(),
        builds: true,
        command: None,
        ends: false,
        stays: kind != Some(For::Tool),
        init: false,
        grace: program.as_deref().and_then(grace),
    }];
    for process in &plan.start.processes {
        let mut name = slug(&process.name);
        // The command that the user chose takes the place of the Procfile's.
        if name == "web" && taken.contains("web") {
            continue;
        }
        while !taken.insert(name.clone()) {
            name.push_str("-2");
        }
        let program = program_of(&process.command);
        let ends = services::table().ending.names.contains(&name);
        let known = program.as_deref().is_some_and(handles_term);
        roles.push(Role {
            builds: false,
            command: Some(process.command.exec_form(plan.start.port)),
            ends,
            stays: !ends,
            init: plan.start.init.is_none() && !known,
            grace: program.as_deref().and_then(grace),
            name,
        });
    }
    roles
}

/// The program of a command, without its folder.
fn program_of(command: &Command) -> Option<String> {
    let words = command.line.words();
    let first = words.first()?.literal()?;
    Some(first.rsplit('/').next().unwrap_or(first).to_owned())
}

/// Does the program end on SIGTERM as process 1?
fn handles_term(program: &str) -> bool {
    if let Some(server) = servers::get(program) {
        return !server.init;
    }
    let mut table = frameworks::all().values();
    table
        .find(|framework| {
            framework
                .command
                .first()
                .is_some_and(|first| first == program)
        })
        .is_some_and(|framework| !framework.init)
}

fn grace(program: &str) -> Option<&'static str> {
    services::table().grace.get(program).map(String::as_str)
}

/// A name that compose takes for a service, made from a process's.
fn slug(name: &str) -> String {
    let name: String = normalise(name)
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "process" } else { name }.to_owned()
}
