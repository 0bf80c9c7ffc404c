//! The plan as a person reads it.

use std::fmt::Write as _;

use crate::error::printable;
use crate::facts::Place;
use crate::plan::BuildPlan;
use crate::plan::system::SystemPackage;

/// The plan in one screen: each decision, its reason, its place.
pub(super) fn for_people(plan: &BuildPlan) -> String {
    let mut text = String::new();
    decisions(&mut text, plan);
    system_packages(&mut text, "builder", &plan.system.build);
    system_packages(&mut text, "runtime", &plan.system.run);
    for one in &plan.system.compiled {
        let platforms: Vec<&str> = one.platforms.iter().map(|one| one.docker()).collect();
        let _ = writeln!(
            text,
            "compiled   {} {}\n             {} ({})",
            printable(&one.name),
            printable(one.version.as_deref().unwrap_or_default()),
            printable(&one.why),
            platforms.join(", ")
        );
    }
    for size in &plan.sizes {
        let unknown = match size.unknown {
            0 => String::new(),
            count => format!("; {count} more have no size there"),
        };
        let _ = writeln!(
            text,
            "installed  about {} MB on {}\n             estimated from the sizes in the lock{unknown}",
            size.bytes / 1_000_000,
            size.platform.docker()
        );
    }
    if !plan.warnings.is_empty() {
        text.push('\n');
        text.push_str(&super::super::generate::warnings(&plan.warnings));
    }
    text
}

/// Everything but packages: a line for what was decided, a line for why.
fn decisions(text: &mut String, plan: &BuildPlan) {
    let mut say = |name: &str, value: &str, why: &str, at: Option<&Place>| {
        let at = at.map(|at| format!("  [{at}]")).unwrap_or_default();
        // Without a name it goes on with the reasons of the line above.
        if !name.is_empty() {
            let _ = writeln!(text, "{name:<10} {}", printable(value));
        }
        let _ = writeln!(text, "{:<10}   {}{}", "", printable(why), printable(&at));
    };
    say(
        "project",
        &plan.name,
        &format!("{}: {}", plan.manager, plan.manifests.join(", ")),
        None,
    );
    if !plan.app.is_empty() {
        say(
            "context",
            &super::explanation::context(plan),
            "the build context: the workspace above holds the lock",
            None,
        );
    }
    say(
        "python",
        &plan.python.version,
        &plan.python.why,
        plan.python.at.as_ref(),
    );
    say("base", &plan.base.runtime, &base(plan), None);
    if let Some(stage) = &plan.frontend {
        let value = format!("{}: {} in {}", stage.folder, stage.build, stage.image);
        let why = format!("{}; makes {}", stage.why, stage.outputs.join(", "));
        say("frontend", &value, &why, Some(&stage.at));
    }
    if let Some(command) = &plan.start.command {
        let line = command.argv(plan.start.port).join(" ");
        say("command", &line, &command.why, command.at.as_ref());
    } else {
        say("command", "none found", "pass --command or --app", None);
        for (at, why) in &plan.start.looked {
            say("", "", why, at.as_ref());
        }
    }
    for process in &plan.start.processes {
        say(
            &process.name,
            &process.command.argv(plan.start.port).join(" "),
            &process.command.why,
            process.command.at.as_ref(),
        );
    }
    for service in &plan.beside.services {
        say(
            &service.name,
            &service.image,
            &service.why,
            Some(&service.at),
        );
    }
    if let Some(port) = plan.start.port {
        let why = if plan.start.heeds_port() {
            "$PORT overrides it"
        } else {
            "what the project says; $PORT does not change it"
        };
        say("port", &port.to_string(), why, None);
    }
    say(
        "user",
        &format!("{} {}:{}", plan.user.name, plan.user.uid, plan.user.gid),
        &format!("home {}; any other UID works too", plan.user.home),
        None,
    );
    for place in &plan.start.writable {
        say("writable", &place.path, &place.why, place.at.as_ref());
    }
}

/// Packages of a stage, those with the same reasons together.
fn system_packages(text: &mut String, stage: &str, packages: &[SystemPackage]) {
    let mut groups: Vec<(&SystemPackage, Vec<String>)> = Vec::new();
    for package in packages {
        let unproved = if package.unproved { " (unproved)" } else { "" };
        let name = format!("{}{unproved}", printable(&package.name));
        match groups
            .iter_mut()
            .find(|(first, _)| first.because == package.because)
        {
            Some((_, names)) => names.push(name),
            None => groups.push((package, vec![name])),
        }
    }
    for (package, names) in groups {
        let _ = writeln!(text, "{stage:<10} {}", names.join(", "));
        if package.because.is_empty() {
            let _ = writeln!(text, "             asked for");
        }
        for because in &package.because {
            let who = match &because.version {
                Some(version) => format!("{} {version}", because.requirement),
                None => because.requirement.clone(),
            };
            let _ = writeln!(
                text,
                "             {}: {}  [{}]",
                printable(&who),
                printable(&because.why),
                printable(&Place::new(because.source.clone(), because.line).to_string())
            );
        }
    }
}

/// Which stages the base is for, and the digest that it is pinned to.
fn base(plan: &BuildPlan) -> String {
    let mut text = if plan.base.builder == plan.base.runtime {
        "both stages".to_owned()
    } else {
        format!("runtime; the builder is {}", plan.base.builder)
    };
    if let Some(digest) = plan.world.digests.get(&plan.base.runtime) {
        let _ = write!(text, "; pinned to {digest}");
    }
    text
}
