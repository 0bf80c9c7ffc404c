//! Turns what was seen from inside into checks: what is as it should be, and what is not.

mod imports;
mod leftovers;
mod libraries;
mod size;
mod user;

use super::Wishes;
use super::image::Image;
use super::inside::Inside;
use super::report::{Check, Sizes};
use super::solve::Solver;

/// So many modules or libraries of a check are judged one by one: where more fail, they do for one cause.
const MOST: usize = 300;

/// What is judged.
pub(super) struct Case<'a> {
    /// What was seen.
    pub(super) inside: &'a Inside,
    /// What the image says of itself.
    pub(super) image: &'a Image,
    /// What brings what is missing.
    pub(super) solver: Solver<'a>,
    /// What the user knows better.
    pub(super) wishes: &'a Wishes,
}

/// Every check that needs no running application.
pub(super) fn judge(case: &Case<'_>) -> Vec<Check> {
    vec![
        imports::check(case),
        libraries::check(case),
        user::check(case),
        user::home(case),
        leftovers::check(case),
        size::check(case),
    ]
}

/// Where the bytes are.
pub(super) fn sizes(case: &Case<'_>) -> Sizes {
    size::sizes(case)
}

/// `1 module`, `3 modules`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
