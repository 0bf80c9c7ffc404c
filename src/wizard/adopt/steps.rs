//! Turns the commands of a `RUN` into wishes, and names those that no setting can say.

use super::read::{Account, Everything};
use super::words::{commands, own};
use crate::inspect::dockerfile::{Instruction, filled};

impl Everything {
    /// What no setting says by itself: the first command that is none of dockwright's own, without its words, which may hold a
    /// secret.
    pub(super) fn run(&mut self, one: &Instruction, account: &mut Account) {
        let mut foreign = None;
        for command in commands(&one.rest) {
            let Some(program) = command.first() else {
                continue;
            };
            let command: Vec<String> = command
                .iter()
                .map(|word| filled(word, &self.known))
                .collect();
            if matches!(program.as_str(), "useradd" | "adduser") {
                let after = |flags: [&str; 2]| {
                    let at = command
                        .iter()
                        .position(|word| flags.contains(&word.as_str()))?;
                    command.get(at + 1)
                };
                account.uid = after(["-u", "--uid"]).and_then(|uid| uid.parse().ok());
                account.name = command.last().cloned();
            }
            let name = program.rsplit('/').next().unwrap_or_default();
            if name.starts_with("pip") || name == "uv" || own().pythons.contains(name) {
                self.installs(&command, one.line);
            }
            if own().pythons.contains(name) {
                // A module or a script is no secret, and without it nobody would know which line is meant.
                if let Some(script) = script(&command) {
                    foreign.get_or_insert(format!("{program} {script}"));
                }
            } else if !own().own_commands.contains(name) {
                foreign.get_or_insert_with(|| program.clone());
            }
        }
        if let Some(program) = foreign {
            let what =
                format!("RUN … {program} …: a place under `[run]` takes it, where it is needed");
            self.leave(one.line, what);
        }
    }

    /// What is installed by name beside the requirements files, and which of these it is.
    fn installs(&mut self, command: &[String], line: u32) {
        let Some(at) = command.iter().position(|word| word == "install") else {
            return;
        };
        let mut words = command[at + 1..].iter();
        let mut files = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-r" | "--requirement" => files.extend(words.next().cloned()),
                option if own().pip_options.contains(option) => {
                    words.next();
                }
                option if option.starts_with('-') => {
                    let file = option.strip_prefix("--requirement=");
                    let file = file.or_else(|| option.strip_prefix("-r"));
                    files.extend(file.map(ToOwned::to_owned));
                }
                path if path.starts_with(['.', '/']) || path.contains(['$', '*', '/']) => {}
                name => {
                    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
                    let name = name[..end.unwrap_or(name.len())].to_owned();
                    if !name.is_empty() && !own().installers.contains(name.as_str()) {
                        self.installed.push((line, name));
                    }
                }
            }
        }
        if let [file] = &files[..]
            && !file.starts_with('/')
        {
            let file = file.strip_prefix("./").unwrap_or(file);
            self.wish("requirements", file, line);
        }
    }
}

/// What an interpreter runs, where that is none of dockwright's own steps.
fn script(command: &[String]) -> Option<String> {
    let mut words = command[1..].iter().skip_while(|word| {
        // `-u`, `-B`: everything but `-m` and `-c` stands before the script.
        word.starts_with('-') && !matches!(word.as_str(), "-m" | "-c" | "-")
    });
    let first = words.next()?;
    let (shown, name) = match first.as_str() {
        "-m" => {
            let name = words.next()?;
            (format!("-m {name}"), name)
        }
        _ => (first.clone(), first),
    };
    let steps = [name.as_str(), words.next().map_or("", String::as_str)].join(" ");
    let is_own = |step: &String| steps.trim() == step || steps.starts_with(&format!("{step} "));
    (!own().own_scripts.iter().any(is_own)).then_some(shown)
}
