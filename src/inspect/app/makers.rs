//! Turns imports, classes and functions into what makes an application: constructors, subclasses and factories.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::modules::Modules;
use crate::catalogue::frameworks;
use crate::inspect::syntax::{Call, Value, Within};

/// Factories call factories, classes have bases: followed this often.
const ROUNDS: usize = 4;

/// What is known to make an application: constructors, subclasses and factories by their full dotted names.
pub(super) struct Makers<'a> {
    pub(super) modules: &'a Modules<'a>,
    known: BTreeMap<String, &'static str>,
}

impl<'a> Makers<'a> {
    /// The table's constructors, and what the project makes of them.
    pub(super) fn new(corpus: &Corpus, modules: &'a Modules<'a>) -> Self {
        let mut makers = Makers {
            modules,
            known: BTreeMap::new(),
        };
        for (name, framework) in frameworks::all() {
            if name != "django" {
                for constructor in &framework.constructors {
                    makers.known.insert(constructor.clone(), name);
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
        for (index, function) in outline.functions.iter().enumerate() {
            if function.within.module_level()
                && let Some(framework) = self.returned(source, index)
            {
                self.known
                    .insert(format!("{module}.{}", function.name), framework);
            }
        }
    }

    /// The framework of what a function returns.
    pub(super) fn returned(&self, source: &Source, function: usize) -> Option<&'static str> {
        let inside = |within: Within| within.function == Some(function);
        let outline = &source.outline;
        outline
            .returns
            .iter()
            .filter(|found| inside(found.within))
            .find_map(|found| match &found.value {
                Value::Call(call) => self.made_by(source, call),
                Value::Name(name) => outline
                    .assigns
                    .iter()
                    .filter(|assign| inside(assign.within) && assign.target == *name)
                    .find_map(|assign| self.made(source, &assign.value)),
                _ => None,
            })
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
        let root = self.modules.path(&source.path).root;
        let capital = class.starts_with(|c: char| c.is_ascii_uppercase());
        if !capital || self.modules.module(&root, module).is_some() {
            return None;
        }
        frameworks::all().iter().find_map(|(name, framework)| {
            let titles = framework
                .constructors
                .iter()
                .filter_map(|full| full.rsplit('.').next());
            let mut own = titles.filter(|title| title.to_ascii_lowercase() == *name);
            own.any(|title| class.ends_with(title))
                .then_some(name.as_str())
        })
    }
}
