//! One entry as it looks for one version, one form and one image: the exceptions applied.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::catalogue::{
    Advice, Alpine, ArtefactKind, Beside, Case, Catalogue, Debian, Entry, Proved, RunWhen,
    WheelTarget,
};
use crate::facts::{Artefacts, IndexOptions, Libc, Platform, Source, Specifier, Wheel};
use crate::plan::closure::Distribution;
use crate::plan::wheels::{self, Choice, choose};

use super::{Family, Target};

/// In which form a distribution is installed, and why so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// A wheel.
    Wheel,
    /// Nothing fits: the installer will fail.
    Missing,
    /// The lock lists no wheel that fits.
    NoWheelInLock,
    /// The catalogue knows that the index has none.
    NoWheelOnIndex,
    /// The project forbids the wheel.
    Forced,
    /// A checkout.
    Checkout,
    /// A folder or an archive, of the project or by URL.
    Sources,
}

impl Form {
    /// Is it built in the builder?
    pub(super) fn built(self) -> bool {
        !matches!(self, Self::Wheel | Self::Missing)
    }
}

/// The form of a distribution on one platform.
pub(super) fn form(
    one: &Distribution,
    entry: Option<&Entry>,
    target: &Target,
    platform: Platform,
) -> Form {
    match &one.source {
        Source::Virtual { .. }
        | Source::Url { wheel: true, .. }
        | Source::Path { wheel: true, .. } => {
            return Form::Wheel;
        }
        Source::Vcs { .. } => return Form::Checkout,
        Source::Url { .. } | Source::Path { .. } => return Form::Sources,
        Source::Index => {}
    }
    let forced = target.no_binary.contains(&one.name) || target.no_binary.contains(":all:");
    let has_sdist = !matches!(&one.artefacts, Artefacts::Known { sdist: None, .. });
    if forced && has_sdist {
        return Form::Forced;
    }
    let here = wheels::Target {
        python_minor: target.python_minor,
        libc: target.libc,
        platform,
    };
    match choose(&one.name, &one.artefacts, here, &IndexOptions::default()) {
        Choice::Wheel { .. } => Form::Wheel,
        Choice::Sdist { .. } => Form::NoWheelInLock,
        Choice::Missing => Form::Missing,
        Choice::Unknown if entry.is_none_or(|entry| recorded(entry, one, target, platform)) => {
            Form::Wheel
        }
        Choice::Unknown => Form::NoWheelOnIndex,
    }
}

/// Its form on each of the image's platforms that it is installed on.
pub(super) fn forms(
    one: &Distribution,
    entry: Option<&Entry>,
    target: &Target,
) -> impl Iterator<Item = (Platform, Form)> {
    target
        .platforms
        .iter()
        .copied()
        .filter(|platform| one.platforms.is_empty() || one.platforms.contains(platform))
        .map(move |platform| (platform, form(one, entry, target, platform)))
}

/// Is it a wheel by its address, or in a folder, that no platform of the image can take?
pub(super) fn for_another_python(one: &Distribution, target: &Target) -> bool {
    let (Source::Url { url: file, .. }
    | Source::Path {
        path: Some(file), ..
    }) = &one.source
    else {
        return false;
    };
    let name = file.split(['#', '?']).next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    Wheel::parse(name).is_some_and(|wheel| {
        !one.platforms.iter().any(|platform| {
            let here = wheels::Target {
                python_minor: target.python_minor,
                libc: target.libc,
                platform: *platform,
            };
            wheels::fits(&wheel, here)
        })
    })
}

/// Does the catalogue's own record know of a wheel?
fn recorded(entry: &Entry, one: &Distribution, target: &Target, platform: Platform) -> bool {
    let here = WheelTarget::new(matches!(target.libc, Libc::Musl(..)), platform);
    entry.wheels.as_ref().is_none_or(|records| {
        records.iter().any(|record| {
            (record.on.is_empty() || record.on.contains(&here))
                && version_in(&record.versions, one)
                && python_in(&record.python, target)
        })
    })
}

/// All that is installed together, by name.
pub(super) struct Company<'a> {
    members: BTreeMap<&'a str, Member<'a>>,
    target: &'a Target,
    catalogue: &'static Catalogue,
}

/// All of one name, which a lock may hold several times, for several platforms.
#[derive(Default)]
struct Member<'a> {
    all: Vec<&'a Distribution>,
    /// Is one of them built, for one of the platforms, and is one not? Only few are asked: it takes a look at every wheel.
    built: OnceCell<[bool; 2]>,
}

impl<'a> Company<'a> {
    pub(super) fn of(
        all: impl IntoIterator<Item = &'a Distribution>,
        target: &'a Target,
        catalogue: &'static Catalogue,
    ) -> Self {
        let mut members: BTreeMap<&str, Member<'_>> = BTreeMap::new();
        for one in all {
            members.entry(&one.name).or_default().all.push(one);
        }
        Self {
            members,
            target,
            catalogue,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    fn has_such(&self, wanted: &Beside) -> bool {
        let member = self.members.get(&*wanted.name);
        let brought = || wanted.brought && !self.target.constrained.contains(&wanted.name);
        member.map_or_else(brought, |member| {
            version_in(&wanted.versions, member.all[0])
                && wanted
                    .artefact
                    .is_none_or(|kind| self.comes_as(member, kind))
        })
    }

    fn comes_as(&self, member: &Member<'_>, kind: ArtefactKind) -> bool {
        let built = member.built.get_or_init(|| {
            let forms = member.all.iter().flat_map(|one| {
                let entry = self.catalogue.entry(&one.name);
                forms(one, entry, self.target).map(|(_, form)| form)
            });
            let mut built = [false; 2];
            for form in forms {
                built[usize::from(form.built())] = true;
            }
            built
        });
        built[usize::from(kind == ArtefactKind::Sdist)]
    }
}

/// What an entry asks for here.
#[derive(Debug)]
pub(super) struct View {
    pub(super) why: &'static str,
    pub(super) build: &'static [String],
    pub(super) run: &'static [String],
    pub(super) run_when: RunWhen,
    pub(super) links: &'static [String],
    pub(super) loads: &'static [String],
    pub(super) runs: &'static [String],
    pub(super) build_proved: bool,
    pub(super) run_proved: bool,
    /// It needs something on Debian, and what on Alpine nobody wrote down.
    pub(super) unknown_here: bool,
}

impl View {
    pub(super) fn new(
        entry: &'static Entry,
        one: &Distribution,
        form: Form,
        target: &Target,
        company: &Company,
    ) -> Self {
        let mut view = lists(entry, target.family);
        if form.built() && entry.debian.build.is_some() {
            // What is compiled may want more than the wheel that was tried.
            view.run_proved = view.build_proved;
        }
        let case = entry
            .when
            .iter()
            .find(|case| case_fits(case, one, form, target, company));
        if let Some(case) = case {
            view.apply(case, target.family);
        }
        view
    }

    fn apply(&mut self, case: &'static Case, family: Family) {
        if let Some(why) = &case.why {
            self.why = why;
        }
        if let Some(run_when) = case.run_when {
            self.run_when = run_when;
        }
        for (own, new) in [
            (&mut self.links, &case.links),
            (&mut self.loads, &case.loads),
            (&mut self.runs, &case.runs),
        ] {
            if let Some(new) = new {
                *own = new;
            }
        }
        let (build, run) = names(&case.debian, &case.alpine, family);
        let (build_proved, run_proved) = proved(&case.proved, family);
        if let Some(build) = build {
            (self.build, self.build_proved) = (build, build_proved);
        }
        if let Some(run) = run {
            (self.run, self.run_proved) = (run, run_proved);
        }
        if run.is_some() {
            self.unknown_here = false;
        }
    }
}

/// The entry's own lists, without its exceptions.
pub(super) fn lists(entry: &'static Entry, family: Family) -> View {
    let (build, run) = names(&entry.debian, &entry.alpine, family);
    let (build_proved, run_proved) = proved(&entry.proved, family);
    View {
        why: &entry.why,
        build: build.unwrap_or_default(),
        run: run.unwrap_or_default(),
        run_when: entry.run_when,
        links: &entry.links,
        loads: &entry.loads,
        runs: &entry.runs,
        build_proved,
        run_proved,
        unknown_here: family == Family::Alpine && run.is_none() && entry.debian.run.is_some(),
    }
}

/// Were the lists tried here: that of the builder, that of the runtime stage?
fn proved(proved: &Proved, family: Family) -> (bool, bool) {
    match family {
        Family::Debian(suite) => (proved.build.contains(&suite), proved.run.contains(&suite)),
        Family::Alpine => (false, false),
    }
}

type Names = Option<&'static [String]>;

fn names(debian: &'static Debian, alpine: &'static Alpine, family: Family) -> (Names, Names) {
    match family {
        Family::Debian(suite) => (
            debian.build.as_ref().map(|list| list.of(suite)),
            debian.run.as_ref().map(|list| list.of(suite)),
        ),
        Family::Alpine => (alpine.build.as_deref(), alpine.run.as_deref()),
    }
}

fn case_fits(
    case: &Case,
    one: &Distribution,
    form: Form,
    target: &Target,
    company: &Company,
) -> bool {
    version_in(&case.versions, one)
        && python_in(&case.python, target)
        && (case.extras.is_empty() || case.extras.iter().any(|extra| one.extras.contains(extra)))
        && (case.beside.is_empty() || case.beside.iter().any(|name| company.has(name)))
        && artefact_is(case.artefact, form)
        && case
            .suite
            .is_none_or(|suite| target.family == Family::Debian(suite))
}

/// Does a piece of advice hold beside what else is installed?
pub(super) fn company_fits(advice: &Advice, company: &Company) -> bool {
    (advice.beside.is_empty() || advice.beside.iter().any(|one| company.has_such(one)))
        && !advice.without.iter().any(|name| company.has(name))
}

/// Does a piece of advice hold here?
pub(super) fn advice_fits(
    advice: &Advice,
    one: &Distribution,
    form: Form,
    target: &Target,
    company: &Company,
) -> bool {
    version_in(&advice.versions, one)
        && python_in(&advice.python, target)
        && company_fits(advice, company)
        && (!advice.from_default_index || from_default_index(one, target))
        && artefact_is(advice.artefact, form)
        && advice
            .suite
            .is_none_or(|suite| target.family == Family::Debian(suite))
}

/// Will the installer take what the default index has, for all that the project says?
fn from_default_index(one: &Distribution, target: &Target) -> bool {
    let local = one
        .version
        .as_ref()
        .is_some_and(|version| version.contains('+'));
    one.artefacts == Artefacts::Unknown
        && one.source == Source::Index
        && !target.other_index
        && !local
}

/// What an entry brings along for these extras and this version.
pub(super) fn implied(
    entry: &Entry,
    one: &Distribution,
    target: &Target,
    nobody: &Company<'_>,
) -> Vec<String> {
    let cases = entry
        .when
        .iter()
        .filter(|case| case_fits(case, one, Form::Wheel, target, nobody))
        .flat_map(|case| &case.implies);
    entry.implies.iter().chain(cases).cloned().collect()
}

fn artefact_is(wanted: Option<ArtefactKind>, form: Form) -> bool {
    wanted.is_none_or(|kind| (kind == ArtefactKind::Sdist) == form.built())
}

/// An unknown version is the newest that its range allows; an image's Python has no patch release here.
fn version_in(range: &Specifier, one: &Distribution) -> bool {
    range.is_any() || range.contains(one.newest())
}

fn python_in(range: &Specifier, target: &Target) -> bool {
    range.is_any() || range.contains(&format!("3.{}", target.python_minor))
}
