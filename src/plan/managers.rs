//! Decides the builder's steps for each package manager: what is mounted, what is typed.

mod pdm;
mod pip;
mod pipenv;
mod poetry;
mod project;
mod uv;

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{IndexOptions, Lock, PackageManager, ProjectFacts, Pyproject, Source, Warning};
use crate::settings::Settings;

use super::install::{Input, Install, Reach, Step, Variable};
use super::manager::Chosen;
use super::secrets;

pub use project::{is_installed, own_scripts, project_step};

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
    /// A key for SSH has to be forwarded.
    pub ssh: bool,
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
        question.chosen.manager,
        question.reach.buildkit,
        warnings,
    )?;
    secrets::mount(&mut install.step, &install.secrets);
    if question.ssh && question.reach.buildkit {
        install.step.mounts.push("type=ssh".to_owned());
    }
    Ok(install)
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
        secrets: Vec::new(),
        source_first: false,
    })
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

    /// Does the lock install folders of the project besides the project itself?
    fn local_dependencies(&self) -> bool {
        self.lock().is_some_and(|lock| {
            lock.packages.iter().any(|package| {
                matches!(
                    &package.source,
                    Source::Path { path: Some(path), directory: true, .. }
                        if path != self.folder() && !lock.members.contains(&package.name)
                )
            })
        })
    }
}
