//! Decides what becomes of data that distributions and code write or fetch while they run.

use super::known::Known;
use super::{Start, Writable};
use crate::catalogue::{downloads, writes};
use crate::facts::{Warning, normalise};

/// A warning for all data that the code fetches and that nothing in the image brings, with the lines to add.
pub(super) fn missing(known: &Known<'_>) -> Vec<Warning> {
    let mut out = Vec::new();
    for found in &known.facts.app.downloads {
        let Some(table) = downloads::by_call(&found.value.call) else {
            continue;
        };
        let name = &found.value.name;
        let asked = table.bring.is_empty() || table.bring.iter().any(|one| known.has(one));
        if !asked || table.package && known.has(&normalise(name)) {
            continue;
        }
        let call = found.value.call.rsplit('.').next().unwrap_or_default();
        out.push(
            Warning::new(
                "data-download",
                format!("{call} fetches {name} when the container runs: no package brings it"),
                table.help.replace("{name}", name),
            )
            .at(found.at.clone()),
        );
    }
    out
}

/// Moves what distributions write to where they may, or makes the place that cannot be moved.
pub(super) fn writes(known: &Known<'_>, start: &mut Start) {
    for write in writes::all() {
        let Some(who) = writer(known, start, write) else {
            continue;
        };
        if let Some(variable) = &write.variable {
            if start.env.contains_key(variable) {
                continue;
            }
            start.env.insert(variable.clone(), write.path.clone());
        }
        start.writable.push(Writable {
            path: write.path.clone(),
            volume: write.volume,
            why: format!("{who} {} there", write.what),
            at: None,
        });
    }
}

/// The distribution that is installed and writes.
fn writer(known: &Known<'_>, start: &Start, write: &writes::Write) -> Option<String> {
    let added = start.install.as_ref().map(|install| install.name.as_str());
    let there = |name: &&String| known.has(name) || added == Some(name.as_str());
    let first = write.distributions.first()?;
    if there(&first) {
        let old = write
            .since
            .is_some_and(|since| release(known, first) < since);
        return (!old).then(|| first.clone());
    }
    // What came with others was seen in a lock; without one, they stand for it.
    let brought = write
        .distributions
        .iter()
        .skip(1)
        .any(|name| known.has(name));
    (brought && !known.installed.complete).then(|| first.clone())
}

/// Major and minor number of an installed version; the newest there can be, where it is not known.
fn release(known: &Known<'_>, name: &str) -> (u64, u64) {
    let Some(version) = known.installed.versions.get(name).cloned().flatten() else {
        return (u64::MAX, u64::MAX);
    };
    let mut numbers = version.split('.').map_while(|part| part.parse().ok());
    (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    )
}
