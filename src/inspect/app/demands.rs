//! Turns the calls of settings modules into the environment variables without which they cannot be read.

use std::collections::BTreeMap;

use super::corpus::Source;
use crate::facts::app::Demanded;
use crate::inspect::syntax::{Call, Value};

/// Adds what a settings module demands: `os.environ["X"]`, django-environ's `env("X")` and `env.int("X")`, decouple's
/// `config("X")`, each without a default.
pub(super) fn read(source: &Source, out: &mut BTreeMap<String, Demanded>) {
    let schemed = schemed(source);
    // Outer calls come first: `int(os.environ["X"])` says more than what stands in it.
    for call in &source.outline.calls {
        if call.within.function.is_some() || call.within.typing {
            continue;
        }
        let found = demand(&call.value);
        if let Some((name, kind)) = found.filter(|(name, _)| !schemed.contains(&name.as_str())) {
            out.entry(name).or_insert(kind);
        }
    }
}

/// The variable that a call demands, and what it must hold.
pub(super) fn demand(call: &Call) -> Option<(String, Demanded)> {
    let cast = match (call.callee.as_str(), call.args.first()) {
        ("int" | "float", Some(Value::Call(inner))) => Some((inner, Demanded::Number)),
        ("json.loads", Some(Value::Call(inner))) => Some((inner, Demanded::Json)),
        (callee, Some(Value::Call(inner))) if callee.starts_with("dj_database_url.") => {
            Some((inner, Demanded::Database))
        }
        _ => None,
    };
    match cast {
        Some((inner, kind)) => demanded(inner).map(|(name, _)| (name, kind)),
        None => demanded(call),
    }
}

/// Variables to which `environ.Env(DEBUG=(bool, False))` gives a default.
pub(super) fn schemed(source: &Source) -> Vec<&str> {
    let schemes = source
        .outline
        .calls
        .iter()
        .filter(|call| matches!(call.value.method(), "Env" | "FileAwareEnv"));
    schemes
        .flat_map(|call| &call.value.keywords)
        .map(|(name, _)| name.as_str())
        .collect()
}

fn demanded(call: &Call) -> Option<(String, Demanded)> {
    let defaulted = call.args.len() > 1 || call.keywords.iter().any(|(name, _)| name == "default");
    if defaulted {
        return None;
    }
    let named = call.args.first().and_then(Value::as_text);
    let (base, method) = match call.callee.split_once('.') {
        Some((base, method)) => (base, method),
        None => (call.callee.as_str(), ""),
    };
    let (usual, kind) = match (base, method) {
        _ if call.subscript => (None, None),
        ("env", "" | "str") => (None, None),
        ("config", "") => (None, cast(call)),
        ("env", "int" | "float" | "decimal") => (None, Some(Demanded::Number)),
        ("env", "bool") => (None, Some(Demanded::Flag)),
        ("env", "json" | "dict") => (None, Some(Demanded::Json)),
        ("env", "list" | "tuple" | "bytes" | "path") => (None, Some(Demanded::Text)),
        ("env", "url") => (None, Some(Demanded::Url)),
        ("env", "db" | "db_url" | "dj_db_url") => (Some("DATABASE_URL"), Some(Demanded::Database)),
        ("env", "cache" | "cache_url") => (Some("CACHE_URL"), Some(Demanded::Cache)),
        ("env", "email" | "email_url") => (Some("EMAIL_URL"), Some(Demanded::Mail)),
        _ => return None,
    };
    let name = named.or(usual)?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let kind = kind.unwrap_or_else(|| by_name(name));
    (plain && begins && name.len() < 80).then(|| (name.to_owned(), kind))
}

/// decouple's `cast=int`.
fn cast(call: &Call) -> Option<Demanded> {
    let (_, cast) = call.keywords.iter().find(|(name, _)| name == "cast")?;
    match cast {
        Value::Name(name) if matches!(name.as_str(), "int" | "float") => Some(Demanded::Number),
        Value::Name(name) if name == "bool" => Some(Demanded::Flag),
        Value::Name(name) if name.contains("db_url") || name.contains("database") => {
            Some(Demanded::Database)
        }
        _ => None,
    }
}

fn by_name(name: &str) -> Demanded {
    match name {
        _ if name.ends_with("DATABASE_URL") || name.ends_with("DB_URL") => Demanded::Database,
        _ if name.ends_with("_URL") => Demanded::Url,
        _ if name.ends_with("_PORT") => Demanded::Number,
        _ => Demanded::Text,
    }
}
