//! Chooses the Python version: every statement of the project reconciled, contradictions named with both places.

mod ceiling;
mod choice;
mod releases;
mod traces;

use serde::Serialize;

use crate::error::{Error, Offer, printable};
use crate::facts::{Found, Place, PythonRequest, PythonSource, Specifier, Warning};
use crate::inspect::pyproject::poetry_range;

pub use ceiling::Ceiling;
pub use releases::{Release, Releases};

use choice::Choice;
use traces::Trace;

/// The chosen version and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Python {
    /// The 13 of 3.13.
    pub minor: u8,
    /// The tag's version: `3.13`, or `3.13.5` where nothing else satisfies the project.
    pub version: String,
    /// The statement that decided; `None` when it is assumed or comes from the command line.
    pub at: Option<Place>,
    /// The reason in words.
    pub why: String,
}

/// What the project says, and what its lock can serve.
pub struct Question<'a> {
    /// The user's word.
    pub wished: Option<&'a str>,
    /// All statements of the project.
    pub requests: &'a [PythonRequest],
    /// How many locked packages would have to be compiled (or could not be had at all) with a minor version, though wheels exist for others.
    pub burden: &'a dyn Fn(u8) -> usize,
    /// A package that does not work with a minor version, though it can be installed there.
    pub hindered: &'a dyn Fn(u8) -> Option<String>,
    /// What newer releases cannot run.
    pub ceiling: Option<&'a Ceiling<'a>>,
}

/// Chooses the version.
///
/// # Errors
/// Two statements contradict each other, none of the known releases fits, or the wish is no known release.
pub fn choose(question: &Question<'_>, warnings: &mut Vec<Warning>) -> Result<Python, Error> {
    let releases = Releases::builtin();
    let ranges = ranges(question.requests, warnings);
    let python = if let Some(wished) = question.wished {
        from_wish(wished, &ranges, warnings)?
    } else if let Some(python) = from_exact(question.requests, &ranges, warnings)? {
        python
    } else if ranges.is_empty() {
        assumed(question, releases, warnings)
    } else {
        from_ranges(question, &ranges, releases, warnings)?
    };
    if let Some(ceiling) = question.ceiling.filter(|one| !one.allows(python.minor)) {
        warnings.push(ceiling.warning(python.minor));
    }
    if let Some(release) = releases.get(python.minor)
        && releases.ended(release)
    {
        let mut warning = Warning::new(
            "python-eol",
            format!(
                "Python 3.{} gets no security fixes since {}",
                release.minor, release.eol
            ),
            format!(
                "move to a newer Python, such as 3.{}, in the project's own files",
                releases.default
            ),
        );
        warning.at.clone_from(&python.at);
        warnings.push(warning);
    }
    Ok(python)
}

type Range<'a> = (&'a Found<String>, Specifier);

/// The statements that are ranges and parse.
fn ranges<'a>(requests: &'a [PythonRequest], warnings: &mut Vec<Warning>) -> Vec<Range<'a>> {
    let mut ranges = Vec::new();
    for request in requests {
        if !request.source.is_range() {
            continue;
        }
        let text = &request.text;
        if let Some(range) = Specifier::parse(&text.value) {
            ranges.push((text, range));
            continue;
        }
        warnings.push(
            Warning::new(
                "python-range-unreadable",
                format!(
                    "`{}` is no version range after PEP 440",
                    printable(&text.value)
                ),
                "write a range such as `>=3.12`",
            )
            .at(text.at.clone()),
        );
        // Poetry's form in the standard's table says what is meant all the same.
        let meant = poetry_range(&text.value).and_then(|range| Specifier::parse(&range));
        ranges.extend(meant.map(|range| (text, range)));
    }
    ranges
}

fn from_wish(
    wished: &str,
    ranges: &[Range<'_>],
    warnings: &mut Vec<Warning>,
) -> Result<Python, Error> {
    let Some((minor, patch)) = version_of(wished) else {
        return Err(Error::Settings {
            what: format!("`{}` is no Python version", printable(wished)),
            at: None,
            help: "write `--python 3.14`".to_owned(),
        });
    };
    for (text, range) in ranges {
        if !fits(range, minor, patch) {
            warnings.push(
                Warning::new(
                    "python-outside-range",
                    format!(
                        "Python {} was asked for, but the project wants `{}`",
                        printable(wished),
                        printable(&text.value)
                    ),
                    "leave `--python` out, or change the range",
                )
                .at(text.at.clone()),
            );
        }
    }
    Ok(Python {
        minor,
        version: patch.map_or_else(
            || format!("3.{minor}"),
            |patch| format!("3.{minor}.{patch}"),
        ),
        at: None,
        why: "asked for".to_owned(),
    })
}

fn from_exact(
    requests: &[PythonRequest],
    ranges: &[Range<'_>],
    warnings: &mut Vec<Warning>,
) -> Result<Option<Python>, Error> {
    let mut chosen: Option<(&PythonRequest, u8, Option<u8>)> = None;
    let mut exact: Vec<&PythonRequest> = requests
        .iter()
        .filter(|request| !request.source.is_range() && !request.source.is_trace())
        .collect();
    exact.sort_by_key(|request| request.source);
    for request in exact {
        let Some((minor, patch)) = version_of(&request.text.value) else {
            warnings.push(
                Warning::new(
                    "python-version-unreadable",
                    format!(
                        "`{}` names no CPython release",
                        printable(&request.text.value)
                    ),
                    "write a version such as `3.14`",
                )
                .at(request.text.at.clone()),
            );
            continue;
        };
        match chosen {
            None => chosen = Some((request, minor, patch)),
            Some((_, known, _)) if known == minor => {}
            Some((first, known, _)) if request.source == PythonSource::PipToolsHeader => {
                warnings.push(
                    Warning::new(
                        "python-lock-other",
                        format!(
                            "the requirements were resolved with Python 3.{minor}, the image has 3.{known} ({})",
                            first.text.at
                        ),
                        "resolve them again with the Python of the image",
                    )
                    .at(request.text.at.clone()),
                );
            }
            Some((first, ..)) => {
                return Err(contradiction(&first.text, &request.text));
            }
        }
    }
    let Some((request, minor, patch)) = chosen else {
        return Ok(None);
    };
    if let Some((text, _)) = ranges.iter().find(|(_, range)| !fits(range, minor, patch)) {
        return Err(contradiction(&request.text, text));
    }
    let fitting: Vec<String> = ranges
        .iter()
        .map(|(text, _)| format!("{} of {}", text.value, text.at.file))
        .collect();
    let mut why = match request.source {
        PythonSource::PipToolsHeader => "the version that resolved the requirements".to_owned(),
        _ => "exact request".to_owned(),
    };
    if !fitting.is_empty() {
        why = format!("{why}; fits {}", fitting.join(" and "));
    }
    Ok(Some(Python {
        minor,
        version: tag_version(minor, patch, ranges),
        at: Some(request.text.at.clone()),
        why: printable(&why),
    }))
}

fn from_ranges(
    question: &Question<'_>,
    ranges: &[Range<'_>],
    releases: &Releases,
    warnings: &mut Vec<Warning>,
) -> Result<Python, Error> {
    // A range's lower end is what a linter is told of as well: only classifiers say more.
    let trace = Trace::of(question.requests, releases).filter(|trace| trace.is_classifier);
    let newest = |release: &Release| ranges.iter().all(|(_, range)| whole(range, release.minor));
    let some = |release: &Release| patch_in(ranges, release.minor).is_some();
    // `<=3.13` holds 3.13.0 alone: such a release is for want of another.
    let ends_inside = !releases.release.iter().any(newest);
    let inside = |release: &Release| newest(release) || ends_inside && some(release);
    let choice = Choice {
        trace: trace.as_ref(),
        releases,
    };
    let bounded = choice.bounded(question, inside);
    let Some((release, told)) = bounded else {
        return Err(Error::Contradiction {
            what: "no Python release satisfies the project".to_owned(),
            evidence: ranges
                .iter()
                .map(|(text, _)| (text.at.clone(), format!("wants {}", text.value)))
                .collect(),
            help: format!(
                "correct the range, or pass `--python 3.{}`",
                releases.default
            ),
            offers: vec![Offer::new(
                "python",
                format!("3.{}", releases.default),
                None,
            )],
        });
    };
    let unburdened = choice.lightest(&|_| 0, |one| {
        inside(one) && told.is_none_or(|ceiling| ceiling.allows(one.minor))
    });
    let (text, _) = ranges[0];
    let mut why = format!("fits {}", text.value);
    match (unburdened, &trace) {
        (Some(other), _) if other.minor != release.minor => {
            let lacks = || format!("its packages have no wheel for 3.{}", other.minor);
            why = format!(
                "{why}; {}",
                question.refused(other.minor).unwrap_or_else(lacks)
            );
        }
        (_, Some(trace)) => why = format!("{why}; {}", trace.told(release.minor, warnings)),
        _ if release.minor == releases.default => {
            why = format!("{why}; one release behind the newest");
        }
        _ => {}
    }
    if let Some(ceiling) = told {
        why = format!("{why}; {}", ceiling.told());
    }
    Ok(Python {
        minor: release.minor,
        version: tag_version(release.minor, patch_in(ranges, release.minor), ranges),
        at: Some(text.at.clone()),
        why: printable(&why),
    })
}

fn assumed(question: &Question<'_>, releases: &Releases, warnings: &mut Vec<Warning>) -> Python {
    let trace = Trace::of(question.requests, releases);
    let choice = Choice {
        trace: trace.as_ref(),
        releases,
    };
    let (minor, told) = choice
        .bounded(question, |release| release.minor <= releases.default)
        .map_or((releases.default, None), |(release, told)| {
            (release.minor, told)
        });
    let wanted = choice.wanted();
    let reason = match &trace {
        _ if told.is_some() => told.map(Ceiling::told).unwrap_or_default(),
        _ if minor != wanted => question
            .refused(wanted)
            .unwrap_or_else(|| "the newest that the pinned packages have wheels for".to_owned()),
        Some(trace) => trace.told(minor, warnings),
        None => "one release behind the newest".to_owned(),
    };
    if let Some(trace) = trace.filter(|trace| trace.is_classifier) {
        return Python {
            minor,
            version: format!("3.{minor}"),
            at: (minor == wanted).then(|| trace.at.clone()),
            why: reason,
        };
    }
    warnings.push(Warning::new(
        "python-assumed",
        format!("no file says which Python the project wants: 3.{minor} is assumed"),
        format!("write it down: `echo 3.{minor} > .python-version`"),
    ));
    Python {
        minor,
        version: format!("3.{minor}"),
        at: None,
        why: format!("assumed: nothing in the project says otherwise; {reason}"),
    }
}

fn contradiction(first: &Found<String>, second: &Found<String>) -> Error {
    Error::Contradiction {
        what: "the project contradicts itself about Python".to_owned(),
        evidence: vec![
            (first.at.clone(), format!("says {}", first.value)),
            (second.at.clone(), format!("says {}", second.value)),
        ],
        help: "correct one of them, or pass `--python` with the version to use".to_owned(),
        offers: [first, second]
            .into_iter()
            .filter_map(|found| {
                let (minor, _) = version_of(&found.value)?;
                Some(Offer::new("python", format!("3.{minor}"), Some(&found.at)))
            })
            .collect(),
    }
}

/// The tag follows the newest patch release, unless the ranges allow only the one that was named.
fn tag_version(minor: u8, patch: Option<u8>, ranges: &[Range<'_>]) -> String {
    match patch.filter(|_| !ranges.iter().all(|(_, range)| whole(range, minor))) {
        Some(patch) => format!("3.{minor}.{patch}"),
        None => format!("3.{minor}"),
    }
}

/// Does the range hold the newest patch release, whichever that is?
fn whole(range: &Specifier, minor: u8) -> bool {
    range.contains(&format!("3.{minor}.99"))
}

/// The newest patch release that all ranges hold; the bounds of real ones lie at a small number.
fn patch_in(ranges: &[Range<'_>], minor: u8) -> Option<u8> {
    let held = |patch: &u8| {
        let version = format!("3.{minor}.{patch}");
        ranges.iter().all(|(_, range)| range.contains(&version))
    };
    (0..=30).rev().find(held)
}

/// Does the range hold this release, in one of its patch releases where none is named?
fn fits(range: &Specifier, minor: u8, patch: Option<u8>) -> bool {
    let held = |patch: u8| range.contains(&format!("3.{minor}.{patch}"));
    patch.map_or_else(|| held(99) || (0..=30).any(held), held)
}

/// `3.13`, `3.13.5`, `python-3.11.5`, `cpython-3.12`, and with a trailing `.*` or `.x`, as Cloud Foundry's buildpack reads `runtime.txt`.
fn version_of(text: &str) -> Option<(u8, Option<u8>)> {
    let text = text.trim();
    let text = text
        .strip_prefix("python-")
        .or_else(|| text.strip_prefix("cpython-"))
        .or_else(|| text.strip_prefix("cpython@"))
        .unwrap_or(text);
    let mut parts = text.strip_prefix("3.")?.split('.');
    let minor = parts.next()?.parse().ok().filter(|minor| *minor < 100)?;
    let patch = match parts.next() {
        None | Some("*" | "x") => None,
        Some(patch) => Some(patch.parse().ok().filter(|patch| *patch < 100)?),
    };
    parts.next().is_none().then_some((minor, patch))
}

#[cfg(test)]
mod tests;
