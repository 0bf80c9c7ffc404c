//! What is known of imports that fail through no fault of the image: data beside the code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::inside::Raised;

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hints {
    /// Modules that the standard library lost, and the release.
    pub(super) removed: BTreeMap<String, String>,
    /// Modules that another distribution brings: the requirement to add.
    pub(super) brought: BTreeMap<String, String>,
    excused: Vec<Excused>,
    elsewhere: Elsewhere,
    drivers: Drivers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Excused {
    #[serde(rename = "type")]
    class: Option<String>,
    text: Option<String>,
    why: String,
}

#[derive(Debug, Deserialize)]
struct Elsewhere {
    modules: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Drivers {
    libraries: BTreeSet<String>,
}

impl Hints {
    /// The embedded table.
    pub(super) fn builtin() -> &'static Self {
        static TABLE: OnceLock<Hints> = OnceLock::new();
        TABLE.get_or_init(|| crate::catalogue::table("hints.toml", include_str!("hints.toml")))
    }

    /// Why an exception says nothing about the image.
    pub(super) fn excuse(&self, raised: &Raised) -> Option<&str> {
        let class = |wanted: &String| *wanted == raised.class;
        let text = |wanted: &String| raised.text.contains(wanted.as_str());
        self.excused
            .iter()
            .find(|one| one.class.as_ref().is_none_or(class) && one.text.as_ref().is_none_or(text))
            .map(|one| one.why.as_str())
    }

    /// The module belongs to another operating system.
    pub(super) fn is_elsewhere(&self, module: &str) -> bool {
        self.elsewhere.modules.contains(module)
    }

    /// The library comes from the host.
    pub(super) fn is_drivers(&self, soname: &str) -> bool {
        self.drivers.libraries.contains(soname)
    }
}
