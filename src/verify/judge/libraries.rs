//! Turns libraries that the loader does not find into findings, a library and a distribution each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, MOST, count};
use crate::verify::hints::Hints;
use crate::verify::inside::Unresolved;
use crate::verify::missing::Missing;
use crate::verify::report::{Check, Finding, Stage};

/// Is every ELF file's library there?
pub(super) fn check(case: &Case<'_>) -> Check {
    let system = &case.inside.system;
    let base: BTreeSet<(&str, &str)> = case
        .inside
        .base
        .iter()
        .flat_map(|base| &base.unresolved)
        .map(|one| (one.path.as_str(), one.soname.as_str()))
        .collect();
    let mut groups: BTreeMap<(&str, &str), Vec<&Unresolved>> = BTreeMap::new();
    let new = system
        .unresolved
        .iter()
        // What ships elsewhere in the image is loaded beforehand by whoever ships it; the imports prove it.
        .filter(|one| one.at.is_none())
        .filter(|one| !base.contains(&(one.path.as_str(), one.soname.as_str())))
        // Python's own modules are what the image is made from, also where that image is not here to be looked at.
        .filter(|one| !one.path.contains("/lib-dynload/"));
    for one in new {
        let owner = one.owner.as_deref().unwrap_or_default();
        groups.entry((owner, &one.soname)).or_default().push(one);
    }
    let findings: Vec<Finding> = groups
        .iter()
        .take(MOST)
        .map(|((owner, soname), files)| finding(case, owner, soname, files))
        .collect();
    let files = count(system.elf, "ELF file");
    let summary = match groups
        .keys()
        .map(|(_, soname)| soname)
        .collect::<BTreeSet<_>>()
        .len()
    {
        0 => format!("{files}, every library is there"),
        1 => format!("{files}, 1 library is not there"),
        many => format!("{files}, {many} libraries are not there"),
    };
    Check::new("libraries", summary, findings)
}

fn finding(case: &Case<'_>, owner: &str, soname: &str, files: &[&Unresolved]) -> Finding {
    let paths: Vec<&str> = files.iter().map(|one| one.path.as_str()).collect();
    let who = if owner.is_empty() { paths[0] } else { owner };
    let shown = paths.iter().take(3).map(|path| format!("needed by {path}"));
    let rest = paths.len().saturating_sub(3);
    let rest = (rest > 0).then(|| format!("and by {}", count(rest, "file")));
    let shown = shown.chain(rest);
    if Hints::builtin().is_drivers(soname) {
        return Finding::warned(format!(
            "{who}: {soname} comes with the host's graphics driver"
        ))
        .shown(shown);
    }
    let need = case
        .solver
        .need(&Missing::Library(soname.to_owned()), Stage::Run);
    if files.iter().any(|one| one.linked) && !case.wishes.allowed.contains(owner) {
        return Finding::failed(format!("{who} is linked with {soname}, which is missing"))
            .shown(shown)
            .missing(vec![need]);
    }
    Finding::warned(format!(
        "{who} may open a file that is linked with {soname}, which is missing"
    ))
    .shown(shown)
    .missing(vec![need])
    .help("needed only if the application uses that part: none of its modules is linked to it")
}
