//! Turns calls that read text from pictures into the languages that they name: `lang="deu+eng"`.

use std::collections::BTreeMap;

use super::needs::literal;
use crate::inspect::syntax::{Call, Value};

/// Words of a file with such a call.
pub(super) const SIGNS: [&str; 4] = ["image_to_", "PyTessBaseAPI", "file_to_text", "ocrmypdf.ocr"];

/// How a called function begins, its argument with the languages, and that one's place.
const READERS: [(&str, &str, usize); 5] = [
    ("pytesseract.image_to_", "lang", 1),
    ("tesserocr.image_to_text", "lang", 1),
    ("tesserocr.file_to_text", "lang", 1),
    ("tesserocr.PyTessBaseAPI", "lang", 1),
    // By keyword alone.
    ("ocrmypdf.ocr", "language", usize::MAX),
];

/// The method of a call that may be one of them.
pub(super) fn may_read(method: &str) -> bool {
    method == "ocr" || SIGNS.iter().any(|sign| method.starts_with(sign))
}

/// The languages that a call of `full` names.
pub(super) fn of<'a>(
    full: &str,
    call: &'a Call,
    lists: &BTreeMap<&str, &'a Value>,
) -> Vec<&'a str> {
    let reader = READERS.iter().find(|(start, ..)| full.starts_with(start));
    let given = reader.and_then(|(_, name, place)| call.argument(name, *place));
    let texts: Vec<&str> = match given.map(|value| literal(value, lists)) {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
        Some(value) => value.as_text().into_iter().collect(),
        None => Vec::new(),
    };
    texts.into_iter().flat_map(|text| text.split('+')).collect()
}
