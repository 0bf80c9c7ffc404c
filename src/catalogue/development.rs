//! Turns a program that a build asks for into the Debian packages that it takes, where these are not simply those that ship it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The packages with a program that compiles, or tells a compiler where things are; empty for a stranger.
pub fn program(name: &str) -> &'static [String] {
    table().get(name).map_or(&[], Vec::as_slice)
}

fn table() -> &'static BTreeMap<String, Vec<String>> {
    static TABLE: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    TABLE.get_or_init(|| super::table("development.toml", include_str!("development.toml")))
}

#[cfg(test)]
mod tests {
    use super::{program, table};
    use crate::catalogue::headers;
    use crate::settings::Suite;

    #[test]
    fn programs_of_builds_are_known() {
        assert_eq!(program("gcc"), ["gcc", "libc6-dev"]);
        assert!(program("no-such-program").is_empty());
    }

    #[test]
    fn the_table_holds_what_the_index_does_not_say() {
        let repeated = table().iter().filter(|(name, packages)| {
            [Suite::Bookworm, Suite::Trixie]
                .iter()
                .all(|suite| headers::program(name, *suite).as_slice() == packages.as_slice())
        });
        assert_eq!(
            repeated.map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            [""; 0]
        );
    }
}
