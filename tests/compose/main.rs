//! What `--compose` writes, read again: by a parser of YAML, by `docker compose config`, and run where an engine answers.
//!
//! `cargo test --test compose -- --include-ignored` runs the heavy one: Flask, Celery, PostgreSQL and Redis together.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod config;
#[path = "../docker/engine.rs"]
mod engine;
mod hostile;
mod together;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use engine::Engine;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

fn main() -> ExitCode {
    let mut trials = vec![Trial::test("no value becomes a node", || {
        hostile::all();
        Ok(())
    })];
    trials.extend(config::all().into_iter().map(|case| {
        let name = format!("config: {}", case.name);
        Trial::ignorable_test(name, move || with_compose(|engine| case.check(engine)))
    }));
    let run = Trial::ignorable_test("web, worker, release, database and broker", || {
        with_compose(together::run)
    });
    trials.push(run.with_ignored_flag(true));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs a check where the engine's client has the compose plugin.
fn with_compose(check: impl FnOnce(Engine) -> Checked) -> Result<Completion, Failed> {
    let engine = match Engine::find() {
        Ok(engine) => engine,
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    if engine.output(&["compose", "version"]).is_err() {
        return Ok(Completion::ignored_with("no `docker compose`"));
    }
    check(engine)?;
    Ok(Completion::Completed)
}
