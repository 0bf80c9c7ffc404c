//! Turns a lock and a Python into what could not be installed with it and what would be built: the evidence for choosing one.

use serde::Serialize;

use super::{Distribution, Selection, walk};
use crate::facts::{Environment, IndexOptions, Libc, Lock, Place, Platform};
use crate::plan::wheels::{Choice, Target, choose};

/// A package for which a Python and a platform find no wheel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// Normalised name.
    pub name: String,
    /// Locked version.
    pub version: Option<String>,
    /// The platform that lacks the wheel.
    pub platform: Platform,
    /// The lock's entry.
    pub at: Place,
}

/// What a lock offers one Python; both lists are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Served {
    /// Neither a wheel that fits nor a source distribution: the installation would fail.
    pub missing: Vec<Gap>,
    /// Built from the source distribution. Packages of version control, paths and URLs are built whatever the Python is, and are
    /// not among them; nor are packages whose files the lock does not list.
    pub built: Vec<Gap>,
}

/// What the lock lacks for the Python of the environments (one a platform).
#[must_use]
pub fn serves(
    lock: &Lock,
    selection: &Selection,
    environments: &[Environment],
    libc: Libc,
    options: &IndexOptions,
) -> Served {
    let mut served = Served::default();
    for environment in environments {
        let target = Target {
            python_minor: environment.python_minor(),
            libc,
            platform: environment.platform(),
        };
        for reached in walk::walk(lock, selection, environment) {
            let Some(package) = lock.packages.get(reached.index) else {
                continue;
            };
            let list = match choose(&package.name, &package.artefacts, target, options) {
                Choice::Missing => &mut served.missing,
                Choice::Sdist { .. } => &mut served.built,
                Choice::Wheel { .. } | Choice::Unknown => continue,
            };
            list.push(Gap {
                name: package.name.clone(),
                version: package.version.clone(),
                platform: target.platform,
                at: package.at.clone(),
            });
        }
    }
    for list in [&mut served.missing, &mut served.built] {
        list.sort();
        list.dedup();
    }
    served
}

/// Installed bytes for each byte of a wheel, in percent: unpacked and byte-compiled. Measured on 16 wheels of `PyPI` (67 MB; numpy,
/// pandas, pillow, lxml, django, sqlalchemy, flask, …): 4.3 in all, 3.2 before byte-compiling; 2.3 to 4.2 where machine code
/// weighs most, 4 to 10 for small pure ones, which weigh little in the sum.
const UNPACKED_PERCENT: u64 = 430;

/// The installed size of the distributions on a platform, in bytes, estimated from the sizes in the lock, and how many of them
/// have no recorded size. Those without a wheel count with their source distribution, which is the best that is known.
#[must_use]
pub fn installed_size(
    distributions: &[Distribution],
    target: Target,
    options: &IndexOptions,
) -> (u64, usize) {
    let (mut bytes, mut unknown) = (0u64, 0);
    let here = distributions
        .iter()
        .filter(|one| one.platforms.contains(&target.platform));
    for one in here {
        match choose(&one.name, &one.artefacts, target, options) {
            Choice::Wheel {
                size: Some(size), ..
            }
            | Choice::Sdist {
                size: Some(size), ..
            } => {
                bytes = bytes.saturating_add(size);
            }
            _ => unknown += 1,
        }
    }
    (bytes.saturating_mul(UNPACKED_PERCENT) / 100, unknown)
}
