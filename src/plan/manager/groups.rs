//! Chooses the dependency groups and extras that belong to production.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalogue::services::{self, Kind};
use crate::error::Error;
use crate::facts::{
    PackageManager, Place, ProjectFacts, Pyproject, Requirement, Setuptools, Warning, normalise,
};
use crate::settings::Settings;

/// The dependency groups and the extras of production: of the manifest that the project is described in.
///
/// # Errors
/// A wish names none of the project's.
pub(super) fn of(
    facts: &ProjectFacts,
    manager: PackageManager,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let pyproject = facts.pyproject.as_ref();
    let groups = match pyproject {
        Some(found) => groups(found, manager, settings, warnings)?,
        None => Vec::new(),
    };
    let described = pyproject.is_some_and(|found| found.project);
    let extras = match (&facts.setuptools, pyproject) {
        (Some(found), _) if manager == PackageManager::Project && !described => {
            extras(&found.into(), settings, warnings)?
        }
        (_, Some(found)) => extras(&found.into(), settings, warnings)?,
        _ => Vec::new(),
    };
    Ok((groups, extras))
}

/// The dependency groups of production, sorted: those that are installed by default or whose name says so, and the wished ones.
///
/// # Errors
/// A wish names no group of the project.
fn groups(
    pyproject: &Pyproject,
    manager: PackageManager,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<String>, Error> {
    let known: BTreeSet<String> = pyproject.groups.keys().cloned().collect();
    let names = GroupNames::builtin();
    let by_default = |name: &String| match manager {
        PackageManager::Uv => pyproject
            .uv
            .default_groups
            .as_ref()
            .is_some_and(|defaults| defaults.iter().any(|one| one == name || one == "*")),
        // Poetry installs every group that is not optional; `--only main` and the wanted ones is what an image gets.
        PackageManager::Poetry => pyproject
            .groups
            .get(name)
            .is_some_and(|group| !group.optional),
        _ => false,
    };
    let detected = known
        .iter()
        .filter(|name| {
            !for_development(name) && (by_default(name) || names.production.contains(*name))
        })
        .cloned()
        .collect();
    let mut detected = one_driver(detected);
    // One that is installed by default may stand for a processor under another name.
    if detected.is_empty() {
        detected.extend(processor(&known, &settings.groups));
    }
    let chosen = adjust(detected, &settings.groups, &known, "group")?;
    tell(
        &chosen,
        &settings.groups,
        "group",
        &pyproject.path,
        warnings,
    );
    Ok(chosen)
}

/// What a manifest says about extras.
struct Offered<'a> {
    /// The extras, names normalised.
    extras: &'a BTreeMap<String, Vec<Requirement>>,
    /// What is installed without them.
    dependencies: &'a [Requirement],
    /// The manifest.
    path: &'a str,
}

impl<'a> From<&'a Pyproject> for Offered<'a> {
    fn from(project: &'a Pyproject) -> Self {
        Self {
            extras: &project.extras,
            dependencies: &project.dependencies,
            path: &project.path,
        }
    }
}

impl<'a> From<&'a Setuptools> for Offered<'a> {
    fn from(project: &'a Setuptools) -> Self {
        Self {
            extras: &project.extras,
            dependencies: project.dependencies.as_deref().unwrap_or_default(),
            path: project.paths.first().map_or("", String::as_str),
        }
    }
}

/// The extras of production, sorted: those whose name says so, and the wished ones.
///
/// # Errors
/// A wish names no extra of the project.
fn extras(
    offered: &Offered<'_>,
    settings: &Settings,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<String>, Error> {
    let known: BTreeSet<String> = offered.extras.keys().cloned().collect();
    let names = GroupNames::builtin();
    let detected = known
        .iter()
        .filter(|name| names.production.contains(*name))
        // Who has a driver already was meant to do without the others.
        .filter(|name| !names.alternatives.contains(*name) || !has_driver(offered.dependencies))
        .cloned()
        .collect();
    let mut detected = one_driver(detected);
    detected.extend(processor(&known, &settings.extras));
    let chosen = adjust(detected, &settings.extras, &known, "extra")?;
    tell(&chosen, &settings.extras, "extra", offered.path, warnings);
    Ok(chosen)
}

/// Does the project itself ask for the driver of a relational database?
fn has_driver(dependencies: &[Requirement]) -> bool {
    let services = services::table().services.values();
    let mut drivers = services
        .filter(|service| service.kinds.contains(&Kind::Sql))
        .flat_map(|service| &service.drivers);
    drivers.any(|driver| {
        let mut asked = dependencies.iter();
        asked.any(|one| one.name.as_ref() == Some(&driver.name))
    })
}

/// Of the names that stand for drivers of several databases, the first alone.
fn one_driver(mut detected: BTreeSet<String>) -> BTreeSet<String> {
    let alternatives = &GroupNames::builtin().alternatives;
    let first = alternatives.iter().find(|name| detected.contains(*name));
    detected.retain(|name| Some(name) == first || !alternatives.contains(name));
    detected
}

/// The name that stands for the processor which every machine has, where the others are for GPUs and none is asked.
fn processor(known: &BTreeSet<String>, wishes: &[String]) -> Option<String> {
    let devices = &GroupNames::builtin().devices;
    let (every, others) = devices.split_first()?;
    let asked = |name: &String| wishes.iter().any(|wish| normalise(wish) == *name);
    let alternatives = others.iter().any(|name| known.contains(name));
    let chosen = known.contains(every) && alternatives && !others.iter().any(asked);
    chosen.then(|| every.clone())
}

/// Does the normalised name of a group or an extra say that it serves development?
pub(in crate::plan) fn for_development(name: &str) -> bool {
    let names = GroupNames::builtin();
    names.development.contains(name)
        || name
            .split('-')
            .any(|part| part == "dev" || part == "test" || part == "tests")
}

/// What names of groups and extras mean.
#[derive(Debug, Deserialize)]
struct GroupNames {
    production: BTreeSet<String>,
    alternatives: Vec<String>,
    devices: Vec<String>,
    development: BTreeSet<String>,
}

impl GroupNames {
    fn builtin() -> &'static Self {
        static TABLE: OnceLock<GroupNames> = OnceLock::new();
        TABLE.get_or_init(|| {
            crate::catalogue::table("groups.toml", include_str!("../../catalogue/groups.toml"))
        })
    }
}

/// What was detected, extended and cut by the user's list.
fn adjust(
    mut detected: BTreeSet<String>,
    wishes: &[String],
    known: &BTreeSet<String>,
    kind: &str,
) -> Result<Vec<String>, Error> {
    for wish in wishes {
        let (out, name) = match wish.strip_prefix('!') {
            Some(name) => (true, normalise(name)),
            None => (false, normalise(wish)),
        };
        if !known.contains(&name) {
            return Err(Error::Settings {
                what: format!("the project has no {kind} `{name}`"),
                at: None,
                help: if known.is_empty() {
                    format!("it has no {kind}s at all: leave `--{kind}s` out")
                } else {
                    let all: Vec<&str> = known.iter().map(String::as_str).collect();
                    format!("choose from: {}", all.join(", "))
                },
            });
        }
        if out {
            detected.remove(&name);
        } else {
            detected.insert(name);
        }
    }
    Ok(detected.into_iter().collect())
}

/// A choice made by a name's meaning is a guess, and said.
fn tell(
    chosen: &[String],
    wishes: &[String],
    kind: &'static str,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    let every = GroupNames::builtin().devices.first();
    for name in chosen {
        let says = if every == Some(name) {
            "it needs no GPU"
        } else {
            "its name says production"
        };
        if wishes.iter().any(|wish| normalise(wish) == *name) {
            continue;
        }
        warnings.push(
            Warning::new(
                "group-chosen",
                format!("the {kind} `{name}` is installed: {says}"),
                format!("pass `--{kind}s '!{name}'` to leave it out"),
            )
            .at(Place::new(path, 0)),
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::BTreeSet;

    use super::extras;
    use crate::facts::{Marker, Place, Pyproject, Requirement, Setuptools, Source, Specifier};
    use crate::settings::Settings;

    #[test]
    fn of_extras_for_processors_the_one_that_every_machine_has_is_installed() {
        let chosen = |names: &[&str], wished: &[&str]| {
            let project = Pyproject {
                extras: names
                    .iter()
                    .map(|one| ((*one).to_owned(), Vec::new()))
                    .collect(),
                ..Pyproject::default()
            };
            let settings = Settings {
                extras: wished.iter().map(|one| (*one).to_owned()).collect(),
                ..Settings::default()
            };
            let mut warnings = Vec::new();
            let chosen = extras(&(&project).into(), &settings, &mut warnings).unwrap();
            let said = warnings
                .into_iter()
                .map(|one| one.message)
                .collect::<String>();
            (chosen.join(" "), said)
        };
        let said = "the extra `cpu` is installed: it needs no GPU".to_owned();
        assert_eq!(
            chosen(&["cpu", "gpu", "test"], &[]),
            ("cpu".to_owned(), said)
        );
        assert_eq!(chosen(&["cpu", "gpu"], &["gpu"]).0, "gpu");
        assert_eq!(chosen(&["cpu", "gpu"], &["!cpu"]).0, "");
        // Alone it may be for something else.
        assert_eq!(chosen(&["cpu", "test"], &[]).0, "");
    }

    #[test]
    fn setup_py_has_extras_of_production_too() {
        let names = ["cli", "docs", "prod"].map(|name| (name.to_owned(), Vec::new()));
        let project = Setuptools {
            extras: names.into_iter().collect(),
            ..Setuptools::default()
        };
        let chosen = extras(&(&project).into(), &Settings::default(), &mut Vec::new());
        assert_eq!(chosen.unwrap(), ["cli", "prod"]);
    }

    #[test]
    fn who_has_a_driver_gets_no_other() {
        let chosen = |driver: Option<&str>| {
            let names = ["mysql", "web"].map(|name| (name.to_owned(), Vec::new()));
            let dependencies = driver.map(|name| Requirement {
                name: Some(name.to_owned()),
                extras: BTreeSet::new(),
                specifier: Specifier::default(),
                marker: Marker::default(),
                source: Source::default(),
                editable: false,
                at: Place::default(),
            });
            let project = Pyproject {
                extras: names.into_iter().collect(),
                dependencies: dependencies.into_iter().collect(),
                ..Pyproject::default()
            };
            extras(&(&project).into(), &Settings::default(), &mut Vec::new()).unwrap()
        };
        assert_eq!(chosen(None), ["mysql", "web"]);
        assert_eq!(chosen(Some("flask")), ["mysql", "web"]);
        assert_eq!(chosen(Some("psycopg2-binary")), ["web"]);
    }
}
