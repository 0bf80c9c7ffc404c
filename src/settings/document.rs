//! Turns changed settings into the new text of `dockwright.toml`: what did not change stays as it was typed.

use toml::Value;
use toml_edit::{Array, Decor, DocumentMut, Item, RawString, Table};

use super::Settings;
use crate::error::Error;

/// First line of a file that `init` makes.
const HEADER: &str =
    "# What dockwright is told beside what it finds; `dockwright schema` lists every setting.\n";

impl Settings {
    /// The text of a settings file, changed where these settings say something else than `before`, which is what the text
    /// says; comments, order, line ends and a byte order mark stay. Without a text, a new file's.
    ///
    /// # Errors
    /// The text is no TOML, or holds a value where a table belongs.
    pub fn rewrite(&self, before: &Self, text: Option<&str>) -> Result<String, Error> {
        let (was, is) = (before.said(), self.said());
        let original = text.unwrap_or(HEADER);
        if was == is {
            return Ok(original.to_owned());
        }
        let bare = original.strip_prefix('\u{feff}');
        let mut document: DocumentMut = bare
            .unwrap_or(original)
            .parse()
            .map_err(|error: toml_edit::TomlError| trouble(error.message()))?;
        // A comment without a setting below it is the document's end: new settings belong behind it.
        let comment = document
            .as_table()
            .is_empty()
            .then(|| document.trailing().as_str().unwrap_or_default().to_owned());
        for key in was.keys().filter(|key| !is.contains_key(*key)) {
            let (table, name) = place(&mut document, key)?;
            table.remove(name);
        }
        for (key, value) in is
            .iter()
            .filter(|(key, value)| was.get(*key) != Some(value))
        {
            let (table, name) = place(&mut document, key)?;
            put(table, name, value)?;
        }
        let mut out = document.to_string();
        if let Some(comment) = comment.filter(|comment| !comment.is_empty()) {
            document.set_trailing("");
            out = format!("{comment}{document}");
        }
        if original.contains("\r\n") {
            out = out.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        Ok(match bare {
            Some(_) => format!("\u{feff}{out}"),
            None => out,
        })
    }
}

/// The table that holds a dotted key, made where there is none, and the key's name in it.
fn place<'a, 'k>(
    document: &'a mut DocumentMut,
    key: &'k str,
) -> Result<(&'a mut dyn toml_edit::TableLike, &'k str), Error> {
    let Some((outer, name)) = key.split_once('.') else {
        return Ok((document.as_table_mut(), key));
    };
    let table = document
        .as_table_mut()
        .entry(outer)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| trouble(&format!("`{outer}` is no table")))?;
    Ok((table, name))
}

/// Sets a value; a list keeps the entries that stay, with their comments.
fn put(table: &mut dyn toml_edit::TableLike, name: &str, value: &Value) -> Result<(), Error> {
    let new: toml_edit::Value = value
        .to_string()
        .parse()
        .map_err(|error: toml_edit::TomlError| trouble(error.message()))?;
    match (table.get_mut(name).and_then(Item::as_value_mut), new) {
        (Some(toml_edit::Value::Array(old)), toml_edit::Value::Array(new)) => merge(old, &new),
        (Some(old), mut new) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (None, new) => {
            table.insert(name, Item::Value(new));
        }
    }
    Ok(())
}

/// One entry of a list: what stands before it on lines of its own, and the comment that ends its line.
struct Entry {
    value: toml_edit::Value,
    before: String,
    comment: String,
}

/// Makes a list say what another says. A comment stands in what follows its entry, so entries are taken apart first.
fn merge(list: &mut Array, new: &Array) {
    let wanted =
        |value: &toml_edit::Value| new.iter().any(|other| other.as_str() == value.as_str());
    let (opening, mut entries, tail) = taken_apart(list);
    let first = entries.first().map(|entry| entry.before.clone());
    let several_lines =
        tail.contains('\n') || first.as_ref().is_some_and(|text| text.contains('\n'));
    entries.retain(|entry| wanted(&entry.value));
    for value in new {
        if entries
            .iter()
            .any(|entry| entry.value.as_str() == value.as_str())
        {
            continue;
        }
        let before = entries.last().map(|entry| entry.before.clone());
        let before = before.or_else(|| first.clone()).unwrap_or_default();
        let before = match before.rfind('\n') {
            Some(at) => before[at..].to_owned(),
            None => " ".to_owned(),
        };
        entries.push(Entry {
            value: value.clone(),
            before,
            comment: String::new(),
        });
    }
    if !several_lines && let (Some(entry), Some(first)) = (entries.first_mut(), first) {
        entry.before = first;
    }
    list.clear();
    let mut comment = opening;
    for mut entry in entries {
        *entry.value.decor_mut() = Decor::new(format!("{comment}{}", entry.before), "");
        list.push_formatted(entry.value);
        comment = entry.comment;
    }
    list.set_trailing(format!("{comment}{tail}"));
    list.set_trailing_comma(several_lines);
}

/// The comment behind the opening bracket, the entries, and what stands before the closing one.
fn taken_apart(list: &Array) -> (String, Vec<Entry>, String) {
    let mut opening = String::new();
    let mut entries: Vec<Entry> = Vec::new();
    let text = |raw: Option<&RawString>| {
        raw.and_then(RawString::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for value in list {
        let (ending, before) = at_line_end(&text(value.decor().prefix()));
        match entries.last_mut() {
            Some(entry) => entry.comment.push_str(&ending),
            None => opening = ending,
        }
        entries.push(Entry {
            value: value.clone(),
            before,
            comment: String::new(),
        });
    }
    let suffix = entries
        .last()
        .map(|entry| text(entry.value.decor().suffix()))
        .unwrap_or_default();
    let (ending, tail) = at_line_end(&format!("{suffix}{}", text(Some(list.trailing()))));
    match entries.last_mut() {
        Some(entry) => entry.comment.push_str(&ending),
        None => opening = ending,
    }
    (opening, entries, tail)
}

/// The rest of a line, and the lines below; a text without a line end has no rest.
fn at_line_end(text: &str) -> (String, String) {
    match text.find('\n') {
        Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
        None => (String::new(), text.to_owned()),
    }
}

fn trouble(what: &str) -> Error {
    Error::Settings {
        what: format!("{} cannot be edited: {what}", super::FILE),
        at: None,
        help: "correct the file by hand, then run `dockwright init` again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    fn settings(text: &str) -> Settings {
        Settings::parse(text, "dockwright.toml").unwrap()
    }

    fn rewritten(before: &str, after: &str) -> String {
        settings(after)
            .rewrite(&settings(before), Some(before))
            .unwrap()
    }

    const TEXT: &str = "# ours\npython = '3.12' # until the driver is ported\n\nport = 80\n\n[packages]\n# fonts for the reports\nrun = [\n    \"fonts-dejavu\", # looks\n    \"git\",\n]\n";

    #[test]
    fn only_what_changed_is_touched() {
        for crlf in [false, true] {
            let ends = |text: &str| {
                if crlf {
                    text.replace('\n', "\r\n")
                } else {
                    text.to_owned()
                }
            };
            let after = TEXT
                .replace("'3.12'", "\"3.13\"")
                .replace("    \"git\",\n", "    \"curl\",\n");
            let out = rewritten(&ends(TEXT), &after);
            assert!(
                out.contains("python = \"3.13\" # until the driver is ported"),
                "{out}"
            );
            assert!(out.contains("\"fonts-dejavu\", # looks"), "{out}");
            assert!(!out.contains("git") && out.contains("\"curl\""), "{out}");
            assert!(
                out.starts_with("# ours") && out.contains("port = 80"),
                "{out}"
            );
            assert_eq!(out.contains("\r\n"), crlf);
            assert_eq!(settings(&out), settings(&after));
        }
    }

    #[test]
    fn lists_keep_their_form_and_the_comments_of_what_stays() {
        let cases = [
            ("[\"a\", \"b\"]", "[\"b\"]", "[\"b\"]"),
            ("[\"a\"]", "[\"a\", \"b\"]", "[\"a\", \"b\"]"),
            (
                "[ # all\n  'a', # one\n  # two\n  'b',\n]",
                "['a', 'c']",
                "[ # all\n  'a', # one\n  'c',\n]",
            ),
            (
                "[\n  'a', # one\n  'b' # two\n]",
                "['b', 'c']",
                "[\n  'b', # two\n  'c',\n]",
            ),
        ];
        for (before, after, expected) in cases {
            let text = |list: &str| format!("groups = {list}\n");
            let out = rewritten(&text(before), &text(after));
            assert_eq!(out.replace('"', "'"), text(expected).replace('"', "'"));
        }
    }

    #[test]
    fn nothing_changed_leaves_the_bytes() {
        assert_eq!(rewritten(TEXT, TEXT), TEXT);
    }

    #[test]
    fn a_key_that_is_taken_back_goes_with_its_line() {
        let after = TEXT.replace("port = 80\n", "");
        assert!(!rewritten(TEXT, &after).contains("port ="));
    }

    #[test]
    fn new_keys_stand_before_tables_and_behind_a_lone_comment() {
        let out = rewritten(
            "[packages]\nrun = [\"git\"]\n",
            "port = 1\n[packages]\nrun = [\"git\"]\n",
        );
        assert_eq!(out, "port = 1\n[packages]\nrun = [\"git\"]\n");
        assert_eq!(rewritten("# mine\n", "port = 1\n"), "# mine\nport = 1\n");
    }

    #[test]
    fn a_new_file_has_a_header_and_reads_back() {
        let after = settings(
            "app = \"shop.main:app\"\n[env]\nTZ = \"UTC\"\n[packages]\nbuild = [\"!gcc\"]\n",
        );
        let text = after.rewrite(&Settings::default(), None).unwrap();
        assert!(text.starts_with("# What dockwright is told"), "{text}");
        assert_eq!(settings(&text), after);
    }

    #[test]
    fn a_byte_order_mark_stays() {
        let before = "port = 1\n";
        let out = settings("port = 2\n")
            .rewrite(&settings(before), Some("\u{feff}port = 1\n"))
            .unwrap();
        assert_eq!(out, "\u{feff}port = 2\n");
    }
}
