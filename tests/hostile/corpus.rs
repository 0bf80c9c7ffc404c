//! The inputs of `fuzz/corpus` (small ones out of the fixtures, and whatever fuzzing finds: `fuzz/README.md`), each tried by its
//! target's property.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::fuzzed::{PARSERS, hold};

#[test]
fn every_input_of_the_corpus_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut targets = BTreeSet::new();
    for target in fs::read_dir(root).unwrap() {
        let target = target.unwrap();
        let name = target.file_name().into_string().unwrap();
        for input in fs::read_dir(target.path()).unwrap() {
            let input = input.unwrap().path();
            let bytes = fs::read(&input).unwrap();
            let tried = std::panic::catch_unwind(|| hold(&name, &bytes));
            assert!(tried.is_ok(), "{}", input.display());
        }
        targets.insert(name);
    }
    let known = PARSERS.iter().map(|(name, _)| *name);
    let known: BTreeSet<String> = known
        .chain(["adopt", "merge", "project"])
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(
        targets, known,
        "a target without a corpus, or a corpus without a target"
    );
}
