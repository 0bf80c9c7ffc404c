//! Turns settings into the flags that say the same, each word as a shell reads it.

use toml::Value;

use crate::error::{is_unsafe, printable};
use crate::facts::quoted;
use crate::settings::Settings;

/// The flags of `generate` that ask for what these settings ask for, in the order of their keys.
pub fn flags(settings: &Settings) -> Vec<String> {
    let mut flags = Vec::new();
    for (key, value) in settings.said() {
        let flag = flag(&key);
        match (key.split_once('.'), value) {
            (_, Value::Boolean(true)) => {}
            (_, Value::Boolean(false)) => flags.push(flag),
            (_, Value::Array(list)) => {
                let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                flags.push(format!("{flag} {}", typed(&names.join(","))));
            }
            (Some(("env", name)), value) => {
                flags.push(format!(
                    "{flag} {}",
                    typed(&format!("{name}={}", text(&value)))
                ));
            }
            (_, value) => flags.push(format!("{flag} {}", typed(&text(&value)))),
        }
    }
    flags
}

/// The flag of a dotted key; those of a switch say no.
fn flag(key: &str) -> String {
    match key.split_once('.') {
        Some(("packages", stage)) => format!("--{stage}-packages"),
        Some((outer, _)) => format!("--{outer}"),
        None if matches!(key, "buildkit" | "healthcheck") => format!("--no-{key}"),
        None if key == "platforms" => "--platform".to_owned(),
        None => format!("--{key}"),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// As a shell reads it; only what nobody could see is escaped.
fn typed(text: &str) -> String {
    if text.chars().any(is_unsafe) {
        quoted(&printable(text))
    } else {
        quoted(text)
    }
}
