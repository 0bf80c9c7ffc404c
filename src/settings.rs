//! What the user asked for: flags over environment over `dockwright.toml` (or `[tool.dockwright]`) over what inspection finds.

mod document;
mod said;

mod names;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, printable};
use crate::facts::Place;
use crate::inspect::tree::{Tree, line_of};

pub use names::{Installer, Manager, PackageTool, PlatformName, Suite};

/// The settings file that `init` writes.
pub const FILE: &str = "dockwright.toml";

/// Everything that can be asked for; `None` and empty leave it to the inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Python version: `3.13`.
    pub python: Option<String>,
    /// Base image: `slim` (default), `full`, `alpine`, or the name of any image that has Python.
    pub base: Option<String>,
    /// Distribution release: `trixie` (default) or `bookworm`.
    pub suite: Option<Suite>,
    /// Package tool of a base image named by hand: `apt` or `apk`.
    pub package_tool: Option<PackageTool>,
    /// Package manager, where several claim the project.
    pub manager: Option<Manager>,
    /// Installer for requirements files: `pip` (default) or `uv`.
    pub installer: Option<Installer>,
    /// Requirements file to install.
    pub requirements: Option<String>,
    /// Dependency groups to install beside production's; `!name` leaves one out.
    pub groups: Vec<String>,
    /// Extras of the project to install; `!name` leaves one out.
    pub extras: Vec<String>,
    /// Start command, as one would type it.
    pub command: Option<String>,
    /// Application object: `module:object` or `module:factory()`.
    pub app: Option<String>,
    /// Server to start a web application with; installed in the builder when the project does not bring it.
    pub server: Option<String>,
    /// Port that the application listens on.
    pub port: Option<u16>,
    /// Platforms the image is built for: `linux/amd64`, `linux/arm64`.
    pub platforms: Vec<PlatformName>,
    /// `false` writes the same image without any `--mount`, for the legacy builder, kaniko and old buildah.
    pub buildkit: Option<bool>,
    /// Dockerfile frontend to name in a `# syntax=` line.
    pub syntax: Option<String>,
    /// `false` leaves the health check out.
    pub healthcheck: Option<bool>,
    /// Path that the health check asks for.
    pub healthcheck_path: Option<String>,
    /// Name of the user that the process runs as.
    pub user: Option<String>,
    /// Its numeric user ID.
    pub uid: Option<u32>,
    /// Its numeric group ID.
    pub gid: Option<u32>,
    /// Name of the file to write: `Dockerfile` (default), or one beside it such as `Dockerfile.dockwright`.
    pub dockerfile: Option<String>,
    /// System packages to add to what is detected; `!name` takes one out.
    pub packages: Packages,
    /// Environment variables of the final image. Never put a secret here.
    pub env: BTreeMap<String, String>,
}

/// System packages by stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Packages {
    /// For the builder stage.
    pub build: Vec<String>,
    /// For the runtime stage.
    pub run: Vec<String>,
}

impl Settings {
    /// Reads `dockwright.toml` and `[tool.dockwright]` of `pyproject.toml` in the application's folder; the file wins where both speak.
    ///
    /// # Errors
    /// Unknown or misspelt keys, values of the wrong type, TOML that does not parse.
    pub fn read(tree: &Tree) -> Result<Self, Error> {
        Ok(Self::read_file(tree)?.over(Self::read_manifest(tree)?))
    }

    /// Reads `dockwright.toml` alone; without such a file nothing is asked for.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn read_file(tree: &Tree) -> Result<Self, Error> {
        let own = tree.in_app(FILE);
        match tree.text(&own)? {
            Some(text) => Self::parse(&text, &own),
            None => Ok(Self::default()),
        }
    }

    /// Reads `[tool.dockwright]` of `pyproject.toml` alone.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn read_manifest(tree: &Tree) -> Result<Self, Error> {
        let manifest = tree.in_app("pyproject.toml");
        let Some(text) = tree.text(&manifest)? else {
            return Ok(Self::default());
        };
        if !text.contains("dockwright") {
            return Ok(Self::default());
        }
        parse_tool_table(&text, &manifest)
    }

    /// Reads the text of a settings file; `path` is its name for messages.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| settings_error(&error, text, path))
    }

    /// These settings where they say something, the others elsewhere; lists are joined, the other's first.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        let joined = |mut under: Vec<String>, over: Vec<String>| {
            under.extend(over);
            under
        };
        let mut env = under.env;
        env.extend(self.env);
        Self {
            python: self.python.or(under.python),
            base: self.base.or(under.base),
            suite: self.suite.or(under.suite),
            package_tool: self.package_tool.or(under.package_tool),
            manager: self.manager.or(under.manager),
            installer: self.installer.or(under.installer),
            requirements: self.requirements.or(under.requirements),
            groups: joined(under.groups, self.groups),
            extras: joined(under.extras, self.extras),
            command: self.command.or(under.command),
            app: self.app.or(under.app),
            server: self.server.or(under.server),
            port: self.port.or(under.port),
            platforms: if self.platforms.is_empty() {
                under.platforms
            } else {
                self.platforms
            },
            buildkit: self.buildkit.or(under.buildkit),
            syntax: self.syntax.or(under.syntax),
            healthcheck: self.healthcheck.or(under.healthcheck),
            healthcheck_path: self.healthcheck_path.or(under.healthcheck_path),
            user: self.user.or(under.user),
            uid: self.uid.or(under.uid),
            gid: self.gid.or(under.gid),
            dockerfile: self.dockerfile.or(under.dockerfile),
            packages: Packages {
                build: joined(under.packages.build, self.packages.build),
                run: joined(under.packages.run, self.packages.run),
            },
            env,
        }
    }

    /// Refuses values that could not stand in a Dockerfile, whoever gave them.
    ///
    /// # Errors
    /// Names the setting and what it may be.
    pub fn check(&self) -> Result<(), Error> {
        for (name, value) in [
            ("python", &self.python),
            ("base", &self.base),
            ("syntax", &self.syntax),
        ] {
            if let Some(value) = value {
                if value.contains("://") {
                    // Not shown: it may hold a password.
                    return Err(Error::Settings {
                        what: format!("`{name}` cannot be a URL"),
                        at: None,
                        help: "give a version or an image name without a scheme".to_owned(),
                    });
                }
                checked(name, value, "a version or an image name", |c| {
                    c.is_ascii_alphanumeric() || ".-_/:@".contains(c)
                })?;
            }
        }
        if let Some(user) = &self.user {
            checked("user", user, "lower-case letters, digits, - and _", |c| {
                c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c)
            })?;
        }
        if let Some(name) = &self.dockerfile {
            let expected = "a file name: `Dockerfile`, `Dockerfile.NAME` or `NAME.Dockerfile`";
            checked("dockerfile", name, expected, |c| {
                c.is_ascii_alphanumeric() || ".-_".contains(c)
            })?;
            let is_one = name == "Dockerfile"
                || name.starts_with("Dockerfile.") && !name.ends_with(".dockerignore")
                || name.ends_with(".Dockerfile");
            if !is_one {
                return Err(refused("dockerfile", name, expected));
            }
        }
        for name in self.packages.build.iter().chain(&self.packages.run) {
            let bare = name.strip_prefix('!').unwrap_or(name);
            checked(
                "packages",
                bare,
                "a package name of the distribution",
                |c| c.is_ascii_alphanumeric() || ".-+_:=~".contains(c),
            )?;
        }
        for name in self.groups.iter().chain(&self.extras) {
            let bare = name.strip_prefix('!').unwrap_or(name);
            checked("groups and extras", bare, "a name after PEP 503", |c| {
                c.is_ascii_alphanumeric() || ".-_".contains(c)
            })?;
        }
        for name in self.env.keys() {
            checked("env", name, "letters, digits and _", |c| {
                c.is_ascii_alphanumeric() || c == '_'
            })?;
        }
        Ok(())
    }
}

fn checked(
    setting: &str,
    value: &str,
    expected: &str,
    allowed: impl Fn(char) -> bool,
) -> Result<(), Error> {
    let starts_well = value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if starts_well && value.chars().all(allowed) && value.len() <= 255 {
        return Ok(());
    }
    Err(refused(setting, value, expected))
}

fn refused(setting: &str, value: &str, expected: &str) -> Error {
    Error::Settings {
        what: format!("`{setting}` cannot be `{}`", printable(value)),
        at: None,
        help: format!("give {expected}"),
    }
}

/// Only `[tool.dockwright]` matters: trouble elsewhere in the file is for its own reader to report.
fn parse_tool_table(text: &str, path: &str) -> Result<Settings, Error> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        tool: Tools,
    }
    #[derive(Default, Deserialize)]
    struct Tools {
        #[serde(default)]
        dockwright: Settings,
    }
    if toml::de::DeTable::parse(text).is_err() {
        return Ok(Settings::default());
    }
    toml::from_str::<Document>(text)
        .map(|document| document.tool.dockwright)
        .map_err(|error| settings_error(&error, text, path))
}

fn settings_error(error: &toml::de::Error, text: &str, path: &str) -> Error {
    let line = error
        .span()
        .map_or(0, |span| line_of(text.as_bytes(), span.start));
    let message = error.message();
    let help = misspelt(message).map_or_else(
        || "`dockwright schema` prints every setting with its type".to_owned(),
        |(wrong, right)| format!("write `{right}` instead of `{wrong}`"),
    );
    Error::Malformed {
        at: Place::new(path, line),
        format: "a valid settings file",
        // The names of all settings, which follow, are what `dockwright schema` is for.
        found: message
            .split([',', '\n'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        expected: "a setting of dockwright".to_owned(),
        help,
    }
}

/// The misspelt key of serde's message and the nearest known one, where one is near.
fn misspelt(message: &str) -> Option<(String, String)> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?.to_owned();
    if !message.starts_with("unknown field") {
        return None;
    }
    quoted
        .map(|known| (strsim::damerau_levenshtein(&wrong, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| (printable(&wrong), known.to_owned()))
}
