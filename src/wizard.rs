//! Turns a project, the settings it has and a person's answers into settings: asks what is open or worth a choice, one
//! question at a time, each with the plan's value as default.
//!
//! Every answer is planned with before it counts, so that a question never has to know what a plan allows.

pub mod adopt;
mod ask;
pub mod files;
mod form;
mod pages;
pub mod questions;
mod screen;
mod terminal;

use std::collections::BTreeSet;

use toml::Value;

use crate::catalogue::Catalogue;
use crate::error::{Error, printable};
use crate::facts::ProjectFacts;
use crate::inspect::{self, tree::Tree};
use crate::plan::{self, BuildPlan};
use crate::settings::Settings;

pub use ask::Ask;
pub use terminal::Terminal;

use form::Said;
use questions::{QUESTIONS, Question};

/// A project that was inspected once and is planned as often as answers change.
pub struct Ground {
    facts: ProjectFacts,
    /// What `[tool.dockwright]` says; the wizard leaves it alone.
    under: Settings,
}

/// Keys whose values are no file's: who gave them instead.
#[derive(Default)]
pub struct Given {
    /// Flags and variables; what they answer is not asked.
    pub by_flags: BTreeSet<String>,
    /// A Dockerfile that was adopted.
    pub by_dockerfile: BTreeSet<String>,
}

/// A question's surroundings when it is asked.
pub(crate) struct Now<'a> {
    ground: &'a Ground,
    /// What `dockwright.toml` would say.
    own: &'a Settings,
    plan: &'a BuildPlan,
    /// The plan if the question's key were not set; `None` where that leaves something open.
    bare: Option<&'a BuildPlan>,
}

impl Ground {
    /// Inspects; `own` are the settings of `dockwright.toml` and of flags, `under` those of `pyproject.toml`.
    ///
    /// # Errors
    /// The project cannot be read.
    pub fn inspect(tree: &Tree, own: &Settings, under: Settings) -> Result<Self, Error> {
        let all = own.clone().over(under.clone());
        all.check()?;
        all.check_copies(tree)?;
        let facts = inspect::project(tree, all.requirements.as_deref())?;
        Ok(Self { facts, under })
    }

    /// Plans with these settings of `dockwright.toml`.
    ///
    /// # Errors
    /// As [`plan::plan`]; a setting that cannot stand in a Dockerfile.
    pub fn plan(&self, own: &Settings) -> Result<BuildPlan, Error> {
        let settings = own.clone().over(self.under.clone());
        settings.check()?;
        plan::plan(
            &self.facts,
            &settings,
            Catalogue::builtin().without(&settings.without),
        )
    }
}

/// Asks all that is open or worth a choice. Without an answer that differs the settings come back as they were.
///
/// # Errors
/// The user stops, the terminal fails, or the project is in a state that no answer mends.
pub fn ask(
    ground: &Ground,
    ask: &mut dyn Ask,
    own: Settings,
    given: &Given,
) -> Result<Settings, Error> {
    let mut answered = given.by_flags.clone();
    let (own, plan) = settled(ground, ask, own, &mut answered, Until::Planned)?;
    ask.say(&screen::screen(ground, &plan, &own, given))?;
    let open = plan.start.open.is_some();
    let (mut own, mut plan) = settled(ground, ask, own, &mut answered, Until::Started)?;
    if plan.start.command.is_none() {
        // What follows rests on it; without one, writing is refused.
        return Ok(own);
    }
    if open {
        ask.say(&screen::started(&plan))?;
    }
    for question in QUESTIONS {
        if !answered.contains(question.key) {
            (own, plan) = put(ground, ask, question, own, plan, &mut answered)?;
        }
    }
    Ok(own)
}

/// These settings with every proposal that differs from what happens without it, for nobody to ask: those that cannot be
/// planned with are left out.
///
/// # Errors
/// The project is in a state that no answer mends.
pub fn unasked(ground: &Ground, mut own: Settings, given: &Given) -> Result<Settings, Error> {
    let Ok(plan) = ground.plan(&own) else {
        return Ok(own);
    };
    let said: BTreeSet<String> = own.said().into_keys().collect();
    let open = |question: &&Question| {
        !given.by_flags.contains(question.key) && !said.contains(question.key)
    };
    for question in QUESTIONS.iter().filter(open) {
        let now = Now {
            ground,
            own: &own,
            plan: &plan,
            bare: Some(&plan),
        };
        let Some(form::Form::Proposed { choices, default }) = (question.form)(&now) else {
            continue;
        };
        let choice = choices.get(default).and_then(|choice| choice.value.clone());
        let next = own.with(question.key, choice.map(Value::from))?;
        if ground.plan(&next).is_ok() {
            own = next;
        }
    }
    Ok(own)
}

/// What has to be settled.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    /// Every contradiction.
    Planned,
    /// Every choice between equal starts, too.
    Started,
}

/// The plan, once what stands against it is settled; the keys that were chosen are not asked for again.
fn settled(
    ground: &Ground,
    ask: &mut dyn Ask,
    mut own: Settings,
    answered: &mut BTreeSet<String>,
    until: Until,
) -> Result<(Settings, BuildPlan), Error> {
    loop {
        let error = match ground.plan(&own) {
            Ok(plan) => match plan.start.open.clone() {
                Some(error) if until == Until::Started => error,
                None if until == Until::Started && plan.start.command.is_none() => {
                    let Some(line) = typed_command(ask, &plan)? else {
                        return Ok((own, plan));
                    };
                    answered.insert("command".to_owned());
                    own = own.with("command", Some(line.into()))?;
                    continue;
                }
                _ => return Ok((own, plan)),
            },
            Err(error) => error,
        };
        let Some((key, value)) = choose(ask, &error)? else {
            return Err(error);
        };
        answered.insert(key.to_owned());
        own = own.with(key, Some(value))?;
    }
}

/// A start command where none was found, after where it was looked for; `None` for an empty line.
fn typed_command(ask: &mut dyn Ask, plan: &BuildPlan) -> Result<Option<String>, Error> {
    ask.say("no start command was found")?;
    for (at, what) in &plan.start.looked {
        let at = at.as_ref();
        let at = at.map(|at| format!("  [{at}]")).unwrap_or_default();
        ask.say(&printable(&format!("  {what}{at}")))?;
    }
    let line = ask.text(questions::prompt("command"), "")?;
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// What settles an open decision: an offer, or a command that is typed; `None` where nothing is offered.
fn choose(ask: &mut dyn Ask, error: &Error) -> Result<Option<(&'static str, Value)>, Error> {
    let offers = error.offers();
    let Some(first) = offers.first() else {
        return Ok(None);
    };
    ask.say(&error.headline())?;
    let mut labels: Vec<String> = offers.iter().map(form::offered).collect();
    let starts = matches!(first.setting, "app" | "command");
    if starts {
        labels.push("another start command".to_owned());
    }
    let prompt = questions::prompt(first.setting);
    let index = ask.one(prompt, &labels, 0)?;
    if let Some(offer) = offers.get(index) {
        return Ok(Some((offer.setting, offer.value.clone().into())));
    }
    let line = ask.text(questions::prompt("command"), "")?;
    if line.is_empty() {
        return choose(ask, error);
    }
    Ok(Some(("command", line.into())))
}

/// Asks one question until its answer can be planned with.
fn put(
    ground: &Ground,
    ask: &mut dyn Ask,
    question: &Question,
    own: Settings,
    plan: BuildPlan,
    answered: &mut BTreeSet<String>,
) -> Result<(Settings, BuildPlan), Error> {
    let bare = if own.said().contains_key(question.key) {
        ground.plan(&own.with(question.key, None)?).ok()
    } else {
        Some(plan.clone())
    };
    let now = Now {
        ground,
        own: &own,
        plan: &plan,
        bare: bare.as_ref(),
    };
    let Some(form) = (question.form)(&now) else {
        return Ok((own, plan));
    };
    loop {
        let changed = match form.ask(ask, question.prompt)? {
            Said::AsProposed => return Ok((own, plan)),
            Said::Value(value) => vec![(question.key, value)],
            Said::Switched(changed) => changed,
        };
        let answered = changed
            .into_iter()
            .try_fold(own.clone(), |own, (key, value)| own.with(key, value))
            .and_then(|next| settled(ground, ask, next, answered, Until::Started));
        match answered {
            Err(
                error @ (Error::Settings { .. }
                | Error::Undecided { .. }
                | Error::Contradiction { .. }),
            ) => ask.say(&error.to_string())?,
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests;
