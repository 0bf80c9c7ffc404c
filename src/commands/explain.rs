//! `dockwright explain`: the plan as text for people or as the contract's JSON.

use std::fmt::Write as _;
use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli;
use crate::error::{Error, Exit, printable};
use crate::facts::Place;
use crate::plan::BuildPlan;
use crate::plan::system::SystemPackage;

use super::put;

/// Prints the plan.
///
/// # Errors
/// The project cannot be planned, or standard output fails.
pub fn run(arguments: &cli::Explain, out: &mut dyn Write) -> Result<Exit, Error> {
    let plan = crate::plan_for(&arguments.project.dir, arguments.project.settings()?)?.plan;
    let text = if arguments.format == "json" {
        let mut text = serde_json::to_string_pretty(&Explanation::new(&plan)).map_err(|error| {
            Error::Internal {
                what: error.to_string(),
            }
        })?;
        text.push('\n');
        text
    } else {
        for_people(&plan)
    };
    put(out, &text)?;
    Ok(Exit::Done)
}

/// `explain --format json`, version 1 of its schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// Version of this document's schema.
    schema: u32,
    project: Project,
    python: Python,
    base: Base,
    packages: Packages,
    /// Distributions that are compiled in the builder.
    compiled: Vec<Compiled>,
    framework: Option<String>,
    command: Option<Command>,
    processes: Vec<Process>,
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
struct Because {
    requirement: String,
    version: Option<String>,
    source: Option<String>,
    line: Option<u32>,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Compiled {
    name: String,
    version: Option<String>,
    platforms: Vec<String>,
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
struct User {
    name: String,
    uid: u32,
    gid: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Writable {
    path: String,
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

fn source(place: Option<&Place>) -> Option<String> {
    place.map(|place| place.file.to_string())
}

fn line(place: Option<&Place>) -> Option<u32> {
    place.map(|place| place.line).filter(|line| *line > 0)
}
