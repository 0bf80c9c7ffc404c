//! Turns the `[images.NAME]` tables of one settings file into a plan each, and all of them into one comparison with the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::change::{self, Change, Options};
use crate::error::{Error, printable};
use crate::facts::Warning;
use crate::inspect::context;
use crate::inspect::tree::{Tree, join};
use crate::lock::{LOCK_FILE, LockRecord};
use crate::plan::pin::World;
use crate::plan::{BuildPlan, DOCKERFILE, ci};
use crate::render::{self, OutFile};
use crate::settings::{Ci, Settings, misplaced};
use crate::{Planned, commands, planned};

/// One image of several.
pub struct Image {
    /// Its name in the settings.
    pub name: String,
    /// Its files.
    pub tree: Tree,
    /// Its decisions.
    pub plan: BuildPlan,
}

/// Several images, compared with the disk.
pub struct Images {
    /// The folder that holds all of their build contexts; all paths below are relative to it.
    pub root: PathBuf,
    /// Each image.
    pub images: Vec<Image>,
    /// Each file, before and after.
    pub changes: Vec<Change>,
    /// What the last run recorded.
    pub recorded: Option<LockRecord>,
    /// What this run would record.
    pub record: LockRecord,
    /// The one lock: beside the settings.
    pub lock_path: String,
    /// What the user should know, of all images.
    pub warnings: Vec<Warning>,
}

/// The images' plans, by name; `None` where the settings of the folder know of no images.
///
/// # Errors
/// As [`planned`]; a name or a root that cannot be one.
pub fn plans(folder: &Path, flags: &Settings) -> Result<Option<Vec<Image>>, Error> {
    let top = context::open(folder)?;
    let mut common = Settings::read(&top)?;
    let tables = std::mem::take(&mut common.images);
    if tables.is_empty() {
        return Ok(None);
    }
    // One workflow serves all images: see `compared`.
    common.ci = None;
    let flags = Settings {
        ci: None,
        ..flags.clone()
    };
    let roots: Vec<&str> = tables.values().map(root).collect();
    let mut images = Vec::new();
    for (name, table) in &tables {
        let settings = flags.clone().over(table.clone());
        let place = root(table);
        let tree = open(folder, name, place)?;
        let own = if place == "." {
            Settings::default()
        } else {
            Settings::read(&tree)?
        };
        let mut settings = settings.over(own).over(common.clone());
        settings.root = None;
        if !settings.images.is_empty() {
            return Err(misplaced());
        }
        let shared = roots.iter().filter(|other| **other == place).count() > 1;
        settings
            .dockerfile
            .get_or_insert(if place == "." || shared {
                format!("{DOCKERFILE}.{name}")
            } else {
                DOCKERFILE.to_owned()
            });
        let mut plan = planned(&tree, &settings)?;
        plan.name.clone_from(name);
        images.push(Image {
            name: name.clone(),
            tree,
            plan,
        });
    }
    Ok(Some(images))
}

/// The one image that is meant, by name where the settings hold several.
///
/// # Errors
/// As [`plans`]; there are several and none is named, or none of that name.
pub fn one(folder: &Path, flags: Settings, name: Option<&str>) -> Result<Planned, Error> {
    let plans = plans(folder, &flags)?;
    let names: Vec<String> = plans
        .iter()
        .flatten()
        .map(|image| image.name.clone())
        .collect();
    match (plans, name) {
        (None, None) => crate::plan_for(folder, flags),
        (None, Some(name)) => Err(unknown(name, &[])),
        (Some(_), None) => Err(Error::Settings {
            what: "dockwright.toml holds several images".to_owned(),
            at: None,
            help: format!("pass `--only` with one of: {}", names.join(", ")),
        }),
        (Some(images), Some(name)) => images
            .into_iter()
            .find(|image| image.name == name)
            .map(|Image { tree, plan, .. }| Planned { tree, plan })
            .ok_or_else(|| unknown(name, &names)),
    }
}

/// An image's folder, without what says nothing.
fn root(table: &Settings) -> &str {
    let root = table.root.as_deref().unwrap_or(".");
    let root = root.trim_start_matches("./").trim_end_matches('/');
    if root.is_empty() { "." } else { root }
}

fn open(folder: &Path, name: &str, root: &str) -> Result<Tree, Error> {
    let refused = |what: String, help: &str| Error::Settings {
        what,
        at: None,
        help: help.to_owned(),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(refused(
            format!("an image cannot be called `{}`", printable(name)),
            "give it a name of lower-case letters, digits, `-` and `_`",
        ));
    }
    let inside = !Path::new(root).is_absolute() && !root.split('/').any(|part| part == "..");
    if !inside || !folder.join(root).is_dir() {
        return Err(refused(
            format!("`images.{name}.root` cannot be `{}`", printable(root)),
            "give a folder below the one of dockwright.toml",
        ));
    }
    context::open(&folder.join(root))
}

/// Compares all images with the disk; `folder` holds the settings, `ci` asks for a workflow.
///
/// # Errors
/// As [`crate::compared`]; two images that write the same file.
pub fn compared(
    folder: &Path,
    mut images: Vec<Image>,
    ci: Option<Ci>,
    world: &World,
    options: Options,
) -> Result<Images, Error> {
    let top = context::open(folder)?;
    let home = top.root().join(top.app());
    let roots = images.iter().map(|image| image.tree.root());
    let root = roots.fold(home.clone(), |shared, root| common(&shared, root));
    let undone = change::recover(&root)?;
    let lock_path = join(&below(&root, &home), LOCK_FILE);
    let recorded = match top.text(&top.in_app(LOCK_FILE))? {
        Some(text) => Some(LockRecord::parse(&text, &lock_path)?),
        None => None,
    };
    let known = world.over(&crate::known(recorded.as_ref()));
    for image in &mut images {
        image.plan.heed(&known);
    }
    let mut files: Vec<OutFile> = Vec::new();
    let mut record = LockRecord::default();
    let mut warnings: Vec<Warning> = undone.then(crate::undone).into_iter().collect();
    let mut built = Vec::new();
    for image in &images {
        let prefix = below(&root, image.tree.root());
        let own = render::render(&image.plan)?;
        let part = commands::record::record(&image.tree, &image.plan, &own);
        add(&mut record, &image.name, &prefix, part);
        files.extend(own.into_iter().map(|file| OutFile {
            path: join(&prefix, &file.path),
            text: file.text,
        }));
        warnings.extend(image.plan.warnings.iter().cloned());
        built.push(ci::Built {
            plan: &image.plan,
            context: prefix,
        });
    }
    if let Some(ci) = ci {
        let folder = below(&root, &home);
        let (document, more) = ci::document(ci, &folder, &built, &context::below(&root))?;
        files.push(render::document(&document)?);
        warnings.extend(more);
    }
    record.files = files
        .iter()
        .map(|file| (file.path.clone(), file.text.clone()))
        .collect();
    if record.files.len() < files.len() {
        return Err(Error::Settings {
            what: "two images write the same file".to_owned(),
            at: None,
            help: "give each its own `root` or `dockerfile`, and ask for compose and bake in one of them"
                .to_owned(),
        });
    }
    let changes = change::compare(&root, &files, recorded.as_ref(), options)?;
    warnings.sort();
    warnings.dedup();
    Ok(Images {
        root,
        images,
        changes,
        recorded,
        record,
        lock_path,
        warnings,
    })
}

impl Images {
    /// Takes everything out that is not of one image; what the lock knows of the others stays.
    ///
    /// # Errors
    /// There is no such image.
    pub fn only(&mut self, name: &str) -> Result<(), Error> {
        let names: Vec<String> = self.images.iter().map(|image| image.name.clone()).collect();
        self.images.retain(|image| image.name == name);
        let Some(image) = self.images.first() else {
            return Err(unknown(name, &names));
        };
        let prefix = below(&self.root, image.tree.root());
        let own: Vec<String> = image
            .plan
            .files()
            .iter()
            .map(|file| join(&prefix, file))
            .collect();
        self.changes.retain(|change| own.contains(&change.path));
        let mut files = self.recorded.clone().unwrap_or_default().files;
        files.retain(|path, _| !own.contains(path));
        self.record.files.retain(|path, _| own.contains(path));
        self.record.files.extend(files);
        self.warnings.clone_from(&image.plan.warnings);
        Ok(())
    }

    /// The images that should be pinned and whose digest is not known.
    pub fn unpinned(&self) -> Vec<&str> {
        let plans = self.images.iter().map(|image| &image.plan);
        plans.flat_map(BuildPlan::unpinned).collect()
    }

    /// The reasons why `generate` would change something.
    pub fn drift(&self) -> Vec<change::Reason> {
        let mut recorded = self.recorded.clone();
        if let Some(record) = &mut recorded {
            let written = |path: &String| self.changes.iter().any(|change| change.path == *path);
            let gone = |path: &String| !self.record.files.contains_key(path);
            record.files.retain(|path, _| written(path) || gone(path));
        }
        change::drift(recorded.as_ref(), &self.record, &self.changes)
    }
}

/// There is no image of that name.
pub fn unknown(name: &str, names: &[String]) -> Error {
    Error::Settings {
        what: format!("there is no image `{}`", printable(name)),
        at: None,
        help: if names.is_empty() {
            "leave `--only` out: dockwright.toml has no `[images.NAME]` table".to_owned()
        } else {
            format!("give one of: {}", names.join(", "))
        },
    }
}

/// Adds what one image's run records, its paths below the common folder, its decisions under its name.
fn add(record: &mut LockRecord, name: &str, prefix: &str, part: LockRecord) {
    let placed = |map: BTreeMap<String, String>| -> BTreeMap<String, String> {
        let below = |(path, value): (String, String)| (join(prefix, &path), value);
        map.into_iter().map(below).collect()
    };
    record.inputs.extend(placed(part.inputs));
    record.pins.extend(part.pins);
    record.tools.extend(part.tools);
    for (key, value) in part.decisions {
        record.decisions.insert(format!("{name}: {key}"), value);
    }
    for mut need in part.packages {
        for because in &mut need.because {
            because.source = join(prefix, &because.source);
        }
        if !record.packages.contains(&need) {
            record.packages.push(need);
        }
    }
    record.packages.sort();
}

/// The deepest folder that holds both.
fn common(one: &Path, other: &Path) -> PathBuf {
    let holds = |folder: &&Path| other.starts_with(folder);
    one.ancestors().find(holds).unwrap_or(one).to_owned()
}

fn below(root: &Path, folder: &Path) -> String {
    let relative = folder.strip_prefix(root).unwrap_or(folder);
    relative.to_string_lossy().replace('\\', "/")
}
