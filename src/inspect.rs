//! Turns a source tree into [`ProjectFacts`](crate::facts::ProjectFacts).

pub mod syntax;
pub mod tree;
