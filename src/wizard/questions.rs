//! The questions: each with the key of its setting, its words, and when and in which form it is asked.

use super::Now;
use super::form::{Choice, Form, Item, Switch};
use crate::catalogue::servers;
use crate::plan::BuildPlan;
use crate::plan::python::Releases;
use crate::plan::system::SystemPackage;
use crate::settings::{Ci, Manager, PackageTool, Suite};

/// A question.
pub struct Question {
    /// Dotted key of the setting that holds the answer.
    pub key: &'static str,
    /// The question's words: short, a terminal may have 40 columns.
    pub prompt: &'static str,
    /// Its form for a plan; `None` where it needs no asking.
    pub(super) form: fn(&Now<'_>) -> Option<Form>,
}

/// All questions, in the order in which they are asked: each rests on those before it.
pub const QUESTIONS: &[Question] = &[
    Question {
        key: "manager",
        prompt: "Package manager",
        form: manager,
    },
    Question {
        key: "python",
        prompt: "Python",
        form: python,
    },
    Question {
        key: "base",
        prompt: "Base image",
        form: base,
    },
    Question {
        key: "package-tool",
        prompt: "Its package tool",
        form: package_tool,
    },
    Question {
        key: "suite",
        prompt: "Debian release",
        form: suite,
    },
    Question {
        key: "app",
        prompt: "Application to start",
        form: app,
    },
    Question {
        key: "command",
        prompt: "Start command",
        form: command,
    },
    Question {
        key: "server",
        prompt: "Server",
        form: server,
    },
    Question {
        key: "frontend",
        prompt: "Front end to build",
        form: frontend,
    },
    Question {
        key: "port",
        prompt: "Port",
        form: port,
    },
    Question {
        key: "packages.build",
        prompt: "Builder's packages",
        form: build_packages,
    },
    Question {
        key: "packages.run",
        prompt: "Runtime's packages",
        form: run_packages,
    },
    Question {
        key: "compose",
        prompt: "Extras",
        form: extras,
    },
    Question {
        key: "dockerfile",
        prompt: "Dockerfile to write",
        form: dockerfile,
    },
];

/// What the question about extras is about: key of the setting, label.
pub const EXTRAS: &[(&str, &str)] = &[
    ("compose", "compose.yaml  start it with all it needs beside"),
    ("bake", "docker-bake.hcl  platforms, caches, attestations"),
    ("ci", "CI workflow  check, build and verify each change"),
    ("pre-commit", "pre-commit hook  check at each commit"),
];

/// The words of a setting's question; the key itself where there is no question.
pub fn prompt(key: &'static str) -> &'static str {
    QUESTIONS
        .iter()
        .find(|question| question.key == key)
        .map_or(key, |question| question.prompt)
}

/// Asked once a file holds an answer: without one, [`super::settled`] has asked where several claim the project.
fn manager(now: &Now<'_>) -> Option<Form> {
    let current = now.own.manager?.name();
    let values = Manager::NAMES.iter().map(|name| (*name, *name));
    now.select(
        "manager",
        values,
        current,
        now.bare.map(|plan| plan.manager.to_owned()),
    )
}

/// Asked where nothing in the project fixes it.
fn python(now: &Now<'_>) -> Option<Form> {
    if now.plan.python.at.is_some() {
        return None;
    }
    let releases = Releases::builtin();
    let versions: Vec<String> = releases
        .release
        .iter()
        .rev()
        .filter(|release| !releases.ended(release))
        .map(|release| format!("3.{}", release.minor))
        .collect();
    let values = versions
        .iter()
        .map(|version| (version.as_str(), version.as_str()));
    let found = now.bare.map(|plan| plan.python.version.clone());
    now.select("python", values, &now.plan.python.version, found)
}

fn base(now: &Now<'_>) -> Option<Form> {
    let kinds = [
        ("slim", "slim    Debian without compilers, every wheel fits"),
        (
            "full",
            "full    Debian, the builder has compilers and headers",
        ),
        ("alpine", "alpine  musl: smaller, but wheels may be missing"),
    ];
    let under = now.ground.under.base.as_deref().unwrap_or("slim");
    let current = now.own.base.as_deref().unwrap_or(under);
    let mut form = now.select("base", kinds.into_iter(), current, Some(under.to_owned()))?;
    if let Form::One { typed, .. } = &mut form {
        *typed = Some("another image that has Python");
    }
    Some(form)
}

/// Asked again once a file holds it; [`super::settled`] asks for it with the image.
fn package_tool(now: &Now<'_>) -> Option<Form> {
    let current = now.own.package_tool?.name();
    let values = PackageTool::NAMES.iter().map(|name| (*name, *name));
    now.select("package-tool", values, current, None)
}

fn suite(now: &Now<'_>) -> Option<Form> {
    if now.plan.base.distribution != Some("debian") {
        return None;
    }
    let values = Suite::NAMES.iter().rev().map(|name| (*name, *name));
    let found = now.bare.map(|plan| plan.base.suite.name().to_owned());
    now.select("suite", values, now.plan.base.suite.name(), found)
}

fn app(now: &Now<'_>) -> Option<Form> {
    text(now.own.app.as_ref())
}

/// Asked where none was found.
fn command(now: &Now<'_>) -> Option<Form> {
    if now.plan.start.command.is_none() {
        return Some(Form::Text {
            default: String::new(),
            found: None,
            number: false,
        });
    }
    text(now.own.command.as_ref())
}

/// Asked where the project brings none.
fn server(now: &Now<'_>) -> Option<Form> {
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
fn frontend(now: &Now<'_>) -> Option<Form> {
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
fn port(now: &Now<'_>) -> Option<Form> {
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

fn build_packages(now: &Now<'_>) -> Option<Form> {
    packages(now, |plan| &plan.system.build)
}

fn run_packages(now: &Now<'_>) -> Option<Form> {
    packages(now, |plan| &plan.system.run)
}

/// What can be written beside; those that this project allows.
fn extras(now: &Now<'_>) -> Option<Form> {
    let said = now.own.said();
    let top = &now.ground.facts.layout.top;
    let forge = if top.iter().any(|name| name == ".gitlab-ci.yml") {
        Ci::Gitlab
    } else {
        Ci::Github
    };
    let switches: Vec<Switch> = EXTRAS
        .iter()
        .map(|(key, label)| {
            let forge = now.own.ci.unwrap_or(forge).name();
            let (value, label) = if *key == "ci" {
                (forge.into(), label.replace("CI", forge))
            } else {
                (true.into(), (*label).to_owned())
            };
            let taken = said.get(*key) == Some(&value);
            Switch {
                key,
                value,
                label,
                taken,
            }
        })
        .filter(|one| one.taken || now.allows(one.key, one.value.clone()))
        .collect();
    Some(Form::Switches(switches)).filter(|_| now.own.images.is_empty())
}

/// Asked once a file holds it; [`super::files`] asks where another Dockerfile stands in the way.
fn dockerfile(now: &Now<'_>) -> Option<Form> {
    text(now.own.dockerfile.as_ref())
}

/// A setting that the file has, proposed again.
fn text(current: Option<&String>) -> Option<Form> {
    Some(Form::Text {
        default: current?.clone(),
        found: None,
        number: false,
    })
}

/// What is found and what is asked for, each with its first reason.
fn packages(now: &Now<'_>, of: fn(&BuildPlan) -> &Vec<SystemPackage>) -> Option<Form> {
    let found = of(now.bare?);
    let current = of(now.plan);
    let has = |list: &[SystemPackage], name: &str| list.iter().any(|one| one.name == name);
    let mut items: Vec<Item> = found
        .iter()
        .chain(current.iter().filter(|one| !has(found, &one.name)))
        .map(|package| {
            let why = package.because.first().map_or_else(
                || "asked for".to_owned(),
                |because| format!("{}: {}", because.requirement, because.why),
            );
            Item {
                name: package.name.clone(),
                label: format!("{}  {why}", package.name),
                found: has(found, &package.name),
                taken: has(current, &package.name),
            }
        })
        .collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Some(Form::Names(items))
}

impl Now<'_> {
    /// A choice among the values that can be planned with, the current one in any case; `None` where there is no choice.
    fn select<'v>(
        &self,
        key: &str,
        values: impl Iterator<Item = (&'v str, &'v str)>,
        current: &str,
        found: Option<String>,
    ) -> Option<Form> {
        let mut choices: Vec<Choice> = values
            .filter(|(value, _)| *value == current || self.allows(key, *value))
            .map(|(value, label)| Choice {
                label: label.to_owned(),
                value: Some(value.to_owned()),
            })
            .collect();
        let is_current = |choice: &Choice| choice.value.as_deref() == Some(current);
        if !choices.iter().any(is_current) {
            let value = Some(current.to_owned());
            choices.insert(
                0,
                Choice {
                    label: current.to_owned(),
                    value,
                },
            );
        }
        let default = choices.iter().position(is_current)?;
        (choices.len() > 1).then_some(Form::One {
            choices,
            default,
            typed: None,
            found,
        })
    }

    fn allows(&self, key: &str, value: impl Into<toml::Value>) -> bool {
        self.own
            .with(key, Some(value.into()))
            .and_then(|own| self.ground.plan(&own))
            .is_ok()
    }
}
