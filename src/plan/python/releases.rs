//! Turns `python.toml` into the known releases of Python.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::settings::Suite;

/// One release of the data file.
#[derive(Clone, Debug, Deserialize)]
pub struct Release {
    /// The 13 of 3.13.
    pub minor: u8,
    /// Last month with security fixes, `YYYY-MM`.
    pub eol: String,
    /// Debian suites with an official image.
    pub suites: Vec<Suite>,
    /// The first patch release with an image on trixie, where older ones have none.
    #[serde(default)]
    pub trixie: u8,
    /// Distributions besides pip in the official image.
    pub seeded: Vec<String>,
}

/// Known releases; source and date stand in the data file.
#[derive(Clone, Debug, Deserialize)]
pub struct Releases {
    /// The month in which the table was checked, `YYYY-MM`: a release whose `eol` is before it has ended.
    pub checked: String,
    /// The release that is assumed when the project says nothing.
    pub default: u8,
    /// All releases, oldest first.
    pub release: Vec<Release>,
}

impl Releases {
    /// The embedded table.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Releases> = OnceLock::new();
        TABLE.get_or_init(|| {
            crate::catalogue::table("python.toml", include_str!("../../catalogue/python.toml"))
        })
    }

    /// A release by its minor number.
    pub fn get(&self, minor: u8) -> Option<&Release> {
        self.release.iter().find(|release| release.minor == minor)
    }

    /// Security fixes had ended when the table was checked.
    pub fn ended(&self, release: &Release) -> bool {
        release.eol < self.checked
    }
}
