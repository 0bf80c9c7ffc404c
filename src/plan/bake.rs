//! Turns planned images into `docker-bake.hcl`: one target an image, all built side by side.

mod hcl;
mod labels;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::{Error, printable};
use crate::facts::{ProjectFacts, quoted};
use crate::inspect::tree::join;
use crate::settings::Settings;

use super::quote::Comment;
use super::{BuildPlan, Document, platforms};
use hcl::HclString;

/// The file that `docker buildx bake` looks for.
pub const FILE: &str = "docker-bake.hcl";

/// Variables of the file itself; an argument of the same name has the same value, unless that is empty.
const OWN: [&str; 6] = ["REGISTRY", "TAG", "REVISION", "PUBLISH", "CACHE", "NETRC"];

/// The label that the variable of that name sets.
const REVISION: &str = "org.opencontainers.image.revision";

/// One image to build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Name of the target and of its image.
    name: String,
    /// The Dockerfile, relative to the build context.
    dockerfile: HclString,
    /// Every platform of the image.
    platforms: Vec<String>,
    /// `org.opencontainers.image.*`, names and values.
    labels: BTreeMap<HclString, HclString>,
    /// The revision's label is bake's to set.
    revision: bool,
    /// Arguments of the build, each with its default.
    arguments: BTreeMap<String, HclString>,
    /// Build secrets but for the netrc file, as `--secret` takes them.
    secrets: Vec<HclString>,
    /// A netrc file may be wanted.
    netrc: bool,
    /// The SSH agent is wanted.
    ssh: bool,
}

impl Target {
    /// The target of a plan.
    ///
    /// # Errors
    /// A path of the project holds what cannot be shown.
    pub fn new(plan: &BuildPlan, facts: &ProjectFacts, settings: &Settings) -> Result<Self, Error> {
        let [dockerfile, _] = plan.image_files();
        let (netrc, secrets): (Vec<_>, Vec<_>) = plan
            .install
            .secrets
            .iter()
            .partition(|secret| secret.variable.is_none() && secret.id == "netrc");
        let mut labels = labels::labels(facts, &plan.name);
        // bake's labels win over those of the Dockerfile, where the user's stand.
        labels.retain(|name, _| !settings.labels.contains_key(name));
        Ok(Self {
            name: target_name(plan),
            dockerfile: HclString::new(&dockerfile)?,
            platforms: platforms(settings)
                .iter()
                .map(|platform| format!("\"{}\"", platform.docker()))
                .collect(),
            revision: !settings.labels.contains_key(REVISION),
            labels: labels
                .into_iter()
                .map(|(key, value)| Ok((HclString::new(&key)?, HclString::new(&value)?)))
                .collect::<Result<_, Error>>()?,
            arguments: arguments(plan, settings)?,
            secrets: secrets
                .into_iter()
                .map(|secret| HclString::new(&secret.argument))
                .collect::<Result<_, Error>>()?,
            netrc: !netrc.is_empty(),
            ssh: plan.install.ssh,
        })
    }
}

/// `docker-bake.hcl` in a folder of the build context; it is run from the context, which needs no `--allow` then.
pub fn document(folder: &str, targets: &[Target]) -> Document {
    let arguments: BTreeMap<&String, &HclString> =
        targets.iter().flat_map(|one| &one.arguments).collect();
    let names: BTreeSet<&str> = targets.iter().map(|one| one.name.as_str()).collect();
    let path = join(folder, FILE);
    let file = if folder.is_empty() {
        String::new()
    } else {
        format!(" --file {}", quoted(&printable(&path)))
    };
    Document {
        path,
        template: "docker-bake.hcl.j2",
        data: serde_json::json!({
            "command": Comment::new(&format!("docker buildx bake{file}")),
            "names": names,
            "arguments": arguments,
            "own": OWN,
            "netrc": targets.iter().any(|one| one.netrc),
            "targets": targets,
        }),
    }
}

/// Arguments of all steps (`VERSION=0.0.0`), and those that the user adds.
fn arguments(plan: &BuildPlan, settings: &Settings) -> Result<BTreeMap<String, HclString>, Error> {
    let added = settings.args.iter();
    let added = added.map(|(name, value)| (name.as_str(), value.as_str()));
    let steps = [&plan.install.step];
    let steps = steps.into_iter().chain(&plan.install.more);
    steps
        .chain(&plan.source.steps)
        .flat_map(|step| &step.arguments)
        .filter_map(|argument| argument.split_once('='))
        .chain(added)
        .map(|(name, value)| Ok((name.to_owned(), HclString::new(value)?)))
        .collect()
}

/// A name that bake takes for a target and Docker for an image, and that is not the group's.
fn target_name(plan: &BuildPlan) -> String {
    match plan.image_name() {
        name if name == "default" => "default-app".to_owned(),
        name => name,
    }
}
