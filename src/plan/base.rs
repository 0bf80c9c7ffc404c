//! Chooses the base images of both stages.

use serde::Serialize;

use crate::error::{Error, Offer, printable};
use crate::facts::{Libc, Warning};
use crate::settings::{PackageTool, Settings, Suite};

use super::python::{Python, Releases};

/// Base images and what is known of the distribution inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Base {
    /// `debian`, `alpine`; `None` for an image named by hand.
    pub distribution: Option<&'static str>,
    /// `trixie`; `None` where it is not known.
    pub release: Option<&'static str>,
    /// Image of the builder stage.
    pub builder: String,
    /// Image of the runtime stage.
    pub runtime: String,
    /// What installs system packages there.
    pub tool: PackageTool,
    /// The Debian release whose package names apply; for an image named by hand, the nearest guess.
    pub suite: Suite,
    /// C library, for wheels.
    pub libc: Libc,
    /// The builder's image already has compilers and the headers of common libraries (`buildpack-deps`).
    pub full: bool,
    /// Distributions in the base's own Python that the runtime has no use for.
    pub seeded: Vec<String>,
}

/// The glibc of a Debian release (packages.debian.org/libc6).
fn glibc(suite: Suite) -> Libc {
    match suite {
        Suite::Trixie => Libc::Glibc(2, 41),
        Suite::Bookworm => Libc::Glibc(2, 36),
    }
}

/// Alpine's release in the official image and its musl (pkgs.alpinelinux.org).
const ALPINE: (&str, Libc) = ("alpine3.23", Libc::Musl(1, 2));

/// Chooses the images; `wanted` is a release that a needed package exists in alone.
///
/// # Errors
/// There is no official image of that Python for that release, or an image named by hand comes without its package tool.
pub fn choose(
    settings: &Settings,
    python: &Python,
    wanted: Option<Suite>,
    warnings: &mut Vec<Warning>,
) -> Result<Base, Error> {
    let releases = Releases::builtin();
    let release = releases.get(python.minor);
    let suites = release
        .map(|release| release.suites.clone())
        .unwrap_or_default();
    let mut seeded = vec!["pip".to_owned()];
    seeded.extend(release.iter().flat_map(|release| release.seeded.clone()));
    let patch = python
        .version
        .split('.')
        .nth(2)
        .and_then(|patch| patch.parse::<u8>().ok());
    let early = patch.is_some_and(|patch| release.is_some_and(|one| patch < one.trixie));
    let suite = match settings.suite.or(wanted) {
        Some(suite) => suite,
        None if suites.is_empty() || suites.contains(&Suite::Trixie) && !early => Suite::Trixie,
        None => Suite::Bookworm,
    };
    let version = &python.version;
    let official = |builder: String, runtime: String, full: bool| Base {
        distribution: Some("debian"),
        release: Some(suite.name()),
        builder,
        runtime,
        tool: PackageTool::Apt,
        suite,
        libc: glibc(suite),
        full,
        seeded: seeded.clone(),
    };
    let slim = format!("python:{version}-slim-{}", suite.name());
    let kind = settings.base.as_deref().unwrap_or("slim");
    if matches!(kind, "slim" | "full") && !suites.is_empty() && !suites.contains(&suite) {
        return Err(Error::Settings {
            what: format!(
                "there is no official image of Python {version} on {}",
                suite.name()
            ),
            at: None,
            help: format!("pass `--suite {}`", suites[0].name()),
        });
    }
    if matches!(kind, "slim" | "full" | "alpine") && release.is_none() {
        warnings.push(Warning::new(
            "python-image-unknown",
            format!("no official image of Python {version} is known: Debian bookworm's and trixie's begin with 3.7"),
            "move to a newer Python, or name an image that has this one: `--base IMAGE --package-tool apt`",
        ));
    }
    Ok(match kind {
        "slim" => official(slim.clone(), slim, false),
        "full" => official(format!("python:{version}-{}", suite.name()), slim, true),
        "alpine" => {
            let image = format!("python:{version}-{}", ALPINE.0);
            Base {
                distribution: Some("alpine"),
                release: Some(ALPINE.0),
                tool: PackageTool::Apk,
                libc: ALPINE.1,
                ..official(image.clone(), image, false)
            }
        }
        image => by_name(image, settings, suite, warnings)?,
    })
}

fn by_name(
    image: &str,
    settings: &Settings,
    suite: Suite,
    warnings: &mut Vec<Warning>,
) -> Result<Base, Error> {
    let Some(tool) = settings.package_tool else {
        return Err(Error::Undecided {
            what: format!(
                "the package tool of the image `{}` is not known",
                printable(image)
            ),
            evidence: Vec::new(),
            help: "pass `--package-tool apt` or `--package-tool apk`, or choose `--base slim`, `full` or `alpine`"
                .to_owned(),
            offers: PackageTool::NAMES
                .iter()
                .map(|name| Offer::new("package-tool", *name, None))
                .collect(),
        });
    };
    warnings.push(Warning::new(
        "base-unknown",
        format!(
            "`{}` was not looked into: package names are those of Debian {} or Alpine, and `python` and `pip` must be on its PATH",
            printable(image),
            suite.name()
        ),
        "run `docker build` once, and correct `packages` in dockwright.toml where a name differs",
    ));
    Ok(Base {
        distribution: None,
        release: settings.suite.map(Suite::name),
        builder: image.to_owned(),
        runtime: image.to_owned(),
        tool,
        suite,
        libc: match tool {
            PackageTool::Apt => glibc(suite),
            PackageTool::Apk => ALPINE.1,
        },
        full: false,
        seeded: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn image(version: &str) -> String {
        let python = Python {
            minor: version.split('.').nth(1).unwrap().parse().unwrap(),
            version: version.to_owned(),
            at: None,
            why: String::new(),
        };
        choose(&Settings::default(), &python, None, &mut Vec::new())
            .unwrap()
            .runtime
    }

    #[test]
    fn a_patch_release_is_taken_from_the_suite_that_has_it() {
        assert_eq!(image("3.12"), "python:3.12-slim-trixie");
        assert_eq!(image("3.12.11"), "python:3.12.11-slim-trixie");
        assert_eq!(image("3.12.4"), "python:3.12.4-slim-bookworm");
        assert_eq!(image("3.11.4"), "python:3.11.4-slim-bookworm");
        assert_eq!(image("3.14.0"), "python:3.14.0-slim-trixie");
    }
}
