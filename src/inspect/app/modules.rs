//! Turns the path of a Python file into the name it is imported by, and a name used in a file into what it stands for.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::{Corpus, Source};
use crate::catalogue::frameworks;
use crate::facts::app::ModulePath;
use crate::inspect::syntax::Import;
use crate::inspect::tree::join;

/// How often a name is followed from module to module.
const HOPS: usize = 6;

/// The application's modules and how they are imported.
pub(super) struct Modules<'a> {
    corpus: &'a Corpus,
    /// Folder → folders that are roots of imports, chosen by the imports that its files make.
    roots: BTreeMap<String, String>,
    /// (root, dotted name) → path, for parsed files.
    by_name: BTreeMap<(String, String), usize>,
    /// What [`Modules::path`] says of parsed files: asked for often.
    paths: BTreeMap<String, ModulePath>,
    /// Names that each parsed file itself gives a meaning at module level.
    defined: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Each parsed file's imports that can run, by the first part of the name they bind.
    bound: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Import>>>,
    /// Paths of modules that other parsed modules import.
    imported: BTreeSet<String>,
}

impl<'a> Modules<'a> {
    /// Works out every parsed file's root.
    pub(super) fn new(corpus: &'a Corpus) -> Self {
        let mut modules = Self {
            corpus,
            roots: BTreeMap::new(),
            by_name: BTreeMap::new(),
            paths: BTreeMap::new(),
            defined: corpus
                .sources
                .iter()
                .map(|source| (source.path.as_str(), defined(source)))
                .collect(),
            bound: corpus
                .sources
                .iter()
                .map(|source| (source.path.as_str(), by_first(source)))
                .collect(),
            imported: BTreeSet::new(),
        };
        modules.choose_roots();
        for (index, source) in corpus.sources.iter().enumerate() {
            let path = modules.work_out(&source.path);
            modules
                .by_name
                .insert((path.root.clone(), path.module.clone()), index);
            modules.paths.insert(source.path.clone(), path);
        }
        for source in &corpus.sources {
            for import in source.outline.imports.iter().filter(|i| !i.within.typing) {
                if let Some(path) = modules.target_file(source, import)
                    && path != source.path
                {
                    modules.imported.insert(path);
                }
            }
        }
        modules
    }

    /// Where a file stands and how it is imported.
    pub(super) fn path(&self, file: &str) -> ModulePath {
        let known = self.paths.get(file).cloned();
        known.unwrap_or_else(|| self.work_out(file))
    }

    fn work_out(&self, file: &str) -> ModulePath {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = self
            .roots
            .get(folder)
            .cloned()
            .unwrap_or_else(|| self.lowest_root(folder).to_owned());
        let inside = file
            .strip_prefix(&root)
            .unwrap_or(file)
            .trim_start_matches('/');
        let dotted = inside.strip_suffix(".py").unwrap_or(inside);
        let dotted = dotted.strip_suffix("/__init__").unwrap_or(dotted);
        let importable = dotted.split('/').all(identifier);
        ModulePath {
            root,
            module: if importable {
                dotted.replace('/', ".")
            } else {
                String::new()
            },
            file: file.to_owned(),
        }
    }

    /// Does another parsed module import this file?
    pub(super) fn is_imported(&self, file: &str) -> bool {
        self.imported.contains(file)
    }

    /// The full dotted name that a name used in a file stands for: `F` → `flask.Flask`, `app` → `shop.app`.
    pub(super) fn resolve(&self, source: &Source, name: &str) -> String {
        let mut name = self.resolve_once(source, name);
        let root = self.path(&source.path).root;
        for _ in 0..HOPS {
            // `shop.create_app`, where `shop/__init__.py` takes it from `shop.factory`.
            let Some((module, attribute)) = name.rsplit_once('.') else {
                break;
            };
            let Some(other) = self.module(&root, module) else {
                break;
            };
            let defined = self
                .defined
                .get(other.path.as_str())
                .is_some_and(|names| names.contains(attribute));
            if defined {
                break;
            }
            let next = self.resolve_once(other, attribute);
            if next == name {
                break;
            }
            name = next;
        }
        name
    }

    /// A parsed module by its dotted name from a root.
    pub(super) fn module(&self, root: &str, dotted: &str) -> Option<&'a Source> {
        let index = self.by_name.get(&(root.to_owned(), dotted.to_owned()))?;
        self.corpus.sources.get(*index)
    }

    fn resolve_once(&self, source: &Source, name: &str) -> String {
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let imports = || {
            let file = self.bound.get(source.path.as_str());
            file.and_then(|file| file.get(first)).into_iter().flatten()
        };
        // `import a.b` binds all of `a.b` at once here.
        if let Some(import) = imports().find(|i| {
            i.name.is_none()
                && (name == i.bound
                    || name
                        .strip_prefix(&i.bound)
                        .is_some_and(|r| r.starts_with('.')))
        }) {
            let rest = &name[import.bound.len()..];
            return format!("{}{rest}", import.module);
        }
        let module = self.path(&source.path).module;
        let Some(import) = imports().find(|i| i.name.is_some() && i.bound == first) else {
            return if module.is_empty() {
                name.to_owned()
            } else {
                format!("{module}.{name}")
            };
        };
        let base = self.absolute(source, import);
        let taken = import.name.as_deref().unwrap_or_default();
        let full = if base.is_empty() {
            taken.to_owned()
        } else {
            format!("{base}.{taken}")
        };
        match rest {
            Some(rest) => format!("{full}.{rest}"),
            None => full,
        }
    }

    /// The absolute name of the module that an import takes from.
    fn absolute(&self, source: &Source, import: &Import) -> String {
        if import.dots == 0 {
            return import.module.clone();
        }
        let path = self.path(&source.path);
        let package = source.path.ends_with("__init__.py");
        let mut parts: Vec<&str> = path.module.split('.').collect();
        for _ in usize::from(package)..import.dots {
            parts.pop();
        }
        if !import.module.is_empty() {
            parts.push(&import.module);
        }
        parts.join(".")
    }

    /// The parsed file that an import reaches.
    fn target_file(&self, source: &Source, import: &Import) -> Option<String> {
        let root = self.path(&source.path).root;
        let base = self.absolute(source, import);
        let name = import.name.as_deref().unwrap_or_default();
        let sub = if base.is_empty() {
            name.to_owned()
        } else {
            format!("{base}.{name}")
        };
        let found = self
            .module(&root, &sub)
            .or_else(|| self.module(&root, &base))?;
        Some(found.path.clone())
    }

    /// The folder above the topmost package that a folder belongs to.
    fn lowest_root<'b>(&self, folder: &'b str) -> &'b str {
        let mut root = folder;
        while !root.is_empty() && self.corpus.paths.contains(&join(root, "__init__.py")) {
            root = root.rsplit_once('/').map_or("", |(above, _)| above);
        }
        root
    }

    /// For each folder with parsed files, the root from which most of its absolute imports of the project's own modules work.
    fn choose_roots(&mut self) {
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut relative: BTreeSet<&str> = BTreeSet::new();
        let foreign: BTreeSet<&str> = frameworks::all()
            .values()
            .flat_map(|framework| framework.constructors.iter().chain(&framework.decorators))
            .filter_map(|name| name.split('.').next())
            .collect();
        for source in &self.corpus.sources {
            let folder = source
                .path
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            let tops = wanted.entry(folder).or_default();
            for import in &source.outline.imports {
                let top = import.module.split('.').next().unwrap_or_default();
                if import.dots == 0 {
                    // `shop/celery.py` takes Celery from the distribution, not from itself.
                    if top != source.stem() && !foreign.contains(top) {
                        tops.insert(top);
                    }
                } else {
                    relative.insert(folder);
                }
            }
        }
        for folder in wanted.keys() {
            let lowest = self.lowest_root(folder);
            // What every file from the lowest root down imports speaks for it.
            let below: BTreeSet<&str> = wanted
                .iter()
                .filter(|(other, _)| within(other, lowest))
                .flat_map(|(_, tops)| tops.iter().copied())
                .collect();
            let mut best: Option<(usize, bool, &str)> = None;
            let mut root = lowest;
            loop {
                let in_package = root == *folder && relative.contains(folder) && !folder.is_empty();
                if !in_package {
                    let hits = below
                        .iter()
                        .filter(|top| self.corpus.has_module(root, top))
                        .count();
                    // Without evidence, `src` is a root and other plain folders are packages without `__init__.py`.
                    let usual = root.is_empty() || root == "src" || root.ends_with("/src");
                    let usual = usual && !(root.is_empty() && within(folder, "src"));
                    // Django is run from where its manage.py lies.
                    let usual = usual || self.corpus.paths.contains(&join(root, "manage.py"));
                    if best.is_none_or(|(most, fine, _)| (hits, usual) > (most, fine)) {
                        best = Some((hits, usual, root));
                    }
                }
                if root.is_empty() {
                    break;
                }
                root = root.rsplit_once('/').map_or("", |(above, _)| above);
            }
            let root = best.map_or("", |(_, _, root)| root);
            self.roots.insert((*folder).to_owned(), root.to_owned());
        }
    }
}

/// Functions, classes and variables of a module.
fn defined(source: &Source) -> BTreeSet<&str> {
    let outline = &source.outline;
    let functions = outline.functions.iter().filter(|f| f.within.module_level());
    let assigns = outline.assigns.iter().filter(|a| a.within.module_level());
    functions
        .map(|function| function.name.as_str())
        .chain(outline.classes.iter().map(|class| class.name.as_str()))
        .chain(assigns.map(|assign| assign.target.as_str()))
        .collect()
}

/// A file's imports by the first part of the name they bind.
fn by_first(source: &Source) -> BTreeMap<&str, Vec<&Import>> {
    let mut out: BTreeMap<&str, Vec<&Import>> = BTreeMap::new();
    for import in source.outline.imports.iter().filter(|i| !i.within.typing) {
        let first = import.bound.split('.').next().unwrap_or_default();
        out.entry(first).or_default().push(import);
    }
    out
}

/// Is a folder the other one or inside it?
fn within(folder: &str, outer: &str) -> bool {
    outer.is_empty()
        || folder
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Can the text be a part of a module's name?
pub(super) fn identifier(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
