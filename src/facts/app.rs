//! What the sources say about how the application is started.

use serde::Serialize;

/// Everything found about starting the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AppFacts {}
