//! Resolves what the chosen manager would install, for any Python version, so that versions can be compared.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::facts::{
    Environment, Found, IndexOptions, Libc, Lock, LockKind, PackageManager, Platform, ProjectFacts,
    Requirement, Warning,
};
use crate::settings::{PackageTool, Settings, Suite};

use super::agreement;
use super::base::Base;
use super::closure::{self, Distribution, Root, Selection};
use super::command::Start;
use super::manager::Chosen;
use super::system::{self, Family, Target};
use super::{Size, moved, platforms, wheels};

/// Markers on `python_full_version` are asked with this patch number: images follow the newest patch release.
const PATCH: u8 = 99;

/// The C library that Pythons are compared with before the base is chosen: trixie's.
const COMPARED: Libc = Libc::Glibc(2, 41);

/// What a distribution weighs that does not work at all: more than some that have to be compiled, less than one that a lock has not.
const HINDERED: usize = 100;

/// What is needed to resolve again and again.
pub struct Resolver<'a> {
    chosen: &'a Chosen<'a>,
    catalogue: &'static Catalogue,
    requirements: Vec<Requirement>,
    selection: Selection,
    options: IndexOptions,
    platforms: Vec<Platform>,
}

impl<'a> Resolver<'a> {
    /// Prepares what stays the same for every Python.
    pub fn new(
        facts: &'a ProjectFacts,
        chosen: &'a Chosen<'a>,
        settings: &Settings,
        catalogue: &'static Catalogue,
    ) -> Self {
        let requirements = requirements(facts, chosen);
        Self {
            chosen,
            catalogue,
            selection: selection(facts, chosen, &requirements),
            options: options(facts, chosen),
            platforms: platforms(settings),
            requirements,
        }
    }

    /// What ends up in the image with Python 3.`minor`, sorted by name.
    pub fn distributions(&self, minor: u8) -> Vec<Distribution> {
        let environments = self.environments(minor);
        if let Some(lock) = self.chosen.lock {
            return closure::closure(lock, &self.selection, &environments);
        }
        closure::from_requirements(&self.requirements, self.constrained(), &environments)
    }

    /// The distributions and the server that is installed besides, which may have to be compiled as well.
    pub fn with_server<'d>(
        &self,
        distributions: &'d [Distribution],
        start: &Start,
    ) -> Cow<'d, [Distribution]> {
        let Some(server) = &start.install else {
            return Cow::Borrowed(distributions);
        };
        let command = start.command.as_ref();
        let server = Distribution {
            name: server.name.clone(),
            version: Some(server.version.clone()),
            at: command.and_then(|one| one.at.clone()).unwrap_or_default(),
            platforms: self.platforms.clone(),
            ..Distribution::default()
        };
        Cow::Owned([distributions, &[server]].concat())
    }

    /// What constraints files say.
    fn constrained(&self) -> &'a [Requirement] {
        let file = self.chosen.requirements;
        file.map_or(&[], |file| &file.constrained)
    }

    /// Will this distribution be there, with the Python that is taken where nothing speaks against it?
    pub fn holds(&self, name: &str) -> bool {
        let all = self.distributions(super::python::Releases::builtin().default);
        all.iter().any(|one| one.name == name)
    }

    /// Warnings about what the sources import and what is installed has no more.
    pub fn missed(&self, imports: &[Found<String>], all: &[Distribution]) -> Vec<Warning> {
        let is_free = |name: &str| {
            let mut constrained = self.constrained().iter();
            self.chosen.lock.is_none() && !constrained.any(|one| one.name.as_deref() == Some(name))
        };
        moved::warnings(imports, all, &is_free)
    }

    /// As [`Self::distributions`], but refuses a lock that cannot have been made from the manifest beside it.
    ///
    /// # Errors
    /// As [`agreement::check`].
    pub fn checked(&self, minor: u8) -> Result<Vec<Distribution>, Error> {
        // PEP 751 has no manifest beside it that it must follow.
        let lock = self
            .chosen
            .lock
            .filter(|lock| lock.kind != LockKind::Pylock);
        if let Some(lock) = lock {
            agreement::check(lock, &self.requirements, &self.environments(minor))?;
        }
        Ok(self.distributions(minor))
    }

    /// How much a Python costs: packages that the lock cannot serve at all weigh more than those that have to be compiled.
    /// Without a lock the catalogue's record of wheels answers, for what is pinned or bounded from above.
    pub fn burden(&self, minor: u8) -> usize {
        let all = self.distributions(minor);
        let hindered = usize::from(self.hindered_of(&all, minor).is_some());
        let compiled = match self.chosen.lock {
            Some(lock) => self.unserved(lock, minor),
            None => self.compiled(all, minor),
        };
        hindered * HINDERED + compiled
    }

    /// What does not work with a Python, though it can be installed there.
    pub fn hindered(&self, minor: u8) -> Option<String> {
        let all = self.distributions(minor);
        self.hindered_of(&all, minor).map(|one| one.name.clone())
    }

    fn hindered_of<'d>(&self, all: &'d [Distribution], minor: u8) -> Option<&'d Distribution> {
        system::hindered(all, &self.compared(minor), self.catalogue)
    }

    /// The part of the burden that has to be compiled, as far as the catalogue knows.
    fn compiled(&self, mut all: Vec<Distribution>, minor: u8) -> usize {
        all.retain(|one| one.version.is_some() || one.ceiling.is_some());
        let plan = system::decide(&all, &[], &self.compared(minor), self.catalogue);
        // What has a wheel for one of two platforms weighs half: old packages have none for arm64 at all.
        let platforms = plan.compiled.iter().map(|one| one.platforms.len());
        platforms.sum::<usize>().div_ceil(2)
    }

    /// The same of a lock, with what cannot be had at all.
    fn unserved(&self, lock: &Lock, minor: u8) -> usize {
        let served = closure::serves(
            lock,
            &self.selection,
            &self.environments(minor),
            COMPARED,
            &self.options,
        );
        served.missing.len() * 1000 + served.built.len()
    }

    /// The image that Pythons are compared with.
    fn compared(&self, minor: u8) -> Target {
        self.target_on(Family::Debian(Suite::Trixie), COMPARED, minor)
    }

    /// The image that system packages are decided for.
    pub fn target(&self, base: &Base, minor: u8) -> Target {
        let family = match base.tool {
            PackageTool::Apt => Family::Debian(base.suite),
            PackageTool::Apk => Family::Alpine,
        };
        self.target_on(family, base.libc, minor)
    }

    fn target_on(&self, family: Family, libc: Libc, minor: u8) -> Target {
        Target {
            python_minor: minor,
            family,
            libc,
            platforms: self.platforms.clone(),
            no_binary: self
                .options
                .no_binary
                .iter()
                .map(|found| found.value.clone())
                .collect(),
            other_index: !self.options.indexes.is_empty() || !self.options.find_links.is_empty(),
            constrained: self
                .constrained()
                .iter()
                .filter_map(|one| one.name.clone())
                .collect(),
            already: BTreeSet::new(),
        }
    }

    /// What the distributions will take on each platform, from the sizes that the lock records.
    pub fn sizes(&self, distributions: &[Distribution], base: &Base, minor: u8) -> Vec<Size> {
        let sizes = self.platforms.iter().map(|platform| {
            let target = wheels::Target {
                python_minor: minor,
                libc: base.libc,
                platform: *platform,
            };
            let (bytes, unknown) = closure::installed_size(distributions, target, &self.options);
            Size {
                platform: *platform,
                bytes,
                unknown,
            }
        });
        sizes.filter(|size| size.bytes > 0).collect()
    }

    /// Index options of every file that the manager reads.
    pub fn options(&self) -> &IndexOptions {
        &self.options
    }

    fn environments(&self, minor: u8) -> Vec<Environment> {
        self.platforms
            .iter()
            .map(|platform| Environment::linux(minor, PATCH, *platform))
            .collect()
    }
}

/// The direct requirements of production.
fn requirements(facts: &ProjectFacts, chosen: &Chosen<'_>) -> Vec<Requirement> {
    match chosen.manager {
        PackageManager::Pip => with_folders(
            facts,
            chosen
                .requirements
                .map(|file| file.requirements.clone())
                .unwrap_or_default(),
        ),
        PackageManager::Pipenv => facts
            .pipfile
            .iter()
            .flat_map(|pipfile| pipfile.packages.clone())
            .collect(),
        _ => declared(facts, chosen),
    }
}

/// The requirements of a file, and those of the folders that it names: no lock tells what these bring along.
fn with_folders(facts: &ProjectFacts, mut all: Vec<Requirement>) -> Vec<Requirement> {
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while let Some(requirement) = all.get(next) {
        next += 1;
        let Some(folder) = requirement
            .source
            .folder()
            .filter(|folder| seen.insert((*folder).to_owned()))
        else {
            continue;
        };
        let Some(pyproject) = facts.member_pyprojects.get(folder) else {
            continue;
        };
        let extras = requirement.extras.iter();
        let wanted = extras
            .filter_map(|extra| pyproject.extras.get(extra))
            .flatten();
        let brought: Vec<Requirement> = pyproject
            .dependencies
            .iter()
            .chain(wanted)
            .cloned()
            .collect();
        all.extend(brought);
    }
    all
}

/// What `pyproject.toml`, `setup.cfg` or `setup.py` declare, with the wanted groups and extras.
fn declared(facts: &ProjectFacts, chosen: &Chosen<'_>) -> Vec<Requirement> {
    let mut all = Vec::new();
    if let Some(pyproject) = &facts.pyproject {
        all.extend(pyproject.dependencies.iter().cloned());
        for name in &chosen.groups {
            all.extend(
                pyproject
                    .groups
                    .get(name)
                    .iter()
                    .flat_map(|group| group.requirements.iter().cloned()),
            );
        }
        for name in &chosen.extras {
            all.extend(pyproject.extras.get(name).into_iter().flatten().cloned());
        }
    }
    if let Some(setuptools) = &facts.setuptools {
        all.extend(setuptools.dependencies.iter().flatten().cloned());
        for name in &chosen.extras {
            all.extend(setuptools.extras.get(name).into_iter().flatten().cloned());
        }
    }
    all
}

fn selection(facts: &ProjectFacts, chosen: &Chosen<'_>, requirements: &[Requirement]) -> Selection {
    let project = facts
        .pyproject
        .as_ref()
        .filter(|_| !facts.layout.app.is_empty())
        .and_then(|pyproject| pyproject.name.as_ref())
        .map(|name| crate::facts::normalise(&name.value));
    Selection {
        project,
        roots: requirements.iter().filter_map(Root::of).collect(),
        groups: chosen.groups.iter().cloned().collect::<BTreeSet<_>>(),
        extras: chosen.extras.iter().cloned().collect::<BTreeSet<_>>(),
    }
}

/// Index options of every file that the manager reads.
fn options(facts: &ProjectFacts, chosen: &Chosen<'_>) -> IndexOptions {
    let mut all = IndexOptions::default();
    let pyprojects = facts
        .pyproject
        .iter()
        .chain(&facts.root_pyproject)
        .map(|pyproject| &pyproject.options);
    let sources = chosen
        .requirements
        .iter()
        .map(|file| &file.options)
        .chain(chosen.lock.iter().map(|lock| &lock.options))
        .chain(pyprojects.filter(|_| chosen.manager != PackageManager::Pip))
        .chain(
            facts
                .pipfile
                .iter()
                .filter(|_| chosen.manager == PackageManager::Pipenv)
                .map(|pipfile| &pipfile.options),
        );
    for options in sources {
        all.indexes.extend(options.indexes.iter().cloned());
        all.find_links.extend(options.find_links.iter().cloned());
        all.no_binary.extend(options.no_binary.iter().cloned());
        all.only_binary.extend(options.only_binary.iter().cloned());
        all.pre |= options.pre;
        all.no_index |= options.no_index;
        all.require_hashes |= options.require_hashes;
    }
    all
}
