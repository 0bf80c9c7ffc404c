//! Turns lines of a Dockerfile into commands, and knows which of them dockwright writes itself.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::inspect::dockerfile::words;

/// What dockwright decides itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Known {
    pub(super) build_packages: BTreeSet<String>,
    pub(super) own_packages: BTreeSet<String>,
    pub(super) own_variables: BTreeSet<String>,
    pub(super) own_prefixes: Vec<String>,
    pub(super) inits: BTreeSet<String>,
    pub(super) own_commands: BTreeSet<String>,
    pub(super) own_scripts: BTreeSet<String>,
    pub(super) pythons: BTreeSet<String>,
    pub(super) installers: BTreeSet<String>,
    pub(super) pip_options: BTreeSet<String>,
    pub(super) system_users: BTreeSet<String>,
}

pub(super) fn own() -> &'static Known {
    static TABLE: OnceLock<Known> = OnceLock::new();
    TABLE.get_or_init(|| {
        crate::catalogue::table("adopt.toml", include_str!("../../catalogue/adopt.toml"))
    })
}

/// Does dockwright set the variable itself, or does only an installer read it?
pub(super) fn is_own(name: &str) -> bool {
    own().own_variables.contains(name)
        || own()
            .own_prefixes
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// The simple commands of a shell line, split where `&&`, `||`, `;` and `|` stand by themselves or end a word.
pub(super) fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for word in words(line) {
        let last = commands.len() - 1;
        if matches!(word.as_str(), "&&" | "||" | ";" | "|") {
            commands.push(Vec::new());
        } else if let Some(word) = word.strip_suffix(';') {
            commands[last].push(word.to_owned());
            commands.push(Vec::new());
        } else if !(commands[last].is_empty() && (word.starts_with("--") || is_assignment(&word))) {
            commands[last].push(word);
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}
