//! What the catalogue says of one distribution, as the shelves' TOML spells it.

pub use crate::settings::Suite;
use serde::{Deserialize, Deserializer};

use crate::facts::{Platform, Specifier};

/// One distribution of the Python package index, or one need seen in sources.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Half a sentence that stands in `explain`: what is compiled, loaded or run, or why nothing is needed.
    pub why: String,
    /// A link, or the command that shows it.
    pub source: String,
    /// For a need seen in sources: what shows it.
    #[serde(default)]
    pub shown: Shown,
    /// The module whose import proves it; `None` for a distribution that is only a program or a set of files.
    pub import: Option<String>,
    /// Sonames that its extension modules are linked against and that neither the wheel nor the slim image holds.
    #[serde(default)]
    pub links: Vec<String>,
    /// Sonames that it opens at run time (`ctypes`, `cffi`, `dlopen`): no ELF header shows them.
    #[serde(default)]
    pub loads: Vec<String>,
    /// Libraries that files of its wheel are linked against and that nothing brings: plug-ins that stay unused without.
    #[serde(default)]
    pub optional: Vec<Plugin>,
    /// Programs that it runs.
    #[serde(default)]
    pub runs: Vec<String>,
    /// Which artefacts the index has for Linux, asked only when no lock lists them: absent, every target has a wheel; empty, none has.
    pub wheels: Option<Vec<WheelRecord>>,
    /// Its sdist holds no code to compile.
    #[serde(default)]
    pub pure: bool,
    /// Packages of Debian.
    #[serde(default)]
    pub debian: Debian,
    /// Packages of Alpine; never tried yet.
    #[serde(default)]
    pub alpine: Alpine,
    /// When the run packages are needed.
    #[serde(default)]
    pub run_when: RunWhen,
    /// The only suite that still ships what it needs.
    pub only_suite: Option<Suite>,
    /// Commands for the runtime stage, run as root, where no package can do it.
    #[serde(default)]
    pub run_steps: Vec<String>,
    /// Distributions with native needs that it depends on: for requirement lists that name only the top.
    #[serde(default)]
    pub implies: Vec<String>,
    /// Exceptions: the first that fits replaces what it states.
    #[serde(default)]
    pub when: Vec<Case>,
    /// Warnings.
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// Where the lists were tried.
    #[serde(default)]
    pub proved: Proved,
}

/// A library that may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// Its soname; with `*` at its end, all that begin so.
    pub soname: String,
    /// What wants it, and why it is not added.
    pub why: String,
}

impl Plugin {
    /// Is it this library?
    pub fn is(&self, soname: &str) -> bool {
        match self.soname.strip_suffix('*') {
            Some(start) => soname.starts_with(start),
            None => soname == self.soname,
        }
    }
}

/// What in the sources shows a need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shown {
    /// Programs that a call runs or looks for.
    pub programs: Vec<String>,
    /// First words of such a call with which the program only asks about what an image does not hold.
    pub unless: Vec<String>,
    /// Modules that are imported.
    pub imports: Vec<String>,
    /// Classes and functions that are called, by their full names.
    pub calls: Vec<String>,
    /// Libraries that are opened by name.
    pub libraries: Vec<String>,
    /// `GObject` namespaces that are required.
    pub typelibs: Vec<String>,
    /// Entries of Django's `INSTALLED_APPS`.
    pub apps: Vec<String>,
    /// Django's database engines, by their beginning.
    pub engines: Vec<String>,
    /// Distributions of `build-system.requires`, and arguments of `setup()`, with which a project compiles modules of its own.
    pub builders: Vec<String>,
    /// Ends of the names of files that those compile.
    pub files: Vec<String>,
}

/// The lists of Debian packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debian {
    /// For the builder, when it is compiled.
    pub build: Option<BySuite>,
    /// For the runtime stage.
    pub run: Option<BySuite>,
}

/// The lists of Alpine packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alpine {
    /// For the builder, when it is compiled.
    pub build: Option<Vec<String>>,
    /// For the runtime stage.
    pub run: Option<Vec<String>>,
}

/// One list for both suites, or one for each where the names differ.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum BySuite {
    /// The names are the same.
    Same(Vec<String>),
    /// They differ.
    Each {
        /// Debian 12.
        bookworm: Vec<String>,
        /// Debian 13.
        trixie: Vec<String>,
    },
}

impl BySuite {
    /// The list of one suite.
    pub fn of(&self, suite: Suite) -> &[String] {
        match (self, suite) {
            (Self::Same(names), _)
            | (
                Self::Each {
                    bookworm: names, ..
                },
                Suite::Bookworm,
            )
            | (Self::Each { trixie: names, .. }, Suite::Trixie) => names,
        }
    }
}

/// When the run packages are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunWhen {
    /// Whatever the artefact: without them the import fails.
    #[default]
    Always,
    /// Only when it was compiled here; wheels carry the library.
    IfBuilt,
    /// The import works without; the feature that most install it for does not.
    OnUse,
    /// Often never: a warning names them, nothing is added.
    Suggested,
}

/// Which targets have a wheel on the index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WheelRecord {
    /// Targets; empty is all.
    #[serde(default)]
    pub on: Vec<WheelTarget>,
    /// Versions of the distribution.
    #[serde(default, deserialize_with = "range")]
    pub versions: Specifier,
    /// Versions of Python.
    #[serde(default, deserialize_with = "range")]
    pub python: Specifier,
}

/// A C library and an architecture that wheels are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum WheelTarget {
    /// glibc on x86-64.
    #[serde(rename = "manylinux_x86_64")]
    ManylinuxX86,
    /// glibc on 64-bit ARM.
    #[serde(rename = "manylinux_aarch64")]
    ManylinuxArm,
    /// musl on x86-64.
    #[serde(rename = "musllinux_x86_64")]
    MusllinuxX86,
    /// musl on 64-bit ARM.
    #[serde(rename = "musllinux_aarch64")]
    MusllinuxArm,
}

impl WheelTarget {
    /// The target of an image.
    pub fn new(musl: bool, platform: Platform) -> Self {
        match (musl, platform) {
            (false, Platform::Amd64) => Self::ManylinuxX86,
            (false, Platform::Arm64) => Self::ManylinuxArm,
            (true, Platform::Amd64) => Self::MusllinuxX86,
            (true, Platform::Arm64) => Self::MusllinuxArm,
        }
    }
}

/// An exception to an entry: all conditions that it states must hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// The distribution's version is in this range; an unknown version is the newest.
    #[serde(default, deserialize_with = "range")]
    pub versions: Specifier,
    /// The image's Python is in this range.
    #[serde(default, deserialize_with = "range")]
    pub python: Specifier,
    /// One of these extras was asked for.
    #[serde(default)]
    pub extras: Vec<String>,
    /// One of these distributions is installed too.
    #[serde(default)]
    pub beside: Vec<String>,
    /// A wheel is installed, or it is built.
    pub artefact: Option<ArtefactKind>,
    /// The image's suite.
    pub suite: Option<Suite>,
    /// What differs, for `explain`; absent, the entry's own.
    pub why: Option<String>,
    /// Replaces the entry's.
    pub links: Option<Vec<String>>,
    /// Replaces the entry's.
    pub loads: Option<Vec<String>>,
    /// Replaces the entry's.
    pub runs: Option<Vec<String>>,
    /// Replaces the lists that it states.
    #[serde(default)]
    pub debian: Debian,
    /// Replaces the lists that it states.
    #[serde(default)]
    pub alpine: Alpine,
    /// Replaces the entry's.
    pub run_when: Option<RunWhen>,
    /// Adds to the entry's.
    #[serde(default)]
    pub implies: Vec<String>,
    /// Where the lists that it states were tried: the entry's own `proved` says nothing of them.
    #[serde(default)]
    pub proved: Proved,
}

/// The form in which a distribution is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArtefactKind {
    /// A wheel of the index.
    Wheel,
    /// Built in the builder.
    Sdist,
}

/// Another distribution that is installed: its name alone, or what must hold of it as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Beside {
    /// As PEP 503 normalises it.
    pub name: String,
    /// Its version is in this range; an unknown version is the newest.
    pub versions: Specifier,
    /// It is installed as a wheel, or it is built, on one of the platforms.
    pub artefact: Option<ArtefactKind>,
    /// The distribution brings it in its newest version where nothing names it.
    pub brought: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    #[serde(rename_all = "kebab-case")]
    Full {
        name: String,
        #[serde(default, deserialize_with = "range")]
        versions: Specifier,
        artefact: Option<ArtefactKind>,
        #[serde(default)]
        brought: bool,
    },
}

impl From<Written> for Beside {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Self {
                name,
                ..Self::default()
            },
            Written::Full {
                name,
                versions,
                artefact,
                brought,
            } => Self {
                name,
                versions,
                artefact,
                brought,
            },
        }
    }
}

/// A warning that goes with a distribution when all conditions that it states hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Advice {
    /// Stable, kebab-case.
    pub code: String,
    /// One sentence: lower case, no full stop.
    pub message: String,
    /// What to type or to change.
    pub help: String,
    /// The distribution's version is in this range; an unknown version is the newest.
    #[serde(default, deserialize_with = "range")]
    pub versions: Specifier,
    /// The image's Python is in this range.
    #[serde(default, deserialize_with = "range")]
    pub python: Specifier,
    /// One of these is installed too.
    #[serde(default)]
    pub beside: Vec<Beside>,
    /// None of these distributions is.
    #[serde(default)]
    pub without: Vec<String>,
    /// No lock lists its artefacts, no index is named besides the default one, and no local version (`+cpu`) is asked for.
    #[serde(default)]
    pub from_default_index: bool,
    /// A wheel is installed, or it is built.
    pub artefact: Option<ArtefactKind>,
    /// The image's suite.
    pub suite: Option<Suite>,
    /// It does not work so: an older Python, with which this no longer holds, is taken where the project leaves the choice.
    #[serde(default)]
    pub hinders: bool,
}

/// Where lists were tried in a container; Alpine never was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// Compiled with exactly the build list, then imported or used with exactly the run list.
    #[serde(default)]
    pub build: Vec<Suite>,
    /// Installed as the index offers it, imported or used with exactly the run list, and failed without where there is one.
    #[serde(default)]
    pub run: Vec<Suite>,
}

/// Reads a version range after PEP 440.
pub(super) fn range<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Specifier, D::Error> {
    let text = String::deserialize(deserializer)?;
    Specifier::parse(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no version range (PEP 440)")))
}
