//! Turns `node.toml` into what is known of Node.js: images, package managers, and the tools that write files for the browser.

use std::sync::OnceLock;

use serde::Deserialize;

use super::Suite;

/// The whole table; the fields are explained at the head of `node.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// When the versions were looked up.
    pub checked: String,
    /// The major version for projects that name none.
    pub default: u32,
    /// Newest first.
    #[serde(rename = "release")]
    pub releases: Vec<Release>,
    /// Those of one name newest first.
    #[serde(rename = "manager")]
    pub managers: Vec<Manager>,
    /// The first that fits counts.
    #[serde(rename = "bundler")]
    pub bundlers: Vec<Bundler>,
}

/// A major version with official images.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Its number.
    pub major: u32,
    /// Debian releases that its slim image exists for.
    pub suites: Vec<Suite>,
    /// It gets no new images.
    #[serde(default)]
    pub ended: bool,
    /// Where this is written.
    pub source: String,
}

/// A package manager, from one major version on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// As `packageManager` spells it.
    pub name: String,
    /// The first major version that this holds for.
    #[serde(default)]
    pub since: u32,
    /// The package of npm that brings it; `None`: the image has it.
    pub package: Option<String>,
    /// What is installed where the project names no version.
    pub version: Option<String>,
    /// File names of its lock.
    pub locks: Vec<String>,
    /// What the lock's head holds.
    pub holds: Option<String>,
    /// Installs what the lock says.
    pub install: String,
    /// Installs without a lock, and writes none.
    pub unlocked: String,
    /// Runs the `build` script.
    pub run: String,
    /// Further files that the installation reads.
    pub files: Vec<String>,
    /// Where downloads are kept.
    pub cache: String,
    /// Where this is written.
    pub source: String,
}

/// A tool that writes files for the browser.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundler {
    /// As people call it.
    pub name: String,
    /// Words of a `build` script.
    pub programs: Vec<String>,
    /// Names of dependencies.
    pub packages: Vec<String>,
    /// Its configuration files.
    #[serde(default)]
    pub configs: Vec<String>,
    /// Keys there, the last of which names where it writes.
    #[serde(default)]
    pub setting: Vec<String>,
    /// The key that moves what that is relative to.
    pub base: Option<String>,
    /// Options that name where it writes.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Where it writes unless told otherwise.
    pub output: Option<String>,
    /// Where this is written.
    pub source: String,
}

impl Node {
    /// The embedded table.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Node> = OnceLock::new();
        TABLE.get_or_init(|| super::table("node.toml", include_str!("node.toml")))
    }

    /// A release by its number.
    pub fn release(&self, major: u32) -> Option<&Release> {
        self.releases.iter().find(|release| release.major == major)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let node = Node::builtin();
        assert!(node.release(node.default).is_some_and(|one| !one.ended));
        assert!(
            node.releases
                .is_sorted_by_key(|one| std::cmp::Reverse(one.major))
        );
        for manager in &node.managers {
            assert!(manager.source.starts_with("https://"), "{}", manager.name);
            assert_eq!(manager.package.is_some(), manager.version.is_some());
        }
        for bundler in &node.bundlers {
            assert!(bundler.source.starts_with("https://"), "{}", bundler.name);
            assert_eq!(bundler.configs.is_empty(), bundler.setting.is_empty());
        }
    }
}
