//! One entry on one suite, tried in containers without its packages and with them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dockwright::catalogue::{Catalogue, Suite};

use crate::engine::{Engine, ensure, said};
use crate::how;
use crate::images;
use crate::subject::{Form, Subject};

/// Seconds that a compilation may take.
const PATIENCE: u32 = 840;

/// Seconds that a compilation without its packages may take: most end in a few.
const LITTLE_PATIENCE: u32 = 200;

const BUILD: &str = include_str!("build.sh");
const RUN: &str = include_str!("run.sh");

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
        let mut words = Vec::new();
        let seen = match self.subject.requirement {
            Some(_) => self.installed(engine, &mut words),
            None => self.needed(engine, &mut words),
        };
        // The whole story, for whoever works on an entry.
        let log = format!("{}.log", self.title().replace([':', ',', ' '], "-"));
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(log);
        fs::write(log, words.join("\n---\n")).map_err(|error| error.to_string())?;
        seen
    }

    /// A distribution is built and run.
    fn installed(&self, engine: Engine, words: &mut Vec<String>) -> Result<Seen, String> {
        let Subject { build, run, .. } = &self.subject;
        let bare = images::with(engine, self.suite, &[])?;
        let builder = images::with(engine, self.suite, build)?;
        let runtime = images::with(engine, self.suite, run)?;
        let mut container = |image: &str, script: &str, patience: u32| {
            let said = self.container(engine, image, script, patience)?;
            words.push(said.clone());
            Ok::<_, String>(said)
        };
        let mut seen = Seen::default();
        if !build.is_empty() {
            let without = container(&bare, BUILD, LITTLE_PATIENCE)?;
            if says(&without, "built") {
                seen.against.push("builds without its packages".to_owned());
            }
        }
        // One container where it may: what is built without any package is first run without any.
        let first = format!("{BUILD}\n{RUN}");
        let script = if builder == bare { &first } else { BUILD };
        let mut last = container(&builder, script, PATIENCE)?;
        if !says(&last, "built") {
            seen.against.push("does not build".to_owned());
            seen.against.extend(errors(&last));
            return Ok(seen);
        }
        if builder != bare {
            last = container(&bare, RUN, PATIENCE)?;
        }
        if !run.is_empty() {
            if says(&last, "ran") {
                seen.against.push("runs without its packages".to_owned());
            }
            last = container(&runtime, RUN, PATIENCE)?;
        }
        seen.take(&last);
        let optional = &self.subject.entry.optional;
        let unresolved: BTreeSet<&str> = after(&last, "unresolved:")
            .filter(|soname| !optional.iter().any(|one| one.is(soname)))
            .collect();
        let told = unresolved.iter().map(|soname| format!("finds no {soname}"));
        seen.against.extend(told);
        Ok(seen)
    }

    /// What sources ask for is there with the packages alone.
    fn needed(&self, engine: Engine, words: &mut Vec<String>) -> Result<Seen, String> {
        let packages = [self.subject.build.as_slice(), &self.subject.run].concat();
        let mut seen = Seen::default();
        for packages in [&[], packages.as_slice()] {
            let image = images::with(engine, self.suite, packages)?;
            let last = self.container(engine, &image, RUN, PATIENCE)?;
            words.push(last.clone());
            if !packages.is_empty() {
                seen.take(&last);
            } else if says(&last, "ran") {
                seen.against
                    .push("is there without its packages".to_owned());
            }
        }
        Ok(seen)
    }

    fn container(
        &self,
        engine: Engine,
        image: &str,
        script: &str,
        patience: u32,
    ) -> Result<String, String> {
        let Subject { key, how, .. } = &self.subject;
        let volume = "dockwright-catalogue:/cache";
        let what = self.subject.requirement.iter().chain(&how.with);
        let what: Vec<&str> = what.map(String::as_str).collect();
        let name = what.first().and_then(|one| one.split(['[', '=']).next());
        let name = name.unwrap_or_default();
        let options = match self.form {
            Form::Forced => format!("--no-binary {name}"),
            Form::Usual => String::new(),
        };
        let variables = [
            format!("KEY={}-{key}-{:?}", self.suite.name(), self.form),
            format!("NAME={name}"),
            format!("WHAT={}", what.join(" ")),
            format!("COMPILED={}", self.subject.compiled.join(" ")),
            format!("OPTIONS={options}"),
            format!("CONSTRAINTS={}", how.build_constraints.join("\n")),
            format!("CODE={}", self.subject.code),
            format!("PATIENCE={patience}"),
        ];
        let mut arguments = vec!["run", "--rm", "--interactive", "--volume", volume];
        arguments.extend(variables.iter().flat_map(|variable| ["--env", variable]));
        if script == RUN {
            arguments.extend(["--network", "none"]);
        }
        arguments.extend([image, "sh", "-s"]);
        let done = engine.run(&arguments, script)?;
        ensure(done.status.success(), || said(&["run", image], &done))?;
        Ok(done.stdout + &done.stderr)
    }
}

impl Seen {
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

fn says(words: &str, word: &str) -> bool {
    words.lines().any(|line| line == word)
}

fn after<'a>(words: &'a str, prefix: &'static str) -> impl Iterator<Item = &'a str> {
    words
        .lines()
        .filter_map(move |line| line.strip_prefix(prefix))
}

/// The two last lines that tell of an error.
fn errors(words: &str) -> Vec<String> {
    let mut lines: Vec<String> = after(words, "| ")
        .filter(|line| line.contains("rror"))
        .map(|line| line.trim().to_owned())
        .collect();
    lines.split_off(lines.len().saturating_sub(2))
}
