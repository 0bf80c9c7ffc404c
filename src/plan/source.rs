//! Decides what happens to the application's own files: installed as a package, prepared in the builder, copied.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;

use super::command::Start;
use super::install::{APP, Install, Step, VENV, words};
use super::managers::{self, Question};
use super::quote::{CopyPaths, EnvValue, ShellWord};
use super::secrets;

/// What becomes of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceSteps {
    /// The builder gets a copy of the source before the dependencies are installed.
    pub first: bool,
    /// The builder gets a copy of the source after that, for the steps below.
    pub in_builder: bool,
    /// Folder in which the steps run, where it is not the build context's.
    pub workdir: Option<EnvValue>,
    /// The application itself runs in the builder, to prepare the source (`collectstatic`).
    pub prepared: bool,
    /// The runtime's `COPY`, from the builder where steps there wrote into it, else from the build context; `None` when no
    /// source is needed there.
    pub copy: Option<SourceCopy>,
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
    if let Some(mut step) = managers::project_step(question, project)? {
        secrets::mount(
            &mut step,
            &managers::project_secrets(question, &install.secrets),
        );
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
    let last = !question.settings.run.end_of_builder.is_empty();
    let wanted = !start.build_steps.is_empty() || start.needs_source || !project;
    // Without BuildKit a `COPY` cannot set modes: the builder does.
    let from_builder =
        !start.build_steps.is_empty() || (wanted && (last || !question.reach.buildkit));
    if wanted && !question.reach.buildkit {
        steps.push(Step {
            comment: Some(MODES.to_owned()),
            line: format!("chmod -R go-w,a+rX {APP}"),
            ..Step::default()
        });
    }
    let copied_by_step = !install.source_first && !from_builder;
    if !copied_by_step {
        for step in &mut steps {
            // The source is copied once for all.
            step.copies.clear();
        }
    }
    Ok(SourceSteps {
        first: install.source_first,
        in_builder: from_builder && !install.source_first,
        workdir: Some(&question.facts.layout.app)
            .filter(|app| (last || !start.build_steps.is_empty()) && !app.is_empty())
            .map(|app| EnvValue::new(&format!("{APP}/{app}")))
            .transpose()?,
        prepared: !start.build_steps.is_empty(),
        copy: wanted.then(|| copy(question, from_builder)).transpose()?,
        steps,
    })
}

/// Why the modes of the source are set: a checkout under umask 002 is writable to group 0, which any other UID is in; one
/// under umask 077 is not readable to anybody.
const MODES: &str = "whatever the umask of the checkout: readable by all, writable by root alone";

/// The `COPY` of the runtime stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceCopy {
    /// Its flags, each with a space after it.
    pub flags: String,
    /// Why there are flags.
    pub comment: Option<&'static str>,
    /// Its operands.
    pub paths: CopyPaths,
}

/// The application's own folder, where it has a manifest of its own; else the whole build context.
fn copy(question: &Question<'_>, from_builder: bool) -> Result<SourceCopy, Error> {
    let app = &question.facts.layout.app;
    let (from, to) = if app.is_empty() || question.facts.pyproject.is_none() {
        (".".to_owned(), APP.to_owned())
    } else {
        (app.clone(), format!("{APP}/{app}"))
    };
    let mut flags = String::new();
    if from_builder {
        flags.push_str("--from=builder ");
    }
    if question.reach.buildkit {
        flags.push_str("--chmod=755 ");
    }
    Ok(SourceCopy {
        flags,
        comment: question.reach.buildkit.then_some(MODES),
        paths: CopyPaths::new(&[if from_builder { &to } else { &from }, &to])?,
    })
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
