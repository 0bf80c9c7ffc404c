//! Turns settings into the flags that say the same, each word as a shell reads it.

use toml::Value;

use crate::error::{is_unsafe, printable};
use crate::facts::quoted;
use crate::settings::Settings;

/// The flags of `generate` that ask for what these settings ask for, in the order of their keys.
pub fn flags(settings: &Settings) -> Vec<String> {
    let mut flags = Vec::new();
    for (key, value) in settings.said() {
        let flag = flag(&key);
        match (key.split_once('.'), value) {
            (_, Value::Boolean(said)) if said == (key == "pin") => flags.push(flag),
            (_, Value::Boolean(_)) => {}
            (_, Value::Array(list)) => {
                let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                flags.push(format!("{flag} {}", typed(&names.join(","))));
            }
            (Some(("env", name)), value) => {
                flags.push(format!(
                    "{flag} {}",
                    typed(&format!("{name}={}", text(&value)))
                ));
            }
            (_, value) => flags.push(format!("{flag} {}", typed(&text(&value)))),
        }
    }
    flags
}

/// The flag of a dotted key; those of a switch say no.
fn flag(key: &str) -> String {
    match key.split_once('.') {
        Some(("packages", stage)) => format!("--{stage}-packages"),
        Some((outer, _)) => format!("--{outer}"),
        None if matches!(key, "buildkit" | "healthcheck") => format!("--no-{key}"),
        None if key == "platforms" => "--platform".to_owned(),
        None => format!("--{key}"),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// As a shell reads it; only what nobody could see is escaped.
fn typed(text: &str) -> String {
    if text.chars().any(is_unsafe) {
        quoted(&printable(text))
    } else {
        quoted(text)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::facts::{Arg, CommandLine};
    use crate::wizard::questions::QUESTIONS;

    /// A value for every setting that a flag can say.
    const EVERY: &str = r#"
        python = "3.13"
        base = "registry.example/python:3"
        suite = "bookworm"
        package-tool = "apt"
        manager = "pip"
        installer = "uv"
        requirements = "requirements/it's.txt"
        groups = ["web", "!dev"]
        extras = ["s3"]
        command = "sh -c 'sleep 1; exec serve'"
        app = "shop.main:create_app()"
        server = "uvicorn"
        port = 9000
        platforms = ["linux/amd64", "linux/arm64"]
        buildkit = false
        syntax = "docker/dockerfile:1"
        healthcheck = false
        healthcheck-path = "/up?full=1"
        user = "shop"
        uid = 1000
        gid = 1001
        dockerfile = "Dockerfile.dockwright"
        pin = true
        [packages]
        build = ["g++", "!gcc"]
        run = ["libpq5"]
        [env]
        TZ = "Europe/Berlin $x"
    "#;

    fn every() -> Settings {
        Settings::parse(EVERY, "dockwright.toml").unwrap()
    }

    #[test]
    fn the_list_above_has_every_setting() {
        let schema = serde_json::to_value(schemars::schema_for!(Settings)).unwrap();
        let said = every().said();
        for name in schema["properties"].as_object().unwrap().keys() {
            let named = |key: &String| key == name || key.starts_with(&format!("{name}."));
            assert!(said.keys().any(named), "{name}");
        }
    }

    #[test]
    fn flags_say_what_the_settings_say() {
        let line = format!("dockwright generate {}", flags(&every()).join(" "));
        let parsed = CommandLine::parse(&line).unwrap();
        let words = parsed.line.words().iter();
        let words: Vec<&str> = words.map(Arg::literal).map(Option::unwrap).collect();
        let Command::Generate(generate) = Cli::try_parse_from(words).unwrap().command else {
            panic!("{line}");
        };
        assert_eq!(generate.project.settings().unwrap(), every());
        assert!(flags(&Settings::default()).is_empty());
    }

    #[test]
    fn every_question_has_a_setting_a_flag_and_a_variable() {
        let cli = Cli::command();
        let said = every().said();
        for name in ["generate", "init"] {
            let command = cli.find_subcommand(name).unwrap();
            for question in QUESTIONS {
                assert!(
                    said.contains_key(question.key),
                    "no setting {}",
                    question.key
                );
                let flag = flag(question.key);
                let long = flag.trim_start_matches("--");
                let mut arguments = command.get_arguments();
                let argument = arguments.find(|argument| argument.get_long() == Some(long));
                let argument = argument.unwrap_or_else(|| panic!("{name} has no {flag}"));
                let variable = format!("DOCKWRIGHT_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(
                    argument.get_env().unwrap(),
                    variable.as_str(),
                    "{name} {flag}"
                );
            }
        }
    }

    #[test]
    fn every_setting_that_a_person_can_leave_open_has_words() {
        for key in [
            "manager",
            "python",
            "package-tool",
            "app",
            "command",
            "dockerfile",
        ] {
            assert!(
                QUESTIONS.iter().any(|question| question.key == key),
                "{key}"
            );
        }
        for question in QUESTIONS {
            assert!(
                question.prompt.is_ascii() && question.prompt.len() <= 22,
                "{}",
                question.prompt
            );
        }
    }
}
