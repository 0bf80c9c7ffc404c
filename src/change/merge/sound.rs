//! Finds where a merge of lines is no merge of meaning: a line that lost its instruction, an instruction said twice.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lines::{Line, Role};
use super::{From, Piece};

/// Takes out an item of the new text that the same instruction already has by hand, perhaps with a version.
pub(super) fn drop_doubles(pieces: &mut Vec<Piece>) {
    let mut instruction = 0;
    let mut by_hand = BTreeSet::new();
    let places: Vec<usize> = pieces
        .iter()
        .map(|piece| {
            instruction += usize::from(piece.line.role == Role::First);
            if let (From::Hand, Some(name)) = (piece.from, name(&piece.line)) {
                by_hand.insert((instruction, name.to_owned()));
            }
            instruction
        })
        .collect();
    let mut places = places.into_iter();
    pieces.retain(|piece| {
        let place = places.next().unwrap_or_default();
        let double = piece.from == From::New
            && name(&piece.line).is_some_and(|name| by_hand.contains(&(place, name.to_owned())));
        !double
    });
}

/// The first line by hand that the merge robbed of its meaning, with the text that stands against it.
pub(super) fn fault(pieces: &[Piece], hand: &[Line], new: &[Line]) -> Option<(Line, String)> {
    orphan(pieces, hand, new).or_else(|| twice(pieces))
}

/// A package's name without the version: `libpq5=15.3` → `libpq5`.
fn name(line: &Line) -> Option<&str> {
    line.item()?.split('=').next()
}

/// A continuation under an instruction that is not its own.
fn orphan(pieces: &[Piece], hand: &[Line], new: &[Line]) -> Option<(Line, String)> {
    let (of_hand, of_new) = (owners(hand), owners(new));
    let mut owner: Option<&Line> = None;
    for piece in pieces {
        if piece.line.role == Role::First {
            owner = Some(&piece.line);
            continue;
        }
        let known = match piece.from {
            From::Both => continue,
            From::Hand => &of_hand,
            From::New => &of_new,
        };
        let owner_now = owner.map_or("", |line| line.text.as_str());
        let Some(own) = known.get(piece.line.text.as_str()) else {
            continue;
        };
        // The instruction's first line may have been changed by the other side: then neither side knows it under both names.
        let foreign = !own.contains(owner_now)
            && (known.values().any(|owners| owners.contains(owner_now))
                || !own.iter().any(|own| keyword(own) == keyword(owner_now)));
        if foreign {
            return Some((piece.line.clone(), owner_now.to_owned()));
        }
    }
    None
}

/// The first lines of the instructions under which each continuation stands, and each first line under itself.
fn owners(lines: &[Line]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut owner = "";
    for line in lines {
        if line.role == Role::First {
            owner = &line.text;
        }
        out.entry(&line.text).or_default().insert(owner);
    }
    out
}

fn keyword(text: &str) -> String {
    text.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase()
}

/// Instructions of which a stage can hold one, names of stages, variables: said by hand and differently by the new text.
fn twice(pieces: &[Piece]) -> Option<(Line, String)> {
    let mut stage = 0;
    let mut said: BTreeMap<(usize, String), &Piece> = BTreeMap::new();
    for piece in pieces {
        let Some(instruction) = piece.line.instruction() else {
            continue;
        };
        stage += usize::from(instruction == "FROM");
        let Some((place, key)) = single(&piece.line, &instruction, stage) else {
            continue;
        };
        if let Some(before) = said.insert((place, key), piece) {
            match (before.from, piece.from) {
                (From::Hand, From::New) => {
                    return Some((before.line.clone(), piece.line.text.clone()));
                }
                (From::New, From::Hand) => {
                    return Some((piece.line.clone(), before.line.text.clone()));
                }
                _ => {}
            }
        }
    }
    None
}

fn single(line: &Line, instruction: &str, stage: usize) -> Option<(usize, String)> {
    let mut words = line.text.split_whitespace().skip(1);
    match instruction {
        "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "STOPSIGNAL" => {
            Some((stage, instruction.to_owned()))
        }
        "FROM" => {
            let name = words
                .skip_while(|word| !word.eq_ignore_ascii_case("as"))
                .nth(1)?;
            Some((0, format!("FROM {}", name.to_ascii_lowercase())))
        }
        "ENV" | "ARG" => {
            let name = words.next()?.split('=').next()?;
            Some((stage, format!("{instruction} {name}")))
        }
        _ => None,
    }
}
