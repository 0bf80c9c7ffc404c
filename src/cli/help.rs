//! Turns clap's own description of the command line into help that fits a screen, completion scripts and manual pages.

use std::ffi::OsString;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::Cli;

/// What `-h` shows of a command's flags; `--help` shows all of them.
const SHORT: &[&str] = &[
    "help", "dir", "yes", "stdout", "diff", "format", "fix", "python", "command",
];

/// Examples below the help of each command.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "init",
        "Examples:\n  dockwright init                  ask, for the project here\n  dockwright init --yes backend    take every proposal\n  dockwright init --help           every flag",
    ),
    (
        "generate",
        "Examples:\n  dockwright generate --diff backend    what would change\n  dockwright generate --bake            with a docker-bake.hcl\n  dockwright generate --help            every flag",
    ),
    (
        "check",
        "Examples:\n  dockwright check                 exit 1 when the files are out of date\n  dockwright check services/api    a service of a monorepo\n  dockwright check --help          every flag",
    ),
    (
        "watch",
        "Examples:\n  dockwright watch                 until Ctrl-C, for the project here\n  dockwright watch services/api    a service of a monorepo\n  dockwright watch --help          every flag",
    ),
    (
        "update",
        "Examples:\n  dockwright update                renew digests and uv\n  dockwright update --diff         what would change\n  dockwright update --help         every flag",
    ),
    (
        "verify",
        "Examples:\n  dockwright verify                build the image here and prove it\n  dockwright verify --fix          write down what is missing, until it holds",
    ),
    (
        "explain",
        "Examples:\n  dockwright explain                           for people\n  dockwright explain --format json | jq .base  for scripts\n  dockwright explain --help                    every flag",
    ),
    (
        "catalogue",
        "Examples:\n  dockwright catalogue             every name\n  dockwright catalogue psycopg2    what it needs, and how that was proved",
    ),
    (
        "completions",
        "Examples:\n  source <(dockwright completions bash)\n  dockwright completions zsh > ~/.zfunc/_dockwright\n  dockwright completions fish > ~/.config/fish/completions/dockwright.fish\n  dockwright completions powershell | Out-String | Invoke-Expression",
    ),
    (
        "schema",
        "Example:\n  dockwright schema > dockwright.schema.json    for an editor that completes dockwright.toml",
    ),
];

/// The command line for these arguments: as it stands, or with its examples and without what a screen has no room for where they ask
/// for help. What asks for nothing of the kind is spared the flags of all other commands.
pub(super) fn command(arguments: impl Iterator<Item = OsString>) -> Command {
    let (mut short, mut long) = (false, false);
    for argument in arguments {
        let word = argument.to_string_lossy();
        long |= word == "--help" || word == "help";
        // Alone or behind another one: `-yh`.
        short |= word.starts_with('-') && !word.starts_with("--") && word.contains('h');
    }
    if short || long {
        told(short)
    } else {
        Cli::command()
    }
}

/// The whole command line with its examples; `short` hides the flags that `-h` has no room for.
///
/// clap's own `hide_short_help` would spread `--help` over three lines a flag.
fn told(short: bool) -> Command {
    let bare = Cli::command();
    let mut all = bare.clone();
    all.build();
    all.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        let examples = EXAMPLES.iter().find(|(of, _)| *of == name);
        // Building put what documents the flags' type over what the command does.
        let command = match bare.find_subcommand(&name).and_then(Command::get_about) {
            Some(about) => command.about(about.clone()),
            None => command,
        };
        let command = command.mut_args(|argument| {
            let shown = SHORT.contains(&argument.get_id().as_str());
            let hidden = short && argument.get_long().is_some() && !shown;
            let argument = argument.hide_env(true);
            if hidden {
                argument.hide(true)
            } else {
                argument
            }
        });
        match examples {
            Some((_, examples)) => command.after_help(*examples),
            None => command,
        }
    })
}

/// The completion script of a shell; `None` for a name that is no shell.
pub fn completions(shell: &str) -> Option<String> {
    let shell = <Shell as clap::ValueEnum>::from_str(shell, true).ok()?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut told(false), "dockwright", &mut script);
    String::from_utf8(script).ok()
}

/// The manual page of the program, or of one of its commands; `None` for a name that is no command.
pub fn manual(of: Option<&str>) -> Option<String> {
    let all = told(false);
    let command = match of {
        None => all,
        Some(name) => all.find_subcommand(name)?.clone(),
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).ok()?;
    String::from_utf8(page).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_examples_and_every_short_flag_exists() {
        let cli = told(false);
        let visible = cli
            .get_subcommands()
            .filter(|command| !command.is_hide_set() && command.get_name() != "help");
        for command in visible {
            let name = command.get_name();
            assert!(EXAMPLES.iter().any(|(of, _)| *of == name), "{name}");
        }
        for id in SHORT {
            let known = cli.get_subcommands().any(|command| {
                command
                    .get_arguments()
                    .any(|argument| argument.get_id() == id)
            });
            assert!(known, "{id}");
        }
    }

    #[test]
    fn an_example_parses() {
        for (_, examples) in EXAMPLES {
            let lines = examples.lines().filter(|line| !line.contains("--help"));
            for line in lines.filter(|line| line.starts_with("  dockwright ")) {
                let line = line.split(['|', '>']).next().unwrap_or_default();
                let line = line.trim();
                let (words, _) = line.split_once("  ").unwrap_or((line, ""));
                let parsed = Cli::command().try_get_matches_from(words.split_whitespace());
                assert!(parsed.is_ok(), "{line}: {parsed:?}");
            }
        }
    }
}
