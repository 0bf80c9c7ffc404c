//! Weighs releases against each other, where the project's files leave a choice.

use super::traces::Trace;
use super::{Ceiling, Question, Release, Releases};

/// How many more packages a maintained Python would have to compile before one without security fixes is taken: one alone may
/// well compile, of several old ones it is sure that some do not.
const STALE: usize = 2;

/// What a choice is made by.
pub(super) struct Choice<'a> {
    /// What the project is run with.
    pub(super) trace: Option<&'a Trace<'a>>,
    /// What there is to choose from.
    pub(super) releases: &'a Releases,
}

impl Question<'_> {
    /// That something does not work with a minor version, in words.
    pub(super) fn refused(&self, minor: u8) -> Option<String> {
        let name = (self.hindered)(minor)?;
        Some(format!("{name} does not work with 3.{minor}"))
    }
}

impl<'a> Choice<'a> {
    /// The release that is taken where nothing speaks against it.
    pub(super) fn wanted(&self) -> u8 {
        self.trace
            .map_or(self.releases.default, |trace| trace.wanted)
    }

    /// The lightest of those that can run the sources, with what keeps the newer ones out where that decides. What the project's
    /// classifiers name has been tried by its authors, and one that has ended is not brought back.
    pub(super) fn bounded<'q>(
        &self,
        question: &Question<'q>,
        inside: impl Fn(&Release) -> bool,
    ) -> Option<(&'a Release, Option<&'q Ceiling<'q>>)> {
        let free = self.lightest(question.burden, &inside)?;
        let tried = self.trace.is_some_and(|trace| {
            trace.is_classifier && trace.wanted == free.minor && !trace.is_older()
        });
        let Some(ceiling) = question
            .ceiling
            .filter(|one| !tried && !one.allows(free.minor))
        else {
            return Some((free, None));
        };
        let below = self.lightest(question.burden, |release| {
            ceiling.allows(release.minor) && !self.releases.ended(release) && inside(release)
        });
        Some(below.map_or((free, None), |release| (release, Some(ceiling))))
    }

    /// The release with which least has to be compiled, of those the nearest to the one that is wanted, an older one before a newer:
    /// one with security fixes that is not the very newest, where there is any; but one that has ended, where the packages are of
    /// its time.
    pub(super) fn lightest(
        &self,
        burden: &dyn Fn(u8) -> usize,
        inside: impl Fn(&Release) -> bool,
    ) -> Option<&'a Release> {
        let wanted = self.wanted();
        let weighed = |ended: bool| {
            let some = self
                .releases
                .release
                .iter()
                .filter(|release| self.releases.ended(release) == ended && inside(release))
                .map(|release| (burden(release.minor), release));
            some.min_by_key(|(burden, release)| {
                (
                    release.minor > self.releases.default,
                    *burden,
                    release.minor > wanted,
                    release.minor.abs_diff(wanted),
                )
            })
        };
        let maintained = weighed(false);
        // What the ended ones would cost is not asked where no answer could bring one back: each answer weighs all packages.
        if let Some((burden, release)) = maintained
            && burden < STALE
        {
            return Some(release);
        }
        match (maintained, weighed(true)) {
            (Some((burden, _)), Some((before, ended))) if before + STALE <= burden => Some(ended),
            (maintained, ended) => maintained.or(ended).map(|(_, release)| release),
        }
    }
}
