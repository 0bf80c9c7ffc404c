//! Reads `[dependency-groups]` (PEP 735), `include-group` resolved.

use std::collections::BTreeMap;

use crate::error::{Error, printable};
use crate::facts::{Group, Place, Pyproject, Requirement, normalise};
use crate::inspect::document::Node;

use super::Reader;

/// A group as written.
struct Written {
    at: Place,
    items: Vec<Item>,
}

/// A member of a group.
enum Item {
    Requirement(Requirement),
    Include(String, Place),
}

pub(super) fn read(
    root: Node<'_>,
    reader: &mut Reader<'_>,
    out: &mut Pyproject,
) -> Result<(), Error> {
    let Some(table) = root.table("dependency-groups")? else {
        return Ok(());
    };
    let mut written = BTreeMap::new();
    for (name, node) in table.entries() {
        let items = table
            .array(name)?
            .into_iter()
            .map(|item| match (item.as_str(), item.text("include-group")) {
                (Some(text), _) => reader.requirement(text, &item.at()).map(Item::Requirement),
                (None, Some(name)) => Ok(Item::Include(normalise(name), item.at())),
                (None, None) => {
                    Err(item.wrong("a dependency as text, or `{include-group = \"name\"}`"))
                }
            })
            .collect::<Result<_, _>>()?;
        written.insert(
            normalise(name),
            Written {
                at: node.at(),
                items,
            },
        );
    }
    // Each group is flattened once, so that includes of includes cannot multiply the work.
    let mut done = BTreeMap::new();
    for name in written.keys() {
        flatten(name, &written, &mut done, &mut Vec::new())?;
    }
    for (name, requirements) in done {
        let at = written.get(&name).map(|group| group.at.clone());
        out.groups.insert(
            name,
            Group {
                requirements,
                optional: true,
                at,
            },
        );
    }
    Ok(())
}

/// No chain of includes is longer.
const DEPTH_LIMIT: usize = 50;

fn flatten(
    name: &str,
    written: &BTreeMap<String, Written>,
    done: &mut BTreeMap<String, Vec<Requirement>>,
    chain: &mut Vec<(String, Place)>,
) -> Result<(), Error> {
    let Some(group) = written.get(name).filter(|_| !done.contains_key(name)) else {
        return Ok(());
    };
    let mut out: Vec<Requirement> = Vec::new();
    for item in &group.items {
        match item {
            Item::Requirement(requirement) => out.push(requirement.clone()),
            Item::Include(target, at) => {
                chain.push((name.to_owned(), at.clone()));
                if chain.iter().any(|(name, _)| name == target) || chain.len() > DEPTH_LIMIT {
                    return Err(cycle(chain, target));
                }
                if !written.contains_key(target) {
                    return Err(missing(target, at));
                }
                flatten(target, written, done, chain)?;
                // A requirement that two includes bring counts once: otherwise doubling includes would double the memory.
                let included = done.get(target).into_iter().flatten();
                let new: Vec<Requirement> = included
                    .filter(|requirement| !out.contains(requirement))
                    .cloned()
                    .collect();
                out.extend(new);
                chain.pop();
            }
        }
    }
    done.insert(name.to_owned(), out);
    Ok(())
}

fn cycle(chain: &[(String, Place)], target: &str) -> Error {
    Error::Contradiction {
        what: format!(
            "the dependency group `{}` includes itself",
            printable(target)
        ),
        evidence: chain
            .iter()
            .map(|(name, at)| (at.clone(), format!("`{name}` includes another group")))
            .collect(),
        help: "take one of these `include-group` entries out".to_owned(),
        offers: Vec::new(),
    }
}

fn missing(target: &str, at: &Place) -> Error {
    Error::Malformed {
        at: at.clone(),
        format: super::FORMAT,
        found: format!(
            "`include-group = \"{}\"`, a group that does not exist",
            printable(target)
        ),
        expected: "the name of another entry of [dependency-groups]".to_owned(),
        help: format!("correct the name in {at}"),
    }
}
