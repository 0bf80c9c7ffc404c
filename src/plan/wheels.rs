//! Which artefact an installer takes, by the tags of PEP 425, 600 and 656.

use crate::facts::{Artefacts, Libc, Platform, Wheel};

/// What an installer would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// A wheel.
    Wheel,
    /// The source distribution.
    Sdist,
    /// No artefact fits.
    Missing,
}

/// Chooses for CPython 3.`minor`; `None` when the artefacts are not known.
pub fn choose(artefacts: &Artefacts, minor: u8, libc: Libc, platform: Platform) -> Option<Choice> {
    let Artefacts::Known { wheels, sdist } = artefacts else {
        return None;
    };
    Some(
        if wheels
            .iter()
            .any(|wheel| fits(wheel, minor, libc, platform))
        {
            Choice::Wheel
        } else if sdist.is_some() {
            Choice::Sdist
        } else {
            Choice::Missing
        },
    )
}

fn fits(wheel: &Wheel, minor: u8, libc: Libc, platform: Platform) -> bool {
    let abi3 = wheel.abis.iter().any(|abi| abi == "abi3");
    let own = format!("cp3{minor}");
    let none = wheel.abis.iter().any(|abi| abi == "none");
    let python = wheel.pythons.iter().any(|tag| {
        (*tag == own && (none || abi3 || wheel.abis.contains(&own)))
            || (none && (tag == "py3" || *tag == format!("py3{minor}")))
            || (abi3 && older(tag, "cp3", minor))
            || (none && older(tag, "py3", minor))
    });
    python
        && wheel
            .platforms
            .iter()
            .any(|tag| platform_fits(tag, libc, platform))
}

fn older(tag: &str, prefix: &str, minor: u8) -> bool {
    tag.strip_prefix(prefix)
        .and_then(|rest| rest.parse::<u8>().ok())
        .is_some_and(|tagged| tagged <= minor)
}

fn platform_fits(tag: &str, libc: Libc, platform: Platform) -> bool {
    let Some(rest) = tag
        .strip_suffix(platform.machine())
        .and_then(|rest| rest.strip_suffix('_'))
    else {
        return tag == "any";
    };
    let version = |prefix: &str| -> Option<(u16, u16)> {
        let (major, minor) = rest.strip_prefix(prefix)?.split_once('_')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match libc {
        Libc::Glibc(major, minor) => match rest {
            "linux" | "manylinux1" | "manylinux2010" | "manylinux2014" => true,
            _ => version("manylinux_").is_some_and(|wanted| wanted <= (major, minor)),
        },
        Libc::Musl(major, minor) => {
            rest == "linux" || version("musllinux_").is_some_and(|wanted| wanted <= (major, minor))
        }
    }
}
