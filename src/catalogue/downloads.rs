//! Turns `downloads.toml` into what is known of data that code fetches when it runs.

use std::sync::OnceLock;

use serde::Deserialize;

/// One kind of data; the fields are explained at the head of `downloads.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// Functions that load it; with a dot in front, methods.
    pub calls: Vec<String>,
    /// One of these is asked for.
    #[serde(default)]
    pub bring: Vec<String>,
    /// The data is a distribution.
    #[serde(default)]
    pub package: bool,
    /// What to do.
    pub help: String,
    /// Where this is written.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    download: Vec<Download>,
}

/// Every kind.
pub fn all() -> &'static [Download] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || super::table("downloads.toml", include_str!("downloads.toml"));
    &TABLE.get_or_init(read).download
}

/// The kind of data that a call loads, by the full name of what is called.
pub fn by_call(full: &str) -> Option<&'static Download> {
    let method = full.rsplit_once('.').map_or(full, |(_, method)| method);
    all().iter().find(|download| {
        download
            .calls
            .iter()
            .any(|call| match call.strip_prefix('.') {
                Some(name) => name == method && full != method,
                None => call == full,
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_to_do_with_its_name() {
        for download in all() {
            assert!(download.help.contains("{name}"), "{download:?}");
            assert!(download.source.starts_with("https://"), "{download:?}");
        }
        assert!(by_call("nltk.download").is_some());
        assert!(by_call("transformers.AutoModel.from_pretrained").is_some());
        assert!(by_call("from_pretrained").is_none());
    }
}
