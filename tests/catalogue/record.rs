//! `proved.toml`: what was seen of each entry, in which form, with which packages, and when.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use dockwright::catalogue::{Catalogue, Suite};
use serde::Deserialize;

use crate::Checked;
use crate::engine::ensure;
use crate::proof::{Proof, Seen};

const HEAD: &str = "# Written by `DOCKWRIGHT_RECORD=1 cargo test --test catalogue -- --include-ignored`: what was seen in containers (amd64,
# Python 3.13). `against` is what speaks against an entry, `unresolved` are libraries of its own files that nothing ships.
";

/// All proofs, by suite and name.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    bookworm: BTreeMap<String, Line>,
    trixie: BTreeMap<String, Line>,
}

/// One proof.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) on: String,
    #[serde(default)]
    pub(crate) source: bool,
    #[serde(default)]
    pub(crate) build: Vec<String>,
    #[serde(default)]
    pub(crate) run: Vec<String>,
    #[serde(default)]
    pub(crate) against: Vec<String>,
    #[serde(default)]
    pub(crate) unresolved: Vec<String>,
}

impl Record {
    pub(crate) fn read() -> Result<Self, String> {
        let text = fs::read_to_string(path()).map_err(|error| error.to_string())?;
        toml::from_str(&text).map_err(|error| error.to_string())
    }

    /// What was seen of an entry.
    pub(crate) fn line(&self, suite: Suite, name: &str) -> Option<&Line> {
        match suite {
            Suite::Bookworm => self.bookworm.get(name),
            Suite::Trixie => self.trixie.get(name),
        }
    }

    /// Each proof is of the lists that the entry has now, and no entry calls proved what did not hold.
    pub(crate) fn fits(&self) -> Checked {
        let mut wrong = Vec::new();
        for (suite, lines) in [
            (Suite::Bookworm, &self.bookworm),
            (Suite::Trixie, &self.trixie),
        ] {
            for (name, line) in lines {
                let entry = Catalogue::builtin().entry(name);
                let claimed = entry.is_some_and(|entry| entry.proved.run.contains(&suite));
                let now = Catalogue::builtin()
                    .names()
                    .find(|known| known == name)
                    .and_then(|name| Proof::new(name, suite));
                let same = now.is_some_and(|now| {
                    (now.source, now.build, now.run) == (line.source, &line.build, &line.run)
                });
                if !same {
                    wrong.push(format!(
                        "{} {name}: other lists than were proved",
                        suite.name()
                    ));
                }
                if claimed != line.against.is_empty() {
                    wrong.push(format!(
                        "{} {name}: `proved` says {claimed}, seen was {:?}",
                        suite.name(),
                        line.against
                    ));
                }
            }
        }
        ensure(wrong.is_empty(), || wrong.join("\n"))
    }

    pub(crate) fn keep(&mut self, proof: &Proof, seen: &Seen) {
        let lines = match proof.suite {
            Suite::Bookworm => &mut self.bookworm,
            Suite::Trixie => &mut self.trixie,
        };
        let line = Line {
            on: seen.on.clone(),
            source: proof.source,
            build: proof.build.to_vec(),
            run: proof.run.to_vec(),
            against: seen.against.clone(),
            unresolved: seen.unresolved.clone(),
        };
        lines.insert(proof.name.to_owned(), line);
    }

    pub(crate) fn write(&self) -> Checked {
        let mut text = HEAD.to_owned();
        for (suite, lines) in [("bookworm", &self.bookworm), ("trixie", &self.trixie)] {
            let _ = writeln!(text, "\n[{suite}]");
            for (name, line) in lines {
                let _ = write!(text, "{name} = {{ on = \"{}\"", line.on);
                if line.source {
                    text.push_str(", source = true");
                }
                let lists = [
                    ("build", &line.build),
                    ("run", &line.run),
                    ("against", &line.against),
                    ("unresolved", &line.unresolved),
                ];
                for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
                    // A list of strings without control characters is spelled the same in JSON and TOML.
                    let list = serde_json::to_string(list).map_err(|error| error.to_string())?;
                    let _ = write!(text, ", {key} = {}", list.replace("\",\"", "\", \""));
                }
                text.push_str(" }\n");
            }
        }
        fs::write(path(), text).map_err(|error| error.to_string())
    }
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/catalogue/proved.toml"]
        .iter()
        .collect()
}
