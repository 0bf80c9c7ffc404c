//! Compares lists: what differs between two, and two texts as a unified diff.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::lines::same;
use crate::error::printable;

/// Lines around a change in a unified diff.
const CONTEXT: usize = 3;

/// The lists with a number for each item, the same for equal ones: comparing is compiled once, not for each kind of item.
pub(super) fn numbered<T: Eq + Hash, const N: usize>(lists: [&[T]; N]) -> [Vec<usize>; N] {
    let mut numbers = HashMap::new();
    lists.map(|list| {
        let number = |item| {
            let next = numbers.len();
            *numbers.entry(item).or_insert(next)
        };
        list.iter().map(number).collect()
    })
}

/// The runs that differ, as they are in the old list and in the new one.
pub(super) fn changed(old: &[usize], new: &[usize]) -> Vec<(Range<usize>, Range<usize>)> {
    operations(old, new)
        .into_iter()
        .filter(|operation| operation.tag() != DiffTag::Equal)
        .map(|operation| (operation.old_range(), operation.new_range()))
        .collect()
}

fn operations(old: &[usize], new: &[usize]) -> Vec<DiffOp> {
    capture_diff_slices(Algorithm::Histogram, old, new)
}

/// A unified diff with three lines of context, empty when nothing but line ends differs.
#[must_use]
pub fn diff(before: &str, after: &str, path: &str) -> String {
    if same(before, after) {
        return String::new();
    }
    let (before, after) = (before.replace("\r\n", "\n"), after.replace("\r\n", "\n"));
    let path = printable(path);
    let mut out = if before.is_empty() {
        "--- /dev/null\n".to_owned()
    } else {
        format!("--- a/{path}\n")
    };
    let _ = writeln!(out, "+++ b/{path}");
    let [old, new] = [&before, &after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let [left, right] = numbered([&old, &new]);
    for hunk in group_diff_ops(operations(&left, &right), CONTEXT) {
        let _ = writeln!(out, "{}", similar::udiff::UnifiedHunkHeader::new(&hunk));
        for operation in hunk {
            let (old, new) = (&old[operation.old_range()], &new[operation.new_range()]);
            if operation.tag() == DiffTag::Equal {
                push(&mut out, ' ', old);
            } else {
                push(&mut out, '-', old);
                push(&mut out, '+', new);
            }
        }
    }
    out
}

fn push(out: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}
