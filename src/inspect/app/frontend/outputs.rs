//! Turns a `build` script and its bundler's configuration into where the files for the browser end up.
//!
//! Configuration files are programs: only what stands in them as a literal is read, and what does not is said to be computed.

use crate::catalogue::node::{Bundler, Node};
use crate::facts::Place;
use crate::facts::frontend::{Frontend, Output};
use crate::inspect::tree::{Tree, join, line_of};

/// What the `build` script writes: what its words name, else what the bundler's configuration says, else the bundler's habit.
pub(super) fn of(tree: &Tree, frontend: &Frontend) -> Vec<Output> {
    let words: Vec<&str> = frontend.build.value.split_whitespace().collect();
    let called = |bundler: &&Bundler| {
        bundler
            .programs
            .iter()
            .any(|name| words.contains(&name.as_str()))
    };
    let mut bundlers: Vec<&Bundler> = Node::builtin().bundlers.iter().filter(called).collect();
    if bundlers.is_empty() {
        // `npm run build:css && npm run build:js`: the script calls others.
        let depends = |bundler: &&Bundler| {
            bundler
                .packages
                .iter()
                .any(|name| frontend.packages.contains(name))
        };
        bundlers.extend(Node::builtin().bundlers.iter().find(depends));
    }
    let mut out: Vec<Output> = Vec::new();
    for bundler in bundlers {
        for output in written_by(tree, frontend, bundler, &words) {
            if !out.iter().any(|known| known.path == output.path) {
                out.push(output);
            }
        }
    }
    for output in &mut out {
        let path = tree.in_app(&output.path);
        let below = format!("{path}/");
        let there = |file: &crate::inspect::tree::TreeFile| {
            file.path == path || file.path.starts_with(&below)
        };
        output.present = tree.files().iter().any(there);
    }
    out
}

fn written_by(tree: &Tree, frontend: &Frontend, bundler: &Bundler, words: &[&str]) -> Vec<Output> {
    let output = |path: String, at: Option<Place>, computed: Option<Place>| Output {
        path,
        bundler: bundler.name.clone(),
        at,
        computed,
        present: false,
    };
    let named: Vec<Output> = flags(bundler, words)
        .iter()
        .filter_map(|path| inside(&frontend.folder, path))
        .map(|path| output(path, Some(frontend.build.at.clone()), None))
        .collect();
    if !named.is_empty() {
        return named;
    }
    let mut computed = None;
    for name in &bundler.configs {
        let path = tree.in_app(&join(&frontend.folder, name));
        if !tree.is_file(&path) {
            continue;
        }
        let Ok(Some(text)) = tree.text(&path) else {
            continue;
        };
        let Some((offset, value)) = setting(&text, &bundler.setting) else {
            continue;
        };
        let at = Place::new(path, line_of(text.as_bytes(), offset));
        let base = bundler
            .base
            .as_ref()
            .and_then(|key| setting(&text, std::slice::from_ref(key)));
        let base = match base {
            Some((_, base)) => base.map(|base| join(&frontend.folder, &base)),
            None => Some(frontend.folder.clone()),
        };
        let whole = base
            .zip(value)
            .and_then(|(base, value)| inside(&base, &value));
        match whole {
            Some(path) => return vec![output(path, Some(at), None)],
            None => computed = Some(at),
        }
    }
    let habit = bundler
        .output
        .as_ref()
        .and_then(|name| inside(&frontend.folder, name));
    habit
        .map(|path| output(path, None, computed))
        .into_iter()
        .collect()
}

/// `--outDir ../static`, `--outdir=../static`, `BUILD_PATH=../static`: what the options of a command name.
fn flags(bundler: &Bundler, words: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for flag in &bundler.flags {
            let value = match word.strip_prefix(flag.as_str()) {
                Some("") => words.get(index + 1).copied(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            let value = value.map(|value| value.trim_matches(['"', '\'']));
            out.extend(value.filter(|value| !value.is_empty()).map(str::to_owned));
        }
    }
    out
}

/// A path below a folder without `.` and `..`; `None` for one that is absolute, leaves the application's folder, is that folder
/// itself, or holds what only a shell or a program can expand.
fn inside(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/')
        || path.contains(['$', '`', '*', '\\'])
        || path.contains(char::is_control)
    {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The value of the last of several keys, each behind the one before, and where it starts; `None` inside for a computed one.
fn setting(text: &str, keys: &[String]) -> Option<(usize, Option<String>)> {
    let mut from = 0;
    let mut found = None;
    for key in keys {
        let (start, value) = key_at(text, key, from)?;
        found = Some((start, value));
        from = value;
    }
    let (start, value) = found?;
    Some((start, literal(text.get(value..)?)))
}

/// Where a key stands at or behind an offset, comments passed over, and where its value starts.
fn key_at(text: &str, key: &str, mut from: usize) -> Option<(usize, usize)> {
    loop {
        let start = from + text.get(from..)?.find(key)?;
        let end = start + key.len();
        from = end;
        let line = text.get(..start)?.rsplit('\n').next().unwrap_or_default();
        let comment = line.contains("//") || line.trim_start().starts_with(['*', '/']);
        let before = line.chars().next_back();
        let word = before.is_none_or(|c| !(c.is_alphanumeric() || "_$.-".contains(c)));
        let rest = text.get(end..)?;
        let value = rest.trim_start_matches(['"', '\'']).trim_start();
        if let Some(value) = value.strip_prefix(':').filter(|_| word && !comment) {
            return Some((start, text.len() - value.len()));
        }
    }
}

/// `'a/b'`, or the parts of `path.resolve(__dirname, 'a', 'b')` together.
fn literal(value: &str) -> Option<String> {
    let value = value.trim_start();
    if let Some(quote) = value
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))
    {
        return value.get(1..)?.split(quote).next().map(str::to_owned);
    }
    let (call, rest) = value.split_once('(')?;
    let name = call.rsplit('.').next().unwrap_or_default().trim();
    if !matches!(name, "resolve" | "join") {
        return None;
    }
    let arguments = rest.split_once(')')?.0;
    let mut parts = Vec::new();
    for (index, argument) in arguments.split(',').map(str::trim).enumerate() {
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| argument.strip_prefix(*quote)?.strip_suffix(*quote));
        match quoted {
            Some(part) => parts.push(part),
            None if argument.is_empty() || index == 0 && argument == "__dirname" => {}
            None => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_read_and_what_is_computed_is_not() {
        let keys = ["outDir".to_owned()];
        let value = |text: &str| setting(text, &keys).map(|(_, value)| value);
        let some = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(
            value("build: { outDir: '../static/dist' }"),
            some("../static/dist")
        );
        assert_eq!(
            value("outDir: path.resolve(__dirname, '../a', \"b\"),"),
            some("../a/b")
        );
        assert_eq!(value("\"outDir\" : \"out\""), some("out"));
        assert_eq!(value("outDir: process.env.OUT"), Some(None));
        assert_eq!(value("outDir: resolve(root, 'a')"), Some(None));
        assert_eq!(value("// outDir: 'a'\n  outDir: 'b'"), some("b"));
        assert_eq!(value("myoutDir: 'a'"), None);
        let nested = ["output".to_owned(), "path".to_owned()];
        let text = "entry: { path: 'no' },\noutput: {\n  path: 'yes' }";
        assert_eq!(setting(text, &nested), Some((35, Some("yes".to_owned()))));
    }

    #[test]
    fn a_path_stays_inside_the_application() {
        assert_eq!(
            inside("web", "../shop/static").as_deref(),
            Some("shop/static")
        );
        assert_eq!(inside("", "./dist/").as_deref(), Some("dist"));
        for path in ["../..", "/etc", "$OUT", "..", "../../etc"] {
            assert_eq!(inside("web", path), None, "{path}");
        }
    }
}
