//! Decides the image of Node.js and the package manager.

use crate::catalogue::node::{Manager, Node, Release};
use crate::error::printable;
use crate::facts::frontend::Frontend as Folder;
use crate::facts::{Found, Warning};
use crate::settings::Suite;

/// The image, and why it is this one.
pub(super) fn image(
    folder: &Folder,
    suite: Suite,
    warnings: &mut Vec<Warning>,
) -> (String, String) {
    let node = Node::builtin();
    let wanted = folder.node.first();
    let found = wanted.and_then(|wanted| asked(node, &wanted.value));
    let release = found.or_else(|| node.release(node.default));
    let major = release.map_or(node.default, |release| release.major);
    let why = match (wanted, found) {
        (Some(wanted), Some(_)) => {
            let text = printable(&wanted.value);
            format!(
                "Node.js {major} fits {text} of {}",
                printable(&wanted.at.file)
            )
        }
        (Some(wanted), None) => {
            warnings.push(unknown(wanted, major));
            format!("Node.js {major} is the long-term release")
        }
        (None, _) => format!("Node.js {major} is the long-term release; nothing asks for another"),
    };
    if let (Some(wanted), Some(release)) = (wanted, found)
        && release.ended
    {
        warnings.push(
            Warning::new(
                "node-ended",
                format!("Node.js {major} gets no new images"),
                format!("ask for {} in {}", node.default, printable(&wanted.at.file)),
            )
            .at(wanted.at.clone()),
        );
    }
    let suites = release
        .map(|release| release.suites.as_slice())
        .unwrap_or_default();
    let suite = if suites.contains(&suite) {
        Some(&suite)
    } else {
        suites.last()
    };
    let suite = suite.map_or_else(String::new, |suite| format!("-{}", suite.name()));
    (format!("node:{major}{suite}-slim"), why)
}

fn unknown(wanted: &Found<String>, major: u32) -> Warning {
    Warning::new(
        "node-version",
        format!(
            "{} asks for Node.js {}, of which no image is known: {major} is used",
            printable(&wanted.at.file),
            printable(&wanted.value)
        ),
        "name a major version there: 22, >=20",
    )
    .at(wanted.at.clone())
}

/// The release that a text asks for: `v20.11.1`, `lts/*`, `>=18 <21`, `^20 || 22.x`. Of several, the long-term one where it
/// fits, else the newest.
fn asked<'a>(node: &'a Node, text: &str) -> Option<&'a Release> {
    let text = text.trim();
    if matches!(text, "lts/*" | "lts" | "--lts") {
        return node.release(node.default);
    }
    if matches!(text, "node" | "latest" | "current" | "*") {
        return node.releases.first();
    }
    let fits = |release: &&Release| text.split("||").any(|range| admits(range, release.major));
    let usual = node.release(node.default);
    usual
        .filter(fits)
        .or_else(|| node.releases.iter().find(fits))
}

/// Does a range of npm admit the newest version of a major one? (<https://github.com/npm/node-semver#ranges>)
fn admits(range: &str, major: u32) -> bool {
    if let Some((low, high)) = range.split_once(" - ") {
        let (low, high) = (number(low), number(high));
        return low
            .zip(high)
            .is_some_and(|(low, high)| (low.0..=high.0).contains(&major));
    }
    let range = range
        .replace("> ", ">")
        .replace("< ", "<")
        .replace("= ", "=");
    let mut comparators = range.split_whitespace().peekable();
    comparators.peek().is_some()
        && comparators.all(|one| {
            let digits = one.trim_start_matches(['<', '>', '=', '^', '~', 'v']);
            let Some((wanted, whole)) = number(digits) else {
                return matches!(one, "*" | "x");
            };
            match one.trim_end_matches(digits).trim_end_matches('v') {
                ">=" => major >= wanted,
                // `>20` is above all of 20; `>20.1.0` is not.
                ">" => major > wanted || !whole && major == wanted,
                "<" => major < wanted,
                "<=" => major < wanted || whole && major == wanted,
                _ => major == wanted,
            }
        })
}

/// The major version of a text, and whether it names no smaller one.
fn number(text: &str) -> Option<(u32, bool)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.all(|part| matches!(part, "x" | "X" | "*"))))
}

/// The package manager, and the version to install where the image may not have it: `packageManager` decides, then the lock.
pub(super) fn manager(folder: &Folder) -> (&'static Manager, Option<String>) {
    let managers = &Node::builtin().managers;
    if let Some((name, version)) = folder
        .manager
        .as_ref()
        .and_then(|said| said.value.split_once('@'))
    {
        // A hash may follow: `pnpm@9.1.0+sha512.…`.
        let version = version.split('+').next().unwrap_or_default();
        let major = number(version).map_or(u32::MAX, |(major, _)| major);
        let fits = |one: &&Manager| one.name == name && one.since <= major;
        if let Some(manager) = managers.iter().find(fits) {
            // More than a version, such as `9.1/name`, is npm's word for a repository.
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
            let exact = major < u32::MAX && manager.package.is_some() && version.chars().all(plain);
            let version = exact.then(|| version.to_owned());
            return (manager, version.or_else(|| manager.version.clone()));
        }
    }
    let locked = |one: &&Manager| {
        folder.locks.iter().any(|(name, head)| {
            let holds = one
                .holds
                .as_ref()
                .is_none_or(|text| head.contains(text.as_str()));
            one.locks.contains(name) && holds
        })
    };
    // A lock of a version that is not known is most likely a newer one's.
    let any = |one: &&Manager| {
        folder
            .locks
            .iter()
            .any(|(name, _)| one.locks.contains(name))
    };
    let manager = managers
        .iter()
        .find(locked)
        .or_else(|| managers.iter().find(any));
    let manager = manager.or_else(|| managers.first());
    let manager = manager.unwrap_or_else(|| unreachable!("the embedded table has managers"));
    (manager, manager.version.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_asks_for_the_long_term_release_where_it_fits() {
        let major = |text: &str| asked(Node::builtin(), text).map(|one| one.major);
        let usual = Some(Node::builtin().default);
        for (text, expected) in [
            ("lts/*", usual),
            (">=18", usual),
            ("v20.11.1", Some(20)),
            ("20", Some(20)),
            ("22.x", Some(22)),
            ("^18 || ^20", Some(20)),
            (">=18 <21", Some(20)),
            (">= 18.0.0 < 19", Some(18)),
            (">24", Some(26)),
            (">24.1.0", usual),
            ("18 - 22", Some(22)),
            ("~22.1", Some(22)),
            ("8", None),
            ("lts/iron", None),
            ("", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
