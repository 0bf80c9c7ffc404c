//! Finds which requirements files of an application's folder may be production's.

use std::collections::BTreeMap;

use super::{folder_of, read};
use crate::error::Error;
use crate::facts::{IndexOptions, Place, RequirementsFile, Warning};
use crate::inspect::tree::Tree;

/// Folders that hold requirements files, the application's own first.
const FOLDERS: [&str; 5] = ["", "requirements/", "reqs/", "requirement/", "deps/"];

/// Words in a file's name that say «production», best first; the empty one is a plain `requirements.txt`.
const PRODUCTION: [&str; 21] = [
    "production",
    "prod",
    "deploy",
    "deployment",
    "live",
    "release",
    "",
    "server",
    "app",
    "main",
    "runtime",
    "default",
    "web",
    "backend",
    "base",
    "common",
    "core",
    "project",
    "docker",
    "pip",
    "api",
];

/// Files of such a folder to which others add.
const BASES: [&str; 7] = [
    "requirements",
    "main",
    "base",
    "common",
    "core",
    "default",
    "runtime",
];

/// Requirements files of the application's folder that may be production's, best first; files for development, tests, documentation and linters never. A `.in`
/// file, the input of a compiler, counts only where its compiled twin is missing.
pub(super) fn candidates(tree: &Tree) -> Vec<String> {
    let mut found: Vec<(usize, String)> = FOLDERS
        .iter()
        .enumerate()
        .flat_map(|(depth, folder)| {
            let orders = orders(depth, folder);
            // Hundreds of names, of which a folder has one or two: it is asked for those that it has.
            let there = tree.files_in(&tree.in_app(folder), |name| orders.contains_key(name));
            let found = there.into_iter().map(|name| {
                let path = tree.in_app(&format!("{folder}{name}"));
                (orders[&name], path)
            });
            found.collect::<Vec<_>>()
        })
        .collect();
    found.sort();
    let compiled = |path: &str| {
        let twin = path.strip_suffix(".in").map(|stem| format!("{stem}.txt"));
        twin.is_some_and(|twin| found.iter().any(|(_, path)| *path == twin))
    };
    let paths = found.iter().map(|(_, path)| path);
    paths.filter(|path| !compiled(path)).cloned().collect()
}

/// The candidate that is installed; the others are other environments' business. One that includes no other (`requirements/deploy.txt`)
/// holds only what a deployment adds, where a longer base lies beside it: both are installed then.
///
/// # Errors
/// As [`read`].
pub fn best(tree: &Tree, warnings: &mut Vec<Warning>) -> Result<Option<RequirementsFile>, Error> {
    let paths = candidates(tree);
    let Some((first, others)) = paths.split_first() else {
        return Ok(None);
    };
    let Some(best) = read(tree, first, warnings)? else {
        return Ok(None);
    };
    let inside = folder_of(first);
    if best.includes.len() > 1 || inside == tree.app() {
        return Ok(Some(best));
    }
    for other in others
        .iter()
        .filter(|other| folder_of(other) == inside && base(other))
    {
        let mut said = Vec::new();
        let Some(longer) = read(tree, other, &mut said)? else {
            continue;
        };
        if longer.requirements.len() > best.requirements.len() && fits(&longer, &best) {
            warnings.append(&mut said);
            let message =
                format!("{first} and {other} are both installed: neither includes the other");
            let help = "write `-r` and the other's name into one of them, or pass `--requirements`";
            warnings.push(
                Warning::new("requirements-apart", message, help).at(Place::new(first.clone(), 1)),
            );
            return Ok(Some(joined(best, longer)));
        }
    }
    Ok(Some(best))
}

/// Can pip read both? It demands hashes of all or of none, and one's options would be the other's.
fn fits(longer: &RequirementsFile, best: &RequirementsFile) -> bool {
    longer.hashes == best.hashes && best.options == IndexOptions::default()
}

fn joined(best: RequirementsFile, longer: RequirementsFile) -> RequirementsFile {
    RequirementsFile {
        beside: Some(longer.path),
        includes: [best.includes, longer.includes].concat(),
        constraints: [best.constraints, longer.constraints].concat(),
        requirements: [best.requirements, longer.requirements].concat(),
        constrained: [best.constrained, longer.constrained].concat(),
        options: longer.options,
        ..best
    }
}

/// Does a file's name say that others add to it?
fn base(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    BASES.contains(&stem)
}

/// The names that a folder may have them by, each with its place among all: the lower the better.
fn orders(depth: usize, folder: &str) -> BTreeMap<String, usize> {
    let mut orders = BTreeMap::new();
    for (rank, word) in PRODUCTION.iter().enumerate() {
        let order = if word.is_empty() && depth == 0 {
            0
        } else {
            1 + rank * FOLDERS.len() + depth
        };
        for name in names(word, folder) {
            for (ending, order) in [(".txt", order), (".in", order + 1000)] {
                orders.entry(format!("{name}{ending}")).or_insert(order);
            }
        }
    }
    orders
}

/// File names, without their ending, for a word: `requirements-prod`, `requirements_prod`, `prod-requirements`, and the bare word inside a folder.
fn names(word: &str, folder: &str) -> Vec<String> {
    if word.is_empty() {
        return ["requirements", "requirement", "reqs"]
            .map(str::to_owned)
            .to_vec();
    }
    let mut names: Vec<String> = ['-', '_', '.']
        .iter()
        .flat_map(|sep| {
            [
                format!("requirements{sep}{word}"),
                format!("{word}{sep}requirements"),
            ]
        })
        .collect();
    if !folder.is_empty() {
        names.insert(0, word.to_owned());
    }
    names
}
