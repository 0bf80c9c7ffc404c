//! Turns what the sources show around the start into health checks, writable places and variables.

use std::collections::BTreeMap;

use super::known::Known;
use super::{BuildStep, Health, Start, Writable, data, django, driver, init, sqlite};
use crate::catalogue::frameworks;
use crate::facts::Arg;

/// Adds all of it to a start.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    django::complete(known, start);
    prepare(start);
    start.init = init::reason(known, start);
    let app = &known.facts.app;
    if start.port.is_some() {
        let wished = known.wish.health_path.clone();
        let route = app.health.first().filter(|_| wished.is_none());
        start.health = Some(Health {
            at: route.map(|route| route.at.clone()),
            path: wished.or_else(|| route.map(|route| route.value.clone())),
        });
    }
    let expands = start.command.as_ref().is_some_and(super::Command::has_port);
    if let Some(port) = start
        .port
        .filter(|_| !expands && app.variables.contains_key("PORT"))
    {
        // The code reads it by itself.
        start.env.insert("PORT".to_owned(), port.to_string());
    }
    start.warnings.extend(data::missing(known));
    start.warnings.extend(driver::missing(known));
    data::writes(known, start);
    if let Some(django) = app
        .django
        .as_ref()
        .filter(|_| start.framework.as_deref() == Some("django"))
        && let Some(media) = &django.media_root
    {
        start.writable.push(Writable {
            path: if media.value.is_empty() {
                "media".to_owned()
            } else {
                media.value.clone()
            },
            volume: true,
            why: "MEDIA_ROOT: uploads".to_owned(),
            at: Some(media.at.clone()),
        });
    }
    sqlite::complete(known, start);
    start.writable.sort();
}

/// What the framework would write at its first start, which a read-only image does not let it.
fn prepare(start: &mut Start) {
    let table = start.framework.as_deref().and_then(frameworks::get);
    let own = start
        .command
        .as_ref()
        .and_then(|command| command.line.words().first());
    // The framework's own command alone does that.
    let runs = |table: &&frameworks::Framework| {
        own.and_then(Arg::literal) == table.command.first().map(String::as_str)
    };
    let Some(table) = table.filter(runs) else {
        return;
    };
    for argv in &table.build {
        start.build_steps.push(BuildStep {
            argv: argv.clone(),
            env: BTreeMap::new(),
            needs: Vec::new(),
            why: "what it would write at its first start".to_owned(),
            at: None,
        });
    }
}
