//! Turns the ends of imports into findings: what the image lacks, and what says nothing about it.

use std::collections::BTreeSet;

use super::{Case, MOST, count};
use crate::facts::normalise;
use crate::verify::hints::Hints;
use crate::verify::inside::{End, Import, Raised};
use crate::verify::missing::{Missing, in_text};
use crate::verify::report::{Check, Finding, Need, Outcome, Stage};

/// Signals that tell something (signal(7)).
const SIGNALS: [(i32, &str); 5] = [
    (
        4,
        "SIGILL: it wants instructions that this processor does not have",
    ),
    (6, "SIGABRT: it gave up"),
    (7, "SIGBUS: it read where nothing is"),
    (
        9,
        "SIGKILL: it was ended from outside, most often for want of memory",
    ),
    (11, "SIGSEGV: it read where nothing is"),
];

/// Does everything that is installed import?
pub(super) fn check(case: &Case<'_>) -> Check {
    let inside = case.inside;
    let (own, asked): (Vec<&Import>, Vec<&Import>) = inside
        .imports
        .iter()
        .partition(|import| is_own(case, import));
    let mut found: Vec<(&Import, Finding)> = Vec::new();
    let ended_badly = |import: &&&Import| !matches!(import.end, End::Fine);
    for import in own.iter().chain(&asked).filter(ended_badly).take(MOST) {
        found.extend(finding(case, import).map(|finding| (*import, finding)));
    }
    // What only the application asks for is begun without it: nothing but a library or a program that is not there counts.
    found.retain(|(import, finding)| is_own(case, import) || !finding.missing.is_empty());
    let modules = own.len() + found.iter().filter(|(one, _)| !is_own(case, one)).count();
    let findings: Vec<Finding> = found
        .into_iter()
        .map(|(import, finding)| allowed(case, &import.distribution, finding))
        .collect();
    let failed = findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Failed)
        .count();
    let all = inside.distributions.len();
    let summary = match failed {
        0 => format!(
            "{} of {} import",
            count(modules - findings.len(), "module"),
            count(all, "distribution")
        ),
        _ => format!(
            "{failed} of {} cannot be imported",
            count(modules, "module")
        ),
    };
    Check::new("imports", summary, findings)
}

/// One of the modules that a distribution is imported by.
fn is_own(case: &Case<'_>, import: &Import) -> bool {
    case.inside
        .distributions
        .iter()
        .all(|one| one.name != import.distribution || one.imports.contains(&import.module))
}

/// A failure that the user expects is a warning.
fn allowed(case: &Case<'_>, name: &str, mut finding: Finding) -> Finding {
    if case.wishes.allowed.contains(name) && finding.outcome == Outcome::Failed {
        finding.outcome = Outcome::Warned;
        finding.help = Some("allowed by `--allow`".to_owned());
    }
    finding
}

fn finding(case: &Case<'_>, import: &Import) -> Option<Finding> {
    let name = &import.distribution;
    let version = case
        .inside
        .distributions
        .iter()
        .find(|one| one.name == *name)
        .map_or("", |one| one.version.as_str());
    let what = format!("{name} {version}: `import {}`", import.module);
    let finding = match &import.end {
        End::Fine => return None,
        End::Late { seconds } => Finding::failed(format!("{what} does not end within {seconds} s"))
            .help(format!("it may wait for the network, which a proof does not give it: `--allow {name}` lets it pass")),
        End::Crashed { signal, said } => crashed(&what, *signal, said),
        End::Failed {
            errors,
            libraries,
            programs,
        } => failed(case, &what, errors, &Asked { libraries, programs }),
    };
    let by = import.by.iter().map(|place| format!("imported by {place}"));
    Some(finding.shown(by))
}

fn crashed(what: &str, signal: i32, said: &str) -> Finding {
    let known = SIGNALS.iter().find(|(number, _)| *number == signal);
    let how = match (known, signal) {
        (Some((_, words)), _) => format!("is ended by {words}"),
        (None, 0) => "ends the process".to_owned(),
        (None, number) => format!("is ended by signal {number}"),
    };
    Finding::failed(format!("{what} {how}"))
        .shown(crate::engine::last_lines(said, 6))
        .help("take another version of it, or one that is built for this platform")
}

/// What an import looked for in vain.
struct Asked<'a> {
    libraries: &'a [String],
    programs: &'a [String],
}

fn failed(case: &Case<'_>, what: &str, errors: &[Raised], asked: &Asked<'_>) -> Finding {
    let evidence = errors.first().map(|raised| {
        let mut lines = raised.text.lines();
        let first = format!("{}: {}", raised.class, lines.next().unwrap_or_default());
        std::iter::once(first).chain(lines.take(3).map(ToOwned::to_owned))
    });
    let finding = judged(case, what, errors, asked);
    finding.shown(evidence.into_iter().flatten())
}

fn judged(case: &Case<'_>, what: &str, errors: &[Raised], asked: &Asked<'_>) -> Finding {
    let hints = Hints::builtin();
    let texts: Vec<&str> = errors.iter().map(|raised| raised.text.as_str()).collect();
    let text = texts.join(
        "
",
    );
    if let Some(raised) = errors.first() {
        if let Some(module) = &raised.module {
            return without_module(case, what, module);
        }
        if let Some(why) = hints.excuse(raised) {
            return Finding::warned(format!("{what} was not proved: it {why}"));
        }
    }
    let needs = needs(case, &text, asked);
    let names: Vec<String> = needs.iter().map(|need| need.name.clone()).collect();
    if names.is_empty() {
        return Finding::failed(format!("{what} fails"));
    }
    let verb = if names.len() == 1 { "is" } else { "are" };
    Finding::failed(format!("{what} fails: {} {verb} missing", names.join(", "))).missing(needs)
}

/// A module that is not there: lost by Python, asked for and not installed, meant for another system, or optional.
fn without_module(case: &Case<'_>, what: &str, module: &str) -> Finding {
    let hints = Hints::builtin();
    let top = module.split('.').next().unwrap_or(module);
    let inside = case.inside;
    if let Some(requirement) = hints.brought.get(top) {
        return Finding::failed(format!(
            "{what} wants `{module}`, which this image does not have"
        ))
        .help(format!("add `{requirement}` to the project's dependencies"));
    }
    if let Some(release) = hints.removed.get(top) {
        return Finding::failed(format!(
            "{what} wants `{top}`, which Python {release} took out"
        ))
        .help(
            "take a newer version of it, or an older Python: `dockwright generate --python X.Y`",
        );
    }
    if hints.is_elsewhere(top) {
        return Finding::warned(format!(
            "{what} was not proved: `{top}` is a module of another operating system"
        ));
    }
    let wanted = normalise(top);
    let demanded = inside
        .distributions
        .iter()
        .any(|one| one.demands.contains(&wanted));
    let installed = inside.distributions.iter().find(|one| {
        one.name == wanted
            || one
                .imports
                .iter()
                .any(|name| name.split('.').next() == Some(top))
    });
    match installed {
        Some(one) => Finding::failed(format!("{what} wants `{module}`, which {} {} does not have", one.name, one.version))
            .help("the two versions do not fit: let the package manager resolve them again"),
        None if demanded => Finding::failed(format!("{what} wants `{module}`, which is required and not installed"))
            .help("write the lock file again, or add the requirement"),
        None => Finding::warned(format!("{what} wants `{module}`, which is not installed: part of an extra, or forgotten by its author"))
            .help(format!("where the application uses it, add what brings `{top}` to its dependencies")),
    }
}

/// What is missing: what the message names, else what was looked for in vain and has a package.
fn needs(case: &Case<'_>, text: &str, asked: &Asked<'_>) -> Vec<Need> {
    let solve = |missing: &Missing| case.solver.need(missing, Stage::Run);
    let exact: Vec<Missing> = in_text(text)
        .into_iter()
        .filter(|missing| matches!(missing, Missing::Library(_)))
        .collect();
    if !exact.is_empty() {
        return exact.iter().map(solve).collect();
    }
    let looked: Vec<Missing> = asked
        .libraries
        .iter()
        .filter_map(|name| Missing::library(name))
        .chain(in_text(text))
        .chain(
            asked
                .programs
                .iter()
                .map(|name| Missing::Program(name.clone())),
        )
        .collect();
    let (known, unknown): (Vec<Need>, Vec<Need>) = looked
        .iter()
        .map(solve)
        .partition(|need| !need.packages.is_empty());
    let lower = text.to_lowercase();
    let said = |need: &&Need| {
        let name = need.name.to_lowercase();
        lower.contains(name.strip_prefix("lib").unwrap_or(&name))
    };
    let named: BTreeSet<Need> = known.iter().filter(said).cloned().collect();
    if !named.is_empty() {
        return one_each(named.into_iter());
    }
    // Libraries are tried one after the other until one is there: the last one was given up on.
    match known.last() {
        Some(last) => vec![last.clone()],
        None => one_each(unknown.iter().filter(said).cloned()),
    }
}

/// Several names of one library are one need.
fn one_each(needs: impl Iterator<Item = Need>) -> Vec<Need> {
    let mut seen = BTreeSet::new();
    needs
        .filter(|need| need.packages.is_empty() || seen.insert(need.packages.clone()))
        .collect()
}
