//! dockwright reads a Python project and writes the Dockerfile that an expert would.
//!
//! One straight line:
//!
//! ```text
//! source tree → inspect → ProjectFacts → plan → BuildPlan → render → files → change → write | diff | exit code
//! ```

pub mod catalogue;
pub mod error;
pub mod facts;
pub mod inspect;
pub mod plan;
