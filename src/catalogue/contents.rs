//! Debian's own list of files, cut and packed: turns the name of a library, a header or a `.pc` file into the package that ships it.
//!
//! Written by `tests/catalogue/renew-contents`. A line is a key of the sorted list: a character that says how many bytes it
//! shares with the key before it (`0` is none), the rest, and after a space its packages. One word stands for both suites, two
//! for bookworm and trixie, none for those of the line before; `-` is no package, `=` the name that the list's rule makes of
//! the key, `+` that name with `t64`, and two of these marks stand together.

use super::Suite;

/// One packed list.
pub(super) struct Contents {
    /// The lines; the first is a comment.
    pub(super) text: &'static str,
    /// The usual name of the package for a key.
    pub(super) rule: fn(&str) -> String,
}

impl Contents {
    /// The package that ships `key` in a suite, found by reading the list from its start: some tenths of a millisecond.
    pub(super) fn package(&self, key: &str, suite: Suite) -> Option<String> {
        let mut shared = 0; // how much of `key` the keys so far have in common with it
        let mut column = "";
        for line in self.text.lines().skip(1) {
            let (rest, own) = line.split_once(' ').unwrap_or((line, ""));
            if !own.is_empty() {
                column = own;
            }
            let (taken, rest) = rest.split_at_checked(1)?;
            let taken = usize::from(taken.bytes().next()?.checked_sub(b'0')?);
            // A key that leaves the path to `key` earlier than the one before it is behind it: the list is sorted.
            if taken < shared {
                return None;
            }
            if taken > shared {
                continue;
            }
            let wanted = key.get(taken..)?;
            if rest == wanted {
                return self.named(word(column, suite), key);
            }
            shared += common(rest, wanted);
        }
        None
    }

    fn named(&self, word: &str, key: &str) -> Option<String> {
        match word {
            "-" => None,
            "=" => Some((self.rule)(key)),
            "+" => Some((self.rule)(key) + "t64"),
            name => Some(name.to_owned()),
        }
    }
}

/// One suite's word of a column.
fn word(column: &str, suite: Suite) -> &str {
    let (bookworm, trixie) = match column.split_once(' ') {
        Some(both) => both,
        None if column.len() == 2 && column.bytes().all(|b| b"-=+".contains(&b)) => {
            column.split_at(1)
        }
        None => (column, column),
    };
    match suite {
        Suite::Bookworm => bookworm,
        Suite::Trixie => trixie,
    }
}

/// How many bytes two texts share at their start.
fn common(one: &str, other: &str) -> usize {
    one.bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests;
