//! Turns a source tree into [`ProjectFacts`](crate::facts::ProjectFacts).

pub mod app;
pub mod syntax;
pub mod tree;
