//! Tells the Python files at the top of the project that do their work when they are run, without a guard.

use super::corpus::{Source, depth};
use super::modules::Modules;
use crate::inspect::syntax::Call;

/// Files that configure others.
const OTHERS: [&str; 8] = [
    "__init__", "asgi", "conf", "config", "manage", "settings", "setup", "wsgi",
];

/// A file at the top that calls something outside every function, and that no other file imports.
pub(super) fn works(source: &Source, modules: &Modules<'_>) -> bool {
    depth(&source.path) == 0
        && !OTHERS.contains(&source.stem())
        && !source.stem().ends_with("config")
        && !modules.is_imported(&source.path)
        && source
            .outline
            .calls
            .iter()
            .any(|call| call.within.module_level() && !decorates(source, &call.value))
}

/// `@on.event(…)` declares: another program runs it.
fn decorates(source: &Source, call: &Call) -> bool {
    let functions = source.outline.functions.iter();
    functions
        .flat_map(|function| &function.decorators)
        .any(|decorator| decorator.callee == call.callee)
}
