//! Turns three texts (written then, on disk now, to be written now) into one that keeps every edit by hand.
//!
//! Finer than `diff3`: changes of neighbouring lines don't touch each other, two additions at one place are both kept,
//! a package list is merged item by item, and one line changed twice is merged word by word. Lines are aligned by the
//! histogram algorithm, as git's `--histogram`, because the blank and `&& rm -rf` lines of a Dockerfile repeat.

mod hunks;
mod moved;
mod resolve;
mod sound;

use super::lines::{Line, Lines, Syntax};
use hunks::Cluster;

/// Who wins where both sides changed the same lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefer {
    /// Nobody: it is a conflict.
    Neither,
    /// The edit by hand.
    Hand,
    /// The new text.
    New,
}

/// Lines that both sides changed, each differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The first line on disk, from 1.
    pub line: u32,
    /// The lines as they were written.
    pub written: String,
    /// The lines on disk.
    pub disk: String,
    /// The lines that should be written now.
    pub new: String,
}

/// Where a line of the merged text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// Both texts have it.
    Both,
    /// The disk alone: an edit by hand.
    Hand,
    /// The new text alone.
    New,
}

/// A line of the merged text.
#[derive(Clone, Debug)]
struct Piece {
    line: Line,
    from: From,
}

/// The merged text, or where it cannot be merged; with a preference it always can.
pub(super) fn merge(
    written: &str,
    disk: &str,
    new: &str,
    syntax: Syntax,
    prefer: Prefer,
) -> Result<String, Vec<Clash>> {
    let (mut base, mut hand, next) = (
        Lines::split(written, syntax),
        Lines::split(disk, syntax),
        Lines::split(new, syntax),
    );
    if syntax == Syntax::Dockerfile {
        moved::follow(&mut base.all, &mut hand.all, &next.all);
    }
    let unchecked = moved::count(&hand.all, "HEALTHCHECK") == 0;
    let mut pieces = Vec::new();
    let mut clashes = Vec::new();
    for cluster in hunks::clusters(&base.all, &hand.all, &next.all) {
        let (was, ours, theirs) = (
            &base.all[cluster.base.clone()],
            &hand.all[cluster.hand.clone()],
            &next.all[cluster.new.clone()],
        );
        let found = resolve::cluster(&cluster, was, ours, theirs);
        let taken_out = || unchecked.then(|| moved::taken_out(was, ours, theirs))?;
        match found.or_else(taken_out) {
            Some(found) => pieces.extend(found),
            None if prefer == Prefer::Neither => {
                clashes.push(clash(&cluster, was, ours, theirs));
            }
            None => pieces.extend(resolve::side(ours, theirs, prefer)),
        }
    }
    if clashes.is_empty() {
        sound::drop_doubles(&mut pieces);
        if let Some((line, other)) = sound::fault(&pieces, &hand.all, &next.all) {
            match prefer {
                Prefer::Hand => return Ok(disk.to_owned()),
                Prefer::New => return Ok(new.to_owned()),
                Prefer::Neither => clashes.push(Clash {
                    line: position(&hand.all, &line),
                    written: String::new(),
                    disk: line.text,
                    new: other,
                }),
            }
        }
    }
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let ended = if hand.ended == base.ended {
        next.ended
    } else {
        hand.ended
    };
    let lines: Vec<Line> = pieces
        .into_iter()
        .map(|piece| match piece.from {
            From::New => piece.line.with_crlf(hand.crlf),
            From::Both | From::Hand => piece.line,
        })
        .collect();
    Ok(hand.join(&lines, ended))
}

fn clash(cluster: &Cluster, was: &[Line], ours: &[Line], theirs: &[Line]) -> Clash {
    let text = |lines: &[Line]| {
        let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    };
    Clash {
        line: number(cluster.hand.start),
        written: text(was),
        disk: text(ours),
        new: text(theirs),
    }
}

fn position(lines: &[Line], line: &Line) -> u32 {
    number(lines.iter().position(|other| other == line).unwrap_or(0))
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
