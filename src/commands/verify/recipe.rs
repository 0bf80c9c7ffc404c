//! Turns a project's plan and the options of `verify` into what its build takes.

use std::env;
use std::path::Path;

use super::Run;
use crate::Planned;
use crate::error::Error;
use crate::plan::BuildPlan;
use crate::plan::secrets::Secret;
use crate::verify::{Recipe, last_base};

/// A project that can be built.
pub(super) struct Built {
    /// What is decided.
    pub(super) plan: BuildPlan,
    /// The build.
    pub(super) recipe: Recipe,
    /// What the last stage stands on.
    pub(super) base: Option<String>,
}

impl Built {
    /// Reads the project.
    ///
    /// # Errors
    /// It cannot be planned, has no Dockerfile, or wants a secret that is not there.
    pub(super) fn open(run: &Run<'_>) -> Result<Self, Error> {
        let Planned { tree, plan } = run.planned()?;
        let [path, _] = plan.image_files();
        let Some(text) = tree.text(&path)? else {
            return Err(Error::Unreadable {
                file: path,
                named_at: None,
                why: "there is no such file".to_owned(),
                help: "write it: `dockwright generate`, or `dockwright verify --fix`, which writes, builds and mends"
                    .to_owned(),
            });
        };
        let recipe = Recipe {
            dockerfile: shown(&tree.root().join(&path)),
            context: shown(tree.root()),
            buildkit: plan.buildkit,
            options: options(run, &plan)?,
        };
        let base = last_base(&text);
        Ok(Self { plan, recipe, base })
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What the user gives, and the secrets that the plan asks for.
fn options(run: &Run<'_>, plan: &BuildPlan) -> Result<Vec<String>, Error> {
    let arguments = run.arguments;
    let given = &run.flags.secrets;
    let mut options = Vec::new();
    for (flag, values) in [
        ("--secret", given),
        ("--build-arg", &arguments.build_arg),
        ("--ssh", &arguments.ssh),
    ] {
        options.extend(
            values
                .iter()
                .flat_map(|value| [flag.to_owned(), value.clone()]),
        );
    }
    for secret in &plan.install.secrets {
        let names = |value: &String| {
            value
                .split(',')
                .any(|part| part == format!("id={}", secret.id))
        };
        if !given.iter().any(names) {
            options.extend(
                found(secret)?
                    .into_iter()
                    .flat_map(|value| ["--secret".to_owned(), value]),
            );
        }
    }
    let agent = env::var_os("SSH_AUTH_SOCK").is_some();
    if plan.install.ssh && arguments.ssh.is_empty() && agent {
        options.extend(["--ssh", "default"].map(ToOwned::to_owned));
    }
    Ok(options)
}

/// A secret as `generate` says that it is passed, where it is there; a netrc file is optional.
fn found(secret: &Secret) -> Result<Option<String>, Error> {
    match &secret.variable {
        Some(name) if env::var_os(name).is_some() => Ok(Some(secret.argument.clone())),
        Some(name) => Err(Error::Settings {
            what: format!("the build wants the secret `{name}`, which is not set"),
            at: None,
            help: format!(
                "`export {name}=…`, or pass `--secret id={},src=FILE`",
                secret.id
            ),
        }),
        None => {
            let home = env::var("HOME").unwrap_or_default();
            let file = Path::new(&home).join(".netrc");
            Ok(file
                .is_file()
                .then(|| secret.argument.replace("$HOME", &home)))
        }
    }
}
