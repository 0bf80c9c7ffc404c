//! The table of `src/catalogue/README.md`: each entry that needs something, its packages, and where they were proved.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use dockwright::catalogue::{BySuite, Catalogue, Entry, RunWhen, Suite};

use crate::Checked;
use crate::engine::ensure;
use crate::how::How;
use crate::record::{Line, Record};
use crate::subject::Form;

/// All above it is written by hand.
const START: &str =
    "<!-- the rest is written by `DOCKWRIGHT_RECORD=1 cargo test --test catalogue` -->\n";

/// Fails where the file says something else than entries and record.
pub(crate) fn is_current(record: &Record) -> Checked {
    let text = read()?;
    ensure(text == with_table(&text, record), || {
        "src/catalogue/README.md is old: DOCKWRIGHT_RECORD=1 cargo test --test catalogue".to_owned()
    })
}

/// Renews the file.
pub(crate) fn write(record: &Record) -> Checked {
    fs::write(path(), with_table(&read()?, record)).map_err(|error| error.to_string())
}

fn with_table(text: &str, record: &Record) -> String {
    let by_hand = text.split(START).next().unwrap_or_default();
    let catalogue = Catalogue::builtin();
    let mut out = format!(
        "{by_hand}{START}\n| distribution | need | packages | proved |\n| --- | --- | --- | --- |\n"
    );
    let mut nothing = Vec::new();
    for name in catalogue.names() {
        match catalogue.entry(name) {
            Some(entry) if entry.debian.build.is_some() || entry.debian.run.is_some() => {
                let _ = writeln!(
                    out,
                    "| {name} | {} | {} | {} |",
                    entry.why.replace('|', "\\|"),
                    packages(entry),
                    proved(name, entry, record)
                );
            }
            _ => nothing.push(name),
        }
    }
    let _ = write!(
        out,
        "\nKnown to need nothing by themselves: {}.\n",
        nothing.join(", ")
    );
    out
}

fn packages(entry: &Entry) -> String {
    let stages = [("build", &entry.debian.build), ("run", &entry.debian.run)];
    let parts = stages.into_iter().filter_map(|(stage, list)| {
        let words = match list.as_ref()? {
            BySuite::Same(names) => names.join(" "),
            BySuite::Each { bookworm, trixie } => {
                format!("{} (bookworm: {})", trixie.join(" "), bookworm.join(" "))
            }
        };
        Some(format!("{stage}: {words}"))
    });
    let when = match entry.run_when {
        RunWhen::IfBuilt => "; only if it is compiled",
        RunWhen::Suggested => "; only suggested",
        RunWhen::Always | RunWhen::OnUse => "",
    };
    parts.collect::<Vec<_>>().join("; ") + when
}

/// What was seen on each suite, or why nothing can be.
fn proved(name: &str, entry: &Entry, record: &Record) -> String {
    let cannot = |suite| How::of(name).cannot(suite, Form::Usual);
    if let (Some(why), true) = (
        cannot(Suite::Trixie),
        cannot(Suite::Trixie) == cannot(Suite::Bookworm),
    ) {
        return format!("unproved: {why}");
    }
    let mut parts = Vec::new();
    for suite in [Suite::Trixie, Suite::Bookworm] {
        for form in [Form::Usual, Form::Forced] {
            if let Some(line) = record.line(suite, form, name) {
                parts.push(format!("{} {}", suite.name(), seen(line)));
            } else if let Some(why) = How::of(name).cannot(suite, form) {
                let compiled = if form == Form::Forced {
                    ", compiled"
                } else {
                    ""
                };
                parts.push(format!("{}{compiled} unproved: {why}", suite.name()));
            } else if form == Form::Usual && record.proved(suite, name, entry) != (false, false) {
                parts.push(format!("{} by hand", suite.name()));
            }
        }
    }
    if parts.is_empty() {
        "unproved".to_owned()
    } else {
        parts.join("; ")
    }
}

fn seen(line: &Line) -> String {
    let form = if line.source { "compiled" } else { "wheel" };
    let against = line.against.first();
    let against = against.map(|against| format!(", not: {against}"));
    let missed: Vec<&str> = [&line.without.build, &line.without.run]
        .into_iter()
        .filter(|words| !words.is_empty())
        .map(String::as_str)
        .collect();
    let missed = match missed.as_slice() {
        [] => String::new(),
        words => format!(", without them no {}", words.join(" and no ")),
    };
    let each = match line.each.build.len() + line.each.run.len() {
        0 => String::new(),
        tried => format!(", {tried} left out in turn{}", not_missed(line)),
    };
    let Line { version, on, .. } = line;
    format!(
        "{form} {version} {on}{}{missed}{each}",
        against.unwrap_or_default()
    )
}

fn not_missed(line: &Line) -> String {
    let names: Vec<&str> = line.not_missed().collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" ({} not missed)", names.join(", "))
    }
}

fn read() -> Result<String, String> {
    fs::read_to_string(path()).map_err(|error| error.to_string())
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "src/catalogue/README.md"]
        .iter()
        .collect()
}
