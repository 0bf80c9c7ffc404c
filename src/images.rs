//! Turns a folder into a plan for each of its images (one without a name, or those of the `[images.NAME]` tables), and all of
//! them into one comparison with the disk.

mod compared;
mod remembered;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::change::{self, Options};
use crate::error::{Error, printable};
use crate::facts::Warning;
use crate::inspect::context;
use crate::inspect::tree::Tree;
use crate::lock::LockRecord;
use crate::plan::pin::World;
use crate::plan::{BuildPlan, DOCKERFILE};
use crate::settings::{Ci, Settings, misplaced, placed};
use crate::{Planned, planned};

pub use compared::Compared;
use remembered::passing;
pub use remembered::remembered;

/// A folder that dockwright was called for, opened: each file of it is read once, whatever is asked of it.
pub struct Folder {
    /// Its own files first, then those of each image that lies elsewhere.
    trees: Vec<Tree>,
    wishes: Vec<Wish>,
    /// Several images have one workflow …
    ci: Option<Ci>,
    /// … and one hook.
    pre_commit: Option<bool>,
    recorded: Option<LockRecord>,
    /// The folder that holds all build contexts.
    root: PathBuf,
    undone: Option<Warning>,
    /// The folders that the settings name, there or not.
    named: Vec<PathBuf>,
}

/// What is asked for of one image.
struct Wish {
    name: Option<String>,
    /// Its files, among [`Folder::trees`].
    tree: usize,
    settings: Settings,
    /// What flags and environment say alone.
    passing: Settings,
}

/// One image.
#[derive(Clone)]
pub struct Image {
    /// Its name in the settings; the only one of a folder may have none.
    pub name: Option<String>,
    /// Its decisions.
    pub plan: BuildPlan,
    tree: usize,
}

impl Folder {
    /// Opens a folder and reads what its settings ask for, below `flags`.
    ///
    /// # Errors
    /// As [`Folder::at`] and [`Folder::read`].
    pub fn open(folder: &Path, flags: Settings) -> Result<Self, Error> {
        let mut opened = Self::at(folder)?;
        opened.read(folder, flags)?;
        Ok(opened)
    }

    /// Opens a folder; no file of it is read yet.
    ///
    /// # Errors
    /// As [`crate::open`].
    pub fn at(folder: &Path) -> Result<Self, Error> {
        let (tree, undone) = crate::open(folder)?;
        Ok(Self {
            root: tree.root().to_owned(),
            trees: vec![tree],
            wishes: Vec::new(),
            ci: None,
            pre_commit: None,
            recorded: None,
            undone,
            named: Vec::new(),
        })
    }

    /// Reads the settings, and opens the folders of the images that they name. What was opened stays so when it fails.
    ///
    /// # Errors
    /// The settings, or the lock, cannot be read; a name or a root that cannot be one.
    pub fn read(&mut self, folder: &Path, flags: Settings) -> Result<(), Error> {
        let mut common = Settings::read(self.top())?;
        let tables = std::mem::take(&mut common.images);
        if tables.is_empty() {
            self.wishes.push(Wish {
                name: None,
                tree: 0,
                passing: passing(&flags, &common)?,
                settings: flags.over(common),
            });
        } else {
            self.ci = flags.ci.or(common.ci.take());
            self.pre_commit = flags.pre_commit.or(common.pre_commit.take());
            let flags = Settings {
                ci: None,
                pre_commit: None,
                ..flags
            };
            self.several(folder, tables, &flags, &common)?;
        }
        if self.root != self.top().root() && change::recover(&self.root)? {
            self.undone = Some(crate::undone());
        }
        self.recorded = crate::recorded(self.top())?;
        self.remember();
        Ok(())
    }

    fn several(
        &mut self,
        folder: &Path,
        tables: BTreeMap<String, Settings>,
        flags: &Settings,
        common: &Settings,
    ) -> Result<(), Error> {
        let mut opened = BTreeMap::from([(".".to_owned(), 0)]);
        for (name, table) in tables {
            let place = root(&table);
            self.named.push(self.home().join(&place));
            allowed(&self.home(), &name, &place)?;
            let tree = if let Some(tree) = opened.get(&place) {
                *tree
            } else {
                let mut tree = context::open(&folder.join(&place))?;
                tree.beside(self.top());
                self.trees.push(tree);
                opened.insert(place, self.trees.len() - 1);
                self.trees.len() - 1
            };
            let own = if tree == 0 {
                Settings::default()
            } else {
                Settings::read(&self.trees[tree])?
            };
            let settled = table.over(own).over(common.clone());
            let passing = passing(flags, &settled)?;
            let settings = flags.clone().over(settled);
            if !settings.images.is_empty() {
                return Err(misplaced());
            }
            self.wishes.push(Wish {
                tree,
                settings: Settings {
                    root: None,
                    name: Some(name.clone()),
                    ..settings
                },
                passing,
                name: Some(name),
            });
        }
        for at in 0..self.wishes.len() {
            let shared = self.shares(at);
            let wish = &mut self.wishes[at];
            if let (Some(name), true) = (&wish.name, wish.tree == 0 || shared) {
                let own = || format!("{DOCKERFILE}.{name}");
                wish.settings.dockerfile.get_or_insert_with(own);
            }
        }
        let home = self.home();
        let roots = self.trees.iter().skip(1).map(Tree::root);
        self.root = roots.fold(home, |shared, root| common_of(&shared, root));
        Ok(())
    }

    /// Does another image lie in the same folder?
    fn shares(&self, at: usize) -> bool {
        let same = |wish: &&Wish| wish.tree == self.wishes[at].tree;
        self.wishes.iter().filter(same).count() > 1
    }

    /// The trees that are open, the folder's own first.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The folders that the settings name for images, there or not.
    pub fn named(&self) -> &[PathBuf] {
        &self.named
    }

    /// The files of an image.
    pub fn tree(&self, image: &Image) -> &Tree {
        &self.trees[image.tree]
    }

    /// What the last run recorded.
    pub fn recorded(&self) -> Option<&LockRecord> {
        self.recorded.as_ref()
    }

    /// The plan of each image by name, or of the one that is meant.
    ///
    /// # Errors
    /// As [`planned`]; there is no image of that name.
    pub fn plans(&self, only: Option<&str>) -> Result<Vec<Image>, Error> {
        let wishes = self.meant(&self.wishes, only, |wish| &wish.name)?;
        let image = |wish: &Wish| {
            let tree = &self.trees[wish.tree];
            let mut plan = planned(tree, &wish.settings).map_err(|error| {
                let own = (self.top(), wish.name.as_deref());
                placed(
                    error,
                    &[own, (tree, None), (self.top(), None)],
                    &wish.passing,
                )
            })?;
            plan.warnings.extend(self.undone.clone());
            Ok(Image {
                name: wish.name.clone(),
                tree: wish.tree,
                plan,
            })
        };
        wishes.into_iter().map(image).collect()
    }

    /// Of what there is for each image all, or what is of the one that is meant.
    ///
    /// # Errors
    /// There is no image of that name.
    pub fn meant<'a, T>(
        &self,
        all: &'a [T],
        only: Option<&str>,
        name: impl Fn(&T) -> &Option<String>,
    ) -> Result<Vec<&'a T>, Error> {
        let is_meant = |one: &&T| only.is_none() || name(one).as_deref() == only;
        let meant: Vec<&T> = all.iter().filter(is_meant).collect();
        match only {
            Some(unknown) if meant.is_empty() => Err(self.unknown(unknown)),
            _ => Ok(meant),
        }
    }

    /// The one image that is meant, by name where there are several.
    ///
    /// # Errors
    /// As [`Folder::plans`]; there are several and none is named.
    pub fn one(mut self, only: Option<&str>) -> Result<Planned, Error> {
        if only.is_none() && self.wishes.iter().any(|wish| wish.name.is_some()) {
            return Err(Error::Settings {
                what: "dockwright.toml holds several images".to_owned(),
                at: None,
                help: format!("pass `--only` with one of: {}", self.names()),
            });
        }
        let mut plans = self.plans(only)?;
        let Image { plan, tree, .. } = plans.swap_remove(0);
        let tree = self.trees.swap_remove(tree);
        Ok(Planned { tree, plan })
    }

    /// What flags and environment say of the image that is meant, or of any, and no settings file does.
    pub fn passing(&self, only: Option<&str>) -> Settings {
        let meant = |wish: &&Wish| only.is_none() || wish.name.as_deref() == only;
        let wishes = self.wishes.iter().filter(meant);
        let passing = wishes.map(|wish| wish.passing.clone());
        let fuller = passing.max_by_key(|passing| passing.said().len());
        fuller.unwrap_or_default()
    }

    fn top(&self) -> &Tree {
        &self.trees[0]
    }

    /// The folder of the settings and of the lock.
    fn home(&self) -> PathBuf {
        self.top().root().join(self.top().app())
    }

    /// Where a tree lies below the folder that holds all.
    fn prefix(&self, tree: &Tree) -> String {
        below(&self.root, tree.root())
    }

    fn names(&self) -> String {
        let names = self.wishes.iter().filter_map(|wish| wish.name.as_deref());
        names.collect::<Vec<_>>().join(", ")
    }

    fn unknown(&self, name: &str) -> Error {
        let names = self.names();
        Error::Settings {
            what: format!("there is no image `{}`", printable(name)),
            at: None,
            help: if names.is_empty() {
                "leave `--only` out: dockwright.toml has no `[images.NAME]` table".to_owned()
            } else {
                format!("give one of: {names}")
            },
        }
    }
}

/// The one image that is meant, by name where the settings hold several.
///
/// # Errors
/// As [`Folder::one`].
pub fn one(folder: &Path, flags: Settings, name: Option<&str>) -> Result<Planned, Error> {
    Folder::open(folder, flags)?.one(name)
}

/// The images of a folder, compared with the disk: `open`, `plans` and `compared` in one.
///
/// # Errors
/// As these.
pub fn compared(
    folder: &Path,
    flags: Settings,
    only: Option<&str>,
    options: Options,
) -> Result<Compared, Error> {
    let folder = Folder::open(folder, flags)?;
    let images = folder.plans(only)?;
    folder.compared(images, &World::default(), options)
}

/// No image's name is longer: a tag has 128 characters.
const LONGEST: usize = 100;

/// An image's folder, without what says nothing.
fn root(table: &Settings) -> String {
    let root = table.root.as_deref().unwrap_or(".");
    let root = root.trim_start_matches("./").trim_end_matches('/');
    if root.is_empty() { "." } else { root }.to_owned()
}

/// Refuses a name that cannot stand in a tag, and a folder that is none or not below, also by a link.
fn allowed(folder: &Path, name: &str, root: &str) -> Result<(), Error> {
    let refused = |what: String, help: &str| Error::Settings {
        what,
        at: None,
        help: help.to_owned(),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let well = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= LONGEST;
    if !name.chars().all(plain) || !well {
        return Err(refused(
            format!("an image cannot be called `{}`", printable(name)),
            "give it a name of lower-case letters, digits, `-` and `_`, 100 at most",
        ));
    }
    let inside = !Path::new(root).is_absolute() && !root.split('/').any(|part| part == "..");
    if !inside {
        return Err(refused(
            format!("`images.{name}.root` cannot be `{}`", printable(root)),
            "give a folder below the one of dockwright.toml",
        ));
    }
    let full = folder.join(root);
    if !full.is_dir() {
        return Err(refused(
            format!(
                "`images.{name}.root` is `{}`, and there is no such folder",
                printable(root)
            ),
            "correct the name in dockwright.toml, or take the table out",
        ));
    }
    if !full
        .canonicalize()
        .is_ok_and(|real| real.starts_with(folder))
    {
        return Err(refused(
            format!(
                "`images.{name}.root` is `{}`, and a link there leads out",
                printable(root)
            ),
            "give a folder below the one of dockwright.toml",
        ));
    }
    Ok(())
}

/// The deepest folder that holds both.
fn common_of(one: &Path, other: &Path) -> PathBuf {
    let holds = |folder: &&Path| other.starts_with(folder);
    one.ancestors().find(holds).unwrap_or(one).to_owned()
}

fn below(root: &Path, folder: &Path) -> String {
    let relative = folder.strip_prefix(root).unwrap_or(folder);
    relative.to_string_lossy().replace('\\', "/")
}
