//! dockwright reads a Python project and writes the Dockerfile that an expert would.
//!
//! One straight line:
//!
//! ```text
//! source tree → inspect → ProjectFacts → plan → BuildPlan → render → files → change → write | diff | exit code
//! ```
//!
//! Facts hold no decision: what the project says, each value with the file and line that prove it. The plan holds no «maybe»:
//! every decision with its reason. The renderer holds no knowledge: plan in, text out. Only [`change`] writes.
//!
//! | module | turns |
//! | --- | --- |
//! | [`cli`] | arguments and environment into [`settings`] |
//! | [`inspect`] | the tree into [`facts`] |
//! | [`catalogue`] | embedded tables into native knowledge |
//! | [`mod@plan`] | facts, settings and knowledge into decisions |
//! | [`render`] | the plan into files |
//! | [`change`], [`lock`] | files and the disk into a merge, a diff or a refusal |
//! | [`images`] | a folder into a plan for each of its images, and all of them into one comparison |
//! | [`registry`] | an image's name into its digest |
//! | [`watch`] | the file system's events into bursts of saved files |
//! | [`wizard`] | a project and answers into [`settings`] |
//! | [`engine`] | calls into a container engine's command line and its answers |
//! | [`verify`] | an image into a proof that it works, or into what it lacks |
//! | [`commands`] | all of it into output and an exit code |
//! | [`error`] | every failure into words |

pub mod catalogue;
pub mod change;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod error;
pub mod facts;
pub mod images;
pub mod inspect;
pub mod lock;
pub mod plan;
pub mod registry;
pub mod render;
pub mod settings;
pub mod verify;
pub mod watch;
pub mod wizard;

use std::path::{Path, PathBuf};

use catalogue::Catalogue;
use change::{Change, Options, State};
use error::Error;
use facts::{Place, Warning};
use images::Folder;
use inspect::tree::Tree;
use inspect::tree::ignored::DockerIgnore;
use lock::{LOCK_FILE, LockRecord};
use plan::pin::World;
use plan::{BuildPlan, Document, pre_commit};
use render::OutFile;
use settings::Settings;

/// A plan and the tree it was made from.
pub struct Planned {
    /// The project's files; remembers which were read.
    pub tree: Tree,
    /// Every decision.
    pub plan: BuildPlan,
}

/// What would be written, and what is there.
pub struct Preview {
    /// The build context.
    pub root: PathBuf,
    /// Every decision.
    pub plan: BuildPlan,
    /// Each file, before and after; the Dockerfile first.
    pub changes: Vec<Change>,
    /// What the last run recorded.
    pub recorded: Option<LockRecord>,
    /// What this run would record.
    pub record: LockRecord,
}

impl Preview {
    /// Path of `dockwright.lock` relative to the context: beside the Dockerfile.
    pub fn lock_path(&self) -> String {
        inspect::tree::join(&self.plan.app, LOCK_FILE)
    }
}

/// Opens the project in a folder, after undoing what a run that was killed while it wrote has left there; then with a warning
/// that says so.
///
/// # Errors
/// There is no such folder; another run is writing there; the disk refuses.
pub fn open(folder: &Path) -> Result<(Tree, Option<Warning>), Error> {
    let tree = inspect::context::open(folder)?;
    let undone = change::recover(tree.root())?.then(undone);
    Ok((tree, undone))
}

/// What is said where a killed run was undone.
pub(crate) fn undone() -> Warning {
    Warning::new(
        "run-undone",
        "an earlier dockwright was killed while it wrote: its files are again as they were before",
        "run `dockwright generate`",
    )
}

/// Inspects and plans the one image of a folder; `flags` are the wishes of the command line and the environment.
///
/// # Errors
/// The project cannot be read, or leaves open what only its author can say; the folder holds several images.
pub fn plan_for(folder: &Path, flags: Settings) -> Result<Planned, Error> {
    Folder::open(folder, flags)?.one(None)
}

/// Plans an open project with all the settings that it has.
///
/// # Errors
/// As [`plan_for`].
pub fn planned(tree: &Tree, settings: &Settings) -> Result<BuildPlan, Error> {
    settings.check()?;
    settings.check_copies(tree)?;
    let facts = inspect::project(tree, settings.requirements.as_deref())?;
    let catalogue = Catalogue::builtin().without(&settings.without);
    plan::plan(&facts, settings, catalogue)
}

/// Everything this program does, short of touching the disk.
///
/// # Errors
/// As [`plan_for`]; no start command; a file on disk that cannot be compared.
pub fn preview(folder: &Path, flags: Settings, options: Options) -> Result<Preview, Error> {
    let Planned { tree, plan } = plan_for(folder, flags)?;
    compared(&tree, plan, options)
}

/// Renders a plan and compares it with the disk.
///
/// # Errors
/// As [`preview`].
pub fn compared(tree: &Tree, plan: BuildPlan, options: Options) -> Result<Preview, Error> {
    compared_with(tree, plan, recorded(tree)?, &World::default(), options)
}

/// As [`compared`], with what the last run recorded, and what a registry said just now.
///
/// # Errors
/// As [`preview`].
pub fn compared_with(
    tree: &Tree,
    mut plan: BuildPlan,
    recorded: Option<LockRecord>,
    world: &World,
    options: Options,
) -> Result<Preview, Error> {
    plan.heed(&world.over(&known(recorded.as_ref())));
    let mut files = render::render(&plan)?;
    let mut changes = change::compare(tree.root(), &files, recorded.as_ref(), options)?;
    plan.warnings.extend(begun(
        &plan.app,
        &mut files,
        &mut changes,
        recorded.as_ref(),
    ));
    plan.warnings.extend(kept_out(&plan, &changes));
    plan.warnings.extend(not_included(tree, &plan.documents)?);
    let record = commands::record::record(tree, &plan, &files);
    Ok(Preview {
        root: tree.root().to_owned(),
        plan,
        changes,
        recorded,
        record,
    })
}

/// What the last run recorded.
///
/// # Errors
/// `dockwright.lock` is no such file.
pub fn recorded(tree: &Tree) -> Result<Option<LockRecord>, Error> {
    let path = tree.in_app(LOCK_FILE);
    // Said before it is read: nothing could be written through a link.
    change::target(tree.root(), &path)?;
    match tree.text(&path)? {
        Some(text) => LockRecord::parse(&text, &path).map(Some),
        None => Ok(None),
    }
}

/// What a record knows of the world.
pub(crate) fn known(recorded: Option<&LockRecord>) -> World {
    recorded
        .map(|record| World {
            digests: record.pins.clone(),
            tools: record.tools.clone(),
        })
        .unwrap_or_default()
}

/// A warning for each manifest or copied file that the build reads and that the ignore file, as it will be on disk, keeps out of the context.
fn kept_out(plan: &BuildPlan, changes: &[Change]) -> Vec<Warning> {
    let [_, ignore] = plan.image_files();
    let Some(change) = changes.iter().find(|change| change.path == ignore) else {
        return Vec::new();
    };
    let rules = DockerIgnore::parse(&change.after);
    let copied = plan.additions.copies.iter().map(|copy| &copy.source);
    plan.manifests
        .iter()
        .chain(copied)
        .filter(|path| rules.excludes(path))
        .map(|path| {
            Warning::new(
                "manifest-ignored",
                format!(
                    "{ignore} keeps {path} out of the build context: the build will not find it"
                ),
                format!("add the line `!{path}` at the end of {ignore}"),
            )
            .at(Place::new(ignore.clone(), 0))
        })
        .collect()
}

/// Leaves a pre-commit configuration that somebody else began as it is, whatever is forced: a warning says what to add to it.
pub(crate) fn begun(
    folder: &str,
    files: &mut Vec<OutFile>,
    changes: &mut Vec<Change>,
    recorded: Option<&LockRecord>,
) -> Option<Warning> {
    let path = pre_commit::FILE;
    if recorded.is_some_and(|record| record.files.contains_key(path)) {
        return None;
    }
    let foreign = |change: &Change| change.path == path && change.state != State::Unchanged;
    let at = changes.iter().position(foreign)?;
    let text = changes[at].before.clone()?;
    changes.remove(at);
    files.retain(|file| file.path != path);
    pre_commit::missing(&text, folder)
}

/// A warning where GitLab would not find the workflow: only `.gitlab-ci.yml` is read by itself.
pub(crate) fn not_included(tree: &Tree, written: &[Document]) -> Result<Option<Warning>, Error> {
    let path = plan::ci::path(settings::Ci::Gitlab);
    if written.iter().all(|one| one.path != path) {
        return Ok(None);
    }
    let main = ".gitlab-ci.yml";
    let text = tree.text(main)?.unwrap_or_default();
    Ok((!text.contains(path)).then(|| {
        Warning::new(
            "ci-not-included",
            format!("{main} does not include {path}: GitLab will not run it"),
            format!("add to {main}: `include: [{{ local: {path} }}]`"),
        )
    }))
}
