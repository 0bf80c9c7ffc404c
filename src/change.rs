//! x
mod lines;
mod merge;
pub use merge::Clash;
