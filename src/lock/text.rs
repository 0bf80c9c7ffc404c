//! Turns a record into TOML that a person can review: one fact a line, texts as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{LockRecord, LockedNeed, VERSION, is_mark};
use crate::error::is_unsafe;

const HEADER: &str = "\
# What dockwright saw and wrote. Commit this file, review it, and let `dockwright generate` change it:
# it tells an edit by hand from an old text, and says why a file is out of date.
";

pub(super) fn write(record: &LockRecord) -> String {
    let mut out = format!("{HEADER}version = {VERSION}\n");
    table(&mut out, "inputs", &record.inputs);
    table(&mut out, "decisions", &record.decisions);
    table(&mut out, "pins", &record.pins);
    table(&mut out, "tools", &record.tools);
    let mut packages: Vec<&LockedNeed> = record.packages.iter().collect();
    packages.sort();
    for package in packages {
        need(&mut out, package);
    }
    for (path, text) in &record.files {
        let _ = write!(
            out,
            "\n[[file]]\npath = {}\nsha256 = {}\ntext = {}\n",
            quoted(path),
            quoted(&sha256(text.as_bytes())),
            body(text)
        );
    }
    out
}

/// SHA-256 in lower-case hexadecimal, as [`LockRecord::inputs`] holds it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

fn table(out: &mut String, name: &str, entries: &BTreeMap<String, String>) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n[{name}]");
    for (key, value) in entries {
        let _ = writeln!(out, "{} = {}", quoted(key), quoted(value));
    }
}

fn need(out: &mut String, need: &LockedNeed) {
    let image = need.image.as_ref();
    let image = image.map(|name| format!("image = {}\n", quoted(name)));
    let _ = writeln!(
        out,
        "\n[[package]]\n{}stage = {}\nname = {}",
        image.unwrap_or_default(),
        quoted(&need.stage),
        quoted(&need.name)
    );
    if need.because.is_empty() {
        return;
    }
    let mut because: Vec<_> = need.because.iter().collect();
    because.sort();
    let _ = writeln!(out, "because = [");
    for reason in because {
        let version = reason
            .version
            .as_ref()
            .map(|version| format!("version = {}, ", quoted(version)))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "    {{ requirement = {}, {version}source = {}, why = {} }},",
            quoted(&reason.requirement),
            quoted(&reason.source),
            quoted(&reason.why)
        );
    }
    let _ = writeln!(out, "]");
}

/// A text as a literal string over several lines where TOML can hold it so, else with escapes:
/// <https://toml.io/en/v1.0.0#string>.
fn body(text: &str) -> String {
    let literal = !text.contains("'''")
        && !text.ends_with('\'')
        && !text.chars().any(|c| is_unsafe(c) && c != '\n')
        && !text.split('\n').any(is_mark);
    if literal {
        return format!("'''\n{text}'''");
    }
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let mark = is_mark(line) && line.is_char_boundary(1);
            let (escaped, rest) = if mark { line.split_at(1) } else { ("", line) };
            let mut out = String::new();
            escaped.chars().for_each(|c| code(&mut out, c));
            escape(&mut out, rest);
            out
        })
        .collect();
    format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    escape(&mut out, text);
    out.push('"');
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => code(out, c),
            c => out.push(c),
        }
    }
}

fn code(out: &mut String, c: char) {
    let _ = write!(out, "\\U{:08X}", u32::from(c));
}
