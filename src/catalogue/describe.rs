//! Turns an entry into the text that `dockwright catalogue NAME` prints.

use std::fmt::Write as _;

use super::entry::{BySuite, Entry, RunWhen, Suite};

/// The whole entry, a fact a line.
pub(super) fn text(name: &str, entry: &Entry) -> String {
    let mut out = format!("{name}: {}\n\n", entry.why);
    let mut row = |label: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {label:18}{value}");
        }
    };
    row("artefact", artefact(entry));
    row("links", entry.links.join(", "));
    row("loads", entry.loads.join(", "));
    for plugin in &entry.optional {
        row("optional", format!("{}: {}", plugin.soname, plugin.why));
    }
    row("runs", entry.runs.join(", "));
    for suite in [Suite::Bookworm, Suite::Trixie] {
        let names = |list: &Option<BySuite>| list.as_ref().map(|list| list.of(suite).join(" "));
        row(
            &format!("build {}", suite.name()),
            names(&entry.debian.build).unwrap_or_default(),
        );
        row(
            &format!("run {}", suite.name()),
            names(&entry.debian.run).unwrap_or_default(),
        );
    }
    row("build alpine", unproved(entry.alpine.build.as_deref()));
    row("run alpine", unproved(entry.alpine.run.as_deref()));
    row("run packages", run_when(entry));
    row("run steps", entry.run_steps.join("; "));
    row("brings", entry.implies.join(", "));
    for case in &entry.when {
        row(
            "but",
            case.why
                .clone()
                .unwrap_or_else(|| "with other lists in some cases".to_owned()),
        );
    }
    for advice in &entry.advice {
        row(&advice.code, format!("{}; {}", advice.message, advice.help));
    }
    row("built on", suites(&entry.proved.build));
    row("run on", suites(&entry.proved.run));
    row("source", entry.source.clone());
    out
}

fn artefact(entry: &Entry) -> String {
    let text = match &entry.wheels {
        _ if entry.pure => "pure Python",
        None => "wheels for every platform",
        Some(records) if records.is_empty() => "source only: compiled in the builder",
        Some(_) => "wheels for some targets, else compiled in the builder",
    };
    text.to_owned()
}

fn run_when(entry: &Entry) -> String {
    let has = entry.debian.run.is_some() || entry.alpine.run.is_some();
    let text = match entry.run_when {
        _ if !has => "",
        RunWhen::Always => "always: the import fails without",
        RunWhen::IfBuilt => "only when it is compiled here",
        RunWhen::OnUse => "added, although the import alone works without",
        RunWhen::Suggested => "only suggested",
    };
    text.to_owned()
}

fn unproved(names: Option<&[String]>) -> String {
    match names {
        None | Some([]) => String::new(),
        Some(names) => format!("{} (unproved)", names.join(" ")),
    }
}

fn suites(suites: &[Suite]) -> String {
    let names: Vec<&str> = suites.iter().map(|suite| suite.name()).collect();
    names.join(", ")
}
