//! Decides what happens to the application's own files: installed as a package, prepared in the builder, copied.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;

use super::command::Start;
use super::install::{Install, Step, words};
use super::managers::{self, Question};
use super::quote::ShellWord;

/// What becomes of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceSteps {
    /// The builder gets a copy of the source before the dependencies are installed.
    pub first: bool,
    /// The builder gets a copy of the source after that, for the steps below.
    pub in_builder: bool,
    /// The runtime gets it as the builder left it, since steps there wrote into it.
    pub from_builder: bool,
    /// The runtime gets it from the build context.
    pub in_runtime: bool,
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
            line: words(&step.argv)?
                .iter()
                .map(ShellWord::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            ..Step::default()
        });
    }
    let from_builder = !start.build_steps.is_empty();
    Ok(SourceSteps {
        first: install.source_first,
        in_builder: from_builder && !install.source_first,
        from_builder,
        in_runtime: !from_builder && (start.needs_source || !project),
        steps,
    })
}

/// `NAME=value ` for one command.
fn assignments(env: &BTreeMap<String, String>) -> Result<String, Error> {
    env.iter()
        .try_fold(String::new(), |mut text, (name, value)| {
            let value = ShellWord::new(value)?;
            text.push_str(&format!("{name}={} ", value.as_str()));
            Ok(text)
        })
}
