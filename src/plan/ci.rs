//! Turns the plan into the workflow that checks, builds and verifies it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, printable};
use crate::facts::{Warning, normalise};
use crate::settings::{Ci, Settings};

use super::quote::is_plain_path;
use super::{BuildPlan, Document};

/// An action at the commit of a release.
#[derive(Debug, Deserialize)]
struct Action {
    action: String,
    commit: String,
    version: String,
}

fn actions() -> &'static BTreeMap<String, Action> {
    static TABLE: OnceLock<BTreeMap<String, Action>> = OnceLock::new();
    TABLE.get_or_init(|| crate::catalogue::table("ci.toml", include_str!("../catalogue/ci.toml")))
}

/// The workflow's path below the top of the repository, where its forge looks for it or includes it from.
pub fn path(ci: Ci) -> &'static str {
    match ci {
        Ci::Github => ".github/workflows/dockwright.yml",
        Ci::Gitlab => ".gitlab/dockwright.yml",
    }
}

/// Adds the workflow to a plan; `below` is the build context's folder below the top of its repository.
///
/// # Errors
/// The context is not the top of the repository, or its name cannot stand in a workflow.
pub fn add(plan: &mut BuildPlan, settings: &Settings, below: &str) -> Result<(), Error> {
    let Some(ci) = settings.ci else {
        return Ok(());
    };
    if !below.is_empty() {
        return Err(Error::Settings {
            what: format!(
                "a workflow belongs to the top of the repository, and {} is below it",
                printable(below)
            ),
            at: None,
            help: "leave `--ci` out here, and run `dockwright generate --ci` where the repository begins"
                .to_owned(),
        });
    }
    let [dockerfile, _] = plan.image_files();
    let folder = if plan.app.is_empty() {
        ".".to_owned()
    } else {
        plan.app.clone()
    };
    for path in [&dockerfile, &folder] {
        if !is_plain_path(path) {
            return Err(Error::Settings {
                what: format!("`{}` cannot stand in a workflow", printable(path)),
                at: None,
                help: "rename the folder: letters, digits, `.`, `_`, `-` and `/`".to_owned(),
            });
        }
    }
    let actions: BTreeMap<&str, String> = actions()
        .iter()
        .map(|(key, one)| {
            let pinned = format!("{}@{} # {}", one.action, one.commit, one.version);
            (key.as_str(), pinned)
        })
        .collect();
    let secrets = secrets(plan);
    let data = json!({
        "actions": actions,
        "release": env!("CARGO_PKG_VERSION"),
        "folder": folder,
        "dockerfile": dockerfile,
        "image": image(&plan.name),
        "secrets": secrets,
        "docker": DOCKER,
    });
    plan.documents.push(Document {
        path: path(ci).to_owned(),
        template: match ci {
            Ci::Github => "ci/github.yml.j2",
            Ci::Gitlab => "ci/gitlab.yml.j2",
        },
        data,
    });
    Ok(())
}

/// The major release of Docker's own image for GitLab's jobs (hub.docker.com/_/docker).
const DOCKER: &str = "28";

/// The build's secrets that are variables, which a forge keeps as such; the others are named in a warning.
fn secrets(plan: &mut BuildPlan) -> Vec<Value> {
    let mut variables = Vec::new();
    for secret in &plan.install.secrets {
        match secret.argument.split_once(",env=") {
            Some((_, name)) => variables.push(json!({ "id": secret.id, "variable": name })),
            None => plan.warnings.push(Warning::new(
                "ci-secret",
                format!("the workflow builds without the secret {}", secret.id),
                "where the build needs it, add a step before it that writes the file, and `secret-files` to the build",
            )),
        }
    }
    variables
}

/// A name that Docker accepts for an image, made from the project's.
fn image(project: &str) -> String {
    let plain = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let name: String = normalise(project).chars().filter(plain).collect();
    let name = name.trim_matches('-');
    format!("{}:ci", if name.is_empty() { "app" } else { name })
}
