//! Turns a program that a build asks for into the Debian packages that ship it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The packages with a program that compiles, or tells a compiler where things are; empty for a stranger.
pub fn program(name: &str) -> &'static [String] {
    static TABLE: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    TABLE
        .get_or_init(|| super::table("development.toml", include_str!("development.toml")))
        .get(name)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn programs_of_builds_are_known() {
        assert_eq!(program("pg_config"), ["libpq-dev"]);
        assert_eq!(program("gcc"), ["gcc", "libc6-dev"]);
        assert!(program("no-such-program").is_empty());
    }
}
