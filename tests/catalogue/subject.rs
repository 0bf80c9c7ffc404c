//! What a proof is of: an entry's requirement, or a need seen in sources, with the packages that the program itself would add.

use std::collections::BTreeSet;

use dockwright::catalogue::{Catalogue, Entry, RunWhen, Suite};
use dockwright::facts::{Libc, Place, Platform, SourceNeed};
use dockwright::plan::closure::Distribution;
use dockwright::plan::system::{Family, SystemPackage, SystemPlan, Target, decide};

use crate::how::How;
use crate::images::PYTHON_MINOR;

/// The form in which a distribution is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// As the installer takes it: a wheel where the index has one.
    Usual,
    /// Compiled although the index has a wheel.
    Forced,
}

/// An entry, and what it is tried with.
pub(crate) struct Subject {
    /// The name of its record: a distribution's, a requirement with an extra or a version, or a need's.
    pub(crate) key: String,
    pub(crate) entry: &'static Entry,
    pub(crate) how: &'static How,
    /// What is installed; `None` for a need.
    pub(crate) requirement: Option<String>,
    /// It is compiled.
    pub(crate) source: bool,
    /// Distributions that are compiled, itself and those that it brings.
    pub(crate) compiled: Vec<String>,
    /// Packages of the builder.
    pub(crate) build: Vec<String>,
    /// Packages of the runtime stage.
    pub(crate) run: Vec<String>,
    /// Those of them that the entry itself asks for, and not only what it brings.
    pub(crate) own_build: Vec<String>,
    /// The same of the runtime stage.
    pub(crate) own_run: Vec<String>,
    /// The program that works only with the packages.
    pub(crate) code: String,
    /// Words of which one stands in a failure without the packages, where that names nothing that they bring.
    pub(crate) expected: Vec<String>,
    /// `explain` calls none of its own packages unproved.
    pub(crate) called_proved: bool,
}

impl Subject {
    /// What is tried of an entry; `None` where there is nothing to try.
    pub(crate) fn new(key: &str, suite: Suite, form: Form) -> Option<Self> {
        if key.contains(':') {
            return (form == Form::Usual).then(|| Self::need(key, suite))?;
        }
        let how = How::of(key);
        let requirement = how.requirement(key, suite);
        let wanted = distribution(requirement);
        let entry = Catalogue::builtin().entry(&wanted.name)?;
        let forced = BTreeSet::from([wanted.name.clone()]);
        let usual = plan(&wanted, suite, BTreeSet::new());
        let source = compiles(&usual, &wanted.name);
        let plan = match form {
            Form::Usual => usual,
            Form::Forced => plan(&wanted, suite, forced),
        };
        let nothing = entry.import.is_none() && how.code.is_none();
        if entry.only_suite.is_some_and(|only| only != suite)
            || nothing && plan.build.is_empty() && plan.run.is_empty()
            || suite == Suite::Bookworm && !differs(&plan, &usual_on_trixie(&wanted))
            || form == Form::Forced
                && (source || !compiles(&plan, &wanted.name) || key != wanted.name)
        {
            return None;
        }
        let code = how.code.clone();
        let suggested = suggested(entry, suite);
        Some(Self {
            key: key.to_owned(),
            entry,
            how,
            source: compiles(&plan, &wanted.name),
            compiled: plan.compiled.iter().map(|one| one.name.clone()).collect(),
            build: names(&plan.build),
            run: with(names(&plan.run), suggested),
            own_build: own(&plan.build, &wanted.name),
            own_run: with(own(&plan.run, &wanted.name), suggested),
            code: code.unwrap_or_else(|| imports(entry, &wanted.name, &plan)),
            expected: expected(&wanted.name, &plan),
            called_proved: called_proved(&plan, &wanted.name),
            requirement: Some(requirement.to_owned()),
        })
    }

    /// Those of both stages, as a need seen in sources has them in one.
    pub(crate) fn packages(&self) -> Vec<String> {
        [self.build.as_slice(), &self.run].concat()
    }

    fn need(key: &str, suite: Suite) -> Option<Self> {
        let catalogue = Catalogue::builtin();
        let entry = catalogue.source_need(key)?;
        if entry.only_suite.is_some_and(|only| only != suite) {
            return None;
        }
        let how = How::of(key);
        let need = SourceNeed {
            need: key.to_owned(),
            evidence: "a proof".to_owned(),
            at: Place::new("main.py", 1),
        };
        let on = |suite| {
            let target = target(suite, BTreeSet::new());
            decide(&[], std::slice::from_ref(&need), &target, catalogue)
        };
        let plan = on(suite);
        if suite == Suite::Bookworm && !differs(&plan, &on(Suite::Trixie)) {
            return None;
        }
        let code = how.code.clone();
        let suggested = suggested(entry, suite);
        let called_proved = called_proved(&plan, "a proof");
        Some(Self {
            key: key.to_owned(),
            entry,
            how,
            source: false,
            compiled: Vec::new(),
            build: names(&plan.build),
            run: with(names(&plan.run), suggested),
            own_build: Vec::new(),
            own_run: with(own(&[plan.build, plan.run].concat(), "a proof"), suggested),
            code: code.unwrap_or_else(|| signs(entry)),
            expected: how.without.clone(),
            called_proved,
            requirement: None,
        })
    }
}

/// `name`, `name[extra]` or `name==version`, as a project without a lock asks for it.
fn distribution(requirement: &str) -> Distribution {
    let (named, version) = match requirement.split_once("==") {
        Some((named, version)) => (named, Some(version.to_owned())),
        None => (requirement, None),
    };
    let (name, extras) = named.split_once('[').unwrap_or((named, ""));
    let extras = extras.trim_end_matches(']').split(',');
    Distribution {
        name: name.to_owned(),
        version,
        extras: extras
            .filter(|extra| !extra.is_empty())
            .map(str::to_owned)
            .collect(),
        platforms: vec![Platform::Amd64],
        ..Distribution::default()
    }
}

fn plan(wanted: &Distribution, suite: Suite, no_binary: BTreeSet<String>) -> SystemPlan {
    let target = target(suite, no_binary);
    decide(
        std::slice::from_ref(wanted),
        &[],
        &target,
        Catalogue::builtin(),
    )
}

fn target(suite: Suite, no_binary: BTreeSet<String>) -> Target {
    Target {
        python_minor: PYTHON_MINOR,
        family: Family::Debian(suite),
        libc: match suite {
            Suite::Bookworm => Libc::Glibc(2, 36),
            Suite::Trixie => Libc::Glibc(2, 41),
        },
        platforms: vec![Platform::Amd64],
        no_binary,
        other_index: false,
        constrained: BTreeSet::new(),
        already: BTreeSet::new(),
    }
}

fn usual_on_trixie(wanted: &Distribution) -> SystemPlan {
    plan(wanted, Suite::Trixie, BTreeSet::new())
}

/// Is it tried on a second suite: are its packages others, or other versions of them compiled against?
fn differs(plan: &SystemPlan, first: &SystemPlan) -> bool {
    let names = |plan: &SystemPlan| (names(&plan.build), names(&plan.run));
    !plan.compiled.is_empty() || names(plan) != names(first)
}

fn compiles(plan: &SystemPlan, name: &str) -> bool {
    plan.compiled.iter().any(|one| one.name == name)
}

fn names(packages: &[SystemPackage]) -> Vec<String> {
    packages.iter().map(|one| one.name.clone()).collect()
}

/// Those that one requirement asks for.
fn own(packages: &[SystemPackage], who: &str) -> Vec<String> {
    let its = |one: &&SystemPackage| one.because.iter().any(|because| because.requirement == who);
    packages
        .iter()
        .filter(its)
        .map(|one| one.name.clone())
        .collect()
}

/// What the program only names to the user: that it is enough is proved like the rest.
fn suggested(entry: &Entry, suite: Suite) -> &[String] {
    let run = entry.debian.run.as_ref();
    run.filter(|_| entry.run_when == RunWhen::Suggested)
        .map_or(&[], |list| list.of(suite))
}

/// A sorted list with more.
fn with(mut packages: Vec<String>, more: &[String]) -> Vec<String> {
    packages.extend(more.iter().cloned());
    packages.sort();
    packages.dedup();
    packages
}

/// Does the program call proved what one requirement asks for?
fn called_proved(plan: &SystemPlan, who: &str) -> bool {
    let packages = plan.build.iter().chain(&plan.run);
    packages
        .filter(|one| one.because.iter().any(|because| because.requirement == who))
        .all(|one| !one.unproved)
}

/// The distributions that ask for packages.
fn who(packages: &[SystemPackage]) -> BTreeSet<String> {
    let because = packages.iter().flat_map(|one| &one.because);
    because.map(|one| one.requirement.clone()).collect()
}

/// What a failure may say, of the distribution or of what it brings.
fn expected(name: &str, plan: &SystemPlan) -> Vec<String> {
    let mut all = who(&plan.build);
    all.append(&mut who(&plan.run));
    all.insert(name.to_owned());
    let words = all.iter().flat_map(|one| &How::of(one).without);
    words.cloned().collect()
}

/// Imports the distribution and those that it brings and that need packages, after what importing does not show.
fn imports(own: &Entry, name: &str, plan: &SystemPlan) -> String {
    let (builds, runs) = (who(&plan.build), who(&plan.run));
    let mut code = vec!["import ctypes, shutil".to_owned()];
    let mut add = |entry: &Entry, runs: bool| {
        if runs {
            code.extend(opened(entry));
        }
        code.extend(entry.import.iter().map(|module| format!("import {module}")));
    };
    add(
        own,
        runs.contains(name)
            || plan.run.is_empty() && own.run_when == RunWhen::OnUse
            || own.run_when == RunWhen::Suggested,
    );
    for one in builds.union(&runs).filter(|one| *one != name) {
        if let Some(entry) = Catalogue::builtin().entry(one) {
            add(entry, runs.contains(one));
        }
    }
    code.join("\n")
}

/// The lines that open an entry's libraries and find its programs, where importing does not.
fn opened(entry: &Entry) -> Vec<String> {
    let versioned = entry.loads.iter().filter(|soname| soname.contains(".so."));
    let on_demand = entry.run_when != RunWhen::Always;
    let libraries = versioned
        .filter(|_| on_demand)
        .map(|soname| format!("ctypes.CDLL({soname:?})"));
    libraries.chain(entry.runs.iter().map(found)).collect()
}

fn found(program: &String) -> String {
    format!("assert shutil.which({program:?}), 'no program {program}'")
}

/// What each sign of a need looks for.
fn signs(entry: &Entry) -> String {
    let shown = &entry.shown;
    let mut code = vec!["import ctypes, ctypes.util, glob, shutil".to_owned()];
    code.extend(shown.programs.iter().map(found));
    code.extend(
        shown
            .imports
            .iter()
            .map(|module| format!("import {module}")),
    );
    // Names of one library, of which each platform knows some.
    let libraries: Vec<String> = shown
        .libraries
        .iter()
        .map(|name| {
            if name.contains(".so") {
                format!("glob.glob('/usr/lib/*/{name}')")
            } else {
                format!("ctypes.util.find_library({name:?})")
            }
        })
        .collect();
    if let Some(first) = shown.libraries.first() {
        let any = libraries.join(" or ");
        code.push(format!("assert {any}, 'no library {first}'"));
    }
    code.extend(shown.typelibs.iter().map(|name| {
        format!(
            "assert glob.glob('/usr/lib/*/girepository-1.0/{name}-*.typelib'), 'no typelib {name}'"
        )
    }));
    code.join("\n")
}
