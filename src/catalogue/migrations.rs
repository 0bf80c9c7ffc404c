//! Turns `migrations.toml` into what is known of tools that change a database's schema.

use std::sync::OnceLock;

use serde::Deserialize;

/// One tool; the fields are explained at the head of `migrations.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Name on `PyPI`.
    pub distribution: String,
    /// What shows that it is set up.
    pub file: String,
    /// What changes the schema.
    pub command: Vec<String>,
    /// Only beside this framework.
    pub framework: Option<String>,
    /// Where this is written.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    tool: Vec<Tool>,
}

/// Every tool, the more special first.
pub fn all() -> &'static [Tool] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || super::table("migrations.toml", include_str!("migrations.toml"));
    &TABLE.get_or_init(read).tool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_command_and_a_source() {
        for tool in all() {
            assert!(tool.command.len() > 1, "{tool:?}");
            assert!(tool.source.starts_with("https://"), "{tool:?}");
        }
    }
}
