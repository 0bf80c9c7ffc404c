//! `pdm.lock`, installed by PDM from an environment of its own.

use std::collections::BTreeSet;

use crate::error::Error;

use super::super::install::{Input, Install, Tools, VENV, words};
use super::Question;

/// `pdm sync` from the lock.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let folders = question.local_folders();
    let mut inputs: BTreeSet<Input> = question
        .pyprojects()
        .into_iter()
        .filter(|manifest| {
            !folders
                .keys()
                .any(|folder| is_below(&manifest.path, folder))
        })
        .collect();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    inputs.extend(question.declared_paths());
    // `sync` installs what the lock says, and never locks.
    let mut line = ["--prod", "--no-self", "--no-editable"]
        .map(str::to_owned)
        .to_vec();
    for group in question.chosen.groups.iter().chain(&question.chosen.extras) {
        line.extend(["--group".to_owned(), group.clone()]);
    }
    let step = question
        .reach
        .step(&inputs, "pdm", "/root/.cache/pdm", words(&line)?)?;
    let mut install = super::bare(
        "pdm",
        &[
            ("PDM_CHECK_UPDATE", "0"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
            ("VIRTUAL_ENV", VENV),
        ],
        step,
    )?;
    let version = &Tools::builtin().pdm.version;
    super::set_up(
        &mut install,
        question.reach,
        "pdm",
        &format!("pdm[locked]=={version}"),
    )?;
    Ok(install)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}
