//! Turns the bytes of a requirements file into text, in the encodings that pip itself understands.

use crate::error::{Error, printable};
use crate::facts::{Place, Warning};

use super::tree::{Tree, line_of};

/// How the bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
    Latin1,
    Windows1252,
}

/// The text of a file as pip's `_decode_req_file` (`pip/_internal/req/req_file.py`) reads it: byte order marks of UTF-8, -16 and -32, a PEP 263 coding
/// comment in the first two lines, then UTF-8. What is none of these is read as Latin-1 with a warning, where pip asks the machine's locale: an image's is
/// UTF-8, so pip would fail there. `None` when there is no such file.
///
/// # Errors
/// The file is unreadable, names an encoding that is not supported, breaks its encoding, or holds NUL (it is binary).
pub(super) fn read(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<String>, Error> {
    let Some(bytes) = tree.bytes(path)? else {
        return Ok(None);
    };
    decode(path, &bytes, warnings).map(Some)
}

fn decode(path: &str, bytes: &[u8], warnings: &mut Vec<Warning>) -> Result<String, Error> {
    let (encoding, start) = match mark(bytes) {
        Some(found) => found,
        None => (declared(path, bytes)?.unwrap_or(Encoding::Utf8), 0),
    };
    let body = bytes.get(start..).unwrap_or_default();
    let text = match encoding {
        Encoding::Utf8 => utf8(path, body, start == 0, warnings)?,
        Encoding::Utf16 { big } => utf16(path, body, big)?,
        Encoding::Utf32 { big } => utf32(path, body, big)?,
        Encoding::Latin1 => body.iter().copied().map(char::from).collect(),
        Encoding::Windows1252 => body.iter().copied().map(windows_1252).collect(),
    };
    match text.find('\0') {
        Some(offset) => Err(malformed(
            Place::new(path, line_of(text.as_bytes(), offset)),
            "a NUL byte: the file looks binary".to_owned(),
        )),
        None => Ok(text),
    }
}

/// The encoding that a byte order mark announces, and the mark's length. UTF-32 is asked first: its little-endian mark starts with that of UTF-16.
fn mark(bytes: &[u8]) -> Option<(Encoding, usize)> {
    const MARKS: [(&[u8], Encoding); 5] = [
        (b"\xef\xbb\xbf", Encoding::Utf8),
        (b"\x00\x00\xfe\xff", Encoding::Utf32 { big: true }),
        (b"\xff\xfe\x00\x00", Encoding::Utf32 { big: false }),
        (b"\xfe\xff", Encoding::Utf16 { big: true }),
        (b"\xff\xfe", Encoding::Utf16 { big: false }),
    ];
    MARKS
        .iter()
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|(mark, encoding)| (*encoding, mark.len()))
}

/// The encoding of a PEP 263 comment (`# -*- coding: latin-1 -*-`) in the first two lines.
fn declared(path: &str, bytes: &[u8]) -> Result<Option<Encoding>, Error> {
    for (index, line) in bytes.split(|byte| *byte == b'\n').take(2).enumerate() {
        let Some(name) = line.starts_with(b"#").then(|| coding(line)).flatten() else {
            continue;
        };
        let lower = name.to_ascii_lowercase().replace('_', "-");
        return match lower.as_str() {
            "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "us-ascii" => Ok(Some(Encoding::Utf8)),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => Ok(Some(Encoding::Latin1)),
            "cp1252" | "windows-1252" | "1252" => Ok(Some(Encoding::Windows1252)),
            _ => Err(malformed(
                Place::new(path, u32::try_from(index).unwrap_or(0) + 1),
                format!(
                    "a comment that declares the encoding `{}`",
                    printable(&name)
                ),
            )),
        };
    }
    Ok(None)
}

/// The name after `coding:` or `coding=`, as in PEP 263's pattern.
fn coding(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line);
    line.match_indices("coding").find_map(|(at, word)| {
        let rest = line.get(at + word.len()..)?;
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        let name: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}

fn utf8(
    path: &str,
    body: &[u8],
    fallback: bool,
    warnings: &mut Vec<Warning>,
) -> Result<String, Error> {
    let error = match std::str::from_utf8(body) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let at = Place::new(path, line_of(body, error.valid_up_to()));
    let byte = body.get(error.valid_up_to()).copied().unwrap_or_default();
    if !fallback || body.contains(&0) {
        return Err(malformed(
            at,
            format!("the byte 0x{byte:02x}, which is not UTF-8"),
        ));
    }
    warnings.push(
        Warning::new(
            "not-utf8",
            format!("{} is not UTF-8 (byte 0x{byte:02x}); it was read as Latin-1, and pip fails on it inside an image", printable(path)),
            format!("save {} as UTF-8", printable(path)),
        )
        .at(at),
    );
    Ok(body.iter().copied().map(char::from).collect())
}

fn utf16(path: &str, body: &[u8], big: bool) -> Result<String, Error> {
    let units = body.chunks(2).map(|pair| match *pair {
        [a, b] if big => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0xd800, // half a unit: an unpaired surrogate is refused below
    });
    let mut out = String::with_capacity(body.len() / 2);
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(c) => out.push(c),
            Err(_) => return Err(broken(path, &out, "UTF-16")),
        }
    }
    Ok(out)
}

fn utf32(path: &str, body: &[u8], big: bool) -> Result<String, Error> {
    let mut out = String::with_capacity(body.len() / 4);
    for unit in body.chunks(4) {
        let value = match *unit {
            [a, b, c, d] if big => u32::from_be_bytes([a, b, c, d]),
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
            _ => u32::MAX,
        };
        match char::from_u32(value) {
            Some(c) => out.push(c),
            None => return Err(broken(path, &out, "UTF-32")),
        }
    }
    Ok(out)
}

/// Windows code page 1252 differs from Latin-1 only between 0x80 and 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn broken(path: &str, before: &str, encoding: &str) -> Error {
    malformed(
        Place::new(path, line_of(before.as_bytes(), before.len())),
        format!("bytes that are not {encoding}, though the file starts with its byte order mark"),
    )
}

fn malformed(at: Place, found: String) -> Error {
    let help = format!(
        "save {} as UTF-8, or restore it from version control",
        printable(&at.file)
    );
    Error::Malformed {
        at,
        format: "text",
        found,
        expected: "text encoded as UTF-8".to_owned(),
        help,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode("requirements.txt", bytes, &mut Vec::new()).unwrap()
    }

    #[test]
    fn byte_order_marks_choose_the_encoding() {
        let wide = |big: bool| -> Vec<u8> {
            "\u{feff}flask\r\nmünchen\n"
                .encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        assert_eq!(text(&wide(true)), "flask\r\nmünchen\n");
        assert_eq!(text(&wide(false)), "flask\r\nmünchen\n");
        let wider: Vec<u8> = "\u{feff}flask\n"
            .chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        assert_eq!(text(&wider), "flask\n");
        assert_eq!(text(b"\xef\xbb\xbfflask\n"), "flask\n");
    }

    #[test]
    fn a_coding_comment_is_honoured() {
        assert_eq!(
            text(b"# -*- coding: latin-1 -*-\nflask # M\xfcller\n"),
            "# -*- coding: latin-1 -*-\nflask # Müller\n"
        );
        assert_eq!(
            text(b"#\r\n# vim: set fileencoding=cp1252 :\r\n\x80\r\n"),
            "#\r\n# vim: set fileencoding=cp1252 :\r\n€\r\n"
        );
        let error = decode("r.txt", b"# coding: shift_jis\n", &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("r.txt:1"), "{error}");
    }

    #[test]
    fn other_bytes_are_latin_1_with_a_warning() {
        let mut warnings = Vec::new();
        assert_eq!(
            decode("r.txt", b"flask\n# M\xfcller\n", &mut warnings).unwrap(),
            "flask\n# Müller\n"
        );
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].at, Some(Place::new("r.txt", 2)));
    }

    #[test]
    fn binary_files_are_refused_with_their_line() {
        for bytes in [
            &b"flask\n\x00\x01"[..],
            b"flask\n\xff\x00\x01",
            b"\xff\xfef\x00\n\x00\x00\xd8",
        ] {
            let error = decode("r.txt", bytes, &mut Vec::new()).unwrap_err();
            assert!(error.to_string().contains("r.txt:2"), "{error}");
        }
    }
}
