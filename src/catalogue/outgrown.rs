//! Turns `outgrown.toml` into the releases that fail beside what the installer takes with them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::entry::{Advice, ArtefactKind, Beside, range};
use crate::facts::Specifier;

/// Releases of one distribution that another has outgrown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outgrown {
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

impl From<Outgrown> for Advice {
    fn from(row: Outgrown) -> Self {
        let Outgrown {
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
            code: "outgrown".to_owned(),
            message: why,
            help: format!("require {}", ways.join(", or ")),
            versions,
            python,
            beside: vec![Beside {
                versions: Specifier::parse(&format!(">={since}")).unwrap_or_default(),
                name: of,
                artefact: None,
                brought: !named,
            }],
            without: cure.into_iter().collect(),
            // What is compiled now is compiled against what is there.
            artefact: wheel.then_some(ArtefactKind::Wheel),
            ..Self::default()
        }
    }
}

/// What has outgrown releases of a distribution, by its normalised name; the messages go on from that name (`imports url_quote, which
/// Werkzeug 3 removed`).
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn of(name: &str) -> &'static [Advice] {
    all().get(name).map_or(&[], Vec::as_slice)
}

fn all() -> &'static BTreeMap<String, Vec<Advice>> {
    static TABLE: OnceLock<BTreeMap<String, Vec<Advice>>> = OnceLock::new();
    TABLE.get_or_init(|| super::advice::<Outgrown>("outgrown.toml", include_str!("outgrown.toml")))
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
                let beside = &row.beside[0];
                let at = format!("{name} beside {}", beside.name);
                assert_eq!(normalise(&beside.name), beside.name, "{at}");
                assert!(!beside.versions.is_any(), "{at}: no release");
                let newest = row.versions.contains("99999");
                let newer = row.help.contains(&format!("`{name}>="));
                assert!(newest != newer, "{at}: a newer one helps, or none does");
                let why = &row.message;
                assert!(!why.is_empty() && !why.ends_with('.'), "{at}");
                assert!(why.len() < 140, "{at}: {why}");
            }
        }
    }
}
