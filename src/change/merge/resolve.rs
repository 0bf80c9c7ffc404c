//! Turns one cluster into the lines that a person would write, `None` where two persons would disagree.

use std::collections::BTreeSet;

use super::super::lines::{Line, Role};
use super::hunks::{self, Cluster};
use super::{From, Piece, Prefer};

/// The lines of a cluster, `None` for a conflict.
pub(super) fn cluster(
    cluster: &Cluster,
    was: &[Line],
    hand: &[Line],
    new: &[Line],
) -> Option<Vec<Piece>> {
    match (cluster.by_hand, cluster.by_new) {
        (false, false) => Some(pieces(hand, From::Both)),
        (true, false) => Some(pieces(hand, From::Hand)),
        (false, true) => Some(pieces(new, From::New)),
        (true, true) if equal(hand, new) => Some(pieces(hand, From::Both)),
        (true, true) => deleted(was, hand, new)
            .or_else(|| items(was, hand, new))
            .or_else(|| added(was, hand, new))
            .or_else(|| words(was, hand, new))
            .or_else(|| comments(was, hand, new)),
    }
}

/// The lines of the side that wins.
pub(super) fn side(hand: &[Line], new: &[Line], prefer: Prefer) -> Vec<Piece> {
    match prefer {
        Prefer::New => pieces(new, From::New),
        Prefer::Neither | Prefer::Hand => pieces(hand, From::Hand),
    }
}

fn pieces(lines: &[Line], from: From) -> Vec<Piece> {
    lines
        .iter()
        .map(|line| Piece {
            line: line.clone(),
            from,
        })
        .collect()
}

fn equal(a: &[Line], b: &[Line]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key() == b.key())
}

/// Both sides only took lines away: what either took is gone.
pub(super) fn deleted(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    let (hand, new) = (kept(was, hand)?, kept(was, new)?);
    Some(
        was.iter()
            .zip(hand.into_iter().zip(new))
            .filter(|(_, (hand, new))| *hand && *new)
            .map(|(line, _)| Piece {
                line: line.clone(),
                from: From::Both,
            })
            .collect(),
    )
}

/// Which lines of `was` are left in `side`; `None` when `side` holds others too.
fn kept(was: &[Line], side: &[Line]) -> Option<Vec<bool>> {
    let mut rest = side.iter().peekable();
    let kept = was
        .iter()
        .map(|line| rest.next_if(|other| other.key() == line.key()).is_some())
        .collect();
    rest.next().is_none().then_some(kept)
}

/// A list written one item a line: what was added by hand is added, what was taken out by hand is taken out. An item that
/// both sides took out while one put something in its place is a conflict: it may stand for the same thing.
fn items(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    let set = |lines: &[Line]| -> Option<BTreeSet<String>> {
        lines
            .iter()
            .map(|line| line.item().map(ToOwned::to_owned))
            .collect()
    };
    let (was, ours, theirs) = (set(was)?, set(hand)?, set(new)?);
    let gone: BTreeSet<_> = was.difference(&ours).cloned().collect();
    let both = gone.iter().any(|item| !theirs.contains(item));
    if both && (!ours.is_subset(&was) || !theirs.is_subset(&was)) {
        return None;
    }
    let mut out: Vec<Piece> = new
        .iter()
        .filter(|line| line.item().is_some_and(|item| !gone.contains(item)))
        .map(|line| Piece {
            line: line.clone(),
            from: From::New,
        })
        .collect();
    for piece in &mut out {
        if let Some(line) = hand.iter().find(|line| line.key() == piece.line.key()) {
            *piece = Piece {
                line: line.clone(),
                from: From::Both,
            };
        }
    }
    let sorted = out.is_sorted_by_key(|piece| piece.line.text.clone());
    for line in hand {
        let known = |text: &str| was.contains(text) || theirs.contains(text);
        if line.item().is_some_and(known) {
            continue;
        }
        let at = if sorted {
            out.partition_point(|piece| piece.line.text < line.text)
        } else {
            out.len()
        };
        out.insert(
            at,
            Piece {
                line: line.clone(),
                from: From::Hand,
            },
        );
    }
    Some(out)
}

/// Both sides put lines at one place, or began alike and one went on: all are kept, the new text's first, for what a
/// person writes may build upon what is generated and never the other way round.
fn added(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    let rest = hunks::rest(was.len(), hand, new, |a, b| a.key() == b.key());
    let was = &was[rest.base];
    let ours = &hand[rest.head..hand.len() - rest.tail];
    let theirs = &new[rest.head..new.len() - rest.tail];
    let between = if was.is_empty() {
        union(ours, theirs)
    } else if equal(was, theirs) {
        pieces(ours, From::Hand)
    } else if equal(was, ours) {
        pieces(theirs, From::New)
    } else {
        return None;
    };
    let mut out = pieces(&hand[..rest.head], From::Both);
    out.extend(between);
    out.extend(pieces(&hand[hand.len() - rest.tail..], From::Both));
    Some(out)
}

/// All lines of both: what continues an instruction first, items sorted.
fn union(ours: &[Line], theirs: &[Line]) -> Vec<Piece> {
    let continuing = |lines: &[Line]| {
        lines
            .iter()
            .take_while(|line| line.role != Role::First)
            .count()
    };
    let (ours_inner, ours_own) = ours.split_at(continuing(ours));
    let (theirs_inner, theirs_own) = theirs.split_at(continuing(theirs));
    let mut out = Vec::new();
    if let Some(list) = items(&[], ours_inner, theirs_inner) {
        out.extend(list);
    } else {
        out.extend(pieces(theirs_inner, From::New));
        out.extend(pieces(ours_inner, From::Hand));
    }
    out.extend(pieces(theirs_own, From::New));
    out.extend(pieces(ours_own, From::Hand));
    out
}

/// As many lines on each side: each is merged by itself, word by word.
fn words(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    if was.len() != hand.len() || was.len() != new.len() {
        return None;
    }
    was.iter()
        .zip(hand.iter().zip(new))
        .map(|(was, (hand, new))| {
            let (line, from) = if hand.key() == new.key() {
                (hand.clone(), From::Both)
            } else if was.key() == new.key() {
                (hand.clone(), From::Hand)
            } else if was.key() == hand.key() {
                (new.clone(), From::New)
            } else {
                (word_by_word(was, hand, new)?, From::Hand)
            };
            Some(Piece { line, from })
        })
        .collect()
}

/// Nothing but comments: those on disk stay, since no image depends on them. The frontend's own directives are none
/// (<https://docs.docker.com/reference/dockerfile/#parser-directives>).
fn comments(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    let directive = |text: &str| {
        let key = text.split('=').next().unwrap_or_default().trim();
        ["syntax", "escape", "check"].contains(&key.to_ascii_lowercase().as_str())
    };
    let plain = |line: &Line| {
        let text = line.text.trim();
        text.is_empty() || text.strip_prefix('#').is_some_and(|text| !directive(text))
    };
    let mut all = was.iter().chain(hand).chain(new);
    all.all(plain).then(|| pieces(hand, From::Hand))
}

fn word_by_word(was: &Line, hand: &Line, new: &Line) -> Option<Line> {
    if hand.role != new.role || was.text.trim_start().starts_with('#') {
        return None;
    }
    // An image may come from a mirror: its registry and its tag are two words.
    let image = was.instruction().as_deref() == Some("FROM");
    let split = |line| split(line, image);
    let (base, ours, theirs) = (split(&was.text), split(&hand.text), split(&new.text));
    let clusters = hunks::of(&base, &ours, &theirs);
    // Without a word that all three share these are not one line changed twice.
    let shared = clusters.iter().any(|cluster| {
        !cluster.by_hand
            && !cluster.by_new
            && base[cluster.base.clone()].iter().any(|word| word.len() > 1)
    });
    if !shared {
        return None;
    }
    let mut text = String::new();
    for cluster in clusters {
        let (was, hand, new) = (
            &base[cluster.base.clone()],
            &ours[cluster.hand.clone()],
            &theirs[cluster.new.clone()],
        );
        let words = match (cluster.by_hand, cluster.by_new) {
            (_, false) => hand.to_vec(),
            (false, true) => new.to_vec(),
            (true, true) => both(was, hand, new)?,
        };
        text.extend(words);
    }
    Some(hand.with_text(text))
}

/// The words of a run that both sides changed.
fn both<'t>(was: &[&'t str], hand: &[&'t str], new: &[&'t str]) -> Option<Vec<&'t str>> {
    let rest = hunks::rest(was.len(), hand, new, |a, b| a == b);
    let was = &was[rest.base];
    let ours = &hand[rest.head..hand.len() - rest.tail];
    let theirs = &new[rest.head..new.len() - rest.tail];
    let between = if was == theirs {
        ours
    } else if was == ours {
        theirs
    } else {
        return None;
    };
    let (head, tail) = (&hand[..rest.head], &hand[hand.len() - rest.tail..]);
    Some([head, between, tail].concat())
}

/// Words, runs of blanks, and the signs of a JSON list, each by itself; together they are the text. In an image's name the
/// parts of its path are words, too.
fn split(text: &str, image: bool) -> Vec<&str> {
    let class = |c: char| match c {
        '[' | ']' | ',' => 0,
        '/' if image => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let next = class(c);
        if at > start && (last != Some(next) || next == 0) {
            out.push(&text[start..at]);
            start = at;
        }
        last = Some(next);
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}
