//! Turns the distributions to install into the system packages of each stage, every one with its reason.

mod draft;
mod reason;
mod suite;
mod view;

use std::collections::BTreeSet;

use serde::Serialize;

pub use suite::{Wanted, base_and_system};

use crate::catalogue::{Advice, Catalogue, Suite, capped};
use crate::facts::{Artefacts, Libc, Platform, Source, SourceNeed, Warning};
use crate::plan::closure::Distribution;
use draft::Draft;
use view::Company;

/// The distribution of Linux whose package names are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Debian and images made from it.
    Debian(Suite),
    /// Alpine.
    Alpine,
}

/// The image that is decided for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The 13 of Python 3.13.
    pub python_minor: u8,
    /// Whose package names.
    pub family: Family,
    /// Which wheels fit.
    pub libc: Libc,
    /// What it is built for.
    pub platforms: Vec<Platform>,
    /// Normalised names that are built from source although a wheel exists; `:all:` is every one.
    pub no_binary: BTreeSet<String>,
    /// The project names an index, or a place to find files in, besides the default index.
    pub other_index: bool,
    /// Normalised names whose versions a constraints file bounds (`pip install -c`), required or not.
    pub constrained: BTreeSet<String>,
    /// System packages that the base image holds already (`python:3.13` holds compilers and many headers).
    pub already: BTreeSet<String>,
}

/// What each stage needs from the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SystemPlan {
    /// For the builder, sorted.
    pub build: Vec<SystemPackage>,
    /// For the runtime stage, sorted.
    pub run: Vec<SystemPackage>,
    /// Commands for the runtime stage, run as root after the packages and the Python environment are there, sorted.
    pub steps: Vec<Step>,
    /// What is compiled, sorted by name.
    pub compiled: Vec<Compiled>,
    /// A needed package exists only in this other suite: decide again for it, unless the user fixed the suite.
    pub wants_suite: Option<WantedSuite>,
    /// What the user should know.
    #[serde(skip)]
    pub warnings: Vec<Warning>,
}

/// A package of the distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SystemPackage {
    /// Its name in the target's suite.
    pub name: String,
    /// Who needs it, sorted; never empty.
    pub because: Vec<Because>,
    /// The platforms that need it, where not all do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Platform>,
    /// A command that must have run before it is installed; words without shell syntax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<&'static str>,
    /// Nobody has tried this in a container of the target's kind.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unproved: bool,
}

/// A command that no package replaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Step {
    /// The command line: words without shell syntax.
    pub command: String,
    /// Who needs it.
    pub because: Because,
}

/// One reason for a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Because {
    /// Normalised name of the distribution, or what the sources say.
    pub requirement: String,
    /// Its version, where one is fixed.
    pub version: Option<String>,
    /// The file that proves it.
    pub source: String,
    /// The line; 0 is the file as a whole.
    pub line: u32,
    /// What it does or is, with a verb before everything else: `links libpq.so.5`.
    pub why: String,
    /// The requirement is what the sources say, no distribution.
    pub seen: bool,
}

impl Because {
    /// The reason for a comment: `psycopg2 links libpq.so.5`, `runs a program of ffmpeg (subprocess.run: ffmpeg)`. No version
    /// stands there: a new one changes no line.
    pub fn sentence(&self) -> String {
        if self.seen {
            format!("{} ({})", self.why, self.requirement)
        } else {
            format!("{} {}", self.requirement, self.why)
        }
    }
}

/// A distribution that is compiled in the builder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Compiled {
    /// Normalised name.
    pub name: String,
    /// Its version, where one is fixed.
    pub version: Option<String>,
    /// Platforms that force it.
    pub platforms: Vec<Platform>,
    /// Why no wheel is taken.
    pub why: String,
}

/// Another suite that has what this one lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WantedSuite {
    /// Which.
    pub suite: Suite,
    /// For whom.
    pub because: Because,
}

/// Decides the system packages for these distributions and needs seen in the sources.
pub fn decide(
    distributions: &[Distribution],
    needs: &[SourceNeed],
    target: &Target,
    catalogue: &'static Catalogue,
) -> SystemPlan {
    let implied = implied(distributions, target, catalogue);
    let company = Company::of(distributions.iter().chain(&implied), target, catalogue);
    let mut draft = Draft::new(target, company);
    for distribution in distributions.iter().chain(&implied) {
        draft.distribution(distribution, catalogue.entry(&distribution.name));
    }
    for need in needs {
        draft.source_need(need, catalogue);
    }
    draft.finish()
}

/// The first of these distributions that does not work with the target's Python: the catalogue knows why, or a wheel that is named by
/// its address is for another one.
pub fn hindered<'a>(
    distributions: &'a [Distribution],
    target: &Target,
    catalogue: &'static Catalogue,
) -> Option<&'a Distribution> {
    let company = Company::of(distributions, target, catalogue);
    distributions.iter().find(|one| {
        let entry = catalogue.entry(&one.name);
        let advice = entry.iter().flat_map(|entry| &entry.advice);
        let advice = advice.chain(capped::of(&one.name));
        let mut hindering = advice.filter(|advice| advice.hinders);
        let holds = |advice: &Advice| {
            let mut forms = view::forms(one, entry, target);
            forms.any(|(_, form)| view::advice_fits(advice, one, form, target, &company))
        };
        hindering.any(holds) || view::for_another_python(one, target)
    })
}

/// Distributions with native needs that a requirement list without a lock brings along unnamed.
fn implied(
    distributions: &[Distribution],
    target: &Target,
    catalogue: &'static Catalogue,
) -> Vec<Distribution> {
    let mut seen: BTreeSet<String> = distributions.iter().map(|one| one.name.clone()).collect();
    let mut queue: Vec<Distribution> = distributions
        .iter()
        .filter(|one| one.artefacts == Artefacts::Unknown && one.source == Source::Index)
        .cloned()
        .collect();
    let nobody = Company::of([], target, catalogue);
    let mut found = Vec::new();
    while let Some(parent) = queue.pop() {
        let Some(entry) = catalogue.entry(&parent.name) else {
            continue;
        };
        for name in view::implied(entry, &parent, target, &nobody) {
            if seen.insert(name.clone()) {
                let child = Distribution {
                    name,
                    at: parent.at.clone(),
                    via: [parent.via.as_slice(), std::slice::from_ref(&parent.name)].concat(),
                    platforms: parent.platforms.clone(),
                    ..Distribution::default()
                };
                queue.push(child.clone());
                found.push(child);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

#[cfg(test)]
mod tests;
