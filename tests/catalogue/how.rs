//! `how.toml`: what the proof of an entry takes beside what the entry itself says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use dockwright::catalogue::{Catalogue, Suite};
use serde::Deserialize;

use crate::Checked;
use crate::engine::ensure;
use crate::subject::Form;

/// The proof of one entry.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct How {
    /// Why it cannot be proved here, in half a sentence.
    cannot: Option<BySuite>,
    /// Why it cannot be compiled here although the index has its sources.
    cannot_compile: Option<BySuite>,
    /// What is installed instead of the newest version of the distribution.
    requirement: Option<BySuite>,
    /// Distributions that are installed with it.
    pub(crate) with: Vec<String>,
    /// What the isolated build of what is compiled may install.
    pub(crate) build_constraints: Vec<String>,
    /// Words of which one stands in a failure without the packages, where that names nothing that they bring.
    pub(crate) without: Vec<String>,
    /// Packages that no proof misses, and why they are named all the same.
    pub(crate) kept: BTreeMap<String, String>,
    /// The program that works only with the packages, where importing the module does not show it.
    pub(crate) code: Option<String>,
}

/// The same for both suites, or for one or each of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum BySuite {
    Same(String),
    Each {
        bookworm: Option<String>,
        trixie: Option<String>,
    },
}

impl BySuite {
    fn of(&self, suite: Suite) -> Option<&str> {
        match (self, suite) {
            (Self::Same(text), _) => Some(text),
            (Self::Each { bookworm, .. }, Suite::Bookworm) => bookworm.as_deref(),
            (Self::Each { trixie, .. }, Suite::Trixie) => trixie.as_deref(),
        }
    }
}

impl How {
    /// That of an entry.
    pub(crate) fn of(name: &str) -> &'static Self {
        static NOTHING: OnceLock<How> = OnceLock::new();
        all()
            .get(name)
            .unwrap_or_else(|| NOTHING.get_or_init(Self::default))
    }

    /// Why there is no proof of an entry in this form.
    pub(crate) fn cannot(&self, suite: Suite, form: Form) -> Option<&str> {
        let given = match form {
            Form::Usual => self.cannot.as_ref(),
            Form::Forced => self.cannot_compile.as_ref(),
        };
        given.and_then(|given| given.of(suite))
    }

    /// What is installed.
    pub(crate) fn requirement<'a>(&'a self, name: &'a str, suite: Suite) -> &'a str {
        let given = self.requirement.as_ref();
        given.and_then(|given| given.of(suite)).unwrap_or(name)
    }
}

/// Every entry with something to say.
fn all() -> &'static BTreeMap<String, How> {
    static ALL: OnceLock<BTreeMap<String, How>> = OnceLock::new();
    ALL.get_or_init(|| match toml::from_str(include_str!("how.toml")) {
        Ok(all) => all,
        Err(error) => panic!("tests/catalogue/how.toml: {error}"),
    })
}

/// Every name: of entries, and requirements with an extra or a version that are tried besides.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    all().keys().map(String::as_str)
}

/// Every name is one of the catalogue.
pub(crate) fn fits() -> Checked {
    let catalogue = Catalogue::builtin();
    let known = |key: &str| {
        let name = key.split(['[', '=']).next().unwrap_or_default();
        catalogue.entry(name).is_some() || catalogue.source_need(key).is_some()
    };
    let strange: Vec<&str> = keys().filter(|key| !known(key)).collect();
    ensure(strange.is_empty(), || strange.join(", "))
}
