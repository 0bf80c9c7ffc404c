//! Turns what the image holds beside the application into findings, against what its base holds already.

use std::collections::BTreeSet;

use super::Case;
use crate::verify::inside::{System, Tool};
use crate::verify::report::{Check, Finding, bytes, total};

/// Where a builder's things belong.
const ELSEWHERE: &str = "keep it in the builder stage: copy only the environment, `COPY --from=builder /opt/venv /opt/venv`";

/// Is there anything that nothing needs?
pub(super) fn check(case: &Case<'_>) -> Check {
    let system = &case.inside.system;
    let empty = System::default();
    let base = case.inside.base.as_ref().unwrap_or(&empty);
    let mut findings = Vec::new();
    findings.extend(compilers(system, base));
    findings.extend(headers(system, base));
    findings.extend(private(system));
    findings.extend(installers(system));
    findings.extend(caches(system, base));
    findings.extend(open(system, base));
    if case.inside.base.is_some() {
        findings.extend(privileged(system, base));
    }
    let summary = match (findings.len(), &case.inside.base) {
        (0, _) => "no compiler, headers, installer, cache or private file".to_owned(),
        (1, _) => "1 thing that the application does not need".to_owned(),
        (many, _) => format!("{many} things that the application does not need"),
    };
    Check::new("leftovers", summary, findings)
}

fn compilers(system: &System, base: &System) -> Option<Finding> {
    let here: Vec<&Tool> = family(system, "compiler").collect();
    let added = here.iter().any(|tool| !base.tools.contains(tool));
    let names: BTreeSet<&str> = here.iter().map(|tool| tool.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let (first, rest) = names.split_first()?;
    let list = rest
        .iter()
        .fold((*first).to_owned(), |list, name| format!("{list}, {name}"));
    let paths = here.iter().take(3).map(|tool| tool.path.clone());
    if added {
        return Some(
            Finding::failed(format!("compilers are left: {list}"))
                .shown(paths)
                .help(ELSEWHERE),
        );
    }
    Some(
        Finding::warned(format!("the base image brings compilers: {list}"))
            .shown(paths)
            .help("a slim base has none"),
    )
}

fn headers(system: &System, base: &System) -> Option<Finding> {
    let found: Vec<(&String, &u64)> = system
        .packages
        .iter()
        .filter(|(name, _)| name.ends_with("-dev") && !base.packages.contains_key(*name))
        .collect();
    let size = total(found.iter().map(|(_, size)| **size));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let what = format!(
        "header packages are left, {}: {}",
        bytes(size),
        names.join(", ")
    );
    (!names.is_empty()).then(|| Finding::failed(what).help(ELSEWHERE))
}

fn private(system: &System) -> Option<Finding> {
    let found = &system.private;
    (!found.is_empty()).then(|| {
        Finding::failed("files are in the image that should not leave a developer's machine")
            .shown(found.iter().take(5).cloned())
            .help("name them in .dockerignore, and change every password that was in them")
    })
}

fn installers(system: &System) -> Option<Finding> {
    let names: BTreeSet<&str> = family(system, "installer")
        .map(|tool| tool.name.as_str())
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        Finding::warned(format!("installers are left: {}", names.join(", ")))
            .help("take them out of the last stage: `RUN pip uninstall --yes pip`")
    })
}

fn caches(system: &System, base: &System) -> Option<Finding> {
    let found: Vec<String> = system
        .caches
        .iter()
        .filter(|(path, _)| !base.caches.contains_key(*path))
        .map(|(path, size)| format!("{path}, {}", bytes(*size)))
        .collect();
    (!found.is_empty()).then(|| {
        Finding::warned("caches are left")
            .shown(found.into_iter().take(5))
            .help("remove them in the same `RUN`, or keep them out with `--mount=type=cache`")
    })
}

fn open(system: &System, base: &System) -> Option<Finding> {
    let found: Vec<&String> = system.open.difference(&base.open).collect();
    let rest = found.len().saturating_sub(5);
    let rest = (rest > 0).then(|| format!("and {rest} more"));
    (!found.is_empty()).then(|| {
        Finding::warned("anyone may write to files or folders")
            .shown(found.into_iter().take(5).cloned().chain(rest))
            .help("`chmod o-w`; what the application writes belongs to its user, or to /tmp")
    })
}

fn privileged(system: &System, base: &System) -> Option<Finding> {
    let found: Vec<String> = system
        .privileged
        .difference(&base.privileged)
        .cloned()
        .collect();
    (!found.is_empty()).then(|| {
        Finding::warned(
            "files run with the rights of their owner (setuid, setgid) that the base does not have",
        )
        .shown(found)
        .help("harmless under `--security-opt no-new-privileges`; `chmod a-s` takes the right away")
    })
}

fn family<'a>(system: &'a System, family: &'a str) -> impl Iterator<Item = &'a Tool> {
    system
        .tools
        .iter()
        .filter(move |tool| tool.family == family)
}
