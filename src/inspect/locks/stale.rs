//! Turns a lock and the manifest beside it into a warning, where the manifest was edited after the lock was written.
//!
//! Poetry, PDM and Pipenv record a hash of those tables of the manifest that the resolution rests on: the JSON that Python's
//! `json.dumps(…, sort_keys=True)` writes. uv repeats the requirements. What a lock does not tell is not guessed.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::relock;
use crate::error::{Error, printable};
use crate::facts::{Lock, LockKind, Pyproject, Source, Warning, normalise};
use crate::inspect::tree::{Tree, join};

/// The warning for a lock that is older than its manifest; `None` when it is not, or when the lock does not tell.
///
/// # Errors
/// The manifest cannot be read.
pub(crate) fn warning(
    tree: &Tree,
    lock: &Lock,
    pyproject: Option<&Pyproject>,
) -> Result<Option<Warning>, Error> {
    let folder = lock.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let name = match lock.kind {
        LockKind::Pipenv => "Pipfile",
        _ => "pyproject.toml",
    };
    let manifest = join(folder, name);
    let changed = if lock.kind == LockKind::Uv {
        pyproject.and_then(|found| undeclared(lock, found))
    } else {
        hash_differs(tree, lock, &manifest)?.then(String::new)
    };
    Ok(changed.map(|what| {
        let warning = Warning::new(
            "lock-stale",
            format!(
                "{} was edited after {} was written{what}",
                printable(&manifest),
                printable(&lock.path)
            ),
            format!("run `{}` and commit the lock file", relock(lock.kind)),
        );
        match &lock.content_hash {
            Some(hash) => warning.at(hash.at.clone()),
            None => warning,
        }
    }))
}

/// The lock's hash is none of those that its tool's versions would compute of the manifest.
fn hash_differs(tree: &Tree, lock: &Lock, manifest: &str) -> Result<bool, Error> {
    let (Some(recorded), Some(text)) = (&lock.content_hash, tree.text(manifest)?) else {
        return Ok(false);
    };
    let Ok(document) = text.parse::<Table>() else {
        return Ok(false);
    };
    let recorded = recorded.value.trim_start_matches("sha256:");
    let contents = match lock.kind {
        LockKind::Poetry => poetry(&document),
        LockKind::Pdm => pdm(&document),
        LockKind::Pipenv => vec![pipenv(&document)],
        LockKind::Uv | LockKind::Pylock => return Ok(false),
    };
    let blanks = lock.kind != LockKind::Pipenv;
    let sha256 = recorded.len() == 64 && recorded.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(sha256
        && contents
            .iter()
            .all(|content| hash(content, blanks) != recorded))
}

/// Poetry since 1.0; since 2.0 with `[project]`, since 2.3 with `[dependency-groups]` (`Locker._get_content_hash`).
fn poetry(document: &Table) -> Vec<Json> {
    [true, false]
        .map(|with_groups| poetry_content(document, with_groups))
        .to_vec()
}

fn poetry_content(document: &Table, with_groups: bool) -> Json {
    let project = table(document, &["project"]);
    let tool = table(document, &["tool", "poetry"]);
    let groups =
        table(document, &["dependency-groups"]).filter(|table| with_groups && !table.is_empty());
    let project: Vec<(String, Json)> = ["requires-python", "dependencies", "optional-dependencies"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), Json::of(project?.get(key)?))))
        .collect();
    let modern = !project.is_empty() || groups.is_some();
    let own: Vec<(String, Json)> = [
        "dependencies",
        "source",
        "extras",
        "dev-dependencies",
        "group",
    ]
    .into_iter()
    .filter_map(|key| match tool.and_then(|tool| tool.get(key)) {
        Some(value) => Some((key.to_owned(), Json::of(value))),
        None => (!modern && key != "group").then(|| (key.to_owned(), Json::Null)),
    })
    .collect();
    if !modern {
        return Json::Object(own);
    }
    let mut all = Vec::new();
    if !project.is_empty() {
        all.push(("project".to_owned(), Json::Object(project)));
    }
    if let Some(groups) = groups {
        all.push(("dependency-groups".to_owned(), Json::table(groups)));
    }
    let own = Json::Object(vec![("poetry".to_owned(), Json::Object(own))]);
    all.push(("tool".to_owned(), own));
    Json::Object(all)
}

/// PDM 2 (`PyProject.content_hash`): since 2.20 with `[dependency-groups]`, since 2.16 with all of `resolution`.
fn pdm(document: &Table) -> Vec<Json> {
    let empty = Table::new();
    let settings = table(document, &["tool", "pdm"]).unwrap_or(&empty);
    let project = table(document, &["project"]).unwrap_or(&empty);
    let resolution = table(settings, &["resolution"]).unwrap_or(&empty);
    let own = |from: &Table, key: &str, none: Json| from.get(key).map_or(none, Json::of);
    let object = || Json::Object(Vec::new());
    let overrides = settings.get("overrides").or(resolution.get("overrides"));
    let resolutions = [
        ("resolution", Json::table(resolution)),
        ("overrides", overrides.map_or(object(), Json::of)),
    ];
    let development = [
        development(document, settings),
        own(settings, "dev-dependencies", object()),
    ];
    let mut all = Vec::new();
    for (key, resolution) in &resolutions {
        for development in &development {
            let entries = [
                ("sources", own(settings, "source", Json::Array(Vec::new()))),
                (
                    "dependencies",
                    own(project, "dependencies", Json::Array(Vec::new())),
                ),
                ("dev-dependencies", development.clone()),
                (
                    "optional-dependencies",
                    own(project, "optional-dependencies", object()),
                ),
                (
                    "requires-python",
                    own(project, "requires-python", Json::Raw(String::new())),
                ),
                (key, resolution.clone()),
            ];
            let entries = entries.map(|(key, value)| (key.to_owned(), value));
            all.push(Json::Object(entries.to_vec()));
        }
    }
    all
}

/// `[dependency-groups]` and `[tool.pdm.dev-dependencies]` as one table, names normalised.
fn development(document: &Table, settings: &Table) -> Json {
    let mut groups: Vec<(String, Json)> = Vec::new();
    let tables = [
        table(document, &["dependency-groups"]),
        table(settings, &["dev-dependencies"]),
    ];
    for (name, value) in tables.into_iter().flatten().flatten() {
        let name = normalise(name);
        match (
            groups.iter_mut().find(|(known, _)| *known == name),
            Json::of(value),
        ) {
            (Some((_, Json::Array(known))), Json::Array(more)) => known.extend(more),
            (_, value) => groups.push((name, value)),
        }
    }
    Json::Object(groups)
}

/// Sections of a `Pipfile` that are no category of packages, or are hashed under another name.
const SECTIONS: [&str; 8] = [
    "source",
    "packages",
    "dev-packages",
    "requires",
    "scripts",
    "pipfile",
    "pipenv",
    "default",
];

/// `Pipfile.get_hash` of plette, which Pipenv carries with it.
fn pipenv(document: &Table) -> Json {
    let own = |key: &str, none: Json| document.get(key).map_or(none, Json::of);
    let object = || Json::Object(Vec::new());
    let meta = vec![
        ("sources".to_owned(), own("source", Json::Array(Vec::new()))),
        ("requires".to_owned(), own("requires", object())),
    ];
    let mut all = vec![
        ("_meta".to_owned(), Json::Object(meta)),
        ("default".to_owned(), own("packages", object())),
        ("develop".to_owned(), own("dev-packages", object())),
    ];
    let categories = document
        .iter()
        .filter(|(name, _)| !SECTIONS.contains(&name.as_str()));
    all.extend(categories.map(|(name, value)| (name.clone(), Json::of(value))));
    Json::Object(all)
}

/// A requirement of the manifest that uv's record of it lacks, or the reverse.
fn undeclared(lock: &Lock, pyproject: &Pyproject) -> Option<String> {
    let name = normalise(&pyproject.name.as_ref()?.value);
    let is_own = |source: &Source| matches!(source, Source::Virtual { .. } | Source::Path { .. });
    let own = lock
        .packages
        .iter()
        .find(|one| one.name == name && is_own(&one.source))?;
    let declared = own.declared.as_ref()?;
    if pyproject
        .dynamic
        .iter()
        .any(|field| field == "dependencies")
    {
        return None;
    }
    let locked: BTreeSet<&str> = declared.iter().map(|(name, _)| name.as_str()).collect();
    let mut names = BTreeSet::new();
    for requirement in &pyproject.dependencies {
        let name = requirement.name.as_deref()?;
        names.insert(name);
        let range = requirement.specifier.to_string();
        let plain = requirement.source == Source::Index;
        if !locked.contains(name) {
            return Some(format!(": {} is not in the lock", printable(name)));
        }
        if plain
            && !declared
                .iter()
                .any(|(known, locked)| known == name && *locked == range)
        {
            return Some(format!(
                ": {} {range} is not what was locked",
                printable(name)
            ));
        }
    }
    let gone = locked.into_iter().find(|name| !names.contains(name))?;
    Some(format!(": {} is no dependency any more", printable(gone)))
}

fn table<'t>(from: &'t Table, path: &[&str]) -> Option<&'t Table> {
    path.iter()
        .try_fold(from, |table, key| table.get(*key)?.as_table())
}

/// A value as Python's `json` writes it.
#[derive(Clone)]
enum Json {
    Null,
    /// A text.
    Raw(String),
    /// A number, `true`, `false`: written as it is.
    Plain(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Raw(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::of).collect()),
            Value::Table(table) => Self::table(table),
            other => Self::Plain(other.to_string()),
        }
    }

    fn table(table: &Table) -> Self {
        let entries = table
            .iter()
            .map(|(key, value)| (key.clone(), Self::of(value)));
        Self::Object(entries.collect())
    }

    /// Writes the value; `blanks` stand after each `,` and `:` unless the caller of `json.dumps` took them out.
    fn write(&self, blanks: bool, out: &mut String) {
        let (comma, colon) = if blanks { (", ", ": ") } else { (",", ":") };
        match self {
            Self::Null => out.push_str("null"),
            Self::Plain(text) => out.push_str(text),
            Self::Raw(text) => quoted(text, out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { comma } else { "" });
                    item.write(blanks, out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                let mut sorted: Vec<&(String, Json)> = entries.iter().collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                out.push('{');
                for (index, (key, value)) in sorted.into_iter().enumerate() {
                    out.push_str(if index > 0 { comma } else { "" });
                    quoted(key, out);
                    out.push_str(colon);
                    value.write(blanks, out);
                }
                out.push('}');
            }
        }
    }
}

/// ASCII alone, everything else as `\uXXXX` of its UTF-16 units.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

fn hash(content: &Json, blanks: bool) -> String {
    let mut text = String::new();
    content.write(blanks, &mut text);
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
