//! Turns `outgrown.toml` into the releases that fail beside what the installer takes with them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::entry::{Beside, range};
use crate::facts::Specifier;

/// Releases of one distribution, and the other that has outgrown them.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Row")]
pub struct Outgrown {
    /// The releases that fail.
    pub versions: Specifier,
    /// The Pythons that the outgrown other can be had for.
    pub python: Specifier,
    /// The other, and from which release on.
    pub beside: Beside,
    /// Distributions beside which they work all the same.
    pub without: Vec<String>,
    /// Only wheels fail: what is compiled now is compiled against what is there.
    pub wheel: bool,
    /// What goes wrong, said of the distribution: `imports url_quote, which Werkzeug 3 removed`.
    pub why: String,
    /// What to require: werkzeug below 3 beside it, or a newer Flask.
    pub help: String,
}

/// A row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(deserialize_with = "range")]
    versions: Specifier,
    of: String,
    since: String,
    #[serde(default, deserialize_with = "range")]
    python: Specifier,
    #[serde(default)]
    cure: Option<String>,
    #[serde(default)]
    wheel: bool,
    #[serde(default)]
    named: bool,
    why: String,
    take: Option<String>,
}

impl From<Row> for Outgrown {
    fn from(row: Row) -> Self {
        let Row {
            versions,
            of,
            since,
            python,
            cure,
            wheel,
            named,
            why,
            take,
        } = row;
        let mut ways = vec![format!("`{of}<{since}` beside it")];
        let others = take.iter().chain(&cure);
        ways.extend(others.map(|one| format!("`{one}`")));
        Self {
            help: format!("require {}", ways.join(", or ")),
            versions,
            python,
            beside: Beside {
                versions: Specifier::parse(&format!(">={since}")).unwrap_or_default(),
                name: of,
                artefact: None,
                brought: !named,
            },
            without: cure.into_iter().collect(),
            wheel,
            why,
        }
    }
}

/// What has outgrown releases of a distribution, by its normalised name.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn of(name: &str) -> &'static [Outgrown] {
    all().get(name).map_or(&[], Vec::as_slice)
}

fn all() -> &'static BTreeMap<String, Vec<Outgrown>> {
    static TABLE: OnceLock<BTreeMap<String, Vec<Outgrown>>> = OnceLock::new();
    TABLE.get_or_init(|| super::table("outgrown.toml", include_str!("outgrown.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::normalise;

    #[test]
    fn every_row_names_a_release_from_which_it_holds() {
        assert!(all().keys().is_sorted());
        for (name, rows) in all() {
            assert_eq!(normalise(name), *name);
            for row in rows {
                let at = format!("{name} beside {}", row.beside.name);
                assert_eq!(normalise(&row.beside.name), row.beside.name, "{at}");
                assert!(!row.beside.versions.is_any(), "{at}: no release");
                let newest = row.versions.contains("99999");
                let newer = row.help.contains(&format!("`{name}>="));
                assert!(newest != newer, "{at}: a newer one helps, or none does");
                assert!(!row.why.is_empty() && !row.why.ends_with('.'), "{at}");
                assert!(row.why.len() < 140, "{at}: {}", row.why);
            }
        }
    }
}
