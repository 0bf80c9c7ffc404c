//! Turns facts into decisions, each with its reason.

pub mod command;
