//! The arguments of the commands that keep the files right: `check`, `watch`, `update`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Project;

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// text for people, json for scripts, github for annotations in a workflow
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(["text", "json", "github"]))]
    pub format: String,
    /// Show what would change, too
    #[arg(long)]
    pub diff: bool,
}

/// `watch`
#[derive(Debug, Args)]
pub struct Watch {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// Overwrite hand edits that conflict, and files that dockwright did not write
    #[arg(long, conflicts_with = "keep", help_heading = "Writing")]
    pub force: bool,
    /// Where a hand edit and the new text conflict, keep the edit
    #[arg(long, help_heading = "Writing")]
    pub keep: bool,
}

/// `update`
#[derive(Debug, Args)]
pub struct Update {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// Print what would change instead of writing anything
    #[arg(long, help_heading = "Writing")]
    pub diff: bool,
    /// Overwrite hand edits that conflict
    #[arg(long, conflicts_with = "keep", help_heading = "Writing")]
    pub force: bool,
    /// Where a hand edit and the new text conflict, keep the edit
    #[arg(long, help_heading = "Writing")]
    pub keep: bool,
}
