//! Turns a project's metadata into the labels of its image.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::printable;
use crate::facts::ProjectFacts;

/// Which URLs of a project are which labels.
#[derive(Debug, Deserialize)]
struct Table {
    url: BTreeMap<String, Vec<String>>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        crate::catalogue::table("labels.toml", include_str!("../../catalogue/labels.toml"))
    })
}

/// `org.opencontainers.image.*` as far as the manifests say it: each on one line, with nothing invisible in it.
pub(super) fn labels(facts: &ProjectFacts, name: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        let words: Vec<&str> = value.split_whitespace().collect();
        if !words.is_empty() {
            labels.insert(
                format!("org.opencontainers.image.{key}"),
                printable(&words.join(" ")),
            );
        }
    };
    put("title", name);
    let pyproject = facts.pyproject.as_ref();
    let setuptools = facts.setuptools.as_ref();
    let version = pyproject.and_then(|found| found.version.as_ref());
    let version = version.or_else(|| setuptools.and_then(|found| found.version.as_ref()));
    put("version", version.map_or("", String::as_str));
    let Some(pyproject) = pyproject else {
        return labels;
    };
    put(
        "description",
        pyproject.description.as_deref().unwrap_or_default(),
    );
    let license = pyproject.license.as_deref().unwrap_or_default();
    put(
        "licenses",
        Some(license)
            .filter(|text| is_expression(text))
            .unwrap_or_default(),
    );
    for (label, names) in &table().url {
        let url = names.iter().find_map(|name| {
            let mut urls = pyproject.urls.iter();
            urls.find(|(label, url)| normalised(label) == *name && is_public(url))
        });
        if let Some((_, url)) = url {
            labels.insert(label.clone(), printable(url));
        }
    }
    labels
}

/// A label of a project's URL without punctuation and blanks.
fn normalised(label: &str) -> String {
    let mut kept = label.to_ascii_lowercase();
    kept.retain(|c| !c.is_ascii_punctuation() && !c.is_ascii_whitespace());
    kept
}

/// An address of the web that anybody may see: no login and no query, which may hold a token.
fn is_public(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.contains(['@', '?', '#']) && !rest.chars().any(char::is_whitespace)
    })
}

/// An SPDX expression (`MIT OR Apache-2.0`), not the words of a licence (`MIT License`) or its whole text.
fn is_expression(text: &str) -> bool {
    let spaced = text.replace(['(', ')'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let is_operator = |word: &&str| matches!(*word, "AND" | "OR" | "WITH");
    let ordered = words.iter().enumerate().all(|(index, word)| {
        is_operator(word) == (index % 2 == 1)
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-+:".contains(c))
    });
    ordered && words.len() % 2 == 1 && words.len() < 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Pyproject;

    fn of(pyproject: Pyproject) -> BTreeMap<String, String> {
        let facts = ProjectFacts {
            pyproject: Some(pyproject),
            ..ProjectFacts::default()
        };
        let labels = labels(&facts, "shop").into_iter();
        labels
            .map(|(key, value)| (key["org.opencontainers.image.".len()..].to_owned(), value))
            .collect()
    }

    #[test]
    fn metadata_becomes_labels() {
        let url = |name: &str, url: &str| (name.to_owned(), url.to_owned());
        let found = of(Pyproject {
            version: Some("1.2".to_owned()),
            description: Some("A  shop\nof books\u{202e}".to_owned()),
            license: Some("MIT OR (Apache-2.0 WITH LLVM-exception)".to_owned()),
            urls: [
                url("home-page", "https://shop.example"),
                url("github", "https://user:secret@github.com/acme/shop"),
                url("source code", "https://github.com/acme/shop"),
                url("docs", "https://docs.example/?token=secret"),
            ]
            .into(),
            ..Pyproject::default()
        });
        let expected = [
            ("description", "A shop of books\\u{202e}"),
            ("licenses", "MIT OR (Apache-2.0 WITH LLVM-exception)"),
            ("source", "https://github.com/acme/shop"),
            ("title", "shop"),
            ("url", "https://shop.example"),
            ("version", "1.2"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(found, expected.into());
    }

    #[test]
    fn words_of_a_licence_are_no_expression() {
        for (text, is) in [
            ("MIT", true),
            ("GPL-3.0-or-later AND LicenseRef-acme", true),
            ("MIT License", false),
            ("AND", false),
            ("MIT OR", false),
            ("", false),
            ("Permission is hereby granted, free of charge", false),
        ] {
            assert_eq!(is_expression(text), is, "{text}");
        }
    }
}
