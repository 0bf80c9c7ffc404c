//! The containers of one proof: what is built and run in them, with all packages, without any, or without one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::engine::{Engine, ensure, patience, said};
use crate::images;
use crate::lacks::why;
use crate::proof::{Proof, after, says};
use crate::subject::{Form, Subject};

/// Seconds that a compilation may take less than its container: then it says itself that it took too long.
const MARGIN: u64 = 60;

pub(crate) const BUILD: &str = include_str!("build.sh");
pub(crate) const RUN: &str = include_str!("run.sh");
const WITHOUT: &str = include_str!("without.sh");
const TRACE: &str = include_str!("trace.py");

/// Stands before [`BUILD`] where what an earlier run built is as good.
const UNLESS_BUILT: &str =
    "! ls -d \"/cache/out/$KEY\"/*.dist-info >/dev/null 2>&1 || { echo built; exit; }\n";

/// Where packages are left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// In the builder.
    Build,
    /// In the runtime stage.
    Run,
}

/// Where a proof is tried.
pub(crate) struct Lab<'a> {
    proof: &'a Proof,
    engine: Engine,
    words: Vec<String>,
}

/// What leaving out one package shows.
pub(crate) enum Left {
    /// What is missing without it.
    Missed(String),
    /// The same, though another package of the list happens to bring it.
    MissedItself(String),
    /// Nothing fails.
    NotMissed,
}

impl<'a> Lab<'a> {
    pub(crate) fn new(proof: &'a Proof, engine: Engine) -> Self {
        Self {
            proof,
            engine,
            words: Vec::new(),
        }
    }

    /// Keeps the whole story, for whoever works on an entry.
    pub(crate) fn close(self, title: &str) -> Result<(), String> {
        let log = format!("{}.log", title.replace([':', ',', ' '], "-"));
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(log);
        fs::write(log, self.words.join("\n---\n")).map_err(|error| error.to_string())
    }

    /// The image with these packages.
    pub(crate) fn image(&self, packages: &[String]) -> Result<String, String> {
        images::with(self.engine, self.proof.suite, packages)
    }

    /// What is missing without all packages of a stage; the inner error is what speaks against the entry.
    pub(crate) fn without(
        &mut self,
        stage: Stage,
        packages: &[String],
    ) -> Result<Result<String, String>, String> {
        let (bare, full) = (self.image(&[])?, self.image(packages)?);
        let words = self.container(&bare, &stage.aside(), &[])?;
        if stage.holds(self.proof, &words) {
            return Ok(Err(format!("{} without its packages", stage.verb())));
        }
        let here = images::files(self.engine, &bare)?;
        let there = images::files(self.engine, &full)?;
        let brought = there.difference(&here).cloned().collect();
        let found = why(&words, &brought, &self.proof.subject.expected);
        Ok(found.map_err(|why| format!("without its packages it {why}")))
    }

    /// What is missing without one package of a stage; the inner error is what cannot be told.
    pub(crate) fn without_one(
        &mut self,
        stage: Stage,
        packages: &[String],
        one: &str,
    ) -> Result<Result<Left, String>, String> {
        let full = self.image(packages)?;
        let script = format!("{WITHOUT}{}", stage.aside());
        let words = self.container(&full, &script, &[format!("WITHOUT={one}")])?;
        if stage.holds(self.proof, &words) {
            return Ok(Ok(Left::NotMissed));
        }
        let gone: BTreeSet<String> = after(&words, "gone:").map(str::to_owned).collect();
        let found = why(&words, &gone, &self.proof.subject.expected);
        let left = if says(&words, "kept") {
            Left::MissedItself
        } else {
            Left::Missed
        };
        Ok(found
            .map(left)
            .map_err(|why| format!("without {one} it {why}")))
    }

    /// Builds it unless an earlier run did.
    pub(crate) fn built(&mut self) -> Result<(), String> {
        let builder = self.image(&self.proof.subject.build)?;
        let words = self.container(&builder, &format!("{UNLESS_BUILT}{BUILD}"), &[])?;
        ensure(says(&words, "built"), || "does not build".to_owned())
    }

    /// What a script says in an image.
    pub(crate) fn container(
        &mut self,
        image: &str,
        script: &str,
        more: &[String],
    ) -> Result<String, String> {
        let Subject { key, how, .. } = &self.proof.subject;
        let (suite, form) = (self.proof.suite.name(), self.proof.form);
        let volume = "dockwright-catalogue:/cache";
        let what = self.proof.subject.requirement.iter().chain(&how.with);
        let what: Vec<&str> = what.map(String::as_str).collect();
        let name = what.first().and_then(|one| one.split(['[', '=']).next());
        let name = name.unwrap_or_default();
        let options = match form {
            Form::Forced => format!("--no-binary {name}"),
            Form::Usual => String::new(),
        };
        let variables = [
            format!("KEY={suite}-{key}-{form:?}"),
            format!("NAME={name}"),
            format!("WHAT={}", what.join(" ")),
            format!("COMPILED={}", self.proof.subject.compiled.join(" ")),
            format!("OPTIONS={options}"),
            format!("CONSTRAINTS={}", how.build_constraints.join("\n")),
            format!("CODE={}", self.proof.subject.code),
            format!("PATIENCE={}", patience().as_secs().saturating_sub(MARGIN)),
            format!("BUILDER={image}"),
            format!("FRESH={}", if is_renewal() { "yes" } else { "" }),
            format!("TRACE={TRACE}"),
        ];
        let mut arguments = vec!["run", "--rm", "--interactive", "--volume", volume];
        let variables = variables.iter().chain(more);
        arguments.extend(variables.flat_map(|variable| ["--env", variable]));
        if !script.contains(BUILD) {
            arguments.extend(["--network", "none"]);
        }
        arguments.extend([image, "sh", "-s"]);
        let done = self.engine.run(&arguments, script)?;
        ensure(done.status.success(), || {
            format!("{}\n{}", said(&["run", image], &done), done.stdout)
        })?;
        let words = done.stdout + &done.stderr;
        let lines = words.lines().filter(|line| !line.starts_with("gone:"));
        self.words.push(lines.collect::<Vec<_>>().join("\n"));
        Ok(words)
    }
}

/// Is all to be seen anew? Else what was built in the very image that it would be built in is taken.
fn is_renewal() -> bool {
    std::env::var("DOCKWRIGHT_RECORD").is_ok_and(|asked| asked == "1")
}

impl Stage {
    /// The script, which leaves what is built beside the real one alone.
    fn aside(self) -> String {
        match self {
            Self::Build => format!("KEY=$KEY-aside ASIDE=yes\n{BUILD}"),
            Self::Run => RUN.to_owned(),
        }
    }

    /// Do a container's words tell of success?
    fn holds(self, proof: &Proof, words: &str) -> bool {
        match self {
            Self::Build => says(words, "built"),
            Self::Run => says(words, "ran") && proof.unresolved(words).next().is_none(),
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Build => "builds",
            Self::Run => "runs",
        }
    }
}
