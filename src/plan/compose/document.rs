//! Turns roles and services into what the template of `compose.yaml` is given: every value quoted for YAML.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::roles::Role;
use super::{Backing, Beside, Piece, filled};
use crate::catalogue::services::{self, Service};
use crate::error::Error;
use crate::plan::quote::Comment;
use crate::plan::quote::compose::ComposeText;
use crate::plan::{BuildPlan, DOCKERFILE};

/// The template's data.
#[derive(Serialize)]
struct Data {
    image: ComposeText,
    build: Build,
    /// Several services run the image.
    shared: bool,
    environment: Vec<Variable>,
    tmpfs: Vec<ComposeText>,
    mounts: Vec<Mount>,
    roles: Vec<OfRole>,
    services: Vec<OfService>,
    volumes: Vec<ComposeText>,
    secrets: Vec<Secret>,
}

#[derive(Serialize)]
struct Build {
    context: ComposeText,
    dockerfile: Option<ComposeText>,
    secrets: Vec<ComposeText>,
    ssh: bool,
}

#[derive(Serialize)]
struct Variable {
    comment: Option<Comment>,
    name: ComposeText,
    value: ComposeText,
}

#[derive(Serialize)]
struct Mount {
    volume: ComposeText,
    target: ComposeText,
}

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of the template"
)]
struct OfRole {
    name: ComposeText,
    builds: bool,
    command: Option<ComposeText>,
    port: Option<u16>,
    stays: bool,
    init: bool,
    grace: Option<&'static str>,
    /// The image's health check asks a port that this one does not have.
    unchecked: bool,
    /// The image's signal is the main command's.
    term: bool,
    waits: Vec<Wait>,
}

#[derive(Serialize)]
struct Wait {
    name: ComposeText,
    condition: &'static str,
}

#[derive(Serialize)]
struct OfService {
    name: ComposeText,
    image: ComposeText,
    hostname: Option<ComposeText>,
    command: Option<ComposeText>,
    environment: Vec<Variable>,
    health: ComposeText,
    volume: Option<Mount>,
    secret: Option<ComposeText>,
}

#[derive(Serialize)]
struct Secret {
    name: ComposeText,
    /// Of the environment; `None` for the user's netrc file.
    variable: Option<ComposeText>,
}

/// Quotes.
///
/// # Errors
/// A value cannot stand in YAML.
pub(super) fn data(plan: &BuildPlan, roles: &[Role], beside: &Beside) -> Result<Value, Error> {
    let places = &plan.runtime.places;
    let mut volumes: Vec<ComposeText> = Vec::new();
    let mut mounts = Vec::new();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (path, _) in places.iter().filter(|(_, volume)| **volume) {
        let volume = ComposeText::new(&volume_name(path, &mut names))?;
        volumes.push(volume.clone());
        let target = ComposeText::new(path)?;
        mounts.push(Mount { volume, target });
    }
    let mut tmpfs = vec![ComposeText::new("/tmp")?];
    for path in places
        .iter()
        .filter(|(_, volume)| !**volume)
        .map(|(p, _)| p)
    {
        if path != "/tmp" && !path.starts_with("/tmp/") {
            tmpfs.push(ComposeText::new(path)?);
        }
    }
    let mut secrets = build_secrets(plan)?;
    let build_names = secrets.iter().map(|secret| secret.name.clone()).collect();
    let mut services = Vec::new();
    for backing in &beside.services {
        let service = &services::table().services[backing.key];
        let (one, secret) = of_service(backing, service)?;
        volumes.extend(one.volume.iter().map(|mount| mount.volume.clone()));
        secrets.extend(secret);
        services.push(one);
    }
    let data = Data {
        image: ComposeText::new(&plan.image_name())?,
        build: build(plan, build_names)?,
        shared: roles.len() > 1,
        environment: environment(beside)?,
        tmpfs,
        mounts,
        roles: of_roles(plan, roles, beside)?,
        services,
        volumes,
        secrets,
    };
    serde_json::to_value(&data).map_err(|error| Error::Internal {
        what: error.to_string(),
    })
}

/// Where the image is built, seen from the folder of `compose.yaml`.
fn build(plan: &BuildPlan, secrets: Vec<ComposeText>) -> Result<Build, Error> {
    let up = match plan.app.as_str() {
        "" => ".".to_owned(),
        app => vec![".."; app.split('/').count()].join("/"),
    };
    let [dockerfile, _] = plan.image_files();
    Ok(Build {
        // A dot alone is a word; quoted it looks like more.
        context: ComposeText::path(&up)?,
        dockerfile: if dockerfile == DOCKERFILE {
            None
        } else {
            Some(ComposeText::new(&dockerfile)?)
        },
        secrets,
        ssh: plan.install.ssh,
    })
}

fn build_secrets(plan: &BuildPlan) -> Result<Vec<Secret>, Error> {
    let secrets = plan.install.secrets.iter();
    secrets
        .map(|secret| {
            let variable = secret.variable.as_deref().map(ComposeText::new);
            Ok(Secret {
                name: ComposeText::new(&secret.id)?,
                variable: variable.transpose()?,
            })
        })
        .collect()
}

fn environment(beside: &Beside) -> Result<Vec<Variable>, Error> {
    let settings = beside.environment.iter();
    settings
        .map(|(name, setting)| {
            Ok(Variable {
                comment: Some(Comment::new(&setting.at.file)),
                name: ComposeText::new(name)?,
                value: ComposeText::pieces(&setting.value)?,
            })
        })
        .collect()
}

fn of_roles(plan: &BuildPlan, roles: &[Role], beside: &Beside) -> Result<Vec<OfRole>, Error> {
    let mut out = Vec::new();
    for role in roles {
        let mut waits = Vec::new();
        for backing in &beside.services {
            let name = ComposeText::new(&backing.name)?;
            let condition = "service_healthy";
            waits.push(Wait { name, condition });
        }
        for other in roles.iter().filter(|other| other.ends && !role.ends) {
            let name = ComposeText::new(&other.name)?;
            let condition = "service_completed_successfully";
            waits.push(Wait { name, condition });
        }
        let command = role.command.as_deref().map(ComposeText::list);
        out.push(OfRole {
            name: ComposeText::new(&role.name)?,
            builds: role.builds,
            command: command.transpose()?,
            port: plan.start.port.filter(|_| role.builds),
            stays: role.stays,
            init: role.init,
            grace: role.grace,
            unchecked: !role.builds && plan.runtime.health.is_some(),
            term: !role.builds && plan.start.stop_signal.is_some(),
            waits,
        });
    }
    Ok(out)
}

fn of_service(backing: &Backing, service: &Service) -> Result<(OfService, Option<Secret>), Error> {
    let mut pieces: BTreeMap<&str, Vec<Piece>> = service
        .env
        .iter()
        .map(|(name, value)| (name.as_str(), vec![Piece::Text(value.clone())]))
        .collect();
    let mut command = service.command.clone();
    let mut arguments = Vec::new();
    let mut secret = None;
    if let Some(password) = &backing.password {
        let needed = vec![Piece::Required(password.clone())];
        if let Some(variable) = &service.secret {
            let name = format!("{}-password", backing.name);
            let path = format!("/run/secrets/{name}");
            pieces.insert(variable, vec![Piece::Text(path)]);
            secret = Some(Secret {
                name: ComposeText::new(&name)?,
                variable: Some(ComposeText::new(password)?),
            });
        }
        if let Some(variable) = &service.plain {
            pieces.insert(variable, needed.clone());
        }
        if let Some(guarded) = &service.guarded {
            pieces.insert(&guarded.env, needed);
            arguments.clone_from(&guarded.command);
        }
    }
    let command = if command.is_empty() {
        None
    } else {
        let words = command.drain(..).chain(arguments);
        let words: Vec<Vec<Piece>> = words.map(|word| filled(&word, service, backing)).collect();
        Some(ComposeText::sequence(&words)?)
    };
    let environment = pieces
        .into_iter()
        .map(|(name, value)| {
            Ok(Variable {
                comment: None,
                name: ComposeText::new(name)?,
                value: ComposeText::pieces(&value)?,
            })
        })
        .collect::<Result<_, Error>>()?;
    let volume = match &service.volume {
        Some(path) => Some(Mount {
            volume: ComposeText::new(&format!("{}-data", backing.name))?,
            target: ComposeText::new(path)?,
        }),
        None => None,
    };
    let one = OfService {
        name: ComposeText::new(&backing.name)?,
        image: ComposeText::new(&backing.image)?,
        hostname: service
            .hostname
            .as_deref()
            .map(ComposeText::new)
            .transpose()?,
        command,
        environment,
        health: ComposeText::list(&service.health)?,
        volume,
        secret: secret.as_ref().map(|secret| secret.name.clone()),
    };
    Ok((one, secret))
}

/// A volume's name, made of the last part of its path; a number behind it where that is taken.
fn volume_name(path: &str, taken: &mut BTreeMap<String, usize>) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
        .collect();
    let name = name.trim_matches(['-', '_']).to_ascii_lowercase();
    let name = if name.is_empty() {
        "data".to_owned()
    } else {
        name
    };
    let count = taken.entry(name.clone()).or_default();
    *count += 1;
    match count {
        1 => name,
        count => format!("{name}-{count}"),
    }
}
