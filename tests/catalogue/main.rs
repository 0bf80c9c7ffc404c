//! Tries the catalogue in containers: what an entry lists is enough for its distribution, and without it nothing works.
//!
//! `cargo test --test catalogue` proves a few entries, `-- --include-ignored` all of them, two at a time. With
//! `DOCKWRIGHT_RECORD=1` what was seen is written to `proved.toml`, and the table of `src/catalogue/README.md` and the entries'
//! `proved` from it; `DOCKWRIGHT_RECORD=missing` tries only what the record lacks, or has of other lists, and
//! `DOCKWRIGHT_RECORD=each` what is missing without all packages, and without each, where the record says it not yet. With
//! `DOCKWRIGHT_COMPILED=1` what has a wheel is compiled, too. `DOCKWRIGHT_PATIENCE` (900) is how many seconds one container may
//! take: whole libraries take longer. Where no engine answers, the proofs are reported as ignored;
//! that the record and the table are current is checked anyway.

mod claims;
mod each;
#[path = "../docker/engine.rs"]
mod engine;
mod how;
mod images;
mod lab;
mod lacks;
mod proof;
mod record;
mod subject;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use dockwright::catalogue::Suite;
use libtest_mimic::{Arguments, Completion, Trial};

use engine::Engine;
use proof::Proof;
use record::Record;
use subject::Form;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// Proved in every run: one of each kind, and little to fetch.
const QUICK: [&str; 4] = ["psycopg2", "python-magic", "pyzbar", "gitpython"];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A proof compiles, unpacks and waits for the network: more at a time only take memory from each other.
    arguments.test_threads.get_or_insert(2);
    let record = Record::read();
    let mut trials = vec![
        Trial::test("the record fits the entries", {
            let record = record.clone();
            move || Ok(record?.fits()?)
        }),
        Trial::test("the table is current", {
            let record = record.clone();
            move || {
                if recording().is_some() {
                    let record = Record::trim()?;
                    claims::write(&record)?;
                    return Ok(table::write(&record)?);
                }
                Ok(table::is_current(&record?)?)
            }
        }),
        Trial::test("how.toml speaks of entries", || Ok(how::fits()?)),
    ];
    let engine = Engine::find();
    let record = record.map(Arc::new);
    for proof in Proof::all(forms()) {
        let quick = (proof.suite, proof.form) == (Suite::Trixie, Form::Usual)
            && QUICK.contains(&proof.subject.key.as_str());
        let (engine, record) = (engine.clone(), record.clone());
        let trial = Trial::ignorable_test(proof.title(), move || match engine {
            Err(why) => Ok(Completion::ignored_with(why)),
            Ok(engine) => {
                let record = record?;
                Ok(prove(&proof, engine, &record)?)
            }
        });
        trials.push(trial.with_ignored_flag(!quick));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The forms to try: compiling what has wheels takes hours.
fn forms() -> &'static [Form] {
    if std::env::var_os("DOCKWRIGHT_COMPILED").is_some() {
        &[Form::Usual, Form::Forced]
    } else {
        &[Form::Usual]
    }
}

/// What is to be kept of what is seen?
fn recording() -> Option<String> {
    std::env::var("DOCKWRIGHT_RECORD").ok()
}

/// What is missing without an entry's packages, where the record does not say it yet.
fn leave_out(proof: &Proof, engine: Engine, record: &Record) -> Result<Completion, String> {
    let line = record.of(proof).filter(|line| !proof.is_missed(line));
    let Some(line) = line else {
        return Ok(Completion::ignored_with("recorded, or not proved"));
    };
    let missed = proof.missed(engine, line)?;
    Record::keep_missed(proof, &missed.without, &missed.each)?;
    engine::ensure(missed.against.is_empty(), || missed.against.join("; "))?;
    Ok(Completion::Completed)
}

/// Tries one entry; keeps what was seen where that is asked for.
fn prove(proof: &Proof, engine: Engine, record: &Record) -> Result<Completion, String> {
    let asked = recording();
    if asked.as_deref() == Some("each") {
        return leave_out(proof, engine, record);
    }
    if asked.as_deref() == Some("missing") && record.of(proof).is_some() {
        return Ok(Completion::ignored_with("recorded"));
    }
    let seen = proof.run(engine)?;
    if asked.is_some() {
        Record::keep(proof, &seen)?;
    }
    engine::ensure(seen.against.is_empty(), || seen.against.join("; "))?;
    Ok(Completion::Completed)
}
