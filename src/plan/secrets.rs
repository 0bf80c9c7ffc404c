//! Decides which credentials the installation needs, and how they reach it without ever reaching the image.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, printable};
use crate::facts::{Index, IndexOptions, Warning};
use crate::settings::AskedSecret;

use super::install::Step;

/// A build secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Secret {
    /// Its ID, in the Dockerfile and on the command line.
    pub id: String,
    /// The variable that carries it to the installer; `None` is a file.
    pub variable: Option<String>,
    /// Where its file is in the step, where a file is what it is.
    pub target: Option<String>,
    /// The build fails without it.
    pub required: bool,
    /// What to pass to `docker build --secret`.
    pub argument: String,
}

impl Secret {
    /// A variable of the user's environment.
    fn variable(name: &str) -> Self {
        Self {
            id: name.to_owned(),
            variable: Some(name.to_owned()),
            target: None,
            required: true,
            argument: format!("id={name},env={name}"),
        }
    }

    /// The user's netrc file, which pip, uv, Poetry, PDM and Pipenv all read.
    fn netrc() -> Self {
        Self {
            id: "netrc".to_owned(),
            variable: None,
            target: Some("/root/.netrc".to_owned()),
            required: false,
            argument: "id=netrc,src=$HOME/.netrc".to_owned(),
        }
    }

    /// One that the user asks for.
    fn asked(text: &str) -> Result<Self, Error> {
        let asked = AskedSecret::parse(text)?;
        Ok(Self {
            id: asked.id.to_owned(),
            variable: asked.env.map(ToOwned::to_owned),
            target: asked.target.map(ToOwned::to_owned),
            required: true,
            argument: match (asked.env, asked.src) {
                (Some(env), _) => format!("id={},env={env}", asked.id),
                (None, src) => format!("id={},src={}", asked.id, src.unwrap_or_default()),
            },
        })
    }
}

/// Hosts that need no credentials.
#[derive(Debug, Deserialize)]
struct Hosts {
    public: BTreeSet<String>,
}

fn public_hosts() -> &'static BTreeSet<String> {
    static TABLE: OnceLock<Hosts> = OnceLock::new();
    &TABLE
        .get_or_init(|| {
            crate::catalogue::table("indexes.toml", include_str!("../catalogue/indexes.toml"))
        })
        .public
}

/// The secrets for the indexes of a project and those that are asked for, sorted, each once.
///
/// # Errors
/// An index URL holds its credentials in plain text.
pub fn choose(
    options: &IndexOptions,
    asked: &[String],
    buildkit: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Secret>, Error> {
    // A lock repeats the index without its variables.
    let expanded: BTreeSet<&str> = options
        .indexes
        .iter()
        .filter(|index| variables(index).next().is_some())
        .map(|index| host(&index.url))
        .collect();
    let mut secrets = BTreeMap::new();
    for index in &options.indexes {
        if index.embedded_credentials {
            return Err(Error::Malformed {
                at: index.at.clone(),
                format: "fit to be copied into a build",
                found: format!("credentials inside the URL of {}", printable(&index.url)),
                expected: "a URL without them: they would stay in the image's history".to_owned(),
                help: "take `user:password@` out of the URL and put it into ~/.netrc, then run dockwright again; \
                       change the password, for it is in your version control"
                    .to_owned(),
            });
        }
        for secret in of_index(index, &expanded) {
            secrets.insert(secret.id.clone(), (secret, Some(index)));
        }
    }
    for text in asked {
        let secret = Secret::asked(text)?;
        secrets.insert(secret.id.clone(), (secret, None));
    }
    if !buildkit && let Some((secret, index)) = secrets.values().next() {
        let who = index.map_or_else(
            || format!("the secret {}", secret.id),
            |index| format!("{} may want credentials, which", printable(&index.url)),
        );
        let warning = Warning::new(
            "secret-needs-buildkit",
            format!("{who} cannot be passed safely without BuildKit"),
            format!(
                "leave `--no-buildkit` out, and pass `--secret {}`",
                secret.argument
            ),
        );
        warnings.push(match index {
            Some(index) => warning.at(index.at.clone()),
            None => warning,
        });
        return Ok(Vec::new());
    }
    Ok(secrets.into_values().map(|(secret, _)| secret).collect())
}

/// Mounts the secrets into a step. A variable is read inside the one command that needs it, which every frontend since
/// Docker 18.09 understands (`env=` of a secret mount needs Dockerfile 1.10).
pub fn mount(step: &mut Step, secrets: &[Secret]) {
    for secret in secrets {
        let mut options = format!("type=secret,id={}", secret.id);
        if let Some(target) = &secret.target {
            options.extend([",target=", target]);
        }
        if secret.required {
            options.push_str(",required=true");
        }
        step.mounts.push(options);
        if let Some(name) = &secret.variable {
            let file = ["=\"$(cat /run/secrets/", &secret.id, ")\" "];
            step.prefix.push_str(name);
            step.prefix.extend(file);
        }
    }
}

/// The variables that the URL of an index expands; else a netrc file, which serves each installer alike and is optional: an
/// index that turns out to need no credentials is asked without. `env=` of Poetry and uv would need a variable for each index.
fn of_index(index: &Index, expanded: &BTreeSet<&str>) -> Vec<Secret> {
    let variables: Vec<Secret> = variables(index).map(Secret::variable).collect();
    if !variables.is_empty() {
        return variables;
    }
    let host = host(&index.url);
    if public_hosts().contains(host) || expanded.contains(host) {
        return Vec::new();
    }
    vec![Secret::netrc()]
}

fn variables(index: &Index) -> impl Iterator<Item = &str> {
    let names = index.variables.iter().map(String::as_str);
    names.filter(|name| is_variable(name))
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The host of a URL without credentials.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
    &rest[..end]
}
