//! Turns calls, settings classes and Django's `DATABASES` into the environment variables that configure the application.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::{demands, django};
use crate::facts::Place;
use crate::facts::app::{Demanded, Fallback, Reading};
use crate::inspect::syntax::{Call, Class, Field, Value};

/// Every variable that the code reads, by name, with the first place that says most.
pub(super) fn read(
    corpus: &Corpus,
    place: &dyn Fn(&str, u32) -> Place,
) -> BTreeMap<String, Reading> {
    let mut out = BTreeMap::new();
    for source in &corpus.sources {
        if django::developing(source.stem()) {
            continue;
        }
        let mut add = |name: &str, line: u32, reading: Reading| {
            merge(&mut out, name, reading, || place(&source.path, line));
        };
        databases(source, &mut add);
        let defaulted = demands::schemed(source);
        for call in source.outline.calls.iter().filter(|c| !c.within.typing) {
            if let Some((name, mut reading)) = of_call(&call.value) {
                reading.required &= !defaulted.contains(&name.as_str());
                add(&name, call.line, reading);
            }
        }
        classes(source, &mut add);
    }
    out
}

/// What several places say of one variable, together.
fn merge(
    out: &mut BTreeMap<String, Reading>,
    name: &str,
    reading: Reading,
    place: impl FnOnce() -> Place,
) {
    match out.get_mut(name) {
        None => {
            let at = place();
            out.insert(name.to_owned(), Reading { at, ..reading });
        }
        Some(known) => {
            // `env("X")` beside `env("X", default="")` in another place: whoever demands it has the last word.
            known.required |= reading.required;
            known.meaning = known.meaning.take().or(reading.meaning);
            known.fallback = known.fallback.take().or(reading.fallback);
        }
    }
}

/// `os.environ["X"]`, `os.getenv("X", "…")`, `env.db("X")`, `config("X", default=…)`, `dj_database_url.config()`.
fn of_call(call: &Call) -> Option<(String, Reading)> {
    if let Some((name, kind)) = demands::demand(call) {
        // Of the others only the name says so.
        let parsed = !call.subscript && !matches!(call.method(), "env" | "str" | "config");
        let meaning = match kind {
            Demanded::Database if parsed || call.argument("cast", usize::MAX).is_some() => {
                Some("database".to_owned())
            }
            Demanded::Cache => Some("cache".to_owned()),
            _ => None,
        };
        return Some((name, Reading::new(true, meaning, None)));
    }
    let callee = call.callee.as_str();
    let base = callee.split('.').next().unwrap_or_default();
    let default = call.argument("default", 1);
    let named = |usual: &str| match call.argument("env", usize::MAX) {
        Some(name) => name.as_text().map(str::to_owned),
        None => Some(usual.to_owned()),
    };
    let (name, meaning, default) = match callee {
        "dj_database_url.config" => {
            let default = call.argument("default", 0);
            (named("DATABASE_URL")?, Some("database"), default)
        }
        "os.environ.get"
        | "environ.get"
        | "os.getenv"
        | "getenv"
        | "env"
        | "config"
        | "os.environ.setdefault" => (first(call)?, None, default),
        _ if base == "env" && callee.contains('.') => {
            let (usual, meaning) = match call.method() {
                "db" | "db_url" | "dj_db_url" => (Some("DATABASE_URL"), Some("database")),
                "cache" | "cache_url" => (Some("CACHE_URL"), Some("cache")),
                _ => (None, None),
            };
            let name = first(call).or_else(|| usual.map(str::to_owned))?;
            (name, meaning, default)
        }
        _ => return None,
    };
    let fallback = default.and_then(Value::as_text).and_then(fallback);
    variable(&name).then(|| {
        let reading = Reading::new(false, meaning.map(str::to_owned), fallback);
        (name, reading)
    })
}

fn first(call: &Call) -> Option<String> {
    call.args.first()?.as_text().map(str::to_owned)
}

/// `DATABASES = {"default": {"HOST": os.environ["DB_HOST"]}}`: the key says what the variable is for.
fn databases(source: &Source, add: &mut dyn FnMut(&str, u32, Reading)) {
    let assigns = source.outline.assigns.iter();
    for assign in assigns.filter(|assign| assign.target == "DATABASES" && !assign.within.typing) {
        let mut open = vec![&assign.value];
        while let Some(Value::Dict(entries)) = open.pop() {
            for (key, value) in entries {
                let read = inner(value).and_then(of_call);
                match (key.as_text(), read) {
                    (Some(key), Some((name, mut reading))) => {
                        reading.meaning = reading.meaning.or_else(|| Some(key.to_owned()));
                        add(&name, assign.line, reading);
                    }
                    _ if matches!(value, Value::Dict(_)) => open.push(value),
                    _ => {}
                }
            }
        }
    }
}

/// The call that reads, also inside `int(…)` and `str(…)`.
fn inner(value: &Value) -> Option<&Call> {
    let Value::Call(call) = value else {
        return None;
    };
    match (call.callee.as_str(), call.args.first()) {
        ("int" | "str" | "bool", Some(value)) => inner(value),
        _ => Some(call),
    }
}

/// Fields of pydantic's `BaseSettings`.
fn classes(source: &Source, add: &mut dyn FnMut(&str, u32, Reading)) {
    let outline = &source.outline;
    let settings: Vec<bool> = settings_classes(&outline.classes);
    for field in &outline.fields {
        if settings.get(field.class) != Some(&true) || field.name.starts_with('_') {
            continue;
        }
        let nested = outline
            .classes
            .iter()
            .any(|class| field.annotation.contains(&class.name));
        if nested || field.annotation.contains("ClassVar") || field.name == "model_config" {
            continue;
        }
        let name = alias(field).unwrap_or_else(|| {
            let prefix = prefix(source, field.class).unwrap_or_default();
            format!("{prefix}{}", field.name).to_ascii_uppercase()
        });
        if variable(&name) {
            let (required, default) = default(field);
            let fallback = default.and_then(Value::as_text).and_then(fallback);
            let meaning = Some(field.annotation.clone()).filter(|text| text.contains("Dsn"));
            add(&name, field.line, Reading::new(required, meaning, fallback));
        }
    }
}

/// Which classes are settings: by their base, or by a base that is one of them.
fn settings_classes(classes: &[Class]) -> Vec<bool> {
    let mut known: Vec<&str> = vec!["BaseSettings"];
    classes
        .iter()
        .map(|class| {
            let one = class
                .bases
                .iter()
                .any(|base| known.contains(&base.rsplit('.').next().unwrap_or_default()));
            if one {
                known.push(&class.name);
            }
            one
        })
        .collect()
}

/// Is the field required, and what is its default?
fn default(field: &Field) -> (bool, Option<&Value>) {
    match &field.value {
        None => (true, None),
        Some(Value::Call(call)) if matches!(call.method(), "Field" | "Setting") => {
            let named = |name: &str| call.keywords.iter().any(|(keyword, _)| keyword == name);
            let given = call.argument("default", 0);
            let required = given.is_none() && !named("default_factory");
            (required, given)
        }
        value => (false, value.as_ref()),
    }
}

/// `Field(alias="X")`, `Field(validation_alias=AliasChoices("X", "Y"))`.
fn alias(field: &Field) -> Option<String> {
    let Some(Value::Call(call)) = &field.value else {
        return None;
    };
    let names = ["validation_alias", "alias", "env"];
    let (_, value) = call
        .keywords
        .iter()
        .find(|(name, _)| names.contains(&name.as_str()))?;
    match value {
        Value::Call(choices) => first(choices),
        value => value.as_text().map(str::to_owned),
    }
    .map(|name| name.to_ascii_uppercase())
}

/// `env_prefix` of `model_config` or of the inner class `Config`, which stand below the class's head.
fn prefix(source: &Source, class: usize) -> Option<String> {
    let outline = &source.outline;
    let from = outline.classes.get(class)?.line;
    let others = outline.classes.iter().skip(class + 1);
    let to = others
        .filter(|other| !other.within.class)
        .map(|other| other.line)
        .next()
        .unwrap_or(u32::MAX);
    let inside = |line: u32| line >= from && line < to;
    outline
        .assigns
        .iter()
        .filter(|assign| inside(assign.line))
        .find_map(|assign| match (assign.target.as_str(), &assign.value) {
            ("env_prefix", value) => value.as_text(),
            ("model_config", Value::Call(call)) => {
                call.argument("env_prefix", usize::MAX)?.as_text()
            }
            ("model_config", Value::Dict(entries)) => entries
                .iter()
                .find(|(key, _)| key.as_text() == Some("env_prefix"))
                .and_then(|(_, value)| value.as_text()),
            _ => None,
        })
        .map(str::to_owned)
}

/// What a URL that the code falls back to tells without its credentials; `None` for any other text.
fn fallback(text: &str) -> Option<Fallback> {
    let (scheme, rest) = text.split_once("://")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if scheme.is_empty() || scheme.len() > 40 || !scheme.chars().all(plain) {
        return None;
    }
    let number = rest.rsplit_once('/').map_or("", |(_, number)| number);
    let digits =
        !number.is_empty() && number.len() < 3 && number.bytes().all(|b| b.is_ascii_digit());
    Some(Fallback {
        scheme: scheme.to_owned(),
        number: digits.then(|| number.to_owned()),
    })
}

/// Can this be the name of an environment variable that people set?
fn variable(name: &str) -> bool {
    name.len() > 1
        && name.len() < 80
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
