//! Values that users choose from a list: their names for flags, files and messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{PackageManager, Platform};

/// An enumeration whose values users type: the type, its names for flags and messages, and its serde form from one list.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value as users type it.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The value as users type it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value that a user typed; `None` when it is none of [`Self::NAMES`].
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named! {
    /// A Debian release.
    Suite {
        /// Debian 12.
        Bookworm = "bookworm",
        /// Debian 13.
        Trixie = "trixie",
    }
}

named! {
    /// A distribution's package tool.
    PackageTool {
        /// Debian and Ubuntu.
        Apt = "apt",
        /// Alpine.
        Apk = "apk",
    }
}

named! {
    /// What installs requirements files.
    Installer {
        /// pip of the base image.
        Pip = "pip",
        /// `uv pip`.
        Uv = "uv",
    }
}

named! {
    /// A package manager as the user names it.
    Manager {
        /// Requirements files.
        Pip = "pip",
        /// `uv.lock`
        Uv = "uv",
        /// `poetry.lock`
        Poetry = "poetry",
        /// `pdm.lock`
        Pdm = "pdm",
        /// `Pipfile.lock`
        Pipenv = "pipenv",
        /// `pylock.toml`
        Pylock = "pylock",
        /// `pyproject.toml`, `setup.cfg` or `setup.py` without a lock.
        Project = "project",
    }
}

named! {
    /// Whose pipelines a workflow is written for.
    Ci {
        /// GitHub Actions.
        Github = "github",
        /// GitLab CI/CD.
        Gitlab = "gitlab",
    }
}

named! {
    /// A platform as Docker writes it.
    PlatformName {
        /// x86-64
        Amd64 = "linux/amd64",
        /// 64-bit ARM
        Arm64 = "linux/arm64",
    }
}

impl From<Manager> for PackageManager {
    fn from(manager: Manager) -> Self {
        match manager {
            Manager::Pip => Self::Pip,
            Manager::Uv => Self::Uv,
            Manager::Poetry => Self::Poetry,
            Manager::Pdm => Self::Pdm,
            Manager::Pipenv => Self::Pipenv,
            Manager::Pylock => Self::Pylock,
            Manager::Project => Self::Project,
        }
    }
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Amd64 => Self::Amd64,
            PlatformName::Arm64 => Self::Arm64,
        }
    }
}
