//! Turns the plan into the workflow that checks, builds and verifies it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, printable};
use crate::facts::Warning;
use crate::inspect::tree::join;
use crate::settings::{Ci, Settings};

use super::quote::is_plain_path;
use super::{BuildPlan, Document};

/// An action at the commit of a release.
#[derive(Debug, Deserialize)]
struct Action {
    name: String,
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

/// An image that the workflow builds.
pub struct Built<'a> {
    /// Its plan.
    pub plan: &'a BuildPlan,
    /// Its build context's folder below the top of the repository.
    pub context: String,
    /// Its name in the settings, where it has one there: its tag may be written otherwise.
    pub only: Option<&'a str>,
}

/// Adds the workflow to a plan; `below` is the build context's folder below the top of its repository.
///
/// # Errors
/// As [`document`].
pub fn add(plan: &mut BuildPlan, settings: &Settings, below: &str) -> Result<(), Error> {
    if let Some(ci) = settings.ci {
        let folder = plan.app.clone();
        let context = String::new();
        let built = [Built {
            plan,
            context,
            only: None,
        }];
        let (document, warnings) = document(ci, &folder, &built, below)?;
        plan.documents.push(document);
        plan.warnings.extend(warnings);
    }
    Ok(())
}

/// The workflow for these images, with what it leaves out; `folder` is the one to type, `below` where the workflow's own root lies in
/// its repository.
///
/// # Errors
/// The root is not the top of the repository, or a name cannot stand in a workflow.
pub fn document(
    ci: Ci,
    folder: &str,
    built: &[Built<'_>],
    below: &str,
) -> Result<(Document, Vec<Warning>), Error> {
    if !below.is_empty() {
        return Err(Error::Settings {
            what: format!(
                "a workflow belongs to the top of the repository, and {} is below it",
                printable(below)
            ),
            at: None,
            help: format!(
                "write a dockwright.toml at the top with `[images.NAME]` and `root = \"{}\"`, and run `dockwright generate --ci` there",
                printable(below)
            ),
        });
    }
    let mut warnings = Vec::new();
    let several = built.len() > 1;
    let images: Vec<Value> = built
        .iter()
        .map(|one| {
            let [dockerfile, _] = one.plan.image_files();
            Ok(json!({
                "context": plain(&one.context)?,
                "dockerfile": plain(&join(&one.context, &dockerfile))?,
                "tag": format!("{}:ci", one.plan.image_name()),
                "scope": several.then(|| one.plan.image_name()),
                "only": one.only,
                "secrets": secrets(one.plan, &mut warnings),
            }))
        })
        .collect::<Result<_, Error>>()?;
    let actions: BTreeMap<&str, String> = actions()
        .iter()
        .map(|(key, one)| {
            let pinned = format!("{}@{} # {}", one.name, one.commit, one.version);
            (key.as_str(), pinned)
        })
        .collect();
    let document = Document {
        path: path(ci).to_owned(),
        template: match ci {
            Ci::Github => "ci/github.yml.j2",
            Ci::Gitlab => "ci/gitlab.yml.j2",
        },
        data: json!({
            "actions": actions,
            "release": env!("CARGO_PKG_VERSION"),
            "folder": plain(folder)?,
            "images": images,
            "docker": DOCKER,
        }),
    };
    Ok((document, warnings))
}

/// A path that means itself to YAML, to a shell, to a program that takes options, and to a forge's own expansions.
fn plain(path: &str) -> Result<&str, Error> {
    match path {
        "" => Ok("."),
        path if is_plain_path(path) && !path.starts_with('-') => Ok(path),
        path => Err(Error::Settings {
            what: format!("`{}` cannot stand in a workflow", printable(path)),
            at: None,
            help: "rename the folder: letters, digits, `.`, `_`, `-` and `/`".to_owned(),
        }),
    }
}

/// The major release of Docker's own image for GitLab's jobs (hub.docker.com/_/docker).
const DOCKER: &str = "28";

/// The build's secrets that are variables, which a forge keeps as such; the others are named in a warning.
fn secrets(plan: &BuildPlan, warnings: &mut Vec<Warning>) -> Vec<Value> {
    let mut variables = Vec::new();
    for secret in &plan.install.secrets {
        match secret.argument.split_once(",env=") {
            Some((_, name)) => variables.push(json!({ "id": secret.id, "variable": name })),
            None => warnings.push(Warning::new(
                "ci-secret",
                format!("the workflow builds without the secret {}", secret.id),
                "where the build needs it, add a step before it that writes the file, and `secret-files` to the build",
            )),
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_workflow_names_only_paths_that_mean_themselves() {
        for (path, stands) in [("", "."), ("services/shop_2.0", "services/shop_2.0")] {
            assert_eq!(plain(path).ok(), Some(stands), "{path}");
        }
        for path in [
            "a b",
            "a\nrun: touch /pwned",
            "${{ github.token }}",
            "$(touch pwned)",
            "a: b",
            "a#b",
            "-x",
            "a'b",
            "*",
        ] {
            assert!(plain(path).is_err(), "{path:?}");
        }
    }
}
