//! Turns a source tree into [`ProjectFacts`].

pub mod app;
pub mod context;
pub mod dockerfile;
mod document;
mod extensions;
pub mod locks;
mod pep508;
pub mod pipfile;
pub mod pyproject;
pub mod python;
pub mod requirements;
pub mod setuptools;
pub mod syntax;
#[cfg(test)]
mod testing;
mod text;
mod traces;
pub mod tree;
mod url;

use std::collections::BTreeMap;

use crate::error::Error;
use crate::facts::{
    Found, Layout, Lock, LockKind, Place, ProjectFacts, Pyproject, PythonRequest, PythonSource,
    RequirementsFile, Warning,
};

use tree::Tree;

/// Reads everything that the plan may need. `requirements` is the file that the user named.
///
/// # Errors
/// A manifest or a lock cannot be read or breaks its format.
pub fn project(tree: &Tree, requirements: Option<&str>) -> Result<ProjectFacts, Error> {
    tree.spent().again();
    let mut warnings = Vec::new();
    let pyproject = pyproject::read(tree, &tree.in_app("pyproject.toml"), &mut warnings)?;
    let root_pyproject = if tree.app().is_empty() {
        None
    } else {
        pyproject::read(tree, "pyproject.toml", &mut warnings)?
    };
    let locks = locks(tree, &mut warnings)?;
    let mut facts = ProjectFacts {
        layout: layout(tree, &locks, root_pyproject.as_ref()),
        folder: tree.name(),
        below: below(tree),
        python: python::read(tree, &mut warnings)?,
        requirements: requirements_files(tree, requirements, &mut warnings)?,
        pipfile: pipfile::read(tree, &tree.in_app("Pipfile"), &mut warnings)?,
        setuptools: setuptools::read(tree, tree.app(), &mut warnings)?,
        foreign: foreign(tree),
        member_pyprojects: BTreeMap::new(),
        pyproject,
        root_pyproject,
        locks,
        ..ProjectFacts::default()
    };
    facts.member_pyprojects = members(tree, &facts, &mut warnings)?;
    for lock in &facts.locks {
        warnings.extend(locks::stale::warning(tree, lock, facts.pyproject.as_ref())?);
    }
    facts.python.extend(python_of_manifests(&facts));
    facts.extensions = extensions::read(
        tree,
        own_pyprojects(tree, &facts),
        facts.setuptools.as_ref(),
    );
    (facts.app, facts.sources) = app::read(tree)?;
    warnings.append(&mut facts.app.warnings);
    if tree.truncated() {
        warnings.push(Warning::new(
            "tree-truncated",
            "the project has more files than are looked at: the deepest were left out of the search for the application",
            "name folders of data in .gitignore or .dockerignore, or pass `--command`",
        ));
    }
    facts.warnings = warnings;
    Ok(facts)
}

/// The application's `pyproject.toml` and those of the folders that it brings along, each with its folder.
fn own_pyprojects<'a>(
    tree: &'a Tree,
    facts: &'a ProjectFacts,
) -> impl Iterator<Item = (&'a str, &'a Pyproject)> {
    let members = facts.member_pyprojects.iter();
    let own = facts.pyproject.iter().map(|one| (tree.app(), one));
    own.chain(members.map(|(folder, one)| (folder.as_str(), one)))
}

fn locks(tree: &Tree, warnings: &mut Vec<Warning>) -> Result<Vec<Lock>, Error> {
    let mut found = Vec::new();
    let folders: &[&str] = if tree.app().is_empty() {
        &[""]
    } else {
        &[tree.app(), ""]
    };
    for folder in folders {
        let at = |name: &str| tree::join(folder, name);
        found.extend(locks::read_uv(tree, &at("uv.lock"), warnings)?);
        found.extend(locks::read_poetry(tree, &at("poetry.lock"), warnings)?);
        found.extend(locks::read_pdm(tree, &at("pdm.lock"), warnings)?);
        found.extend(locks::read_pipenv(tree, &at("Pipfile.lock"), warnings)?);
        found.extend(locks::read_pylock(tree, &at("pylock.toml"), warnings)?);
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn requirements_files(
    tree: &Tree,
    named: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<RequirementsFile>, Error> {
    let Some(named) = named else {
        return Ok(requirements::best(tree, warnings)?.into_iter().collect());
    };
    let path = [tree.in_app(named), named.to_owned()]
        .into_iter()
        .find(|path| tree.is_file(path))
        .ok_or_else(|| Error::Unreadable {
            file: named.to_owned(),
            named_at: None,
            why: "there is no such file in the project".to_owned(),
            help: "give a path relative to the project's folder: `--requirements requirements/production.txt`"
                .to_owned(),
        })?;
    Ok(requirements::read(tree, &path, warnings)?
        .into_iter()
        .collect())
}

fn layout(tree: &Tree, locks: &[Lock], root: Option<&Pyproject>) -> Layout {
    let workspace = if tree.app().is_empty() {
        None
    } else {
        locks
            .first()
            .map(|lock| lock.path.clone())
            .or_else(|| root.map(|root| root.path.clone()))
            .map(|path| Place::new(path, 0))
    };
    Layout {
        app: tree.app().to_owned(),
        below: context::below(tree.root()),
        workspace,
        members: BTreeMap::new(),
        top: tree
            .files()
            .iter()
            .filter(|file| !file.path.contains('/'))
            .map(|file| file.path.clone())
            .collect(),
    }
}

/// The manifests of workspace members and path dependencies that the lock names.
fn members(
    tree: &Tree,
    facts: &ProjectFacts,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<String, Pyproject>, Error> {
    let mut found = BTreeMap::new();
    let listed = facts.requirements.iter().flat_map(|file| {
        let folders = file
            .requirements
            .iter()
            .filter_map(|one| one.source.folder());
        folders.map(str::to_owned)
    });
    for folder in locks::local_folders(&facts.locks).into_iter().chain(listed) {
        if folder == tree.app() || folder.is_empty() || found.contains_key(&folder) {
            continue;
        }
        let path = tree::join(&folder, "pyproject.toml");
        if let Some(pyproject) = pyproject::read(tree, &path, warnings)? {
            found.insert(folder, pyproject);
        }
    }
    Ok(found)
}

/// What manifests and locks say about Python, beside the files that exist for nothing else.
fn python_of_manifests(facts: &ProjectFacts) -> Vec<PythonRequest> {
    let said = |text: &Found<String>, source| PythonRequest {
        source,
        text: text.clone(),
    };
    let pyprojects = || facts.pyproject.iter().chain(&facts.root_pyproject);
    let manifests = pyprojects()
        .filter_map(|pyproject| pyproject.requires_python.as_ref())
        .chain(
            facts
                .setuptools
                .iter()
                .filter_map(|found| found.requires_python.as_ref()),
        )
        .map(|text| said(text, PythonSource::RequiresPython));
    let pipfile = facts
        .pipfile
        .iter()
        .filter_map(|pipfile| pipfile.python.clone());
    let locks = facts
        .locks
        .iter()
        .filter_map(python_of_lock)
        .map(|text| said(&text, PythonSource::Lock));
    let headers = facts.requirements.iter().filter_map(|file| {
        let generator = file.generator.as_ref()?;
        Some(PythonRequest {
            source: PythonSource::PipToolsHeader,
            text: Found::new(generator.value.python.clone()?, generator.at.clone()),
        })
    });
    let classifiers = pyprojects()
        .filter_map(|pyproject| pyproject.classifier.as_ref())
        .chain(
            facts
                .setuptools
                .iter()
                .filter_map(|found| found.classifier.as_ref()),
        )
        .map(|text| said(text, PythonSource::Classifier));
    let tools = pyprojects()
        .filter_map(|pyproject| pyproject.tool_python.as_ref())
        .map(|text| said(text, PythonSource::Tool));
    manifests
        .chain(locks)
        .chain(pipfile)
        .chain(headers)
        .chain(classifiers)
        .chain(tools)
        .collect()
}

/// A lock's statement about Python as PEP 440 has it: Poetry repeats its own dialect, Pipenv the bare version.
fn python_of_lock(lock: &Lock) -> Option<Found<String>> {
    let found = lock.requires_python.as_ref()?;
    let text = match lock.kind {
        LockKind::Poetry => pyproject::poetry_range(&found.value).unwrap_or(found.value.clone()),
        LockKind::Pipenv if found.value.matches('.').count() < 2 => format!("=={}.*", found.value),
        LockKind::Pipenv => format!("=={}", found.value),
        _ => found.value.clone(),
    };
    Some(Found::new(text, found.at.clone()))
}

fn foreign(tree: &Tree) -> Vec<Found<String>> {
    [
        ("environment.yml", "conda's environment.yml"),
        ("environment.yaml", "conda's environment.yaml"),
        ("pixi.toml", "pixi.toml"),
    ]
    .into_iter()
    .map(|(file, name)| (tree.in_app(file), name))
    .filter(|(path, _)| tree.is_file(path))
    .map(|(path, name)| Found::new(name.to_owned(), Place::new(path, 1)))
    .collect()
}

/// The highest manifest in a folder below.
fn below(tree: &Tree) -> Option<String> {
    let manifests = ["pyproject.toml", "requirements.txt", "Pipfile", "setup.py"];
    let paths = tree.files().iter().map(|file| file.path.as_str());
    paths
        .filter(|path| {
            let name = path.rsplit_once('/').map_or("", |(_, name)| name);
            manifests.contains(&name)
        })
        .min_by_key(|path| path.matches('/').count())
        .map(str::to_owned)
}
