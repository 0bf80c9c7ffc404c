//! Turns a file that works without a guard into the start of a program, where nothing else starts the project.

use super::known::Known;
use super::{Command, Start, scripts};
use crate::facts::Warning;

/// The one file at the top, or of several the one with the most usual name; `None` where applications are found that it may
/// have nothing to do with.
pub(super) fn start(known: &Known<'_>) -> Option<Start> {
    let app = &known.facts.app;
    if !app.objects.is_empty() && app.scripts.is_empty() || app.django.is_some() {
        return None;
    }
    let stem = |name: &str| {
        app.plain
            .iter()
            .find(|found| super::stem(&found.value.file) == name)
    };
    let only = app
        .plain
        .first()
        .filter(|_| app.plain.len() == 1 && app.scripts.is_empty());
    let mut names = scripts::USUAL.iter().chain(&["index"]);
    let found = names.find_map(|name| stem(name)).or(only)?;
    let why = "the file at the top that works when it is run";
    Some(Start {
        needs_source: true,
        command: Some(Command::words(
            scripts::python(&found.value),
            Some(found.at.clone()),
            why,
        )),
        port: scripts::listens(known),
        warnings: vec![
            Warning::new(
                "start-assumed",
                format!("{} is assumed to start the project", found.value.file),
                "pass `--command` with what starts it, if that is something else",
            )
            .at(found.at.clone()),
        ],
        ..Start::default()
    })
}
