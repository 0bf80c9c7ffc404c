//! `Pipfile.lock`, installed by Pipenv from an environment of its own.

use std::collections::BTreeSet;

use crate::error::Error;

use super::super::install::{Input, Install, Tools, VENV, words};
use super::Question;

/// `pipenv sync` from the lock, or what the `Pipfile` says where there is none.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs: BTreeSet<Input> = question
        .facts
        .pipfile
        .iter()
        .map(|pipfile| Input::file(&pipfile.path))
        .collect();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    inputs.extend(question.declared_paths());
    let line: &[&str] = if question.lock().is_some() {
        &["sync"]
    } else {
        &["install", "--skip-lock"]
    };
    let step = question
        .reach
        .step(&inputs, "pipenv", "/root/.cache/pipenv", words(line)?)?;
    let mut install = super::bare(
        "pipenv",
        &[
            ("PIPENV_VERBOSITY", "-1"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
            ("VIRTUAL_ENV", VENV),
        ],
        step,
    )?;
    let version = &Tools::builtin().pipenv.version;
    super::set_up(
        &mut install,
        question.reach,
        "pipenv",
        &format!("pipenv=={version}"),
    )?;
    Ok(install)
}
