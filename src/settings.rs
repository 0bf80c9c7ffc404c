//! What the user asked for: flags over environment over `dockwright.toml` (or `[tool.dockwright]`) over what inspection finds.

mod additions;
mod document;
mod names;
mod placed;
mod read;
mod said;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, printable};
use crate::facts::is_dockerfile;

pub use additions::{AskedSecret, Lines, copied};
pub use names::{Ci, Installer, Manager, PackageTool, PlatformName, Suite};
pub use placed::placed;
pub use said::key;

/// The settings file that `init` writes.
pub const FILE: &str = "dockwright.toml";

/// Settings of dockwright; what is left out follows from the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Python version: `3.13`.
    pub python: Option<String>,
    /// Base image: `slim` (default), `full`, `alpine`, or the name of any image that has Python.
    pub base: Option<String>,
    /// Distribution release: `trixie` (default) or `bookworm`.
    pub suite: Option<Suite>,
    /// Package tool of a base image given by name: `apt` or `apk`.
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
    /// Folder of a `package.json` whose `build` script makes files that the application serves: a stage with Node.js builds them.
    pub frontend: Option<String>,
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
    /// Numeric ID of that user.
    pub uid: Option<u32>,
    /// Numeric ID of the user's group.
    pub gid: Option<u32>,
    /// Name of the file to write: `Dockerfile` (default), or one beside it such as `Dockerfile.dockwright`.
    pub dockerfile: Option<String>,
    /// `true` writes a `compose.yaml` beside the Dockerfile; `false` leaves one to you that a flag has written.
    pub compose: Option<bool>,
    /// `true` writes a `docker-bake.hcl` beside the Dockerfile; `false` leaves one to you that a flag has written.
    pub bake: Option<bool>,
    /// Writes a workflow that checks, builds and verifies, for `github` or `gitlab`.
    pub ci: Option<Ci>,
    /// `true` writes a `.pre-commit-config.yaml` whose hook runs `dockwright check` at each commit; one that is there stays.
    pub pre_commit: Option<bool>,
    /// `true` pins images by digest; the digests are kept in `dockwright.lock`, and `dockwright update` renews them.
    pub pin: Option<bool>,
    /// System packages to add to what is detected; `!name` takes one out.
    pub packages: Packages,
    /// Environment variables of the final image. Never put a secret here.
    pub env: BTreeMap<String, String>,
    /// Labels of the final image; `${NAME}` is filled in where `NAME` is one of `args`.
    pub labels: BTreeMap<String, String>,
    /// Arguments of the build with their defaults, for `docker build --build-arg`. Never put a secret here.
    pub args: BTreeMap<String, String>,
    /// Build secrets for the step that installs the dependencies, in the words of `docker build --secret`:
    /// `id=token,env=PIP_TOKEN` or `id=pip,src=pip.conf,target=/etc/pip.conf`.
    pub secrets: Vec<String>,
    /// Files and folders of the project to copy into the image beside what is copied anyway: `alembic.ini`, or
    /// `deploy/shop.toml:/etc/shop.toml`.
    pub copy: Vec<String>,
    /// Folders that the process may write to; `!name` takes one out that is found.
    pub writable: Vec<String>,
    /// Folders whose content outlives the container; `!name` takes one out that is found.
    pub volumes: Vec<String>,
    /// Shell lines of your own, each one `RUN`, at named places.
    pub run: Lines,
    /// Names that the catalogue is to know nothing of; only a flag says so, for tests of what `verify` finds by itself.
    #[serde(skip)]
    pub without: Vec<String>,
    /// The image's name; only its place among `images` says so.
    #[serde(skip)]
    pub name: Option<String>,
    /// In a table of `images` only: the folder of that image, relative to this file.
    pub root: Option<String>,
    /// Several images of one repository, by name: each with settings of its own over the common ones.
    pub images: BTreeMap<String, Settings>,
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
    /// These settings where they say something, the others elsewhere; lists are joined, the other's first.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        let joined = |mut under: Vec<String>, over: Vec<String>| {
            under.extend(over);
            under
        };
        let merged = |mut under: BTreeMap<String, String>, over: BTreeMap<String, String>| {
            under.extend(over);
            under
        };
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
            frontend: self.frontend.or(under.frontend),
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
            compose: self.compose.or(under.compose),
            bake: self.bake.or(under.bake),
            ci: self.ci.or(under.ci),
            pre_commit: self.pre_commit.or(under.pre_commit),
            pin: self.pin.or(under.pin),
            packages: Packages {
                build: joined(under.packages.build, self.packages.build),
                run: joined(under.packages.run, self.packages.run),
            },
            env: merged(under.env, self.env),
            labels: merged(under.labels, self.labels),
            args: merged(under.args, self.args),
            secrets: joined(under.secrets, self.secrets),
            copy: joined(under.copy, self.copy),
            writable: joined(under.writable, self.writable),
            volumes: joined(under.volumes, self.volumes),
            run: self.run.behind(under.run),
            without: joined(under.without, self.without),
            name: self.name.or(under.name),
            root: self.root.or(under.root),
            images: if self.images.is_empty() {
                under.images
            } else {
                self.images
            },
        }
    }

    /// Refuses values that could not stand in a Dockerfile, whoever gave them.
    ///
    /// # Errors
    /// Names the setting and what it may be.
    pub fn check(&self) -> Result<(), Error> {
        if self.root.is_some() || self.images.values().any(|one| !one.images.is_empty()) {
            return Err(misplaced());
        }
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
            if !is_dockerfile(name) {
                return Err(refused("dockerfile", name, expected));
            }
        }
        for name in self.packages.build.iter().chain(&self.packages.run) {
            let bare = name.strip_prefix('!').unwrap_or(name);
            let (package, version) = bare.split_once('=').unwrap_or((bare, "0"));
            let expected = "a package name of the distribution";
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-+_:".contains(c);
            // A tilde stands in versions alone.
            checked("packages", package, expected, plain)
                .and_then(|()| checked("packages", version, expected, |c| plain(c) || c == '~'))
                .map_err(|_| refused("packages", bare, expected))?;
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
        self.check_additions()
    }
}

/// Images are told apart in one place alone.
pub fn misplaced() -> Error {
    Error::Settings {
        what: "`root` and `images` stand where they mean nothing".to_owned(),
        at: None,
        help: "write `[images.NAME]` tables, each with a `root`, in the one dockwright.toml at the top"
            .to_owned(),
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
