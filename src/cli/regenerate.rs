//! The arguments of the commands that keep the files right: `check`, `watch`, `update`; and what writing commands share.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Project;

/// What is decided beforehand about files that are there.
#[derive(Debug, Args)]
pub struct There {
    /// Overwrite files that dockwright did not write, and hand edits that conflict
    #[arg(long, conflicts_with = "keep", help_heading = "Writing")]
    pub force: bool,
    /// Where a hand edit and the new text conflict, keep the edit
    #[arg(long, help_heading = "Writing")]
    pub keep: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// text for people, json for scripts, github for annotations in a workflow
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(["text", "json", "github"]))]
    pub format: String,
    /// Show what would change, too
    #[arg(long)]
    pub diff: bool,
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
}

/// `watch`
#[derive(Debug, Args)]
pub struct Watch {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// What to do with what is there.
    #[command(flatten)]
    pub there: There,
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
    /// What to do with what is there.
    #[command(flatten)]
    pub there: There,
}
