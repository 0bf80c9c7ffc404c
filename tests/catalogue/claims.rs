//! The entries' `proved`, which `explain` goes by, written from the record into the shelves.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dockwright::catalogue::{Catalogue, Suite};

use crate::Checked;
use crate::record::Record;

/// Renews the shelves.
pub(crate) fn write(record: &Record) -> Checked {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue");
    let mut shelves = vec![folder.join("needs.toml")];
    for shelf in fs::read_dir(folder.join("packages")).map_err(|error| error.to_string())? {
        shelves.push(shelf.map_err(|error| error.to_string())?.path());
    }
    for path in shelves {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let renewed = renewed(&text, record);
        if renewed != text {
            fs::write(&path, renewed).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// A shelf with the last line of each entry's own keys saying what was proved.
fn renewed(text: &str, record: &Record) -> String {
    let mut out = String::new();
    let mut name = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            close(&mut out, name.take(), record);
            let own = line.trim_end().strip_prefix('[');
            let own = own.and_then(|line| line.strip_suffix(']'));
            let own = own.filter(|own| !own.starts_with('['));
            name = own.map(|own| own.trim_matches('"'));
        }
        if name.is_none() || !line.starts_with("proved = ") {
            out.push_str(line);
        }
    }
    close(&mut out, name, record);
    out
}

/// Ends an entry's own keys.
fn close(out: &mut String, name: Option<&str>, record: &Record) {
    let catalogue = Catalogue::builtin();
    let entry = |name| {
        catalogue
            .entry(name)
            .or_else(|| catalogue.source_need(name))
    };
    let Some((name, entry)) = name.and_then(|name| Some((name, entry(name)?))) else {
        return;
    };
    let of = |wanted: fn((bool, bool)) -> bool| {
        let suites = [Suite::Bookworm, Suite::Trixie].into_iter();
        let proved = suites.filter(|suite| wanted(record.proved(*suite, name, entry)));
        let names: Vec<String> = proved
            .map(|suite| format!("\"{}\"", suite.name()))
            .collect();
        names.join(", ")
    };
    let lists = [
        ("build", of(|(build, _)| build)),
        ("run", of(|(_, run)| run)),
    ];
    let words: Vec<String> = lists
        .iter()
        .filter(|(_, suites)| !suites.is_empty())
        .map(|(key, suites)| format!("{key} = [{suites}]"))
        .collect();
    if words.is_empty() {
        return;
    }
    let end = out.trim_end().len();
    let blank = out.split_off(end);
    let _ = write!(out, "\nproved = {{ {} }}{blank}", words.join(", "));
}
