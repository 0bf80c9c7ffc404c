//! The questions about what is started.

use super::text;
use crate::catalogue::servers;
use crate::error::Error;
use crate::plan::BuildPlan;
use crate::wizard::Now;
use crate::wizard::form::{Choice, Form, offered};

/// Asked again once a file holds it, with what else could be started: [`crate::wizard::settled`] asks the first time.
pub(super) fn app(now: &Now<'_>) -> Option<Form> {
    let current = now.own.app.as_ref()?;
    let open = now.bare.and_then(|plan| plan.start.open.as_ref());
    let offers = open.map(Error::offers).unwrap_or_default();
    let mut choices: Vec<Choice> = offers
        .iter()
        .filter(|offer| offer.setting == "app")
        .map(|offer| Choice {
            label: offered(offer),
            value: Some(offer.value.clone()),
        })
        .collect();
    if choices.is_empty() {
        return text(Some(current));
    }
    let is_current = |choice: &Choice| choice.value.as_ref() == Some(current);
    if !choices.iter().any(is_current) {
        let value = Some(current.clone());
        let label = current.clone();
        choices.insert(0, Choice { label, value });
    }
    let default = choices.iter().position(is_current)?;
    Some(Form::One {
        choices,
        default,
        typed: Some("another application"),
        found: None,
    })
}

/// Asked again once a file holds it; [`crate::wizard::settled`] asks where none was found.
pub(super) fn command(now: &Now<'_>) -> Option<Form> {
    text(now.own.command.as_ref())
}

/// Asked where the project brings none.
pub(super) fn server(now: &Now<'_>) -> Option<Form> {
    let lacks = |plan: &BuildPlan| {
        let mut codes = plan.warnings.iter().map(|warning| warning.code);
        codes.any(|code| matches!(code, "server-missing" | "own-server"))
    };
    if now.own.server.is_none() && !lacks(now.plan) {
        return None;
    }
    let installed = |plan: &BuildPlan| plan.start.install.as_ref().map(|one| one.name.clone());
    let found = now.bare.and_then(installed);
    let current = now.own.server.clone().or_else(|| installed(now.plan));
    let mut choices: Vec<Choice> = servers::all()
        .iter()
        .map(|server| server.name.as_str())
        .filter(|name| current.as_deref() == Some(name) || now.allows("server", *name))
        .map(|name| Choice {
            label: name.to_owned(),
            value: Some(name.to_owned()),
        })
        .collect();
    if found.is_none() && now.bare.is_some() {
        choices.push(Choice {
            label: "none besides what the project brings".to_owned(),
            value: None,
        });
    }
    let default = choices.iter().position(|choice| choice.value == current)?;
    (choices.len() > 1).then_some(Form::One {
        choices,
        default,
        typed: None,
        found,
    })
}

/// Asked where a web application has a `package.json` with a `build` script beside it whose files are not committed: to build
/// them is proposed.
pub(super) fn frontend(now: &Now<'_>) -> Option<Form> {
    let current = now.own.frontend.clone();
    let start = &now.plan.start;
    let mut folders: Vec<String> = crate::plan::frontend::wanting(&now.ground.facts, start)
        .map(|folder| crate::plan::frontend::shown(&folder.folder).to_owned())
        .collect();
    if let Some(own) = current.as_ref().filter(|own| !folders.contains(own)) {
        folders.push(own.clone());
    }
    let choices: Vec<Choice> = folders
        .iter()
        .map(|folder| Choice {
            label: format!("{folder}  in a stage with Node.js"),
            value: Some(folder.clone()),
        })
        .chain([Choice {
            label: "none".to_owned(),
            value: None,
        }])
        .collect();
    let default = choices
        .iter()
        .position(|choice| current.is_none() || choice.value == current)?;
    (choices.len() > 1).then_some(Form::Proposed { choices, default })
}

/// Asked where something listens and can be told where.
pub(super) fn port(now: &Now<'_>) -> Option<Form> {
    let current = now.plan.start.port?;
    let other = if current == 8001 { 8002 } else { 8001 };
    let probe = now.own.with("port", Some(other.into())).ok()?;
    let told = now.ground.plan(&probe).ok()?.start.port == u16::try_from(other).ok();
    let found = now.bare.and_then(|plan| plan.start.port);
    told.then(|| Form::Text {
        default: current.to_string(),
        found: found.map(|port| port.to_string()),
        number: true,
    })
}
