//! The flags for the files that are written, and what they mean as [`Settings`].

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::settings::{Ci, Settings};

/// The Dockerfile's name and what is written beside it.
#[derive(Debug, Args)]
pub(super) struct Writing {
    /// Name of the Dockerfile to write
    #[arg(
        long,
        env = "DOCKWRIGHT_DOCKERFILE",
        value_name = "NAME",
        hide_env = true,
        help_heading = "Writing"
    )]
    dockerfile: Option<String>,
    /// Write a compose.yaml as well
    #[arg(
        long,
        env = "DOCKWRIGHT_COMPOSE",
        hide_env = true,
        help_heading = "Writing"
    )]
    compose: bool,
    /// Write a docker-bake.hcl as well
    #[arg(
        long,
        env = "DOCKWRIGHT_BAKE",
        hide_env = true,
        help_heading = "Writing"
    )]
    bake: bool,
    /// Write a workflow as well
    #[arg(long, env = "DOCKWRIGHT_CI", value_parser = PossibleValuesParser::new(Ci::NAMES), hide_env = true, help_heading = "Writing")]
    ci: Option<String>,
    /// Write a .pre-commit-config.yaml as well
    #[arg(
        long,
        env = "DOCKWRIGHT_PRE_COMMIT",
        hide_env = true,
        help_heading = "Writing"
    )]
    pre_commit: bool,
    /// Frontend image for a `# syntax=` line
    #[arg(
        long,
        env = "DOCKWRIGHT_SYNTAX",
        value_name = "IMAGE",
        hide_env = true,
        help_heading = "Writing"
    )]
    syntax: Option<String>,
}

impl Writing {
    /// These settings with what the flags ask for.
    pub(super) fn settings(&self, others: Settings) -> Settings {
        Settings {
            dockerfile: self.dockerfile.clone(),
            compose: self.compose.then_some(true),
            bake: self.bake.then_some(true),
            ci: self.ci.as_deref().and_then(Ci::from_name),
            pre_commit: self.pre_commit.then_some(true),
            syntax: self.syntax.clone(),
            ..others
        }
    }
}
