//! `poetry.lock`, installed by the version of Poetry that wrote it, from an environment of its own.

use crate::error::Error;

use super::super::install::{Input, Install, Tools, VENV, Variable, words};
use super::Question;

/// `poetry install` from the lock.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs = question.pyprojects();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    let mut line = vec!["--only".to_owned()];
    let groups: Vec<&str> = std::iter::once("main")
        .chain(question.chosen.groups.iter().map(String::as_str))
        .collect();
    line.push(groups.join(","));
    for extra in &question.chosen.extras {
        line.extend(["--extras".to_owned(), extra.clone()]);
    }
    line.push("--no-root".to_owned());
    if question.local_dependencies() {
        line.push("--no-directory".to_owned());
    }
    line.push("--compile".to_owned());
    if !question.reach.buildkit {
        line.push("--no-cache".to_owned());
    }
    let step = question
        .reach
        .step(&inputs, "poetry", "/root/.cache/pypoetry", words(&line)?)?;
    let mut install = super::bare(
        "poetry",
        &[
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
            ("POETRY_NO_INTERACTION", "1"),
            ("VIRTUAL_ENV", VENV),
        ],
        step,
    )?;
    let version = question
        .lock()
        .and_then(|lock| lock.tool_version.as_ref())
        .map_or(Tools::builtin().poetry.version.as_str(), |found| {
            found.value.as_str()
        });
    install.setup = question
        .reach
        .installer("poetry", &format!("poetry=={version}"))?;
    if !question.reach.buildkit {
        install.env.push(Variable::new("PIP_NO_CACHE_DIR", "1")?);
        install.env.sort();
    }
    Ok(install)
}
