//! Turns `writes.toml` into what distributions write while they run.

use std::sync::OnceLock;

use serde::Deserialize;

/// One place; the fields are explained at the head of `writes.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// Who writes, then those that bring it.
    pub distributions: Vec<String>,
    /// The first release that does.
    pub since: Option<(u64, u64)>,
    /// The variable that moves it.
    pub variable: Option<String>,
    /// Where to.
    pub path: String,
    /// It should outlive the container.
    #[serde(default)]
    pub volume: bool,
    /// What it does there.
    pub what: String,
    /// Where this is written.
    pub source: String,
}

/// Where a distribution puts SQLite files with a relative path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sqlite {
    /// Name on `PyPI`.
    pub distribution: String,
    /// The folder.
    pub folder: String,
    /// Where this is written.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    write: Vec<Write>,
    sqlite: Vec<Sqlite>,
}

/// Every place.
pub fn all() -> &'static [Write] {
    &table().write
}

/// Every habit with SQLite files.
pub fn sqlite() -> &'static [Sqlite] {
    &table().sqlite
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| super::table("writes.toml", include_str!("writes.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_a_writer_and_a_source() {
        for write in all() {
            assert!(!write.distributions.is_empty(), "{write:?}");
            assert!(write.source.starts_with("https://"), "{write:?}");
            assert_eq!(write.path.starts_with('/'), write.variable.is_some());
        }
    }
}
