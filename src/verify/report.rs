//! What a run of `verify` found, as its JSON says it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

/// `dockwright verify --format json`. Lists are sorted; a value that is not known is `null`.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this document; a field may be added without a new one.
    pub schema: u32,
    /// `passed` or `failed`: the exit code is 0 or 1.
    pub outcome: Outcome,
    /// The container engine.
    pub engine: EngineFacts,
    /// The image.
    pub image: ImageFacts,
    /// One a subject, in the order in which they are shown.
    pub checks: Vec<Check>,
    /// Lines for `dockwright.toml` that would mend what failed, as far as that is known.
    pub add: Packages,
    /// What `--fix` wrote into `dockwright.toml` before this image was built.
    pub added: Packages,
    /// Where the bytes are.
    pub sizes: Sizes,
}

/// How something ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should.
    #[default]
    Passed,
    /// Was not tried; the summary says why.
    Skipped,
    /// Fit to be known, no failure.
    Warned,
    /// The image is not right.
    Failed,
}

/// The engine.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct EngineFacts {
    /// `docker`, `podman` or `buildah`.
    pub name: String,
    /// What it says of itself.
    pub version: String,
}

/// The image.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct ImageFacts {
    /// The name that it was verified under; `null` for one that was built for this run and is removed again.
    pub name: Option<String>,
    /// Its base, where it is known.
    pub base: Option<String>,
    /// The distribution inside: `Debian GNU/Linux 13 (trixie)`.
    pub distribution: Option<String>,
    /// Its Python: `3.13.1`.
    pub python: Option<String>,
    /// Who runs it, as the image says: `10001:10001`.
    pub user: Option<String>,
    /// Bytes, unpacked.
    pub size: Option<u64>,
}

/// One subject.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Check {
    /// `build`, `imports`, `libraries`, `user`, `home`, `leftovers`, `size`, `start`, `health` or `stop`.
    pub name: &'static str,
    /// The worst of its findings.
    pub outcome: Outcome,
    /// One line.
    pub summary: String,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Finding {
    /// `failed` or `warned`.
    pub outcome: Outcome,
    /// One line.
    pub what: String,
    /// What shows it: an exception, the end of a log.
    pub evidence: Vec<String>,
    /// What is missing, where that is known.
    pub missing: Vec<Need>,
    /// What to do, where no package mends it.
    pub help: Option<String>,
}

/// Something that the image, or its builder, lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Need {
    /// `library`, `program`, `header`, `pkg-config`, `cmake` or `link`.
    pub kind: &'static str,
    /// Its name: `libpq.so.5`, `git`, `libpq-fe.h`.
    pub name: String,
    /// `run` or `build`: the stage that lacks it.
    pub stage: Stage,
    /// The packages of the image's distribution that bring it; several when one alone does not; empty where it is not known.
    pub packages: Vec<String>,
    /// Why no package is named; `null` where one is.
    pub unknown: Option<String>,
}

/// A stage of the Dockerfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The builder.
    Build,
    /// The runtime stage.
    Run,
}

/// `[packages]` of `dockwright.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Packages {
    /// For the builder.
    pub build: BTreeSet<String>,
    /// For the runtime stage.
    pub run: BTreeSet<String>,
}

impl Packages {
    /// Neither stage needs any.
    pub fn is_empty(&self) -> bool {
        self.build.is_empty() && self.run.is_empty()
    }

    /// The set of a stage.
    pub fn of(&mut self, stage: Stage) -> &mut BTreeSet<String> {
        match stage {
            Stage::Build => &mut self.build,
            Stage::Run => &mut self.run,
        }
    }
}

/// Where the bytes are.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Sizes {
    /// Layers above the base, the newest last.
    pub layers: Vec<Layer>,
    /// Distributions, the largest first.
    pub distributions: Vec<Sized>,
    /// System packages that the base does not have, the largest first.
    pub packages: Vec<Sized>,
    /// Bytes of the base.
    pub base: Option<u64>,
}

/// A layer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Layer {
    /// Bytes.
    pub size: u64,
    /// The instruction that made it.
    pub by: String,
}

/// Something with a size.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sized {
    /// Its name.
    pub name: String,
    /// Its version, for a distribution.
    pub version: Option<String>,
    /// Bytes.
    pub size: u64,
}

impl Check {
    /// A check whose outcome is that of its worst finding.
    pub fn new(name: &'static str, summary: impl Into<String>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| (b.outcome, &a.what).cmp(&(a.outcome, &b.what)));
        Self {
            name,
            outcome: findings
                .first()
                .map_or(Outcome::Passed, |worst| worst.outcome),
            summary: summary.into(),
            findings,
        }
    }

    /// A check that was not tried.
    pub fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Skipped,
            summary: why.into(),
            findings: Vec::new(),
        }
    }
}

impl Finding {
    /// The image is not right.
    pub fn failed(what: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failed,
            what: what.into(),
            ..Self::default()
        }
    }

    /// Fit to be known.
    pub fn warned(what: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Warned,
            what: what.into(),
            ..Self::default()
        }
    }

    /// With what shows it.
    #[must_use]
    pub fn shown<S: Into<String>>(mut self, evidence: impl IntoIterator<Item = S>) -> Self {
        self.evidence.extend(evidence.into_iter().map(Into::into));
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With what is missing.
    #[must_use]
    pub fn missing(mut self, needs: Vec<Need>) -> Self {
        self.missing = needs;
        self
    }
}

/// Sizes together; what an image says of itself may be more than there is.
pub(super) fn total(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// `1.2 MB`, as container engines count.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..10_000_000 => {
            format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        }
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

impl Report {
    /// Fills in what follows from the checks: the outcome and the lines to add.
    #[must_use]
    pub fn concluded(mut self) -> Self {
        self.schema = 1;
        let worst = self.checks.iter().map(|check| check.outcome).max();
        self.outcome = match worst {
            Some(Outcome::Failed) => Outcome::Failed,
            _ => Outcome::Passed,
        };
        self.add = Packages::default();
        let failed = self.checks.iter().flat_map(|check| &check.findings);
        for need in failed
            .filter(|finding| finding.outcome == Outcome::Failed)
            .flat_map(|finding| &finding.missing)
        {
            let packages = need.packages.iter().cloned();
            self.add.of(need.stage).extend(packages);
        }
        self
    }
}
