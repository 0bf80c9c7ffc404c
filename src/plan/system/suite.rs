//! Decides images and system packages together: a package that only one release has decides the release.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalogue::{Catalogue, before};
use crate::error::Error;
use crate::facts::{Place, SourceNeed, Warning};
use crate::plan::base::{self, Base};
use crate::plan::closure::Distribution;
use crate::plan::distributions::Resolver;
use crate::plan::python::Python;
use crate::settings::Settings;

use super::{SystemPackage, SystemPlan, decide};

/// What images and packages are decided from.
pub struct Wanted<'a> {
    /// The user's wishes.
    pub settings: &'a Settings,
    /// Needs seen in the sources, or of the builder's own steps.
    pub needs: &'a [SourceNeed],
    /// Resolves targets.
    pub resolver: &'a Resolver<'a>,
    /// The chosen Python.
    pub python: &'a Python,
    /// What is installed.
    pub distributions: &'a [Distribution],
}

/// Decides both.
///
/// # Errors
/// As [`base::choose`].
pub fn base_and_system(
    wanted: &Wanted<'_>,
    catalogue: &'static Catalogue,
    warnings: &mut Vec<Warning>,
) -> Result<(Base, SystemPlan), Error> {
    let settings = wanted.settings;
    let mut said = Vec::new();
    let mut base = base::choose(settings, wanted.python, None, &mut said)?;
    let mut decided = packages(wanted, &base, catalogue);
    if settings.suite.is_none()
        && base.distribution == Some("debian")
        && let Some(other) = decided.wants_suite.take()
    {
        said.clear();
        base = base::choose(settings, wanted.python, Some(other.suite), &mut said)?;
        decided = packages(wanted, &base, catalogue);
        said.push(
            Warning::new(
                "suite-chosen",
                format!(
                    "the image is built on {}: {} needs a package that later releases lack",
                    base.suite.name(),
                    other.because.requirement
                ),
                "pass `--suite trixie` to insist, and add what is missing by hand",
            )
            .at(Place::new(other.because.source, other.because.line)),
        );
    }
    warnings.append(&mut said);
    warnings.extend(decided.warnings.iter().cloned());
    adjust(&mut decided.build, &settings.packages.build);
    adjust(&mut decided.run, &settings.packages.run);
    Ok((base, decided))
}

fn packages(wanted: &Wanted<'_>, base: &Base, catalogue: &'static Catalogue) -> SystemPlan {
    let target = wanted.resolver.target(base, wanted.python.minor);
    let mut decided = decide(wanted.distributions, wanted.needs, &target, catalogue);
    if base.full {
        decided
            .build
            .retain(|package| !full_image().contains(&package.name));
    }
    decided
}

/// What `buildpack-deps`, the base of the full image, brings.
fn full_image() -> &'static BTreeSet<String> {
    #[derive(Deserialize)]
    struct Table {
        packages: BTreeSet<String>,
    }
    static TABLE: OnceLock<Table> = OnceLock::new();
    &TABLE
        .get_or_init(|| {
            crate::catalogue::table(
                "buildpack-deps.toml",
                include_str!("../../catalogue/buildpack-deps.toml"),
            )
        })
        .packages
}

/// The user's list extends what was detected; `!name` takes one out.
fn adjust(packages: &mut Vec<SystemPackage>, wishes: &[String]) {
    for wish in wishes {
        if let Some(name) = wish.strip_prefix('!') {
            packages.retain(|package| package.name != name);
        } else if !packages.iter().any(|package| package.name == *wish) {
            packages.push(SystemPackage {
                before: before(wish).map(|(command, _)| command),
                name: wish.clone(),
                because: Vec::new(),
                only: Vec::new(),
                unproved: false,
            });
        }
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
}
