//! Splits a requirements file into logical lines and words, as pip's `preprocess` and `shlex` do.

/// A logical line: continuations joined, comments gone, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Number of its first physical line, from 1.
    pub(super) number: u32,
    /// Its text, trimmed.
    pub(super) text: String,
}

/// The logical lines of a file (`pip/_internal/req/req_file.py`: `join_lines`, then `ignore_comments`).
pub(super) fn logical(text: &str) -> Vec<Line> {
    let mut out = Vec::new();
    let mut open: Option<(u32, String)> = None;
    let mut finish = |number: u32, text: &str| {
        let text = without_comment(text).trim();
        if !text.is_empty() {
            out.push(Line {
                number,
                text: text.to_owned(),
            });
        }
    };
    for (index, line) in physical(text).enumerate() {
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        let comment = line.trim_start().starts_with('#');
        if line.ends_with('\\') && !comment {
            open.get_or_insert_with(|| (number, String::new()))
                .1
                .push_str(line.trim_matches('\\'));
            continue;
        }
        match open.take() {
            Some((first, mut joined)) => {
                if comment {
                    joined.push(' '); // so that the comment is seen as one after joining
                }
                joined.push_str(line);
                finish(first, &joined);
            }
            None => finish(number, line),
        }
    }
    if let Some((first, joined)) = open {
        finish(first, &joined);
    }
    out
}

/// Python's `str.splitlines`: CR, LF, CRLF and the other separators of Unicode.
pub(super) fn physical(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let ends = |c: char| {
            matches!(
                c,
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
                    ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
            )
        };
        let Some((line, tail)) = rest.split_once(ends) else {
            return Some(std::mem::take(&mut rest));
        };
        let crlf = rest
            .get(line.len()..)
            .is_some_and(|end| end.starts_with("\r\n"));
        rest = if crlf {
            tail.get(1..).unwrap_or_default()
        } else {
            tail
        };
        Some(line)
    })
}

/// Cuts at the first `#` that starts the line or follows white space: one inside a URL stays.
fn without_comment(line: &str) -> &str {
    let starts = line.match_indices('#').find(|(at, _)| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    match starts {
        Some((at, _)) => line.get(..at).unwrap_or_default(),
        None => line,
    }
}

/// The requirement and the options of a line: options begin at the first word that starts with `-` (pip's `break_args_options`, which splits at blanks only).
pub(super) fn requirement_and_options(line: &str) -> (&str, &str) {
    let mut at = 0;
    for word in line.split(' ') {
        if word.starts_with('-') {
            return line.split_at(at);
        }
        at += word.len() + 1;
    }
    (line, "")
}

/// Words as a POSIX shell and Python's `shlex.split` see them; `None` when a quotation is not closed.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => out.extend(word.take()),
            '\'' | '"' => quoted(c, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next()?),
            c => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    Some(out)
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            c if c == quote => return Some(()),
            '\\' if quote == '"' => match chars.next()? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(u32, String)> {
        logical(text)
            .into_iter()
            .map(|line| (line.number, line.text))
            .collect()
    }

    #[test]
    fn lines_are_joined_and_comments_cut() {
        let text = "a==1 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n\n  # c \\\nb # c\ngit+https://h/r#egg=x\nd \\\n# c\ne\\";
        let expected = [
            (1, "a==1     --hash=sha256:0     --hash=sha256:1"),
            (6, "b"),
            (7, "git+https://h/r#egg=x"),
            (8, "d"),
            (10, "e"),
        ]
        .map(|(number, text)| (number, text.to_owned()));
        assert_eq!(texts(text), expected);
        assert_eq!(texts(&text.replace('\n', "\r\n")), expected);
        assert_eq!(texts(&text.replace('\n', "\r")), expected);
    }

    #[test]
    fn words_follow_shell_quoting() {
        assert_eq!(
            words(r#"--a "b c" 'd\e' f\ g "h\"i\j""#).as_deref(),
            Some(&["--a", "b c", r"d\e", "f g", r#"h"i\j"#].map(str::to_owned)[..])
        );
        assert_eq!(words("\"a"), None);
        assert_eq!(words("a\\"), None);
        assert_eq!(
            requirement_and_options("a ; x > '1' --hash=b c"),
            ("a ; x > '1' ", "--hash=b c")
        );
        assert_eq!(requirement_and_options("a-b"), ("a-b", ""));
    }
}
