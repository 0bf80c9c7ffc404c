//! Requirements files, installed by pip or `uv pip`.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{RequirementsFile, Source, Warning};
use crate::settings::Installer;

use super::super::install::{Input, Install, words};
use super::{Question, uv};

/// The step for a requirements file.
pub(super) fn install(
    question: &Question<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Install, Error> {
    let Some(file) = question.chosen.requirements else {
        return Err(Error::Internal {
            what: "pip was chosen without a requirements file".to_owned(),
        });
    };
    let (inputs, source_first) = inputs(file, question.folder());
    if source_first && let Some(requirement) = own_project(file, question.folder()) {
        warnings.push(
            Warning::new(
                "project-in-requirements",
                format!(
                    "{} installs the project itself: each edit of the source installs all dependencies again",
                    file.path
                ),
                "take the line out: the project is installed by itself when a command needs it",
            )
            .at(requirement.at.clone()),
        );
    }
    if question.settings.installer == Some(Installer::Uv) {
        return uv::requirements(question, file, &inputs, source_first);
    }
    let mut line = Vec::new();
    if !question.reach.buildkit {
        line.push("--no-cache-dir");
    }
    for path in [Some(&file.path), file.beside.as_ref()]
        .into_iter()
        .flatten()
    {
        line.extend(["--requirement", path]);
    }
    let step = question
        .reach
        .step(&inputs, "pip", "/root/.cache/pip", words(&line)?)?;
    let mut install = super::bare("pip", &[("PIP_DISABLE_PIP_VERSION_CHECK", "1")], step)?;
    install.source_first = source_first && !question.reach.buildkit;
    Ok(install)
}

/// What the file needs beside itself, and whether that is the whole source.
fn inputs(file: &RequirementsFile, folder: &str) -> (BTreeSet<Input>, bool) {
    let mut inputs: BTreeSet<Input> = file
        .includes
        .iter()
        .chain(&file.constraints)
        .map(Input::file)
        .collect();
    for link in &file.options.find_links {
        if !link.value.contains("://") {
            inputs.insert(Input::folder(&link.value));
        }
    }
    if own_project(file, folder).is_some() {
        return (BTreeSet::from([Input::context()]), true);
    }
    for requirement in &file.requirements {
        if let Source::Path {
            path: Some(path),
            directory,
            ..
        } = &requirement.source
        {
            inputs.insert(if *directory {
                Input::folder(path)
            } else {
                Input::file(path)
            });
        }
    }
    (inputs, false)
}

/// The requirement that is the project itself: `.`, `-e .`.
fn own_project<'a>(
    file: &'a RequirementsFile,
    folder: &str,
) -> Option<&'a crate::facts::Requirement> {
    file.requirements.iter().find(|requirement| {
        let path = requirement.source.folder();
        path.is_some_and(|path| path.is_empty() || path == "." || path == folder)
    })
}
