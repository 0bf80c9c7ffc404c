//! What is known about the world outside the project, as tables that are embedded in the program.

pub mod frameworks;
pub mod servers;
pub mod sources;
