//! Gathers packages, reasons and warnings one distribution at a time, then turns them into the sorted plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Advice, Catalogue, Entry, RunWhen, before, capped, outgrown};
use crate::facts::{Artefacts, Place, Platform, Source, SourceNeed, VcsKind, Warning};
use crate::plan::closure::Distribution;

use super::view::{self, Company, Form, View};
use super::{
    Because, Compiled, Family, Step, SystemPackage, SystemPlan, Target, WantedSuite, reason,
};

/// A plan in the making.
pub(super) struct Draft<'a> {
    target: &'a Target,
    company: Company<'a>,
    build: BTreeMap<String, Gathered>,
    run: BTreeMap<String, Gathered>,
    /// Packages that may be needed, and what says so where nothing else needs them.
    suggested: Vec<(&'static [String], Warning)>,
    plan: SystemPlan,
}

/// What is gathered for one package.
#[derive(Default)]
struct Gathered {
    because: BTreeSet<Because>,
    platforms: BTreeSet<Platform>,
    proved: bool,
}

impl<'a> Draft<'a> {
    /// An empty plan; `company` is all that is installed.
    pub(super) fn new(target: &'a Target, company: Company<'a>) -> Self {
        Self {
            target,
            company,
            build: BTreeMap::new(),
            run: BTreeMap::new(),
            suggested: Vec::new(),
            plan: SystemPlan::default(),
        }
    }

    /// Adds what one distribution needs.
    pub(super) fn distribution(&mut self, one: &Distribution, entry: Option<&'static Entry>) {
        if matches!(one.source, Source::Virtual { .. }) {
            return;
        }
        self.checkout(one);
        let mut forms: BTreeMap<Form, Vec<Platform>> = BTreeMap::new();
        for (platform, form) in view::forms(one, entry, self.target) {
            forms.entry(form).or_default().push(platform);
        }
        for (form, platforms) in &forms {
            self.outgrown(one, *form);
            match entry {
                Some(entry) => self.known(one, entry, *form, platforms),
                None => self.stranger(one, *form, platforms),
            }
        }
    }

    /// The program that fetches a checkout.
    fn checkout(&mut self, one: &Distribution) {
        let Source::Vcs { kind, ssh, .. } = &one.source else {
            return;
        };
        let program = match kind {
            VcsKind::Git => "git",
            VcsKind::Mercurial => "mercurial",
            VcsKind::Subversion => "subversion",
            VcsKind::Bazaar => "breezy",
        };
        let why = format!("is fetched with {program}");
        let platforms = self.target.platforms.clone();
        self.add_build(program, because(one, why), &platforms, true);
        if *ssh {
            let why = format!("is fetched with {program} over SSH");
            self.add_build("openssh-client", because(one, why), &platforms, true);
        }
    }

    fn known(&mut self, one: &Distribution, entry: &'static Entry, form: Form, on: &[Platform]) {
        let view = View::new(entry, one, form, self.target, &self.company);
        self.advise(one, entry, form);
        if form.built() && !entry.pure && !view.build.is_empty() {
            let why = reason::compiled(one, form, on, self.target, &view);
            for name in view.build {
                self.add_build(name, because(one, why.clone()), on, view.build_proved);
            }
            self.compiled(one, on, why);
        }
        match view.run_when {
            RunWhen::IfBuilt if !form.built() => return,
            RunWhen::Suggested => return self.suggest(one, &view),
            _ => {}
        }
        let why = because(one, reason::runs(&view, on, self.target));
        for name in view.run {
            self.add_run(name, why.clone(), on, view.run_proved);
        }
        for command in &entry.run_steps {
            let (command, because) = (command.clone(), why.clone());
            self.plan.steps.push(Step { command, because });
        }
        if view.unknown_here {
            self.plan.warnings.push(reason::unknown_on_alpine(one));
        }
        self.other_suite(entry, &view, why, &one.at);
    }

    /// A distribution that the catalogue does not know: wheels for other targets betray native code.
    fn stranger(&mut self, one: &Distribution, form: Form, on: &[Platform]) {
        let Artefacts::Known { wheels, .. } = &one.artefacts else {
            return;
        };
        if !form.built() || one.source != Source::Index {
            return;
        }
        if wheels.is_empty() {
            self.plan.warnings.push(reason::sdist_unknown(one));
        } else if wheels
            .iter()
            .all(|wheel| wheel.platforms.iter().all(|tag| tag != "any"))
        {
            let why = reason::compiled_stranger(one, form, on, self.target);
            // g++ brings gcc and the C library's headers; which of the two languages it is, no lock tells.
            let compiler: &[&str] = match self.target.family {
                Family::Debian(_) => &["g++"],
                Family::Alpine => &["g++", "musl-dev"],
            };
            for name in compiler {
                self.add_build(name, because(one, why.clone()), on, false);
            }
            self.compiled(one, on, why);
        }
    }

    fn compiled(&mut self, one: &Distribution, on: &[Platform], why: String) {
        self.plan.compiled.push(Compiled {
            name: one.name.clone(),
            version: one.version.clone(),
            platforms: on.to_vec(),
            why,
        });
    }

    fn suggest(&mut self, one: &Distribution, view: &View) {
        if !view.run.is_empty() {
            let warning = reason::suggested(&reason::named(one), view);
            self.suggested.push((view.run, warning.at(one.at.clone())));
        }
    }

    fn advise(&mut self, one: &Distribution, entry: &'static Entry, form: Form) {
        for advice in &entry.advice {
            self.warn(one, form, advice, advice.message.clone());
        }
    }

    /// Says what has outgrown this release, Pythons among it.
    fn outgrown(&mut self, one: &Distribution, form: Form) {
        for advice in outgrown::of(&one.name).iter().chain(capped::of(&one.name)) {
            let message = format!("{} {}", reason::named(one), advice.message);
            self.warn(one, form, advice, message);
        }
    }

    /// Adds a piece of advice where it holds, once.
    fn warn(&mut self, one: &Distribution, form: Form, advice: &'static Advice, message: String) {
        if view::advice_fits(advice, one, form, self.target, &self.company) {
            let warning = Warning::new(&advice.code, message, &advice.help).at(one.at.clone());
            if !self.plan.warnings.contains(&warning) {
                self.plan.warnings.push(warning);
            }
        }
    }

    /// Adds what a need seen in the sources asks for; an unknown need asks for nothing.
    pub(super) fn source_need(&mut self, need: &SourceNeed, catalogue: &'static Catalogue) {
        let Some(entry) = catalogue.source_need(&need.need) else {
            return;
        };
        let because = Because {
            requirement: need.evidence.clone(),
            version: None,
            source: need.at.file.to_string(),
            line: need.at.line,
            why: entry.why.clone(),
            seen: true,
        };
        let platforms = self.target.platforms.clone();
        let lists = view::lists(entry, self.target.family);
        for name in lists.build {
            self.add_build(name, because.clone(), &platforms, lists.build_proved);
        }
        for advice in &entry.advice {
            let said = self.plan.warnings.iter().any(|one| one.code == advice.code);
            if !said && view::company_fits(advice, &self.company) {
                let warning = Warning::new(&advice.code, &advice.message, &advice.help);
                self.plan.warnings.push(warning.at(need.at.clone()));
            }
        }
        if lists.run_when == RunWhen::Suggested {
            let warning = reason::suggested(&because.requirement, &lists);
            // Once is enough, wherever else it is called.
            let said = |one: &Warning| (one.code, &one.help) == (warning.code, &warning.help);
            if !self.suggested.iter().any(|(_, one)| said(one)) {
                self.suggested
                    .push((lists.run, warning.at(need.at.clone())));
            }
            return;
        }
        for name in lists.run {
            self.add_run(name, because.clone(), &platforms, lists.run_proved);
        }
        self.other_suite(entry, &lists, because, &need.at);
    }

    /// What is needed exists only in another suite than the target's.
    fn other_suite(&mut self, entry: &Entry, view: &View, because: Because, at: &Place) {
        let (Some(suite), Family::Debian(here)) = (entry.only_suite, self.target.family) else {
            return;
        };
        if suite != here {
            let who = because.requirement.as_str();
            let warning = reason::suite_lacks(who, view, here, suite);
            self.plan.warnings.push(warning.at(at.clone()));
            self.plan
                .wants_suite
                .get_or_insert(WantedSuite { suite, because });
        }
    }

    fn add_build(&mut self, name: &str, because: Because, on: &[Platform], proved: bool) {
        if !self.target.already.contains(name) {
            add(&mut self.build, name, because, on, proved);
        }
    }

    fn add_run(&mut self, name: &str, because: Because, on: &[Platform], proved: bool) {
        if !self.target.already.contains(name) {
            add(&mut self.run, name, because, on, proved);
        }
    }

    /// The finished plan, sorted.
    pub(super) fn finish(self) -> SystemPlan {
        let all = self.target.platforms.len();
        let packages = |gathered: BTreeMap<String, Gathered>| {
            gathered
                .into_iter()
                .map(|(name, one)| SystemPackage {
                    before: before(&name).map(|(command, _)| command),
                    name,
                    because: one.because.into_iter().collect(),
                    only: if one.platforms.len() == all {
                        Vec::new()
                    } else {
                        one.platforms.into_iter().collect()
                    },
                    unproved: !one.proved,
                })
                .collect()
        };
        let mut plan = self.plan;
        let open = |packages: &[String]| packages.iter().any(|one| !self.run.contains_key(one));
        let suggested = self.suggested.iter().filter(|(packages, _)| open(packages));
        plan.warnings
            .extend(suggested.map(|(_, warning)| warning.clone()));
        plan.build = packages(self.build);
        plan.run = packages(self.run);
        plan.steps.sort();
        plan.steps.dedup();
        plan.compiled.sort();
        plan.warnings.sort();
        plan.warnings.dedup();
        plan
    }
}

fn add(
    stage: &mut BTreeMap<String, Gathered>,
    name: &str,
    because: Because,
    on: &[Platform],
    proved: bool,
) {
    let gathered = stage.entry(name.to_owned()).or_default();
    gathered.because.insert(because);
    gathered.platforms.extend(on);
    gathered.proved |= proved;
}

fn because(one: &Distribution, why: String) -> Because {
    let Place { file, line } = &one.at;
    let why = match one.via.last() {
        Some(parent) if one.artefacts == Artefacts::Unknown => format!("{why}; {parent} brings it"),
        _ => why,
    };
    Because {
        requirement: one.name.clone(),
        version: one.version.clone(),
        source: file.to_string(),
        line: *line,
        why,
        seen: false,
    }
}
