//! Builds a small project a framework and server with a real container engine, and holds the start command to its promises.
//!
//! `cargo test --test frameworks` lists each promise of each project; a folder here is a project, nothing to register. Where
//! no engine answers, all are reported as ignored; heavy ones run with `-- --include-ignored`.

mod case;
mod checks;
#[path = "../docker/container.rs"]
mod container;
#[path = "../docker/engine.rs"]
mod engine;
mod image;
mod redis;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use case::Case;
use engine::Engine;
use image::Image;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// An image that is built when its first check runs, removed after its last.
type Shared = Arc<OnceLock<Result<Image, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engine = Engine::find();
    let trials = match case::all() {
        Ok(cases) => cases
            .into_iter()
            .flat_map(|case| trials(&engine, &Arc::new(case)))
            .collect(),
        Err(why) => vec![Trial::test("cases", || Err(why.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(engine: &Result<Engine, String>, case: &Arc<Case>) -> Vec<Trial> {
    let shared = Shared::default();
    let mut trials = Vec::new();
    for (name, check) in checks::of(&case.expected) {
        let (engine, shared, case) = (engine.clone(), Arc::clone(&shared), Arc::clone(case));
        let heavy = case.expected.heavy;
        let trial = Trial::ignorable_test(format!("{}: {name}", case.name), move || {
            let engine = match engine {
                Ok(engine) => engine,
                Err(why) => return Ok(Completion::ignored_with(why)),
            };
            match shared.get_or_init(|| Image::build(engine, &case)) {
                Ok(image) => check(image).map_err(Failed::from)?,
                Err(why) if name == checks::PLANNED => return Err(why.into()),
                Err(_) => return Err("the image was not built".into()),
            }
            Ok(Completion::Completed)
        });
        trials.push(trial.with_ignored_flag(heavy));
    }
    trials
}
