//! Turns the plan into the one screen that says what was found, and how sure that is.

use std::fmt::Write as _;

use crate::error::printable;
use crate::facts::Place;
use crate::plan::BuildPlan;
use crate::plan::system::SystemPackage;

/// The screen: a decision a line, with the place that proves it, or in words why there is none.
pub(super) fn screen(plan: &BuildPlan) -> String {
    let mut text = format!(
        "{} ({}: {})\n",
        printable(&plan.name),
        plan.manager,
        printable(&plan.manifests.join(", "))
    );
    let mut line = |name: &str, value: &str, proof: &str| {
        let proof = if proof.is_empty() {
            String::new()
        } else {
            format!("  [{}]", printable(proof))
        };
        let _ = writeln!(text, "  {name:<9} {}{proof}", printable(value));
    };
    let python = &plan.python;
    line(
        "python",
        &python.version,
        &proof(python.at.as_ref(), &python.why),
    );
    line("base", &plan.base.runtime, "");
    match &plan.start.command {
        Some(command) => line(
            "command",
            &command.argv(plan.start.port).join(" "),
            &proof(command.at.as_ref(), &command.why),
        ),
        None => line("command", "none found", ""),
    }
    for process in &plan.start.processes {
        let command = &process.command;
        line(
            &process.name,
            &command.argv(plan.start.port).join(" "),
            &proof(command.at.as_ref(), &command.why),
        );
    }
    if let Some(port) = plan.start.port {
        line("port", &port.to_string(), "");
    }
    line("builder", &names(&plan.system.build), "");
    line("runtime", &names(&plan.system.run), "");
    if !plan.warnings.is_empty() {
        let count = plan.warnings.len();
        line(
            "warnings",
            &format!("{count}, shown when the files are written"),
            "",
        );
    }
    text
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
