//! Turns what the user wants installed into the starts of the walk through a lock's graph.

use std::collections::BTreeSet;

use crate::facts::{Marker, Requirement, Specifier};

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
