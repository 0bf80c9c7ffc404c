//! Turns settings into what they say, key by key, and back: the form in which they are compared, answered and written.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Settings;
use crate::error::{Error, printable};

impl Settings {
    /// What is asked for, by dotted key (`packages.run`, `env.TZ`); a key that leaves it to the inspection is not there.
    pub fn said(&self) -> BTreeMap<String, Value> {
        let table = Table::try_from(self)
            .unwrap_or_else(|error| unreachable!("settings came out of TOML: {error}"));
        let mut said = BTreeMap::new();
        for (key, value) in table {
            match value {
                Value::Table(inner) => said.extend(
                    inner
                        .into_iter()
                        .map(|(name, value)| (format!("{key}.{name}"), value)),
                ),
                value => {
                    said.insert(key, value);
                }
            }
        }
        said.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
        said
    }

    /// These settings with one dotted key set, or with `None` left to the inspection.
    ///
    /// # Errors
    /// There is no such key, or its value is of another type.
    pub fn with(&self, key: &str, value: Option<Value>) -> Result<Self, Error> {
        let mut said = self.said();
        match value {
            Some(value) => said.insert(key.to_owned(), value),
            None => said.remove(key),
        };
        let mut table = Table::new();
        for (key, value) in said {
            match key.split_once('.') {
                None => {
                    table.insert(key, value);
                }
                Some((outer, name)) => {
                    let inner = table
                        .entry(outer)
                        .or_insert_with(|| Value::Table(Table::new()));
                    if let Value::Table(inner) = inner {
                        inner.insert(name.to_owned(), value);
                    }
                }
            }
        }
        table
            .try_into()
            .map_err(|error: toml::de::Error| Error::Settings {
                what: format!("`{key}` cannot be that: {}", printable(error.message())),
                at: None,
                help: "`dockwright schema` prints every setting with its type".to_owned(),
            })
    }
}

/// A dotted key as TOML has it: the name of a label may hold dots of its own.
pub fn key(dotted: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match dotted.split_once('.') {
        Some((table, name)) if !name.chars().all(bare) => {
            format!("{table}.{}", Value::from(name))
        }
        _ => dotted.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn settings_say_what_is_set_and_nothing_else() {
        assert!(Settings::default().said().is_empty());
        let text = "python = \"3.13\"\nport = 80\n[packages]\nrun = [\"a\", \"!b\"]\n[env]\nTZ = \"UTC\"\n";
        let settings = Settings::parse(text, "dockwright.toml").unwrap();
        let keys: Vec<String> = settings.said().into_keys().collect();
        assert_eq!(keys, ["env.TZ", "packages.run", "port", "python"]);
    }

    #[test]
    fn a_key_reads_back() {
        for dotted in ["port", "env.TZ", "labels.org.example", "labels.a\"b"] {
            let text = format!("{} = 1", key(dotted));
            let table: Table = toml::from_str(&text).unwrap();
            let (outer, name) = dotted.split_once('.').unwrap_or((dotted, ""));
            assert!(
                table[outer] == Value::from(1) || table[outer].get(name).is_some(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_is_set_and_taken_back() {
        let empty = Settings::default();
        let one = empty
            .with("packages.run", Some(vec!["git"].into()))
            .unwrap();
        assert_eq!(one.packages.run, ["git"]);
        assert_eq!(one.with("packages.run", None).unwrap(), empty);
        assert!(empty.with("prot", Some(80.into())).is_err());
        assert!(empty.with("port", Some(70_000.into())).is_err());
    }
}
