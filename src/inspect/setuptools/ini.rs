//! Turns the INI text of a `setup.cfg` into sections, as Python's `configparser` does.

use std::collections::BTreeMap;

/// Sections by name, keys in lower case.
pub(super) type Ini = BTreeMap<String, super::Section>;

/// A value: the rest of its line and the indented lines that follow, each trimmed, without empty ones and comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// The key's line.
    pub(super) line: u32,
    /// Lines with their numbers.
    pub(super) lines: Vec<(u32, String)>,
}

impl Value {
    /// All lines as one text.
    pub(super) fn text(&self) -> String {
        self.lines
            .iter()
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Sections of a text. Lines that are neither header, key nor continuation are passed over: they concern other tools, and setuptools itself names them.
pub(super) fn parse(text: &str) -> Ini {
    let mut out = Ini::new();
    let mut section: Option<String> = None;
    let mut key: Option<String> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let header = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next());
        let indented = line.starts_with([' ', '\t']);
        match (indented, &key, &section, header) {
            (true, Some(key), Some(name), _) => {
                if let Some(value) = out.get_mut(name).and_then(|section| section.get_mut(key)) {
                    value.lines.push((number, trimmed.to_owned()));
                }
            }
            (_, _, _, Some(name)) => {
                out.entry(name.to_owned()).or_default();
                section = Some(name.to_owned());
                key = None;
            }
            (_, _, Some(name), None) => {
                if let Some(at) = trimmed.find(['=', ':']) {
                    let (found, value) = trimmed.split_at(at);
                    let value = value.get(1..).unwrap_or_default().trim();
                    let lines = if value.is_empty() {
                        Vec::new()
                    } else {
                        vec![(number, value.to_owned())]
                    };
                    let found = found.trim().to_lowercase().replace('-', "_");
                    out.entry(name.clone()).or_default().insert(
                        found.clone(),
                        Value {
                            line: number,
                            lines,
                        },
                    );
                    key = Some(found);
                }
            }
            (_, _, None, None) => {}
        }
    }
    out
}
