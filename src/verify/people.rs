//! Turns a report into the summary that people read.

use std::fmt::Write as _;

use super::report::{Check, Finding, Need, Outcome, Packages, Report, Sized, Stage, bytes};
use crate::error::printable;

/// How many distributions and packages the summary lists; JSON has all.
const LISTED: usize = 5;

/// How many findings of a check.
const TOLD: usize = 50;

/// The summary, ending with what to do.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    heading(&mut out, report);
    for check in &report.checks {
        let word = match check.outcome {
            Outcome::Passed => "ok",
            Outcome::Skipped => "-",
            Outcome::Warned => "warning",
            Outcome::Failed => "FAILED",
        };
        let _ = writeln!(
            out,
            "{word:<8} {:<10} {}",
            check.name,
            printable(&check.summary)
        );
        for finding in check.findings.iter().take(TOLD) {
            told(&mut out, finding);
        }
        if let Some(more @ 1..) = check.findings.len().checked_sub(TOLD) {
            let _ = writeln!(out, "  and {more} more: `--format json` lists them");
        }
    }
    sizes(&mut out, report);
    conclusion(&mut out, report);
    out
}

fn heading(out: &mut String, report: &Report) {
    let image = &report.image;
    let mut parts = Vec::new();
    if let Some(name) = &image.name {
        parts.push(name.clone());
    }
    parts.extend(image.distribution.clone());
    parts.extend(
        image
            .python
            .as_ref()
            .map(|version| format!("Python {version}")),
    );
    if !parts.is_empty() {
        let _ = writeln!(out, "{}\n", printable(&parts.join(", ")));
    }
}

fn told(out: &mut String, finding: &Finding) {
    let _ = writeln!(out, "  {}", printable(&finding.what));
    for line in &finding.evidence {
        let _ = writeln!(out, "    | {}", printable(line.trim_end()));
    }
    for need in &finding.missing {
        let _ = writeln!(out, "    {}", printable(&solution(need)));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "    help: {}", printable(help));
    }
}

/// What brings a missing thing.
fn solution(need: &Need) -> String {
    let stage = match need.stage {
        Stage::Build => "the builder",
        Stage::Run => "the runtime stage",
    };
    if !need.packages.is_empty() {
        return format!(
            "{} brings {} into {stage}",
            need.packages.join(" with "),
            need.name
        );
    }
    let why = need.unknown.as_deref().unwrap_or_default();
    format!("{}: {why}", need.name)
}

fn sizes(out: &mut String, report: &Report) {
    let sizes = &report.sizes;
    if sizes.layers.is_empty() && sizes.distributions.is_empty() {
        return;
    }
    let _ = writeln!(out);
    for layer in sizes.layers.iter().filter(|layer| layer.size >= 100_000) {
        let _ = writeln!(out, "{:>9}  {}", bytes(layer.size), instruction(&layer.by));
    }
    for (title, list) in [
        ("distributions", &sizes.distributions),
        ("packages", &sizes.packages),
    ] {
        largest(out, title, list);
    }
}

/// The first line of an instruction, without what builders put around it.
fn instruction(by: &str) -> String {
    let by = by.strip_prefix("/bin/sh -c #(nop) ").unwrap_or(by).trim();
    // BuildKit says RUN before the shell, the others do not.
    let by = by
        .strip_prefix("RUN ")
        .unwrap_or(by)
        .strip_prefix("/bin/sh -c ")
        .map_or_else(|| by.to_owned(), |rest| format!("RUN {rest}"));
    let by = by.strip_suffix(" # buildkit").unwrap_or(&by);
    let line: String = by.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = line.chars().take(80).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    printable(&cut)
}

fn largest(out: &mut String, title: &str, list: &[Sized]) {
    if list.is_empty() {
        return;
    }
    let names: Vec<String> = list
        .iter()
        .take(LISTED)
        .map(|one| format!("{} {}", one.name, bytes(one.size)))
        .collect();
    let rest = list.len().saturating_sub(LISTED);
    let rest = if rest > 0 {
        format!(", {rest} more")
    } else {
        String::new()
    };
    let _ = writeln!(
        out,
        "largest {title}: {}{rest}",
        printable(&names.join(", "))
    );
}

fn conclusion(out: &mut String, report: &Report) {
    let count = |outcome| {
        report
            .checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    };
    let tried = report.checks.len() - count(Outcome::Skipped);
    let _ = writeln!(out);
    if !report.added.is_empty() {
        let _ = writeln!(
            out,
            "written into dockwright.toml:\n{}",
            lines(&report.added)
        );
    }
    if report.outcome == Outcome::Passed {
        let warned = match count(Outcome::Warned) {
            0 => String::new(),
            1 => ", 1 with a warning".to_owned(),
            many => format!(", {many} with warnings"),
        };
        let _ = writeln!(out, "passed: {tried} checks{warned}");
        return;
    }
    let failed: Vec<&Check> = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Failed)
        .collect();
    let names: Vec<&str> = failed.iter().map(|check| check.name).collect();
    let _ = writeln!(
        out,
        "failed: {} of {tried} checks: {}",
        failed.len(),
        names.join(", ")
    );
    if !report.add.is_empty() {
        let _ = writeln!(
            out,
            "\nadd to dockwright.toml, or let `dockwright verify --fix` do it:\n{}",
            lines(&report.add).trim_end()
        );
    }
}

/// The lines as they stand in `dockwright.toml`.
fn lines(packages: &Packages) -> String {
    let mut out = "\n  [packages]\n".to_owned();
    for (stage, names) in [("build", &packages.build), ("run", &packages.run)] {
        if !names.is_empty() {
            let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            let _ = writeln!(out, "  {stage} = [{}]", quoted.join(", "));
        }
    }
    out
}
