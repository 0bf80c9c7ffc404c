//! Turns what is missing into the packages of the image's distribution that bring it.

use std::collections::BTreeSet;

use super::inside::Release;
use super::missing::Missing;
use super::report::{Need, Stage};
use crate::catalogue::{BySuite, Catalogue, Entry, development, sonames};
use crate::settings::Suite;

/// Whose package names are wanted.
#[derive(Clone, Copy)]
pub(super) struct Solver<'a> {
    /// The Debian release; `None` for another distribution, whose packages are not known.
    pub(super) suite: Option<Suite>,
    /// What is known of programs.
    pub(super) catalogue: &'a Catalogue,
}

impl Solver<'_> {
    /// The Debian release of an image.
    pub(super) fn suite(release: &Release) -> Option<Suite> {
        if release.id.as_deref() != Some("debian") {
            return None;
        }
        release.codename.as_deref().and_then(Suite::from_name)
    }

    /// What brings a missing thing into a stage.
    pub(super) fn need(&self, missing: &Missing, stage: Stage) -> Need {
        let (packages, choices) = match (self.suite, missing) {
            (None, _) => (Vec::new(), Vec::new()),
            (Some(suite), Missing::Library(soname)) => library(soname, suite),
            (Some(suite), Missing::Named(name)) => self.named(name, suite),
            (Some(suite), Missing::Program(name)) => (self.program(name, stage, suite), Vec::new()),
            (Some(suite), Missing::Header(name)) => (one(sonames::header(name, suite)), Vec::new()),
            (Some(suite), Missing::PkgConfig(name)) => {
                (one(sonames::pkg_config(name, suite)), Vec::new())
            }
            (Some(suite), Missing::Linked(name)) => (
                one(sonames::package(&format!("lib{name}.so"), suite)),
                Vec::new(),
            ),
        };
        Need {
            kind: missing.kind(),
            name: missing.name().to_owned(),
            stage,
            packages,
            choices,
        }
    }

    /// A library by its bare name: what the catalogue says of it, else the one package that ships a `libNAME.so.N`.
    fn named(&self, name: &str, suite: Suite) -> (Vec<String>, Vec<String>) {
        let key = format!("library:{name}");
        if let Some(entry) = self.catalogue.source_need(&key) {
            let packages = listed(entry.debian.run.as_ref(), suite);
            if !packages.is_empty() {
                return (packages, Vec::new());
            }
        }
        let found: BTreeSet<&str> = sonames::named(name, suite).into_iter().collect();
        one_of(found)
    }

    /// A program: what a compiler's table or the catalogue says of it.
    fn program(&self, name: &str, stage: Stage, suite: Suite) -> Vec<String> {
        let shows = |entry: &Entry| entry.shown.programs.iter().any(|shown| shown == name);
        let known = self
            .catalogue
            .source_needs()
            .find(|(key, entry)| *key == format!("program:{name}") || shows(entry))
            .map(|(_, entry)| entry);
        let found = known.map_or_else(Vec::new, |entry| match (stage, &entry.debian.build) {
            (Stage::Build, Some(_)) => listed(entry.debian.build.as_ref(), suite),
            _ => listed(entry.debian.run.as_ref(), suite),
        });
        // A compiler never belongs into the runtime stage.
        if found.is_empty() && stage == Stage::Build {
            return development::program(name).to_vec();
        }
        found
    }
}

fn library(soname: &str, suite: Suite) -> (Vec<String>, Vec<String>) {
    match sonames::package(soname, suite) {
        Some(package) => (vec![package.to_owned()], Vec::new()),
        None => one_of(sonames::candidates(soname, suite).into_iter().collect()),
    }
}

fn one(package: Option<&str>) -> Vec<String> {
    package.map(ToOwned::to_owned).into_iter().collect()
}

/// The only one, or the choice.
fn one_of(found: BTreeSet<&str>) -> (Vec<String>, Vec<String>) {
    let names: Vec<String> = found.into_iter().map(ToOwned::to_owned).collect();
    if names.len() == 1 {
        (names, Vec::new())
    } else {
        (Vec::new(), names)
    }
}

fn listed(packages: Option<&BySuite>, suite: Suite) -> Vec<String> {
    packages.map_or_else(Vec::new, |packages| packages.of(suite).to_vec())
}
