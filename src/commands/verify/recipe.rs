//! Turns a project's plan and the options of `verify` into what its build takes.

use std::env;
use std::path::Path;

use super::Run;
use crate::Planned;
use crate::error::{Error, printable};
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
    /// What of the user's it gets without having been told so, as options of `docker build`.
    pub(super) handed: Vec<(&'static str, String)>,
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
        let handed = handed(run, &plan, tree.root())?;
        let recipe = Recipe {
            dockerfile: shown(&tree.root().join(&path)),
            context: shown(tree.root()),
            buildkit: plan.buildkit,
            options: options(run, &handed),
        };
        let base = last_base(&text);
        Ok(Self {
            plan,
            recipe,
            base,
            handed,
        })
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What the user gives, and what is handed over besides.
fn options(run: &Run<'_>, handed: &[(&'static str, String)]) -> Vec<String> {
    let arguments = run.arguments;
    let mut options = Vec::new();
    for (flag, values) in [
        ("--secret", run.flags.secrets.as_slice()),
        ("--build-arg", &arguments.build_arg),
        ("--ssh", &arguments.ssh),
    ] {
        options.extend(
            values
                .iter()
                .flat_map(|value| [flag.to_owned(), value.clone()]),
        );
    }
    options.extend(
        handed
            .iter()
            .flat_map(|(flag, value)| [(*flag).to_owned(), value.clone()]),
    );
    options
}

/// What the plan asks for and no flag gives: secrets, and the SSH agent.
fn handed(
    run: &Run<'_>,
    plan: &BuildPlan,
    root: &Path,
) -> Result<Vec<(&'static str, String)>, Error> {
    let mut handed = Vec::new();
    for secret in &plan.install.secrets {
        let names = |value: &String| {
            value
                .split(',')
                .any(|part| part == format!("id={}", secret.id))
        };
        if !run.flags.secrets.iter().any(names) {
            handed.extend(found(secret, root)?.map(|value| ("--secret", value)));
        }
    }
    let agent = env::var_os("SSH_AUTH_SOCK").is_some();
    if plan.install.ssh && run.arguments.ssh.is_empty() && agent {
        handed.push(("--ssh", "default".to_owned()));
    }
    Ok(handed)
}

/// A secret as `generate` says that it is passed, where it is there; a netrc file is optional.
fn found(secret: &Secret, root: &Path) -> Result<Option<String>, Error> {
    let wanted = |what: String, help: String| Error::Settings {
        what,
        at: None,
        help,
    };
    if let Some(name) = &secret.variable {
        return match env::var_os(name) {
            Some(_) => Ok(Some(secret.argument.clone())),
            None => Err(wanted(
                format!("the build wants the secret `{name}`, which is not set"),
                format!(
                    "`export {name}=…`, or pass `--secret id={},src=FILE`",
                    secret.id
                ),
            )),
        };
    }
    if !secret.required {
        let home = env::var("HOME").unwrap_or_default();
        let file = Path::new(&home).join(".netrc");
        return Ok(file
            .is_file()
            .then(|| secret.argument.replace("$HOME", &home)));
    }
    // The settings came with the project: a file of its own they may name, any other the user does.
    let file = secret
        .argument
        .split_once(",src=")
        .map_or("", |(_, file)| file);
    let real = Path::new(file).canonicalize();
    if real.is_ok_and(|real| real.starts_with(root)) {
        return Ok(Some(secret.argument.clone()));
    }
    Err(wanted(
        format!(
            "the build wants the file `{}` as the secret `{}`, and it is none of the project's",
            printable(file),
            secret.id
        ),
        format!(
            "pass it, if you mean to: `--secret {}`",
            printable(&secret.argument)
        ),
    ))
}
