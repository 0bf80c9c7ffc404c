//! Turns a lock and what is wanted of it into the distributions that are installed, each with the chain that asks for it.

mod roots;
mod serve;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::facts::{Artefacts, Environment, Lock, Place, Platform, Requirement, Source, Specifier};

pub use roots::{Root, Selection};
pub use serve::{Gap, Served, installed_size, serves};

/// A distribution that ends up in the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// Normalised name.
    pub name: String,
    /// Version; `None` where nothing pins it.
    pub version: Option<String>,
    /// What a range without a pin leaves as the newest, where it is bounded: `4.99999` for `<5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<String>,
    /// Extras asked for by anyone, normalised.
    pub extras: BTreeSet<String>,
    /// Where it comes from.
    pub source: Source,
    /// Files to choose from.
    pub artefacts: Artefacts,
    /// The lock's entry, or the first requirement.
    pub at: Place,
    /// Names from a direct requirement down to the one that asks for this; empty for a direct requirement.
    pub via: Vec<String>,
    /// Platforms on which it is installed, in the order of [`Platform::ALL`].
    pub platforms: Vec<Platform>,
}

impl Distribution {
    /// Its version, or the newest that its range leaves: an unknown one is newer than all.
    pub fn newest(&self) -> &str {
        let known = self.version.as_deref().or(self.ceiling.as_deref());
        known.unwrap_or("99999")
    }
}

/// The distributions that a lock installs in any of the environments (one Python, one or more platforms), sorted by name and
/// version. The project itself, where the lock lists it, is not among them; workspace members and path dependencies are.
#[must_use]
pub fn closure(
    lock: &Lock,
    selection: &Selection,
    environments: &[Environment],
) -> Vec<Distribution> {
    let mut merged: BTreeMap<usize, Distribution> = BTreeMap::new();
    for environment in environments {
        for reached in walk::walk(lock, selection, environment) {
            let Some(package) = lock.packages.get(reached.index) else {
                continue;
            };
            let entry = merged.entry(reached.index).or_insert_with(|| Distribution {
                name: package.name.clone(),
                version: package.version.clone(),
                ceiling: None,
                extras: BTreeSet::new(),
                source: package.source.clone(),
                artefacts: package.artefacts.clone(),
                at: package.at.clone(),
                via: reached.via,
                platforms: Vec::new(),
            });
            entry.extras.extend(reached.extras);
            add_platform(&mut entry.platforms, environment.platform());
        }
    }
    unite(merged.into_values().collect())
}

/// The distributions of plain requirements (requirements files, a manifest without a lock): what they name, not what those
/// need in turn. `constrained` gives versions to what they leave open. A checkout without a name goes by its repository's;
/// files and folders without a name are left out.
#[must_use]
pub fn from_requirements(
    requirements: &[Requirement],
    constrained: &[Requirement],
    environments: &[Environment],
) -> Vec<Distribution> {
    let mut merged: BTreeMap<String, Distribution> = BTreeMap::new();
    for requirement in requirements {
        let Some(name) = name_of(requirement) else {
            continue;
        };
        for environment in environments {
            if !requirement.marker.holds(environment, &[]) {
                continue;
            }
            let held = constraints(&name, constrained, environment);
            let version = requirement
                .specifier
                .pinned()
                .or_else(|| held.clone().find_map(Specifier::pinned));
            let ceiling = requirement
                .specifier
                .ceiling()
                .or_else(|| held.clone().find_map(Specifier::ceiling));
            let entry = merged.entry(name.clone()).or_insert_with(|| Distribution {
                name: name.clone(),
                version: None,
                ceiling,
                extras: BTreeSet::new(),
                source: requirement.source.clone(),
                artefacts: Artefacts::Unknown,
                at: requirement.at.clone(),
                via: Vec::new(),
                platforms: Vec::new(),
            });
            if entry.version.is_none() {
                entry.version = version;
            }
            if entry.source == Source::Index {
                entry.source = requirement.source.clone();
            }
            entry.extras.extend(requirement.extras.iter().cloned());
            add_platform(&mut entry.platforms, environment.platform());
        }
    }
    merged.into_values().collect()
}

/// The requirement's name, or that of the repository it is checked out from.
fn name_of(requirement: &Requirement) -> Option<String> {
    if let Some(name) = &requirement.name {
        return Some(name.clone());
    }
    let Source::Vcs { url, .. } = &requirement.source else {
        return None;
    };
    let path = url.split(['#', '?']).next()?.trim_end_matches('/');
    let last = path.rsplit('/').next()?;
    let bare = last.split('@').next()?.trim_end_matches(".git");
    Some(crate::facts::normalise(bare)).filter(|name| !name.is_empty())
}

/// The ranges that constraints hold a distribution to in an environment.
fn constraints<'a>(
    name: &'a str,
    constrained: &'a [Requirement],
    environment: &'a Environment,
) -> impl Iterator<Item = &'a Specifier> + Clone {
    constrained
        .iter()
        .filter(move |one| one.name.as_deref() == Some(name) && one.marker.holds(environment, &[]))
        .map(|one| &one.specifier)
}

fn add_platform(platforms: &mut Vec<Platform>, platform: Platform) {
    if !platforms.contains(&platform) {
        platforms.push(platform);
        platforms.sort();
    }
}

/// Sorts, and unites entries that differ only in their extras (PDM keeps `x` and `x[y]` apart).
fn unite(mut list: Vec<Distribution>) -> Vec<Distribution> {
    list.sort_by(|a, b| (&a.name, &a.version, &a.at).cmp(&(&b.name, &b.version, &b.at)));
    let mut out: Vec<Distribution> = Vec::with_capacity(list.len());
    for one in list {
        match out.last_mut() {
            Some(known)
                if known.name == one.name
                    && known.version == one.version
                    && known.source == one.source =>
            {
                known.extras.extend(one.extras);
                if one.via.len() < known.via.len() {
                    known.via = one.via;
                }
                for platform in one.platforms {
                    add_platform(&mut known.platforms, platform);
                }
            }
            _ => out.push(one),
        }
    }
    out
}
