//! Turns Poetry's version constraints (`^1.2`, `~1.2`, `1.2.*`, `>=1 || <0.5`) into PEP 440 ranges.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

/// A constraint as PEP 440 text, empty for any version; `None` when it cannot be understood. Rules:
/// <https://python-poetry.org/docs/dependency-specification/#version-constraints>. A union (`||`) has no PEP 440 form: from its lowest to its highest bound is
/// taken, which never excludes what the union allows.
pub(crate) fn to_pep440(text: &str) -> Option<String> {
    let alternatives = alternatives(text)?;
    match alternatives.as_slice() {
        [one] => Some(one.join(",")),
        several => Some(hull(several)),
    }
}

/// The constraint as a marker on the interpreter's version, for `python = "…"` of a dependency; empty for any.
pub(super) fn to_marker(text: &str) -> Option<String> {
    let alternatives = alternatives(text)?;
    if alternatives.iter().any(Vec::is_empty) {
        return Some(String::new());
    }
    let each: Vec<String> = alternatives
        .iter()
        .map(|parts| {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| {
                    let at = part
                        .find(|c: char| !"=<>!~".contains(c))
                        .unwrap_or(part.len());
                    let (operator, version) = part.split_at(at);
                    format!("python_full_version {operator} \"{version}\"")
                })
                .collect();
            format!("({})", parts.join(" and "))
        })
        .collect();
    Some(each.join(" or "))
}

/// Ranges of which one must hold; each a list of PEP 440 clauses that must all hold.
fn alternatives(text: &str) -> Option<Vec<Vec<String>>> {
    text.split('|')
        .filter(|part| !part.is_empty() || text.trim().is_empty())
        .map(all_of)
        .collect()
}

fn all_of(text: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut operator = String::new();
    // `>= 1.0` may stand with a blank; a blank or a comma between clauses means «and».
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        if word.chars().all(|c| "=<>!~^".contains(c)) {
            operator.push_str(word);
            continue;
        }
        let clause = clause(&format!("{operator}{word}"))?;
        operator.clear();
        out.extend(clause);
    }
    operator.is_empty().then_some(out)
}

fn clause(text: &str) -> Option<Vec<String>> {
    if matches!(text, "*" | "==*" | "=*") {
        return Some(Vec::new());
    }
    if let Some(version) = text.strip_prefix('^') {
        return between(version, |release| {
            // The first number that is not 0 counts; of `^0.0` the last one written.
            release
                .iter()
                .position(|number| *number != 0)
                .unwrap_or(release.len().saturating_sub(1))
        });
    }
    if let Some(version) = text.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        return between(version, |release| usize::from(release.len() > 1));
    }
    let written = match text.strip_prefix('=') {
        Some(rest) if !rest.starts_with('=') => format!("=={rest}"),
        _ if text.starts_with(['=', '<', '>', '!', '~']) => text.to_owned(),
        _ => format!("=={text}"),
    };
    // Poetry writes `.x` for `.*` nowhere, and drops `.*` from ordered comparisons.
    let written = if written.starts_with(['<', '>']) {
        written.trim_end_matches(".*").to_owned()
    } else {
        written
    };
    VersionSpecifiers::from_str(&written)
        .ok()
        .map(|_| vec![written])
}

/// `>=version,<next`, where next counts the release number at a position up.
fn between(version: &str, position: impl Fn(&[u64]) -> usize) -> Option<Vec<String>> {
    let version = version
        .trim()
        .trim_start_matches('v')
        .trim_end_matches(".*");
    let parsed = Version::from_str(version).ok()?;
    let release: Vec<u64> = parsed.release().to_vec();
    let at = position(&release);
    let next: Vec<String> = release
        .iter()
        .take(at + 1)
        .enumerate()
        .map(|(index, number)| {
            if index == at {
                number.saturating_add(1)
            } else {
                *number
            }
            .to_string()
        })
        .collect();
    Some(vec![format!(">={version}"), format!("<{}", next.join("."))])
}

/// From the lowest lower bound to the highest upper bound; a side on which one alternative is open stays open.
fn hull(alternatives: &[Vec<String>]) -> String {
    let bound =
        |parts: &Vec<String>, operators: [&str; 2], exact: &str| -> Option<(Version, String)> {
            parts.iter().find_map(|part| {
                let operator = operators
                    .iter()
                    .find(|operator| part.starts_with(**operator));
                let version = match operator {
                    Some(operator) => part.get(operator.len()..)?.trim_start_matches('='),
                    None => part.strip_prefix("==")?,
                };
                let parsed = Version::from_str(version.trim_end_matches(".*")).ok()?;
                // `==3.8.*` ends below 3.9: as an upper bound it would need counting up, so it leaves the side open.
                let open = operator.is_none() && version.ends_with(".*") && exact == "<=";
                (!open).then(|| {
                    (
                        parsed,
                        if operator.is_some() {
                            part.clone()
                        } else {
                            format!("{exact}{}", version.trim_end_matches(".*"))
                        },
                    )
                })
            })
        };
    let lower: Option<Vec<_>> = alternatives
        .iter()
        .map(|parts| bound(parts, [">=", ">"], ">="))
        .collect();
    let upper: Option<Vec<_>> = alternatives
        .iter()
        .map(|parts| bound(parts, ["<=", "<"], "<="))
        .collect();
    let lowest = lower.and_then(|all| all.into_iter().min());
    let highest = upper.and_then(|all| all.into_iter().max());
    [lowest, highest]
        .into_iter()
        .flatten()
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_become_ranges_as_poetry_documents() {
        for (poetry, expected) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^1.2", ">=1.2,<2"),
            ("^1", ">=1,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1", ">=1,<2"),
            ("*", ""),
            ("1.2.*", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("=1.2.3", "==1.2.3"),
            (">= 1.2, <1.5", ">=1.2,<1.5"),
            (">=1.2 <1.5", ">=1.2,<1.5"),
            ("!=1.3", "!=1.3"),
            ("~=1.4.2", "~=1.4.2"),
            ("^2.0a1", ">=2.0a1,<3"),
            ("^3.8 || ^4.1", ">=3.8,<5"),
            ("<3.8 || >=3.10", ""),
        ] {
            assert_eq!(to_pep440(poetry).as_deref(), Some(expected), "{poetry}");
        }
        for bad in ["^", "~x", ">=", "^1.2 frob", "latest"] {
            assert_eq!(to_pep440(bad), None, "{bad}");
        }
    }

    #[test]
    fn python_constraints_become_markers() {
        assert_eq!(
            to_marker("<3.8 || ^3.10").as_deref(),
            Some(
                "(python_full_version < \"3.8\") or (python_full_version >= \"3.10\" and python_full_version < \"4\")"
            )
        );
        assert_eq!(to_marker("*").as_deref(), Some(""));
    }
}
