//! Turns calls into the data that the code fetches when it runs.

use super::corpus::Corpus;
use super::modules::Modules;
use crate::catalogue::downloads;
use crate::facts::app::Fetched;
use crate::facts::{Found, Place};
use crate::inspect::syntax::Value;

/// Data that is loaded by a literal name, each once, in the order of files and lines.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<Found<Fetched>> {
    let mut out: Vec<Found<Fetched>> = Vec::new();
    for source in &corpus.sources {
        let running = source
            .outline
            .calls
            .iter()
            .filter(|call| !call.within.typing);
        for call in running {
            let Some(name) = call.value.args.first().and_then(Value::as_text) else {
                continue;
            };
            if !is_name(name) {
                continue;
            }
            let full = modules.resolve(source, &call.value.callee);
            if downloads::by_call(&full).is_none() {
                continue;
            }
            let fetched = Fetched {
                call: full,
                name: name.to_owned(),
            };
            if !out.iter().any(|known| known.value == fetched) {
                out.push(Found::new(fetched, place(&source.path, call.line)));
            }
        }
    }
    out
}

/// `punkt`, `org/model`; a path of the project (`./model`, `/models/x`) is not fetched.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(plain)
        && name.matches('/').count() < 2
}
