//! Turns the artefacts of a locked package into the one file that an installer takes, by the tags of PEP 425, 600 and 656.

use std::cmp::Reverse;

use serde::Serialize;

use crate::facts::{Artefacts, Found, IndexOptions, Libc, Platform, Wheel};

/// The interpreter and system that wheels are chosen for: `CPython` 3.`minor` on Linux, with the GIL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The 13 of Python 3.13.
    pub python_minor: u8,
    /// The C library of the image.
    pub libc: Libc,
    /// The processor.
    pub platform: Platform,
}

/// What an installer takes for a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Choice {
    /// A wheel: nothing is built.
    Wheel {
        /// File name.
        file: String,
        /// Size in bytes, where recorded.
        size: Option<u64>,
        /// `py3-none-any`: it holds no machine code.
        pure: bool,
    },
    /// No wheel fits, or none is allowed: the source distribution is built.
    Sdist {
        /// File name.
        file: String,
        /// Size in bytes, where recorded.
        size: Option<u64>,
        /// `no-binary` forbids the wheel that would have fitted.
        forced: bool,
    },
    /// Neither a wheel that fits nor a source distribution: the installation fails.
    Missing,
    /// The lock does not say.
    Unknown,
}

/// Chooses the file of a package, `name` normalised; `options` tells what `no-binary` and `only-binary` forbid.
#[must_use]
pub fn choose(name: &str, artefacts: &Artefacts, target: Target, options: &IndexOptions) -> Choice {
    let Artefacts::Known { wheels, sdist } = artefacts else {
        return Choice::Unknown;
    };
    let allowed = allowed(name, options);
    let best = wheels
        .iter()
        .filter_map(|wheel| rank(wheel, target).map(|rank| (rank, wheel)))
        .min_by_key(|(rank, wheel)| (*rank, Reverse(build_number(&wheel.file))));
    match (best, sdist) {
        (Some((_, wheel)), _) if allowed.wheel => Choice::Wheel {
            file: wheel.file.clone(),
            size: wheel.size,
            pure: wheel.platforms.iter().any(|platform| platform == "any"),
        },
        (best, Some(sdist)) if allowed.sdist => Choice::Sdist {
            file: sdist.file.clone(),
            size: sdist.size,
            forced: best.is_some(),
        },
        _ => Choice::Missing,
    }
}

/// Does the wheel fit?
#[must_use]
pub fn fits(wheel: &Wheel, target: Target) -> bool {
    rank(wheel, target).is_some()
}

impl Wheel {
    /// Splits a file name (PEP 427); `None` when it is none of a wheel. The size stays unknown.
    #[must_use]
    pub fn parse(file: &str) -> Option<Self> {
        let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
        let (pythons, abis, platforms) = match parts.as_slice() {
            [_, _, pythons, abis, platforms] => (pythons, abis, platforms),
            [_, _, build, pythons, abis, platforms]
                if build.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                (pythons, abis, platforms)
            }
            _ => return None,
        };
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let set = |tags: &str| tags.split('.').map(str::to_ascii_lowercase).collect();
        Some(Self {
            file: file.to_owned(),
            pythons: set(pythons),
            abis: set(abis),
            platforms: set(platforms),
            size: None,
        })
    }
}

/// Which forms of a package an installer may take.
struct Allowed {
    wheel: bool,
    sdist: bool,
}

/// pip's `FormatControl`: the package's own name goes before `:all:`; `:none:` empties what stands before it.
fn allowed(name: &str, options: &IndexOptions) -> Allowed {
    let listed = |list: &[Found<String>], what: &str| {
        list.rsplit(|entry| entry.value == ":none:")
            .next()
            .is_some_and(|list| list.iter().any(|entry| entry.value == what))
    };
    let (binary, source) = (&options.only_binary, &options.no_binary);
    if listed(binary, name) {
        Allowed {
            wheel: true,
            sdist: false,
        }
    } else if listed(source, name) {
        Allowed {
            wheel: false,
            sdist: true,
        }
    } else {
        Allowed {
            wheel: !listed(source, ":all:"),
            sdist: !listed(binary, ":all:"),
        }
    }
}

/// How early the best of the wheel's tags comes in the order of `packaging.tags`; smaller is earlier, `None` does not fit.
fn rank(wheel: &Wheel, target: Target) -> Option<(u8, u32, u32)> {
    let platform = wheel
        .platforms
        .iter()
        .filter_map(|tag| platform_rank(tag, target))
        .min()?;
    let mut best = None;
    for python in &wheel.pythons {
        for abi in &wheel.abis {
            let Some((class, distance)) = interpreter_rank(python, abi, platform == ANY, target)
            else {
                continue;
            };
            let rank = (class, distance, platform);
            best = Some(best.map_or(rank, |known: (u8, u32, u32)| known.min(rank)));
        }
    }
    best
}

/// The platform tag that fits everywhere.
const ANY: u32 = u32::MAX;

/// The pair of interpreter and ABI in the order of `packaging.tags`: its class, and the distance to the wanted version.
fn interpreter_rank(python: &str, abi: &str, any: bool, target: Target) -> Option<(u8, u32)> {
    let minor = u32::from(target.python_minor);
    if let Some(version) = python.strip_prefix("cp3") {
        let version: u32 = number(version)?;
        return match abi {
            "abi3" if !any && (2..=minor).contains(&version) => {
                Some((if version == minor { 1 } else { 3 }, minor - version))
            }
            "none" if version == minor => Some((if any { 6 } else { 2 }, 0)),
            abi if !any && version == minor && abi == own_abi(minor) => Some((0, 0)),
            _ => None,
        };
    }
    if abi != "none" {
        return None;
    }
    let version = python.strip_prefix("py3")?;
    let distance = if version.is_empty() {
        // `py3` comes after the version's own tag and before the older ones.
        1
    } else {
        let version: u32 = number(version)?;
        if version > minor {
            return None;
        }
        (minor - version) * 2
    };
    Some((if any { 7 } else { 4 }, distance))
}

/// `cp313`; up to 3.7 with the `m` of pymalloc.
fn own_abi(minor: u32) -> String {
    format!("cp3{minor}{}", if minor < 8 { "m" } else { "" })
}

/// A platform tag that the image can load: the newer the C library it asks for, the earlier.
fn platform_rank(tag: &str, target: Target) -> Option<u32> {
    let machine = target.platform.machine();
    if tag == "any" {
        return Some(ANY);
    }
    let rest = tag.strip_suffix(machine)?.strip_suffix('_')?;
    if rest == "linux" {
        return Some(ANY - 1);
    }
    let (family, minor) = match rest {
        // Aliases of PEP 513, 571, 599; the first two exist for x86_64 alone.
        "manylinux1" if target.platform == Platform::Amd64 => ("manylinux", 5),
        "manylinux2010" if target.platform == Platform::Amd64 => ("manylinux", 12),
        "manylinux2014" => ("manylinux", 17),
        _ => {
            let (family, version) = rest.split_once('_')?;
            let (major, minor) = version.split_once('_')?;
            let wanted = match target.libc {
                Libc::Glibc(major, _) | Libc::Musl(major, _) => major,
            };
            if number(major)? != u32::from(wanted) {
                return None;
            }
            (family, number(minor)?)
        }
    };
    let (own, has) = match target.libc {
        Libc::Glibc(_, minor) => ("manylinux", u32::from(minor)),
        Libc::Musl(_, minor) => ("musllinux", u32::from(minor)),
    };
    let oldest = oldest_glibc(target);
    (family == own && minor <= has && minor >= oldest).then(|| has - minor)
}

/// `packaging` offers no manylinux tag below `CentOS` 5's glibc (`x86_64`), `CentOS` 7's elsewhere.
fn oldest_glibc(target: Target) -> u32 {
    match (target.libc, target.platform) {
        (Libc::Glibc(..), Platform::Amd64) => 5,
        (Libc::Glibc(..), Platform::Arm64) => 17,
        (Libc::Musl(..), _) => 0,
    }
}

/// The build number of a file name (PEP 427), which breaks ties: the greater wins.
fn build_number(file: &str) -> u32 {
    let parts: Vec<&str> = file.split('-').collect();
    match parts.as_slice() {
        [_, _, build, _, _, _] => {
            let digits = build
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(build.len());
            number(&build[..digits]).unwrap_or(0)
        }
        _ => 0,
    }
}

/// A plain decimal number; `+1`, which `parse` takes, is none.
fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
