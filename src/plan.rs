//! Turns facts and wishes into decisions, each with its reason.

pub mod closure;
pub mod system;
pub mod wheels;
