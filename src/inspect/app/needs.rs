//! Turns calls, imports and settings into [`SourceNeed`]s.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::corpus::Corpus;
use super::modules::Modules;
use crate::catalogue::{Catalogue, Shown};
use crate::facts::app::Django;
use crate::facts::{Place, SourceNeed};
use crate::inspect::syntax::{Call, Value};

/// Functions that run a program or ask where it is; the program is the first argument, or the first word of it.
const CALLERS: [&str; 20] = [
    "subprocess.run",
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "os.system",
    "os.popen",
    "os.execvp",
    "os.execlp",
    "os.spawnvp",
    "shutil.which",
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
    "asyncio.subprocess.create_subprocess_exec",
    "anyio.run_process",
    "anyio.open_process",
    "pexpect.spawn",
    "distutils.spawn.find_executable",
];

/// Functions that load something else by its name.
const METHODS: [&str; 5] = [
    "find_library",
    "CDLL",
    "LoadLibrary",
    "require_version",
    "setlocale",
];

/// Every native need that the sources show, sorted, each once a file.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    django: Option<&Django>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<SourceNeed> {
    let mut found: BTreeMap<(String, String), SourceNeed> = BTreeMap::new();
    let mut add = |need: &str, evidence: String, at: Place| {
        let key = (need.to_owned(), at.file.to_string());
        found.entry(key).or_insert(SourceNeed {
            need: need.to_owned(),
            evidence,
            at,
        });
    };
    let index = index();
    for source in &corpus.sources {
        for import in source
            .outline
            .imports
            .iter()
            .filter(|import| !import.within.typing && import.dots == 0)
        {
            let mut full = import.module.clone();
            if let Some(name) = &import.name {
                full = format!("{full}.{name}");
            }
            for (module, need) in &index.imports {
                if full == *module
                    || full
                        .strip_prefix(*module)
                        .is_some_and(|rest| rest.starts_with('.'))
                {
                    add(
                        need,
                        format!("import {module}"),
                        place(&source.path, import.line),
                    );
                }
            }
        }
        // `command = ["ffmpeg", …]` and later `subprocess.run(command)`.
        let lists: BTreeMap<&str, &Value> = source
            .outline
            .assigns
            .iter()
            .map(|assign| (assign.target.as_str(), &assign.value))
            .collect();
        for call in source
            .outline
            .calls
            .iter()
            .filter(|call| !call.within.typing)
        {
            let method = call.value.method();
            if !METHODS.contains(&method) && !CALLERS.iter().any(|caller| caller.ends_with(method))
            {
                continue;
            }
            let full = modules.resolve(source, &call.value.callee);
            let at = || place(&source.path, call.line);
            if let Some(program) = program(&full, &call.value, &lists)
                && let Some(need) = index.programs.get(program.as_str())
            {
                add(need, format!("{}: {program}", call.value.callee), at());
            }
            let text = call
                .value
                .args
                .first()
                .and_then(Value::as_text)
                .unwrap_or_default();
            let table = match call.value.method() {
                "find_library" | "CDLL" | "LoadLibrary" => &index.libraries,
                "require_version" => &index.typelibs,
                "setlocale" if full == "locale.setlocale" => {
                    let named = call
                        .value
                        .args
                        .get(1)
                        .and_then(Value::as_text)
                        .unwrap_or_default();
                    if !matches!(named, "" | "C" | "C.UTF-8" | "C.utf8" | "POSIX") {
                        add("locale:set", format!("locale.setlocale: {named}"), at());
                    }
                    continue;
                }
                _ => continue,
            };
            if let Some(need) = table.get(text) {
                add(need, format!("{}: {text}", call.value.callee), at());
            }
        }
    }
    if let Some(django) = django {
        settings(django, index, &mut add);
    }
    let mut out: Vec<SourceNeed> = found.into_values().collect();
    out.sort();
    out
}

/// What Django's settings ask for.
fn settings(django: &Django, index: &Index, add: &mut dyn FnMut(&str, String, Place)) {
    for app in &django.installed_apps {
        if let Some(need) = index.apps.get(app.value.as_str()) {
            add(
                need,
                format!("INSTALLED_APPS: {}", app.value),
                app.at.clone(),
            );
        }
    }
    for engine in &django.engines {
        for (known, need) in &index.engines {
            if engine.value.starts_with(known) {
                add(
                    need,
                    format!("DATABASES: {}", engine.value),
                    engine.at.clone(),
                );
            }
        }
    }
}

/// The program that a call runs or looks for, without its folder.
fn program(full: &str, call: &Call, lists: &BTreeMap<&str, &Value>) -> Option<String> {
    let known = CALLERS.contains(&full);
    if !known {
        return None;
    }
    let first = literal(call.argument("args", 0)?, lists);
    let text = match first {
        Value::List(words) => literal(words.first()?, lists).as_text()?,
        value => value.as_text()?.split_whitespace().next()?,
    };
    Some(text.rsplit('/').next().unwrap_or(text).to_owned())
}

/// What a name was given, and what `os.getenv("TOOL", "pdftohtml")` falls back to.
fn literal<'a>(value: &'a Value, lists: &BTreeMap<&str, &'a Value>) -> &'a Value {
    let value = match value {
        Value::Name(name) => lists.get(name.as_str()).copied().unwrap_or(value),
        value => value,
    };
    match value {
        Value::Call(call) if matches!(call.method(), "get" | "getenv") => {
            call.args.get(1).unwrap_or(value)
        }
        value => value,
    }
}

/// The table of needs by what shows them.
struct Index {
    programs: BTreeMap<&'static str, &'static str>,
    imports: BTreeMap<&'static str, &'static str>,
    libraries: BTreeMap<&'static str, &'static str>,
    typelibs: BTreeMap<&'static str, &'static str>,
    apps: BTreeMap<&'static str, &'static str>,
    engines: BTreeMap<&'static str, &'static str>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let by = |list: fn(&Shown) -> &Vec<String>| {
            Catalogue::builtin()
                .source_needs()
                .flat_map(|(key, need)| {
                    list(&need.shown)
                        .iter()
                        .map(move |shown| (shown.as_str(), key))
                })
                .collect()
        };
        Index {
            programs: by(|shown| &shown.programs),
            imports: by(|shown| &shown.imports),
            libraries: by(|shown| &shown.libraries),
            typelibs: by(|shown| &shown.typelibs),
            apps: by(|shown| &shown.apps),
            engines: by(|shown| &shown.engines),
        }
    })
}
