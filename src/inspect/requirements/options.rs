//! Turns the words after a requirement, or of an option line, into pip's options.

use super::lines;

/// An option that pip accepts in a requirements file (`SUPPORTED_OPTIONS` of `pip/_internal/req/req_file.py`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    IndexUrl,
    ExtraIndexUrl,
    NoIndex,
    Constraint,
    Requirement,
    Editable,
    FindLinks,
    NoBinary,
    OnlyBinary,
    RequireHashes,
    Pre,
    TrustedHost,
    Hash,
    /// Accepted, and without influence on an image.
    Other,
}

/// An option with its value, empty for a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// One that pip knows.
    Known(Name, String),
    /// One that pip (or this pip) does not know, as written up to its `=`.
    Unknown(String),
}

/// Why the words of a line are no options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quotation is not closed.
    Quotation,
    /// The last option wants a value.
    Value(&'static str),
}

/// Long name, short letter, meaning, wants a value. Several names may share a meaning.
const OPTIONS: [(&str, Option<char>, Name, bool); 23] = [
    ("--index-url", Some('i'), Name::IndexUrl, true),
    ("--pypi-url", None, Name::IndexUrl, true),
    ("--extra-index-url", None, Name::ExtraIndexUrl, true),
    ("--no-index", None, Name::NoIndex, false),
    ("--constraint", Some('c'), Name::Constraint, true),
    ("--requirement", Some('r'), Name::Requirement, true),
    ("--editable", Some('e'), Name::Editable, true),
    ("--find-links", Some('f'), Name::FindLinks, true),
    ("--no-binary", None, Name::NoBinary, true),
    ("--only-binary", None, Name::OnlyBinary, true),
    ("--prefer-binary", None, Name::Other, false),
    ("--require-hashes", None, Name::RequireHashes, false),
    ("--no-require-hashes", None, Name::Other, false),
    ("--pre", None, Name::Pre, false),
    ("--all-releases", None, Name::Other, true),
    ("--only-final", None, Name::Other, true),
    ("--trusted-host", None, Name::TrustedHost, true),
    ("--use-feature", None, Name::Other, true),
    ("--hash", None, Name::Hash, true),
    ("--config-settings", Some('C'), Name::Other, true),
    ("--config-setting", None, Name::Other, true),
    // Removed in pip 23.1, still found in files.
    ("--global-option", None, Name::Other, true),
    ("--install-option", None, Name::Other, true),
];

/// The options of a line's second part. Like Python's `optparse`: `--name value`, `--name=value`, any unambiguous beginning of a long name, `-n value`,
/// `-nvalue`; words that are no option are passed over.
pub(super) fn parse(text: &str) -> Result<Vec<Given>, Broken> {
    let mut words = lines::words(text).ok_or(Broken::Quotation)?.into_iter();
    let mut out = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        let (written, inline) = match word.strip_prefix('-') {
            None | Some("") => continue,
            Some(long) if long.starts_with('-') => match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            },
            Some(short) => {
                let mut chars = short.chars();
                let name = chars
                    .next()
                    .map(|letter| format!("-{letter}"))
                    .unwrap_or_default();
                (
                    name,
                    Some(chars.as_str().to_owned()).filter(|rest| !rest.is_empty()),
                )
            }
        };
        let Some((long, name, wants_value)) = lookup(&written) else {
            out.push(Given::Unknown(written));
            continue;
        };
        let value = match (wants_value, inline) {
            (false, _) => String::new(),
            (true, Some(value)) => value,
            (true, None) => words.next().ok_or(Broken::Value(long))?,
        };
        out.push(Given::Known(name, value));
    }
    Ok(out)
}

fn lookup(written: &str) -> Option<(&'static str, Name, bool)> {
    let found =
        |(long, _, name, value): &(&'static str, Option<char>, Name, bool)| (*long, *name, *value);
    if !written.starts_with("--") {
        return OPTIONS
            .iter()
            .find(|option| option.1.is_some() && option.1 == written.chars().nth(1))
            .map(found);
    }
    if let Some(exact) = OPTIONS.iter().find(|option| option.0 == written) {
        return Some(found(exact));
    }
    let mut begun = OPTIONS
        .iter()
        .filter(|option| written.len() > 2 && option.0.starts_with(written));
    let one = begun.next()?;
    begun.next().is_none().then(|| found(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_optparse() {
        let known = |name, value: &str| Given::Known(name, value.to_owned());
        assert_eq!(
            parse("-i https://a --extra-index-url=https://b -rx.txt --trusted h --pre word --frob=1 -Zq").ok(),
            Some(vec![
                known(Name::IndexUrl, "https://a"),
                known(Name::ExtraIndexUrl, "https://b"),
                known(Name::Requirement, "x.txt"),
                known(Name::TrustedHost, "h"),
                known(Name::Pre, ""),
                Given::Unknown("--frob".to_owned()),
                Given::Unknown("-Z".to_owned()),
            ])
        );
        assert_eq!(parse("--requirement"), Err(Broken::Value("--requirement")));
        assert_eq!(parse("-r 'x"), Err(Broken::Quotation));
        assert_eq!(
            parse("--no-"),
            Ok(vec![Given::Unknown("--no-".to_owned())]),
            "ambiguous"
        );
    }
}
