//! Turns imports into what newer Pythons and newer releases of distributions have no more.

use std::collections::BTreeMap;
use std::iter::successors;

use super::corpus::{Corpus, Source};
use super::modules::Modules;
use crate::catalogue::{moved, removed};
use crate::facts::{Found, Place};
use crate::inspect::syntax::Import;

/// Files that build or install the project: they run with another Python, or beside setuptools.
const BUILDS: [&str; 3] = ["bootstrap", "ez_setup", "setup"];

/// Tables of what is gone, asked by full names.
const KNOWN: [fn(&str) -> Option<&'static str>; 2] = [
    |name| removed::all().get_key_value(name).map(|(key, _)| &**key),
    |name| moved::all().get_key_value(name).map(|(key, _)| *key),
];

/// What a file cannot be imported without, each with the first place: of the standard library what newer Pythons have no more, and of
/// distributions what newer releases have no more. What is tried, or imported under a condition, has a way without it.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    place: &dyn Fn(&str, u32) -> Place,
) -> [Vec<Found<String>>; 2] {
    let mut found: [BTreeMap<&str, Place>; 2] = Default::default();
    let sources = corpus.sources.iter();
    for source in sources.filter(|source| !BUILDS.contains(&source.stem())) {
        for import in source.outline.imports.iter().filter(|one| certain(one)) {
            let name = import.name.iter().map(|name| format!(".{name}"));
            let full = import.module.clone() + &name.collect::<String>();
            let top = full.split('.').next().unwrap_or_default();
            for (known, found) in KNOWN.iter().zip(&mut found) {
                let mut names = successors(Some(&*full), |name| Some(name.rsplit_once('.')?.0));
                if let Some(name) = names.find_map(known)
                    && !own(corpus, modules, source, top)
                {
                    let at = || place(&source.path, import.line);
                    found.entry(name).or_insert_with(at);
                }
            }
        }
    }
    let named = |(name, at): (&str, Place)| Found::new(name.to_owned(), at);
    found.map(|all| all.into_iter().map(named).collect())
}

fn certain(import: &Import) -> bool {
    import.dots == 0 && import.within.module_level() && !import.within.maybe
}

/// Has the project a module of this name?
fn own(corpus: &Corpus, modules: &Modules<'_>, source: &Source, name: &str) -> bool {
    let root = modules.path(&source.path).root;
    corpus.has_module(&root, name) || corpus.has_module("", name)
}
