//! The distributions that an image installs.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::facts::{Artefacts, Place, Platform, Source};

/// One distribution that will be installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// Normalised name.
    pub name: String,
    /// Version, where one is fixed.
    pub version: Option<String>,
    /// Normalised extras that were asked for.
    pub extras: BTreeSet<String>,
    /// Where it comes from.
    pub source: Source,
    /// Files to choose from.
    pub artefacts: Artefacts,
    /// The place that names it.
    pub at: Place,
    /// The chain of names from a root to it, without itself.
    pub via: Vec<String>,
    /// Platforms whose markers want it.
    pub platforms: Vec<Platform>,
}
