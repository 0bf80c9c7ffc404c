//! Turns facts and wishes into the [`BuildPlan`]: every decision made, each with its reason.

pub mod base;
pub mod closure;
pub mod command;
pub mod distributions;
pub mod install;
pub mod manager;
pub mod python;
pub mod quote;
pub mod source;
pub mod steps;
pub mod system;
pub mod wheels;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::facts::{Platform, ProjectFacts, Warning};
use crate::settings::{PackageTool, Settings};

use base::Base;
use closure::Distribution;
use command::{Installed, Start, Wish};
use install::{Install, Variable};
use manager::Chosen;
use python::Python;
use source::SourceSteps;
use system::SystemPlan;

/// Everything that the files say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuildPlan {
    /// Name of the project: its own, else its folder's.
    pub name: String,
    /// The manager's name.
    pub manager: &'static str,
    /// Files that the plan rests on, context-relative, sorted.
    pub manifests: Vec<String>,
    /// Python.
    pub python: Python,
    /// Images.
    pub base: Base,
    /// System packages.
    pub system: SystemPlan,
    /// What will be installed, sorted by name.
    pub distributions: Vec<Distribution>,
    /// How.
    pub install: Install,
    /// What is done with the source, and where it ends up.
    pub source: SourceSteps,
    /// How the application starts and behaves.
    pub start: Start,
    /// Environment of the runtime stage.
    pub env: Vec<Variable>,
    /// Working directory of the runtime stage.
    pub workdir: String,
    /// Who runs it.
    pub user: User,
    /// The application's folder relative to the build context; empty when they are the same.
    pub app: String,
    /// Frontend for a `# syntax=` line.
    pub syntax: Option<String>,
    /// `--mount` may be used.
    pub buildkit: bool,
    /// What the user should know, sorted.
    pub warnings: Vec<Warning>,
}

/// The user of the runtime stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Name in `/etc/passwd`.
    pub name: String,
    /// User ID.
    pub uid: u32,
    /// Group ID.
    pub gid: u32,
    /// Home.
    pub home: String,
}

impl BuildPlan {
    /// Paths of the files that are written, relative to the context.
    ///
    /// A Dockerfile below the context has its ignore file beside it under its own name: `BuildKit` prefers that one
    /// (docs.docker.com, «Filename and location» of .dockerignore files).
    pub fn files(&self) -> [String; 2] {
        if self.app.is_empty() {
            ["Dockerfile".to_owned(), ".dockerignore".to_owned()]
        } else {
            [
                format!("{}/Dockerfile", self.app),
                format!("{}/Dockerfile.dockerignore", self.app),
            ]
        }
    }
}

/// Plans.
///
/// # Errors
/// The project contradicts itself, or leaves open what only its author can say.
pub fn plan(
    facts: &ProjectFacts,
    settings: &Settings,
    catalogue: &Catalogue,
) -> Result<BuildPlan, Error> {
    let mut warnings = facts.warnings.clone();
    let chosen = manager::choose(facts, settings, &mut warnings)?;
    let resolver = distributions::Resolver::new(facts, &chosen, settings);
    let python = python::choose(
        &python::Question {
            wished: settings.python.as_deref(),
            requests: &facts.python,
            burden: &|minor| resolver.burden(minor),
        },
        &mut warnings,
    )?;
    let distributions = resolver.distributions(python.minor);
    let (base, system) = base_and_system(
        facts,
        settings,
        catalogue,
        &resolver,
        &python,
        &distributions,
        &mut warnings,
    )?;
    let start = start(facts, settings, &chosen, &distributions)?;
    warnings.extend(start.warnings.iter().cloned());
    let reach = install::Reach {
        buildkit: settings.buildkit.unwrap_or(true),
        release: base.release.unwrap_or("base"),
    };
    let project = steps::project_is_installed(facts, &chosen, &start);
    let install = steps::dependencies(facts, settings, &chosen, reach, &start, &mut warnings)?;
    let source = source::steps(facts, &chosen, reach, &start, project)?;
    warnings.sort();
    warnings.dedup();
    Ok(BuildPlan {
        name: project_name(facts),
        manager: chosen.manager.name(),
        manifests: chosen.manifests.clone(),
        env: environment(settings, &start)?,
        workdir: workdir(facts, &start),
        user: user(settings)?,
        app: facts.layout.app.clone(),
        syntax: settings.syntax.clone(),
        buildkit: reach.buildkit,
        python,
        base,
        system,
        distributions,
        install,
        source,
        start,
        warnings,
    })
}

/// Images and system packages depend on each other: a package that only one release has decides the release.
fn base_and_system(
    facts: &ProjectFacts,
    settings: &Settings,
    catalogue: &Catalogue,
    resolver: &distributions::Resolver<'_>,
    python: &Python,
    distributions: &[Distribution],
    warnings: &mut Vec<Warning>,
) -> Result<(Base, SystemPlan), Error> {
    let mut said = Vec::new();
    let mut base = base::choose(settings, python, None, &mut said)?;
    let mut decided = system::decide(
        distributions,
        &facts.sources,
        &resolver.target(&base, python.minor),
        catalogue,
    );
    if settings.suite.is_none()
        && base.distribution == Some("debian")
        && let Some(wanted) = &decided.wants_suite
    {
        said.clear();
        let because = wanted.because.clone();
        base = base::choose(settings, python, Some(wanted.suite), &mut said)?;
        decided = system::decide(
            distributions,
            &facts.sources,
            &resolver.target(&base, python.minor),
            catalogue,
        );
        said.push(
            Warning::new(
                "suite-chosen",
                format!(
                    "the image is built on {}: {} needs a package that later releases lack",
                    base.suite.name(),
                    because.requirement
                ),
                "pass `--suite trixie` to insist, and add what is missing by hand",
            )
            .at(crate::facts::Place::new(because.source, because.line)),
        );
    }
    warnings.extend(said);
    warnings.extend(decided.warnings.iter().cloned());
    adjust(&mut decided.build, &settings.packages.build);
    adjust(&mut decided.run, &settings.packages.run);
    Ok((base, decided))
}

/// The user's list extends what was detected; `!name` takes one out.
fn adjust(packages: &mut Vec<system::SystemPackage>, wishes: &[String]) {
    for wish in wishes {
        if let Some(name) = wish.strip_prefix('!') {
            packages.retain(|package| package.name != name);
        } else if !packages.iter().any(|package| package.name == *wish) {
            packages.push(system::SystemPackage::asked_for(wish));
        }
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
}

fn start(
    facts: &ProjectFacts,
    settings: &Settings,
    chosen: &Chosen<'_>,
    distributions: &[Distribution],
) -> Result<Start, Error> {
    let installed = Installed::new(
        distributions
            .iter()
            .map(|one| (one.name.clone(), one.version.clone()))
            .collect::<BTreeMap<_, _>>(),
        steps::own_scripts(facts, chosen),
    );
    command::choose(
        facts,
        &installed,
        &Wish {
            command: settings.command.clone(),
            app: settings.app.clone(),
            server: settings.server.clone(),
            port: settings.port,
        },
    )
}

fn project_name(facts: &ProjectFacts) -> String {
    facts
        .pyproject
        .iter()
        .filter_map(|pyproject| pyproject.name.as_ref())
        .chain(facts.setuptools.iter().filter_map(|found| found.name.as_ref()))
        .map(|name| name.value.clone())
        .next()
        .unwrap_or_else(|| facts.folder.clone())
}

fn environment(settings: &Settings, start: &Start) -> Result<Vec<Variable>, Error> {
    let user = user(settings)?;
    let mut variables = BTreeMap::from([
        ("HOME".to_owned(), user.home),
        ("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()),
        ("PYTHONUNBUFFERED".to_owned(), "1".to_owned()),
    ]);
    variables.extend(start.env.clone());
    variables.extend(settings.env.clone());
    variables.remove("PATH");
    let mut env = vec![Variable {
        name: "PATH".to_owned(),
        value: format!("{}/bin:$PATH", install::VENV),
    }];
    for (name, value) in variables {
        env.push(Variable::new(&name, &value)?);
    }
    env.sort();
    Ok(env)
}

fn workdir(facts: &ProjectFacts, start: &Start) -> String {
    [install::APP, &facts.layout.app, &start.working_dir]
        .into_iter()
        .filter(|part| !part.is_empty() && *part != ".")
        .collect::<Vec<_>>()
        .join("/")
}

fn user(settings: &Settings) -> Result<User, Error> {
    let name = settings.user.clone().unwrap_or_else(|| "app".to_owned());
    let uid = settings.uid.unwrap_or(10001);
    if uid == 0 || name == "root" {
        return Err(Error::Settings {
            what: "the process cannot run as root".to_owned(),
            at: None,
            help: "give another `--uid` or `--user`; a port below 1024 needs no root in a container since Docker 20.10"
                .to_owned(),
        });
    }
    Ok(User {
        home: format!("/home/{name}"),
        name,
        uid,
        gid: settings.gid.unwrap_or(uid),
    })
}

/// The platforms that the image is for: both, unless the user says otherwise.
pub(crate) fn platforms(settings: &Settings) -> Vec<Platform> {
    let wished: BTreeSet<Platform> = settings.platforms.iter().map(|name| (*name).into()).collect();
    if wished.is_empty() {
        Platform::ALL.to_vec()
    } else {
        wished.into_iter().collect()
    }
}

/// The package tool's name for templates.
pub(crate) fn tool_name(tool: PackageTool) -> &'static str {
    tool.name()
}
