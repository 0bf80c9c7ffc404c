//! The questions: each with the key of its setting, its words, and when and in which form it is asked.

mod packages;
mod start;

use super::Now;
use super::form::{Choice, Form, Switch};
use crate::plan::python::Releases;
use crate::settings::{Ci, Manager, PackageTool};

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
        form: start::app,
    },
    Question {
        key: "command",
        prompt: "Start command",
        form: start::command,
    },
    Question {
        key: "server",
        prompt: "Server",
        form: start::server,
    },
    Question {
        key: "frontend",
        prompt: "Front end to build",
        form: start::frontend,
    },
    Question {
        key: "port",
        prompt: "Port",
        form: start::port,
    },
    Question {
        key: "packages.build",
        prompt: "Builder's packages",
        form: packages::build,
    },
    Question {
        key: "packages.run",
        prompt: "Runtime's packages",
        form: packages::run,
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
    let kinds = [
        ("trixie", "trixie    Debian 13"),
        ("bookworm", "bookworm  Debian 12, the release before"),
    ];
    let values = kinds.into_iter();
    let found = now.bare.map(|plan| plan.base.suite.name().to_owned());
    now.select("suite", values, now.plan.base.suite.name(), found)
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
