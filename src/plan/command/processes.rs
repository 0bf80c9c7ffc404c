//! Turns the `Procfile`'s other lines, workers and migrations into further processes of the same image.

use super::known::Known;
use super::serve::{self, Target};
use super::{Command, Process, Start};
use crate::catalogue::frameworks::Role;
use crate::catalogue::migrations::{self, Tool};
use crate::facts::app::ObjectKind;
use crate::facts::{Arg, Place};
use crate::inspect::tree;

/// Adds every process besides the command itself, sorted by name.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    let app = &known.facts.app;
    for line in &app.procfile {
        let command = Command {
            line: line.value.command.line.clone(),
            at: Some(line.at.clone()),
            why: format!("the Procfile's process `{}`", line.value.name),
        };
        add(start, &line.value.name, command);
    }
    if app.procfile.is_empty() && known.wish.command.is_none() {
        workers(known, start);
    }
    let migrates = start.framework.as_deref() == Some("django");
    if let Some(django) = app.django.as_ref().filter(|_| migrates)
        && let Some(manage) = &django.manage
    {
        // Processes run where the command runs.
        let path = manage
            .value
            .strip_prefix(&start.working_dir)
            .map_or(manage.value.as_str(), |path| path.trim_start_matches('/'));
        let argv = ["python", path, "migrate", "--noinput"]
            .map(Arg::text)
            .to_vec();
        add(
            start,
            "release",
            Command::words(
                argv,
                Some(manage.at.clone()),
                "migrations never run at build or start",
            ),
        );
    }
    migrations(known, start);
    start.processes.sort_by(|a, b| a.name.cmp(&b.name));
}

/// The command of a tool that changes the database's schema.
fn migrations(known: &Known<'_>, start: &mut Start) {
    let set_up = |tool: &Tool| {
        let path = tree::join(&start.working_dir, &tool.file);
        let paths = &known.facts.app.migrations;
        paths.iter().find(|one| **one == path).cloned()
    };
    let beside = |tool: &Tool| tool.framework.is_none() || tool.framework == start.framework;
    let fits = |tool: &&Tool| beside(tool) && known.has(&tool.distribution);
    let mut tools = migrations::all().iter().filter(fits);
    let Some((tool, path)) = tools.find_map(|tool| Some((tool, set_up(tool)?))) else {
        return;
    };
    let target = target(known, start);
    let wants = tool.command.iter().any(|word| word.contains("{target}"));
    let target = match target {
        Some(target) => target,
        None if wants => return,
        None => String::new(),
    };
    let words = tool
        .command
        .iter()
        .map(|word| word.replace("{target}", &target));
    let at = Place::new(tree::join(&known.facts.layout.app, &path), 0);
    let why = "migrations never run at build or start";
    add(
        start,
        "release",
        Command::words(words.map(Arg::text).collect(), Some(at), why),
    );
}

/// The application that the command starts, as `module:object`.
fn target(known: &Known<'_>, start: &Start) -> Option<String> {
    let at = start.command.as_ref()?.at.as_ref()?;
    let objects = &known.facts.app.objects;
    let object = objects
        .iter()
        .find(|one| one.at == *at && !one.module.module.is_empty())?;
    let name = object.kind.name()?;
    Some(format!("{}:{name}", object.module.module))
}

fn workers(known: &Known<'_>, start: &mut Start) {
    let app = &known.facts.app;
    for object in &app.objects {
        let Some(framework) = serve::framework(&object.framework) else {
            continue;
        };
        let name = object.kind.name().unwrap_or_default();
        let shallow = !matches!(object.kind, ObjectKind::Factory { .. });
        if framework.role != Role::Worker
            || framework.command.is_empty()
            || known.lacks(framework)
            || !shallow
            || object.alias
        {
            continue;
        }
        let target = Target {
            root: object.module.root.clone(),
            module: object.module.module.clone(),
            object: name.to_owned(),
            factory: false,
            file: object.module.file.clone(),
            at: Some(object.at.clone()),
            what: format!("{} application", object.framework),
        };
        let mut worker = Start::default();
        serve::own(known, framework, &target, &mut worker);
        let Some(command) = worker
            .command
            .filter(|_| worker.working_dir == start.working_dir)
        else {
            continue;
        };
        if object.framework == "celery" && (known.has("django-celery-beat") || app.beat.is_some()) {
            let argv = command.line.words().iter().map(|arg| match arg.literal() {
                Some("worker") => Arg::text("beat"),
                _ => arg.clone(),
            });
            let at = app.beat.clone().or_else(|| Some(object.at.clone()));
            add(
                start,
                "beat",
                Command::words(argv.collect(), at, "tasks run by the clock"),
            );
        }
        add(start, "worker", command);
    }
}

/// Adds a process unless its name or its command is there already.
fn add(start: &mut Start, name: &str, command: Command) {
    let same = |other: &Command| other.line == command.line;
    let there = start.command.as_ref().is_some_and(same)
        || start
            .processes
            .iter()
            .any(|process| process.name == name || same(&process.command));
    if !there {
        start.processes.push(Process {
            name: name.to_owned(),
            command,
        });
    }
}
