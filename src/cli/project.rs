//! The flags that every command about a project takes, one for each setting, and what they mean as [`Settings`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::error::{Error, printable};
use crate::settings::{
    Ci, Installer, Lines, Manager, PackageTool, Packages, PlatformName, Settings, Suite,
};

/// The folder, and every setting as a flag. Flags of a command's own stand before it, or name their heading: clap gives the
/// last heading to all that follows.
#[derive(Debug, Args)]
pub struct Project {
    /// Folder of the project
    #[arg(default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
    /// One of the images of dockwright.toml, instead of all
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// What the image stands on.
    #[command(flatten)]
    base: BaseFlags,
    /// What is installed.
    #[command(flatten)]
    dependencies: DependencyFlags,
    /// How it runs.
    #[command(flatten)]
    running: RunningFlags,
    /// What is written.
    #[command(flatten)]
    writing: WritingFlags,
    /// What is added by hand.
    #[command(flatten)]
    adding: AddingFlags,
}

/// What the image stands on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Base")]
struct BaseFlags {
    /// Python version, such as 3.13
    #[arg(long, env = "DOCKWRIGHT_PYTHON", value_name = "X.Y")]
    python: Option<String>,
    /// Base image: slim, full, alpine, or any image that has Python
    #[arg(long, env = "DOCKWRIGHT_BASE", value_name = "BASE")]
    base: Option<String>,
    /// Debian release
    #[arg(long, env = "DOCKWRIGHT_SUITE", value_parser = PossibleValuesParser::new(Suite::NAMES))]
    suite: Option<String>,
    /// Package tool of an image given by name
    #[arg(long, env = "DOCKWRIGHT_PACKAGE_TOOL", value_parser = PossibleValuesParser::new(PackageTool::NAMES))]
    package_tool: Option<String>,
    /// Platforms the image is for
    #[arg(long, env = "DOCKWRIGHT_PLATFORM", value_delimiter = ',', value_parser = PossibleValuesParser::new(PlatformName::NAMES))]
    platform: Vec<String>,
    /// Pin images by digest; `update` renews them
    #[arg(long, env = "DOCKWRIGHT_PIN")]
    pin: bool,
}

/// What is installed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Dependencies")]
struct DependencyFlags {
    /// Package manager, where several claim the project
    #[arg(long, env = "DOCKWRIGHT_MANAGER", value_parser = PossibleValuesParser::new(Manager::NAMES))]
    manager: Option<String>,
    /// What installs requirements files
    #[arg(long, env = "DOCKWRIGHT_INSTALLER", value_parser = PossibleValuesParser::new(Installer::NAMES))]
    installer: Option<String>,
    /// Requirements file to install
    #[arg(long, env = "DOCKWRIGHT_REQUIREMENTS", value_name = "FILE")]
    requirements: Option<String>,
    /// Dependency groups to add (`!name` leaves one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_GROUPS",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    groups: Vec<String>,
    /// Extras of the project to add (`!name` leaves one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_EXTRAS",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    extras: Vec<String>,
    /// System packages for the builder (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_BUILD_PACKAGES",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    build_packages: Vec<String>,
    /// System packages for the runtime (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_RUN_PACKAGES",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    run_packages: Vec<String>,
    /// Folder of a package.json whose `build` script makes files that the application serves
    #[arg(long, env = "DOCKWRIGHT_FRONTEND", value_name = "DIR")]
    frontend: Option<String>,
}

/// How it runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
struct RunningFlags {
    /// Start command
    #[arg(long, env = "DOCKWRIGHT_COMMAND", value_name = "LINE")]
    command: Option<String>,
    /// Application object: `module:object` or `module:factory()`
    #[arg(long, env = "DOCKWRIGHT_APP", value_name = "OBJECT")]
    app: Option<String>,
    /// Server for a web application
    #[arg(long, env = "DOCKWRIGHT_SERVER", value_name = "NAME")]
    server: Option<String>,
    /// Port to listen on
    #[arg(long, env = "DOCKWRIGHT_PORT")]
    port: Option<u16>,
    /// User name
    #[arg(long, env = "DOCKWRIGHT_USER")]
    user: Option<String>,
    /// User ID
    #[arg(long, env = "DOCKWRIGHT_UID")]
    uid: Option<u32>,
    /// Group ID
    #[arg(long, env = "DOCKWRIGHT_GID")]
    gid: Option<u32>,
    /// Path that the health check asks for
    #[arg(long, env = "DOCKWRIGHT_HEALTHCHECK_PATH", value_name = "PATH")]
    healthcheck_path: Option<String>,
    /// No health check
    #[arg(long, env = "DOCKWRIGHT_NO_HEALTHCHECK")]
    no_healthcheck: bool,
    /// Environment variable of the image; never a secret
    #[arg(long = "env", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Folders that the process may write to (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_WRITABLE",
        value_delimiter = ',',
        value_name = "FOLDER"
    )]
    writable: Vec<String>,
    /// Folders whose content outlives the container (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_VOLUMES",
        value_delimiter = ',',
        value_name = "FOLDER"
    )]
    volumes: Vec<String>,
}

/// What is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Writing")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
struct WritingFlags {
    /// No `--mount`: for the legacy builder, kaniko and old buildah
    #[arg(long, env = "DOCKWRIGHT_NO_BUILDKIT")]
    no_buildkit: bool,
    /// Name of the Dockerfile to write
    #[arg(long, env = "DOCKWRIGHT_DOCKERFILE", value_name = "NAME")]
    dockerfile: Option<String>,
    /// Write a compose.yaml as well
    #[arg(long, env = "DOCKWRIGHT_COMPOSE")]
    compose: bool,
    /// Write a docker-bake.hcl as well
    #[arg(long, env = "DOCKWRIGHT_BAKE")]
    bake: bool,
    /// Write a workflow as well
    #[arg(long, env = "DOCKWRIGHT_CI", value_parser = PossibleValuesParser::new(Ci::NAMES))]
    ci: Option<String>,
    /// Write a .pre-commit-config.yaml as well
    #[arg(long, env = "DOCKWRIGHT_PRE_COMMIT")]
    pre_commit: bool,
    /// Frontend image for a `# syntax=` line
    #[arg(long, env = "DOCKWRIGHT_SYNTAX", value_name = "IMAGE")]
    syntax: Option<String>,
}

/// What is added by hand.
#[derive(Debug, Args)]
#[command(next_help_heading = "Adding")]
struct AddingFlags {
    /// Label of the image
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,
    /// Argument of the build with its default; never a secret
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Build secret for the dependencies: id=token,env=TOKEN
    #[arg(
        long = "secret",
        env = "DOCKWRIGHT_SECRET",
        value_delimiter = ' ',
        value_name = "SECRET"
    )]
    secrets: Vec<String>,
    /// Files and folders to copy: PATH, or PATH:PATH-IN-IMAGE
    #[arg(
        long,
        env = "DOCKWRIGHT_COPY",
        value_delimiter = ',',
        value_name = "PATH"
    )]
    copy: Vec<String>,
    /// Shell line to run before the dependencies are installed
    #[arg(long, env = "DOCKWRIGHT_BEFORE_DEPENDENCIES", value_name = "LINE")]
    before_dependencies: Vec<String>,
    /// Shell line to run after the dependencies are installed
    #[arg(long, env = "DOCKWRIGHT_AFTER_DEPENDENCIES", value_name = "LINE")]
    after_dependencies: Vec<String>,
    /// Shell line to run at the end of the builder
    #[arg(long, env = "DOCKWRIGHT_END_OF_BUILDER", value_name = "LINE")]
    end_of_builder: Vec<String>,
    /// Shell line to run as root at the end of the runtime stage
    #[arg(long, env = "DOCKWRIGHT_END_OF_RUNTIME", value_name = "LINE")]
    end_of_runtime: Vec<String>,
}

impl Project {
    /// The registry may be asked for digests.
    pub fn pins(&self) -> bool {
        self.base.pin
    }

    /// What flags and environment ask for.
    ///
    /// # Errors
    /// `--env`, `--label` or `--arg` without `=`.
    pub fn settings(&self) -> Result<Settings, Error> {
        let Self {
            base,
            dependencies,
            running,
            adding,
            writing,
            ..
        } = self;
        Ok(Settings {
            python: base.python.clone(),
            base: base.base.clone(),
            suite: base.suite.as_deref().and_then(Suite::from_name),
            package_tool: base
                .package_tool
                .as_deref()
                .and_then(PackageTool::from_name),
            manager: dependencies.manager.as_deref().and_then(Manager::from_name),
            installer: dependencies
                .installer
                .as_deref()
                .and_then(Installer::from_name),
            requirements: dependencies.requirements.clone(),
            groups: dependencies.groups.clone(),
            extras: dependencies.extras.clone(),
            frontend: dependencies.frontend.clone(),
            command: running.command.clone(),
            app: running.app.clone(),
            server: running.server.clone(),
            port: running.port,
            platforms: base
                .platform
                .iter()
                .filter_map(|name| PlatformName::from_name(name))
                .collect(),
            buildkit: writing.no_buildkit.then_some(false),
            syntax: writing.syntax.clone(),
            user: running.user.clone(),
            uid: running.uid,
            gid: running.gid,
            dockerfile: writing.dockerfile.clone(),
            compose: writing.compose.then_some(true),
            bake: writing.bake.then_some(true),
            ci: writing.ci.as_deref().and_then(Ci::from_name),
            pre_commit: writing.pre_commit.then_some(true),
            pin: base.pin.then_some(true),
            packages: Packages {
                build: dependencies.build_packages.clone(),
                run: dependencies.run_packages.clone(),
            },
            env: pairs("env", &running.variables)?,
            labels: pairs("label", &adding.labels)?,
            args: pairs("arg", &adding.arguments)?,
            secrets: adding.secrets.clone(),
            copy: adding.copy.clone(),
            writable: running.writable.clone(),
            volumes: running.volumes.clone(),
            run: Lines {
                before_dependencies: adding.before_dependencies.clone(),
                after_dependencies: adding.after_dependencies.clone(),
                end_of_builder: adding.end_of_builder.clone(),
                end_of_runtime: adding.end_of_runtime.clone(),
            },
            healthcheck: running.no_healthcheck.then_some(false),
            healthcheck_path: running.healthcheck_path.clone(),
            ..Settings::default()
        })
    }
}

fn pairs(flag: &str, given: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| Error::Settings {
            what: format!("`--{flag} {}` has no `=`", printable(text)),
            at: None,
            help: format!("write `--{flag} NAME=VALUE`"),
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}
