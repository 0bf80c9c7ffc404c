//! Turns a source tree into [`ProjectFacts`](crate::facts::ProjectFacts).

pub mod locks;
pub mod tree;
