//! Decides what happens to the application's own files: installed as a package, prepared in the builder, copied.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;

use super::command::Start;
use super::install::{APP, Install, Step, VENV, words};
use super::managers::{self, Question};
use super::quote::{CopyPaths, EnvValue, ShellWord};

/// What becomes of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of the template that stands there or does not"
)]
pub struct SourceSteps {
    /// The builder gets a copy of the source before the dependencies are installed.
    pub first: bool,
    /// The builder gets a copy of the source after that, for the steps below.
    pub in_builder: bool,
    /// Folder in which the steps run, where it is not the build context's.
    pub workdir: Option<EnvValue>,
    /// The runtime gets it as the builder left it, since steps there wrote into it.
    pub from_builder: bool,
    /// Operands of the runtime's `COPY`, from the builder or from the build context; `None` when no source is needed there.
    pub copy: Option<CopyPaths>,
    /// What the builder does with it.
    pub steps: Vec<Step>,
}

/// Decides; `project` says whether the project itself is installed into the environment.
///
/// # Errors
/// A name of the project cannot stand in a Dockerfile.
pub fn steps(
    question: &Question<'_>,
    install: &Install,
    start: &Start,
    project: bool,
) -> Result<SourceSteps, Error> {
    let mut steps = Vec::new();
    if project {
        let mut step = managers::project_step(question)?;
        if install.source_first || !start.build_steps.is_empty() {
            // The source is copied once for all.
            step.copies.clear();
        }
        steps.push(step);
    }
    for step in &start.build_steps {
        steps.push(Step {
            comment: Some(step.why.clone()),
            prefix: assignments(&step.env)?,
            line: in_environment(&step.argv)?,
            ..Step::default()
        });
    }
    let from_builder = !start.build_steps.is_empty();
    Ok(SourceSteps {
        first: install.source_first,
        in_builder: from_builder && !install.source_first,
        workdir: Some(&question.facts.layout.app)
            .filter(|app| from_builder && !app.is_empty())
            .map(|app| EnvValue::new(&format!("{APP}/{app}")))
            .transpose()?,
        from_builder,
        copy: (from_builder || start.needs_source || !project)
            .then(|| copy(question, from_builder))
            .transpose()?,
        steps,
    })
}

/// The application's own folder, where it has a manifest of its own; else the whole build context.
fn copy(question: &Question<'_>, from_builder: bool) -> Result<CopyPaths, Error> {
    let app = &question.facts.layout.app;
    let (from, to) = if app.is_empty() || question.facts.pyproject.is_none() {
        (".".to_owned(), APP.to_owned())
    } else {
        (app.clone(), format!("{APP}/{app}"))
    };
    CopyPaths::new(&[if from_builder { &to } else { &from }, &to])
}

/// A command line that starts a program of the application's environment.
fn in_environment(argv: &[String]) -> Result<String, Error> {
    let words = words(argv)?;
    let words: Vec<&str> = words.iter().map(ShellWord::as_str).collect();
    Ok(format!("{VENV}/bin/{}", words.join(" ")))
}

/// `NAME=value ` for one command.
fn assignments(env: &BTreeMap<String, String>) -> Result<String, Error> {
    env.iter()
        .try_fold(String::new(), |mut text, (name, value)| {
            let value = ShellWord::new(value)?;
            text.extend([name, "=", value.as_str(), " "]);
            Ok(text)
        })
}
