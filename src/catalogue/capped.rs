//! Turns `capped.toml` into the releases that do not take the newest Pythons.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::entry::{Advice, range};
use crate::facts::Specifier;

/// Releases of one distribution with the same bound.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capped {
    #[serde(deserialize_with = "range")]
    versions: Specifier,
    newest: u8,
}

impl From<Capped> for Advice {
    fn from(row: Capped) -> Self {
        let Capped { versions, newest } = row;
        let beyond = format!(">=3.{}", newest + 1);
        Self {
            code: "python-too-new".to_owned(),
            message: format!("takes Python 3.{newest} at most, by its metadata"),
            help: format!("use `--python 3.{newest}`"),
            versions,
            python: Specifier::parse(&beyond).unwrap_or_default(),
            from_default_index: true,
            hinders: true,
            ..Self::default()
        }
    }
}

/// What keeps releases of a distribution from newer Pythons, by its normalised name; the messages go on from that name.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn of(name: &str) -> &'static [Advice] {
    all().get(name).map_or(&[], Vec::as_slice)
}

fn all() -> &'static BTreeMap<String, Vec<Advice>> {
    static TABLE: OnceLock<BTreeMap<String, Vec<Advice>>> = OnceLock::new();
    TABLE.get_or_init(|| super::advice::<Capped>("capped.toml", include_str!("capped.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::normalise;

    #[test]
    fn the_newest_release_of_each_leaves_a_python_out() {
        for (name, rows) in all() {
            assert_eq!(normalise(name), *name);
            assert!(rows[0].versions.contains("99999"), "{name}");
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(row.versions.contains("99999"), at == 0, "{name}");
                assert!(!row.python.is_any(), "{name}");
            }
        }
    }
}
