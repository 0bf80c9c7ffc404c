//! The properties of `tests/hostile/fuzzed.rs` for the fuzz targets: one target a parser, one for the merge, one for whole projects.

#[path = "../../tests/hostile/dockerfile.rs"]
mod dockerfile;
#[path = "../../tests/hostile/fuzzed.rs"]
mod fuzzed;
#[path = "../../tests/hostile/ran.rs"]
mod ran;

/// Tries one input of a target; panics when what must hold does not.
pub fn hold(target: &str, input: &[u8]) {
    fuzzed::hold(target, input);
}
