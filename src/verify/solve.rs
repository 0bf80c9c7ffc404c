//! Turns what is missing into the packages of the image's distribution that bring it.

use super::inside::Release;
use super::missing::Missing;
use super::report::{Need, Stage};
use crate::catalogue::{BySuite, Catalogue, Entry, development, headers, sonames};
use crate::settings::Suite;

/// The highest version of a soname that is tried: libicu has some 80 behind it.
const NEWEST: u32 = 128;

/// The system inside an image, by what is known of its packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum System {
    /// Debian's own lists are in this program.
    Debian(Suite),
    /// What the catalogue says, no more.
    Alpine,
    /// Nothing; its name for people.
    Other(String),
}

impl System {
    /// The system that an image says it is.
    pub(super) fn of(release: &Release) -> Self {
        let suite = release.codename.as_deref().and_then(Suite::from_name);
        match (release.id.as_deref(), suite) {
            (Some("debian"), Some(suite)) => Self::Debian(suite),
            (Some("alpine"), _) => Self::Alpine,
            (id, _) => Self::Other(
                release
                    .name
                    .as_deref()
                    .or(id)
                    .unwrap_or("a system without /etc/os-release")
                    .to_owned(),
            ),
        }
    }
}

/// Whose package names are wanted.
#[derive(Clone, Copy)]
pub(super) struct Solver<'a> {
    /// The image's system.
    pub(super) system: &'a System,
    /// What is known of programs.
    pub(super) catalogue: &'a Catalogue,
}

impl Solver<'_> {
    /// What brings a missing thing into a stage.
    pub(super) fn need(&self, missing: &Missing, stage: Stage) -> Need {
        let packages = match self.system {
            System::Debian(suite) => self.packages(missing, stage, *suite),
            System::Alpine => self.of_alpine(missing, stage),
            System::Other(_) => Vec::new(),
        };
        Need {
            kind: missing.kind(),
            name: missing.shown(),
            stage,
            unknown: packages.is_empty().then(|| self.unknown()),
            packages,
        }
    }

    /// Why no package is named.
    fn unknown(&self) -> String {
        match self.system {
            System::Debian(_) => "no package is known that brings it".to_owned(),
            System::Alpine => "of Alpine only the catalogue's packages are known: https://pkgs.alpinelinux.org/contents finds one by a file's name".to_owned(),
            System::Other(name) => {
                format!("packages are known for Debian 12 and 13, not for {name}")
            }
        }
    }

    /// What the catalogue says of Alpine, where one of its needs is shown by what is missing.
    fn of_alpine(&self, missing: &Missing, stage: Stage) -> Vec<String> {
        let names: Vec<String> = match missing {
            Missing::Program(name) | Missing::Named(name) => vec![name.clone()],
            Missing::Library(soname) => {
                let stem = soname.split(".so").next().unwrap_or(soname);
                let bare = stem.strip_prefix("lib").unwrap_or(stem);
                vec![soname.clone(), bare.to_owned()]
            }
            // Its `-dev` packages are in no list.
            _ => return Vec::new(),
        };
        let found = self.catalogue.source_needs().find(|(_, entry)| {
            let shown = match missing {
                Missing::Program(_) => &entry.shown.programs,
                _ => &entry.shown.libraries,
            };
            names.iter().any(|name| shown.contains(name))
        });
        let lists = found.map(|(_, entry)| (&entry.alpine.build, &entry.alpine.run));
        let list = match (lists, stage) {
            (Some((Some(build), _)), Stage::Build) => Some(build),
            (Some((_, run)), _) => run.as_ref(),
            (None, _) => None,
        };
        list.cloned().unwrap_or_default()
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
            // CMake's names are the library's, mostly in capitals.
            Missing::Cmake(name) => {
                let name = name.to_ascii_lowercase();
                let names = [name.clone(), format!("lib{name}")];
                let described = names
                    .iter()
                    .find_map(|name| headers::pkg_config(name, suite));
                described.or_else(|| headers::header(&format!("{name}.h"), suite))
            }
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
