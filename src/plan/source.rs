//! Decides what happens to the application's own files: installed as a package, prepared in the builder, copied.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::Error;
use crate::facts::{PackageManager, ProjectFacts};

use super::command::Start;
use super::install::{Install, Reach, Step};
use super::manager::Chosen;
use super::steps;

/// What becomes of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceSteps {
    /// The builder gets the source, for the steps below.
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
    facts: &ProjectFacts,
    chosen: &Chosen<'_>,
    install: &Install,
    reach: Reach,
    start: &Start,
    project: bool,
) -> Result<SourceSteps, Error> {
    let mut list = Vec::new();
    if project {
        list.push(project_step(facts, chosen, install, reach)?);
    }
    for step in &start.build_steps {
        list.push(Step {
            comment: Some(step.why.clone()),
            line: step.line.clone(),
            ..Step::default()
        });
    }
    let from_builder = !start.build_steps.is_empty();
    let in_runtime = from_builder || start.needs_source || !project;
    Ok(SourceSteps {
        in_builder: !list.is_empty() || install.source_first,
        from_builder,
        in_runtime,
        steps: list,
    })
}
