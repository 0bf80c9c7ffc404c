//! Refuses a lock that cannot have been made from its manifest: the build would stop there, or install something else.

use crate::error::{Error, printable};
use crate::facts::{Environment, Lock, LockedPackage, Place, Requirement, Source, Specifier};

use super::manager::manager_of;

/// Compares the direct requirements with the lock.
///
/// # Errors
/// A requirement that applies here is not in the lock, or only with versions that it excludes.
pub fn check(
    lock: &Lock,
    requirements: &[Requirement],
    environments: &[Environment],
) -> Result<(), Error> {
    for requirement in requirements {
        let Some(name) = requirement.name.as_deref() else {
            continue;
        };
        let applies = environments
            .iter()
            .any(|environment| requirement.marker.holds(environment, &[]));
        if !applies || requirement.source != Source::Index {
            continue;
        }
        let locked: Vec<&LockedPackage> = lock
            .packages
            .iter()
            .filter(|package| package.name == name)
            .collect();
        let versions: Vec<&str> = locked
            .iter()
            .filter(|package| package.source == Source::Index)
            .filter_map(|package| package.version.as_deref())
            .collect();
        let (at, found) = match locked.first() {
            None => (
                Place::new(lock.path.clone(), 0),
                format!("does not hold {}", printable(name)),
            ),
            Some(_) if versions.is_empty() || fits(&requirement.specifier, &versions) => continue,
            Some(first) => (
                first.at.clone(),
                format!(
                    "holds {} {}",
                    printable(name),
                    printable(&versions.join(", "))
                ),
            ),
        };
        return Err(contradiction(lock, requirement, name, (at, found)));
    }
    Ok(())
}

fn fits(range: &Specifier, versions: &[&str]) -> bool {
    range.is_any() || versions.iter().any(|version| range.contains(version))
}

fn contradiction(
    lock: &Lock,
    requirement: &Requirement,
    name: &str,
    locked: (Place, String),
) -> Error {
    let tool = manager_of(lock.kind).name();
    let wanted = if requirement.specifier.is_any() {
        format!("wants {}", printable(name))
    } else {
        format!("wants {} {}", printable(name), requirement.specifier)
    };
    Error::Contradiction {
        what: format!("{} contradicts its manifest", lock.path),
        evidence: vec![(requirement.at.clone(), wanted), locked],
        offers: Vec::new(),
        help: format!("run `{tool} lock` and commit {}", printable(&lock.path)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;
    use crate::facts::{IndexOptions, LockKind, Marker, Platform};

    fn requirement(name: &str, specifier: &str, marker: &str) -> Requirement {
        Requirement {
            name: Some(name.to_owned()),
            extras: std::collections::BTreeSet::new(),
            specifier: Specifier::parse(specifier).unwrap(),
            marker: Marker::parse(marker).unwrap(),
            source: Source::Index,
            editable: false,
            at: Place::new("pyproject.toml", 7),
        }
    }

    fn told(requirement: &Requirement) -> Option<String> {
        let lock = Lock {
            kind: LockKind::Uv,
            path: "uv.lock".to_owned(),
            format: "1".to_owned(),
            tool_version: None,
            requires_python: None,
            content_hash: None,
            packages: vec![LockedPackage {
                name: "flask".to_owned(),
                version: Some("3.1.2".to_owned()),
                at: Place::new("uv.lock", 40),
                ..LockedPackage::default()
            }],
            options: IndexOptions::default(),
            members: Vec::new(),
            default_groups: Vec::new(),
        };
        let environments = [Environment::linux(13, 99, Platform::Amd64)];
        check(&lock, std::slice::from_ref(requirement), &environments)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn what_the_lock_can_serve_is_no_contradiction() {
        assert_eq!(told(&requirement("flask", ">=3,<4", "")), None);
        assert_eq!(told(&requirement("flask", "", "")), None);
        let elsewhere = requirement("pywin32", "", "sys_platform == 'win32'");
        assert_eq!(told(&elsewhere), None);
    }

    #[test]
    fn a_requirement_that_the_lock_lacks_is_named_with_both_places() {
        assert_eq!(
            told(&requirement("gunicorn", ">=23", "")).unwrap(),
            "error: uv.lock contradicts its manifest\n\n  pyproject.toml:7  wants gunicorn >=23\n  uv.lock           does not hold gunicorn\n\nhelp: run `uv lock` and commit uv.lock"
        );
    }

    #[test]
    fn a_version_that_the_manifest_excludes_is_named_with_both_places() {
        assert_eq!(
            told(&requirement("flask", "<3", "")).unwrap(),
            "error: uv.lock contradicts its manifest\n\n  pyproject.toml:7  wants flask <3\n  uv.lock:40        holds flask 3.1.2\n\nhelp: run `uv lock` and commit uv.lock"
        );
    }
}
