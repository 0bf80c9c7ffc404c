//! Turns a lock, a selection and one environment into the packages that are reached, breadth first.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::roots::{conflict_items, projects};
use super::{Root, Selection};
use crate::facts::{Dependency, Environment, Lock, LockKind, LockedPackage, Marker, Specifier};
use crate::inspect::locks::group_as_extra;

/// One package that is installed.
pub(super) struct Reached {
    /// Its index in the lock.
    pub(super) index: usize,
    /// Extras asked for.
    pub(super) extras: BTreeSet<String>,
    /// Names from a direct requirement to the one that asks for it.
    pub(super) via: Vec<String>,
}

/// Walks the lock. Each pair of package and extra is visited once, so cycles end.
pub(super) fn walk(lock: &Lock, selection: &Selection, environment: &Environment) -> Vec<Reached> {
    let mut walk = Walk::new(lock, selection, environment);
    if lock.kind == LockKind::Uv {
        walk.start_at_projects();
    } else {
        walk.start_at_roots();
    }
    walk.run();
    walk.finish()
}

struct Walk<'l> {
    lock: &'l Lock,
    selection: &'l Selection,
    environment: &'l Environment,
    by_name: HashMap<&'l str, Vec<usize>>,
    /// What markers see as active extras: for uv the encoded items of conflicts, for the others the project's own extras.
    active: Vec<String>,
    /// Packages that the lock's own groups and markers select; `None` where only the graph tells.
    members: Option<HashSet<usize>>,
    projects: Vec<usize>,
    queue: VecDeque<usize>,
    reached: BTreeMap<usize, State>,
    /// Edges that several versions answer, looked at when no other is left.
    ambiguous: VecDeque<(Vec<usize>, Vec<String>, Option<usize>)>,
}

#[derive(Default)]
struct State {
    extras: BTreeSet<String>,
    parent: Option<usize>,
}

impl<'l> Walk<'l> {
    fn new(lock: &'l Lock, selection: &'l Selection, environment: &'l Environment) -> Self {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, package) in lock.packages.iter().enumerate() {
            by_name.entry(&package.name).or_default().push(index);
        }
        let mut walk = Self {
            lock,
            selection,
            environment,
            by_name,
            active: selection.extras.iter().cloned().collect(),
            members: None,
            projects: Vec::new(),
            queue: VecDeque::new(),
            reached: BTreeMap::new(),
            ambiguous: VecDeque::new(),
        };
        if lock.kind == LockKind::Pylock {
            let groups = selection.groups.iter().chain(&lock.default_groups);
            walk.active
                .extend(groups.map(|group| group_as_extra(group)));
        }
        if is_tagged(lock) {
            let selected = lock.packages.iter().enumerate();
            walk.members = Some(
                selected
                    .filter(|(_, package)| walk.selects(package))
                    .map(|(index, _)| index)
                    .collect(),
            );
        }
        walk
    }

    /// Do the package's own groups and markers choose it?
    fn selects(&self, package: &LockedPackage) -> bool {
        let holds = |marker: &Marker| marker.holds(self.environment, &self.active);
        if self.lock.kind == LockKind::Pylock {
            return holds(&package.marker);
        }
        // PDM keeps the project's extras as groups.
        let selection = self.selection;
        let as_extra =
            |group: &String| self.lock.kind == LockKind::Pdm && selection.extras.contains(group);
        package.groups.iter().any(|group| {
            (group == "main" || selection.groups.contains(group) || as_extra(group))
                && holds(package.group_markers.get(group).unwrap_or(&package.marker))
        })
    }

    /// uv: the edges of the project's own entry, of its wanted extras and groups.
    fn start_at_projects(&mut self) {
        self.projects = projects(self.lock, self.selection);
        self.active = conflict_items(self.lock, self.selection, &self.projects);
        for index in self.projects.clone() {
            let package = &self.lock.packages[index];
            let extras = package.extras.iter();
            let groups = package.groups_of_project.iter();
            let lists = std::iter::once(&package.dependencies)
                .chain(
                    extras
                        .filter(|(name, _)| self.selection.extras.contains(*name))
                        .map(|(_, list)| list),
                )
                .chain(
                    groups
                        .filter(|(name, _)| self.selection.groups.contains(*name))
                        .map(|(_, list)| list),
                );
            for edge in lists.flatten() {
                self.follow(edge, &[], None);
            }
        }
    }

    fn start_at_roots(&mut self) {
        let selection = self.selection;
        for root in &selection.roots {
            if root.marker.holds(self.environment, &self.active) {
                let found = self.answer_root(root);
                self.reach_any(found, root.extras.iter().cloned().collect(), None);
            }
        }
    }

    fn run(&mut self) {
        loop {
            while let Some(index) = self.queue.pop_front() {
                self.expand(index);
            }
            let Some((candidates, extras, parent)) = self.ambiguous.pop_front() else {
                return;
            };
            // A version that something else chose serves; otherwise the newest, which stands last.
            let chosen = candidates
                .iter()
                .copied()
                .find(|index| self.reached.contains_key(index))
                .or(candidates.last().copied());
            if let Some(index) = chosen {
                self.reach(index, extras, parent);
            }
        }
    }

    /// Follows every edge of a package under its present extras.
    fn expand(&mut self, index: usize) {
        let package = &self.lock.packages[index];
        let extras: Vec<String> = self
            .reached
            .get(&index)
            .map(|state| state.extras.iter().cloned().collect())
            .unwrap_or_default();
        for edge in &package.dependencies {
            self.follow(edge, &extras, Some(index));
        }
        for extra in &extras {
            for edge in package.extras.get(extra).into_iter().flatten() {
                self.follow(edge, &extras, Some(index));
            }
        }
    }

    fn follow(&mut self, edge: &'l Dependency, extras: &[String], parent: Option<usize>) {
        let holds = if self.lock.kind == LockKind::Uv {
            edge.marker.holds(self.environment, &self.active)
        } else {
            edge.marker.holds(self.environment, extras)
        };
        // Poetry's optional edges count through a marker on `extra`, or, in old locks, through `[package.extras]` alone.
        if !holds || (edge.optional && !edge.marker.mentions_extra()) {
            return;
        }
        let found = self.answer(edge, parent);
        self.reach_any(found, edge.extras.clone(), parent);
    }

    fn reach_any(&mut self, found: Vec<usize>, extras: Vec<String>, parent: Option<usize>) {
        // Tagged locks and uv state each version's condition themselves: all that remain are meant.
        let exact = self.members.is_some() || self.lock.kind == LockKind::Uv;
        if exact || found.len() < 2 {
            for index in found {
                self.reach(index, extras.clone(), parent);
            }
        } else {
            self.ambiguous.push_back((found, extras, parent));
        }
    }

    fn reach(&mut self, index: usize, extras: Vec<String>, parent: Option<usize>) {
        if self.projects.contains(&index) {
            self.reach_project(index, &extras);
            return;
        }
        let new = !self.reached.contains_key(&index);
        let state = self.reached.entry(index).or_default();
        if new {
            state.parent = parent;
        }
        let before = state.extras.len();
        state.extras.extend(extras);
        if new || state.extras.len() > before {
            self.queue.push_back(index);
        }
    }

    /// A project that asks for an extra of itself (`shop[all]` asking for `shop[redis]`).
    fn reach_project(&mut self, index: usize, extras: &[String]) {
        let state = self.reached.entry(index).or_default();
        let before = state.extras.len();
        state.extras.extend(extras.iter().cloned());
        if state.extras.len() > before {
            self.queue.push_back(index);
        }
    }

    fn candidates(&self, name: &str) -> Vec<usize> {
        let all = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        all.iter()
            .copied()
            .filter(|index| match &self.members {
                Some(members) => members.contains(index),
                None => true,
            })
            .collect()
    }

    fn answer_root(&self, root: &Root) -> Vec<usize> {
        let all = self.candidates(&root.name);
        if all.len() < 2 {
            return all;
        }
        let fitting = |index: &usize| {
            let version = self.lock.packages[*index].version.as_deref();
            version.is_some_and(|version| root.specifier.contains(version))
        };
        self.narrow(all, fitting)
    }

    /// The entries that an edge means.
    fn answer(&self, edge: &Dependency, parent: Option<usize>) -> Vec<usize> {
        let mut all = self.candidates(&edge.name);
        // PDM: `x[y]` depends on `x`, which is another entry; an entry is never its own dependency.
        if self.lock.kind == LockKind::Pdm {
            all.retain(|index| Some(*index) != parent);
        }
        if all.len() < 2 {
            return all;
        }
        if let Some(version) = edge.version.as_deref() {
            all.retain(|index| self.lock.packages[*index].version.as_deref() == Some(version));
            return all;
        }
        if self.lock.kind == LockKind::Pdm {
            let wanted: BTreeSet<&String> = edge.extras.iter().collect();
            let same = |index: &usize| {
                let own = &self.lock.packages[*index].entry_extras;
                own.is_empty() || own.iter().collect::<BTreeSet<_>>() == wanted
            };
            all.retain(same);
        }
        let fitting = |index: &usize| {
            let version = self.lock.packages[*index].version.as_deref();
            version.is_some_and(|version| accepts(&edge.range, version))
        };
        self.narrow(all, fitting)
    }

    /// Keeps the entries whose version fits and whose own conditions hold, as far as any is left.
    fn narrow(&self, all: Vec<usize>, fitting: impl Fn(&usize) -> bool) -> Vec<usize> {
        let python = self.environment.python_full();
        let conditions = |index: &usize| {
            let package = &self.lock.packages[*index];
            package.marker.holds(self.environment, &self.active)
                && package
                    .requires_python
                    .as_deref()
                    .is_none_or(|range| accepts(range, &python))
        };
        let fit: Vec<usize> = all.iter().copied().filter(fitting).collect();
        let fit = if fit.is_empty() { all } else { fit };
        let kept: Vec<usize> = fit.iter().copied().filter(conditions).collect();
        if kept.is_empty() { fit } else { kept }
    }

    fn finish(mut self) -> Vec<Reached> {
        if let Some(members) = &self.members {
            for index in members {
                self.reached.entry(*index).or_default();
            }
        }
        let keep = |index: &usize| !self.projects.contains(index);
        self.reached
            .iter()
            .filter(|(index, _)| keep(index))
            .map(|(index, state)| Reached {
                index: *index,
                extras: state
                    .extras
                    .iter()
                    .chain(&self.lock.packages[*index].entry_extras)
                    .cloned()
                    .collect(),
                via: self.chain(state.parent),
            })
            .collect()
    }

    fn chain(&self, mut parent: Option<usize>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        // Parents were reached before their children, so this ends; the bound is for a project that is its own parent.
        while let Some(index) = parent
            && names.len() < self.lock.packages.len()
        {
            if self.projects.contains(&index) {
                break;
            }
            let name = &self.lock.packages[index].name;
            if names.last() != Some(name) {
                names.push(name.clone());
            }
            parent = self.reached.get(&index).and_then(|state| state.parent);
        }
        names.reverse();
        names
    }
}

/// Does each package say by itself when it is installed?
fn is_tagged(lock: &Lock) -> bool {
    match lock.kind {
        LockKind::Uv => false,
        LockKind::Pipenv | LockKind::Pylock => true,
        LockKind::Pdm => lock
            .packages
            .iter()
            .any(|package| !package.groups.is_empty()),
        // Before 2.1 a `category` says nothing about extras and platforms.
        LockKind::Poetry => {
            !lock.format.starts_with("1.")
                && lock
                    .packages
                    .iter()
                    .any(|package| !package.groups.is_empty())
        }
    }
}

/// Is the version inside a range of any manager: `>=1,<2`, `>=1,<2 || >2.1`, `*`, empty? A dialect that is not known accepts all.
fn accepts(range: &str, version: &str) -> bool {
    let range = range.trim();
    range.is_empty()
        || range == "*"
        || range.split("||").any(|part| {
            let part = part.trim();
            let exact = part.starts_with(|c: char| c.is_ascii_digit());
            let part = if exact {
                format!("=={part}")
            } else {
                part.to_owned()
            };
            Specifier::parse(&part).is_none_or(|specifier| specifier.contains(version))
        })
}
