//! `poetry.lock`, installed by the version of Poetry that wrote it, from an environment of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;

use super::super::install::{Input, Install, Step, Tools, VENV, words};
use super::{Question, pip_step};

/// `poetry install` from the lock.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs = question.pyprojects();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    inputs.extend(question.local_files());
    let folders = question.local_folders();
    let mut line = vec!["--only".to_owned()];
    let groups: Vec<&str> = std::iter::once("main")
        .chain(question.chosen.groups.iter().map(String::as_str))
        .collect();
    line.push(groups.join(","));
    for extra in &question.chosen.extras {
        line.extend(["--extras".to_owned(), extra.clone()]);
    }
    line.push("--no-root".to_owned());
    if !folders.is_empty() {
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
    if !folders.is_empty() {
        install.more.push(local_step(question, &folders)?);
    }
    let version = question
        .lock()
        .and_then(|lock| lock.tool_version.as_ref())
        .map_or(Tools::builtin().poetry.version.as_str(), |found| {
            found.value.as_str()
        });
    super::set_up(
        &mut install,
        question.reach,
        "poetry",
        &format!("poetry=={version}"),
    )?;
    Ok(install)
}

/// The step that installs folders of the project, not editable as Poetry would have them: their dependencies are locked and there.
fn local_step(question: &Question<'_>, folders: &BTreeMap<&str, &str>) -> Result<Step, Error> {
    let inputs: BTreeSet<Input> = folders.keys().copied().map(Input::folder).collect();
    let paths: Vec<String> = folders.keys().map(|path| format!("./{path}")).collect();
    let mut words = vec!["--no-deps"];
    words.extend(paths.iter().map(String::as_str));
    let mut step = pip_step(question.reach, &inputs, &words)?;
    step.comment = Some("the folders that the project depends on".to_owned());
    Ok(step)
}
