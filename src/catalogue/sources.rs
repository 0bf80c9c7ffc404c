//! Turns `sources.toml` into [`Need`]s: what a call or an import in the sources asks of the system.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// One native need; the fields are explained at the head of `sources.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Programs that show it.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Imports that show it.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Libraries loaded by name that show it.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// `GObject` namespaces that show it.
    #[serde(default)]
    pub typelibs: Vec<String>,
    /// Django applications that show it.
    #[serde(default)]
    pub apps: Vec<String>,
    /// Database engines that show it.
    #[serde(default)]
    pub engines: Vec<String>,
    /// The reason.
    pub why: String,
    /// Where it can be seen.
    pub source: String,
    /// Packages of Debian 13 and later.
    pub debian: Packages,
    /// Packages of Debian 12, where the names differ.
    pub bookworm: Option<Packages>,
}

/// Packages of one distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// Needed where dependencies are built.
    #[serde(default)]
    pub build: Vec<String>,
    /// Needed in the final image.
    #[serde(default)]
    pub run: Vec<String>,
}

/// All needs by key.
pub fn all() -> &'static BTreeMap<String, Need> {
    static TABLE: OnceLock<BTreeMap<String, Need>> = OnceLock::new();
    TABLE.get_or_init(|| embedded(include_str!("sources.toml")))
}

/// An embedded table; an unreadable one is empty, which the tests of each table refuse.
pub(super) fn embedded<T: DeserializeOwned + Default>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_is_shown_by_something_and_no_program_twice() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(all().len() > 60, "the table could not be read");
        for (key, need) in all() {
            assert!(need.source.starts_with("https://"), "{key}");
            for program in &need.programs {
                assert!(seen.insert(program), "{program} stands twice");
            }
        }
    }
}
