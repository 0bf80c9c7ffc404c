//! Turns `before.toml` into the command that must run before a Debian package is installed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// What a command is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Preparation {
    /// Half a sentence.
    why: String,
    /// A link, or the command that shows it: for the reader of the table, and for the test below.
    #[cfg_attr(not(test), expect(dead_code, reason = "evidence, not input"))]
    source: String,
    /// Names of packages; a final `*` stands for any end.
    packages: Vec<String>,
}

/// The command that a package needs before it, and why; `None` for nearly all.
#[must_use]
pub fn before(package: &str) -> Option<(&'static str, &'static str)> {
    let fits = |name: &String| match name.strip_suffix('*') {
        Some(start) => package.starts_with(start),
        None => package == name,
    };
    table()
        .iter()
        .find(|(_, preparation)| preparation.packages.iter().any(fits))
        .map(|(command, preparation)| (command.as_str(), preparation.why.as_str()))
}

fn table() -> &'static BTreeMap<String, Preparation> {
    static TABLE: OnceLock<BTreeMap<String, Preparation>> = OnceLock::new();
    TABLE.get_or_init(|| super::embedded(include_str!("before.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_needs_a_folder_and_git_nothing() {
        let command = Some("mkdir --parents /usr/share/man/man1");
        assert_eq!(
            before("default-jre-headless").map(|(command, _)| command),
            command
        );
        assert_eq!(
            before("openjdk-21-jre-headless").map(|(command, _)| command),
            command
        );
        assert_eq!(before("git"), None);
        assert_eq!(before("default-jre-headless-x"), None);
    }

    #[test]
    fn every_command_is_plain_words_with_a_source() {
        assert!(!table().is_empty(), "the table could not be read");
        for (command, preparation) in table() {
            let plain = |c: char| c.is_ascii_alphanumeric() || " -_/.".contains(c);
            assert!(command.chars().all(plain), "{command}");
            assert!(preparation.source.starts_with("$ "), "{command}");
        }
    }
}
