//! Turns what an earlier run wrote into settings that nobody has to repeat, and tells which flags nothing repeats.

use toml::Value;

use super::Folder;
use crate::error::Error;
use crate::inspect::tree::{Tree, join};
use crate::lock::LockRecord;
use crate::plan::{bake, ci, compose, pre_commit};
use crate::settings::{Ci, Settings};

impl Folder {
    /// See [`remembered`].
    pub(super) fn remember(&mut self) {
        let Some(recorded) = &self.recorded else {
            return;
        };
        let there =
            |path: &str| recorded.files.contains_key(path) && self.root.join(path).is_file();
        let forge = forge(&there);
        let hook = there(pre_commit::FILE).then_some(true);
        let beside: Vec<[bool; 2]> = (0..self.wishes.len())
            .map(|at| {
                let tree = &self.trees[self.wishes[at].tree];
                let prefix = self.prefix(tree);
                // Which of several in one folder it was written for is not known.
                let alone = !self.shares(at);
                beside(tree, &|path| alone && there(&join(&prefix, path)))
            })
            .collect();
        for (wish, beside) in self.wishes.iter_mut().zip(beside) {
            keep(&mut wish.settings, beside);
        }
        match &mut self.wishes[..] {
            [one] if one.name.is_none() => {
                one.settings.ci = one.settings.ci.or(forge);
                one.settings.pre_commit = one.settings.pre_commit.or(hook);
                name(&self.trees[0], recorded);
            }
            _ => {
                self.ci = self.ci.or(forge);
                self.pre_commit = self.pre_commit.or(hook);
            }
        }
    }
}

/// The settings of a folder's one image, with what a flag asked for once to have written beside the Dockerfile: it is kept
/// right for as long as it is there, unless a setting says no, since `check` runs without the flag.
///
/// # Errors
/// As [`crate::recorded`].
pub fn remembered(tree: &Tree, mut settings: Settings) -> Result<Settings, Error> {
    let recorded = crate::recorded(tree)?.unwrap_or_default();
    name(tree, &recorded);
    let there = |path: &str| recorded.files.contains_key(path) && tree.root().join(path).is_file();
    keep(&mut settings, beside(tree, &there));
    settings.ci = settings.ci.or(forge(&there));
    let hook = there(pre_commit::FILE).then_some(true);
    settings.pre_commit = settings.pre_commit.or(hook);
    Ok(settings)
}

/// The files beside the Dockerfile name the image. Where the folder alone gave it the name, it stays: a clone of the repository,
/// on another machine or in CI, may lie in a folder that is called otherwise.
fn name(tree: &Tree, recorded: &LockRecord) {
    if let Some(name) = recorded.decisions.get("name") {
        tree.call(name);
    }
}

/// Is there a `compose.yaml`, a `docker-bake.hcl`?
fn beside(tree: &Tree, there: &dyn Fn(&str) -> bool) -> [bool; 2] {
    [compose::COMPOSE, bake::FILE].map(|file| there(&tree.in_app(file)))
}

/// The forge whose workflow is there.
fn forge(there: &dyn Fn(&str) -> bool) -> Option<Ci> {
    let mut forges = [Ci::Github, Ci::Gitlab].into_iter();
    forges.find(|forge| there(ci::path(*forge)))
}

fn keep(settings: &mut Settings, [compose, bake]: [bool; 2]) {
    settings.compose = settings.compose.or(compose.then_some(true));
    settings.bake = settings.bake.or(bake.then_some(true));
}

/// What flags say and the settings do not; what is written beside the Dockerfile is remembered by itself.
pub(super) fn passing(flags: &Settings, settled: &Settings) -> Result<Settings, Error> {
    let known = settled.said();
    let says = |key: &str, value: &Value| match (known.get(key), value) {
        (Some(Value::Array(known)), Value::Array(list)) => {
            list.iter().all(|entry| known.contains(entry))
        }
        (known, value) => known == Some(value),
    };
    flags
        .said()
        .into_iter()
        .filter(|(key, value)| {
            !["compose", "bake", "ci", "pre-commit"].contains(&key.as_str()) && !says(key, value)
        })
        .try_fold(Settings::default(), |passing, (key, value)| {
            passing.with(&key, Some(value))
        })
}
