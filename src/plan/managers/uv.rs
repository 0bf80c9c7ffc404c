//! `uv.lock`, `pylock.toml` and whatever else uv installs.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{RequirementsFile, normalise};

use super::super::install::{Input, Install, ToolCopy, Tools, VENV, words};
use super::Question;

/// uv's cache in the builder.
const CACHE: &str = "/root/.cache/uv";

/// `uv sync` from the lock.
pub(super) fn install(question: &Question<'_>) -> Result<Install, Error> {
    let mut inputs = question.pyprojects();
    inputs.extend(question.lock().map(|lock| Input::file(&lock.path)));
    if question
        .facts
        .layout
        .top
        .iter()
        .any(|name| name == "uv.toml")
    {
        inputs.insert(Input::file("uv.toml"));
    }
    inputs.extend(question.local_files());
    let mut line = sync_words(question);
    if !question.facts.member_pyprojects.is_empty() || !question.folder().is_empty() {
        line.push("--no-install-workspace".to_owned());
    } else {
        line.push("--no-install-project".to_owned());
    }
    let members = question.lock().map_or(&[][..], |lock| &lock.members);
    for name in question.local_folders().into_values() {
        // `--no-install-local` would say it in one word, to a uv of 2025 or later.
        if !members.iter().any(|member| member == name) {
            line.extend(["--no-install-package".to_owned(), name.to_owned()]);
        }
    }
    let step = question.reach.step(&inputs, "uv", CACHE, words(&line)?)?;
    with_uv(
        question,
        "uv",
        &[
            ("UV_PROJECT_ENVIRONMENT", VENV),
            // An explicit interpreter: a `.python-version` with another patch release than the image's must not stop the build.
            ("UV_PYTHON", "/usr/local/bin/python"),
        ],
        step,
    )
}

/// The words of `uv sync` that both the dependencies' and the project's step have.
pub(super) fn sync_words(question: &Question<'_>) -> Vec<String> {
    let mut line = vec!["--locked".to_owned()];
    let defaults = question
        .facts
        .root_pyproject
        .as_ref()
        .or(question.pyproject())
        .and_then(|pyproject| pyproject.uv.default_groups.as_ref());
    line.push(
        if defaults.is_some() {
            "--no-default-groups"
        } else {
            "--no-dev"
        }
        .to_owned(),
    );
    for group in &question.chosen.groups {
        line.extend(["--group".to_owned(), group.clone()]);
    }
    for extra in &question.chosen.extras {
        line.extend(["--extra".to_owned(), extra.clone()]);
    }
    if !question.folder().is_empty()
        && let Some(name) = question
            .pyproject()
            .and_then(|pyproject| pyproject.name.as_ref())
    {
        line.extend(["--package".to_owned(), normalise(&name.value)]);
    }
    line
}

/// `uv pip sync` from a `pylock.toml`.
pub(super) fn pylock(question: &Question<'_>) -> Result<Install, Error> {
    let Some(lock) = question.lock() else {
        return Err(Error::Internal {
            what: "pylock was chosen without its file".to_owned(),
        });
    };
    let mut inputs = BTreeSet::from([Input::file(&lock.path)]);
    inputs.extend(question.declared_paths());
    let mut line = vec!["--python", VENV];
    for extra in &question.chosen.extras {
        line.extend(["--extra", extra]);
    }
    for group in &question.chosen.groups {
        line.extend(["--group", group]);
    }
    line.push(&lock.path);
    let line = words(&line)?;
    let step = question.reach.step(&inputs, "uv", CACHE, line)?;
    with_uv(question, "pylock", &[], step)
}

/// `uv pip install` of a requirements file.
pub(super) fn requirements(
    question: &Question<'_>,
    file: &RequirementsFile,
    inputs: &BTreeSet<Input>,
    source_first: bool,
) -> Result<Install, Error> {
    let mut line = vec!["--python", VENV];
    if file.hashes || file.options.require_hashes {
        line.push("--require-hashes");
    }
    for path in [Some(&file.path), file.beside.as_ref()]
        .into_iter()
        .flatten()
    {
        line.extend(["--requirements", path]);
    }
    let step = question.reach.step(inputs, "uv", CACHE, words(&line)?)?;
    let mut install = with_uv(question, "project", &[], step)?;
    install.source_first = source_first && !question.reach.buildkit;
    Ok(install)
}

/// An installation by uv, which comes as one static binary of a pinned version into the builder only.
pub(super) fn with_uv(
    question: &Question<'_>,
    template: &str,
    env: &[(&str, &str)],
    step: super::Step,
) -> Result<Install, Error> {
    let mut all = vec![("UV_COMPILE_BYTECODE", "1"), ("UV_LINK_MODE", "copy")];
    all.extend_from_slice(env);
    if !question.reach.buildkit {
        all.push(("UV_NO_CACHE", "1"));
    }
    let mut install = super::bare(template, &all, step)?;
    let uv = &Tools::builtin().uv;
    let version = version(question).unwrap_or_else(|| uv.version.clone());
    install.tools.push(ToolCopy {
        image: format!("{}:{version}", uv.image),
        source: "/uv".to_owned(),
        target: "/usr/local/bin/".to_owned(),
        renewable: required(question).is_none(),
    });
    Ok(install)
}

/// A version that `required-version` allows, where it does not allow dockwright's own: the one it names, or its lower bound.
fn version(question: &Question<'_>) -> Option<String> {
    let required = required(question)?;
    let range = crate::facts::Specifier::parse(required)
        .or_else(|| crate::facts::Specifier::parse(&format!("=={required}")))?;
    if range.contains(&Tools::builtin().uv.version) {
        return None;
    }
    // An epoch or a local part is no image tag.
    let is_tag = |version: &String| {
        version
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.')
    };
    range
        .pinned()
        .or_else(|| range.lower_bound())
        .filter(is_tag)
}

/// What `required-version` asks for.
fn required<'a>(question: &'a Question<'_>) -> Option<&'a str> {
    let facts = question.facts;
    let mut pyprojects = facts.root_pyproject.iter().chain(&facts.pyproject);
    pyprojects
        .find_map(|pyproject| pyproject.uv.required_version.as_ref())
        .map(|found| found.value.as_str())
}
