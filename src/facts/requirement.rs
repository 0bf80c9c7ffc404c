//! Requirements, markers and where distributions come from: the one door to `pep508_rs` and `pep440_rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};
use serde::{Serialize, Serializer};

use super::Place;

/// The name of a distribution or an extra as PEP 503 compares it: lower case, runs of `-`, `_` and `.` as one `-`.
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut dash = false;
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            dash = true;
        } else {
            if dash && !out.is_empty() {
                out.push('-');
            }
            dash = false;
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// One requirement as a manifest states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Normalised name; `None` for a bare path or URL whose name only a build would tell.
    pub name: Option<String>,
    /// Normalised extras.
    pub extras: BTreeSet<String>,
    /// Version range; empty is any.
    pub specifier: Specifier,
    /// Condition.
    pub marker: Marker,
    /// Where it comes from.
    pub source: Source,
    /// `-e`, `editable = true`.
    pub editable: bool,
    /// Where it stands.
    pub at: Place,
}

/// Where a distribution comes from. No variant ever holds credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Source {
    /// An index: PyPI or the configured ones.
    #[default]
    Index,
    /// A file by URL; `wheel` when its name ends in `.whl`.
    Url {
        /// URL without credentials.
        url: String,
        /// It is a wheel: nothing is built.
        wheel: bool,
    },
    /// A version-control checkout: always built.
    Vcs {
        /// Which program fetches it.
        kind: VcsKind,
        /// URL without credentials, as written otherwise.
        url: String,
        /// Fetched over SSH, so that the build needs a key.
        ssh: bool,
    },
    /// A folder or file of the project.
    Path {
        /// Relative to the build context; `None` when it lies outside (then an error or a warning says so).
        path: Option<String>,
        /// It is a wheel file.
        wheel: bool,
        /// It is a directory (a project), not an archive.
        directory: bool,
    },
    /// The project itself or a workspace member that is not installed (`virtual` of uv).
    Virtual {
        /// Its folder relative to the build context; `None` when it lies outside.
        path: Option<String>,
    },
}

/// A version-control system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VcsKind {
    /// `git+…`
    Git,
    /// `hg+…`
    Mercurial,
    /// `svn+…`
    Subversion,
    /// `bzr+…`
    Bazaar,
}

/// A PEP 440 version range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specifier(VersionSpecifiers);

impl Specifier {
    /// Parses `>=1.2,<2`. `None` when it is not PEP 440.
    pub fn parse(text: &str) -> Option<Self> {
        VersionSpecifiers::from_str(text).ok().map(Self)
    }

    /// The range of an already parsed requirement.
    pub fn from_pep440(specifiers: VersionSpecifiers) -> Self {
        Self(specifiers)
    }

    /// Is the version inside? A text that is no PEP 440 version is not.
    pub fn contains(&self, version: &str) -> bool {
        Version::from_str(version).is_ok_and(|version| self.0.contains(&version))
    }

    /// The one version of `==1.2.3` or `===1.2.3`, where the range is exactly that.
    pub fn pinned(&self) -> Option<String> {
        use pep440_rs::Operator::{Equal, ExactEqual};
        match self.0.iter().as_slice() {
            [one] if matches!(one.operator(), Equal | ExactEqual) => {
                Some(one.version().to_string())
            }
            _ => None,
        }
    }

    /// A version that none inside is newer than: `4.99999` for `<5`, `4.9.99999` for `==4.9.*`; `None` where nothing bounds it.
    pub fn ceiling(&self) -> Option<String> {
        self.0
            .iter()
            .filter_map(ceiling)
            .min()
            .map(|version| version.to_string())
    }

    /// The version of a `>=` or `~=` clause, which the range then holds; `None` without one.
    pub fn lower_bound(&self) -> Option<String> {
        use pep440_rs::Operator::{GreaterThanEqual, TildeEqual};
        self.0
            .iter()
            .find(|clause| matches!(clause.operator(), GreaterThanEqual | TildeEqual))
            .map(|clause| clause.version().to_string())
    }

    /// True for any version.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }
}

/// What stands for «any number» at the end of a version.
const ANY: u64 = 99_999;

/// The newest version that a clause allows.
fn ceiling(clause: &VersionSpecifier) -> Option<Version> {
    use pep440_rs::Operator::{Equal, EqualStar, ExactEqual, LessThan, LessThanEqual, TildeEqual};
    let mut release = clause.version().release().to_vec();
    match clause.operator() {
        Equal | ExactEqual | LessThanEqual => return Some(clause.version().clone()),
        EqualStar => {}
        TildeEqual => {
            release.pop();
        }
        LessThan => {
            while release.last() == Some(&0) {
                release.pop();
            }
            *release.last_mut()? -= 1;
        }
        _ => return None,
    }
    release.push(ANY);
    Some(Version::new(release))
}

impl std::fmt::Display for Specifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Specifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A PEP 508 environment marker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker(MarkerTree);

impl Marker {
    /// Parses `python_version < "3.12" and extra == "x"`; the empty text is «always».
    ///
    /// # Errors
    /// The parser's own words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        if !Self::is_bounded(text) {
            return Err("it is too long or nested too deep".to_owned());
        }
        MarkerTree::from_str(text)
            .map(Self)
            .map_err(|error| error.message.to_string())
    }

    /// May the text be given to the parser? That recurses at each `(`, and its decision diagrams double with each pair of extras
    /// (`extra == 'a1' and extra == 'b1' or …`: 12 pairs take 30 ms, 30 would take days): hostile markers would fill stack and
    /// memory. So a marker has at most 16384 bytes, 64 levels, 24 different quoted texts and 16 different extras; real ones of
    /// locks stay far below.
    #[must_use]
    pub fn is_bounded(text: &str) -> bool {
        let deepest = text
            .bytes()
            .scan(0_u32, |depth, byte| {
                *depth = match byte {
                    b'(' => depth.saturating_add(1),
                    b')' => depth.saturating_sub(1),
                    _ => *depth,
                };
                Some(*depth)
            })
            .max();
        let quoted: BTreeSet<&str> = text.split(['"', '\'']).skip(1).step_by(2).collect();
        text.len() <= 16_384
            && deepest.unwrap_or(0) <= 64
            && quoted.len() <= 24
            && extras(text) <= 16
    }

    /// The marker of an already parsed requirement.
    pub fn from_pep508(tree: MarkerTree) -> Self {
        Self(tree)
    }

    /// True when no environment makes it false.
    pub fn is_always(&self) -> bool {
        self.0.is_true()
    }

    /// Does its truth depend on an extra?
    pub fn mentions_extra(&self) -> bool {
        self.0.clone().simplify_extras_with(|_| true) != self.0
    }

    /// Does it hold in this environment with these (normalised) extras active?
    pub fn holds(&self, environment: &Environment, extras: &[String]) -> bool {
        if self.is_always() {
            return true;
        }
        let extras: Vec<ExtraName> = extras
            .iter()
            .filter_map(|extra| ExtraName::from_str(extra).ok())
            .collect();
        self.0.evaluate(&environment.inner, &extras)
    }
}

/// How many different extras a marker's text compares with, on either side of the operator.
fn extras(text: &str) -> usize {
    let pieces: Vec<&str> = text.split(['"', '\'']).collect();
    let about = |piece: Option<&&str>| piece.is_some_and(|piece| piece.contains("extra"));
    let names: BTreeSet<&str> = pieces
        .iter()
        .enumerate()
        .skip(1)
        .step_by(2)
        .filter(|(index, _)| about(pieces.get(index - 1)) || about(pieces.get(index + 1)))
        .map(|(_, name)| *name)
        .collect();
    names.len()
}

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.try_to_string().serialize(serializer)
    }
}

/// A processor architecture of Linux that an image is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Platform {
    /// `linux/amd64`
    #[serde(rename = "linux/amd64")]
    Amd64,
    /// `linux/arm64`
    #[serde(rename = "linux/arm64")]
    Arm64,
}

impl Platform {
    /// Both, in the order they are reported.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// Docker's name.
    pub fn docker(self) -> &'static str {
        match self {
            Self::Amd64 => "linux/amd64",
            Self::Arm64 => "linux/arm64",
        }
    }

    /// `platform_machine` of markers and the architecture in wheel tags.
    pub fn machine(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }
}

/// The C library of an image and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Libc {
    /// glibc (major, minor): `manylinux` wheels.
    Glibc(u16, u16),
    /// musl (major, minor): `musllinux` wheels.
    Musl(u16, u16),
}

/// What markers see at install time: Linux, `CPython`, one Python version, one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    inner: MarkerEnvironment,
    platform: Platform,
    python_minor: u8,
}

impl Environment {
    /// `CPython` 3.`minor` on Linux. `patch` is the highest known patch release: markers on `python_full_version` ask for it.
    ///
    /// # Panics
    /// Never: the values are well-formed by construction.
    pub fn linux(minor: u8, patch: u8, platform: Platform) -> Self {
        let full = format!("3.{minor}.{patch}");
        let short = format!("3.{minor}");
        let inner = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: &full,
            os_name: "posix",
            platform_machine: platform.machine(),
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system: "Linux",
            platform_version: "",
            python_full_version: &full,
            python_version: &short,
            sys_platform: "linux",
        });
        Self {
            inner: inner.unwrap_or_else(|_| unreachable!("3.{minor}.{patch} is PEP 440")),
            platform,
            python_minor: minor,
        }
    }

    /// The platform.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The 13 of Python 3.13.
    pub fn python_minor(&self) -> u8 {
        self.python_minor
    }

    /// `3.13.9`.
    pub fn python_full(&self) -> String {
        self.inner.python_full_version().to_string()
    }
}

/// Parsed markers by their text: locks repeat the same few markers hundreds of times.
#[derive(Debug, Default)]
pub struct MarkerCache(BTreeMap<String, Result<Marker, String>>);

impl MarkerCache {
    /// [`Marker::parse`], remembered.
    ///
    /// # Errors
    /// The parser's own words.
    pub fn parse(&mut self, text: &str) -> Result<Marker, String> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let parsed = Marker::parse(text);
        self.0.insert(text.to_owned(), parsed.clone());
        parsed
    }
}
