//! `dockwright watch`: `generate` again whenever a file is saved that the plan was read from.

mod seen;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;

use crate::change::{self, Options, Reason};
use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::inspect::tree::Tree;
use crate::watch::{Next, Saved, Watch};
use crate::{Preview, compared, plan_in};

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
        match self.generate(&mut seen) {
            Ok((preview, reasons)) => {
                let wrote = preview.changes.iter().any(change::Change::writes);
                let mut text = String::new();
                if wrote {
                    text += &check::text(&reasons);
                    text += &generate::states(&preview.changes);
                } else if !self.said.is_empty() {
                    text += "in order again\n";
                } else if !names.is_empty() {
                    let _ = writeln!(text, "{} changed: nothing to do", names.join(", "));
                }
                put(out, &text)?;
                let warnings = generate::warnings(&preview.plan.warnings);
                if wrote {
                    put(say, &warnings)?;
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
    fn generate(&self, seen: &mut Seen) -> Result<(Preview, Vec<Reason>), Error> {
        let first = self.attempt(seen);
        match first {
            // Somebody saved a file between the reading and the writing.
            Err(Error::Disk { .. }) => self.attempt(seen),
            done => done,
        }
    }

    fn attempt(&self, seen: &mut Seen) -> Result<(Preview, Vec<Reason>), Error> {
        let project = &self.arguments.project;
        let (tree, undone) = match crate::open(&project.dir) {
            Ok(opened) => opened,
            Err(error) => {
                *seen = Seen::of_folder(&project.dir);
                return Err(error);
            }
        };
        let done = self.write(&tree);
        *seen = Seen::of_tree(&tree, done.as_ref().ok().map(|(preview, _)| preview));
        done.map(|(mut preview, reasons)| {
            preview.plan.warnings.extend(undone);
            (preview, reasons)
        })
    }

    fn write(&self, tree: &Tree) -> Result<(Preview, Vec<Reason>), Error> {
        let options = Options {
            force: self.arguments.force,
            keep: self.arguments.keep,
        };
        let plan = plan_in(tree, self.arguments.project.settings()?)?;
        let preview = compared(tree, plan, options)?;
        generate::pinned(&preview.plan.unpinned())?;
        let reasons = change::drift(preview.recorded.as_ref(), &preview.record, &preview.changes);
        let lock = (preview.lock_path(), preview.record.to_text());
        change::write(&preview.root, &preview.changes, (&lock.0, &lock.1))?;
        Ok((preview, reasons))
    }
}

/// Names of files as people read them.
fn shown(name: &str) -> String {
    printable(name)
}
