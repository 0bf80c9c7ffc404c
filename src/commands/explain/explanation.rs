//! Turns a plan into the document that `explain --format json` prints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::record;
use crate::facts::Place;
use crate::lock::Because;
use crate::plan::BuildPlan;
use crate::plan::system::SystemPackage;

/// `explain --format json`, version 1 of its schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// Version of this document's schema.
    schema: u32,
    project: Project,
    python: Python,
    base: Base,
    /// Digests of the images that are pinned, by tag; left out where none is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pins: BTreeMap<String, String>,
    packages: Packages,
    /// Distributions that are compiled in the builder.
    compiled: Vec<Compiled>,
    /// What the distributions take once they are installed, estimated from the sizes in the lock; empty where it has none.
    installed: Vec<Installed>,
    framework: Option<String>,
    /// The stage that builds files for the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    frontend: Option<Frontend>,
    command: Option<Command>,
    processes: Vec<Process>,
    /// Databases and brokers that `compose.yaml` starts beside the application.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<Service>,
    port: Option<u16>,
    user: User,
    /// Folders and files that the process may write to.
    writable: Vec<Writable>,
    warnings: Vec<Warning>,
    files: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Project {
    name: String,
    /// The build context, relative to the project's folder: `.`, or `..` and so on where a workspace above holds the lock.
    context: String,
    manager: String,
    manifests: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Python {
    version: String,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Base {
    distribution: Option<String>,
    release: Option<String>,
    builder: String,
    runtime: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Packages {
    build: Vec<Package>,
    run: Vec<Package>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Package {
    name: String,
    because: Vec<Because>,
    /// Nobody has tried this in a container yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unproved: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Compiled {
    name: String,
    version: Option<String>,
    platforms: Vec<String>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Installed {
    platform: String,
    bytes: u64,
    /// Distributions whose size is not known, and not counted.
    unknown: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Frontend {
    /// The folder of `package.json`, relative to the application's.
    folder: String,
    image: String,
    /// What builds.
    command: String,
    /// What it writes, relative to the application's folder.
    outputs: Vec<String>,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Command {
    argv: Vec<String>,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Process {
    name: String,
    argv: Vec<String>,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Service {
    name: String,
    image: String,
    /// Variables of the application that lead to it.
    variables: Vec<String>,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct User {
    name: String,
    uid: u32,
    gid: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Writable {
    path: String,
    /// What lies there should outlive the container.
    volume: bool,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Warning {
    code: String,
    message: String,
    help: String,
    source: Option<String>,
    line: Option<u32>,
}

impl Explanation {
    /// The plan as its public document.
    #[expect(clippy::too_many_lines, reason = "one field after the other")]
    pub fn new(plan: &BuildPlan) -> Self {
        let port = plan.start.port;
        Self {
            schema: 1,
            project: Project {
                name: plan.name.clone(),
                context: context(plan),
                manager: plan.manager.to_owned(),
                manifests: plan.manifests.clone(),
            },
            python: Python {
                version: plan.python.version.clone(),
                source: source(plan.python.at.as_ref()),
                line: line(plan.python.at.as_ref()),
                why: plan.python.why.clone(),
            },
            base: Base {
                distribution: plan.base.distribution.map(str::to_owned),
                release: plan.base.release.map(str::to_owned),
                builder: plan.base.builder.clone(),
                runtime: plan.base.runtime.clone(),
            },
            pins: plan.world.digests.clone(),
            packages: Packages {
                build: packages(&plan.system.build),
                run: packages(&plan.system.run),
            },
            compiled: plan
                .system
                .compiled
                .iter()
                .map(|one| Compiled {
                    name: one.name.clone(),
                    version: one.version.clone(),
                    platforms: one
                        .platforms
                        .iter()
                        .map(|platform| platform.docker().to_owned())
                        .collect(),
                    why: one.why.clone(),
                })
                .collect(),
            installed: plan
                .sizes
                .iter()
                .map(|size| Installed {
                    platform: size.platform.docker().to_owned(),
                    bytes: size.bytes,
                    unknown: size.unknown,
                })
                .collect(),
            framework: plan.start.framework.clone(),
            frontend: plan.frontend.as_ref().map(frontend),
            command: plan.start.command.as_ref().map(|command| Command {
                argv: command.argv(port),
                source: source(command.at.as_ref()),
                line: line(command.at.as_ref()),
                why: command.why.clone(),
            }),
            processes: plan
                .start
                .processes
                .iter()
                .map(|process| Process {
                    name: process.name.clone(),
                    argv: process.command.argv(port),
                    source: source(process.command.at.as_ref()),
                    line: line(process.command.at.as_ref()),
                    why: process.command.why.clone(),
                })
                .collect(),
            services: plan
                .beside
                .services
                .iter()
                .map(|service| Service {
                    name: service.name.clone(),
                    image: service.image.clone(),
                    variables: service.variables.clone(),
                    source: source(Some(&service.at)),
                    line: line(Some(&service.at)),
                    why: service.why.clone(),
                })
                .collect(),
            port,
            user: User {
                name: plan.user.name.clone(),
                uid: plan.user.uid,
                gid: plan.user.gid,
            },
            writable: plan
                .start
                .writable
                .iter()
                .map(|place| Writable {
                    path: place.path.clone(),
                    volume: place.volume,
                    why: place.why.clone(),
                })
                .collect(),
            warnings: plan
                .warnings
                .iter()
                .map(|warning| Warning {
                    code: warning.code.to_owned(),
                    message: warning.message.clone(),
                    help: warning.help.clone(),
                    source: source(warning.at.as_ref()),
                    line: line(warning.at.as_ref()),
                })
                .collect(),
            files: plan.files(),
        }
    }
}

fn frontend(stage: &crate::plan::frontend::Frontend) -> Frontend {
    Frontend {
        folder: stage.folder.clone(),
        image: stage.image.clone(),
        command: stage.build.clone(),
        outputs: stage.outputs.clone(),
        source: source(Some(&stage.at)),
        line: line(Some(&stage.at)),
        why: stage.why.clone(),
    }
}

/// The way from the application's folder up to the build context.
pub(super) fn context(plan: &BuildPlan) -> String {
    if plan.app.is_empty() {
        return ".".to_owned();
    }
    vec![".."; plan.app.split('/').count()].join("/")
}

fn packages(packages: &[SystemPackage]) -> Vec<Package> {
    packages
        .iter()
        .map(|package| Package {
            name: package.name.clone(),
            unproved: package.unproved,
            because: record::because(package),
        })
        .collect()
}

fn source(place: Option<&Place>) -> Option<String> {
    place
        .map(|place| place.file.to_string())
        .filter(|file| !file.is_empty())
}

fn line(place: Option<&Place>) -> Option<u32> {
    place.map(|place| place.line).filter(|line| *line > 0)
}
