//! What a failure says is missing, and whether the packages that were left out bring it: else it is about something else.

use std::collections::BTreeSet;
use std::fmt;

use dockwright::verify::missing;

use crate::proof::{after, errors, says};

/// Of more that one failure tells of, this many are kept.
const KEPT: usize = 3;

/// Something that a failure says is not there.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lack {
    kind: String,
    name: String,
}

impl fmt::Display for Lack {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.kind, self.name)
    }
}

impl Lack {
    /// All that a container's words tell of.
    fn told(words: &str) -> BTreeSet<Self> {
        let log: Vec<&str> = after(words, "| ").collect();
        let read = missing(&log.join("\n"));
        let read = read.iter().map(|(kind, name)| (*kind, name.as_str()));
        // What `trace.py` heard, and what `subject.rs` asserts.
        let own = log.iter().filter_map(|line| {
            let rest = line.strip_prefix("lacks:");
            rest.or_else(|| line.strip_prefix("AssertionError: no "))?
                .split_once(' ')
        });
        let unresolved = after(words, "unresolved:").map(|name| ("library", name));
        read.chain(own)
            .chain(unresolved)
            .filter(|(_, name)| is_plain(name))
            .map(|(kind, name)| Self {
                kind: kind.to_owned(),
                name: name.to_owned(),
            })
            .collect()
    }

    /// Is it one of these files?
    fn is_among(&self, files: &BTreeSet<String>) -> bool {
        let name = self.name.as_str();
        let bare = name.strip_prefix("lib").unwrap_or(name);
        let ends = |end: String| files.iter().any(|file| file.ends_with(&end));
        let starts = |start: String| files.iter().any(|file| file.contains(&start));
        match self.kind.as_str() {
            "program" => ends(format!("bin/{name}")),
            "header" => ends(format!("/{name}")),
            "pkg-config" => ends(format!("/{name}.pc")),
            "link" => ends(format!("/lib{name}.so")) || ends(format!("/lib{name}.a")),
            "typelib" => starts(format!("/girepository-1.0/{name}-")),
            // `libpq.so.5`, `pq`, and `pango-1.0-0` as Windows has it.
            "library" => {
                starts(format!("/{name}"))
                    || starts(format!("/lib{bare}.so"))
                    || bare
                        .rsplit_once('-')
                        .is_some_and(|(stem, _)| starts(format!("/lib{stem}.so")))
            }
            _ => {
                let name = bare.to_lowercase();
                files.iter().any(|file| file.to_lowercase().contains(&name))
            }
        }
    }
}

/// A name that is worth keeping, whatever a log holds.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-/".contains(c);
    !name.is_empty() && name.len() <= 80 && name.chars().all(plain)
}

/// What is missing without the packages that bring these files.
///
/// # Errors
/// The failure is about something else, which is told.
pub(crate) fn why(
    words: &str,
    brought: &BTreeSet<String>,
    expected: &[String],
) -> Result<String, String> {
    if says(words, "too-long") {
        return Err("does not end".to_owned());
    }
    let lacks = Lack::told(words);
    let fit = lacks.iter().filter(|lack| lack.is_among(brought));
    let fit: Vec<String> = fit.take(KEPT).map(ToString::to_string).collect();
    if !fit.is_empty() {
        return Ok(fit.join(", "));
    }
    let log: Vec<&str> = after(words, "| ").collect();
    let said = |wanted: &&String| log.iter().any(|line| line.contains(wanted.as_str()));
    if let Some(wanted) = expected.iter().find(said) {
        return Ok(format!("says: {wanted}"));
    }
    let other: Vec<String> = lacks.iter().take(KEPT).map(ToString::to_string).collect();
    let other = if other.is_empty() {
        errors(words)
    } else {
        other
    };
    Err(format!("fails for another reason: {}", other.join("; ")))
}
