//! Turns a Dockerfile that somebody wrote by hand into settings, where it says something else than inspection finds.

mod read;
mod start;
mod steps;
mod words;

use std::collections::BTreeSet;

use toml::Value;

use super::Ground;
use crate::error::{Error, printable};
use crate::facts::normalise;
use crate::inspect::dockerfile::Dockerfile;
use crate::inspect::tree::Tree;
use crate::plan::BuildPlan;
use crate::plan::install::APP;
use crate::settings::{Manager, Settings};

/// What was taken over, and what a person has to look at.
pub struct Adopted {
    /// The settings with what the Dockerfile adds.
    pub settings: Settings,
    /// A line for each value taken, and one for each that was not.
    pub told: String,
}

/// Something that the Dockerfile says, as a setting.
struct Wish {
    key: String,
    value: Value,
    /// Line in the Dockerfile.
    line: u32,
}

/// No more settings are tried, a plan for each: what somebody has typed has a few dozen.
const MOST: usize = 300;

/// Reads a Dockerfile into settings; what `own` says already is left alone. Where it installs another file than was found, the
/// project is inspected anew.
///
/// # Errors
/// As [`Ground::plan`], for the settings as they are.
pub fn adopt(
    tree: &Tree,
    ground: &mut Ground,
    own: &Settings,
    path: &str,
    text: &str,
) -> Result<Adopted, Error> {
    let file = Dockerfile::parse(text);
    // In a workspace it is not known from which folder the image was built.
    let alone = ground.facts.layout.app.is_empty();
    let mut found = read::everything(&file, alone.then_some(APP));
    // What is installed decides what everything else is compared with.
    found.wishes.sort_by_key(|wish| wish.key != "requirements");
    let said: BTreeSet<String> = own.said().into_keys().collect();
    let mut settings = own.clone();
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    let untried = found.wishes.split_off(MOST.min(found.wishes.len()));
    let mut now = ground.plan(&settings).ok();
    for wish in found.wishes {
        if said.contains(&wish.key) {
            continue;
        }
        let Some(value) = news(&wish, now.as_ref()) else {
            continue;
        };
        let at = format!("{}:{}", printable(path), wish.line);
        let shown = printable(&format!("{} = {value}", wish.key));
        // With the start command still open any plan is a failure that says nothing about this wish.
        let value = more(&settings, &wish.key, value);
        let answered = settings.with(&wish.key, Some(value)).and_then(|next| {
            next.check()?;
            next.check_copies(tree)?;
            let other = wish.key == "requirements";
            let anew = other.then(|| Ground::inspect(tree, &next, ground.under.clone()));
            let anew = anew.transpose()?;
            let then = match anew.as_ref().unwrap_or(ground).plan(&next) {
                Err(error) if now.is_some() => return Err(error),
                then => then.ok(),
            };
            if let Some(anew) = anew {
                *ground = anew;
            }
            Ok((next, then))
        });
        match answered {
            Ok((next, then)) => {
                (settings, now) = (next, then);
                taken.push(format!("  {shown}  [{at}]"));
            }
            Err(error) => left.push(format!(
                "  {shown}: {}  [{at}]",
                printable(&error.headline())
            )),
        }
    }
    left.extend(untried.iter().map(|wish| {
        let (key, path) = (printable(&wish.key), printable(path));
        format!("  {key}: after {MOST} others  [{path}:{}]", wish.line)
    }));
    left.extend(
        found
            .installed
            .iter()
            .filter(|(_, name)| !brings(now.as_ref(), name))
            .map(|(line, name)| {
                let (name, path) = (printable(name), printable(path));
                format!("  {name}, installed by name: add it to the requirements  [{path}:{line}]")
            }),
    );
    left.extend(
        found
            .left
            .iter()
            .map(|(line, what)| format!("  {}  [{}:{line}]", printable(what), printable(path))),
    );
    let mut told = format!("taken from {}:\n", printable(path));
    if taken.is_empty() {
        told.push_str("  nothing: inspection finds the same\n");
    }
    for line in &taken {
        told.extend([line, "\n"]);
    }
    if !left.is_empty() {
        told.push_str("not taken, look at them yourself:\n");
        for line in &left {
            told.extend([line, "\n"]);
        }
    }
    Ok(Adopted { settings, told })
}

/// The list with what another instruction has put into it before.
fn more(settings: &Settings, key: &str, value: Value) -> Value {
    match (settings.said().remove(key), value) {
        (Some(Value::Array(mut list)), Value::Array(more)) => {
            list.extend(more);
            Value::Array(list)
        }
        (_, value) => value,
    }
}

/// Is it installed anyway?
fn brings(plan: Option<&BuildPlan>, name: &str) -> bool {
    let name = normalise(name);
    plan.is_some_and(|plan| {
        let server = plan.start.install.iter().any(|one| one.name == name);
        server || plan.distributions.iter().any(|one| one.name == name)
    })
}

/// The value, as far as the plan does not say it already.
fn news(wish: &Wish, plan: Option<&BuildPlan>) -> Option<Value> {
    let value = wish.value.clone();
    let Some(plan) = plan else {
        return Some(value);
    };
    let same = match wish.key.as_str() {
        "python" => value.as_str() == Some(&plan.python.version),
        "suite" => value.as_str() == Some(plan.base.suite.name()),
        "base" => {
            let kind = match plan.base.distribution {
                Some("alpine") => "alpine",
                _ if plan.base.full => "full",
                _ => "slim",
            };
            value.as_str() == Some(kind)
        }
        "port" => value.as_integer() == plan.start.port.map(i64::from),
        "user" => value.as_str() == Some(&plan.user.name),
        "uid" => value.as_integer() == Some(i64::from(plan.user.uid)),
        "gid" => value.as_integer() == Some(i64::from(plan.user.gid)),
        "command" => plan.start.command.as_ref().is_some_and(|command| {
            let argv = command.argv(plan.start.port).join(" ");
            value.as_str() == Some(&argv)
        }),
        // Another manager's project has its own file; a path that only the image has is none.
        "requirements" => {
            let asked = |file: &String| value.as_str() == Some(file);
            plan.manager != Manager::Pip.name() || plan.manifests.iter().any(asked)
        }
        "copy" => {
            let is_manifest = |entry: &Value| {
                let source = entry.as_str().and_then(|entry| entry.split(':').next());
                source.is_some_and(|source| plan.manifests.iter().any(|file| file == source))
            };
            let list = value.as_array()?.iter();
            let rest: Vec<Value> = list.filter(|one| !is_manifest(one)).cloned().collect();
            return (!rest.is_empty()).then_some(Value::Array(rest));
        }
        "healthcheck-path" => {
            let path = plan
                .start
                .health
                .as_ref()
                .and_then(|health| health.path.as_deref());
            value.as_str() == path
        }
        "packages.build" | "packages.run" => {
            let known: BTreeSet<&str> = plan
                .system
                .build
                .iter()
                .chain(&plan.system.run)
                .map(|package| package.name.as_str())
                .collect();
            let names: Vec<Value> = value
                .as_array()?
                .iter()
                .filter(|name| name.as_str().is_some_and(|name| !known.contains(name)))
                .cloned()
                .collect();
            return (!names.is_empty()).then_some(Value::Array(names));
        }
        _ => false,
    };
    (!same).then_some(value)
}
