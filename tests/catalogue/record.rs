//! `proved.toml`: what was seen of each entry, in which form, with which packages, and when.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dockwright::catalogue::{Catalogue, Suite};
use serde::Deserialize;

use crate::Checked;
use crate::engine::ensure;
use crate::proof::{Form, Proof, Seen};

const HEAD: &str = "# Written by `DOCKWRIGHT_RECORD=1 cargo test --test catalogue -- --include-ignored`: what was seen in containers (amd64,
# Python 3.13). `against` is what speaks against an entry; lists hold the packages of what it brings, too.
";

/// All proofs, by suite and name.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Record {
    bookworm: Lines,
    bookworm_compiled: Lines,
    trixie: Lines,
    trixie_compiled: Lines,
}

type Lines = BTreeMap<String, Line>;

/// One proof.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Line {
    pub(crate) on: String,
    pub(crate) version: String,
    pub(crate) source: bool,
    pub(crate) build: Vec<String>,
    pub(crate) run: Vec<String>,
    pub(crate) against: Vec<String>,
}

impl Record {
    pub(crate) fn read() -> Result<Self, String> {
        let text = fs::read_to_string(path()).map_err(|error| error.to_string())?;
        toml::from_str(&text).map_err(|error| error.to_string())
    }

    /// What was seen of an entry.
    pub(crate) fn line(&self, suite: Suite, form: Form, name: &str) -> Option<&Line> {
        let lines = match (suite, form) {
            (Suite::Bookworm, Form::Usual) => &self.bookworm,
            (Suite::Bookworm, Form::Forced) => &self.bookworm_compiled,
            (Suite::Trixie, Form::Usual) => &self.trixie,
            (Suite::Trixie, Form::Forced) => &self.trixie_compiled,
        };
        lines.get(name)
    }

    fn sections(&self) -> [(Suite, Form, &'static str, &Lines); 4] {
        [
            (Suite::Bookworm, Form::Usual, "bookworm", &self.bookworm),
            (
                Suite::Bookworm,
                Form::Forced,
                "bookworm-compiled",
                &self.bookworm_compiled,
            ),
            (Suite::Trixie, Form::Usual, "trixie", &self.trixie),
            (
                Suite::Trixie,
                Form::Forced,
                "trixie-compiled",
                &self.trixie_compiled,
            ),
        ]
    }

    /// Is this proof there, of the lists that the entry has now, and did it hold?
    pub(crate) fn has(&self, proof: &Proof) -> bool {
        self.line(proof.suite, proof.form, proof.name)
            .is_some_and(|line| line.is_of(proof) && line.against.is_empty())
    }

    /// Each proof is of the lists that the entry has now, and no entry calls proved what was not seen.
    pub(crate) fn fits(&self) -> Checked {
        let mut wrong = Vec::new();
        for (suite, form, section, lines) in self.sections() {
            for (name, line) in lines {
                if !Proof::new(name, suite, form).is_some_and(|proof| line.is_of(&proof)) {
                    wrong.push(format!("[{section}] {name}: other lists than were proved"));
                }
                if !line.against.is_empty() {
                    wrong.push(format!("[{section}] {name}: {}", line.against.join("; ")));
                }
            }
        }
        for name in Catalogue::builtin().names() {
            let Some(entry) = Catalogue::builtin().entry(name) else {
                continue;
            };
            for suite in [Suite::Bookworm, Suite::Trixie] {
                let seen = self.proved(suite, name);
                let said = (
                    entry.proved.build.contains(&suite),
                    entry.proved.run.contains(&suite),
                );
                if seen != said {
                    wrong.push(format!(
                        "{name}: `proved` says (build, run) {said:?} for {}, the record {seen:?}",
                        suite.name()
                    ));
                }
            }
        }
        ensure(wrong.is_empty(), || wrong.join("\n"))
    }

    /// Were the build list and the run list of an entry proved on a suite?
    pub(crate) fn proved(&self, suite: Suite, name: &str) -> (bool, bool) {
        let held = |form| {
            self.line(suite, form, name)
                .filter(|line| line.against.is_empty())
        };
        let usual = held(Form::Usual);
        let compiled = usual.is_some_and(|line| line.source) || held(Form::Forced).is_some();
        (compiled, usual.is_some())
    }

    /// Adds a proof to the file, which other threads and other runs add to, too.
    pub(crate) fn keep(proof: &Proof, seen: &Seen) -> Checked {
        let lock = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proved.lock");
        let lock = File::create(lock).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let mut record = Self::read()?;
        let lines = match (proof.suite, proof.form) {
            (Suite::Bookworm, Form::Usual) => &mut record.bookworm,
            (Suite::Bookworm, Form::Forced) => &mut record.bookworm_compiled,
            (Suite::Trixie, Form::Usual) => &mut record.trixie,
            (Suite::Trixie, Form::Forced) => &mut record.trixie_compiled,
        };
        let line = Line {
            on: seen.on.clone(),
            version: seen.version.clone(),
            source: proof.source,
            build: proof.build.clone(),
            run: proof.run.clone(),
            against: seen.against.clone(),
        };
        lines.insert(proof.name.to_owned(), line);
        record.write()
    }

    /// Writes the file whole or not at all: a run may be ended at any time.
    fn write(&self) -> Checked {
        let mut text = HEAD.to_owned();
        for (_, _, section, lines) in self.sections() {
            let _ = writeln!(text, "\n[{section}]");
            for (name, line) in lines {
                line.write(name, &mut text)?;
            }
        }
        let draft = path().with_extension("new");
        fs::write(&draft, text)
            .and_then(|()| fs::rename(&draft, path()))
            .map_err(|error| error.to_string())
    }
}

impl Line {
    fn is_of(&self, proof: &Proof) -> bool {
        (self.source, &self.build, &self.run) == (proof.source, &proof.build, &proof.run)
    }

    fn write(&self, name: &str, text: &mut String) -> Checked {
        let _ = write!(text, "{name} = {{ on = \"{}\"", self.on);
        if !self.version.is_empty() {
            let _ = write!(text, ", version = \"{}\"", self.version);
        }
        if self.source {
            text.push_str(", source = true");
        }
        let lists = [
            ("build", &self.build),
            ("run", &self.run),
            ("against", &self.against),
        ];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            // A list of strings without control characters is spelled the same in JSON and TOML.
            let list = serde_json::to_string(list).map_err(|error| error.to_string())?;
            let _ = write!(text, ", {key} = {}", list.replace("\",\"", "\", \""));
        }
        text.push_str(" }\n");
        Ok(())
    }
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/catalogue/proved.toml"]
        .iter()
        .collect()
}
