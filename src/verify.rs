//! Turns an image into a proof that it works, or into what it lacks: builds it, looks inside, starts and stops it.

mod build;
mod compile;
mod hints;
mod image;
mod inside;
mod judge;
mod missing;
mod people;
mod progress;
mod report;
mod solve;
mod start;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::catalogue::Catalogue;
use crate::engine::Engine;
use crate::error::Error;

pub use build::{Failure, Recipe, build, last_base};
pub use people::text;
pub use progress::Progress;
pub use report::{Check, Finding, Outcome, Packages, Report};
pub use solve::System;

use image::Image;
use inside::Heard;
use judge::Case;
use report::{EngineFacts, ImageFacts};
use solve::Solver;

/// What is proved.
pub struct Subject {
    /// The image's name on the engine.
    pub image: String,
    /// Its base, where it is known and here.
    pub base: Option<String>,
}

impl Subject {
    /// An image and what it is said to stand on: that is asked for where it is not here, and left out where it is another.
    ///
    /// # Errors
    /// The engine's.
    pub fn new(engine: &Engine<'_>, image: String, base: Option<String>) -> Result<Self, Error> {
        let base = match base {
            Some(base) if image::bears(engine, &base, &image)? => Some(base),
            _ => None,
        };
        Ok(Self { image, base })
    }
}

/// What the user wants of a proof.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Distributions that may fail, normalised.
    pub allowed: BTreeSet<String>,
    /// The application is started.
    pub start: bool,
    /// More options of the engine's `run` for it.
    pub options: Vec<String>,
    /// How long it must stay alive.
    pub alive: Duration,
    /// How long it may take to end.
    pub grace: Duration,
}

/// Proves an image; what a build of it took is the first check.
///
/// # Errors
/// The engine's; the image cannot be looked into.
pub fn prove(
    engine: &Engine<'_>,
    subject: &Subject,
    wishes: &Wishes,
    catalogue: &Catalogue,
    progress: &mut Progress<'_>,
) -> Result<Report, Error> {
    let image = Image::inspect(engine, subject)?;
    progress.step("looking into the image");
    let inside = inside::look(engine, subject, &mut |heard| match heard {
        Heard::Jobs(count) => progress.count(count),
        Heard::Imported(name) => progress.one(name),
    })?;
    let system = System::of(&inside.system.release);
    let solver = Solver {
        system: &system,
        catalogue,
    };
    let case = Case {
        inside: &inside,
        image: &image,
        solver,
        wishes,
    };
    let mut checks = judge::judge(&case);
    checks.extend(start::checks(engine, &case, &subject.image, progress)?);
    let sizes = judge::sizes(&case);
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Report {
        engine: facts(engine),
        image: ImageFacts {
            name: Some(subject.image.clone()),
            base: subject.base.clone(),
            distribution: inside.system.release.name.clone(),
            python: known(&inside.python.version),
            user: known(&image.user),
            size: image.size,
        },
        checks,
        sizes,
        ..Report::default()
    })
}

/// The report of an image that could not be built.
pub fn unbuilt(
    engine: &Engine<'_>,
    failure: &Failure,
    system: &System,
    catalogue: &Catalogue,
) -> Report {
    let solver = Solver { system, catalogue };
    Report {
        engine: facts(engine),
        checks: vec![compile::check(failure, solver)],
        ..Report::default()
    }
}

/// What the log of a failed build, or the message of a failed import, says is missing: its kind and its name.
///
/// ```
/// # use dockwright::verify::missing;
/// let log = "src/pg.c:6:10: fatal error: libpq-fe.h: No such file or directory";
/// assert_eq!(missing(log), [("header", "libpq-fe.h".to_owned())]);
/// ```
pub fn missing(log: &str) -> Vec<(&'static str, String)> {
    let found = compile::in_log(log);
    let told = found.iter();
    told.map(|one| (one.kind(), one.name().to_owned()))
        .collect()
}

/// The first check of an image that was built.
pub fn built(took: Duration) -> Check {
    Check::new(
        "build",
        format!("built in {} s", took.as_secs()),
        Vec::new(),
    )
}

fn facts(engine: &Engine<'_>) -> EngineFacts {
    EngineFacts {
        name: engine.kind.name().to_owned(),
        version: engine.version.clone(),
    }
}

#[cfg(test)]
mod tests;
