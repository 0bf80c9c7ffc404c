//! Decides how files for the browser are built: in a stage of its own, with Node.js, when the user asks for it.

mod node;

use serde::Serialize;

use crate::catalogue::frameworks::{self, Role};
use crate::catalogue::node::{Manager, Node};
use crate::error::{Error, Offer, printable};
use crate::facts::frontend::Frontend as Folder;
use crate::facts::{Place, ProjectFacts, Warning};
use crate::settings::{Settings, Suite};

use super::command::Start;
use super::install::{APP, Reach, Step};
use super::quote::{CopyPaths, EnvValue, ShellWord};

/// The stage that builds files for the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frontend {
    /// The folder with `package.json`, relative to the application's; `.` for that folder itself.
    pub folder: String,
    /// The operand of `FROM`, with the builder's own platform where that can be named: the files are the same for all.
    pub base: String,
    /// The image alone.
    pub image: String,
    /// Where it runs: the place of the folder in the runtime, so that a relative output path leads to the same place there.
    pub workdir: EnvValue,
    /// The step that installs the package manager; nothing where the image has it.
    pub setup: Option<Step>,
    /// The step that installs the packages, from manifest and lock alone.
    pub install: Step,
    /// The `COPY` of the sources.
    pub source: CopyPaths,
    /// The command that builds.
    pub build: String,
    /// What it writes, relative to the application's folder.
    pub outputs: Vec<String>,
    /// The operands of the `COPY` that fetches each of these.
    pub copies: Vec<CopyPaths>,
    /// Flags of that `COPY`.
    pub flags: &'static str,
    /// Why this image and this manager.
    pub why: String,
    /// The line of the `build` script.
    pub at: Place,
}

/// The stage that the user asks for; without a wish, a warning where a folder looks as if the application needed it.
///
/// # Errors
/// There is no such folder, nothing builds there, or it cannot be told where its files go.
pub fn choose(
    facts: &ProjectFacts,
    settings: &Settings,
    start: &Start,
    reach: Reach,
    suite: Suite,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Frontend>, Error> {
    let Some(wished) = &settings.frontend else {
        warnings.extend(unbuilt(facts, start));
        return Ok(None);
    };
    let wished = wished.trim_start_matches("./").trim_end_matches('/');
    let wished = if wished == "." { "" } else { wished };
    let mut all = facts.app.frontends.iter();
    let folder = all
        .find(|one| one.folder == wished)
        .ok_or_else(|| missing(facts, wished))?;
    stage(facts, folder, reach, suite, warnings).map(Some)
}

fn missing(facts: &ProjectFacts, wished: &str) -> Error {
    let named = |one: &Folder| shown(&one.folder).to_owned();
    let others = &facts.app.frontends;
    Error::Undecided {
        what: format!(
            "no package.json with a `build` script in {}",
            printable(shown(wished))
        ),
        evidence: others
            .iter()
            .map(|one| (Some(one.build.at.clone()), one.build.value.clone()))
            .collect(),
        help: match others.first() {
            Some(one) => format!("choose one: `--frontend {}`", printable(shown(&one.folder))),
            None => "give the folder of a package.json, relative to the project's".to_owned(),
        },
        offers: others
            .iter()
            .map(|one| Offer::new("frontend", named(one), Some(&one.build.at)))
            .collect(),
    }
}

/// A folder as one types it.
pub fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

/// Folders that a web application could want built: their script writes something that is not committed.
pub fn wanting<'a>(facts: &'a ProjectFacts, start: &Start) -> impl Iterator<Item = &'a Folder> {
    let web = start
        .framework
        .as_deref()
        .and_then(frameworks::get)
        .is_some_and(|table| table.role == Role::Web && table.interface.is_some());
    facts.app.frontends.iter().filter(move |folder| {
        let built = folder.outputs.iter().all(|output| output.present);
        web && !folder.outputs.is_empty() && !built
    })
}

fn unbuilt(facts: &ProjectFacts, start: &Start) -> Option<Warning> {
    let folder = wanting(facts, start).next()?;
    let name = printable(shown(&folder.folder));
    let output = folder.outputs.first()?;
    Some(
        Warning::new(
            "frontend-unbuilt",
            format!(
                "a script of package.json builds {} with {}: nothing in the image runs it",
                printable(&output.path),
                output.bundler
            ),
            format!("pass `--frontend {name}` if the application serves these files"),
        )
        .at(folder.build.at.clone()),
    )
}

fn stage(
    facts: &ProjectFacts,
    folder: &Folder,
    reach: Reach,
    suite: Suite,
    warnings: &mut Vec<Warning>,
) -> Result<Frontend, Error> {
    let (image, node) = node::image(folder, suite, warnings);
    let (manager, version) = node::manager(folder);
    let locked = folder
        .locks
        .iter()
        .any(|(name, _)| manager.locks.contains(name));
    if !locked {
        warnings.push(unlocked(folder, manager));
    }
    let application = [APP, &facts.layout.app].join("/");
    let application = application.trim_end_matches('/');
    let in_context = |path: &str| crate::inspect::tree::join(&facts.layout.app, path);
    let here = |name: &str| in_context(&crate::inspect::tree::join(&folder.folder, name));
    let mut names = vec!["package.json".to_owned()];
    let locks = folder.locks.iter().map(|(name, _)| name);
    names.extend(locks.filter(|name| manager.locks.contains(name)).cloned());
    let read = |name: &&String| manager.files.contains(name);
    names.extend(folder.beside.iter().filter(read).cloned());
    let (folders, files): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|n| n.ends_with('/'));
    let mut operands: Vec<String> = files.into_iter().map(|name| here(name)).collect();
    operands.push("./".to_owned());
    let mut copies = vec![CopyPaths::new(&operands)?];
    for name in folders {
        copies.push(CopyPaths::new(&[
            here(name.trim_end_matches('/')),
            format!("./{name}"),
        ])?);
    }
    let outputs = outputs(folder, warnings)?;
    let whole = in_context(&folder.folder);
    Ok(Frontend {
        folder: shown(&folder.folder).to_owned(),
        base: if reach.buildkit {
            format!("--platform=$BUILDPLATFORM {image}")
        } else {
            image.clone()
        },
        image,
        workdir: EnvValue::new(
            crate::inspect::tree::join(application, &folder.folder).trim_end_matches('/'),
        )?,
        setup: version
            .map(|version| setup(manager, &version, reach))
            .transpose()?,
        install: Step {
            copies,
            mounts: cache(manager, reach),
            line: if locked {
                &manager.install
            } else {
                &manager.unlocked
            }
            .clone(),
            ..Step::default()
        },
        source: CopyPaths::new(&[shown(&whole), "./"])?,
        build: manager.run.clone(),
        copies: outputs
            .iter()
            .map(|path| {
                let path = format!("{application}/{path}");
                CopyPaths::new(&[&path, &path])
            })
            .collect::<Result<_, _>>()?,
        outputs,
        flags: if reach.buildkit {
            "--from=frontend --chmod=755 "
        } else {
            "--from=frontend "
        },
        why: format!("{node}; {}", by(folder, manager, locked)),
        at: folder.build.at.clone(),
    })
}

fn by(folder: &Folder, manager: &Manager, locked: bool) -> String {
    match (&folder.manager, locked) {
        (Some(said), _) => format!("packageManager is {}", printable(&said.value)),
        (None, true) => format!("the lock is {}'s", manager.name),
        (None, false) => "there is no lock".to_owned(),
    }
}

/// npm brings the other managers: corepack has been no part of Node.js since its version 25
/// (<https://github.com/nodejs/node/pull/57663>). Images of older versions hold a `yarn` already, which is replaced.
fn setup(manager: &Manager, version: &str, reach: Reach) -> Result<Step, Error> {
    let package = manager.package.as_deref().unwrap_or_default();
    let word = ShellWord::new(&format!("{package}@{version}"))?;
    Ok(Step {
        mounts: npm_cache(reach),
        line: format!(
            "npm install --global --force --no-audit --no-fund {}",
            word.as_str()
        ),
        ..Step::default()
    })
}

fn cache(manager: &Manager, reach: Reach) -> Vec<String> {
    let name = &manager.name;
    let mount = format!("type=cache,id={name},target={}", manager.cache);
    if reach.buildkit {
        vec![mount]
    } else {
        Vec::new()
    }
}

fn npm_cache(reach: Reach) -> Vec<String> {
    let npm = Node::builtin()
        .managers
        .iter()
        .find(|one| one.package.is_none());
    npm.map(|npm| cache(npm, reach)).unwrap_or_default()
}

fn unlocked(folder: &Folder, manager: &Manager) -> Warning {
    Warning::new(
        "frontend-lock-missing",
        format!(
            "{} has no lock: each build of the image may get other packages",
            printable(&folder.build.at.file)
        ),
        format!("run `{} install` there and commit its lock", manager.name),
    )
    .at(folder.build.at.clone())
}

/// Where the files go; what is a guess is said to be one.
fn outputs(folder: &Folder, warnings: &mut Vec<Warning>) -> Result<Vec<String>, Error> {
    let Some(first) = folder.outputs.first() else {
        return Err(Error::Undecided {
            what: format!(
                "it cannot be told where the `build` script of {} writes",
                printable(&folder.build.at.file)
            ),
            evidence: vec![(Some(folder.build.at.clone()), folder.build.value.clone())],
            help: "name the folder in the script, as in `vite build --outDir dist`".to_owned(),
            offers: Vec::new(),
        });
    };
    if let (None, Some(computed)) = (&first.at, &first.computed) {
        warnings.push(
            Warning::new(
                "frontend-output",
                format!(
                    "{} computes where the files go: {} is a guess",
                    printable(&computed.file),
                    printable(&first.path)
                ),
                "write the folder there as a literal, relative to the file",
            )
            .at(computed.clone()),
        );
    }
    Ok(folder.outputs.iter().map(|one| one.path.clone()).collect())
}
