//! Turns what the project is run with by its own authors into the release that is nearest to it.

use crate::facts::{Place, PythonRequest, PythonSource, Warning};

use super::{Releases, version_of};

/// A Python that the project names without a demand for it.
pub(super) struct Trace<'a> {
    /// Where it stands.
    pub(super) at: &'a Place,
    /// A classifier: the author has said so to people. Else the setting of a linter or a type checker.
    pub(super) is_classifier: bool,
    /// The nearest release that gets fixes and that most wheels exist for.
    pub(super) wanted: u8,
    /// The release that stands there.
    named: u8,
}

impl<'a> Trace<'a> {
    /// The first classifier's, else the first tool's; `None` where there is neither.
    pub(super) fn of(requests: &'a [PythonRequest], releases: &Releases) -> Option<Self> {
        let of = |source| requests.iter().find(move |one| one.source == source);
        let request = of(PythonSource::Classifier).or_else(|| of(PythonSource::Tool))?;
        let (named, _) = version_of(&request.text.value)?;
        let alive = releases.release.iter().filter(|one| !releases.ended(one));
        let oldest = alive.map(|one| one.minor).min()?;
        Some(Self {
            at: &request.text.at,
            is_classifier: request.source == PythonSource::Classifier,
            wanted: named.clamp(oldest.min(releases.default), releases.default),
            named,
        })
    }

    /// Is the release that it names older than any that gets fixes?
    pub(super) fn is_older(&self) -> bool {
        self.wanted > self.named
    }

    /// Why this release is taken; where none that the project names gets fixes any more, that is warned of.
    pub(super) fn told(&self, minor: u8, warnings: &mut Vec<Warning>) -> String {
        let Self { at, named, .. } = self;
        let who = if self.is_classifier {
            "the newest of its classifiers"
        } else {
            "the one that its linters are told of"
        };
        if self.is_older() {
            let warning = Warning::new(
                "python-untried",
                format!(
                    "the project names no newer Python than 3.{named}, which gets no security fixes: 3.{minor} is taken"
                ),
                format!("try it, and write down what works: `echo 3.{minor} > .python-version`"),
            );
            warnings.push(warning.at((*at).clone()));
            return format!("the oldest with security fixes; {who} is 3.{named} ({at})");
        }
        match minor.cmp(named) {
            std::cmp::Ordering::Equal => format!("{who} ({at})"),
            _ => format!("the nearest to {who}, 3.{named} ({at})"),
        }
    }
}
