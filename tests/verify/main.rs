//! Runs `dockwright verify` with a real container engine: on a healthy project, on sick images, and on projects with packages
//! that the catalogue is made to forget.
//!
//! `cargo test --test verify` lists each case; those that fetch or compile much run with `-- --include-ignored`. Where no engine
//! answers, all are reported as ignored.

#[path = "../docker/engine.rs"]
mod engine;
mod project;
mod strangers;
mod terminal;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use engine::{Engine, ensure};
use project::{Project, Run};
use strangers::STRANGERS;

/// What a case ends with: a failure says what was found.
type Checked = Result<(), String>;

type Case = fn(Engine) -> Checked;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engine = Engine::find();
    let cases: [(&str, Case); 4] = [
        ("a healthy project passes", healthy),
        ("a sick image fails in words", sick),
        ("a tool that ends by itself passes", tool),
        ("Ctrl-C leaves nothing behind", stopped),
    ];
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|(name, case)| trial(&engine, name.to_owned(), case))
        .collect();
    // Its engine is a shell script.
    trials.push(Trial::test(
        "a terminal gets a bar",
        || Ok(terminal::bar()?),
    ));
    for stranger in STRANGERS {
        let name = format!("solved by --fix alone: {}", stranger.hidden);
        trials
            .push(trial(&engine, name, |_| stranger.is_solved()).with_ignored_flag(stranger.heavy));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(
    engine: &Result<Engine, String>,
    name: String,
    case: impl FnOnce(Engine) -> Checked + Send + 'static,
) -> Trial {
    let engine = engine.clone();
    Trial::ignorable_test(name, move || match engine {
        Ok(engine) => {
            case(engine)?;
            Ok(Completion::Completed)
        }
        Err(why) => Ok(Completion::ignored_with(why)),
    })
}

fn healthy(engine: Engine) -> Checked {
    let project = Project::example("flask-postgres")?;
    let run = project.verify(&["--format", "json"])?;
    let report = run.report(0)?;
    ensure(report["outcome"] == "passed", || run.shown())?;
    let checks = report["checks"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = checks
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    let expected = [
        "build",
        "imports",
        "libraries",
        "user",
        "home",
        "leftovers",
        "size",
        "start",
        "health",
        "stop",
    ];
    ensure(names == expected, || run.shown())?;
    for check in &checks {
        ensure(check["outcome"] == "passed", || run.shown())?;
    }
    let sizes = &report["sizes"];
    let base = sizes["base"].as_u64().unwrap_or_default();
    let whole = report["image"]["size"].as_u64().unwrap_or_default();
    ensure(base > 50_000_000 && whole > base, || {
        format!("{whole} on {base}")
    })?;
    let packages = sizes["packages"].as_array().cloned().unwrap_or_default();
    ensure(packages.iter().any(|one| one["name"] == "libpq5"), || {
        run.shown()
    })?;
    run.left_nothing(engine)
}

/// Root, a compiler, a file with a secret, a home that is not there, a process 1 that does not heed SIGTERM.
const SICK: &str = "FROM python:3.14-slim-trixie
RUN printf '#!/bin/sh\\n' > /usr/bin/gcc && chmod 755 /usr/bin/gcc && touch /srv/.env
ENV HOME=/nowhere
CMD [\"python\", \"-c\", \"import time; time.sleep(600)\"]
";

fn sick(engine: Engine) -> Checked {
    let image = format!("wt-verify-sick:{}", std::process::id());
    let done = engine.run(&["build", "--tag", &image, "-"], SICK)?;
    ensure(done.status.success(), || done.stderr.clone())?;
    let project = Project::example("script")?;
    let run = project.verify(&["--image", &image, "--alive", "1", "--grace", "1"]);
    engine.run(&["image", "rm", "--force", &image], "")?;
    let run = run?;
    for words in [
        "FAILED   user       root",
        "the image runs as root",
        "compilers are left: gcc",
        "/srv/.env",
        "the home /nowhere does not exist",
        "does not end within 1 s of the stop signal",
        "failed: 4 of 8 checks: user, home, leftovers, stop",
    ] {
        ensure(run.out.contains(words), || {
            format!("no `{words}`:\n{}", run.shown())
        })?;
    }
    ensure(run.code == 1, || run.shown())?;
    run.left_nothing(engine)
}

fn tool(engine: Engine) -> Checked {
    let project = Project::example("script")?;
    let run = project.verify(&[])?;
    let words = "ends by itself with exit code 0";
    ensure(run.code == 0 && run.out.contains(words), || run.shown())?;
    run.left_nothing(engine)
}

fn stopped(engine: Engine) -> Checked {
    let project = Project::example("flask-postgres")?;
    let run = project.verify_until("looking into the image", &["--alive", "60"])?;
    let words = "stopped: the containers and images of this run are removed";
    ensure(run.code == 130 && run.err.contains(words), || run.shown())?;
    run.left_nothing(engine)
}

impl Run {
    /// Neither a container nor an image of this run is there any more.
    fn left_nothing(&self, engine: Engine) -> Checked {
        let name = format!("dockwright-verify-{}-", self.process);
        let filter = format!("name={name}");
        let containers =
            engine.output(&["ps", "--all", "--filter", &filter, "--format", "{{.Names}}"])?;
        let images = engine.output(&["images", "--format", "{{.Repository}}"])?;
        let left: Vec<&str> = containers
            .lines()
            .chain(images.lines())
            .filter(|found| found.starts_with(&name))
            .collect();
        ensure(left.is_empty(), || format!("left: {left:?}"))
    }
}
