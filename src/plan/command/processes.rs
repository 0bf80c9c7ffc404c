//! Turns the `Procfile`'s other lines, workers and migrations into further processes of the same image.

use super::given;
use super::known::Known;
use super::serve::{self, Target};
use super::{Command, Process, Start};
use crate::catalogue::frameworks::Role;
use crate::catalogue::migrations;
use crate::error::printable;
use crate::facts::app::{self, ObjectKind};
use crate::facts::{Arg, CommandLine, Found, is_below};
use crate::inspect::tree::join;

/// Adds every process besides the command itself, sorted by name.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    let app = &known.facts.app;
    let started = start
        .command
        .as_ref()
        .and_then(|command| command.at.clone());
    let is_started = |line: &Found<app::Process>| {
        let folder = line
            .at
            .file
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let script = line.value.script().map(|script| join(folder, &script));
        started
            .as_ref()
            .is_some_and(|at| *at == line.at || script.is_some_and(|script| *at.file == *script))
    };
    let lines = app.procfile.iter();
    for line in lines.filter(|line| !is_started(line) && !given::develops(known, line)) {
        let command = Command {
            line: line.value.command.line.clone(),
            at: Some(line.at.clone()),
            why: format!("the Procfile's process `{}`", line.value.name),
        };
        add(start, &line.value.name, command);
    }
    if app.procfile.is_empty() && known.wish.command.is_none() {
        workers(known, start);
        background(known, start);
    }
    let migrates = start.framework.as_deref() == Some("django");
    if let Some(django) = app.django.as_ref().filter(|_| migrates)
        && let Some(words) = django.managed(&start.working_dir)
    {
        let words = words.into_iter();
        let words = words.chain(["migrate", "--noinput"].map(str::to_owned));
        let argv = words.map(Arg::text).collect();
        let at = django.manage.as_ref().map(|manage| manage.at.clone());
        let why = "migrations never run at build or start";
        add(start, "release", Command::words(argv, at, why));
    }
    migrations(known, start);
    start.processes.sort_by(|a, b| a.name.cmp(&b.name));
}

/// What brings the database up to date, for the tools of which there are files and that will be there.
fn migrations(known: &Known<'_>, start: &mut Start) {
    for found in &known.facts.app.migrations {
        let Some(tool) = migrations::all().get(&found.value) else {
            continue;
        };
        let others = tool.framework.as_ref();
        if !known.has(&tool.distribution)
            || others.is_some_and(|framework| start.framework.as_ref() != Some(framework))
            || !start.working_dir.is_empty()
        {
            continue;
        }
        let app = target(known, start);
        let words = tool.command.iter().map(|word| match word.as_str() {
            "{app}" => app.clone(),
            word => Some(word.to_owned()),
        });
        let Some(words) = words.collect::<Option<Vec<String>>>() else {
            continue;
        };
        let command = Command::words(
            words.into_iter().map(Arg::text).collect(),
            Some(found.at.clone()),
            "migrations never run at build or start",
        );
        add(start, "release", command);
    }
}

/// The application that the command starts, as `module:object`.
fn target(known: &Known<'_>, start: &Start) -> Option<String> {
    let of = start.framework.as_ref()?;
    let mut objects = known.facts.app.objects.iter();
    objects.find_map(|object| {
        if object.framework != *of || object.module.module.is_empty() {
            return None;
        }
        let name = object.kind.name()?;
        let target = format!("{}:{name}", object.module.module);
        let words = start.command.as_ref()?.line.words();
        let started = |word: &Arg| {
            let word = word.literal().unwrap_or_default();
            word.trim_end_matches("()") == target
        };
        words.iter().any(started).then_some(target)
    })
}

fn workers(known: &Known<'_>, start: &mut Start) {
    let app = &known.facts.app;
    for object in &app.objects {
        let Some(framework) = serve::framework(&object.framework) else {
            continue;
        };
        let name = object.kind.name().unwrap_or_default();
        let nameless = name.is_empty() && framework.names_application();
        let shallow = !nameless && !matches!(object.kind, ObjectKind::Factory { .. });
        if framework.role != Role::Worker
            || (framework.command.is_empty() && !object.runs)
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
        if framework.command.is_empty() {
            // The script takes the tasks by itself; a path that starts with a dash would be an option.
            let file = format!("./{}", object.module.file);
            let argv = ["python", &file].map(Arg::text).to_vec();
            worker.command = Some(Command::words(argv, target.at, target.what));
        } else {
            serve::own(known, framework, &target, &mut worker);
        }
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

/// The command of an installed app of Django that takes tasks.
fn background(known: &Known<'_>, start: &mut Start) {
    let framework = start.framework.as_deref().and_then(serve::framework);
    let Some((framework, django)) = framework.zip(known.facts.app.django.as_ref()) else {
        return;
    };
    for app in &django.installed_apps {
        let mut apps = framework.apps.iter();
        let command = apps.find(|(name, _)| is_below(&app.value, name));
        if let Some((_, command)) = command
            && let Some(words) = django.managed(&start.working_dir)
        {
            let words = words.into_iter().chain(command.iter().cloned());
            let why = format!("{} takes tasks", app.value);
            let argv = words.map(Arg::text).collect();
            let command = Command::words(argv, Some(app.at.clone()), printable(&why));
            add(start, "worker", command);
        }
    }
}

/// Adds a process unless its name or its command is there already.
fn add(start: &mut Start, name: &str, mut command: Command) {
    clock(&mut command);
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

/// Celery's beat keeps its state in a file of the working folder, which is read-only
/// (docs.celeryq.dev, «Starting the Scheduler»), unless told where.
fn clock(command: &mut Command) {
    let CommandLine::Words { argv, .. } = &mut command.line else {
        return;
    };
    let says = |words: &[&str]| {
        let mut given = argv.iter().filter_map(Arg::literal);
        given.any(|word| words.contains(&word.split('=').next().unwrap_or_default()))
    };
    let celery = argv.first().and_then(Arg::literal) == Some("celery");
    if celery && says(&["beat", "-B", "--beat"]) && !says(&["-s", "--schedule"]) {
        argv.extend(["--schedule", "/tmp/celerybeat-schedule"].map(Arg::text));
    }
}
