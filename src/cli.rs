//! The command line as clap sees it, and what it means as [`Settings`](crate::settings::Settings); nothing else imports clap.

mod explain;
mod help;
mod line;
mod project;
mod regenerate;
mod verify;

pub use explain::Explain;
pub use help::{completions, manual};
pub use line::flags;
pub use project::Project;
pub use regenerate::{Check, There, Update, Watch};
pub use verify::Verify;

use clap::builder::PossibleValuesParser;
use clap::{Args, FromArgMatches, Parser, Subcommand};

/// Writes the Dockerfile that an expert would, from a Python project's own files.
#[derive(Debug, Parser)]
#[command(
    name = "dockwright",
    version,
    after_help = "Examples:\n  dockwright init                ask what the project leaves open, then write\n  dockwright generate            write Dockerfile and .dockerignore for the project here\n  dockwright generate --stdout   show the Dockerfile, write nothing\n  dockwright explain backend     say why each line would be there\n  dockwright verify --fix        build the image, prove it, and mend what is missing\n  dockwright check               in CI: exit 1 when the files are out of date"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands of the contract. The flags of a command are built when it is the one that was asked for: all of them cost more than the
/// rest of the start.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Ask what the project leaves open, then write dockwright.toml and all files
    Init(Init),
    /// Write Dockerfile and .dockerignore, keeping what was edited by hand
    Generate(Generate),
    /// Would `generate` change anything? Say what and why; exit 1 if so
    Check(Check),
    /// `generate` again whenever a file changes that the plan was read from
    Watch(Watch),
    /// Renew what drifts with the world: digests of pinned images, newer patches of uv
    Update(Update),
    /// Show the plan: each decision, its reason, and the file and line that prove it
    Explain(Explain),
    /// Build the image and prove that it imports, starts and stops; exit 1 if not
    Verify(Box<Verify>),
    /// What is known of a PyPI package's native needs
    Catalogue {
        /// Name of a distribution; without it, all names are listed
        name: Option<String>,
    },
    /// Print the completion script of a shell
    Completions {
        /// The shell
        #[arg(value_parser = PossibleValuesParser::new(["bash", "elvish", "fish", "powershell", "zsh"]))]
        shell: String,
    },
    /// Print the JSON Schema of dockwright.toml, or of what a command prints with `--format json`
    Schema {
        /// Of what
        #[arg(default_value = "settings", value_parser = PossibleValuesParser::new(["settings", "explain", "verify"]))]
        of: String,
    },
    /// Print a manual page, for those who package dockwright
    #[command(hide = true)]
    Man {
        /// The command whose page it is; without it, the program's own
        #[arg(value_name = "COMMAND")]
        of: Option<String>,
    },
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// The project and the wishes: a flag answers its question.
    #[command(flatten)]
    pub project: Project,
    /// Read a Dockerfile of your own into settings, and write beside it
    #[arg(long, help_heading = "Writing")]
    pub adopt: bool,
    /// Take every proposal, ask nothing
    #[arg(long, short, help_heading = "Writing")]
    pub yes: bool,
    /// What to do with what is there.
    #[command(flatten)]
    pub there: There,
}

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// The project and the wishes.
    #[command(flatten)]
    pub project: Project,
    /// Print the Dockerfile instead of writing anything
    #[arg(long, conflicts_with = "diff", help_heading = "Writing")]
    pub stdout: bool,
    /// Print what would change instead of writing anything
    #[arg(long, help_heading = "Writing")]
    pub diff: bool,
    /// What to do with what is there.
    #[command(flatten)]
    pub there: There,
}

/// Parses the process's arguments; prints help, version or a usage error itself and ends the process then.
pub fn parse() -> Cli {
    let matches = help::command(std::env::args_os()).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
