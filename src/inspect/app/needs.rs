//! Turns calls, imports and settings into [`SourceNeed`]s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::corpus::{Corpus, Source};
use super::languages;
use super::modules::Modules;
use crate::catalogue::{Catalogue, Entry, Shown};
use crate::facts::app::Django;
use crate::facts::{Place, SourceNeed, is_below};
use crate::inspect::syntax::{Assign, Call, Value};

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
const METHODS: [&str; 6] = [
    "find_library",
    "CDLL",
    "LoadLibrary",
    "load_extension",
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
        imported(source, index, place, &mut add);
        // `command = ["ffmpeg", …]` and later `subprocess.run(command)`.
        let lists: BTreeMap<&str, &Value> = source
            .outline
            .assigns
            .iter()
            .map(|assign| (assign.target.as_str(), &assign.value))
            .collect();
        let excused = excused(source, index, &lists);
        for assign in &source.outline.assigns {
            if let Some(program) = setting(assign, &lists)
                && let Some((need, _)) = index.programs.get(program)
            {
                let evidence = format!("{}: {program}", assign.target);
                add(need, evidence, place(&source.path, assign.line));
            }
        }
        for call in source
            .outline
            .calls
            .iter()
            .filter(|call| !call.within.typing)
        {
            let method = call.value.method();
            if !METHODS.contains(&method)
                && !languages::may_read(method)
                && !CALLERS.iter().any(|caller| caller.ends_with(method))
            {
                continue;
            }
            let full = modules.resolve(source, &call.value.callee);
            let at = || place(&source.path, call.line);
            if let Some((program, words)) = program(&full, &call.value, &lists)
                && let Some((need, unless)) = index.programs.get(program.as_str())
                && !words.iter().any(|word| unless.contains(word))
                && !(matches!(method, "which" | "find_executable") && excused.contains(*need))
            {
                add(need, format!("{}: {program}", call.value.callee), at());
            }
            for language in languages::of(&full, &call.value, &lists) {
                let need = format!("tessdata:{language}");
                if Catalogue::builtin().source_need(&need).is_some() {
                    add(&need, format!("{}: {language}", call.value.callee), at());
                }
            }
            let text = call
                .value
                .args
                .first()
                .and_then(Value::as_text)
                .unwrap_or_default();
            let table = match call.value.method() {
                "find_library" | "CDLL" | "LoadLibrary" | "load_extension" => &index.libraries,
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
    called(corpus, modules, index, place, &mut add);
    if let Some(django) = django {
        settings(django, index, &mut add);
    }
    let mut out: Vec<SourceNeed> = found.into_values().collect();
    out.sort();
    out
}

/// What is shown by the call of a class or function: `webdriver.Chrome()`, unless `webdriver.Remote()` is called as well.
fn called(
    corpus: &Corpus,
    modules: &Modules<'_>,
    index: &Index,
    place: &dyn Fn(&str, u32) -> Place,
    add: &mut dyn FnMut(&str, String, Place),
) {
    let last = |name: &str, method: &str| name.rsplit('.').next() == Some(method);
    let calls = |name: &str| {
        let all = corpus.sources.iter().flat_map(|source| {
            let calls = source.outline.calls.iter();
            calls.map(move |call| (source, call))
        });
        let mut found = all.filter(|(_, call)| last(name, call.value.method()));
        found.find(|(source, call)| modules.resolve(source, &call.value.callee) == name)
    };
    for (name, (need, unless)) in &index.calls {
        if let Some((source, call)) = calls(name)
            && !unless.iter().any(|other| calls(other).is_some())
        {
            let evidence = format!("{}()", call.value.callee);
            add(need, evidence, place(&source.path, call.line));
        }
    }
}

/// Needs whose program a file runs, itself or by a function of its own, only to ask about what an image does not hold: that it
/// looks for the program before shows no need either.
fn excused(
    source: &Source,
    index: &Index,
    lists: &BTreeMap<&str, &Value>,
) -> BTreeSet<&'static str> {
    let words = source.outline.calls.iter().filter_map(|call| {
        let Value::List(words) = literal(call.value.args.first()?, lists) else {
            return None;
        };
        let program = words.first()?.as_text()?;
        let (need, unless) = index.programs.get(program)?;
        let mut rest = words.iter().skip(1).filter_map(Value::as_text);
        let asks = rest.any(|word| unless.iter().any(|one| one == word));
        Some((*need, asks))
    });
    let (asking, running): (Vec<_>, Vec<_>) = words.partition(|(_, asks)| *asks);
    let running: BTreeSet<&str> = running.into_iter().map(|(need, _)| need).collect();
    let asking = asking.into_iter().map(|(need, _)| need);
    asking.filter(|need| !running.contains(need)).collect()
}

/// What a file's imports ask for, those for type checkers excepted.
fn imported(
    source: &Source,
    index: &Index,
    place: &dyn Fn(&str, u32) -> Place,
    add: &mut dyn FnMut(&str, String, Place),
) {
    let imports = source.outline.imports.iter();
    for import in imports.filter(|import| !import.within.typing && import.dots == 0) {
        let mut full = import.module.clone();
        if let Some(name) = &import.name {
            full = format!("{full}.{name}");
        }
        for (module, (need, unless)) in &index.imports {
            let first = |one: &String| {
                let mut others = source.outline.imports.iter();
                others.any(|other| {
                    let name = other.name.as_deref().unwrap_or_default();
                    is_below(&other.module, one) || format!("{}.{name}", other.module) == *one
                })
            };
            if is_below(&full, module) && !unless.iter().any(first) {
                let evidence = format!("import {module}");
                add(need, evidence, place(&source.path, import.line));
            }
        }
    }
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

/// The program that a call runs or looks for, without its folder, and the literal words after it.
fn program(
    full: &str,
    call: &Call,
    lists: &BTreeMap<&str, &Value>,
) -> Option<(String, Vec<String>)> {
    let known = CALLERS.contains(&full);
    if !known {
        return None;
    }
    let first = literal(call.argument("args", 0)?, lists);
    let (text, words) = match first {
        Value::List(words) => {
            let rest = words.iter().skip(1).filter_map(Value::as_text);
            let rest = rest.map(str::to_owned).collect();
            (literal(words.first()?, lists).as_text()?, rest)
        }
        value => {
            let mut words = value.as_text()?.split_whitespace();
            let first = words.next()?;
            let given = call.args.iter().skip(1).filter_map(Value::as_text);
            (first, words.chain(given).map(str::to_owned).collect())
        }
    };
    Some((text.rsplit('/').next().unwrap_or(text).to_owned(), words))
}

/// `FFMPEG_BINARY = os.getenv("FFMPEG_BINARY", "ffmpeg")`: the program that a setting names.
fn setting<'a>(assign: &'a Assign, lists: &BTreeMap<&str, &'a Value>) -> Option<&'a str> {
    const SAYS: [&str; 7] = [
        "bin",
        "binary",
        "cmd",
        "command",
        "exe",
        "executable",
        "program",
    ];
    let name = assign.target.to_ascii_lowercase();
    let (first, last) = name.rsplit('.').next()?.rsplit_once('_')?;
    let names_one = SAYS.contains(&last) || first.split('_').any(|part| SAYS.contains(&part));
    if !names_one || assign.within.function.is_some() || assign.within.typing {
        return None;
    }
    literal(&assign.value, lists).as_text()?.rsplit('/').next()
}

/// What a name was given, and what `os.getenv("TOOL", "pdftohtml")` falls back to.
pub(super) fn literal<'a>(value: &'a Value, lists: &BTreeMap<&str, &'a Value>) -> &'a Value {
    let value = match value {
        Value::Name(name) => lists.get(name.as_str()).copied().unwrap_or(value),
        value => value,
    };
    match value {
        Value::Call(call) if matches!(call.method(), "get" | "getenv" | "str" | "env") => {
            call.argument("default", 1).unwrap_or(value)
        }
        value => value,
    }
}

/// The table of needs by what shows them.
struct Index {
    /// With the words of a call that show no need.
    programs: BTreeMap<&'static str, (&'static str, &'static [String])>,
    /// With the calls that leave a choice.
    calls: BTreeMap<&'static str, (&'static str, &'static [String])>,
    /// With the modules beside whose import it is only what comes second.
    imports: BTreeMap<&'static str, (&'static str, &'static [String])>,
    libraries: BTreeMap<&'static str, &'static str>,
    typelibs: BTreeMap<&'static str, &'static str>,
    apps: BTreeMap<&'static str, &'static str>,
    engines: BTreeMap<&'static str, &'static str>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let needs: Vec<_> = Catalogue::builtin().source_needs().collect();
        let by = |list: fn(&Shown) -> &Vec<String>| {
            let shown = |(key, need): &(&'static str, &'static Entry)| {
                let key = *key;
                let shown = list(&need.shown).iter();
                shown.map(move |shown| (shown.as_str(), key))
            };
            needs.iter().flat_map(shown).collect()
        };
        let guarded = |list: fn(&Shown) -> &Vec<String>| {
            let shown = |(key, need): &(&'static str, &'static Entry)| {
                let (key, unless) = (*key, need.shown.unless.as_slice());
                let shown = list(&need.shown).iter();
                shown.map(move |shown| (shown.as_str(), (key, unless)))
            };
            needs.iter().flat_map(shown).collect()
        };
        Index {
            programs: guarded(|shown| &shown.programs),
            calls: guarded(|shown| &shown.calls),
            imports: guarded(|shown| &shown.imports),
            libraries: by(|shown| &shown.libraries),
            typelibs: by(|shown| &shown.typelibs),
            apps: by(|shown| &shown.apps),
            engines: by(|shown| &shown.engines),
        }
    })
}
