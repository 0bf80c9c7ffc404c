//! The project itself: its dependencies without a lock, and its own installation after them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::Error;
use crate::facts::{Found, PackageManager, ProjectFacts, Pyproject, Script};

use super::super::install::{Input, Install, Step, VENV, words};
use super::super::manager::Chosen;
use super::super::quote::ShellWord;
use super::{Question, uv};

/// The dependencies of a project without a lock: uv reads them from the manifest, without building the project where it can.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs = question.pyprojects();
    let mut named = question.pyproject().map(|pyproject| pyproject.path.clone());
    if let Some(pyproject) = question.pyproject() {
        for path in pyproject
            .dynamic_files
            .iter()
            .chain(&pyproject.metadata_files)
        {
            inputs.insert(Input::file(path));
        }
    }
    if let Some(setuptools) = &question.facts.setuptools {
        inputs.extend(setuptools.paths.iter().map(Input::file));
        if question.pyproject().is_none_or(|found| !found.project) {
            named = setuptools.paths.first().cloned();
        }
    }
    let mut line = vec!["--python".to_owned(), VENV.to_owned()];
    for extra in &question.chosen.extras {
        line.extend(["--extra".to_owned(), extra.clone()]);
    }
    for group in &question.chosen.groups {
        line.extend(["--group".to_owned(), group.clone()]);
    }
    line.push("--requirements".to_owned());
    line.push(named.unwrap_or_else(|| "pyproject.toml".to_owned()));
    let step = question
        .reach
        .step(&inputs, "uv", "/root/.cache/uv", words(&line)?)?;
    uv::with_uv(question, "project", &[], step)
}

/// Names of the commands that the project itself brings, once it is installed: `[project.scripts]` and kin.
pub fn own_scripts(facts: &ProjectFacts) -> Vec<Found<Script>> {
    let pyproject = facts
        .pyproject
        .iter()
        .filter(|pyproject| pyproject.package)
        .flat_map(|pyproject| &pyproject.scripts);
    let setuptools = facts.setuptools.iter().flat_map(|found| &found.scripts);
    pyproject.chain(setuptools).cloned().collect()
}

/// Is the project itself installed? uv, Poetry and PDM do so with a package; with requirements files only a command
/// that it brings asks for it.
pub fn is_installed(facts: &ProjectFacts, chosen: &Chosen<'_>, needed: bool) -> bool {
    let package = facts.pyproject.as_ref().is_some_and(|found| found.package)
        || (facts.pyproject.as_ref().is_none_or(|found| !found.project)
            && facts.setuptools.is_some());
    package
        && match chosen.manager {
            PackageManager::Uv
            | PackageManager::Poetry
            | PackageManager::Pdm
            | PackageManager::Project => true,
            PackageManager::Pip | PackageManager::Pipenv | PackageManager::Pylock => needed,
        }
}

/// The step that installs the project, not editable, with its source mounted or copied.
///
/// # Errors
/// A path or name of the project cannot stand in a Dockerfile.
pub fn project_step(question: &Question<'_>) -> Result<Step, Error> {
    let source = BTreeSet::from([Input::context()]);
    let (tool, cache, line) = if question.chosen.manager == PackageManager::Uv {
        let mut line = vec!["uv".to_owned(), "sync".to_owned()];
        line.extend(uv::sync_words(question));
        line.push("--no-editable".to_owned());
        ("uv", "/root/.cache/uv", line)
    } else if uses_uv(question) {
        let line = ["uv", "pip", "install", "--python", VENV, "--no-deps"];
        ("uv", "/root/.cache/uv", owned(&line, question))
    } else {
        let mut line = vec!["pip", "--python", VENV, "install"];
        if !question.reach.buildkit {
            line.push("--no-cache-dir");
        }
        line.push("--no-deps");
        ("pip", "/root/.cache/pip", owned(&line, question))
    };
    let mut step = question.reach.step(&source, tool, cache, Vec::new())?;
    let words: Vec<ShellWord> = words(&line)?;
    let words: Vec<&str> = words.iter().map(ShellWord::as_str).collect();
    step.line = words.join(" ");
    step.comment = Some("the project itself".to_owned());
    for (variable, value) in version_variables(question.pyproject()) {
        step.prefix.extend([variable, "=", value, " "]);
    }
    Ok(step)
}

fn uses_uv(question: &Question<'_>) -> bool {
    matches!(
        question.chosen.manager,
        PackageManager::Project | PackageManager::Pylock
    )
}

fn owned(line: &[&str], question: &Question<'_>) -> Vec<String> {
    let folder = match question.folder() {
        "" => ".".to_owned(),
        folder => format!("./{folder}"),
    };
    line.iter()
        .map(|word| (*word).to_owned())
        .chain([folder])
        .collect()
}

/// Build backends that read the version from version control, which is not in the build context.
#[derive(Debug, Deserialize)]
struct Versioning {
    backend: BTreeMap<String, BTreeMap<String, String>>,
}

fn version_variables(pyproject: Option<&Pyproject>) -> Vec<(&'static str, &'static str)> {
    static TABLE: OnceLock<Versioning> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../catalogue/versioning.toml"))
            .unwrap_or_else(|error| unreachable!("embedded versioning.toml: {error}"))
    });
    let Some(build_system) = pyproject
        .filter(|pyproject| pyproject.dynamic.iter().any(|field| field == "version"))
        .and_then(|pyproject| pyproject.build_system.as_ref())
    else {
        return Vec::new();
    };
    build_system
        .requires
        .iter()
        .filter_map(|requirement| requirement.name.as_deref())
        .filter_map(|name| table.backend.get(name))
        .flatten()
        .map(|(variable, value)| (variable.as_str(), value.as_str()))
        .collect()
}
