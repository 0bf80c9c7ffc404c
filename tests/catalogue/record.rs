//! `proved.toml`: what was seen of each entry, in which form, with which packages, and when.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dockwright::catalogue::{BySuite, Catalogue, Entry, RunWhen, Suite};
use serde::Deserialize;

use crate::Checked;
use crate::each::NOT_MISSED;
use crate::engine::ensure;
use crate::how::How;
use crate::proof::{Proof, Seen};
use crate::subject::{Form, Subject};

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
    /// What was missing without all packages.
    pub(crate) without: Without,
    /// What was missing without each of the entry's own packages, where it has several.
    pub(crate) each: Each,
    pub(crate) against: Vec<String>,
}

/// What was missing, by stage.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Without {
    pub(crate) build: String,
    pub(crate) run: String,
}

/// What was missing without each package, by stage.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Each {
    pub(crate) build: BTreeMap<String, String>,
    pub(crate) run: BTreeMap<String, String>,
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

    /// The proof of the lists that the entry has now, if it held.
    pub(crate) fn of(&self, proof: &Proof) -> Option<&Line> {
        self.line(proof.suite, proof.form, &proof.subject.key)
            .filter(|line| line.is_of(proof) && line.against.is_empty())
    }

    /// Each proof is of the lists that the entry has now, and nothing is called proved that was not seen.
    pub(crate) fn fits(&self) -> Checked {
        let mut wrong = Vec::new();
        for (suite, form, section, lines) in self.sections() {
            for (key, line) in lines {
                let proof = Proof::new(key, suite, form).filter(|proof| line.is_of(proof));
                if !line.against.is_empty() {
                    wrong.push(format!("[{section}] {key}: {}", line.against.join("; ")));
                } else if !proof.is_some_and(|proof| proof.subject.called_proved) {
                    wrong.push(format!(
                        "[{section}] {key}: other lists than were proved, or `proved` does not say so"
                    ));
                }
                let kept = &How::of(key).kept;
                let superfluous = line.not_missed().filter(|one| !kept.contains_key(*one));
                wrong.extend(superfluous.map(|one| {
                    format!("[{section}] {key}: {one} is not missed, and how.toml says not why it is kept")
                }));
            }
        }
        for (key, entry) in entries() {
            for suite in [Suite::Bookworm, Suite::Trixie] {
                let seen = self.proved(suite, key, entry);
                let said = (
                    entry.proved.build.contains(&suite),
                    entry.proved.run.contains(&suite),
                );
                if seen != said {
                    let suite = suite.name();
                    wrong.push(format!(
                        "{key}: `proved` says {said:?} (build, run) of {suite}, the record {seen:?}"
                    ));
                }
            }
        }
        ensure(wrong.is_empty(), || wrong.join("\n"))
    }

    /// Were the build list and the run list of an entry proved on a suite? Where nothing is recorded, what the entry says
    /// stands: it was tried by hand.
    pub(crate) fn proved(&self, suite: Suite, key: &str, entry: &Entry) -> (bool, bool) {
        let of = |list: &Option<BySuite>| {
            list.as_ref()
                .map(|list| list.of(suite).to_vec())
                .unwrap_or_default()
        };
        let (build, run) = (of(&entry.debian.build), of(&entry.debian.run));
        // What was tried may be an exception of the entry, which says nothing of its own lists.
        let lists = |line: &Line| {
            let holds =
                |own: &[String], tried: &[String]| own.iter().all(|one| tried.contains(one));
            line.against.is_empty() && holds(&build, &line.build) && holds(&run, &line.run)
        };
        let usual = self.line(suite, Form::Usual, key);
        let compiled = usual
            .filter(|line| line.source || key.contains(':'))
            .or_else(|| self.line(suite, Form::Forced, key));
        let can = How::of(key).cannot(suite, Form::Usual).is_none();
        let by_hand = |suites: &[Suite]| can && suites.contains(&suite);
        let ran = |line: &Line| {
            let bundled = entry.run_when == RunWhen::IfBuilt && !line.source;
            line.against.is_empty() && (bundled || run.iter().all(|one| line.run.contains(one)))
        };
        (
            compiled.map_or_else(|| by_hand(&entry.proved.build), lists) && !build.is_empty(),
            usual.map_or_else(|| by_hand(&entry.proved.run), ran),
        )
    }

    /// Adds a proof to the file.
    pub(crate) fn keep(proof: &Proof, seen: &Seen) -> Checked {
        let line = Line {
            on: seen.on.clone(),
            version: seen.version.clone(),
            source: proof.subject.source,
            build: proof.subject.build.clone(),
            run: proof.subject.run.clone(),
            without: seen.without.clone(),
            each: Each::default(),
            against: seen.against.clone(),
        };
        Self::change(|record| {
            let lines = record.lines(proof.suite, proof.form);
            let old = lines.insert(proof.subject.key.clone(), line);
            let kept = old.filter(|old| old.is_of(proof));
            if let (Some(old), Some(line)) = (kept, lines.get_mut(&proof.subject.key)) {
                line.each = old.each;
            }
        })?;
        Ok(())
    }

    /// Adds to a proof what was missing without some of its packages.
    pub(crate) fn keep_missed(proof: &Proof, without: &Without, each: &Each) -> Checked {
        Self::change(|record| {
            let lines = record.lines(proof.suite, proof.form);
            if let Some(line) = lines.get_mut(&proof.subject.key) {
                line.without = without.clone();
                line.each = each.clone();
            }
        })?;
        Ok(())
    }

    /// Takes out of the file what was proved of lists that no entry has any more, and what cannot be proved now.
    pub(crate) fn trim() -> Result<Self, String> {
        Self::change(|record| {
            for suite in [Suite::Bookworm, Suite::Trixie] {
                for form in [Form::Usual, Form::Forced] {
                    let lines = record.lines(suite, form);
                    lines.retain(|key, line| {
                        Proof::new(key, suite, form).is_some_and(|proof| line.is_of(&proof))
                    });
                }
            }
        })
    }

    /// Changes the file, which other threads and other runs change, too.
    fn change(change: impl FnOnce(&mut Self)) -> Result<Self, String> {
        let lock = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proved.lock");
        let lock = File::create(lock).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let mut record = Self::read()?;
        change(&mut record);
        record.write()?;
        Ok(record)
    }

    fn lines(&mut self, suite: Suite, form: Form) -> &mut Lines {
        match (suite, form) {
            (Suite::Bookworm, Form::Usual) => &mut self.bookworm,
            (Suite::Bookworm, Form::Forced) => &mut self.bookworm_compiled,
            (Suite::Trixie, Form::Usual) => &mut self.trixie,
            (Suite::Trixie, Form::Forced) => &mut self.trixie_compiled,
        }
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
    /// Packages whose absence nothing shows.
    pub(crate) fn not_missed(&self) -> impl Iterator<Item = &str> {
        let each = self.each.build.iter().chain(&self.each.run);
        each.filter(|(_, words)| *words == NOT_MISSED)
            .map(|(package, _)| package.as_str())
    }

    fn is_of(&self, proof: &Proof) -> bool {
        let Subject {
            source, build, run, ..
        } = &proof.subject;
        (self.source, &self.build, &self.run) == (*source, build, run)
    }

    fn write(&self, name: &str, text: &mut String) -> Checked {
        let _ = write!(text, "{} = {{ on = \"{}\"", key(name), self.on);
        if !self.version.is_empty() {
            let _ = write!(text, ", version = \"{}\"", self.version);
        }
        if self.source {
            text.push_str(", source = true");
        }
        let lists = [("build", &self.build), ("run", &self.run)];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let _ = write!(text, ", {key} = {}", array(list)?);
        }
        let without = BTreeMap::from(
            [("build", &self.without.build), ("run", &self.without.run)]
                .map(|(stage, words)| (stage.to_owned(), words.clone())),
        );
        let tables = [
            ("without", &without),
            ("each.build", &self.each.build),
            ("each.run", &self.each.run),
        ];
        for (key, words) in tables {
            text.push_str(&table(key, words)?);
        }
        if !self.against.is_empty() {
            let _ = write!(text, ", against = {}", array(&self.against)?);
        }
        text.push_str(" }\n");
        Ok(())
    }
}

fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let quote = if name.bytes().all(bare) { "" } else { "\"" };
    format!("{quote}{name}{quote}")
}

/// A list of strings without control characters is spelled the same in JSON and TOML.
fn array(list: &[String]) -> Result<String, String> {
    let list = serde_json::to_string(list).map_err(|error| error.to_string())?;
    Ok(list.replace("\",\"", "\", \""))
}

/// An inline table of what is not empty.
fn table(name: &str, words: &BTreeMap<String, String>) -> Result<String, String> {
    let mut parts = Vec::new();
    for (own, words) in words.iter().filter(|(_, words)| !words.is_empty()) {
        let words = serde_json::to_string(words).map_err(|error| error.to_string())?;
        parts.push(format!("{} = {words}", key(own)));
    }
    Ok(if parts.is_empty() {
        String::new()
    } else {
        format!(", {name} = {{ {} }}", parts.join(", "))
    })
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/catalogue/proved.toml"]
        .iter()
        .collect()
}

/// Every entry: the distributions, then the needs seen in sources.
fn entries() -> impl Iterator<Item = (&'static str, &'static Entry)> {
    let catalogue = Catalogue::builtin();
    let names = catalogue.names();
    names
        .filter_map(|name| Some((name, catalogue.entry(name)?)))
        .chain(catalogue.source_needs())
}
