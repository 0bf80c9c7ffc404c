//! Turns three lists into clusters: runs of the old list that nobody, one side, or both sides changed.

use std::hash::Hash;
use std::ops::Range;

use super::super::diff;
use super::super::lines::{Line, Role};

/// A run of the old list with what stands for it on either side.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// The run.
    pub(super) base: Range<usize>,
    /// The same run on disk.
    pub(super) hand: Range<usize>,
    /// The same run in the new list.
    pub(super) new: Range<usize>,
    /// The disk differs.
    pub(super) by_hand: bool,
    /// The new list differs.
    pub(super) by_new: bool,
}

/// A run that one side changed.
#[derive(Clone, Debug)]
struct Hunk {
    base: Range<usize>,
    side: Range<usize>,
    hand: bool,
}

/// The clusters of lines, in order; together they cover all three lists.
pub(super) fn clusters(base: &[Line], hand: &[Line], new: &[Line]) -> Vec<Cluster> {
    fn keys(lines: &[Line]) -> Vec<(Role, &str)> {
        lines
            .iter()
            .map(|line| (line.role, line.text.as_str()))
            .collect()
    }
    of(&keys(base), &keys(hand), &keys(new))
}

/// The clusters of any three lists.
pub(super) fn of<T: Eq + Hash>(base: &[T], hand: &[T], new: &[T]) -> Vec<Cluster> {
    let [base, hand, new] = diff::numbered([base, hand, new]);
    let mut hunks = changed(&base, &hand, true);
    hunks.extend(changed(&base, &new, false));
    hunks.sort_by_key(|hunk| (hunk.base.start, hunk.base.end, hunk.hand));
    let mut out = Vec::new();
    let mut at = (0, 0, 0);
    let mut rest = hunks.as_slice();
    while let Some((head, tail)) = rest.split_first() {
        let mut run = head.base.clone();
        let mut count = 1;
        for hunk in tail {
            if !touch(&run, &hunk.base) {
                break;
            }
            run.end = run.end.max(hunk.base.end);
            count += 1;
        }
        let (group, others) = rest.split_at(count);
        push_same(&mut out, &mut at, run.start);
        let hand = span(group, true, &run, at.1);
        let new = span(group, false, &run, at.2);
        at = (run.end, hand.end, new.end);
        out.push(Cluster {
            base: run,
            hand,
            new,
            by_hand: group.iter().any(|hunk| hunk.hand),
            by_new: group.iter().any(|hunk| !hunk.hand),
        });
        rest = others;
    }
    push_same(&mut out, &mut at, base.len());
    out
}

/// What is left of a cluster when the lines are set aside with which both sides begin, and end, alike. As many lines of the
/// old list are taken to be what these replaced: so a merge that was done before and is done again ends in itself.
pub(super) struct Rest {
    /// So many first lines are alike.
    pub(super) head: usize,
    /// So many last lines are alike.
    pub(super) tail: usize,
    /// The old lines between.
    pub(super) base: Range<usize>,
}

/// Sets aside what both sides have alike.
pub(super) fn rest<T>(base: usize, hand: &[T], new: &[T], alike: impl Fn(&T, &T) -> bool) -> Rest {
    let pairs = |(a, b): &(&T, &T)| alike(a, b);
    let head = hand.iter().zip(new).take_while(pairs).count();
    let (ours, theirs) = (hand[head..].iter().rev(), new[head..].iter().rev());
    let tail = ours.zip(theirs).take_while(pairs).count();
    let start = head.min(base);
    let end = base.saturating_sub(tail).max(start);
    Rest {
        head,
        tail,
        base: start..end,
    }
}

/// Two runs overlap, or insert at one place; to stand side by side is not to touch.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    if a.is_empty() && b.is_empty() {
        a.start == b.start
    } else {
        a.start < b.end && b.start < a.end
    }
}

/// Appends the unchanged run up to `end`.
fn push_same(out: &mut Vec<Cluster>, at: &mut (usize, usize, usize), end: usize) {
    let length = end - at.0;
    if length > 0 {
        out.push(Cluster {
            base: at.0..end,
            hand: at.1..at.1 + length,
            new: at.2..at.2 + length,
            by_hand: false,
            by_new: false,
        });
        *at = (end, at.1 + length, at.2 + length);
    }
}

/// The run of one side that stands for `run` and begins at `start`: as long, plus what its hunks added or removed.
fn span(group: &[Hunk], hand: bool, run: &Range<usize>, start: usize) -> Range<usize> {
    let (added, removed) = group
        .iter()
        .filter(|hunk| hunk.hand == hand)
        .fold((0, 0), |(added, removed), hunk| {
            (added + hunk.side.len(), removed + hunk.base.len())
        });
    start..start + run.len() + added - removed
}

fn changed(base: &[usize], side: &[usize], hand: bool) -> Vec<Hunk> {
    let mut out: Vec<Hunk> = Vec::new();
    for (old, new) in diff::changed(base, side) {
        match out.last_mut() {
            Some(last) if last.base.end == old.start && last.side.end == new.start => {
                last.base.end = old.end;
                last.side.end = new.end;
            }
            _ => out.push(Hunk {
                base: old,
                side: new,
                hand,
            }),
        }
    }
    out
}
