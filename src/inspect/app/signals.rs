//! Turns calls into what decides how a program stops: does it handle SIGTERM, and does it end by itself?
//!
//! The kernel drops a signal to process 1 that it has no handler for (`pid_namespaces(7)`); Python installs one for SIGINT only.

use super::corpus::Corpus;
use crate::facts::Place;
use crate::inspect::syntax::Value;

/// Methods after which a program goes on until it is stopped.
const WAITING: [&str; 8] = [
    "consume_forever",
    "run_forever",
    "run_pending",
    "run_until_disconnected",
    "serve_forever",
    "sleep",
    "start_consuming",
    "wait_forever",
];

/// Where the code installs a handler for SIGTERM.
pub(super) fn handled(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Option<Place> {
    corpus.sources.iter().find_map(|source| {
        let call = source.outline.calls.iter().find(|call| {
            let handles = matches!(
                call.value.method(),
                "signal" | "add_signal_handler" | "open_signal_receiver"
            );
            handles && call.value.args.first().is_some_and(is_term)
        })?;
        Some(place(&source.path, call.line))
    })
}

/// Where the code sleeps or serves for ever.
pub(super) fn waits(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Option<Place> {
    corpus.sources.iter().find_map(|source| {
        let waiting = |method: &str| WAITING.contains(&method);
        let mut calls = source.outline.calls.iter();
        let call = calls.find(|call| !call.within.typing && waiting(call.value.method()))?;
        Some(place(&source.path, call.line))
    })
}

/// `signal.SIGTERM`, or a bare name: `for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, …)`.
fn is_term(value: &Value) -> bool {
    match value {
        Value::Name(name) => match name.rsplit_once('.') {
            Some((_, last)) => last == "SIGTERM",
            None => name != "SIGINT",
        },
        _ => false,
    }
}
