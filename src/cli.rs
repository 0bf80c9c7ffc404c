//! The command line as clap sees it, and what it means as [`Settings`]; nothing else imports clap.

mod additions;
mod explain;
mod help;
mod line;
mod regenerate;
mod verify;
mod writing;

pub use explain::Explain;
pub use help::{completions, manual};
pub use line::flags;
pub use regenerate::{Check, Update, Watch};
pub use verify::Verify;

use std::path::PathBuf;

use additions::Additions;
use clap::builder::PossibleValuesParser;
use clap::{Args, FromArgMatches, Parser, Subcommand};
use writing::Writing;

use crate::error::Error;
use crate::settings::{Installer, Manager, PackageTool, Packages, PlatformName, Settings, Suite};

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

/// The commands of the contract.
#[derive(Debug, Subcommand)]
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
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
    /// Overwrite files that dockwright did not write, and hand edits that conflict
    #[arg(long, conflicts_with = "keep", help_heading = "Writing")]
    pub force: bool,
    /// Where a hand edit and the new text conflict, keep the edit
    #[arg(long, help_heading = "Writing")]
    pub keep: bool,
}

/// `generate`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
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
    /// Overwrite files that dockwright did not write, and hand edits that conflict
    #[arg(long, conflicts_with = "keep", help_heading = "Writing")]
    pub force: bool,
    /// Where a hand edit and the new text conflict, keep the edit
    #[arg(long, help_heading = "Writing")]
    pub keep: bool,
}

/// The folder, and every setting as a flag.
#[derive(Debug, Args)]
pub struct Project {
    /// Folder of the project
    #[arg(default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
    /// One of the images of dockwright.toml, instead of all
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Python version, such as 3.13
    #[arg(
        long,
        env = "DOCKWRIGHT_PYTHON",
        value_name = "X.Y",
        hide_env = true,
        help_heading = "Base"
    )]
    python: Option<String>,
    /// Base image: slim, full, alpine, or any image that has Python
    #[arg(
        long,
        env = "DOCKWRIGHT_BASE",
        value_name = "BASE",
        hide_env = true,
        help_heading = "Base"
    )]
    base: Option<String>,
    /// Debian release
    #[arg(long, env = "DOCKWRIGHT_SUITE", value_parser = PossibleValuesParser::new(Suite::NAMES), hide_env = true, help_heading = "Base")]
    suite: Option<String>,
    /// Package tool of an image given by name
    #[arg(long, env = "DOCKWRIGHT_PACKAGE_TOOL", value_parser = PossibleValuesParser::new(PackageTool::NAMES), hide_env = true, help_heading = "Base")]
    package_tool: Option<String>,
    /// Platforms the image is for
    #[arg(long, env = "DOCKWRIGHT_PLATFORM", value_delimiter = ',', value_parser = PossibleValuesParser::new(PlatformName::NAMES), hide_env = true, help_heading = "Base")]
    platform: Vec<String>,
    /// Package manager, where several claim the project
    #[arg(long, env = "DOCKWRIGHT_MANAGER", value_parser = PossibleValuesParser::new(Manager::NAMES), hide_env = true, help_heading = "Dependencies")]
    manager: Option<String>,
    /// What installs requirements files
    #[arg(long, env = "DOCKWRIGHT_INSTALLER", value_parser = PossibleValuesParser::new(Installer::NAMES), hide_env = true, help_heading = "Dependencies")]
    installer: Option<String>,
    /// Requirements file to install
    #[arg(
        long,
        env = "DOCKWRIGHT_REQUIREMENTS",
        value_name = "FILE",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    requirements: Option<String>,
    /// Dependency groups to add (`!name` leaves one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_GROUPS",
        value_delimiter = ',',
        value_name = "NAME",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    groups: Vec<String>,
    /// Extras of the project to add (`!name` leaves one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_EXTRAS",
        value_delimiter = ',',
        value_name = "NAME",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    extras: Vec<String>,
    /// System packages for the builder (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_BUILD_PACKAGES",
        value_delimiter = ',',
        value_name = "NAME",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    build_packages: Vec<String>,
    /// System packages for the runtime (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_RUN_PACKAGES",
        value_delimiter = ',',
        value_name = "NAME",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    run_packages: Vec<String>,
    /// Folder of a package.json whose `build` script makes files that the application serves
    #[arg(
        long,
        env = "DOCKWRIGHT_FRONTEND",
        value_name = "DIR",
        hide_env = true,
        help_heading = "Dependencies"
    )]
    frontend: Option<String>,
    /// Start command
    #[arg(
        long,
        env = "DOCKWRIGHT_COMMAND",
        value_name = "LINE",
        hide_env = true,
        help_heading = "Running"
    )]
    command: Option<String>,
    /// Application object: `module:object` or `module:factory()`
    #[arg(
        long,
        env = "DOCKWRIGHT_APP",
        value_name = "OBJECT",
        hide_env = true,
        help_heading = "Running"
    )]
    app: Option<String>,
    /// Server for a web application
    #[arg(
        long,
        env = "DOCKWRIGHT_SERVER",
        value_name = "NAME",
        hide_env = true,
        help_heading = "Running"
    )]
    server: Option<String>,
    /// Port to listen on
    #[arg(
        long,
        env = "DOCKWRIGHT_PORT",
        hide_env = true,
        help_heading = "Running"
    )]
    port: Option<u16>,
    /// User name
    #[arg(
        long,
        env = "DOCKWRIGHT_USER",
        hide_env = true,
        help_heading = "Running"
    )]
    user: Option<String>,
    /// User ID
    #[arg(
        long,
        env = "DOCKWRIGHT_UID",
        hide_env = true,
        help_heading = "Running"
    )]
    uid: Option<u32>,
    /// Group ID
    #[arg(
        long,
        env = "DOCKWRIGHT_GID",
        hide_env = true,
        help_heading = "Running"
    )]
    gid: Option<u32>,
    /// No `--mount`: for the legacy builder, kaniko and old buildah
    #[arg(
        long,
        env = "DOCKWRIGHT_NO_BUILDKIT",
        hide_env = true,
        help_heading = "Writing"
    )]
    no_buildkit: bool,
    /// Pin images by digest; `update` renews them
    #[arg(long, env = "DOCKWRIGHT_PIN", hide_env = true, help_heading = "Base")]
    pub pin: bool,
    /// What is written, and under which name.
    #[command(flatten)]
    writing: Writing,
    /// What is added by hand.
    #[command(flatten)]
    additions: Additions,
}

impl Project {
    /// What flags and environment ask for.
    ///
    /// # Errors
    /// `--env`, `--label` or `--arg` without `=`.
    pub fn settings(&self) -> Result<Settings, Error> {
        Ok(Settings {
            python: self.python.clone(),
            base: self.base.clone(),
            suite: self.suite.as_deref().and_then(Suite::from_name),
            package_tool: self
                .package_tool
                .as_deref()
                .and_then(PackageTool::from_name),
            manager: self.manager.as_deref().and_then(Manager::from_name),
            installer: self.installer.as_deref().and_then(Installer::from_name),
            requirements: self.requirements.clone(),
            groups: self.groups.clone(),
            extras: self.extras.clone(),
            frontend: self.frontend.clone(),
            command: self.command.clone(),
            app: self.app.clone(),
            server: self.server.clone(),
            port: self.port,
            platforms: self
                .platform
                .iter()
                .filter_map(|name| PlatformName::from_name(name))
                .collect(),
            buildkit: self.no_buildkit.then_some(false),
            user: self.user.clone(),
            uid: self.uid,
            gid: self.gid,
            pin: self.pin.then_some(true),
            packages: Packages {
                build: self.build_packages.clone(),
                run: self.run_packages.clone(),
            },
            ..self.writing.settings(self.additions.settings()?)
        })
    }
}

/// Parses the process's arguments; prints help, version or a usage error itself and ends the process then.
pub fn parse() -> Cli {
    let short = std::env::args_os().any(|argument| argument == "-h");
    let matches = help::command(short).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
