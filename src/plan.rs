//! Turns facts and wishes into the [`BuildPlan`]: every decision made, each with its reason.

pub mod additions;
pub mod agreement;
pub mod bake;
pub mod base;
pub mod ci;
pub mod closure;
pub mod command;
pub mod compose;
pub mod distributions;
pub mod frontend;
pub mod install;
pub mod manager;
pub mod managers;
mod moved;
mod needs;
pub mod pin;
pub mod pre_commit;
pub mod python;
pub mod quote;
pub mod runtime;
pub mod secrets;
pub mod source;
pub mod system;
pub mod wheels;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::facts::{Platform, ProjectFacts, Warning};
use crate::settings::Settings;

use additions::Additions;
use base::Base;
use closure::Distribution;
use command::{Installed, Start, Wish};
use frontend::Frontend;
use install::{Install, Reach};
use manager::Chosen;
use managers::Question;
use pin::World;
use python::Python;
use runtime::Runtime;
use source::SourceSteps;
use system::SystemPlan;

/// The name that every builder looks for.
pub const DOCKERFILE: &str = "Dockerfile";

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
    /// What they will take, a platform each; empty where no sizes are known.
    pub sizes: Vec<Size>,
    /// How.
    pub install: Install,
    /// What is done with the source, and where it ends up.
    pub source: SourceSteps,
    /// The stage that builds files for the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontend: Option<Frontend>,
    /// How the application starts and behaves.
    pub start: Start,
    /// The runtime stage.
    pub runtime: Runtime,
    /// Who runs it.
    pub user: User,
    /// The application's folder relative to the build context; empty when they are the same.
    pub app: String,
    /// Name of the Dockerfile in the application's folder.
    pub dockerfile: String,
    /// Frontend for a `# syntax=` line.
    pub syntax: Option<String>,
    /// `--mount` may be used.
    pub buildkit: bool,
    /// What the user adds by hand.
    pub additions: Additions,
    /// What is written beside the Dockerfile and its ignore file.
    pub documents: Vec<Document>,
    /// What compose starts beside the application; nothing where no `compose.yaml` is asked for.
    pub beside: compose::Beside,
    /// Images are to be pinned by digest.
    pub pin: bool,
    /// What is known of the world, as far as this plan has a use for it.
    pub world: World,
    /// What the user should know, sorted.
    pub warnings: Vec<Warning>,
}

/// A file that is written because the user asked for it: `compose.yaml` and its like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Path relative to the build context.
    pub path: String,
    /// The template that renders it.
    pub template: &'static str,
    /// What the template is given; every value is quoted already for where it stands.
    pub data: serde_json::Value,
}

/// An estimate of what the distributions take once they are installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Where.
    pub platform: Platform,
    /// Bytes of those whose files have a size in the lock, unpacked and byte-compiled.
    pub bytes: u64,
    /// How many have none.
    pub unknown: usize,
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
    /// A name that Docker accepts for the image, made from the project's.
    pub fn image_name(&self) -> String {
        const LONGEST: usize = 100;
        let name: String = crate::facts::normalise(&self.name)
            .chars()
            .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
            .take(LONGEST)
            .collect();
        let name = name.trim_matches('-');
        if name.is_empty() { "app" } else { name }.to_owned()
    }

    /// Paths of the files that are written, relative to the context.
    ///
    /// A Dockerfile below the context or of another name has its ignore file beside it under its own name: `BuildKit` prefers
    /// that one (docs.docker.com, «Filename and location» of .dockerignore files).
    pub fn files(&self) -> Vec<String> {
        let documents = self.documents.iter().map(|one| one.path.clone());
        self.image_files().into_iter().chain(documents).collect()
    }

    /// The first two of [`Self::files`]: the Dockerfile and its ignore file.
    pub fn image_files(&self) -> [String; 2] {
        let dockerfile = if self.app.is_empty() {
            self.dockerfile.clone()
        } else {
            format!("{}/{}", self.app, self.dockerfile)
        };
        let ignore = if dockerfile == DOCKERFILE {
            ".dockerignore".to_owned()
        } else {
            format!("{dockerfile}.dockerignore")
        };
        [dockerfile, ignore]
    }
}

/// Plans.
///
/// # Errors
/// The project contradicts itself, or leaves open what only its author can say.
pub fn plan(
    facts: &ProjectFacts,
    settings: &Settings,
    catalogue: &'static Catalogue,
) -> Result<BuildPlan, Error> {
    let mut warnings = facts.warnings.clone();
    let chosen = manager::choose(facts, settings, &mut warnings)?;
    let resolver = distributions::Resolver::new(facts, &chosen, settings, catalogue);
    let ceiling = python::Ceiling::of(&facts.app.removed, &|name| resolver.holds(name));
    let python = python::choose(
        &python::Question {
            wished: settings.python.as_deref(),
            requests: &facts.python,
            burden: &|minor| resolver.burden(minor),
            hindered: &|minor| resolver.hindered(minor),
            ceiling: ceiling.as_ref(),
        },
        &mut warnings,
    )?;
    let distributions = resolver.checked(python.minor)?;
    let mut start = start(facts, settings, &chosen, &distributions)?;
    additions::writable(&mut start, settings);
    warnings.extend(resolver.missed(&facts.app.moved, &distributions));
    warnings.extend(start.warnings.iter().cloned());
    let all = resolver.with_server(&distributions, &start);
    let (base, system) = system::base_and_system(
        &system::Wanted {
            settings,
            needs: &needs::needs(facts, &chosen, &start, &distributions),
            resolver: &resolver,
            python: &python,
            distributions: &all,
        },
        catalogue,
        &mut warnings,
    )?;
    let question = Question {
        facts,
        chosen: &chosen,
        settings,
        reach: Reach {
            buildkit: settings.buildkit.unwrap_or(true),
            release: base.release.unwrap_or("base"),
        },
        options: resolver.options(),
        distributions: &distributions,
        server: start.install.as_ref(),
    };
    let install = managers::dependencies(&question, &mut warnings)?;
    let frontend = frontend::choose(
        facts,
        settings,
        &start,
        question.reach,
        base.suite,
        &mut warnings,
    )?;
    let project = managers::is_installed(facts, &chosen, !start.needs_source);
    let source = source::steps(&question, &install, &start, project)?;
    let additions = additions::additions(settings, &facts.layout.app, &mut warnings)?;
    let user = user(settings)?;
    let mut plan = BuildPlan {
        name: settings.name.clone().unwrap_or_else(|| project_name(facts)),
        manager: chosen.manager.name(),
        manifests: chosen.manifests.clone(),
        runtime: runtime::runtime(facts, settings, &system, &start, &user)?,
        app: facts.layout.app.clone(),
        dockerfile: settings
            .dockerfile
            .clone()
            .unwrap_or_else(|| DOCKERFILE.to_owned()),
        sizes: resolver.sizes(&distributions, &base, python.minor),
        syntax: settings.syntax.clone(),
        buildkit: question.reach.buildkit,
        additions,
        documents: Vec::new(),
        beside: compose::Beside::default(),
        pin: settings.pin.unwrap_or(false),
        world: World::default(),
        python,
        base,
        system,
        distributions,
        install,
        source,
        frontend,
        start,
        user,
        warnings,
    };
    if settings.compose == Some(true) {
        compose::add(&mut plan, facts)?;
    }
    ci::add(&mut plan, settings, &facts.layout.below)?;
    if settings.pre_commit == Some(true) {
        let hook = pre_commit::document(&plan.app, &facts.layout.below)?;
        plan.documents.push(hook);
    }
    if settings.bake == Some(true) {
        let target = bake::Target::new(&plan, facts, settings)?;
        plan.documents.push(bake::document(&plan.app, &[target]));
    }
    plan.warnings.sort();
    plan.warnings.dedup();
    Ok(plan)
}

fn start(
    facts: &ProjectFacts,
    settings: &Settings,
    chosen: &Chosen<'_>,
    distributions: &[Distribution],
) -> Result<Start, Error> {
    let project = managers::is_installed(facts, chosen, false);
    let installed = Installed {
        versions: distributions
            .iter()
            .map(|one| (one.name.clone(), one.version.clone()))
            .collect::<BTreeMap<_, _>>(),
        direct: distributions
            .iter()
            .filter(|one| one.via.is_empty())
            .map(|one| one.name.clone())
            .collect(),
        complete: chosen.lock.is_some()
            || chosen
                .requirements
                .is_some_and(|file| file.generator.is_some()),
        scripts: managers::own_scripts(facts),
        project,
    };
    let wish = Wish {
        command: settings.command.clone(),
        app: settings.app.clone(),
        server: settings.server.clone(),
        port: settings.port,
        health_path: settings.healthcheck_path.clone(),
    };
    match command::choose(facts, &installed, &wish) {
        // The rest of the plan stands without a command; only what is written needs one.
        Err(error @ Error::Undecided { .. }) if wish.app.is_none() => Ok(Start::open(error)),
        decided => decided,
    }
}

fn project_name(facts: &ProjectFacts) -> String {
    facts
        .pyproject
        .iter()
        .filter_map(|pyproject| pyproject.name.as_ref())
        .chain(
            facts
                .setuptools
                .iter()
                .filter_map(|found| found.name.as_ref()),
        )
        .map(|name| name.value.clone())
        .next()
        .unwrap_or_else(|| facts.folder.clone())
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
    let wished: BTreeSet<Platform> = settings
        .platforms
        .iter()
        .map(|name| (*name).into())
        .collect();
    if wished.is_empty() {
        Platform::ALL.to_vec()
    } else {
        wished.into_iter().collect()
    }
}
