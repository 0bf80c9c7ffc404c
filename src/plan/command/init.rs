//! Decides whether a small init must be process 1.
//!
//! The kernel drops a signal to process 1 that it has no handler for (`pid_namespaces(7)`), and Python installs none for SIGTERM:
//! a program that leaves it at that would run on until the engine kills it.

use super::known::Known;
use super::{Init, Start, serve};
use crate::catalogue::frameworks::{self, Role};
use crate::catalogue::servers;
use crate::facts::{Arg, CommandLine};

/// The reason for an init; `None` where the command ends on SIGTERM by itself.
pub(super) fn reason(known: &Known<'_>, start: &Start) -> Option<Init> {
    let command = start.command.as_ref()?;
    let CommandLine::Words { argv, .. } = &command.line else {
        return None;
    };
    let program = argv.first().and_then(Arg::literal)?;
    let program = program.rsplit('/').next().unwrap_or_default();
    let deaf = |name: &str| Init {
        why: format!("{name} does not handle SIGTERM, and process 1 has no default for it"),
        at: command.at.clone(),
    };
    if let Some(server) = servers::get(program) {
        return server.init.then(|| deaf(program));
    }
    let app = &known.facts.app;
    let framework = start.framework.as_deref().and_then(serve::framework);
    let own = framework.is_some_and(|table| table.command.first().is_some_and(|c| c == program));
    let script = matches!(program, "python" | "python3")
        || known
            .installed
            .scripts
            .iter()
            .any(|console| console.value.name == program);
    if !own && (!script || app.handles_term.is_some()) {
        return None;
    }
    match (framework, &app.waits) {
        (Some(table), _) => {
            let name = start.framework.as_deref().unwrap_or_default();
            (table.init && table.role != Role::Tool).then(|| deaf(name))
        }
        (None, Some(at)) if script && !tool(known) => Some(Init {
            at: Some(at.clone()),
            ..deaf("the code")
        }),
        _ => None,
    }
}

/// Does the project ask for a framework of command-line tools? They sleep between tries, and end.
fn tool(known: &Known<'_>) -> bool {
    frameworks::all()
        .values()
        .filter(|table| table.role == Role::Tool)
        .flat_map(|table| &table.distribution)
        .any(|name| known.direct(name))
}
