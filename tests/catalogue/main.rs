//! Tries the catalogue in containers: what an entry lists is enough for its distribution, and without it nothing works.
//!
//! `cargo test --test catalogue` proves a few entries, `-- --include-ignored` all of them. With `DOCKWRIGHT_RECORD=1` what
//! was seen is written to `proved.toml`, and the table of `src/catalogue/README.md` from it. Where no engine answers, the
//! proofs are reported as ignored; that the record and the table are current is checked anyway.

#[path = "../docker/engine.rs"]
mod engine;
mod proof;
mod record;
mod table;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use dockwright::catalogue::{Catalogue, Suite};
use libtest_mimic::{Arguments, Completion, Trial};

use engine::Engine;
use proof::Proof;
use record::Record;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// Proved in every run: one of each kind, and little to fetch.
const QUICK: [&str; 4] = ["psycopg2", "python-magic", "pyzbar", "gitpython"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let record = Record::read();
    let mut trials = vec![
        Trial::test("the record fits the entries", {
            let record = record.clone();
            move || Ok(record?.fits()?)
        }),
        Trial::test("the table is current", {
            let record = record.clone();
            move || {
                let check = if recording() {
                    table::write
                } else {
                    table::is_current
                };
                Ok(check(&record?)?)
            }
        }),
    ];
    let engine = Engine::find();
    let record = record.map(|record| Arc::new(Mutex::new(record)));
    for suite in [Suite::Trixie, Suite::Bookworm] {
        let names = Catalogue::builtin().names();
        for proof in names.filter_map(|name| Proof::new(name, suite)) {
            let quick = suite == Suite::Trixie && QUICK.contains(&proof.name);
            let name = format!("{}: {}", suite.name(), proof.name);
            let (engine, record) = (engine.clone(), record.clone());
            let trial = Trial::ignorable_test(name, move || match engine {
                Err(why) => Ok(Completion::ignored_with(why)),
                Ok(engine) => {
                    let record = record?;
                    prove(&proof, engine, &record)?;
                    Ok(Completion::Completed)
                }
            });
            trials.push(trial.with_ignored_flag(!quick));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Is what is seen to be kept?
fn recording() -> bool {
    std::env::var_os("DOCKWRIGHT_RECORD").is_some()
}

/// Tries one entry; keeps what was seen where that is asked for.
fn prove(proof: &Proof, engine: Engine, record: &Mutex<Record>) -> Checked {
    let seen = proof.run(engine)?;
    if recording() {
        let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
        record.keep(proof, &seen);
        record.write()?;
        table::write(&record)?;
    }
    engine::ensure(seen.against.is_empty(), || seen.against.join("; "))
}
