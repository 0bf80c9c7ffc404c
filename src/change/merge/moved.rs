//! Turns two edits that meet only by their place into ones that do not: a port that was moved, a health check that was taken out.

use super::super::lines::{Line, Role};
use super::{Piece, resolve};

/// Where the only `EXPOSE` stands elsewhere than it was written, word for word, and the new text has another port: the new
/// port stands there, too.
pub(super) fn follow(base: &mut [Line], hand: &mut [Line], new: &[Line]) {
    let places = (
        only(base, "EXPOSE"),
        only(hand, "EXPOSE"),
        only(new, "EXPOSE"),
    );
    let (Some(was), Some(ours), Some(theirs)) = places else {
        return;
    };
    // A merge that was done before has moved it already.
    let known = [base[was].key(), new[theirs].key()].contains(&hand[ours].key());
    if known {
        let text = &new[theirs].text;
        base[was] = base[was].with_text(text.clone());
        hand[ours] = hand[ours].with_text(text.clone());
    }
}

/// A health check that nobody has any more on disk stays out, whatever the new one says: nothing else depends on it. `None`
/// where more than that meets.
pub(super) fn taken_out(was: &[Line], hand: &[Line], new: &[Line]) -> Option<Vec<Piece>> {
    let (was, new) = (without(was)?, without(new)?);
    resolve::deleted(&was, hand, &new)
}

/// How many instructions of that name there are.
pub(super) fn count(lines: &[Line], instruction: &str) -> usize {
    let named = |line: &&Line| line.instruction().as_deref() == Some(instruction);
    lines.iter().filter(named).count()
}

/// The one instruction of that name, where it is one line.
fn only(lines: &[Line], instruction: &str) -> Option<usize> {
    let named = |line: &Line| line.instruction().as_deref() == Some(instruction);
    let at = lines.iter().position(named)?;
    let ends = lines
        .get(at + 1)
        .is_none_or(|next| next.role == Role::First);
    (ends && count(lines, instruction) == 1).then_some(at)
}

/// The lines without a health check; `None` where there is none that is whole.
fn without(lines: &[Line]) -> Option<Vec<Line>> {
    let mut within = false;
    let mut seen = false;
    let mut out = Vec::new();
    for line in lines {
        if line.role == Role::First {
            within = line.instruction().as_deref() == Some("HEALTHCHECK");
            seen |= within;
        }
        if !within {
            out.push(line.clone());
        }
    }
    seen.then_some(out)
}
