#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

mod edits;
mod moved;
mod table;

use super::*;
use edits::{ADD_RUN, BASE, Edit, PORT};
use table::{APART, CONFLICTS, TOGETHER};

fn edit(text: &str, edits: &[Edit]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from:?}");
        text.replacen(from, to, 1)
    })
}

fn check(hand: &[Edit], new: &[Edit], expected: &[Edit]) {
    let (disk, next, wanted) = (edit(BASE, hand), edit(BASE, new), edit(BASE, expected));
    let merged = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::Neither);
    assert_eq!(merged.as_deref(), Ok(wanted.as_str()), "{hand:?} × {new:?}");
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let merged = merge(
        BASE,
        &crlf(&disk),
        &next,
        Syntax::Dockerfile,
        Prefer::Neither,
    );
    assert_eq!(merged, Ok(crlf(&wanted)), "CRLF {hand:?} × {new:?}");
    for prefer in [Prefer::Hand, Prefer::New] {
        let again = merge(BASE, &disk, &next, Syntax::Dockerfile, prefer);
        assert_eq!(again.as_deref(), Ok(wanted.as_str()), "nothing to prefer");
    }
    // The next run finds its own text as the base and changes nothing.
    let settled = merge(&next, &wanted, &next, Syntax::Dockerfile, Prefer::Neither);
    assert_eq!(settled.as_deref(), Ok(wanted.as_str()));
    // Killed before the lock was written: the base is old, the disk has the merged text.
    let repeated = merge(BASE, &wanted, &next, Syntax::Dockerfile, Prefer::Neither);
    assert_eq!(
        repeated.as_deref(),
        Ok(wanted.as_str()),
        "again: {hand:?} × {new:?}"
    );
}

#[test]
fn edits_apart_both_survive() {
    for (hand, new) in APART {
        check(hand, new, &[*hand, *new].concat());
    }
}

#[test]
fn edits_at_one_place_become_what_a_person_would_write() {
    for (hand, new, expected) in TOGETHER {
        check(hand, new, expected);
    }
}

#[test]
fn conflicts_are_found_where_they_are() {
    for (hand, new, line) in CONFLICTS {
        let (disk, next) = (edit(BASE, hand), edit(BASE, new));
        let clashes = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::Neither).unwrap_err();
        assert_eq!(clashes[0].line, *line, "{hand:?} × {new:?}: {clashes:?}");
        let kept = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::Hand).unwrap();
        let forced = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::New).unwrap();
        assert_eq!(kept, disk, "only the conflict differs here");
        assert_eq!(forced, next, "only the conflict differs here");
    }
}

#[test]
fn there_are_as_many_cases_as_promised() {
    assert!(APART.len() + TOGETHER.len() >= 40);
}

#[test]
fn a_preference_decides_the_conflict_alone() {
    let disk = edit(
        BASE,
        &[("EXPOSE 8000", "EXPOSE 8080"), ("COPY . .", "COPY src src")],
    );
    let next = edit(BASE, &[PORT, ADD_RUN]);
    let kept = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::Hand).unwrap();
    assert_eq!(kept, edit(&disk, &[ADD_RUN]));
    let forced = merge(BASE, &disk, &next, Syntax::Dockerfile, Prefer::New).unwrap();
    assert_eq!(forced, edit(&next, &[("COPY . .", "COPY src src")]));
}

#[test]
fn the_end_of_the_file_stays_as_the_user_left_it() {
    let disk = edit(BASE, &[PORT]);
    let next = edit(BASE, &[ADD_RUN]);
    let merged = merge(
        BASE,
        disk.trim_end(),
        &next,
        Syntax::Dockerfile,
        Prefer::Neither,
    )
    .unwrap();
    assert_eq!(merged, edit(&disk, &[ADD_RUN]).trim_end());
}

#[test]
fn an_ignore_file_merges_line_by_line() {
    let (base, disk, next) = (
        ".git\n.venv\n*.pyc\n",
        ".git\n.venv\n*.pyc\n/data\n",
        ".git\n.idea\n.venv\n*.pyc\n.env*\n",
    );
    let merged = merge(base, disk, next, Syntax::Plain, Prefer::Neither).unwrap();
    assert_eq!(merged, ".git\n.idea\n.venv\n*.pyc\n.env*\n/data\n");
}

proptest::proptest! {
    #[test]
    fn an_edit_alone_comes_through(base in TEXT, other in TEXT) {
        for syntax in [Syntax::Dockerfile, Syntax::Plain] {
            let lines = |text: &str| Lines::split(text, syntax).all.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
            let by_hand = merge(&base, &other, &base, syntax, Prefer::Neither).unwrap();
            proptest::prop_assert_eq!(lines(&by_hand), lines(&other));
            let by_new = merge(&base, &base, &other, syntax, Prefer::Neither).unwrap();
            proptest::prop_assert_eq!(lines(&by_new), lines(&other));
        }
    }

    #[test]
    fn a_preference_always_ends(base in TEXT, hand in TEXT, new in TEXT) {
        for syntax in [Syntax::Dockerfile, Syntax::Plain] {
            let _ = merge(&base, &hand, &new, syntax, Prefer::Neither);
            proptest::prop_assert!(merge(&base, &hand, &new, syntax, Prefer::Hand).is_ok());
            proptest::prop_assert!(merge(&base, &hand, &new, syntax, Prefer::New).is_ok());
        }
    }
}

/// Few words, so that texts meet.
const TEXT: &str =
    "((FROM a|RUN|RUN b|ENV A=1|CMD c|   lib| && b|#|<<E|E|)( \\\\)?\r?\n){0,8}(USER 1)?";
