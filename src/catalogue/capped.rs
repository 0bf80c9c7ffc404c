//! Turns `capped.toml` into the releases that do not take the newest Pythons.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::entry::{Advice, range};
use crate::facts::Specifier;

/// Releases of one distribution with the same bound: the advice whose message goes on from the distribution's name.
#[derive(Debug, Deserialize)]
#[serde(from = "Row")]
struct Capped(Advice);

/// A row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(deserialize_with = "range")]
    versions: Specifier,
    newest: u8,
}

impl From<Row> for Capped {
    fn from(row: Row) -> Self {
        let Row { versions, newest } = row;
        let beyond = format!(">=3.{}", newest + 1);
        Self(Advice {
            code: "python-too-new".to_owned(),
            message: format!("takes Python 3.{newest} at most, by its metadata"),
            help: format!("use `--python 3.{newest}`"),
            versions,
            python: Specifier::parse(&beyond).unwrap_or_default(),
            beside: Vec::new(),
            without: Vec::new(),
            from_default_index: true,
            artefact: None,
            suite: None,
            hinders: true,
        })
    }
}

/// What keeps releases of a distribution from newer Pythons, by its normalised name.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn of(name: &str) -> impl Iterator<Item = &'static Advice> {
    let rows = all().get(name).into_iter().flatten();
    rows.map(|Capped(advice)| advice)
}

fn all() -> &'static BTreeMap<String, Vec<Capped>> {
    static TABLE: OnceLock<BTreeMap<String, Vec<Capped>>> = OnceLock::new();
    TABLE.get_or_init(|| super::table("capped.toml", include_str!("capped.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::normalise;

    #[test]
    fn the_newest_release_of_each_leaves_a_python_out() {
        for (name, rows) in all() {
            assert_eq!(normalise(name), *name);
            assert!(rows[0].0.versions.contains("99999"), "{name}");
            for (at, Capped(row)) in rows.iter().enumerate() {
                assert_eq!(row.versions.contains("99999"), at == 0, "{name}");
                assert!(!row.python.is_any(), "{name}");
            }
        }
    }
}
