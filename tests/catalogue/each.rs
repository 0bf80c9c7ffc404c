//! What is missing without one package of a list: one that nothing misses does not belong there.

use std::collections::BTreeMap;

use crate::engine::Engine;
use crate::lab::{Lab, Left, Stage};
use crate::proof::Proof;
use crate::record::{Each, Line, Without};

/// The record's words behind what is missing without a package that another of its list happens to bring.
const COMES: &str = ", which another brings";

/// The record's words for a package whose absence nothing shows.
pub(crate) const NOT_MISSED: &str = "not missed";

/// What leaving out shows, of which the record lacks some.
#[derive(Default)]
pub(crate) struct Missed {
    pub(crate) without: Without,
    pub(crate) each: Each,
    /// What speaks against the entry, or cannot be told.
    pub(crate) against: Vec<String>,
}

impl Proof {
    /// The packages of a stage, and the entry's own of which each is left out: one alone is what the whole list is.
    fn lists(&self, stage: Stage) -> (Vec<String>, Vec<String>) {
        let subject = &self.subject;
        let (all, own) = match (stage, &subject.requirement) {
            (Stage::Run, None) => (subject.packages(), subject.own_run.clone()),
            (Stage::Run, Some(_)) => (subject.run.clone(), subject.own_run.clone()),
            (Stage::Build, None) => Default::default(),
            (Stage::Build, Some(_)) => (subject.build.clone(), subject.own_build.clone()),
        };
        let several = all.len() > 1;
        (all, if several { own } else { Vec::new() })
    }

    /// Does the record say what is missing without all packages, and without each?
    pub(crate) fn is_missed(&self, line: &Line) -> bool {
        [
            (Stage::Build, &line.without.build, &line.each.build),
            (Stage::Run, &line.without.run, &line.each.run),
        ]
        .into_iter()
        .all(|(stage, without, each)| {
            let (all, own) = self.lists(stage);
            (all.is_empty() || !without.is_empty()) && own.iter().all(|one| each.contains_key(one))
        })
    }

    /// Leaves out what the record says nothing of.
    pub(crate) fn missed(&self, engine: Engine, line: &Line) -> Result<Missed, String> {
        let mut lab = Lab::new(self, engine);
        let mut missed = Missed {
            without: line.without.clone(),
            each: line.each.clone(),
            against: Vec::new(),
        };
        let stages = [
            (
                Stage::Build,
                &mut missed.without.build,
                &mut missed.each.build,
            ),
            (Stage::Run, &mut missed.without.run, &mut missed.each.run),
        ];
        let mut against = Vec::new();
        for (stage, without, each) in stages {
            if let Err(why) = self.leave_out(&mut lab, stage, without, each, &mut against) {
                against.push(why);
            }
        }
        missed.against = against;
        lab.close(&format!("{} each", self.title()))?;
        Ok(missed)
    }

    fn leave_out(
        &self,
        lab: &mut Lab<'_>,
        stage: Stage,
        without: &mut String,
        each: &mut BTreeMap<String, String>,
        against: &mut Vec<String>,
    ) -> Result<(), String> {
        let (all, own) = self.lists(stage);
        let own: Vec<&String> = own.iter().filter(|one| !each.contains_key(*one)).collect();
        if all.is_empty() || own.is_empty() && !without.is_empty() {
            return Ok(());
        }
        if stage == Stage::Run && self.subject.requirement.is_some() {
            lab.built()?;
        }
        if without.is_empty() {
            match lab.without(stage, &all)? {
                Ok(words) => *without = words,
                Err(why) => against.push(why),
            }
        }
        for one in own {
            let words = match lab.without_one(stage, &all, one)? {
                Ok(Left::Missed(words)) => words,
                Ok(Left::MissedItself(words)) => words + COMES,
                Ok(Left::NotMissed) => NOT_MISSED.to_owned(),
                Err(why) => {
                    against.push(why);
                    continue;
                }
            };
            each.insert(one.clone(), words);
        }
        Ok(())
    }
}
