//! Turns URLs of SQLite, `sqlite3.connect(…)` and Django's `DATABASES` into the files that the application writes its data to.

use super::corpus::{Corpus, Source};
use super::django;
use crate::facts::app::SqliteFile;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Call, Value};

/// Every file, in the order of the sources, each path once.
pub(super) fn read(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<SqliteFile>> {
    let mut out: Vec<Found<SqliteFile>> = Vec::new();
    for source in &corpus.sources {
        if django::developing(source.stem()) {
            continue;
        }
        let mut add = |path: String, url: bool, unless: Option<String>, line: u32| {
            if !out.iter().any(|known| known.value.path == path) {
                let file = SqliteFile { path, url, unless };
                out.push(Found::new(file, place(&source.path, line)));
            }
        };
        of_source(source, &mut add);
    }
    out
}

fn of_source(source: &Source, add: &mut dyn FnMut(String, bool, Option<String>, u32)) {
    // Calls come first: they know the variable that a URL is the default of.
    for call in source.outline.calls.iter().filter(|c| !c.within.typing) {
        let value = &call.value;
        if matches!(
            value.callee.as_str(),
            "sqlite3.connect" | "aiosqlite.connect"
        ) {
            let path = value.argument("database", 0).map(django::folder);
            if let Some(path) = path.filter(|path| is_file(path)) {
                add(path, false, None, call.line);
            }
        }
        let Some(variable) = variable(value) else {
            continue;
        };
        let given = value.args.iter();
        for argument in given.chain(value.keywords.iter().map(|(_, value)| value)) {
            if let Some(path) = argument.as_text().and_then(path) {
                add(path, true, Some(variable.clone()), call.line);
            }
        }
    }
    for field in &source.outline.fields {
        let text = field.value.as_ref().and_then(Value::as_text);
        if let Some(path) = text.and_then(path) {
            add(
                path,
                true,
                Some(field.name.to_ascii_uppercase()),
                field.line,
            );
        }
    }
    for url in source.outline.urls.iter().filter(|u| !u.within.typing) {
        if let Some(path) = path(&url.value) {
            add(path, true, None, url.line);
        }
    }
    for assign in source.outline.assigns.iter().filter(|a| !a.within.typing) {
        if assign.target == "DATABASES" {
            databases(&assign.value, &mut |path| {
                add(path, false, None, assign.line);
            });
        }
    }
}

/// The variable whose default stands in the call.
fn variable(call: &Call) -> Option<String> {
    if call.callee == "dj_database_url.config" {
        return Some("DATABASE_URL".to_owned());
    }
    let name = call.args.first()?.as_text()?;
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (name.len() > 1 && name.chars().all(plain)).then(|| name.to_owned())
}

/// `NAME` of the databases whose engine is SQLite, where it is literal below the project's folder.
fn databases(value: &Value, add: &mut dyn FnMut(String)) {
    let Value::Dict(entries) = value else {
        return;
    };
    let of = |name: &str| {
        let found = entries.iter().find(|(key, _)| key.as_text() == Some(name));
        found.map(|(_, value)| value)
    };
    match of("ENGINE").and_then(Value::as_text) {
        Some(engine) if engine.ends_with(".sqlite3") || engine.ends_with(".spatialite") => {
            if let Some(path) = of("NAME").map(django::folder).filter(|path| is_file(path)) {
                add(path);
            }
        }
        Some(_) => {}
        None => entries.iter().for_each(|(_, value)| databases(value, add)),
    }
}

/// The file of `sqlite:///shop.db`, `sqlite+aiosqlite:////data/shop.db`.
fn path(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme != "sqlite" && !scheme.starts_with("sqlite+") {
        return None;
    }
    let path = rest.strip_prefix('/')?.split('?').next()?;
    is_file(path).then(|| path.to_owned())
}

fn is_file(path: &str) -> bool {
    // A pattern, a gap to be filled in, a folder.
    let computed = ["%s", "{", "(", "*", "$"]
        .iter()
        .any(|sign| path.contains(sign));
    // `/tmp` at the top of the tree.
    let top = path.rfind('/') == Some(0) && !path.contains('.');
    !path.is_empty()
        && !computed
        && !top
        && !path.ends_with('/')
        && !path.starts_with(":memory:")
        && !path.starts_with("file:")
}
