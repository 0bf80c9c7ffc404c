//! One entry on one suite: installed as a wheel or compiled, in containers without its packages and with them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dockwright::catalogue::{BySuite, Catalogue, Entry, RunWhen, Suite, WheelTarget};

use crate::engine::{Engine, ensure, said};
use crate::how::How;
use crate::images::{self, PYTHON};

/// Seconds that a compilation may take.
const PATIENCE: u32 = 600;

/// Seconds that a compilation without its packages may take: most end in a few.
const LITTLE_PATIENCE: u32 = 200;

const BUILD: &str = include_str!("build.sh");
const RUN: &str = include_str!("run.sh");

/// The form in which an entry is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// As the installer takes it: a wheel where the index has one.
    Usual,
    /// Compiled although the index has a wheel.
    Forced,
}

/// What is tried.
pub(crate) struct Proof {
    pub(crate) name: &'static str,
    pub(crate) suite: Suite,
    pub(crate) form: Form,
    /// It is compiled.
    pub(crate) source: bool,
    /// Packages of the builder, its own and those of what it brings.
    pub(crate) build: Vec<String>,
    /// Packages of the runtime stage, its own and those of what it brings.
    pub(crate) run: Vec<String>,
    /// Distributions that must be compiled now, itself and what it brings.
    compiled: BTreeSet<&'static str>,
    entry: &'static Entry,
    how: &'static How,
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
    /// All that can be tried.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Form::Usual, Form::Forced]
            .into_iter()
            .flat_map(|form| [Suite::Trixie, Suite::Bookworm].map(|suite| (suite, form)))
            .flat_map(|(suite, form)| {
                let names = Catalogue::builtin().names();
                names.filter_map(move |name| Self::new(name, suite, form))
            })
    }

    /// The proof of an entry; `None` where there is nothing to try.
    pub(crate) fn new(name: &str, suite: Suite, form: Form) -> Option<Self> {
        let catalogue = Catalogue::builtin();
        let name = catalogue.names().find(|known| *known == name)?;
        let entry = catalogue.entry(name)?;
        let how = How::of(name);
        let compiled_anyway = needs_compiling(entry);
        let has_build = entry.debian.build.as_ref();
        let has_build = has_build.is_some_and(|build| !build.of(suite).is_empty());
        if entry.only_suite.is_some_and(|only| only != suite)
            || entry.run_when == RunWhen::Suggested
            || how.cannot(suite, form).is_some()
            || form == Form::Forced && (compiled_anyway || !has_build || entry.pure)
            || entry.import.is_none() && how.code.is_none() && entry.debian == Default::default()
        {
            return None;
        }
        let mut proof = Self {
            name,
            suite,
            form,
            source: compiled_anyway || form == Form::Forced,
            build: Vec::new(),
            run: Vec::new(),
            compiled: BTreeSet::new(),
            entry,
            how,
        };
        proof.add(name, proof.source);
        let mut brought: BTreeSet<&String> = BTreeSet::new();
        let mut queue: Vec<&String> = entry.implies.iter().collect();
        while let Some(one) = queue.pop() {
            if let Some(entry) = catalogue.entry(one).filter(|_| brought.insert(one)) {
                proof.add(one, needs_compiling(entry));
                queue.extend(&entry.implies);
            }
        }
        for list in [&mut proof.build, &mut proof.run] {
            list.sort();
            list.dedup();
        }
        Some(proof)
    }

    /// Adds the packages of one distribution.
    fn add(&mut self, name: &str, source: bool) {
        let Some(entry) = Catalogue::builtin().entry(name) else {
            return;
        };
        let of = |list: &Option<BySuite>| {
            list.as_ref()
                .map(|list| list.of(self.suite).to_vec())
                .unwrap_or_default()
        };
        if source {
            self.build.extend(of(&entry.debian.build));
            self.compiled
                .extend(Catalogue::builtin().names().find(|known| *known == name));
        }
        match entry.run_when {
            RunWhen::Suggested => {}
            RunWhen::IfBuilt if !source => {}
            _ => self.run.extend(of(&entry.debian.run)),
        }
    }

    /// How the test is called.
    pub(crate) fn title(&self) -> String {
        let form = match self.form {
            Form::Usual => "",
            Form::Forced => ", compiled",
        };
        format!("{}: {}{form}", self.suite.name(), self.name)
    }

    /// Tries it; a failure of the engine itself is an error, one of the entry is told in what was seen.
    pub(crate) fn run(&self, engine: Engine) -> Result<Seen, String> {
        let mut words = Vec::new();
        let seen = self.seen(engine, &mut words);
        // The whole story, for whoever works on an entry.
        let log = format!("{}.log", self.title().replace([':', ',', ' '], "-"));
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(log);
        fs::write(log, words.join("\n---\n")).map_err(|error| error.to_string())?;
        seen
    }

    fn seen(&self, engine: Engine, words: &mut Vec<String>) -> Result<Seen, String> {
        let bare = images::with(engine, self.suite, &[])?;
        let builder = images::with(engine, self.suite, &self.build)?;
        let runtime = images::with(engine, self.suite, &self.run)?;
        let mut seen = Seen::default();
        let mut container = |image: &str, script: &str, patience: u32| {
            let said = self.container(engine, image, script, patience)?;
            words.push(said.clone());
            Ok::<_, String>(said)
        };
        if !self.build.is_empty() {
            let without = container(&bare, BUILD, LITTLE_PATIENCE)?;
            if says(&without, "built") {
                seen.against.push("builds without its packages".to_owned());
            }
        }
        // One container where it may: what is imported without its packages is so where it was built without any.
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
        if !self.run.is_empty() {
            if says(&last, "ran") {
                seen.against.push("runs without its packages".to_owned());
            }
            last = container(&runtime, RUN, PATIENCE)?;
        }
        if !says(&last, "ran") {
            seen.against.push("does not run".to_owned());
            seen.against.extend(errors(&last));
        }
        let unresolved: BTreeSet<&str> = after(&last, "unresolved:")
            .filter(|soname| !self.entry.optional.iter().any(|one| one.soname == *soname))
            .collect();
        let told = unresolved.iter().map(|soname| format!("finds no {soname}"));
        seen.against.extend(told);
        seen.on = after(&last, "on:").next().unwrap_or_default().to_owned();
        let version = after(&last, "version:").next();
        seen.version = version.unwrap_or_default().to_owned();
        Ok(seen)
    }

    fn container(
        &self,
        engine: Engine,
        image: &str,
        script: &str,
        patience: u32,
    ) -> Result<String, String> {
        let volume = format!("dockwright-catalogue-{}:/cache", self.suite.name());
        let mut what = vec![self.how.requirement(self.name, self.suite)];
        what.extend(self.how.with.iter().map(String::as_str));
        let compiled: Vec<&str> = self.compiled.iter().copied().collect();
        let options = match self.form {
            Form::Forced => format!("--no-binary {}", self.name),
            Form::Usual => String::new(),
        };
        let variables = [
            format!("KEY={}-{:?}", self.name, self.form),
            format!("NAME={}", self.name),
            format!("WHAT={}", what.join(" ")),
            format!("COMPILED={}", compiled.join(" ")),
            format!("OPTIONS={options}"),
            format!("CODE={}", self.code()),
            format!("PATIENCE={patience}"),
        ];
        let mut arguments = vec!["run", "--rm", "--interactive", "--volume", &volume];
        arguments.extend(variables.iter().flat_map(|variable| ["--env", variable]));
        if script == RUN {
            arguments.extend(["--network", "none"]);
        }
        arguments.extend([image, "sh", "-s"]);
        let done = engine.run(&arguments, script)?;
        ensure(done.status.success(), || said(&["run", image], &done))?;
        Ok(done.stdout + &done.stderr)
    }

    /// The program that works only with the packages: libraries are opened, programs are found, the module is imported.
    fn code(&self) -> String {
        let entry = self.entry;
        let mut code = vec!["import ctypes, shutil".to_owned()];
        let versioned = entry.loads.iter().filter(|soname| soname.contains(".so."));
        let on_demand = match entry.run_when {
            RunWhen::OnUse | RunWhen::Suggested => true,
            RunWhen::IfBuilt => self.source,
            RunWhen::Always => false,
        };
        if on_demand {
            code.extend(versioned.map(|soname| format!("ctypes.CDLL({soname:?})")));
        }
        code.extend(
            entry
                .runs
                .iter()
                .map(|program| format!("assert shutil.which({program:?}), {program:?}")),
        );
        code.extend(entry.import.iter().map(|module| format!("import {module}")));
        code.extend(self.how.code.clone());
        code.join("\n")
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

/// Must it be compiled for the images: is there code, and no wheel for glibc on x86-64?
fn needs_compiling(entry: &Entry) -> bool {
    let has_wheel = entry.wheels.as_ref().is_none_or(|records| {
        records.iter().any(|record| {
            (record.on.is_empty() || record.on.contains(&WheelTarget::ManylinuxX86))
                && record.python.contains(PYTHON)
        })
    });
    !has_wheel && !entry.pure
}
