//! Turns a command of a script that runs the project's own program into a start: its module, its file, its console script.

use super::known::Known;
use super::{Command, Start, scripts, serve};
use crate::catalogue::frameworks::{Framework, Role};
use crate::facts::app::{AppObject, Launch, ModulePath};
use crate::facts::{Arg, Found, Warning};

/// The start by the project's own program, as the script starts it; `None` where a server does better.
pub(super) fn start(known: &Known<'_>, launch: &Found<Launch>) -> Option<Start> {
    let words = &launch.value.words;
    let second = words.get(1).cloned().flatten();
    let (mut argv, module, skip) = match (launch.value.program.as_str(), second.as_deref()) {
        ("python", Some("-m")) => {
            let name = words.get(2).cloned().flatten()?;
            let module = modules(known).find(|m| named(m) == name)?;
            (scripts::python(module), Some(module), 3)
        }
        ("python", Some(path)) => {
            let module = modules(known)
                .filter(|module| ends_with(path, &module.file))
                .max_by_key(|module| module.file.len())?;
            (file(module), Some(module), 2)
        }
        (program, _) => {
            let scripts = &known.installed.scripts;
            let script = scripts.iter().find(|s| s.value.name == program)?;
            let target = script.value.target.split(':').next().unwrap_or_default();
            let module = modules(known).find(|module| module.module == target);
            (vec![Arg::text(program)], module, 1)
        }
    };
    if better(known, module) {
        return None;
    }
    let options = words.iter().skip(skip).cloned().collect::<Option<Vec<_>>>();
    let options = options.filter(|words| {
        let strange = |word: &String| word.starts_with('/') || word.chars().any(char::is_control);
        !words.iter().any(strange)
    });
    argv.extend(options.unwrap_or_default().iter().map(Arg::text));
    let why = format!("{} starts it", launch.at.file);
    let web = web(known).next();
    let objects = &known.facts.app.objects;
    let of = |module: &ModulePath| objects.iter().find(|object| object.module == *module);
    let object = module.and_then(of);
    let mut start = Start {
        framework: object
            .map(|object| object.framework.clone())
            .or_else(|| web.map(|(name, _)| name.to_owned())),
        needs_source: skip > 1,
        command: Some(Command::words(argv, Some(launch.at.clone()), why)),
        ..Start::default()
    };
    if let Some(module) = module.filter(|_| skip == 3) {
        start.working_dir = serve::working_dir(known, &module.root);
    }
    if let Some((_, framework)) = web {
        let mut named = objects.iter().filter_map(|object| object.port.as_ref());
        let named = object
            .and_then(|object| object.port.as_ref())
            .or_else(|| named.next());
        let own = named.or(known.facts.app.port.as_ref());
        start.port = serve::port(known, framework, own.map(|port| port.value));
        start.warnings.push(
            Warning::new(
                "own-server",
                "the project's own program starts a server, as its script does",
                "check that it listens on 0.0.0.0, or pass `--app module:object`",
            )
            .at(launch.at.clone()),
        );
    }
    Some(start)
}

/// Every module that is known to do something when it is run.
fn modules<'a>(known: &'a Known<'_>) -> impl Iterator<Item = &'a ModulePath> {
    let app = &known.facts.app;
    let scripts = app.scripts.iter().map(|script| &script.value.module);
    let others = app.mains.iter().chain(&app.plain).map(|found| &found.value);
    let objects = app.objects.iter().map(|object| &object.module);
    scripts.chain(others).chain(objects)
}

/// What `python -m` calls it.
fn named(module: &ModulePath) -> &str {
    let name = module.module.as_str();
    name.strip_suffix(".__main__").unwrap_or(name)
}

fn file(module: &ModulePath) -> Vec<Arg> {
    if module.module.contains('.') {
        scripts::python(module)
    } else {
        vec![Arg::text("python"), Arg::text(&module.file)]
    }
}

/// `/srv/app/main.py` of an image stands for `main.py` of the project.
fn ends_with(path: &str, file: &str) -> bool {
    let path = path.trim_start_matches("./");
    path.strip_suffix(file)
        .is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Web applications that a server could take.
fn web<'a>(known: &'a Known<'_>) -> impl Iterator<Item = (&'a str, &'static Framework)> {
    known.facts.app.objects.iter().filter_map(|object| {
        let framework = serve::framework(&object.framework)?;
        (framework.role == Role::Web && framework.interface.is_some() && !known.lacks(framework))
            .then_some((object.framework.as_str(), framework))
    })
}

/// Does a server do better than the program? For Django, where the program would be the framework's development server, and
/// where the program's own file holds the application.
fn better(known: &Known<'_>, module: Option<&ModulePath>) -> bool {
    let table = |object: &AppObject| serve::framework(&object.framework);
    let top = |module: &ModulePath| module.module.split('.').next().map(str::to_owned);
    // A page beside a bot, which nothing of the bot imports, is not what the program serves.
    let serves = |object: &AppObject| {
        let same = |module: &ModulePath| top(module) == top(&object.module);
        object.imported || module.is_none_or(same)
    };
    let develops = |object: &AppObject| {
        let framework = table(object).filter(|one| one.role == Role::Web && !known.lacks(one));
        framework.is_some_and(|one| one.interface.is_some() && one.development)
    };
    let holds = |object: &AppObject| {
        Some(&object.module) == module && table(object).is_some_and(|one| one.interface.is_some())
    };
    let mut objects = known.facts.app.objects.iter();
    known.facts.app.django.is_some()
        || objects.any(|one| holds(one) || develops(one) && serves(one))
}
