//! Turns the plan into the one screen that says what was found, and how sure that is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Given, Ground};
use crate::error::printable;
use crate::facts::Place;
use crate::plan::BuildPlan;
use crate::plan::command::Command;
use crate::plan::system::{Because, SystemPackage};
use crate::settings::{self, Settings};

/// As many places as are shown for the packages of a stage.
const PLACES: usize = 3;

/// The screen: a decision a line, with the place that proves it, or in words why there is none.
pub(super) fn screen(ground: &Ground, plan: &BuildPlan, own: &Settings, given: &Given) -> String {
    let (file, manifest) = (own.said(), ground.under.said());
    // Who asked for it, where it was not found.
    let asked = |keys: &[&str]| {
        let flag = |key: &&&str| given.by_flags.contains(**key);
        if let Some(key) = keys.iter().find(flag) {
            return Some(format!("--{key}"));
        }
        if keys.iter().any(|key| given.by_dockerfile.contains(*key)) {
            return Some("your Dockerfile".to_owned());
        }
        let holds = |said: &BTreeMap<String, _>| keys.iter().any(|key| said.contains_key(*key));
        let manifest = || holds(&manifest).then(|| "pyproject.toml".to_owned());
        let file = holds(&file).then(|| settings::FILE.to_owned());
        file.or_else(manifest)
    };
    let mut text = format!(
        "{} ({}: {})\n",
        printable(&plan.name),
        plan.manager,
        printable(&plan.manifests.join(", "))
    );
    let python = &plan.python;
    let why = || proof(python.at.as_ref(), &python.why);
    let by = asked(&["python"]).unwrap_or_else(why);
    line(&mut text, "python", &python.version, &by);
    let by = asked(&["base", "suite"]).unwrap_or_else(|| "the default".to_owned());
    line(&mut text, "base", &plan.base.runtime, &by);
    match (&plan.start.command, &plan.start.open) {
        (Some(command), _) => {
            let by = asked(&["command", "app"]);
            started_by(&mut text, "command", command, plan, by);
        }
        (None, Some(open)) => line(&mut text, "command", "open", &open.headline()),
        (None, None) => line(&mut text, "command", "open", "none was found"),
    }
    for process in &plan.start.processes {
        started_by(&mut text, &process.name, &process.command, plan, None);
    }
    if let Some(port) = plan.start.port {
        let why = || {
            let heeds = plan.start.heeds_port();
            let why = if heeds {
                "$PORT overrides it"
            } else {
                "as the command says"
            };
            why.to_owned()
        };
        let by = asked(&["port"]).unwrap_or_else(why);
        line(&mut text, "port", &port.to_string(), &by);
    }
    for (name, packages) in [
        ("builder", &plan.system.build),
        ("runtime", &plan.system.run),
    ] {
        line(&mut text, name, &names(packages), &places(packages));
    }
    if !plan.warnings.is_empty() {
        let mut codes: Vec<&str> = plan.warnings.iter().map(|one| one.code).collect();
        codes.dedup();
        line(
            &mut text,
            "warnings",
            &codes.join(", "),
            "in full at the end",
        );
    }
    text.push_str(
        "\nArrows choose, Enter takes, typing filters long lists, Ctrl-C writes nothing.\n",
    );
    text
}

/// The line of the command, once it is settled.
pub(super) fn started(plan: &BuildPlan) -> String {
    let mut text = String::new();
    if let Some(command) = &plan.start.command {
        started_by(&mut text, "command", command, plan, None);
    }
    text
}

fn started_by(
    text: &mut String,
    name: &str,
    command: &Command,
    plan: &BuildPlan,
    asked: Option<String>,
) {
    let argv = command.argv(plan.start.port).join(" ");
    let why = || proof(command.at.as_ref(), &command.why);
    line(text, name, &argv, &asked.unwrap_or_else(why));
}

fn line(text: &mut String, name: &str, value: &str, proof: &str) {
    let proof = if proof.is_empty() {
        String::new()
    } else {
        format!("  [{}]", printable(proof))
    };
    let _ = writeln!(text, "  {name:<9} {}{proof}", printable(value));
}

fn proof(at: Option<&Place>, why: &str) -> String {
    at.map_or_else(|| why.to_owned(), ToString::to_string)
}

fn names(packages: &[SystemPackage]) -> String {
    if packages.is_empty() {
        return "no system packages".to_owned();
    }
    let names: Vec<&str> = packages.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// Whose need it is, and where that stands.
fn places(packages: &[SystemPackage]) -> String {
    let place = |because: &Because| {
        let at = Place::new(because.source.as_str(), because.line);
        format!("{} {at}", because.requirement)
    };
    let all: BTreeSet<String> = packages
        .iter()
        .flat_map(|package| &package.because)
        .map(place)
        .collect();
    let more = all.len().saturating_sub(PLACES);
    let mut shown: Vec<String> = all.into_iter().take(PLACES).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}
