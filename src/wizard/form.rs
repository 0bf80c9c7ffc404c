//! The forms that a question takes, and how an answer in each becomes a setting's value.

use toml::Value;

use super::Ask;
use crate::error::{Error, Offer, printable};

/// A question as it is put for one project.
pub(super) enum Form {
    /// One of several values.
    One {
        /// What can be chosen; never empty.
        choices: Vec<Choice>,
        /// Index of the proposal.
        default: usize,
        /// Label of the entry under which another value is typed.
        typed: Option<&'static str>,
        /// What the inspection finds: no setting says it.
        found: Option<String>,
    },
    /// One of several values, of which the proposal is not what happens without the setting.
    Proposed {
        /// What can be chosen; never empty.
        choices: Vec<Choice>,
        /// Index of the proposal.
        default: usize,
    },
    /// A line of text.
    Text {
        /// The proposal, empty for none.
        default: String,
        /// What the inspection finds.
        found: Option<String>,
        /// The setting is a number.
        number: bool,
    },
    /// Any of several names, and more that are typed.
    Names {
        /// Why they are proposed, told beforehand: there is no room for it in a list.
        reasons: Vec<String>,
        /// What can be taken or left.
        items: Vec<Item>,
    },
    /// Settings that are on or off.
    Switches(Vec<Switch>),
}

/// An entry of [`Form::Switches`].
pub(super) struct Switch {
    /// The setting's key.
    pub(super) key: &'static str,
    /// Its value when it is on.
    pub(super) value: Value,
    /// As it is shown.
    pub(super) label: String,
    /// It is on.
    pub(super) taken: bool,
}

/// An entry of [`Form::One`].
pub(super) struct Choice {
    /// As it is shown.
    pub(super) label: String,
    /// The setting's value; `None` leaves it to the inspection.
    pub(super) value: Option<String>,
}

/// An entry of [`Form::Names`].
pub(super) struct Item {
    /// The setting's value.
    pub(super) name: String,
    /// As it is shown, the reason with it.
    pub(super) label: String,
    /// The inspection finds it.
    pub(super) found: bool,
    /// It is proposed.
    pub(super) taken: bool,
}

/// An answer.
pub(super) enum Said {
    /// The proposal was taken.
    AsProposed,
    /// The setting's new value; `None` takes the setting back.
    Value(Option<Value>),
    /// The new values of other settings than the question's own.
    Switched(Vec<(&'static str, Option<Value>)>),
}

impl Form {
    /// Asks, and says what the setting becomes.
    pub(super) fn ask(&self, ask: &mut dyn Ask, prompt: &str) -> Result<Said, Error> {
        match self {
            Self::One {
                choices,
                default,
                typed,
                found,
            } => {
                let mut labels: Vec<String> = choices
                    .iter()
                    .map(|choice| printable(&choice.label))
                    .collect();
                labels.extend(typed.map(ToOwned::to_owned));
                let index = ask.one(prompt, &labels, *default)?;
                if index == *default {
                    return Ok(Said::AsProposed);
                }
                let value = match choices.get(index) {
                    Some(choice) => choice.value.clone(),
                    None => Some(ask.text(prompt, "")?).filter(|text| !text.is_empty()),
                };
                let value = value.filter(|value| Some(value) != found.as_ref());
                Ok(Said::Value(value.map(Value::from)))
            }
            Self::Proposed { choices, default } => {
                let labels: Vec<String> = choices
                    .iter()
                    .map(|choice| printable(&choice.label))
                    .collect();
                let index = ask.one(prompt, &labels, *default)?;
                let choice = choices.get(index);
                let value = choice.and_then(|choice| choice.value.clone());
                Ok(Said::Value(value.map(Value::from)))
            }
            Self::Text {
                default,
                found,
                number,
            } => {
                let text = ask.text(prompt, default)?;
                if text == *default {
                    return Ok(Said::AsProposed);
                }
                let said =
                    Some(&text).filter(|text| !text.is_empty() && Some(*text) != found.as_ref());
                Ok(Said::Value(said.map(|text| match text.parse::<i64>() {
                    Ok(value) if *number => Value::Integer(value),
                    _ => Value::from(text.as_str()),
                })))
            }
            Self::Names { items, .. } if items.is_empty() => {
                ask.say("  nothing needs one; others by name, with blanks between")?;
                let list = typed(ask, prompt)?;
                Ok(if list.is_empty() {
                    Said::AsProposed
                } else {
                    Said::Value(Some(list.into()))
                })
            }
            Self::Names { reasons, items } => {
                for reason in reasons {
                    ask.say(&printable(reason))?;
                }
                names(ask, prompt, items)
            }
            Self::Switches(switches) => switched(ask, prompt, switches),
        }
    }
}

/// A checklist of settings.
fn switched(ask: &mut dyn Ask, prompt: &str, switches: &[Switch]) -> Result<Said, Error> {
    let labels: Vec<String> = switches.iter().map(|one| one.label.clone()).collect();
    let proposed: Vec<bool> = switches.iter().map(|one| one.taken).collect();
    let taken = ask.many(prompt, &labels, &proposed)?;
    if taken == proposed {
        return Ok(Said::AsProposed);
    }
    let changed = switches.iter().zip(taken);
    let changed = changed.filter(|(switch, taken)| switch.taken != *taken);
    Ok(Said::Switched(
        changed
            .map(|(switch, taken)| (switch.key, taken.then(|| switch.value.clone())))
            .collect(),
    ))
}

/// A checklist whose last entry asks for more.
fn names(ask: &mut dyn Ask, prompt: &str, items: &[Item]) -> Result<Said, Error> {
    let mut labels: Vec<String> = items.iter().map(|item| printable(&item.label)).collect();
    labels.push("others, by name".to_owned());
    let mut proposed: Vec<bool> = items.iter().map(|item| item.taken).collect();
    proposed.push(false);
    let taken = ask.many(prompt, &labels, &proposed)?;
    if taken == proposed {
        return Ok(Said::AsProposed);
    }
    let mut list: Vec<String> = items
        .iter()
        .zip(&taken)
        .filter_map(|(item, taken)| match (item.found, *taken) {
            (true, false) => Some(format!("!{}", item.name)),
            (false, true) => Some(item.name.clone()),
            _ => None,
        })
        .collect();
    if taken.last() == Some(&true) {
        list.extend(typed(ask, "Names, with blanks between")?);
    }
    let list = Some(list).filter(|list| !list.is_empty());
    Ok(Said::Value(list.map(Value::from)))
}

/// Names on one line.
fn typed(ask: &mut dyn Ask, prompt: &str) -> Result<Vec<String>, Error> {
    let line = ask.text(prompt, "")?;
    let names = line.split([' ', ',']).filter(|name| !name.is_empty());
    Ok(names.map(ToOwned::to_owned).collect())
}

/// An offer with the place that suggests it.
pub(super) fn offered(offer: &Offer) -> String {
    let at = offer.at.as_ref();
    let at = at.map(|at| format!("  [{at}]")).unwrap_or_default();
    printable(&format!("{}{at}", offer.value))
}
