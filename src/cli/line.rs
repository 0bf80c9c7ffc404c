//! Turns settings into the flags that say the same, each word as a shell reads it.

use toml::Value;

use crate::error::{is_unsafe, printable};
use crate::facts::quoted;
use crate::settings::Settings;

/// The flags of `generate` that ask for what these settings ask for, in the order of their keys.
pub fn flags(settings: &Settings) -> Vec<String> {
    let mut flags = Vec::new();
    let said = settings.said().into_iter();
    for (key, value) in said.filter(|(key, _)| !is_of_file(key)) {
        let flag = flag(&key);
        match (key.split_once('.'), value) {
            (_, Value::Boolean(on)) if on == flag.starts_with("--no-") => {}
            (_, Value::Boolean(_)) => flags.push(flag),
            (_, Value::Array(list)) if one_each(&key) => {
                let entries = list.iter().filter_map(Value::as_str);
                flags.extend(entries.map(|entry| format!("{flag}={}", typed(entry))));
            }
            (_, Value::Array(list)) => {
                let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                flags.push(format!("{flag} {}", typed(&names.join(","))));
            }
            (Some(("env" | "labels" | "args", name)), value) => {
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

/// Only a file can say several images.
fn is_of_file(key: &str) -> bool {
    key == "root" || key.starts_with("images.")
}

/// Lists whose entries may hold a comma: a flag for each.
fn one_each(key: &str) -> bool {
    key == "secrets" || key.starts_with("run.")
}

/// The flag of a dotted key; those of a switch say no.
fn flag(key: &str) -> String {
    match key.split_once('.') {
        Some(("packages", stage)) => format!("--{stage}-packages"),
        Some(("run", place)) => format!("--{place}"),
        Some(("labels", _)) => "--label".to_owned(),
        Some(("args", _)) => "--arg".to_owned(),
        Some((outer, _)) => format!("--{outer}"),
        None if matches!(key, "buildkit" | "healthcheck") => format!("--no-{key}"),
        None if matches!(key, "platforms" | "secrets") => format!("--{}", &key[..key.len() - 1]),
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

    use clap::Parser;

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
        frontend = "web ui"
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
        compose = true
        bake = true
        ci = "github"
        pre-commit = true
        pin = true
        secrets = ["id=token,env=PIP_TOKEN", "id=pip,src=pip.conf,target=/etc/pip.conf"]
        copy = ["alembic.ini", "deploy/my shop.toml:/etc/shop.toml"]
        writable = ["media", "!logs"]
        volumes = ["/data"]
        [labels]
        "org.opencontainers.image.title" = "the \"shop\""
        [args]
        REVISION = "unknown"
        [run]
        before-dependencies = ["apt-get update, really", "-x"]
        after-dependencies = ["true"]
        end-of-builder = ["npm run build"]
        end-of-runtime = ["install -d /var/shop, mode"]
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
        let names = schema["properties"].as_object().unwrap().keys();
        for name in names.filter(|name| !["root", "images"].contains(&name.as_str())) {
            let says = |key: &String| key == name || key.starts_with(&format!("{name}."));
            assert!(said.keys().any(says), "{name}");
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
