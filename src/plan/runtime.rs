//! Decides the runtime stage: environment, folders, health check and command, each in the form in which it is written.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
use crate::facts::ProjectFacts;
use crate::settings::Settings;

use super::User;
use super::command::{Health, Start};
use super::install::{APP, VENV, Variable};
use super::quote::{EnvValue, ExecForm, ShellWord, VolumePaths};
use super::system::SystemPlan;

/// What the runtime stage says beside its packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Runtime {
    /// Environment, sorted by name.
    pub env: Vec<Variable>,
    /// Working directory.
    pub workdir: EnvValue,
    /// Commands run as root once the environment is there: what no package brings.
    pub steps: Vec<String>,
    /// The folders that the process may write to, each with whether its content outlives the container.
    #[serde(skip)]
    pub places: BTreeMap<String, bool>,
    /// Those folders, created for it, sorted.
    pub folders: Vec<ShellWord>,
    /// Those whose content outlives the container, as the operand of `VOLUME`.
    pub volumes: Option<VolumePaths>,
    /// The health check's command.
    pub health: Option<ExecForm>,
    /// The command; `None` when none was found: such a plan can be explained, not rendered.
    pub command: Option<ExecForm>,
}

/// Decides.
///
/// # Errors
/// A value cannot stand in a Dockerfile.
pub fn runtime(
    facts: &ProjectFacts,
    settings: &Settings,
    system: &SystemPlan,
    start: &Start,
    user: &User,
) -> Result<Runtime, Error> {
    let application = joined(&[APP, &facts.layout.app]);
    let places = places(start, settings, &application);
    let (folders, volumes) = writable(&places)?;
    let health = match &start.health {
        Some(health) if settings.healthcheck != Some(false) => {
            Some(probe(health, start.port.unwrap_or_default())?)
        }
        _ => None,
    };
    let command = match &start.command {
        Some(command) => Some(ExecForm::new(&command.exec_form(start.port))?),
        None => None,
    };
    Ok(Runtime {
        env: environment(settings, start, user)?,
        workdir: EnvValue::new(&joined(&[&application, &start.working_dir]))?,
        steps: system
            .steps
            .iter()
            .map(|step| step.command.clone())
            .collect(),
        places,
        folders,
        volumes,
        health,
        command,
    })
}

fn environment(settings: &Settings, start: &Start, user: &User) -> Result<Vec<Variable>, Error> {
    let mut variables = BTreeMap::from([
        ("HOME".to_owned(), user.home.clone()),
        ("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()),
        ("PYTHONUNBUFFERED".to_owned(), "1".to_owned()),
    ]);
    variables.extend(start.env.clone());
    variables.remove("PATH");
    let mut env = vec![Variable {
        name: "PATH".to_owned(),
        value: format!("{VENV}/bin:$PATH"),
    }];
    for (name, value) in variables {
        if !settings.env.contains_key(&name) {
            env.push(Variable::new(&name, &value)?);
        }
    }
    for (name, value) in settings.env.iter().filter(|(name, _)| *name != "PATH") {
        env.push(Variable {
            name: name.clone(),
            value: EnvValue::filled(value, &settings.args)?.as_str().to_owned(),
        });
    }
    env.sort();
    Ok(env)
}

/// The folders that the process writes to, each with whether it is a volume. A file (`db.sqlite3`) is made writable by its folder.
fn places(start: &Start, settings: &Settings, application: &str) -> BTreeMap<String, bool> {
    let mut places = BTreeMap::new();
    for place in &start.writable {
        let mut asked = settings.writable.iter().chain(&settings.volumes);
        let asked = asked.any(|path| path.trim_end_matches('/') == place.path);
        let path = match folder(application, &place.path) {
            None if asked && place.path.starts_with('/') => Some(place.path.clone()),
            path => path,
        };
        if let Some(path) = path {
            *places.entry(path).or_default() |= place.volume;
        }
    }
    places
}

/// Folders to create, and which of them are volumes.
fn writable(
    places: &BTreeMap<String, bool>,
) -> Result<(Vec<ShellWord>, Option<VolumePaths>), Error> {
    let folders = places
        .keys()
        .map(|path| ShellWord::new(path))
        .collect::<Result<Vec<_>, _>>()?;
    let volumes: Vec<&String> = places
        .iter()
        .filter(|(_, volume)| **volume)
        .map(|(path, _)| path)
        .collect();
    let volumes = if volumes.is_empty() {
        None
    } else {
        Some(VolumePaths::new(&volumes)?)
    };
    Ok((folders, volumes))
}

/// Folders of the file system that applications put data into; everything else belongs to the distribution.
const DATA: [&str; 6] = ["data", "media", "mnt", "srv", "storage", "uploads"];

/// The folder to make for a path that the sources name: inside the application's folder, or where data lies. `None` for the
/// application's folder itself, which stays read-only, for `/tmp`, which is writable anyway, and for what a hostile or careless
/// path would change: `..`, `/etc`, `/usr`.
fn folder(application: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.is_empty() || parts.contains(&"..") {
        return None;
    }
    if !path.starts_with('/') {
        return Some(format!("{application}/{}", parts.join("/")));
    }
    let whole = format!("/{}", parts.join("/"));
    let data = match parts.as_slice() {
        ["var", "lib" | "cache" | "log" | "opt", _, ..] => true,
        [first, ..] => DATA.contains(first),
        [] => false,
    };
    let inside = whole
        .strip_prefix(application)
        .is_some_and(|rest| rest.starts_with('/'));
    (data || inside).then_some(whole)
}

/// A Python one-liner, for there is no curl in the image: an HTTP answer below 400, or a TCP connection.
fn probe(health: &Health, port: u16) -> Result<ExecForm, Error> {
    let port = format!("os.environ.get('PORT', '{port}')");
    let script = match &health.path {
        Some(path) => {
            let path = path.replace('\\', "\\\\").replace('\'', "\\'");
            format!(
                "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + {port} + '{path}', timeout=4)"
            )
        }
        None => format!(
            "import os, socket; socket.create_connection(('127.0.0.1', int({port})), 4).close()"
        ),
    };
    ExecForm::new(&["python", "-c", &script])
}

/// Path parts with `/` between them; empty ones and `.` add nothing.
fn joined(parts: &[&str]) -> String {
    parts
        .iter()
        .filter(|part| !part.is_empty() && **part != ".")
        .copied()
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn only_data_folders_are_made_writable() {
        for (path, expected) in [
            ("media", Some("/app/media")),
            ("./var/uploads/", Some("/app/var/uploads")),
            ("/data/db", Some("/data/db")),
            ("/var/lib/shop", Some("/var/lib/shop")),
            ("/app/media", Some("/app/media")),
            ("/app", None),
            (".", None),
            ("..", None),
            ("media/../../etc", None),
            ("/etc", None),
            ("/usr/lib", None),
            ("/var/lib", None),
            ("/tmp/cache", None),
            ("/opt/venv", None),
            ("/appendix", None),
        ] {
            assert_eq!(folder("/app", path).as_deref(), expected, "{path}");
        }
    }
}
