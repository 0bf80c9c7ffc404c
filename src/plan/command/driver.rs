//! Turns a database engine of Django's settings into a warning where no driver for it is installed.

use super::known::Known;
use crate::catalogue::services::{self, Service};
use crate::facts::{Found, Warning};

/// A warning for each engine; none where a dependency may bring a driver along unseen.
pub(super) fn missing(known: &Known<'_>) -> Vec<Warning> {
    let engines = known.facts.app.django.iter().flat_map(|app| &app.engines);
    engines
        .filter(|_| known.installed.complete)
        .filter_map(|engine| without(known, engine))
        .collect()
}

fn without(known: &Known<'_>, engine: &Found<String>) -> Option<Warning> {
    let serves = |service: &&Service| service.engines.contains(&engine.value);
    let service = services::table().services.values().find(serves)?;
    let (best, others) = service.django.split_first()?;
    if service.django.iter().any(|driver| known.has(driver)) {
        return None;
    }
    let message = format!(
        "Django is to use {} ({}), and no driver for it is among the dependencies",
        service.what, engine.value
    );
    let help = format!("add `{best}` to them, or {}", others.join(", "));
    Some(Warning::new("driver-missing", message, &help).at(engine.at.clone()))
}
