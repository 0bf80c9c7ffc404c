//! Turns imports, classes and functions into what makes an application: constructors, subclasses and factories.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::modules::Modules;
use crate::catalogue::frameworks;
use crate::inspect::syntax::{Call, Value};

/// Factories call factories, classes have bases: followed this often.
const ROUNDS: usize = 4;

/// What is known to make an application: constructors, subclasses and factories by their full dotted names.
pub(super) struct Makers<'a> {
    pub(super) modules: &'a Modules<'a>,
    known: BTreeMap<String, &'static str>,
    /// Class names that are their framework's own name: `Flask`, `Celery`.
    titles: Vec<(&'static str, &'static str)>,
}

impl<'a> Makers<'a> {
    /// The table's constructors, and what the project makes of them.
    pub(super) fn new(corpus: &Corpus, modules: &'a Modules<'a>) -> Self {
        let mut makers = Makers {
            modules,
            known: BTreeMap::new(),
            titles: Vec::new(),
        };
        for (name, framework) in frameworks::all() {
            if !framework.conventions {
                for constructor in &framework.constructors {
                    makers.known.insert(constructor.clone(), name);
                    let title = constructor.rsplit('.').next().unwrap_or_default();
                    if title.to_ascii_lowercase() == *name {
                        makers.titles.push((title, name));
                    }
                }
            }
        }
        for _ in 0..ROUNDS {
            let before = makers.known.len();
            corpus
                .sources
                .iter()
                .for_each(|source| makers.learn(source));
            if makers.known.len() == before {
                break;
            }
        }
        makers
    }

    /// Adds a file's subclasses and factories.
    fn learn(&mut self, source: &Source) {
        let module = self.modules.path(&source.path).module;
        let outline = &source.outline;
        for class in outline
            .classes
            .iter()
            .filter(|class| class.within.module_level())
        {
            let framework = class
                .bases
                .iter()
                .find_map(|base| self.by_name(source, base));
            if let Some(framework) = framework {
                self.known
                    .insert(format!("{module}.{}", class.name), framework);
            }
        }
        for (index, framework) in self.factories(source) {
            if let Some(function) = outline.functions.get(index) {
                self.known
                    .insert(format!("{module}.{}", function.name), framework);
            }
        }
    }

    /// Functions at module level that return an application: index and framework.
    pub(super) fn factories(&self, source: &Source) -> BTreeMap<usize, &'static str> {
        let outline = &source.outline;
        let mut made: BTreeMap<(usize, &str), &'static str> = BTreeMap::new();
        for assign in &outline.assigns {
            if let Some(function) = assign.within.function
                && let Some(framework) = self.made(source, &assign.value)
            {
                made.entry((function, &assign.target)).or_insert(framework);
            }
        }
        let mut out = BTreeMap::new();
        for found in &outline.returns {
            let Some(index) = found.within.function else {
                continue;
            };
            let framework = match &found.value {
                Value::Call(call) => self.made_by(source, call),
                Value::Name(name) => made.get(&(index, name.as_str())).copied(),
                _ => None,
            };
            let outer = outline
                .functions
                .get(index)
                .is_some_and(|f| f.within.module_level());
            if let Some(framework) = framework.filter(|_| outer) {
                out.entry(index).or_insert(framework);
            }
        }
        out
    }

    /// The framework that a value is an application of.
    pub(super) fn made(&self, source: &Source, value: &Value) -> Option<&'static str> {
        match value {
            Value::Call(call) => self.made_by(source, call),
            _ => None,
        }
    }

    pub(super) fn made_by(&self, source: &Source, call: &Call) -> Option<&'static str> {
        if let Some(framework) = self.by_name(source, &call.callee) {
            return Some(framework);
        }
        let method = format!(".{}", call.method());
        if let Some(framework) = self.known.get(&method).copied()
            && source
                .outline
                .imports
                .iter()
                .any(|i| i.module.split('.').next() == Some(framework))
        {
            return Some(framework);
        }
        // `Application.builder().token(…).build()`: the innermost call tells.
        let mut on = call.on.as_deref();
        while let Some(inner) = on {
            if let Some(framework) = self.by_name(source, &inner.callee) {
                return Some(framework);
            }
            on = inner.on.as_deref();
        }
        None
    }

    fn by_name(&self, source: &Source, name: &str) -> Option<&'static str> {
        if name.is_empty() {
            return None;
        }
        let full = self.modules.resolve(source, name);
        self.known
            .get(&full)
            .copied()
            .or_else(|| self.relative(source, &full))
    }

    /// The framework of another distribution's subclass, told by its name: `NotifyCelery`, `flask_extended.Flask`.
    fn relative(&self, source: &Source, full: &str) -> Option<&'static str> {
        let (module, class) = full.rsplit_once('.')?;
        if !class.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let (_, framework) = self
            .titles
            .iter()
            .find(|(title, _)| class.ends_with(title))?;
        let root = self.modules.path(&source.path).root;
        self.modules
            .module(&root, module)
            .is_none()
            .then_some(*framework)
    }
}
