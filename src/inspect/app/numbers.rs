//! Turns the names of ports into the numbers that the code gives them.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::Corpus;
use crate::catalogue::services;
use crate::inspect::syntax::Value;

/// Fields of settings' classes for where the application itself listens.
const FIELDS: [&str; 5] = ["port", "api_port", "http_port", "server_port", "web_port"];

/// Settings whose names end in `PORT`, and a class's fields that are called `port`, each with the one number that the project's files
/// give it: in a class, in a dictionary, as what stands in for a variable of the environment. A service's own port is none.
pub(super) fn ports(corpus: &Corpus) -> BTreeMap<&str, u16> {
    let mut found: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    let mut add = |name, value| {
        if let Some(port) = number(value).filter(|port| !services::is_port(*port))
            && named(name)
        {
            found.entry(name).or_default().insert(port);
        }
    };
    for source in &corpus.sources {
        for assign in &source.outline.assigns {
            add(last(&assign.target), &assign.value);
            let mut open = vec![&assign.value];
            while let Some(value) = open.pop() {
                if let Value::Dict(entries) = value {
                    for (key, value) in entries {
                        add(key.as_text().unwrap_or_default(), value);
                        open.push(value);
                    }
                }
            }
        }
        for field in &source.outline.fields {
            if let Some(value) = &field.value {
                add(&field.name, value);
            }
        }
    }
    let one = |(name, ports): (_, BTreeSet<u16>)| {
        let port = ports.first().filter(|_| ports.len() == 1);
        port.map(|port| (name, *port))
    };
    found.into_iter().filter_map(one).collect()
}

/// The number that an expression gives a port: written there, or by a setting's name.
pub(super) fn port(value: &Value, ports: &BTreeMap<&str, u16>) -> Option<u16> {
    match value {
        Value::Name(name) => ports.get(last(name)).copied(),
        Value::Call(call) if call.callee == "int" => port(call.args.first()?, ports),
        value => number(value),
    }
}

/// `8081`, `"8081"`, `int(os.environ.get("WEB_PORT", 8081))`, `Field(default=8081)`.
fn number(value: &Value) -> Option<u16> {
    let inner = match value {
        Value::Call(call) => match call.method() {
            "int" => call.args.first(),
            "Field" => call.argument("default", 0),
            "get" | "getenv" | "env" | "config" => call.argument("default", 1),
            _ => None,
        },
        value => return value.as_setting()?.replace('_', "").parse().ok(),
    };
    number(inner?)
}

fn named(name: &str) -> bool {
    let constant = name.ends_with("PORT") && !name.chars().any(char::is_lowercase);
    constant || FIELDS.contains(&name)
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}
