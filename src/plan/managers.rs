//! Decides the builder's steps for each package manager: what is mounted, what is typed.

mod pdm;
mod pip;
mod pipenv;
mod poetry;
mod project;
mod uv;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::facts::{IndexOptions, Lock, PackageManager, ProjectFacts, Pyproject, Source, Warning};
use crate::settings::Settings;

use super::closure::Distribution;
use super::command::Install as Server;
use super::install::{Input, Install, Reach, Step, VENV, Variable, words};
use super::manager::Chosen;
use super::quote::ShellWord;
use super::secrets;

pub use project::{is_installed, own_scripts, project_secrets, project_step};

/// What every manager's decision is made from.
pub struct Question<'a> {
    /// The project.
    pub facts: &'a ProjectFacts,
    /// The manager and its files.
    pub chosen: &'a Chosen<'a>,
    /// The user's wishes.
    pub settings: &'a Settings,
    /// Mounts and caches.
    pub reach: Reach,
    /// Indexes, and what may come from them in which form.
    pub options: &'a IndexOptions,
    /// What ends up in the environment.
    pub distributions: &'a [Distribution],
    /// A server that the project lacks.
    pub server: Option<&'a Server>,
}

/// Decides how the dependencies are installed.
///
/// # Errors
/// A path or name of the project cannot stand in a Dockerfile; credentials in an index URL.
pub fn dependencies(
    question: &Question<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Install, Error> {
    let mut install = match question.chosen.manager {
        PackageManager::Pip => pip::install(question, warnings)?,
        PackageManager::Uv => uv::install(question)?,
        PackageManager::Poetry => poetry::install(question)?,
        PackageManager::Pdm => pdm::install(question)?,
        PackageManager::Pipenv => pipenv::install(question)?,
        PackageManager::Pylock => uv::pylock(question)?,
        PackageManager::Project => project::install(question)?,
    };
    install.secrets = secrets::choose(
        question.options,
        &question.settings.secrets,
        question.reach.buildkit,
        warnings,
    )?;
    secrets::mount(&mut install.step, &install.secrets);
    if question.uses_ssh() {
        if question.reach.buildkit {
            install.ssh = true;
            forward_ssh(&mut install.step);
        } else {
            warnings.push(Warning::new(
                "ssh-needs-buildkit",
                "a dependency is fetched over SSH, which cannot be done safely without BuildKit",
                "leave `--no-buildkit` out, and pass `--ssh default`",
            ));
        }
    }
    if let Some(server) = question.server {
        install.more.push(server_step(question, server)?);
    }
    Ok(install)
}

/// Forwards the user's SSH agent into a step. The builder knows no host: it takes the key that a host shows first, as
/// `ssh-keyscan` would (docs.docker.com, «RUN --mount=type=ssh»).
fn forward_ssh(step: &mut Step) {
    step.mounts.push("type=ssh".to_owned());
    step.prefix
        .push_str("GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=accept-new' ");
}

/// The step that installs a server which the project lacks, pinned.
fn server_step(question: &Question<'_>, server: &Server) -> Result<Step, Error> {
    let pin = format!("{}=={}", server.name, server.version);
    let mut step = if project::uses_uv(question) {
        let line = ["uv", "pip", "install", "--python", VENV, &pin];
        line_step(question.reach, &BTreeSet::new(), UV, &line)?
    } else {
        pip_step(question.reach, &BTreeSet::new(), &[&pin])?
    };
    step.comment = Some("the server: no dependency of the project".to_owned());
    Ok(step)
}

/// uv's name and its cache in the builder.
const UV: (&str, &str) = ("uv", "/root/.cache/uv");

/// pip's name and its cache in the builder.
const PIP: (&str, &str) = ("pip", "/root/.cache/pip");

/// A step of pip, which stands outside the environment.
fn pip_step(reach: Reach, inputs: &BTreeSet<Input>, words: &[&str]) -> Result<Step, Error> {
    let mut line = vec!["pip", "--python", VENV, "install"];
    if !reach.buildkit {
        line.push("--no-cache-dir");
    }
    line.extend_from_slice(words);
    line_step(reach, inputs, PIP, &line)
}

/// A step of which the whole line is given; `tool` is its name and its cache.
fn line_step(
    reach: Reach,
    inputs: &BTreeSet<Input>,
    tool: (&str, &str),
    line: &[&str],
) -> Result<Step, Error> {
    let mut step = reach.step(inputs, tool.0, tool.1, Vec::new())?;
    let words = words(line)?;
    let words: Vec<&str> = words.iter().map(ShellWord::as_str).collect();
    step.line = words.join(" ");
    Ok(step)
}

/// An installation with nothing but its step and its environment (sorted by name).
fn bare(template: &str, env: &[(&str, &str)], step: Step) -> Result<Install, Error> {
    let mut variables = Vec::new();
    for (name, value) in env {
        variables.push(Variable::new(name, value)?);
    }
    variables.sort();
    Ok(Install {
        template: format!("managers/{template}.j2"),
        tools: Vec::new(),
        setup: Step::default(),
        env: variables,
        step,
        more: Vec::new(),
        secrets: Vec::new(),
        ssh: false,
        source_first: false,
    })
}

/// The manager comes from PyPI, by the base's pip, into an environment of its own.
fn set_up(install: &mut Install, reach: Reach, name: &str, requirement: &str) -> Result<(), Error> {
    install.setup = reach.installer(name, requirement)?;
    if !reach.buildkit {
        install.env.push(Variable::new("PIP_NO_CACHE_DIR", "1")?);
        install.env.sort();
    }
    Ok(())
}

impl Question<'_> {
    /// The manifests of the application and, in a workspace, of its root and members.
    fn pyprojects(&self) -> BTreeSet<Input> {
        self.facts
            .pyproject
            .iter()
            .chain(&self.facts.root_pyproject)
            .chain(self.facts.member_pyprojects.values())
            .map(|pyproject| Input::file(pyproject.path.clone()))
            .collect()
    }

    fn lock(&self) -> Option<&Lock> {
        self.chosen.lock
    }

    /// The application's manifest.
    fn pyproject(&self) -> Option<&Pyproject> {
        self.facts.pyproject.as_ref()
    }

    /// The lock's folder, empty for the context itself.
    fn folder(&self) -> &str {
        &self.facts.layout.app
    }

    /// Folders of the project that are installed beside the project itself: path dependencies and members of the workspace,
    /// by context-relative folder, with the distribution's name.
    fn local_folders(&self) -> BTreeMap<&str, &str> {
        self.local(true)
            .filter(|(path, _)| *path != self.folder())
            .collect()
    }

    /// Wheels and archives of the project that are installed.
    fn local_files(&self) -> BTreeSet<Input> {
        self.local(false)
            .map(|(path, _)| Input::file(path))
            .collect()
    }

    fn local(&self, folders: bool) -> impl Iterator<Item = (&str, &str)> {
        self.distributions.iter().filter_map(move |one| {
            let path = if folders {
                one.source.folder()
            } else {
                one.source.file()
            };
            Some((path?, one.name.as_str()))
        })
    }

    /// Is it the root of a workspace that is no project itself? uv then installs all its members.
    fn is_virtual_root(&self) -> bool {
        self.lock().is_some_and(|lock| !lock.members.is_empty())
            && self.pyproject().is_some_and(|found| !found.project)
    }

    /// Does only the whole source tell the dependencies? So it is with a `setup.py` that imports the project.
    fn source_at_once(&self) -> bool {
        let static_project = self.pyproject().is_some_and(|found| found.project);
        let setuptools = self.facts.setuptools.as_ref();
        !static_project && setuptools.is_some_and(|found| found.needs_source.is_some())
    }

    /// Folders, wheels and archives of the project that the chosen requirements name.
    fn declared_paths(&self) -> BTreeSet<Input> {
        let folders = self.local_folders().into_keys().map(Input::folder);
        folders.chain(self.local_files()).collect()
    }

    fn uses_ssh(&self) -> bool {
        let over_ssh = |source: &Source| matches!(source, Source::Vcs { ssh: true, .. });
        self.distributions.iter().any(|one| over_ssh(&one.source))
    }
}
