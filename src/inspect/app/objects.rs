//! Turns outlines into [`AppObject`]s: what of a known framework can be handed to a server or run.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source};
use super::makers::Makers;
use super::modules::Modules;
use super::{aliases, numbers};
use crate::catalogue::frameworks::{self, Framework, Role};
use crate::catalogue::servers;
use crate::facts::app::{AppObject, ObjectKind};
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Call, Function, Import, Placed, Value};

/// Everything of a known framework, Django excepted, in the order of files and lines.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    ports: &BTreeMap<&str, u16>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<AppObject> {
    let makers = Makers::new(corpus, modules);
    let mut out = Vec::new();
    for source in &corpus.sources {
        let mut file = File {
            source,
            makers: &makers,
            ports,
            place,
            constructed: constructed(source, &makers),
            out: Vec::new(),
        };
        file.objects();
        file.factories();
        file.declared();
        file.scripts();
        file.bare();
        out.append(&mut file.out);
    }
    let aliases = aliases::read(corpus, modules, &out, ports, place);
    let passed_on = |object: &AppObject| aliases.iter().any(|one| one.module == object.module);
    out.retain(|object| table(&object.framework).bare.is_empty() || !passed_on(object));
    out.extend(aliases);
    out.sort_by(|a, b| (&a.at, &a.framework, &a.kind).cmp(&(&b.at, &b.framework, &b.kind)));
    out
}

/// One file and what was found in it.
struct File<'a> {
    source: &'a Source,
    makers: &'a Makers<'a>,
    /// Ports that settings of the project name.
    ports: &'a BTreeMap<&'a str, u16>,
    place: &'a dyn Fn(&str, u32) -> Place,
    /// Frameworks of which an application is made anywhere in the file, with the first line.
    constructed: BTreeMap<&'static str, u32>,
    out: Vec<AppObject>,
}

fn constructed(source: &Source, makers: &Makers<'_>) -> BTreeMap<&'static str, u32> {
    let mut out = BTreeMap::new();
    for call in source
        .outline
        .calls
        .iter()
        .filter(|call| !call.within.typing)
    {
        if let Some(framework) = makers.made_by(source, &call.value) {
            out.entry(framework).or_insert(call.line);
        }
    }
    out
}

impl File<'_> {
    /// `app = Flask(__name__)` at module level; the last assignment of a name counts.
    fn objects(&mut self) {
        let mut found: BTreeMap<&str, (&'static str, u32)> = BTreeMap::new();
        for assign in &self.source.outline.assigns {
            if !assign.within.module_level() || assign.augmented {
                continue;
            }
            if let Some(framework) = self.makers.made(self.source, &assign.value) {
                found.insert(&assign.target, (framework, assign.line));
            } else if let Value::Name(name) = &assign.value
                && let Some((object, attribute)) = name.split_once('.')
                && let Some((framework, _)) = found.get(object).copied()
                && table(framework).attribute.as_deref() == Some(attribute)
            {
                // Dash: `server = app.server` is what a server runs.
                found.remove(object);
                found.insert(&assign.target, (framework, assign.line));
            }
        }
        let names: Vec<&str> = found.keys().copied().collect();
        found.retain(|name, _| !self.mounted(name, &names));
        for (name, (framework, line)) in found {
            let table = table(framework);
            if by_target(table) {
                // Not taken out above: the attribute has no name of its own.
                let bare = self.source.outline.assigns.iter().any(|assign| {
                    assign.target == name && self.makers.made(self.source, &assign.value).is_some()
                });
                let name = match table.attribute.as_ref().filter(|_| bare) {
                    Some(attribute) => format!("{name}.{attribute}"),
                    None => name.to_owned(),
                };
                self.add(framework, ObjectKind::Object(name), line);
            }
        }
    }

    /// `site.mount("/api", api)`: is an application a part of another one of its file?
    fn mounted(&self, name: &str, others: &[&str]) -> bool {
        let part = |value: &Value| matches!(value, Value::Name(given) if given == name);
        let mut calls = self.source.outline.calls.iter().map(|call| &call.value);
        calls.any(|call| {
            let on = call.callee.strip_suffix(".mount");
            on.is_some_and(|on| on != name && others.contains(&on))
                && (call.args.iter().any(part)
                    || call.keywords.iter().any(|(_, value)| part(value)))
        })
    }

    /// `def create_app(): … return app`.
    fn factories(&mut self) {
        for (index, framework) in self.makers.factories(self.source) {
            let Some(function) = self.source.outline.functions.get(index) else {
                continue;
            };
            if by_target(table(framework)) {
                let kind = ObjectKind::Factory {
                    name: function.name.clone(),
                    required: function.required.clone(),
                };
                self.add(framework, kind, function.line);
            }
        }
    }

    /// Functions under an entry decorator, and classes by a conventional name.
    fn declared(&mut self) {
        for (name, framework) in frameworks::all() {
            let declares = |function: &&Function| {
                function.within.function.is_none()
                    && function.decorators.iter().any(|decorator| {
                        let full = self.makers.modules.resolve(self.source, &decorator.callee);
                        framework.decorators.contains(&full)
                    })
            };
            if !framework.decorators.is_empty()
                && let Some(function) = self.source.outline.functions.iter().find(declares)
            {
                let kind = if by_target(framework) {
                    ObjectKind::Object(function.name.clone())
                } else {
                    ObjectKind::Script
                };
                let has = self.out.iter().any(|object| object.framework == *name);
                if !has {
                    self.add(name, kind, function.line);
                }
            }
            let class = self
                .source
                .outline
                .classes
                .iter()
                .find(|class| framework.bases.contains(&class.name));
            if let Some(class) = class {
                self.add(name, ObjectKind::Object(class.name.clone()), class.line);
            }
        }
    }

    /// Files that start an application themselves and leave no object that a server could take.
    fn scripts(&mut self) {
        for (name, framework) in frameworks::all() {
            if self.out.iter().any(|object| object.framework == *name) || framework.conventions {
                continue;
            }
            let outline = &self.source.outline;
            let constructed = self.constructed.get(name.as_str()).copied();
            let imported = outline.imports.iter().find(|import| {
                !import.within.typing
                    && framework
                        .imports
                        .iter()
                        .any(|wanted| import.module.split('.').next() == Some(wanted))
            });
            let Some(line) = constructed.or_else(|| imported.map(|import| import.line)) else {
                continue;
            };
            let start = self.start(framework);
            let guarded = outline.guard.is_some() && framework.role != Role::Tool;
            let enough = guarded || !framework.command.is_empty();
            if start.is_some() || enough && constructed.is_some() {
                self.add(
                    name,
                    ObjectKind::Script,
                    start.map_or(line, |call| call.line),
                );
            }
        }
    }

    /// Applications that are written without a known framework: by their signature, or by the name that a server looks for in
    /// a file that exists for it.
    fn bare(&mut self) {
        let outline = &self.source.outline;
        let foreign = |import: &Import| {
            let top = import.module.split('.').next().unwrap_or_default();
            let mut others = frameworks::all().values().filter(|one| one.conventions);
            others.any(|one| one.distribution.iter().any(|name| name == top))
        };
        if !self.out.is_empty() || outline.imports.iter().any(foreign) {
            return;
        }
        for (name, framework) in frameworks::all().iter().filter(|(_, f)| !f.bare.is_empty()) {
            let usual = |name: &str| matches!(name, "application" | "app");
            let made_for = framework
                .entries
                .iter()
                .any(|entry| entry == self.source.stem());
            let signed = |function: &&Function| {
                function.within.module_level()
                    && usual(&function.name)
                    && (made_for || function.required.ends_with(&framework.bare))
            };
            let functions = outline.functions.iter().filter(signed);
            let functions = functions.map(|one| (one.name.clone(), one.line));
            let assigns = outline.assigns.iter();
            let assigns = assigns
                .filter(|one| made_for && one.within.module_level() && usual(&one.target))
                .map(|one| (one.target.clone(), one.line));
            let imports = outline.imports.iter();
            let imports = imports
                .filter(|one| made_for && one.within.module_level() && usual(&one.bound))
                .map(|one| (one.bound.clone(), one.line));
            let found = functions.chain(assigns).chain(imports).next();
            if let Some((object, line)) = found {
                self.add(name, ObjectKind::Object(object), line);
            }
        }
    }

    /// The call that starts an application of the framework.
    fn start(&self, framework: &Framework) -> Option<&Placed<Call>> {
        let started = |call: &&Placed<Call>| {
            !call.within.typing
                && framework
                    .starts
                    .iter()
                    .any(|start| match start.strip_prefix('.') {
                        Some(method) => {
                            call.value.method() == method && !self.is_module(&call.value)
                        }
                        None => {
                            start.rsplit('.').next() == Some(call.value.method())
                                && self.makers.modules.resolve(self.source, &call.value.callee)
                                    == *start
                        }
                    })
        };
        self.source.outline.calls.iter().find(started)
    }

    /// `asyncio.run(…)`: the method belongs to an imported module, not to an object.
    fn is_module(&self, call: &Call) -> bool {
        let Some((base, _)) = call.callee.rsplit_once('.') else {
            return true;
        };
        self.source
            .outline
            .imports
            .iter()
            .any(|import| import.name.is_none() && import.bound == base)
    }

    fn add(&mut self, framework: &str, kind: ObjectKind, line: u32) {
        let module = self.makers.modules.path(&self.source.path);
        let start = self.start(table(framework));
        let runs = self.source.stem() == "__main__"
            || self.source.outline.guard.is_some()
            || start.is_some_and(|call| call.within.module_level());
        let served = || {
            self.source
                .outline
                .calls
                .iter()
                .find(|call| self.serves(call))
        };
        let start = start.or_else(|| served().filter(|_| table(framework).interface.is_some()));
        let (port, loopback) = start.map_or((None, None), |call| {
            listens(call, self.ports, (self.place)(&self.source.path, call.line))
        });
        self.out.push(AppObject {
            framework: framework.to_owned(),
            kind,
            at: (self.place)(&self.source.path, line),
            alias: false,
            imported: self.makers.modules.is_imported(&self.source.path),
            runs,
            port,
            loopback,
            module,
        });
    }

    /// `uvicorn.run(…)`: a server that the file gives its application to.
    fn serves(&self, call: &Placed<Call>) -> bool {
        let method = call.value.method();
        let mut calls = servers::calls().iter();
        let full = || self.makers.modules.resolve(self.source, &call.value.callee);
        !call.within.typing
            && calls.any(|one| one.rsplit('.').next() == Some(method) && *one == full())
    }
}

/// The port and the loopback address that a start call names.
pub(super) fn listens(
    call: &Placed<Call>,
    ports: &BTreeMap<&str, u16>,
    at: Place,
) -> (Option<Found<u16>>, Option<Place>) {
    let named = |names: &[&str]| {
        let mut keywords = call.value.keywords.iter();
        let found = keywords.find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value)
    };
    let port = named(&["port", "server_port"])
        .and_then(|port| numbers::port(port, ports))
        .map(|port| Found::new(port, at.clone()));
    let host = named(&["host", "server_name", "address"]).and_then(Value::as_setting);
    let loopback = host.is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "::1"));
    (port, loopback.then_some(at))
}

/// Does the framework's start need an object, not only a file?
fn by_target(framework: &Framework) -> bool {
    framework.interface.is_some()
        || framework.command.iter().any(|part| {
            ["{target}", "{object}", "{module}", "{app}"]
                .iter()
                .any(|p| part.contains(p))
        })
}

pub(super) fn table(framework: &str) -> &'static Framework {
    frameworks::get(framework).unwrap_or_else(|| unreachable!("names come out of the table"))
}
