//! Turns imports of modules that the standard library lost into the newest Python that can run the sources.

use crate::catalogue::removed;
use crate::facts::{Found, Warning};

/// What keeps newer Pythons from running the sources.
pub struct Ceiling<'a> {
    /// The first release without the module.
    since: u8,
    module: &'a Found<String>,
}

impl<'a> Ceiling<'a> {
    /// The lowest one; `brings` tells which distributions will be there.
    pub fn of(imports: &'a [Found<String>], brings: &dyn Fn(&str) -> bool) -> Option<Self> {
        let ceilings = imports.iter().filter_map(|module| {
            let removed = removed::all().get(&module.value)?;
            let brought = removed.brought.iter().any(|name| brings(name));
            let since = removed.since;
            (!brought).then_some(Self { since, module })
        });
        ceilings.min_by_key(|ceiling| ceiling.since)
    }

    /// Can this release run them?
    pub(super) fn allows(&self, minor: u8) -> bool {
        minor < self.since
    }

    /// Why no newer release was taken.
    pub(super) fn told(&self) -> String {
        let Found { value, at } = self.module;
        format!("3.{} has no {value} any more ({at})", self.since)
    }

    /// What a newer release means for the sources.
    pub(super) fn warning(&self, minor: u8) -> Warning {
        let Found { value, at } = self.module;
        let message = format!(
            "the sources import {value}, which Python 3.{minor} has no more: it left with 3.{}",
            self.since
        );
        let known = removed::all().get(value);
        let instead = known.and_then(|one| {
            let brought = one.brought.first();
            let brought = brought.map(|name| format!("add {name} to the dependencies"));
            brought.or_else(|| one.instead.clone())
        });
        let instead = instead.as_deref().unwrap_or("do without it");
        let help = format!("{instead}, or take Python 3.{}", self.since - 1);
        Warning::new("module-removed", message, help).at(at.clone())
    }
}
