//! The command line of `verify`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Project;

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// Prove this image, which was built elsewhere, instead of building one
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "fix",
        help_heading = "Verifying"
    )]
    pub image: Option<String>,
    /// Add what is missing to dockwright.toml and build again
    #[arg(long, help_heading = "Verifying")]
    pub fix: bool,
    /// Container engine; without it, the first that answers
    #[arg(long, env = "DOCKWRIGHT_ENGINE", value_parser = PossibleValuesParser::new(["docker", "podman", "buildah"]), hide_env = true, help_heading = "Verifying")]
    pub engine: Option<String>,
    /// Argument for the build
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Verifying")]
    pub build_arg: Vec<String>,
    /// SSH agent or keys for the build
    #[arg(long, value_name = "SSH", help_heading = "Verifying")]
    pub ssh: Vec<String>,
    /// Option of the engine's `run` for the start command: `--run-option=--env-file=FILE`
    #[arg(
        long,
        value_name = "OPTION",
        allow_hyphen_values = true,
        help_heading = "Verifying"
    )]
    pub run_option: Vec<String>,
    /// Seconds that the start command must stay alive
    #[arg(
        long,
        default_value_t = 5,
        value_name = "SECONDS",
        help_heading = "Verifying"
    )]
    pub alive: u64,
    /// Seconds in which it must end after the stop signal
    #[arg(
        long,
        default_value_t = 10,
        value_name = "SECONDS",
        help_heading = "Verifying"
    )]
    pub grace: u64,
    /// Do not start the application
    #[arg(long, help_heading = "Verifying")]
    pub no_start: bool,
    /// Distributions that may fail: a warning then
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "NAME",
        help_heading = "Verifying"
    )]
    pub allow: Vec<String>,
    /// Hide a name from the catalogue: how `--fix` is tested
    #[arg(long, value_delimiter = ',', value_name = "NAME", hide = true)]
    pub without_catalogue: Vec<String>,
    /// text for people, json for scripts
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(["text", "json"]), help_heading = "Verifying")]
    pub format: String,
}
