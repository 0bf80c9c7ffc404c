//! One entry on one suite, tried in containers without its packages and with them.

use std::collections::BTreeSet;

use dockwright::catalogue::{Catalogue, Suite};

use crate::engine::Engine;
use crate::how;
use crate::lab::{BUILD, Lab, RUN, Stage};
use crate::record::Without;
use crate::subject::{Form, Subject};

/// What is tried.
pub(crate) struct Proof {
    pub(crate) suite: Suite,
    pub(crate) form: Form,
    pub(crate) subject: Subject,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// The day, as the container's clock has it.
    pub(crate) on: String,
    /// The version that was installed.
    pub(crate) version: String,
    /// What is missing without the packages of the builder, and without those of the runtime stage.
    pub(crate) without: Without,
    /// What speaks against the entry.
    pub(crate) against: Vec<String>,
}

impl Proof {
    /// All that can be tried in these forms: what takes seconds before what is compiled.
    pub(crate) fn all(forms: &[Form]) -> Vec<Self> {
        let catalogue = Catalogue::builtin();
        let keys: BTreeSet<&str> = catalogue
            .names()
            .chain(catalogue.source_needs().map(|(key, _)| key))
            .chain(how::keys())
            .collect();
        let mut all: Vec<Self> = [Suite::Trixie, Suite::Bookworm]
            .into_iter()
            .flat_map(|suite| forms.iter().map(move |form| (suite, *form)))
            .flat_map(|(suite, form)| {
                keys.iter()
                    .filter_map(move |key| Self::new(key, suite, form))
            })
            .collect();
        all.sort_by_key(|proof| (proof.form, !proof.subject.compiled.is_empty()));
        all
    }

    /// The proof of an entry; `None` where there is nothing to try, or nothing can be tried here.
    pub(crate) fn new(key: &str, suite: Suite, form: Form) -> Option<Self> {
        let subject = Subject::new(key, suite, form)?;
        let can = subject.how.cannot(suite, form).is_none();
        can.then_some(Self {
            suite,
            form,
            subject,
        })
    }

    /// How the test is called.
    pub(crate) fn title(&self) -> String {
        let form = match self.form {
            Form::Usual => "",
            Form::Forced => ", compiled",
        };
        format!("{}: {}{form}", self.suite.name(), self.subject.key)
    }

    /// Tries it; a failure of the engine itself is an error, one of the entry is told in what was seen.
    pub(crate) fn run(&self, engine: Engine) -> Result<Seen, String> {
        let mut lab = Lab::new(self, engine);
        let seen = match self.subject.requirement {
            Some(_) => self.installed(&mut lab),
            None => self.needed(&mut lab),
        };
        lab.close(&self.title())?;
        seen
    }

    /// A distribution is built and run.
    fn installed(&self, lab: &mut Lab<'_>) -> Result<Seen, String> {
        let Subject { build, run, .. } = &self.subject;
        let bare = lab.image(&[])?;
        let builder = lab.image(build)?;
        let runtime = lab.image(run)?;
        let mut seen = Seen::default();
        if !build.is_empty() {
            seen.without.build = seen.counted(lab.without(Stage::Build, build)?);
        }
        // One container where it may: what is built without any package is first run without any.
        let first = format!("{BUILD}\n[ -z \"$failed\" ] || exit 0\n{RUN}");
        let script = if builder == bare { &first } else { BUILD };
        let mut last = lab.container(&builder, script, &[])?;
        if !says(&last, "built") {
            seen.against.push("does not build".to_owned());
            seen.against.extend(errors(&last));
            return Ok(seen);
        }
        if !run.is_empty() {
            seen.without.run = seen.counted(lab.without(Stage::Run, run)?);
        }
        if builder != bare || !run.is_empty() {
            last = lab.container(&runtime, RUN, &[])?;
        }
        seen.take(&last);
        let told = self.unresolved(&last);
        seen.against
            .extend(told.map(|soname| format!("finds no {soname}")));
        Ok(seen)
    }

    /// What sources ask for is there with the packages alone.
    fn needed(&self, lab: &mut Lab<'_>) -> Result<Seen, String> {
        let packages = self.subject.packages();
        let mut seen = Seen::default();
        if !packages.is_empty() {
            seen.without.run = seen.counted(lab.without(Stage::Run, &packages)?);
        }
        let image = lab.image(&packages)?;
        seen.take(&lab.container(&image, RUN, &[])?);
        Ok(seen)
    }

    /// Libraries that the distribution's own files do not find, but for those that may be missing.
    pub(crate) fn unresolved<'a>(&'a self, words: &'a str) -> impl Iterator<Item = &'a str> {
        let optional = &self.subject.entry.optional;
        let found: BTreeSet<&str> = after(words, "unresolved:").collect();
        found
            .into_iter()
            .filter(|soname| !optional.iter().any(|one| one.is(soname)))
    }
}

impl Seen {
    /// What is missing without some packages, or nothing where that speaks against the entry.
    fn counted(&mut self, found: Result<String, String>) -> String {
        found.unwrap_or_else(|why| {
            self.against.push(why);
            String::new()
        })
    }

    /// What the run with everything said.
    fn take(&mut self, words: &str) {
        if !says(words, "ran") {
            self.against.push("does not run".to_owned());
            self.against.extend(errors(words));
        }
        let on = after(words, "on:").next();
        on.unwrap_or_default().clone_into(&mut self.on);
        let version = after(words, "version:").next();
        version.unwrap_or_default().clone_into(&mut self.version);
    }
}

/// Is this one of the lines?
pub(crate) fn says(words: &str, word: &str) -> bool {
    words.lines().any(|line| line == word)
}

/// The rest of each line that begins so.
pub(crate) fn after<'a>(words: &'a str, prefix: &'static str) -> impl Iterator<Item = &'a str> {
    words
        .lines()
        .filter_map(move |line| line.strip_prefix(prefix))
}

/// The two last lines that tell of an error.
pub(crate) fn errors(words: &str) -> Vec<String> {
    let mut lines: Vec<String> = after(words, "| ")
        .filter(|line| line.contains("rror"))
        .map(|line| line.trim().to_owned())
        .collect();
    lines.split_off(lines.len().saturating_sub(2))
}
