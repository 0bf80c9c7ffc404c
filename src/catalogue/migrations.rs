//! Turns `migrations.toml` into [`Migration`]s: what brings a database up to date before a release.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// One tool; the fields are explained at the head of `migrations.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// Name on `PyPI`.
    pub distribution: String,
    /// The file that shows its use.
    pub marker: String,
    /// What runs.
    pub command: Vec<String>,
    /// The framework that it belongs to.
    pub framework: Option<String>,
    /// Where this is written.
    pub source: String,
}

/// All tools by name.
///
/// # Panics
/// Never in a released program: a test reads the table.
pub fn all() -> &'static BTreeMap<String, Migration> {
    static TABLE: OnceLock<BTreeMap<String, Migration>> = OnceLock::new();
    TABLE.get_or_init(|| super::table("migrations.toml", include_str!("migrations.toml")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_tool_can_be_seen_and_run() {
        assert!(super::all().len() > 1);
        for (name, tool) in super::all() {
            assert!(tool.source.starts_with("https://"), "{name}");
            assert!(
                !tool.command.is_empty() && !tool.marker.is_empty(),
                "{name}"
            );
        }
    }
}
