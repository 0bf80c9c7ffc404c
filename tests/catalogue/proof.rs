//! One entry on one suite: installed as a wheel or compiled, in containers without its packages and with them.

use std::sync::OnceLock;

use dockwright::catalogue::{Catalogue, Entry, RunWhen, Suite, WheelTarget};

use crate::engine::{Engine, ensure, said};

/// The Python of the images.
const PYTHON: &str = "3.13";

/// Seconds that a compilation may take.
const PATIENCE: &str = "900";

const BUILD: &str = include_str!("build.sh");
const RUN: &str = include_str!("run.sh");

/// What is tried.
pub(crate) struct Proof {
    pub(crate) name: &'static str,
    pub(crate) suite: Suite,
    /// It is compiled: the index has no wheel for these images.
    pub(crate) source: bool,
    pub(crate) build: &'static [String],
    pub(crate) run: &'static [String],
    code: String,
}

/// What was seen.
pub(crate) struct Seen {
    /// The day, as the container's clock has it.
    pub(crate) on: String,
    /// What speaks against the entry.
    pub(crate) against: Vec<String>,
    /// Sonames that its own files are linked against and that nothing there ships: plug-ins that most never load.
    pub(crate) unresolved: Vec<String>,
}

impl Proof {
    /// The proof of an entry; `None` where there is nothing to try.
    pub(crate) fn new(name: &'static str, suite: Suite) -> Option<Self> {
        let entry = Catalogue::builtin().entry(name)?;
        let source = !has_wheel(entry);
        let lists = &entry.debian;
        let differs =
            |list: &Option<_>| matches!(list, Some(dockwright::catalogue::BySuite::Each { .. }));
        if suite == Suite::Bookworm && !differs(&lists.build) && !differs(&lists.run)
            || entry.only_suite.is_some_and(|only| only != suite)
            || entry.run_when == RunWhen::Suggested
        {
            return None;
        }
        let of = |list: &'static Option<dockwright::catalogue::BySuite>, wanted: bool| {
            let list = list.as_ref().filter(|_| wanted);
            list.map(|list| list.of(suite)).unwrap_or_default()
        };
        let build = of(&lists.build, source);
        let run = of(&lists.run, source || entry.run_when != RunWhen::IfBuilt);
        (!build.is_empty() || !run.is_empty() || entry.import.is_some()).then(|| Self {
            name,
            suite,
            source,
            build,
            run,
            code: code(entry),
        })
    }

    /// Tries it; a failure of the engine itself is an error, one of the entry is told in what was seen.
    pub(crate) fn run(&self, engine: Engine) -> Result<Seen, String> {
        let image = image(engine, self.suite)?;
        let volume = format!("{image}-{}", self.name);
        let run = |script: &str| self.container(engine, image, &volume, script);
        let words = if self.source {
            let built = run(BUILD)?;
            let ran = if built.contains("built-with\n") {
                run(RUN)?
            } else {
                String::new()
            };
            built + &ran
        } else {
            // What comes as a wheel leaves nothing behind in its builder.
            run(&format!("{BUILD}\n{RUN}"))?
        };
        engine.output(&["volume", "rm", "--force", &volume])?;
        Ok(self.judged(&words))
    }

    fn container(
        &self,
        engine: Engine,
        image: &str,
        volume: &str,
        script: &str,
    ) -> Result<String, String> {
        let volumes = [
            format!("{volume}:/out"),
            format!("{image}-uv:/root/.cache/uv"),
        ];
        let variables = [
            format!("NAME={}", self.name),
            format!("SOURCE={}", u8::from(self.source)),
            format!("BUILD={}", self.build.join(" ")),
            format!("RUN={}", self.run.join(" ")),
            format!("CODE={}", self.code),
            format!("PATIENCE={PATIENCE}"),
        ];
        let mut arguments = vec!["run", "--rm", "--interactive"];
        arguments.extend(volumes.iter().flat_map(|volume| ["--volume", volume]));
        arguments.extend(variables.iter().flat_map(|variable| ["--env", variable]));
        arguments.extend([image, "sh", "-s"]);
        let done = engine.run(&arguments, script)?;
        ensure(done.status.success(), || said(&["run", image], &done))?;
        Ok(done.stdout + &done.stderr)
    }

    /// The scripts' words, held against what the entry promises.
    fn judged(&self, words: &str) -> Seen {
        let said = |word: &str| words.lines().any(|line| line == word);
        let after = |prefix: &str| {
            words
                .lines()
                .filter_map(|line| line.strip_prefix(prefix))
                .map(str::to_owned)
                .collect()
        };
        let mut against = Vec::new();
        let mut hold = |holds: bool, message: &str| {
            if !holds {
                against.push(message.to_owned());
            }
        };
        hold(!said("no-packages"), "a package cannot be installed");
        hold(!said("built-without"), "builds without its packages");
        hold(said("built-with"), "does not build");
        if said("built-with") {
            let runs = if self.run.is_empty() {
                "runs-without"
            } else {
                "runs-with"
            };
            hold(
                self.run.is_empty() || !said("runs-without"),
                "runs without its packages",
            );
            hold(said(runs), "does not run");
        }
        if !against.is_empty() {
            against.extend(
                words
                    .lines()
                    .filter(|line| line.contains("rror"))
                    .take(2)
                    .map(str::to_owned),
            );
        }
        let on: Vec<String> = after("on:");
        Seen {
            on: on.into_iter().next().unwrap_or_default(),
            against,
            unresolved: after("unresolved:"),
        }
    }
}

/// Is there a wheel for the images? (glibc on x86-64)
fn has_wheel(entry: &Entry) -> bool {
    entry.wheels.as_ref().is_none_or(|records| {
        records.iter().any(|record| {
            (record.on.is_empty() || record.on.contains(&WheelTarget::ManylinuxX86))
                && record.python.contains(PYTHON)
        })
    })
}

/// The program that works only with the packages: libraries are opened, programs are found, the module is imported.
fn code(entry: &Entry) -> String {
    let mut code = vec!["import ctypes, shutil".to_owned()];
    let versioned = entry.loads.iter().filter(|soname| soname.contains(".so."));
    if entry.run_when != RunWhen::Always {
        code.extend(versioned.map(|soname| format!("ctypes.CDLL({soname:?})")));
    }
    code.extend(
        entry
            .runs
            .iter()
            .map(|program| format!("assert shutil.which({program:?}), {program:?}")),
    );
    code.extend(entry.import.iter().map(|module| format!("import {module}")));
    code.join("\n")
}

/// The image of a suite: a fresh index, already read, and an installer.
fn image(engine: Engine, suite: Suite) -> Result<&'static str, String> {
    static IMAGES: [OnceLock<Result<String, String>>; 2] = [OnceLock::new(), OnceLock::new()];
    let built = IMAGES[usize::from(suite == Suite::Trixie)].get_or_init(|| {
        let name = format!("dockwright-catalogue-{}", suite.name());
        let dockerfile = format!(
            "FROM python:{PYTHON}-slim-{}
RUN rm --force /etc/apt/apt.conf.d/docker-clean \\
    && echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/unsafe-io \\
    && echo 'Acquire::Languages \"none\";' > /etc/apt/apt.conf.d/99languages \\
    && apt-get update && apt-cache gencaches && pip install --no-cache-dir uv
ENV UV_CACHE_DIR=/root/.cache/uv
",
            suite.name()
        );
        let arguments = ["build", "--quiet", "--tag", &name, "-"];
        let done = engine.run(&arguments, &dockerfile)?;
        ensure(done.status.success(), || said(&arguments, &done))?;
        Ok(name)
    });
    built.as_deref().map_err(Clone::clone)
}
