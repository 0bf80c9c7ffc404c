//! Decides the builder's steps for each package manager: what is mounted, what is typed.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{PackageManager, ProjectFacts, Source, Warning};
use crate::inspect::tree::join;
use crate::settings::{Installer, Settings};

use super::command::Start;
use super::install::{Input, Install, Reach, Step, ToolCopy, Tools, VENV, Variable, template, words};
use super::manager::Chosen;

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
}
