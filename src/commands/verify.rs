//! `dockwright verify`: builds the image, proves it, and mends what is missing.

mod fix;
mod recipe;

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::catalogue::Catalogue;
use crate::change::Options;
use crate::cli;
use crate::engine::{self, Engine, Local, Owned, unique};
use crate::error::{Error, Exit};
use crate::facts::normalise;
use crate::images;
use crate::settings::{PackageTool, Settings};
use crate::verify::{self, Outcome, Packages, Progress, Report, Subject, System, Wishes};

use super::{explain, put};
use recipe::Built;

/// How often `--fix` builds: each round finds at least one package, and few projects lack more.
const ROUNDS: usize = 8;

/// Verifies.
///
/// # Errors
/// No engine answers, the project cannot be planned, or the user stops.
pub fn run(
    arguments: &cli::Verify,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    engine::watch();
    let engine = Engine::find(&Local, arguments.engine.as_deref())?;
    let mut flags = arguments.project.settings()?;
    flags.without.clone_from(&arguments.without_catalogue);
    if arguments.image.is_none() && !arguments.fix {
        put(say, stale(arguments, &flags))?;
    }
    let run = Run {
        engine: &engine,
        arguments,
        catalogue: Catalogue::builtin().without(&flags.without),
        wishes: wishes(arguments),
        flags,
    };
    let mut progress = Progress::new(say);
    let report = match &arguments.image {
        Some(image) => run.image(image, &mut progress),
        None => run.project(&mut progress),
    };
    progress.end();
    let report = report?;
    let text = if arguments.format == "json" {
        explain::document(&report)?
    } else {
        verify::text(&report)
    };
    put(out, &text)?;
    Ok(match report.outcome {
        Outcome::Failed => Exit::Differs,
        _ => Exit::Done,
    })
}

fn wishes(arguments: &cli::Verify) -> Wishes {
    Wishes {
        allowed: arguments
            .allow
            .iter()
            .map(|name| normalise(name))
            .collect::<BTreeSet<_>>(),
        start: !arguments.no_start,
        options: arguments.run_option.clone(),
        alive: Duration::from_secs(arguments.alive),
        grace: Duration::from_secs(arguments.grace),
    }
}

/// A word about files that are not what `generate` would write: the image is built from what is on disk.
fn stale(arguments: &cli::Verify, flags: &Settings) -> &'static str {
    let project = &arguments.project;
    let only = project.only.as_deref();
    match images::compared(&project.dir, flags.clone(), only, Options::default()) {
        Ok(done) if done.recorded.is_some() => {
            if done.drift().is_empty() {
                ""
            } else {
                "the files on disk are out of date, and are built as they are: `dockwright check` says why\n"
            }
        }
        // What cannot be planned is met again, where it matters; what dockwright did not write is its author's affair.
        _ => "",
    }
}

/// One run.
struct Run<'a> {
    engine: &'a Engine<'a>,
    arguments: &'a cli::Verify,
    catalogue: &'static Catalogue,
    wishes: Wishes,
    flags: Settings,
}

impl Run<'_> {
    /// Proves an image that is there.
    fn image(&self, name: &str, progress: &mut Progress<'_>) -> Result<Report, Error> {
        // The folder may be no project: then nothing is compared.
        let base = Built::open(self).ok().and_then(|built| built.base);
        let subject = Subject::new(self.engine, name.to_owned(), base)?;
        let report = self.proved(&subject, progress)?;
        Ok(report.concluded())
    }

    /// Builds the project's image and proves it; with `--fix` again and again.
    fn project(&self, progress: &mut Progress<'_>) -> Result<Report, Error> {
        let mut added = Packages::default();
        if self.arguments.fix {
            fix::write(self, &added)?;
        }
        for _ in 1..ROUNDS {
            let report = self.round(&added, progress)?;
            let new = fix::new(self, &report)?;
            if !self.arguments.fix || report.outcome != Outcome::Failed || new.is_empty() {
                return Ok(report);
            }
            let names: Vec<&str> = new
                .build
                .iter()
                .chain(&new.run)
                .map(String::as_str)
                .collect();
            progress.step(&format!("adding {}", names.join(", ")));
            fix::write(self, &new)?;
            added.build.extend(new.build);
            added.run.extend(new.run);
        }
        self.round(&added, progress)
    }

    fn round(&self, added: &Packages, progress: &mut Progress<'_>) -> Result<Report, Error> {
        let built = Built::open(self)?;
        let image = Owned::image(self.engine, unique());
        progress.step(&match &built.handed[..] {
            [] => "building the image".to_owned(),
            handed => {
                let words = handed.iter().map(|(flag, value)| format!("{flag} {value}"));
                let words: Vec<String> = words.collect();
                format!("building the image, with {}", words.join(" "))
            }
        });
        let begun = Instant::now();
        let done = verify::build(self.engine, &built.recipe, &image.name, progress)?;
        let took = begun.elapsed();
        let mut report = if let Err(failure) = done {
            let base = &built.plan.base;
            let system = match base.tool {
                PackageTool::Apt => System::Debian(base.suite),
                PackageTool::Apk => System::Alpine,
            };
            verify::unbuilt(self.engine, &failure, &system, self.catalogue)
        } else {
            let subject = Subject::new(self.engine, image.name.clone(), built.base.clone())?;
            let mut report = self.proved(&subject, progress)?;
            report.checks.insert(0, verify::built(took));
            report
        };
        report.image.name = None;
        report.added = added.clone();
        Ok(report.concluded())
    }

    fn proved(&self, subject: &Subject, progress: &mut Progress<'_>) -> Result<Report, Error> {
        verify::prove(self.engine, subject, &self.wishes, self.catalogue, progress)
    }

    fn planned(&self) -> Result<crate::Planned, Error> {
        let project = &self.arguments.project;
        images::one(&project.dir, self.flags.clone(), project.only.as_deref())
    }
}
