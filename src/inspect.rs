//! Turns a source tree into [`ProjectFacts`](crate::facts::ProjectFacts).

mod document;
mod pep508;
pub mod pipfile;
pub mod pyproject;
pub mod python;
pub mod requirements;
pub mod setuptools;
#[cfg(test)]
mod testing;
mod text;
pub mod tree;
mod url;
