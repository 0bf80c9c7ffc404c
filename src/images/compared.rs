//! Turns the plans of a folder's images into one comparison with the disk: one list of changes, one record, one lock.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Folder, Image};
use crate::change::{self, Change, Options, Reason, State};
use crate::error::Error;
use crate::facts::{Place, Warning};
use crate::inspect::context;
use crate::inspect::tree::join;
use crate::lock::{LOCK_FILE, LockRecord};
use crate::plan::BuildPlan;
use crate::plan::pin::World;
use crate::plan::{ci, pre_commit};
use crate::{Preview, begun, commands, compared_with, not_included, render};

/// What would be written for all images, and what is there; each path is relative to the root.
pub struct Compared {
    /// The folder that holds all build contexts.
    pub root: PathBuf,
    /// Each image, with what is known of the world in its plan.
    pub images: Vec<Image>,
    /// Each file, before and after.
    pub changes: Vec<Change>,
    /// What the last run recorded.
    pub recorded: Option<LockRecord>,
    /// What this run would record.
    pub record: LockRecord,
    /// The one lock: beside the settings.
    pub lock_path: String,
    /// What the user should know, sorted.
    pub warnings: Vec<Warning>,
}

impl Folder {
    /// Compares these plans with the disk; of images that are left out nothing changes, in the files and in the record.
    ///
    /// # Errors
    /// As [`crate::preview`]; two images that write the same file.
    pub fn compared(
        &self,
        images: Vec<Image>,
        world: &World,
        options: Options,
    ) -> Result<Compared, Error> {
        let all = images.len() == self.wishes.len();
        let mut done = Compared {
            root: self.root.clone(),
            images: Vec::new(),
            changes: Vec::new(),
            recorded: self.recorded.clone(),
            record: self.left_out(&images),
            lock_path: join(&super::below(&self.root, &self.home()), LOCK_FILE),
            warnings: Vec::new(),
        };
        if images.iter().all(|image| image.tree != 0) {
            let settings = commands::record::inputs(self.top());
            let settings = placed(settings, &self.prefix(self.top()));
            done.record.inputs.extend(settings);
        }
        for image in images {
            let tree = self.tree(&image);
            let prefix = self.prefix(tree);
            let recorded = self.recorded.as_ref().map(|all| within(all, &prefix));
            let preview = compared_with(tree, image.plan, recorded, world, options)?;
            let (name, tree) = (image.name, image.tree);
            let plan = done.add(name.as_deref(), &prefix, preview);
            done.images.push(Image { name, plan, tree });
        }
        if all {
            self.shared(&mut done, options)?;
        }
        done.settled()
    }

    /// What the last run recorded of the images that are not meant now.
    fn left_out(&self, meant: &[Image]) -> LockRecord {
        let Some(recorded) = &self.recorded else {
            return LockRecord::default();
        };
        if meant.len() == self.wishes.len() {
            return LockRecord::default();
        }
        let mut record = recorded.clone();
        for image in meant {
            let prefix = self.prefix(self.tree(image));
            let own = image
                .plan
                .files()
                .into_iter()
                .map(|file| join(&prefix, &file));
            own.for_each(|path| drop(record.files.remove(&path)));
            record.packages.retain(|need| need.image != image.name);
            let name = image.name.as_deref().unwrap_or_default();
            record
                .decisions
                .retain(|key, _| key.split_once(": ").is_none_or(|(of, _)| of != name));
        }
        record
    }

    /// The one workflow of several images, and the one hook.
    fn shared(&self, done: &mut Compared, options: Options) -> Result<(), Error> {
        let folder = super::below(&self.root, &self.home());
        let below = context::below(&self.root);
        let mut documents = Vec::new();
        if let Some(ci) = self.ci {
            let built: Vec<ci::Built<'_>> = done
                .images
                .iter()
                .map(|image| ci::Built {
                    plan: &image.plan,
                    context: self.prefix(self.tree(image)),
                    only: image.name.as_deref(),
                })
                .collect();
            let (document, more) = ci::document(ci, &folder, &built, &below)?;
            documents.push(document);
            done.warnings.extend(more);
        }
        if self.pre_commit == Some(true) {
            documents.push(pre_commit::document(&folder, &below)?);
        }
        let mut files = Vec::new();
        for document in &documents {
            files.push(render::document(document)?);
        }
        let recorded = self.recorded.as_ref();
        let mut changes = change::compare(&self.root, &files, recorded, options)?;
        let begun = begun(&folder, &mut files, &mut changes, recorded);
        done.warnings.extend(begun);
        done.warnings.extend(not_included(self.top(), &documents)?);
        let texts = files.into_iter().map(|file| (file.path, file.text));
        done.record.files.extend(texts);
        done.changes.extend(changes);
        Ok(())
    }
}

impl Compared {
    /// Adds what one image comes to: its paths below the root, its decisions and packages under its name.
    fn add(&mut self, name: Option<&str>, prefix: &str, preview: Preview) -> BuildPlan {
        let Preview {
            mut plan,
            changes,
            record,
            ..
        } = preview;
        let below = |place: &mut Place| {
            *place = Place::new(placed_file(prefix, &place.file), place.line);
        };
        self.changes
            .extend(changes.into_iter().map(|change| Change {
                path: join(prefix, &change.path),
                ..change
            }));
        for at in plan.warnings.iter_mut().filter_map(|one| one.at.as_mut()) {
            below(at);
        }
        self.warnings.extend(plan.warnings.iter().cloned());
        let titled = |key: String| match name {
            Some(name) => format!("{name}: {key}"),
            None => key,
        };
        let own = &mut self.record;
        own.inputs.extend(placed(record.inputs, prefix));
        own.files.extend(placed(record.files, prefix));
        own.pins.extend(record.pins);
        own.tools.extend(record.tools);
        let decisions = record.decisions.into_iter();
        own.decisions
            .extend(decisions.map(|(key, value)| (titled(key), value)));
        own.places
            .extend(record.places.into_iter().map(|(key, mut place)| {
                below(&mut place);
                (titled(key), place)
            }));
        let installed = record.installed.into_iter();
        own.installed
            .extend(installed.map(|(_, one)| (name.map(ToOwned::to_owned), one)));
        for mut need in record.packages {
            need.image = name.map(ToOwned::to_owned);
            for because in &mut need.because {
                because.source = placed_file(prefix, &because.source);
            }
            own.packages.push(need);
        }
        plan
    }

    /// Sorted; two images may not write one file, or have one tag.
    fn settled(mut self) -> Result<Self, Error> {
        self.record.packages.sort();
        self.warnings.sort();
        self.warnings.dedup();
        let mut paths: Vec<&str> = self.changes.iter().map(|one| one.path.as_str()).collect();
        paths.sort_unstable();
        if paths.windows(2).any(|two| two[0] == two[1]) {
            return Err(Error::Settings {
                what: "two images write the same file".to_owned(),
                at: None,
                help: "give each its own `root` or `dockerfile`, and ask for compose and bake in one of them"
                    .to_owned(),
            });
        }
        let mut tags: Vec<String> = self
            .images
            .iter()
            .map(|one| one.plan.image_name())
            .collect();
        tags.sort_unstable();
        let taken = tags.windows(2).find(|two| two.first() == two.last());
        if let Some(tag) = taken.and_then(<[String]>::first) {
            return Err(Error::Settings {
                what: format!("two images would be tagged `{tag}`"),
                at: None,
                help: "give them names that differ in their letters and digits: a tag has no `_`"
                    .to_owned(),
            });
        }
        Ok(self)
    }

    /// The images that should be pinned and whose digest is not known.
    pub fn unpinned(&self) -> Vec<&str> {
        let plans = self.images.iter().map(|image| &image.plan);
        let mut images: Vec<&str> = plans.flat_map(BuildPlan::unpinned).collect();
        images.sort_unstable();
        images.dedup();
        images
    }

    /// Files that an earlier run wrote, that are still there, and that are nobody's wish any more.
    pub fn abandoned(&self) -> Vec<&str> {
        let recorded = self
            .recorded
            .iter()
            .flat_map(|recorded| recorded.files.keys());
        recorded
            .filter(|path| !self.record.files.contains_key(*path))
            .filter(|path| self.root.join(path).exists())
            .map(String::as_str)
            .collect()
    }

    /// The reasons why `generate` would change something.
    pub fn drift(&self) -> Vec<Reason> {
        let mut recorded = self.recorded.clone();
        if let Some(record) = &mut recorded {
            let abandoned = self.abandoned();
            let meant = |path: &String| self.changes.iter().any(|change| change.path == *path);
            record
                .files
                .retain(|path, _| meant(path) || abandoned.contains(&path.as_str()));
        }
        change::drift(recorded.as_ref(), &self.record, &self.changes)
    }

    /// Why nothing can be shown as it would be: an edit by hand meets a change.
    pub fn conflict(&self) -> Option<Error> {
        let meets = |change: &Change| matches!(change.state, State::Conflict(_));
        let conflict = self.changes.iter().any(meets);
        change::refusal(&self.changes).filter(|_| conflict)
    }

    /// Writes the files and the lock: all or none.
    ///
    /// # Errors
    /// As [`change::write`].
    pub fn write(&self) -> Result<(), Error> {
        let lock = self.record.to_text();
        change::write(&self.root, &self.changes, (&self.lock_path, &lock))
    }
}

/// What is recorded of the files below a folder, as seen from there.
fn within(all: &LockRecord, prefix: &str) -> LockRecord {
    let mut record = all.clone();
    if !prefix.is_empty() {
        let below = |(path, text): (String, String)| {
            let path = path.strip_prefix(prefix)?.strip_prefix('/')?;
            Some((path.to_owned(), text))
        };
        record.files = record.files.into_iter().filter_map(below).collect();
    }
    record
}

/// A file that a reason names, as seen from the root; some name none.
fn placed_file(prefix: &str, file: &str) -> String {
    if file.is_empty() {
        String::new()
    } else {
        join(prefix, file)
    }
}

/// Paths of a folder below the root, as seen from the root.
fn placed(map: BTreeMap<String, String>, prefix: &str) -> BTreeMap<String, String> {
    let below = |(path, value): (String, String)| (join(prefix, &path), value);
    map.into_iter().map(below).collect()
}
