//! Turns `removed.toml` into the modules and names that newer Pythons have no more.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// A module that the standard library once had, or a name in one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// The first release without it: the 12 of 3.12.
    pub since: u8,
    /// Distributions that bring it back.
    #[serde(default)]
    pub brought: Vec<String>,
    /// What to do in the sources.
    pub instead: Option<String>,
}

/// All of them by their dotted names.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn all() -> &'static BTreeMap<String, Removed> {
    static TABLE: OnceLock<BTreeMap<String, Removed>> = OnceLock::new();
    TABLE.get_or_init(|| super::table("removed.toml", include_str!("removed.toml")))
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn modules_say_which_release_left_them_out() {
        assert_eq!(all().get("imp").map(|one| one.since), Some(12));
        assert!(all().values().all(|one| (9..=14).contains(&one.since)));
    }
}
