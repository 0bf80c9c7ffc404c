//! The command line of `explain`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Project;

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// text for people, json for scripts
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(["text", "json"]))]
    pub format: String,
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
}
