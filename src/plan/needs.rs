//! Gathers the needs that no distribution of an index has: the sources' own, and those of what is built and run beside.

use std::collections::BTreeSet;

use crate::facts::{ProjectFacts, Source, SourceNeed};

use super::closure::Distribution;
use super::command::Start;
use super::manager::Chosen;
use super::managers;

/// What the sources need, and what the steps of the builder need beside.
pub(super) fn needs(
    facts: &ProjectFacts,
    chosen: &Chosen<'_>,
    start: &Start,
    distributions: &[Distribution],
) -> Vec<SourceNeed> {
    let mut needs = facts.sources.clone();
    let own = managers::is_installed(facts, chosen, !start.needs_source);
    let sources = distributions.iter().map(|one| &one.source);
    let listed = chosen
        .requirements
        .iter()
        .flat_map(|file| &file.requirements);
    let folders: BTreeSet<&str> = sources
        .chain(listed.map(|one| &one.source))
        .filter_map(Source::folder)
        .collect();
    let built = facts.extensions.iter().filter(|one| {
        own && one.folder == facts.layout.app || folders.contains(one.folder.as_str())
    });
    needs.extend(built.map(|one| one.need.clone()));
    for step in &start.build_steps {
        needs.extend(step.needs.iter().map(|need| SourceNeed {
            need: need.clone(),
            evidence: step.argv.join(" "),
            at: step.at.clone().unwrap_or_default(),
        }));
    }
    if let Some(init) = &start.init {
        needs.push(SourceNeed {
            need: "start:init".to_owned(),
            evidence: init.why.clone(),
            at: init.at.clone().unwrap_or_default(),
        });
    }
    needs
}
