//! The project itself: its dependencies without a lock, and its own installation after them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::Error;
use crate::facts::{Found, PackageManager, ProjectFacts, Pyproject, Script};

use crate::inspect::tree::join;
use crate::settings::Installer;

use super::super::install::{Input, Install, Step, VENV, words};
use super::super::manager::Chosen;
use super::super::quote::ShellWord;
use super::super::secrets::Secret;
use super::{Question, UV, line_step, pip_step, uv};

/// The dependencies of a project without a lock: uv reads them from the manifest, without building the project where it can.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    if question.source_at_once() {
        return at_once(question);
    }
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
        inputs.extend(setuptools.reads.iter().map(Input::file));
        if question.pyproject().is_none_or(|found| !found.project) {
            named = setuptools.paths.first().cloned();
        }
    }
    inputs.extend(question.declared_paths());
    let mut line = vec!["--python".to_owned(), VENV.to_owned()];
    line.extend(optional(question));
    line.push("--requirements".to_owned());
    line.push(named.unwrap_or_else(|| "pyproject.toml".to_owned()));
    let mut step = question
        .reach
        .step(&inputs, "uv", "/root/.cache/uv", words(&line)?)?;
    let built = |pyproject: &Pyproject| pyproject.dynamic.iter().any(|one| one == "dependencies");
    if question.pyproject().is_none_or(built) {
        take_version(&mut step, question.pyproject());
        stub(&mut step, question);
    }
    uv::with_uv(question, "project", &[], step)
}

/// Dependencies and project in one step, where only the whole source tells the dependencies.
fn at_once(question: &Question<'_>) -> Result<Install, Error> {
    let mut line = vec!["--python".to_owned(), VENV.to_owned()];
    let extras = question.chosen.extras.join(",");
    line.push(if extras.is_empty() {
        own_folder(question)
    } else {
        format!("{}[{extras}]", own_folder(question))
    });
    let source = BTreeSet::from([Input::context()]);
    let mut step = question.reach.step(&source, UV.0, UV.1, words(&line)?)?;
    take_version(&mut step, question.pyproject());
    let mut install = uv::with_uv(question, "project", &[], step)?;
    if !question.reach.buildkit {
        install.step.copies.clear();
        install.source_first = true;
    }
    Ok(install)
}

fn optional(question: &Question<'_>) -> Vec<String> {
    let extras = question.chosen.extras.iter().map(|name| ["--extra", name]);
    let groups = question.chosen.groups.iter().map(|name| ["--group", name]);
    extras.chain(groups).flatten().map(str::to_owned).collect()
}

/// The secrets that the project's own step needs: uv asks the project's indexes for what builds it, pip knows only PyPI there.
pub fn project_secrets(question: &Question<'_>, all: &[Secret]) -> Vec<Secret> {
    match question.chosen.manager {
        PackageManager::Uv => all.to_vec(),
        _ => Vec::new(),
    }
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

/// The step that installs the project, not editable, with its source mounted or copied; `None` where neither it nor a folder
/// beside it is installed from the source. `package` says whether the project itself is.
///
/// # Errors
/// A path or name of the project cannot stand in a Dockerfile.
pub fn project_step(question: &Question<'_>, package: bool) -> Result<Option<Step>, Error> {
    let source = BTreeSet::from([Input::context()]);
    let uv_sync = question.chosen.manager == PackageManager::Uv;
    let folders = question.local_folders();
    if question.chosen.manager == PackageManager::Project && question.source_at_once() {
        return Ok(None);
    }
    let mut step = if uv_sync && (package || !folders.is_empty() || question.is_virtual_root()) {
        let mut line = vec!["uv".to_owned(), "sync".to_owned()];
        line.extend(uv::sync_words(question));
        line.push("--no-editable".to_owned());
        if question.server.is_some() {
            // The server is no dependency of the project: an exact synchronisation would take it out again.
            line.push("--inexact".to_owned());
        }
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        line_step(question.reach, &source, UV, &line)?
    } else if !package {
        return Ok(None);
    } else if uses_uv(question) {
        let folder = own_folder(question);
        let line = [
            "uv",
            "pip",
            "install",
            "--python",
            VENV,
            "--no-deps",
            &folder,
        ];
        line_step(question.reach, &source, UV, &line)?
    } else {
        pip_step(
            question.reach,
            &source,
            &["--no-deps", &own_folder(question)],
        )?
    };
    step.comment = Some(comment(package, !folders.is_empty()).to_owned());
    if package {
        take_version(&mut step, question.pyproject());
        stub(&mut step, question);
    }
    Ok(Some(step))
}

fn comment(package: bool, folders: bool) -> &'static str {
    match (package, folders) {
        (true, false) => "the project itself",
        (true, true) => "the project itself, and the folders that it depends on",
        (false, _) => "the folders that the project consists of",
    }
}

/// Does uv install what has no lock of its own? Requirements files are pip's, unless the user says otherwise.
pub(super) fn uses_uv(question: &Question<'_>) -> bool {
    match question.chosen.manager {
        PackageManager::Uv | PackageManager::Project | PackageManager::Pylock => true,
        PackageManager::Pip => question.settings.installer == Some(Installer::Uv),
        PackageManager::Poetry | PackageManager::Pdm | PackageManager::Pipenv => false,
    }
}

/// The folder of the project's manifest, as pip takes it for a folder.
fn own_folder(question: &Question<'_>) -> String {
    let folder = match question.pyproject() {
        Some(pyproject) => pyproject.path.rsplit_once('/').map_or("", |(at, _)| at),
        None => question.folder(),
    };
    match folder {
        "" => ".".to_owned(),
        folder => format!("./{folder}"),
    }
}

/// pip and uv build no project that has nothing but a `setup.cfg`; an empty `pyproject.toml` beside it makes them ask setuptools
/// (PEP 517, «Source trees»: without `[build-system]` it is the backend).
fn stub(step: &mut Step, question: &Question<'_>) {
    let Some(setuptools) = &question.facts.setuptools else {
        return;
    };
    let only_config = setuptools
        .paths
        .iter()
        .all(|path| path.ends_with("setup.cfg"));
    if only_config && question.pyproject().is_none() {
        let file = join(question.folder(), "pyproject.toml");
        if let Ok(word) = ShellWord::new(&file) {
            step.prefix = format!("touch {} \\\n    && {}", word.as_str(), step.prefix);
        }
    }
}

/// Gives the version to a build backend that would ask version control, which is not in the build context.
fn take_version(step: &mut Step, pyproject: Option<&Pyproject>) {
    let variables = version_variables(pyproject);
    if !variables.is_empty() {
        step.arguments.push("VERSION=0.0.0".to_owned());
    }
    for variable in variables {
        step.prefix.extend([variable, "=\"$VERSION\" "]);
    }
}

/// Build backends and plugins, and the variable that each takes the version from.
#[derive(Debug, Deserialize)]
struct Versioning {
    backend: BTreeMap<String, String>,
}

fn version_variables(pyproject: Option<&Pyproject>) -> BTreeSet<&'static str> {
    static TABLE: OnceLock<Versioning> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        crate::catalogue::table(
            "versioning.toml",
            include_str!("../../catalogue/versioning.toml"),
        )
    });
    let asks = |pyproject: &&Pyproject| {
        // Without `[project]` the version stands in setup.py, which may ask too.
        !pyproject.project || pyproject.dynamic.iter().any(|field| field == "version")
    };
    pyproject
        .filter(asks)
        .and_then(|pyproject| pyproject.build_system.as_ref())
        .into_iter()
        .flat_map(|build_system| &build_system.requires)
        .filter_map(|requirement| requirement.name.as_deref())
        .filter_map(|name| table.backend.get(name))
        .map(String::as_str)
        .collect()
}
