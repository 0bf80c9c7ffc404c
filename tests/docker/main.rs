//! Builds images of `examples/` with a real container engine, runs them, and holds them to what `dockwright` promises.
//!
//! `cargo test --test docker` lists each promise of each image. Where no engine answers, all are reported as ignored.

mod cases;
mod checks;
mod container;
mod engine;
mod image;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Trial};

use cases::{CASES, Case};
use engine::Engine;
use image::Image;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// An image that is built when its first check runs, removed after its last.
type Shared = Arc<OnceLock<Result<Image, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engine = Engine::find();
    let trials = CASES
        .iter()
        .flat_map(|case| trials(&engine, case))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(engine: &Result<Engine, String>, case: &'static Case) -> Vec<Trial> {
    let shared = Shared::default();
    checks::of(case)
        .into_iter()
        .map(|(name, check)| {
            let (engine, shared) = (engine.clone(), Arc::clone(&shared));
            Trial::ignorable_test(format!("{}: {name}", case.name), move || {
                let engine = match engine {
                    Ok(engine) => engine,
                    Err(why) => return Ok(Completion::ignored_with(why)),
                };
                match (shared.get_or_init(|| Image::build(engine, case)), name) {
                    (Ok(image), _) => check(image)?,
                    (Err(why), checks::BUILDS) => return Err(why.into()),
                    (Err(_), _) => return Err("the image was not built".into()),
                }
                Ok(Completion::Completed)
            })
        })
        .collect()
}
