//! `pdm.lock`, installed by PDM from an environment of its own.

use crate::error::Error;

use super::super::install::{Input, Install, Tools, VENV, Variable, words};
use super::Question;

/// `pdm sync` from the lock.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs = question.pyprojects();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    let mut line = vec!["--prod".to_owned(), "--no-self".to_owned()];
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
    install.setup = question
        .reach
        .installer("pdm", &format!("pdm[locked]=={version}"))?;
    if !question.reach.buildkit {
        install.env.push(Variable::new("PIP_NO_CACHE_DIR", "1")?);
        install.env.sort();
    }
    Ok(install)
}
