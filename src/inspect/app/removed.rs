//! Turns imports into the modules of the standard library that newer Pythons have no more.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::modules::Modules;
use crate::catalogue::removed;
use crate::facts::{Found, Place};
use crate::inspect::syntax::Import;

/// Files that build or install the project: they run with another Python, or beside setuptools.
const BUILDS: [&str; 3] = ["bootstrap", "ez_setup", "setup"];

/// Each such module that a file cannot be imported without, with the first place. What is tried, or imported under a condition, has
/// a way without it.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<Found<String>> {
    let mut found: BTreeMap<&str, Place> = BTreeMap::new();
    let sources = corpus.sources.iter();
    for source in sources.filter(|source| !BUILDS.contains(&source.stem())) {
        for import in source.outline.imports.iter().filter(|one| certain(one)) {
            let top = import.module.split('.').next().unwrap_or_default();
            if removed::all().contains_key(top) && !own(corpus, modules, source, top) {
                let at = || place(&source.path, import.line);
                found.entry(top).or_insert_with(at);
            }
        }
    }
    let named = |(name, at): (&str, Place)| Found::new(name.to_owned(), at);
    found.into_iter().map(named).collect()
}

fn certain(import: &Import) -> bool {
    import.dots == 0 && import.within.module_level() && !import.within.maybe
}

/// Has the project a module of this name?
fn own(corpus: &Corpus, modules: &Modules<'_>, source: &Source, name: &str) -> bool {
    let root = modules.path(&source.path).root;
    corpus.has_module(&root, name) || corpus.has_module("", name)
}
