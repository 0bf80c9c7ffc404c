//! Turns `manage.py`, settings, `wsgi.py` and `asgi.py` into [`Django`].

use super::corpus::{Corpus, Source, depth};
use super::demands;
use super::modules::Modules;
use crate::catalogue::frameworks::{self, Interface};
use crate::facts::app::Django;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Assign, Value};

/// Django's conventions; `None` when neither `manage.py` nor an application of Django is there.
pub(super) fn read(
    corpus: &Corpus,
    modules: &Modules<'_>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Option<Django> {
    let mut reader = Reader {
        modules,
        place,
        out: Django::default(),
    };
    let mut sources: Vec<&Source> = corpus.sources.iter().collect();
    sources.sort_by_key(|source| (depth(&source.path), &source.path));
    for source in &sources {
        if source.stem() == "manage" {
            reader.manage(source);
        }
    }
    for source in sources {
        reader.interfaces(source);
        if is_settings(source) {
            reader.settings(source);
        }
    }
    let mut out = reader.out;
    from_above(corpus, &mut out);
    let known = out.manage.is_some() || !out.wsgi.is_empty() || !out.asgi.is_empty();
    known.then_some(out)
}

/// A `manage.py` inside a package whose settings are named with that package: all begins above it, where the package lies.
fn from_above(corpus: &Corpus, out: &mut Django) {
    let package = format!("{}.", out.folder.replace('/', "."));
    let there = |module: &str| {
        let file = format!("{}/{}", out.folder, module.replace('.', "/"));
        let names = [format!("{file}.py"), format!("{file}/__init__.py")];
        names.iter().any(|name| corpus.paths.contains(name))
    };
    let of_settings = out.wsgi.iter().filter(|found| is_of_settings(found));
    let of_settings = of_settings.filter_map(|found| found.value.split(':').next());
    let named = out.settings_modules.iter().map(|found| &*found.value);
    let named: Vec<&str> = named.chain(of_settings).collect();
    let above = |module: &&str| module.strip_prefix(&package).is_some_and(there);
    if out.folder.is_empty() || named.iter().any(|name| there(name)) || !named.iter().any(above) {
        return;
    }
    for found in out.wsgi.iter_mut().chain(&mut out.asgi) {
        if !found.value.starts_with(&package) {
            found.value.insert_str(0, &package);
        }
    }
    out.folder.clear();
}

/// Was it read from `WSGI_APPLICATION`?
fn is_of_settings(found: &Found<String>) -> bool {
    found.at.file.contains("settings")
}

/// What a file serves in the place of Django's application: another framework's, into which `django_app` is mounted, or whatever has
/// the usual name in a file that exists for servers.
fn wrapper<'a>(modules: &Modules<'_>, source: &'a Source, django: &Assign) -> Option<&'a str> {
    let usual = |name: &str| matches!(name, "application" | "app");
    if usual(&django.target) {
        return None;
    }
    let made_for = matches!(source.stem(), "asgi" | "wsgi");
    let serves = |assign: &&Assign| {
        let Value::Call(call) = &assign.value else {
            return false;
        };
        let full = modules.resolve(source, &call.callee);
        let mut asgi = frameworks::all()
            .values()
            .filter(|one| one.interface == Some(Interface::Asgi) && !one.conventions);
        assign.within.module_level()
            && usual(&assign.target)
            && (made_for || asgi.any(|one| one.constructors.contains(&full)))
    };
    let outline = &source.outline;
    let assigned = outline.assigns.iter().find(serves);
    let assigned = assigned.map(|assign| assign.target.as_str());
    let mut functions = outline.functions.iter();
    let defined = functions.find(|one| made_for && one.within.module_level() && usual(&one.name));
    assigned.or(defined.map(|function| function.name.as_str()))
}

struct Reader<'a> {
    modules: &'a Modules<'a>,
    place: &'a dyn Fn(&str, u32) -> Place,
    out: Django,
}

impl Reader<'_> {
    fn manage(&mut self, source: &Source) {
        let django = source
            .outline
            .imports
            .iter()
            .find(|i| i.module.starts_with("django"));
        if let (None, Some(import)) = (&self.out.manage, django) {
            let folder = source
                .path
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            folder.clone_into(&mut self.out.folder);
            let at = (self.place)(&source.path, import.line);
            self.out.manage = Some(Found::new(source.path.clone(), at));
        }
    }

    /// `application = get_wsgi_application()`, and the settings module that the file names.
    fn interfaces(&mut self, source: &Source) {
        for call in &source.outline.calls {
            if matches!(call.value.method(), "setdefault" | "putenv")
                && call.value.args.first().and_then(Value::as_text)
                    == Some("DJANGO_SETTINGS_MODULE")
                && let Some(settings) = call.value.args.get(1).and_then(Value::as_text)
            {
                let at = (self.place)(&source.path, call.line);
                self.out
                    .settings_modules
                    .push(Found::new(settings.to_owned(), at));
            }
        }
        let module = self.modules.path(&source.path).module;
        if module.is_empty() {
            return;
        }
        for assign in &source.outline.assigns {
            let Value::Call(call) = &assign.value else {
                continue;
            };
            if !assign.within.module_level() {
                continue;
            }
            let full = self.modules.resolve(source, &call.callee);
            let list = match full.as_str() {
                "django.core.wsgi.get_wsgi_application"
                | "configurations.wsgi.get_wsgi_application" => &mut self.out.wsgi,
                "django.core.asgi.get_asgi_application"
                | "configurations.asgi.get_asgi_application"
                | "channels.routing.ProtocolTypeRouter"
                | "channels.routing.get_default_application" => &mut self.out.asgi,
                _ => continue,
            };
            let name = wrapper(self.modules, source, assign).unwrap_or(&assign.target);
            let target = format!("{module}:{name}");
            let usual = name == "application" || name == "app";
            let known = list
                .iter()
                .any(|found| found.value.split(':').next() == Some(&module));
            if usual && !known || list.is_empty() {
                list.push(Found::new(target, (self.place)(&source.path, assign.line)));
            }
        }
    }

    fn settings(&mut self, source: &Source) {
        let module = self.modules.path(&source.path).module;
        self.out
            .settings
            .push(Found::new(module, (self.place)(&source.path, 1)));
        if !developing(source.stem()) {
            demands::read(source, &mut self.out.demanded);
        }
        for assign in &source.outline.assigns {
            if assign.within.function.is_none() && !assign.within.typing {
                self.setting(source, assign);
            }
        }
    }

    fn setting(&mut self, source: &Source, assign: &Assign) {
        let at = (self.place)(&source.path, assign.line);
        let found = |value: String| Found::new(value, at.clone());
        let text = assign.value.as_text();
        match (assign.target.as_str(), text) {
            // Settings have the last word on the object's name: the contract points there.
            ("WSGI_APPLICATION", Some(target)) => {
                self.out.wsgi.insert(0, found(colon(target)));
            }
            ("ASGI_APPLICATION", Some(target)) => {
                self.out.wants_asgi.get_or_insert(at.clone());
                self.out.asgi.insert(0, found(colon(target)));
            }
            ("STATIC_ROOT", _) if !is_none(&assign.value) => {
                self.out
                    .static_root
                    .get_or_insert(found(folder(&assign.value)));
            }
            ("MEDIA_ROOT", _) if !is_none(&assign.value) => {
                self.out
                    .media_root
                    .get_or_insert(found(folder(&assign.value)));
            }
            ("SECRET_KEY", None) => {
                if let Some(name) = variable(&assign.value) {
                    self.out.secret_key.get_or_insert(found(name));
                }
            }
            ("DATABASES", _) => self.databases(source, assign),
            (name, _) if name.ends_with("_APPS") => self.apps(source, assign),
            _ => {}
        }
    }

    fn apps(&mut self, source: &Source, assign: &Assign) {
        let Value::List(entries) = &assign.value else {
            return;
        };
        for app in entries.iter().filter_map(Value::as_text) {
            let at = (self.place)(&source.path, assign.line);
            if matches!(app, "channels" | "daphne") {
                self.out.wants_asgi.get_or_insert(at.clone());
            }
            self.out.installed_apps.push(Found::new(app.to_owned(), at));
        }
    }

    /// Engines of `DATABASES = {"default": {"ENGINE": …}}`.
    fn databases(&mut self, source: &Source, assign: &Assign) {
        let at = (self.place)(&source.path, assign.line);
        let mut open = vec![&assign.value];
        while let Some(value) = open.pop() {
            let Value::Dict(entries) = value else {
                continue;
            };
            for (key, value) in entries {
                match (key.as_text(), value.as_text()) {
                    (Some("ENGINE"), Some(engine)) => {
                        self.out
                            .engines
                            .push(Found::new(engine.to_owned(), at.clone()));
                    }
                    _ => open.push(value),
                }
            }
        }
    }
}

/// `shop.wsgi.application` as servers want it: `shop.wsgi:application`.
fn colon(target: &str) -> String {
    match target.rsplit_once('.') {
        Some((module, object)) if !target.contains(':') => format!("{module}:{object}"),
        _ => target.to_owned(),
    }
}

fn is_none(value: &Value) -> bool {
    matches!(value, Value::Literal(text) if text == "None")
}

/// `BASE_DIR / "static"`, `os.path.join(BASE_DIR, "static")`: the literal part behind the project's folder, also as what an
/// environment variable falls back to; empty when another part is computed.
pub(super) fn folder(value: &Value) -> String {
    let parts: Vec<&Value> = match value {
        Value::Text(text) => return text.clone(),
        Value::Path(sides) => sides.iter().collect(),
        Value::Call(call) if call.method() != "join" && variable(value).is_some() => {
            return call.argument("default", 1).map(folder).unwrap_or_default();
        }
        Value::Call(call)
            if matches!(call.method(), "join" | "joinpath" | "str" | "root" | "path") =>
        {
            call.args.iter().collect()
        }
        _ => return String::new(),
    };
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Value::Text(text) => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(text.trim_matches('/'));
            }
            Value::Name(name) if index == 0 && is_base(name) => {}
            Value::Call(call) if index == 0 && call.callee.contains("BASE") => {}
            Value::Path(_) | Value::Call(_) if index == 0 => match folder(part) {
                inner if inner.is_empty() => return String::new(),
                inner => out = inner,
            },
            _ => return String::new(),
        }
    }
    out
}

/// Names that settings give to the project's folder.
fn is_base(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [
        "BASE_DIR",
        "ROOT_DIR",
        "PROJECT_ROOT",
        "PROJECT_DIR",
        "BASE_PATH",
        "BASEDIR",
    ]
    .contains(&name.as_str())
}

/// The environment variable that `os.environ["X"]`-like code reads: the first text argument of the outermost call.
fn variable(value: &Value) -> Option<String> {
    let Value::Call(call) = value else {
        return None;
    };
    let name = call.args.first()?.as_text()?;
    let plausible = name.len() > 2
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    plausible.then(|| name.to_owned())
}

/// Names of settings modules that no image uses.
pub(super) fn developing(stem: &str) -> bool {
    matches!(
        stem,
        "dev" | "develop" | "development" | "local" | "test" | "tests" | "testing" | "debug"
    )
}

/// A settings module of Django: by its name or its folder, and by what it sets.
fn is_settings(source: &Source) -> bool {
    let named = source.path.split('/').any(|part| part.contains("settings"));
    let sets = |name: &str| {
        source
            .outline
            .assigns
            .iter()
            .any(|assign| assign.target == name)
    };
    named
        || sets("INSTALLED_APPS") && (sets("ROOT_URLCONF") || sets("DATABASES"))
        || sets("WSGI_APPLICATION")
}
