//! `dockwright watch`: `generate` again whenever a file is saved that the plan was read from.

mod seen;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;

use crate::change::{Change, Reason};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::images::{Compared, Folder};
use crate::plan::pin::World;
use crate::watch::{Next, Saved, Watch};

use super::{check, generate, put};
use seen::Seen;

/// Watches until Ctrl-C.
///
/// # Errors
/// The system watches no folders, or standard output fails. What is wrong with the project is said, and waited for.
pub fn run(
    arguments: &cli::Watch,
    out: &mut dyn Write,
    say: &mut dyn Write,
) -> Result<Exit, Error> {
    let mut watch = Watch::start()?;
    let mut session = Session {
        arguments,
        said: String::new(),
    };
    let mut saved = BTreeSet::new();
    let mut seen = Seen::default();
    loop {
        let now = session.round(&seen, &saved, out, say)?;
        watch.over(&now.folders)?;
        // What was saved in a folder before the watch over it began was not told.
        let grown = !now.folders.is_subset(&seen.folders);
        let first = seen.folders.is_empty();
        seen = now;
        saved.clear();
        if grown {
            if first {
                put(say, &format!("watching {}; Ctrl-C ends\n", seen.words()))?;
            }
            continue;
        }
        match watch.next(|saved| seen.matters(saved)) {
            Next::Burst(burst) => saved = burst,
            Next::Stopped => {
                put(say, "stopped\n")?;
                return Ok(Exit::Done);
            }
        }
    }
}

/// What was said last, so that it is not said twice.
struct Session<'a> {
    arguments: &'a cli::Watch,
    said: String,
}

impl Session<'_> {
    /// Generates once and says what came of it.
    fn round(
        &mut self,
        before: &Seen,
        saved: &BTreeSet<Saved>,
        out: &mut dyn Write,
        say: &mut dyn Write,
    ) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        let names = before.names(saved);
        match self.generate(before, &mut seen) {
            Ok((done, reasons)) => {
                let wrote = done.changes.iter().any(Change::writes);
                let mut text = String::new();
                if wrote {
                    text += &check::text(&reasons);
                    text += &generate::written(&done);
                } else if !self.said.is_empty() {
                    text += "in order again\n";
                } else if !names.is_empty() {
                    let _ = writeln!(text, "{} changed: nothing to do", names.join(", "));
                }
                put(out, &text)?;
                if wrote {
                    put(say, &generate::warnings(&done.warnings))?;
                }
                self.said.clear();
            }
            Err(error) => {
                let text = format!("{error}\n\n");
                if text != self.said {
                    put(say, &text)?;
                }
                self.said = text;
            }
        }
        Ok(seen)
    }

    /// As the command of that name; notes what it looked at, also when it fails.
    fn generate(&self, before: &Seen, seen: &mut Seen) -> Result<(Compared, Vec<Reason>), Error> {
        let first = self.attempt(before, seen);
        match first {
            // Somebody saved a file between the reading and the writing.
            Err(Error::Disk { .. }) => self.attempt(before, seen),
            done => done,
        }
    }

    fn attempt(&self, before: &Seen, seen: &mut Seen) -> Result<(Compared, Vec<Reason>), Error> {
        let dir = &self.arguments.project.dir;
        let mut folder = match Folder::at(dir) {
            Ok(opened) => opened,
            Err(error) => {
                *seen = Seen::of_path(dir);
                return Err(error);
            }
        };
        let done = self.write(&mut folder);
        *seen = Seen::of(&folder);
        match &done {
            Ok((done, _)) => seen.wrote(done),
            // Of what could not be read this time, that time's knowledge.
            Err(_) => seen.as_before(before),
        }
        done
    }

    fn write(&self, folder: &mut Folder) -> Result<(Compared, Vec<Reason>), Error> {
        let project = &self.arguments.project;
        folder.read(&project.dir, project.settings()?)?;
        let images = folder.plans(project.only.as_deref())?;
        let options = super::options(&self.arguments.there);
        let done = folder.compared(images, &World::default(), options)?;
        generate::pinned(&done.unpinned())?;
        let reasons = done.drift();
        done.write()?;
        Ok((done, reasons))
    }
}

/// Names of files as people read them.
fn shown(name: &str) -> String {
    printable(name)
}
