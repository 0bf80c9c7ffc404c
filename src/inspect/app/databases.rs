//! Turns calls, settings and files into the databases that the application keeps itself: SQLite files, and tools that change
//! schemas.

use super::corpus::Corpus;
use crate::catalogue::migrations;
use crate::facts::{Found, Place};
use crate::inspect::syntax::Value;
use crate::inspect::tree::{Tree, join};

/// Modules whose `connect` opens a file.
const DRIVERS: [&str; 3] = ["aiosqlite", "apsw", "sqlite3"];

/// Folders in which a tool's configuration may lie.
const FOLDERS: [&str; 4] = ["", "app", "backend", "src"];

/// Configuration files of known tools that are there.
pub(super) fn migrations(tree: &Tree) -> Vec<String> {
    let mut out = Vec::new();
    for tool in migrations::all() {
        for folder in FOLDERS {
            let path = join(folder, &tool.file);
            if tree.is_file(&tree.in_app(&path)) {
                out.push(path);
            }
        }
    }
    out
}

/// The SQLite files that are named by a literal: an argument of `sqlite3.connect`, a URL anywhere.
pub(super) fn sqlite(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<String>> {
    let mut out: Vec<Found<String>> = Vec::new();
    let mut add = |path: Option<&str>, file: &str, line: u32| {
        let Some(path) = path.filter(|path| is_file(path)) else {
            return;
        };
        if !out.iter().any(|known| known.value == path) {
            out.push(Found::new(path.to_owned(), place(file, line)));
        }
    };
    for source in &corpus.sources {
        for assign in source
            .outline
            .assigns
            .iter()
            .filter(|one| !one.within.typing)
        {
            add(
                assign.value.as_text().and_then(url),
                &source.path,
                assign.line,
            );
        }
        for call in source.outline.calls.iter().filter(|one| !one.within.typing) {
            let opens = call
                .value
                .callee
                .split_once('.')
                .is_some_and(|(module, method)| method == "connect" && DRIVERS.contains(&module));
            let first = call.value.argument("database", 0).and_then(Value::as_text);
            add(first.filter(|_| opens), &source.path, call.line);
            let keywords = call.value.keywords.iter().map(|(_, value)| value);
            for value in call.value.args.iter().chain(keywords) {
                add(value.as_text().and_then(url), &source.path, call.line);
            }
        }
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    out
}

/// The path of `sqlite:///data/x.db`, `sqlite+aiosqlite:////data/x.db`.
fn url(text: &str) -> Option<&str> {
    let (scheme, path) = text.split_once(":///")?;
    let known = scheme == "sqlite" || scheme.starts_with("sqlite+");
    known.then(|| path.split('?').next()).flatten()
}

/// A file's path, not a database in memory or another URL.
fn is_file(path: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "_-./ ".contains(c);
    !path.is_empty() && path.len() < 200 && path.chars().all(plain) && !path.ends_with('/')
}
