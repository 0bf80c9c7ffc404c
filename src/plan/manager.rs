//! Chooses the package manager, the files it reads, and the groups and extras that belong to production.

mod groups;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::error::{Error, Offer, printable};
use crate::facts::{
    Lock, LockKind, PackageManager, Place, ProjectFacts, Pyproject, RequirementsFile, Warning,
};
use crate::settings::Settings;

pub(super) use groups::for_development;

/// What will be installed, and from which files.
#[derive(Clone, Debug)]
pub struct Chosen<'a> {
    /// The manager.
    pub manager: PackageManager,
    /// Its lock, where there is one.
    pub lock: Option<&'a Lock>,
    /// The requirements file, for pip.
    pub requirements: Option<&'a RequirementsFile>,
    /// Every file that the decision rests on, context-relative, sorted.
    pub manifests: Vec<String>,
    /// Groups to install beside the main dependencies, sorted.
    pub groups: Vec<String>,
    /// Extras to install, sorted.
    pub extras: Vec<String>,
}

/// Chooses.
///
/// # Errors
/// Several managers claim the project, the one asked for has no files here, or there is nothing to install from.
pub fn choose<'a>(
    facts: &'a ProjectFacts,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Result<Chosen<'a>, Error> {
    let manager = if let Some(manager) = settings.manager {
        manager.into()
    } else if settings.requirements.is_some() {
        PackageManager::Pip
    } else {
        detect(facts, warnings)?
    };
    let mut chosen = Chosen {
        manager,
        lock: facts
            .locks
            .iter()
            .find(|lock| manager_of(lock.kind) == manager),
        requirements: None,
        manifests: Vec::new(),
        groups: Vec::new(),
        extras: Vec::new(),
    };
    if manager == PackageManager::Pip {
        chosen.requirements = facts.requirements.first();
    }
    require_files(&chosen, facts)?;
    (chosen.groups, chosen.extras) = groups::of(facts, manager, settings, warnings)?;
    chosen.manifests = manifests(&chosen, facts);
    warnings.extend(facts.foreign.iter().map(|foreign| {
        Warning::new(
            "foreign-manifest",
            format!("{} is not read: {} installs", foreign.value, manager.name()),
            "see that everything it lists is in the files that are read, or pass what Debian has with `--run-packages`",
        )
        .at(foreign.at.clone())
    }));
    Ok(chosen)
}

/// The manager that writes a lock of this kind.
pub fn manager_of(kind: LockKind) -> PackageManager {
    match kind {
        LockKind::Uv => PackageManager::Uv,
        LockKind::Poetry => PackageManager::Poetry,
        LockKind::Pdm => PackageManager::Pdm,
        LockKind::Pipenv => PackageManager::Pipenv,
        LockKind::Pylock => PackageManager::Pylock,
    }
}

fn detect(facts: &ProjectFacts, warnings: &mut Vec<Warning>) -> Result<PackageManager, Error> {
    if let Some(lock) = built_by(facts) {
        // What is the matter with the other one does not matter.
        let here = |warning: &Warning| {
            let at = warning.at.as_ref();
            at.is_none_or(|at| {
                !facts
                    .locks
                    .iter()
                    .any(|one| one != lock && *at.file == *one.path)
            })
        };
        warnings.retain(here);
        warnings.push(
            Warning::new(
                "lock-ignored",
                format!(
                    "{} is read, poetry.lock is not: Poetry does not build the project any more",
                    lock.path
                ),
                "delete poetry.lock, or pass `--manager poetry`",
            )
            .at(Place::new(lock.path.clone(), 1)),
        );
        return beside_lock(facts, lock, warnings);
    }
    if facts.locks.len() > 1 {
        return Err(contradiction(
            facts
                .locks
                .iter()
                .map(|lock| (lock.path.clone(), manager_of(lock.kind)))
                .collect(),
        ));
    }
    if let Some(lock) = facts.locks.first() {
        return beside_lock(facts, lock, warnings);
    }
    if let Some(pipfile) = &facts.pipfile {
        warnings.push(
            Warning::new(
                "lock-missing",
                "Pipfile.lock is missing: each build may install other versions",
                "run `pipenv lock` and commit Pipfile.lock",
            )
            .at(Place::new(pipfile.path.clone(), 0)),
        );
        return Ok(PackageManager::Pipenv);
    }
    if !facts.requirements.is_empty() {
        return Ok(PackageManager::Pip);
    }
    let project = facts
        .pyproject
        .as_ref()
        .filter(|pyproject| pyproject.project || pyproject.tools.contains("poetry"));
    if let Some(pyproject) = project {
        warnings.push(
            Warning::new(
                "lock-missing",
                format!(
                    "{} has no lock file beside it: each build may install other versions",
                    pyproject.path
                ),
                lock_command(pyproject),
            )
            .at(Place::new(pyproject.path.clone(), 0)),
        );
        return Ok(PackageManager::Project);
    }
    if facts.setuptools.is_some() {
        return Ok(PackageManager::Project);
    }
    Err(nothing(facts))
}

/// Of two locks the one beside Poetry's, where the project has left Poetry: its metadata is the standard's, and another backend
/// builds it, or no table speaks to Poetry.
fn built_by(facts: &ProjectFacts) -> Option<&Lock> {
    let pyproject = facts.pyproject.as_ref()?;
    let built = pyproject.build_system.as_ref();
    let left = match built.and_then(|built| built.backend.as_ref()) {
        Some(backend) => !backend.starts_with("poetry"),
        None => !pyproject.tools.contains("poetry"),
    };
    let [one, other] = facts.locks.as_slice() else {
        return None;
    };
    match (one.kind, other.kind) {
        (LockKind::Poetry, _) => Some(other),
        (_, LockKind::Poetry) => Some(one),
        _ => None,
    }
    .filter(|_| left && pyproject.project)
}

/// One lock, and perhaps a requirements file beside it: an export of the lock, a subset of it, or another truth.
fn beside_lock(
    facts: &ProjectFacts,
    lock: &Lock,
    warnings: &mut Vec<Warning>,
) -> Result<PackageManager, Error> {
    let manager = manager_of(lock.kind);
    let Some(file) = facts
        .requirements
        .first()
        .filter(|file| !file.requirements.is_empty())
    else {
        return Ok(manager);
    };
    let locked: BTreeSet<&str> = lock
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let exported = file
        .generator
        .as_ref()
        .is_some_and(|generator| generator.value.exported);
    let inside = file
        .requirements
        .iter()
        .all(|requirement| match &requirement.name {
            Some(name) => locked.contains(name.as_str()),
            None => true,
        });
    let strangers: Vec<&str> = file
        .requirements
        .iter()
        .filter_map(|requirement| requirement.name.as_deref())
        .filter(|name| !locked.contains(*name))
        .collect();
    // A lock that fits its manifest is kept up by a tool; a file that has left it is not.
    let left = fits(facts, lock, warnings) && strangers.len() * 2 <= file.requirements.len();
    if !exported && !inside && !left {
        return Err(contradiction(vec![
            (file.path.clone(), PackageManager::Pip),
            (lock.path.clone(), manager),
        ]));
    }
    let reason = if exported {
        "it is an export of the lock, as its header says".to_owned()
    } else if inside {
        "all its requirements are in the lock".to_owned()
    } else {
        format!(
            "the lock fits its manifest, and does not hold {}",
            printable(&strangers.join(", "))
        )
    };
    warnings.push(
        Warning::new(
            "requirements-ignored",
            format!("{} is not read, {} is: {reason}", file.path, lock.path),
            "pass `--manager pip` to install from the requirements file instead",
        )
        .at(Place::new(file.path.clone(), 1)),
    );
    Ok(manager)
}

/// Is the lock as its tool wrote it for the manifest that is there?
fn fits(facts: &ProjectFacts, lock: &Lock, warnings: &[Warning]) -> bool {
    let manifest = match lock.kind {
        LockKind::Pipenv => facts.pipfile.is_some(),
        LockKind::Pylock => false,
        LockKind::Uv | LockKind::Poetry | LockKind::Pdm => facts
            .pyproject
            .as_ref()
            .is_some_and(|found| found.project || found.tools.contains("poetry")),
    };
    let stale = |warning: &Warning| {
        let at = warning.at.as_ref();
        warning.code == "lock-stale" && at.is_some_and(|at| *at.file == *lock.path)
    };
    manifest && !warnings.iter().any(stale)
}

fn lock_command(pyproject: &Pyproject) -> String {
    let tool = ["uv", "poetry", "pdm"]
        .into_iter()
        .find(|tool| pyproject.tools.contains(*tool))
        .unwrap_or("uv");
    format!("run `{tool} lock` and commit the lock file")
}

fn contradiction(claims: Vec<(String, PackageManager)>) -> Error {
    let last = claims.last().map_or("pip", |(_, manager)| manager.name());
    Error::Contradiction {
        what: format!("{} package managers claim this project", claims.len()),
        help: format!("delete the file you no longer use, or pass `--manager {last}`"),
        offers: claims
            .iter()
            .map(|(path, manager)| {
                let at = Place::new(path.as_str(), 0);
                Offer::new("manager", manager.name(), Some(&at))
            })
            .collect(),
        evidence: claims
            .into_iter()
            .map(|(path, manager)| (Place::new(path, 1), manager.name().to_owned()))
            .collect(),
    }
}

fn nothing(facts: &ProjectFacts) -> Error {
    if let Some(foreign) = facts.foreign.first() {
        return Error::Undecided {
            what: format!("{} is not supported", foreign.value),
            evidence: vec![(Some(foreign.at.clone()), "found here".to_owned())],
            help: "write its PyPI requirements (those below `pip:` too) into requirements.txt; what only conda has needs conda's own image"
                .to_owned(),
            offers: Vec::new(),
        };
    }
    Error::NoProject {
        folder: PathBuf::from(&facts.folder),
        looked_for: [
            "requirements.txt",
            "requirements/production.txt",
            "pyproject.toml",
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "Pipfile",
            "pylock.toml",
            "setup.cfg",
            "setup.py",
        ]
        .map(ToOwned::to_owned)
        .to_vec(),
        help: match &facts.below {
            Some(below) => {
                let shown = printable(below);
                let folder = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!(
                    "{shown} lies below: give its folder, `dockwright generate path/to/{folder}`"
                )
            }
            None => "give the folder that holds one of them: `dockwright generate path/to/project`"
                .to_owned(),
        },
    }
}

/// The manager that was asked for must have something to install from.
fn require_files(chosen: &Chosen<'_>, facts: &ProjectFacts) -> Result<(), Error> {
    let (there, file, make) = match chosen.manager {
        PackageManager::Pip => (
            chosen.requirements.is_some(),
            "requirements.txt",
            "pip freeze > requirements.txt",
        ),
        PackageManager::Uv => (chosen.lock.is_some(), "uv.lock", "uv lock"),
        PackageManager::Poetry => (chosen.lock.is_some(), "poetry.lock", "poetry lock"),
        PackageManager::Pdm => (chosen.lock.is_some(), "pdm.lock", "pdm lock"),
        PackageManager::Pipenv => (
            chosen.lock.is_some() || facts.pipfile.is_some(),
            "Pipfile.lock",
            "pipenv lock",
        ),
        PackageManager::Pylock => (
            chosen.lock.is_some(),
            "pylock.toml",
            "uv export --format pylock.toml --output-file pylock.toml",
        ),
        PackageManager::Project => (
            facts.pyproject.is_some() || facts.setuptools.is_some(),
            "pyproject.toml",
            "uv init --bare",
        ),
    };
    if there {
        return Ok(());
    }
    Err(Error::Undecided {
        what: format!("there is no {file} for {}", chosen.manager.name()),
        evidence: Vec::new(),
        help: format!("run `{make}`, or choose another manager with `--manager`"),
        offers: Vec::new(),
    })
}

fn manifests(chosen: &Chosen<'_>, facts: &ProjectFacts) -> Vec<String> {
    let mut all = BTreeSet::new();
    if let Some(lock) = chosen.lock {
        all.insert(lock.path.clone());
    }
    if let Some(file) = chosen.requirements {
        all.extend(file.includes.iter().cloned());
        all.extend(file.constraints.iter().cloned());
    }
    if chosen.manager != PackageManager::Pip || facts.requirements.is_empty() {
        for pyproject in facts.pyproject.iter().chain(&facts.root_pyproject) {
            all.insert(pyproject.path.clone());
        }
    }
    if chosen.manager == PackageManager::Pipenv {
        all.extend(facts.pipfile.iter().map(|pipfile| pipfile.path.clone()));
    }
    if chosen.manager == PackageManager::Project {
        all.extend(
            facts
                .setuptools
                .iter()
                .flat_map(|found| found.paths.clone()),
        );
    }
    all.into_iter().collect()
}
