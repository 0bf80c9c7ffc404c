//! Turns what the user wants installed into the starts of the walk through a lock's graph.

use std::collections::BTreeSet;

use crate::facts::{Lock, LockedPackage, Marker, Requirement, Source, Specifier};

/// A direct requirement of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// Normalised name.
    pub name: String,
    /// Normalised extras.
    pub extras: BTreeSet<String>,
    /// Versions accepted: they choose where a lock holds several.
    pub specifier: Specifier,
    /// Condition.
    pub marker: Marker,
}

impl Root {
    /// The root of a requirement; `None` when it has no name.
    #[must_use]
    pub fn of(requirement: &Requirement) -> Option<Self> {
        Some(Self {
            name: requirement.name.clone()?,
            extras: requirement.extras.clone(),
            specifier: requirement.specifier.clone(),
            marker: requirement.marker.clone(),
        })
    }
}

/// What is wanted of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Normalised name of the project or workspace member to install; `None` is the one at the lock's own folder, or else all members.
    pub project: Option<String>,
    /// The manifest's requirements: the main ones, and those of the wanted groups and extras. Locks that state the project's own
    /// edges (uv) do without; locks that mark packages by group (PDM, Pipenv, Poetry ≥ 2, pylock) use them for `via` and extras only.
    pub roots: Vec<Root>,
    /// Wanted groups beside the main one, normalised.
    pub groups: BTreeSet<String>,
    /// Wanted extras of the project, normalised.
    pub extras: BTreeSet<String>,
}

/// The entries of the project: the one that is named, the one at the lock's folder, or every member.
pub(super) fn projects(lock: &Lock, selection: &Selection) -> Vec<usize> {
    let folder = lock.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let find = |test: &dyn Fn(&LockedPackage) -> bool| -> Vec<usize> {
        let packages = lock.packages.iter().enumerate();
        packages
            .filter(|(_, package)| test(package))
            .map(|(index, _)| index)
            .collect()
    };
    let named = selection.project.as_deref().map_or_else(Vec::new, |name| {
        find(&|package| package.name == name && package.source.is_project())
    });
    if !named.is_empty() {
        return named;
    }
    let at_folder = find(&|package| {
        matches!(&package.source, Source::Virtual { path: Some(path) } if path == folder)
            || package.source.folder() == Some(folder)
    });
    if !at_folder.is_empty() {
        return at_folder;
    }
    let members = find(&|package| lock.members.contains(&package.name));
    if !members.is_empty() {
        return members;
    }
    find(&|package| matches!(package.source, Source::Virtual { .. }))
}

/// The items that uv's markers on conflicts test, as they are encoded in the lock: `project-4-shop`, `extra-4-shop-cpu`,
/// `group-4-shop-dev`, the number being the length of the package's name (uv's `universal_marker.rs`).
pub(super) fn conflict_items(
    lock: &Lock,
    selection: &Selection,
    projects: &[usize],
) -> Vec<String> {
    let mut out = Vec::new();
    for index in projects {
        let name = &lock.packages[*index].name;
        let length = name.len();
        out.push(format!("project-{length}-{name}"));
        for extra in &selection.extras {
            out.push(format!("extra-{length}-{name}-{extra}"));
        }
        for group in &selection.groups {
            out.push(format!("group-{length}-{name}-{group}"));
        }
    }
    out
}
