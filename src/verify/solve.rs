//! Turns what is missing into the packages of the image's distribution that bring it.

use super::inside::Release;
use super::missing::Missing;
use super::report::{Need, Stage};
use crate::catalogue::{BySuite, Catalogue, Entry, development, headers, sonames};
use crate::settings::Suite;

/// The highest version of a soname that is tried: libicu has some 80 behind it.
const NEWEST: u32 = 128;

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
        let packages = self
            .suite
            .map(|suite| self.packages(missing, stage, suite))
            .unwrap_or_default();
        Need {
            kind: missing.kind(),
            name: missing.shown(),
            stage,
            packages,
        }
    }

    fn packages(&self, missing: &Missing, stage: Stage, suite: Suite) -> Vec<String> {
        let found = match missing {
            Missing::Program(name) => return self.program(name, stage, suite),
            Missing::Named(name) => return self.named(name, suite),
            Missing::Library(soname) => sonames::package(soname, suite),
            Missing::Header(path) => headers::header(path, suite),
            Missing::PkgConfig(name) => headers::pkg_config(name, suite),
            // The index holds no links without a version; a library's `.pc` file mostly bears its name.
            Missing::Linked(name) => headers::pkg_config(name, suite)
                .or_else(|| headers::pkg_config(&format!("lib{name}"), suite)),
        };
        found.into_iter().collect()
    }

    /// A library by its bare name: what the catalogue says of it, else the `libNAME.so.N` that the suite ships.
    fn named(&self, name: &str, suite: Suite) -> Vec<String> {
        let key = format!("library:{name}");
        let known = self.catalogue.source_need(&key);
        let known = known.map_or_else(Vec::new, |entry| listed(entry.debian.run.as_ref(), suite));
        if !known.is_empty() {
            return known;
        }
        (0..=NEWEST)
            .find_map(|version| sonames::package(&format!("lib{name}.so.{version}"), suite))
            .into_iter()
            .collect()
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
        let compiles = development::program(name);
        match (found.is_empty(), compiles.is_empty(), stage) {
            (false, _, _) => found,
            (true, true, _) => headers::program(name, suite).into_iter().collect(),
            (true, false, Stage::Build) => compiles.to_vec(),
            // A compiler never belongs into the runtime stage.
            (true, false, Stage::Run) => Vec::new(),
        }
    }
}

fn listed(packages: Option<&BySuite>, suite: Suite) -> Vec<String> {
    packages.map_or_else(Vec::new, |packages| packages.of(suite).to_vec())
}
