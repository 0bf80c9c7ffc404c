//! Turns entry points, `__main__.py` and guarded scripts into the start of a program without a known framework.

use super::consoles::{self, TASKS};
use super::known::Known;
use super::{Command, Start, lines, serve};
use crate::catalogue::frameworks::{self, Framework, Role};
use crate::catalogue::servers;
use crate::error::{Error, Offer};
use crate::facts::app::{AppObject, GuardedScript, ModulePath};
use crate::facts::{Arg, CommandLine, Found, Place, Script, is_below};

/// What stands for a module when the project is started.
#[derive(Clone, Copy)]
pub(super) enum Entry<'a> {
    /// A console script of the project.
    Console(&'a Found<Script>),
    /// A package with a `__main__.py`.
    Main(&'a str),
}

impl<'a> Entry<'a> {
    /// What people type: the script's name, or the package's.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Console(script) => &script.value.name,
            Self::Main(package) => package,
        }
    }
}

/// Names of modules that are started by themselves.
const ENTRIES: [&str; 9] = [
    "__main__", "app", "bot", "cli", "main", "run", "server", "web", "worker",
];

/// Names of scripts that start a project, best first.
pub(super) const USUAL: [&str; 8] = [
    "main", "app", "bot", "run", "server", "start", "worker", "cli",
];

/// Is a script named so, or for what starts others?
fn usual(stem: &str) -> bool {
    stem == "launcher" || USUAL.contains(&stem)
}

/// The start by the project's own entry points, in order of authority.
///
/// # Errors
/// Several are equal.
pub(super) fn start(known: &Known<'_>) -> Result<Option<Start>, Error> {
    if let Some(script) = consoles::own(known)? {
        let why = format!("console script of the project: {}", script.value.target);
        let (argv, why) = consoles::words(known, script, &why);
        let serves = argv.len() > 1 || consoles::serves(known, script);
        let mut start = started(known, argv, script.at.clone(), why);
        if serves {
            start.port = listens(known).or(known.facts.app.port.as_ref().map(|port| port.value));
        }
        start.needs_source = false;
        return Ok(Some(start));
    }
    if let Some(start) = task(known) {
        return Ok(Some(start));
    }
    if let Some(start) = main_module(known)? {
        return Ok(Some(start));
    }
    guarded(known)
}

/// The console script or the `__main__` that stands for a module.
pub(super) fn entry_for<'a>(known: &Known<'a>, module: &ModulePath) -> Option<Entry<'a>> {
    let name = module.module.as_str();
    let of = |script: &&Found<Script>| script.value.target.split(':').next() == Some(name);
    if let Some(script) = known.installed.scripts.iter().find(of) {
        return Some(Entry::Console(script));
    }
    let main = main_of(known, module);
    // A module deep in a package is not what its author has people start.
    let deep = name.matches('.').count() > 1 || !ENTRIES.contains(&super::stem(&module.file));
    if main.is_some() || deep {
        let top = name.split('.').next().unwrap_or_default();
        if let Some(script) = consoles::leading_into(known, top) {
            return Some(Entry::Console(script));
        }
    }
    main.map(Entry::Main)
}

/// The package with a `__main__` that a module belongs to.
pub(super) fn main_of<'a>(known: &Known<'a>, module: &ModulePath) -> Option<&'a str> {
    known.facts.app.mains.iter().find_map(|main| {
        let package = main.value.module.strip_suffix(".__main__")?;
        (is_below(&module.module, package) && main.value.root == module.root && !package.is_empty())
            .then_some(package)
    })
}

/// `python -m package.module` for a module of a package, `python path/to/script.py` for others.
pub(super) fn python(module: &ModulePath) -> Vec<Arg> {
    let name = module.module.as_str();
    if let Some(package) = name.strip_suffix(".__main__") {
        return ["python", "-m", package].map(Arg::text).to_vec();
    }
    if name.contains('.') {
        return ["python", "-m", name].map(Arg::text).to_vec();
    }
    let file = module.file.as_str();
    let file = if file.starts_with('-') {
        format!("./{file}")
    } else {
        file.to_owned()
    };
    vec![Arg::text("python"), Arg::text(file)]
}

/// What starts an application from outside its own module.
pub(super) struct Outside {
    /// The command line.
    pub(super) argv: Vec<Arg>,
    /// Where it stands.
    pub(super) at: Place,
    /// Why this one.
    pub(super) why: String,
    /// A console script: the project has to be installed, its sources are not read.
    pub(super) installed: bool,
}

/// A script outside the application's own module that starts it: `python changedetection.py`.
pub(super) fn outside(known: &Known<'_>, object: &AppObject) -> Option<Outside> {
    let app = &known.facts.app;
    let runs_itself = |script: &GuardedScript| {
        script.calls.iter().any(|call| {
            call.rsplit('.').next().is_some_and(|method| {
                method == "run" && call.contains('.') && call != "asyncio.run"
            })
        })
    };
    let mut fits = app.scripts.iter().filter(|script| {
        let path = &script.value.module;
        !path.file.contains('/')
            && path != &object.module
            && !runs_itself(&script.value)
            && path.file != "manage.py"
    });
    let (first, second) = (fits.next(), fits.next());
    let top = object.module.module.split('.').next().unwrap_or_default();
    let console = consoles::leading_into(known, top);
    // One that is named for something else gives way to what the author has people type.
    let related = |script: &&Found<GuardedScript>| {
        let stem = super::stem(&script.value.module.file);
        let (stem, top) = (consoles::bare(stem), consoles::bare(top));
        usual(&stem) || top.starts_with(&stem) || stem.starts_with(&top)
    };
    let only = first.filter(|_| second.is_none());
    if let Some(script) = only.filter(|script| related(script) || console.is_none()) {
        return Some(Outside {
            argv: python(&script.value.module),
            at: script.at.clone(),
            why: "the one script with a __main__ guard".to_owned(),
            installed: false,
        });
    }
    let main = app
        .mains
        .iter()
        .find(|main| main.value.module == format!("{top}.__main__"));
    // What its author tells people to type is tried more often than `python -m`.
    if let Some(script) = console.filter(|_| main.is_some() || only.is_some()) {
        let why = format!("console script of the project: {}", script.value.target);
        let (argv, why) = consoles::words(known, script, &why);
        return Some(Outside {
            argv,
            at: script.at.clone(),
            why,
            installed: true,
        });
    }
    let main = main?;
    Some(Outside {
        argv: python(&main.value),
        at: main.at.clone(),
        why: format!("{top} has a __main__"),
        installed: false,
    })
}

/// The script that starts an application whose own file does nothing when it is run: the one beside it, or that has a usual
/// name there.
pub(super) fn starter<'a>(known: &Known<'a>, object: &AppObject) -> Option<&'a ModulePath> {
    if object.runs {
        return None;
    }
    let scripts = known.facts.app.scripts.iter();
    let beside: Vec<&ModulePath> = scripts
        .map(|script| &script.value.module)
        .filter(|module| module.root == object.module.root)
        .collect();
    let top = consoles::bare(object.module.module.split('.').next().unwrap_or_default());
    let named = |module: &&&ModulePath| {
        let stem = super::stem(&module.file);
        usual(stem) || consoles::bare(stem) == top
    };
    let mut named = beside.iter().filter(named);
    match (beside.as_slice(), named.next(), named.next()) {
        ([only], ..) => Some(only),
        (_, Some(first), None) => Some(first),
        _ => None,
    }
}

/// `start = …` of a task runner.
fn task(known: &Known<'_>) -> Option<Start> {
    let project = known
        .facts
        .pyproject
        .iter()
        .flat_map(|project| &project.tasks);
    let pipfile = known
        .facts
        .pipfile
        .iter()
        .flat_map(|pipfile| &pipfile.scripts);
    let tasks: Vec<_> = project.chain(pipfile).collect();
    TASKS.iter().find_map(|name| {
        let task = tasks.iter().find(|task| task.value.name == *name)?;
        let parsed = CommandLine::parse(&task.value.command)?;
        let developing = ["--reload", "--debug", "runserver"]
            .iter()
            .any(|word| task.value.command.contains(word));
        let simple = matches!(parsed.line, CommandLine::Words { .. });
        (simple && !developing).then(|| {
            lines::line_as_it_is(
                known,
                &parsed,
                Some(task.at.clone()),
                &format!("the task `{name}`"),
            )
        })
    })
}

/// The highest package with a `__main__.py`.
fn main_module(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let depth = |main: &Found<ModulePath>| main.value.file.matches('/').count();
    let mains = &known.facts.app.mains;
    let Some(least) = mains.iter().map(depth).min() else {
        return Ok(None);
    };
    let highest: Vec<_> = mains.iter().filter(|main| depth(main) == least).collect();
    match highest.as_slice() {
        [main] => {
            let why = format!("{} is what `python -m` runs", main.value.file);
            let mut argv = python(&main.value);
            if main.value.module == "__main__" || main.value.module.is_empty() {
                argv = vec![Arg::text("python"), Arg::text(&main.value.file)];
            }
            let mut start = started(known, argv, main.at.clone(), why);
            start.working_dir = if main.value.module == "__main__" {
                String::new()
            } else {
                serve::working_dir(known, &main.value.root)
            };
            Ok(Some(start))
        }
        several => {
            let evidence = several
                .iter()
                .map(|main| (Some(main.at.clone()), main.value.module.clone()))
                .collect();
            let first = several
                .first()
                .map_or("", |main| main.value.module.trim_end_matches(".__main__"));
            Err(Error::Undecided {
                what: format!(
                    "{} packages with a __main__.py could be started",
                    several.len()
                ),
                evidence,
                help: format!(
                    "choose one: `--command {}`",
                    super::typed(&format!("python -m {first}"))
                ),
                offers: several
                    .iter()
                    .map(|main| {
                        let module = main.value.module.trim_end_matches(".__main__");
                        Offer::new("command", format!("python -m {module}"), Some(&main.at))
                    })
                    .collect(),
            })
        }
    }
}

/// The one script with a guard; of several the one with a usual name; else the highest.
fn guarded(known: &Known<'_>) -> Result<Option<Start>, Error> {
    let depth = |script: &Found<GuardedScript>| script.value.module.file.matches('/').count();
    let scripts = &known.facts.app.scripts;
    let Some(least) = scripts.iter().map(depth).min() else {
        return Ok(None);
    };
    let mut highest: Vec<_> = scripts
        .iter()
        .filter(|script| depth(script) == least)
        .collect();
    let named = |script: &&Found<GuardedScript>| usual(super::stem(&script.value.module.file));
    if highest.len() > 1 && highest.iter().filter(|script| named(script)).count() == 1 {
        highest.retain(|script| named(script));
    }
    match highest.as_slice() {
        [script] => {
            let why = "the one script with a __main__ guard";
            let argv = python(&script.value.module);
            let mut start = started(known, argv, script.at.clone(), why);
            consoles::listen(known, &script.value.module, &mut start);
            Ok(Some(start))
        }
        several => Err(Error::Undecided {
            what: format!("{} scripts could be started", several.len()),
            evidence: several
                .iter()
                .map(|script| (Some(script.at.clone()), script.value.module.file.clone()))
                .collect(),
            help: several.first().map_or_else(String::new, |script| {
                format!(
                    "choose one: `--command {}`",
                    super::typed(&format!("python {}", script.value.module.file))
                )
            }),
            offers: several
                .iter()
                .map(|script| {
                    let file = crate::facts::quoted(&script.value.module.file);
                    Offer::new("command", format!("python {file}"), Some(&script.at))
                })
                .collect(),
        }),
    }
}

/// The script at the top of a project that asks for a bot's framework, where it does not itself serve the web application, which
/// other code imports: the bot serves it by the way.
pub(super) fn bot(known: &Known<'_>, web: &AppObject) -> Option<Start> {
    let asked = |framework: &Framework| {
        framework.role == Role::Bot && framework.distribution.iter().any(|one| known.direct(one))
    };
    if !frameworks::all().values().any(asked) {
        return None;
    }
    let starts = |script: &&Found<GuardedScript>| {
        let module = &script.value.module;
        let top = !module.file.contains('/') && usual(super::stem(&module.file));
        let serves = |call: &String| {
            servers::calls().contains(call)
                || call.rsplit('.').next() == Some("run") && call != "asyncio.run"
        };
        top && *module != web.module && !script.value.calls.iter().any(serves)
    };
    let mut scripts = known.facts.app.scripts.iter().filter(starts);
    let script = scripts.next().filter(|_| scripts.next().is_none())?;
    let why = "the script of a bot that serves a page by the way";
    let argv = python(&script.value.module);
    Some(started(known, argv, script.at.clone(), why))
}

/// A start without a framework that serves, and therefore without a port, unless the code listens by itself; a command-line
/// tool's framework is named.
fn started(known: &Known<'_>, argv: Vec<Arg>, at: Place, why: impl Into<String>) -> Start {
    let tool = known.facts.app.objects.iter().find(|object| {
        serve::framework(&object.framework)
            .is_some_and(|framework| framework.role == Role::Tool && !known.lacks(framework))
    });
    Start {
        framework: tool.map(|object| object.framework.clone()),
        command: Some(Command::words(argv, Some(at), why)),
        port: listens(known).filter(|_| tool.is_none()),
        needs_source: true,
        ..Start::default()
    }
}

/// Where the code listens without a framework.
pub(super) fn listens(known: &Known<'_>) -> Option<u16> {
    known.facts.app.listens.as_ref().map(|port| port.value)
}
