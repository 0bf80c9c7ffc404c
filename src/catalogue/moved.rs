//! Turns `moved.toml` into the names that newer releases of a distribution have no more.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Beside;
use crate::facts::Specifier;

/// Names that left a distribution with one release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The first release without them.
    since: String,
    /// Modules and what is imported from them, by their full names; what lies below a name left with it.
    pub names: Vec<String>,
    /// What to do in the sources.
    pub instead: String,
    /// Distributions that bring the newest one where nothing names it.
    #[serde(default)]
    pub through: Vec<Beside>,
}

impl Moved {
    /// The releases without the names.
    pub fn gone(&self) -> Specifier {
        Specifier::parse(&format!(">={}", self.since)).unwrap_or_default()
    }

    /// What the sources import and a release has no more, and what to do.
    pub fn told(&self, of: &str, names: &str) -> (String, String) {
        let since = &self.since;
        let message = format!("the sources import {names}, which {of} {since} has no more");
        let help = format!("{}, or require `{of}<{since}`", self.instead);
        (message, help)
    }
}

/// Each name with its distribution, normalised, and its row.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn all() -> &'static BTreeMap<&'static str, (&'static str, &'static Moved)> {
    static TABLE: OnceLock<BTreeMap<String, Vec<Moved>>> = OnceLock::new();
    static NAMES: OnceLock<BTreeMap<&str, (&str, &Moved)>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let table = TABLE.get_or_init(|| super::table("moved.toml", include_str!("moved.toml")));
        let rows = table
            .iter()
            .flat_map(|(of, rows)| rows.iter().map(move |row| (of.as_str(), row)));
        let names =
            rows.flat_map(|(of, row)| row.names.iter().map(move |name| (&**name, (of, row))));
        names.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::facts::normalise;

    #[test]
    fn rows_say_what_is_gone_and_what_to_take() {
        for (name, (of, row)) in all() {
            assert_eq!(normalise(of), *of);
            assert!(
                name.contains('.'),
                "{name}: every import of the distribution"
            );
            let gone = row.gone();
            assert!(!gone.is_any() && gone.contains("99999"), "{name}");
            assert!(
                row.instead.len() < 120 && !row.instead.ends_with('.'),
                "{name}"
            );
        }
    }
}
