//! The flags for what a user adds to the image by hand and for its health check, and what they mean as [`Settings`].

use std::collections::BTreeMap;

use clap::Args;

use crate::error::{Error, printable};
use crate::settings::{Lines, Settings};

/// What is added by hand, and the health check.
#[derive(Debug, Args)]
pub(super) struct Additions {
    /// Path that the health check asks for
    #[arg(
        long,
        env = "DOCKWRIGHT_HEALTHCHECK_PATH",
        value_name = "PATH",
        hide_env = true,
        help_heading = "Running"
    )]
    healthcheck_path: Option<String>,
    /// No health check
    #[arg(
        long,
        env = "DOCKWRIGHT_NO_HEALTHCHECK",
        hide_env = true,
        help_heading = "Running"
    )]
    no_healthcheck: bool,
    /// Environment variable of the image; never a secret
    #[arg(long = "env", value_name = "NAME=VALUE", help_heading = "Running")]
    variables: Vec<String>,
    /// Folders that the process may write to (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_WRITABLE",
        value_delimiter = ',',
        value_name = "FOLDER",
        hide_env = true,
        help_heading = "Running"
    )]
    writable: Vec<String>,
    /// Folders whose content outlives the container (`!name` takes one out)
    #[arg(
        long,
        env = "DOCKWRIGHT_VOLUMES",
        value_delimiter = ',',
        value_name = "FOLDER",
        hide_env = true,
        help_heading = "Running"
    )]
    volumes: Vec<String>,
    /// Label of the image
    #[arg(long = "label", value_name = "NAME=VALUE", help_heading = "Adding")]
    labels: Vec<String>,
    /// Argument of the build with its default; never a secret
    #[arg(long = "arg", value_name = "NAME=VALUE", help_heading = "Adding")]
    arguments: Vec<String>,
    /// Build secret for the dependencies: id=token,env=TOKEN
    #[arg(
        long = "secret",
        env = "DOCKWRIGHT_SECRET",
        value_delimiter = ' ',
        value_name = "SECRET",
        hide_env = true,
        help_heading = "Adding"
    )]
    secrets: Vec<String>,
    /// Files and folders to copy: PATH, or PATH:PATH-IN-IMAGE
    #[arg(
        long,
        env = "DOCKWRIGHT_COPY",
        value_delimiter = ',',
        value_name = "PATH",
        hide_env = true,
        help_heading = "Adding"
    )]
    copy: Vec<String>,
    /// Shell line to run before the dependencies are installed
    #[arg(
        long,
        env = "DOCKWRIGHT_BEFORE_DEPENDENCIES",
        value_name = "LINE",
        hide_env = true,
        help_heading = "Adding"
    )]
    before_dependencies: Vec<String>,
    /// Shell line to run after the dependencies are installed
    #[arg(
        long,
        env = "DOCKWRIGHT_AFTER_DEPENDENCIES",
        value_name = "LINE",
        hide_env = true,
        help_heading = "Adding"
    )]
    after_dependencies: Vec<String>,
    /// Shell line to run at the end of the builder
    #[arg(
        long,
        env = "DOCKWRIGHT_END_OF_BUILDER",
        value_name = "LINE",
        hide_env = true,
        help_heading = "Adding"
    )]
    end_of_builder: Vec<String>,
    /// Shell line to run as root at the end of the runtime stage
    #[arg(
        long,
        env = "DOCKWRIGHT_END_OF_RUNTIME",
        value_name = "LINE",
        hide_env = true,
        help_heading = "Adding"
    )]
    end_of_runtime: Vec<String>,
}

impl Additions {
    /// What these flags ask for, and nothing else.
    pub(super) fn settings(&self) -> Result<Settings, Error> {
        Ok(Settings {
            env: pairs("env", &self.variables)?,
            labels: pairs("label", &self.labels)?,
            args: pairs("arg", &self.arguments)?,
            secrets: self.secrets.clone(),
            copy: self.copy.clone(),
            writable: self.writable.clone(),
            volumes: self.volumes.clone(),
            run: Lines {
                before_dependencies: self.before_dependencies.clone(),
                after_dependencies: self.after_dependencies.clone(),
                end_of_builder: self.end_of_builder.clone(),
                end_of_runtime: self.end_of_runtime.clone(),
            },
            healthcheck: self.no_healthcheck.then_some(false),
            healthcheck_path: self.healthcheck_path.clone(),
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
