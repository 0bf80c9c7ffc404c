//! Turns a run into what `dockwright.lock` keeps of it.

use std::collections::BTreeMap;

use crate::Preview;
use crate::change::{Change, State};
use crate::facts::Place;
use crate::inspect::tree::Tree;
use crate::lock::{Because, LOCK_FILE, LockRecord, LockedNeed, sha256};
use crate::plan::BuildPlan;
use crate::plan::system::SystemPackage;
use crate::render::OutFile;

/// The record of this run.
pub fn record(tree: &Tree, plan: &BuildPlan, files: &[OutFile]) -> LockRecord {
    let mut packages = needs("build", &plan.system.build);
    packages.extend(needs("run", &plan.system.run));
    LockRecord {
        inputs: inputs(tree),
        decisions: decisions(plan),
        packages,
        pins: plan.world.digests.clone(),
        tools: plan.world.tools.clone(),
        places: places(plan),
        installed: plan
            .distributions
            .iter()
            .map(|one| (None, one.name.clone()))
            .collect(),
        files: files
            .iter()
            .map(|file| (file.path.clone(), file.text.clone()))
            .collect(),
    }
}

/// Every file that the plan was read from, except what dockwright itself writes.
pub(crate) fn inputs(tree: &Tree) -> BTreeMap<String, String> {
    tree.asked()
        .into_iter()
        .filter(|(path, _)| !path.ends_with(LOCK_FILE))
        .filter_map(|(path, bytes)| Some((path, sha256(&bytes?))))
        .collect()
}

/// Adds an input that is written beside what is generated: the settings.
pub(crate) fn also_write(
    preview: &mut Preview,
    path: String,
    before: Option<String>,
    text: String,
) {
    let digest = sha256(text.as_bytes());
    preview.record.inputs.insert(path.clone(), digest);
    preview.changes.push(Change {
        path,
        state: if before.is_none() {
            State::Created
        } else {
            State::Updated
        },
        before,
        after: text.clone(),
        generated: text,
    });
}

/// Where decisions come from, under the names that they have in the record.
fn places(plan: &BuildPlan) -> BTreeMap<String, Place> {
    let command = plan.start.command.as_ref();
    let places = [
        ("python", plan.python.at.as_ref()),
        ("base", plan.python.at.as_ref()),
        ("command", command.and_then(|command| command.at.as_ref())),
    ];
    places
        .into_iter()
        .filter_map(|(name, at)| Some((name.to_owned(), at?.clone())))
        .collect()
}

fn decisions(plan: &BuildPlan) -> BTreeMap<String, String> {
    let mut decisions = BTreeMap::from([
        ("base".to_owned(), plan.base.runtime.clone()),
        ("manager".to_owned(), plan.manager.to_owned()),
        ("python".to_owned(), plan.python.version.clone()),
        (
            "user".to_owned(),
            format!("{} {}:{}", plan.user.name, plan.user.uid, plan.user.gid),
        ),
    ]);
    if !plan.documents.is_empty() {
        decisions.insert("name".to_owned(), plan.name.clone());
    }
    if plan.base.builder != plan.base.runtime {
        decisions.insert("builder".to_owned(), plan.base.builder.clone());
    }
    if let Some(stage) = &plan.frontend {
        let said = format!("{}: {} in {}", stage.folder, stage.build, stage.image);
        decisions.insert("frontend".to_owned(), said);
    }
    if let Some(command) = &plan.start.command {
        decisions.insert(
            "command".to_owned(),
            command.argv(plan.start.port).join(" "),
        );
    }
    if let Some(port) = plan.start.port {
        decisions.insert("port".to_owned(), port.to_string());
    }
    decisions
}

fn needs(stage: &str, packages: &[SystemPackage]) -> Vec<LockedNeed> {
    packages
        .iter()
        .map(|package| LockedNeed {
            image: None,
            stage: stage.to_owned(),
            name: package.name.clone(),
            because: because(package),
        })
        .collect()
}

/// The reasons for a package, as the lock keeps them and `explain` shows them.
pub(crate) fn because(package: &SystemPackage) -> Vec<Because> {
    package
        .because
        .iter()
        .map(|because| Because {
            requirement: because.requirement.clone(),
            version: because.version.clone(),
            source: because.source.clone(),
            line: because.line,
            why: because.why.clone(),
        })
        .collect()
}
