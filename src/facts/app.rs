//! What the sources say about how the application is started.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Arg, Found, Parsed, Place};

/// Everything found about starting the application. Paths of `Place`s are relative to the context, all others to the
/// application's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AppFacts {
    /// `Procfile`, line by line.
    pub procfile: Vec<Found<Process>>,
    /// Commands that start a server or a worker in shell scripts and supervisor's configuration, best script first.
    pub launches: Vec<Found<Launch>>,
    /// The same out of compose files, makefiles and justfiles.
    pub hints: Vec<Found<Launch>>,
    /// `gunicorn.conf.py`, `uwsgi.ini`, `hypercorn.toml`.
    pub configs: Vec<ServerConfig>,
    /// Applications, factories and scripts of known frameworks.
    pub objects: Vec<AppObject>,
    /// Django's own conventions.
    pub django: Option<Django>,
    /// Packages with a `__main__.py`.
    pub mains: Vec<Found<ModulePath>>,
    /// Scripts with an `if __name__ == "__main__"` guard.
    pub scripts: Vec<Found<GuardedScript>>,
    /// Files at the top that work when they are run, without a guard.
    pub plain: Vec<Found<ModulePath>>,
    /// Routes that look like health checks, shortest first.
    pub health: Vec<Found<String>>,
    /// Where Celery's periodic tasks are set: `beat_schedule`, `CELERY_BEAT_SCHEDULE`, `on_after_configure`.
    pub beat: Option<Place>,
    /// Environment variables that the code reads, by name.
    pub variables: BTreeMap<String, Reading>,
    /// Tools of `migrations.toml` that the project's files show, each with the file.
    pub migrations: Vec<Found<String>>,
    /// SQLite files that the code opens.
    pub sqlite: Vec<Found<SqliteFile>>,
    /// The port that the code falls back to when `$PORT` is not set.
    pub port: Option<Found<u16>>,
    /// The port of a server that the code starts without a framework.
    pub listens: Option<Found<u16>>,
    /// Commands of the project's own command line that are named for a server, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subcommands: Vec<Found<Subcommand>>,
    /// Options of command lines without commands for the address that they listen on, where it falls back to the machine's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Found<String>>,
    /// Classes that a framework's command calls by their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<Found<Called>>,
    /// The code handles SIGTERM by itself: `signal.signal(signal.SIGTERM, …)`.
    pub handles_term: Option<Place>,
    /// The code sleeps, or serves for ever: what runs does not end by itself.
    pub waits: Option<Place>,
    /// Modules of the standard library, and names in them, that the code imports and that newer Pythons have no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Found<String>>,
    /// Names that the code imports and that newer releases of a distribution have no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Found<String>>,
    /// Data that the code fetches when it runs.
    pub downloads: Vec<Found<Fetched>>,
    /// gettext catalogues (`*.po`) below a `LC_MESSAGES` folder that are not there compiled (`*.mo`).
    pub catalogues: Vec<String>,
    /// Folders whose `package.json` has a `build` script, highest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frontends: Vec<super::frontend::Frontend>,
    /// Files at the top whose syntax is not that of Python 3, each with the first such line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<Place>,
    /// What could not be read as it was meant.
    pub warnings: Vec<super::Warning>,
    /// How many Python files were looked at, decoys not counted.
    pub looked_at: usize,
}

/// A class that a framework's command calls by a name of its own: a spider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Called {
    /// Key of `frameworks.toml`.
    pub framework: String,
    /// The name.
    pub name: String,
}

/// What the code says about an environment variable that it reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// There is no default: the code fails without it.
    pub required: bool,
    /// What it is for, where more than its name says so: a key of Django's `DATABASES` (`HOST`), a type (`PostgresDsn`),
    /// `database` or `cache` for what is parsed as such a URL.
    pub meaning: Option<String>,
    /// The URL that the code falls back to.
    pub fallback: Option<Fallback>,
    /// Where.
    pub at: Place,
}

impl Reading {
    /// What a piece of code says; where it stands is told later.
    pub fn new(required: bool, meaning: Option<String>, fallback: Option<Fallback>) -> Self {
        Self {
            required,
            meaning,
            fallback,
            at: Place::default(),
        }
    }
}

/// A URL that the code falls back to, without host and credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fallback {
    /// `postgresql+asyncpg`, `redis`, …
    pub scheme: String,
    /// The number that its path ends with: a database of Redis.
    pub number: Option<String>,
}

/// An SQLite file that the code opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SqliteFile {
    /// Relative to where the process runs, or absolute.
    pub path: String,
    /// It stands in a URL.
    pub url: bool,
    /// The variable that it is only the default of.
    pub unless: Option<String>,
}

/// Data by the function that loads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetched {
    /// The function's full name.
    pub call: String,
    /// The data's.
    pub name: String,
}

/// A command of a command line: `serve` of `shop serve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subcommand {
    /// Its name.
    pub name: String,
    /// Its option for the address that it listens on, where that falls back to the machine's own: `--host`.
    pub host: Option<String>,
}

/// A named command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// `web`, `worker`, `release`, …
    pub name: String,
    /// Its command.
    pub command: Parsed,
}

impl Process {
    /// The script of the project that the command runs and that is all it does: `bash start.sh`, `./start.sh`.
    pub fn script(&self) -> Option<String> {
        let words: Option<Vec<&str>> = self.command.line.words().iter().map(Arg::literal).collect();
        let script = match words?.as_slice() {
            ["bash" | "sh", script] | [script] => script.trim_start_matches("./").to_owned(),
            _ => return None,
        };
        let named = script.contains('/') || script.contains('.');
        (named && !script.starts_with('/') && script.rsplit('.').next() != Some("py"))
            .then_some(script)
    }
}

/// A server or worker that a script of the project starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Launch {
    /// The script, relative to the application's folder.
    #[serde(skip)]
    pub script: String,
    /// Its program, without a path: `gunicorn`, `celery`, …
    pub program: String,
    /// Its words, wrappers such as `poetry run` removed; a word that only a shell can expand is `None`.
    pub words: Vec<Option<String>>,
    /// Its program is known to run applications: a worker's or a server's.
    pub runner: bool,
    /// It replaces the script or ends it, or a supervisor runs it: what the script is for.
    pub ends: bool,
    /// Name of supervisor's program, where it came from there.
    pub name: Option<String>,
}

/// A server's own configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerConfig {
    /// `gunicorn`, `uwsgi`, `hypercorn`.
    pub server: String,
    /// Path relative to the application's folder.
    pub path: String,
    /// Settings with a literal value: `bind`, `wsgi_app`, `module`, `http-socket`, …
    pub settings: BTreeMap<String, Found<String>>,
    /// Names of settings that are computed.
    pub computed: Vec<String>,
}

/// Where a Python file stands, and how it is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ModulePath {
    /// Folder that must be on the import path, relative to the application's folder; empty for that folder itself.
    pub root: String,
    /// Dotted name from there; empty when no name can be imported (`my app.py`).
    pub module: String,
    /// The file, relative to the application's folder.
    pub file: String,
}

/// Something of a framework that can be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppObject {
    /// Key in `frameworks.toml`.
    pub framework: String,
    /// Where it stands.
    pub module: ModulePath,
    /// What it is.
    pub kind: ObjectKind,
    /// The line that makes it.
    pub at: Place,
    /// The module stands here only because it passes on an object made elsewhere (`wsgi.py`).
    pub alias: bool,
    /// Another of the project's modules imports this one.
    pub imported: bool,
    /// The file runs it when started as a script: at module level or under the guard.
    pub runs: bool,
    /// The port that the file's own start call names.
    pub port: Option<Found<u16>>,
    /// The start call names the loopback address: nothing outside the container reaches it.
    pub loopback: Option<Place>,
}

/// What can be handed to a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum ObjectKind {
    /// A name bound at module level.
    Object(String),
    /// A function that makes the application.
    Factory {
        /// Its name.
        name: String,
        /// Parameters without a default.
        required: Vec<String>,
    },
    /// The file itself is run.
    Script,
}

impl ObjectKind {
    /// `app`, `create_app`; `None` for a script.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Object(name) | Self::Factory { name, .. } => Some(name),
            Self::Script => None,
        }
    }
}

/// A script with a guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuardedScript {
    /// Where it stands.
    pub module: ModulePath,
    /// Calls under the guard, as written: `app.run`, `main`, …
    pub calls: Vec<String>,
}

/// Django's conventions as the sources show them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Django {
    /// `manage.py`, relative to the application's folder.
    pub manage: Option<Found<String>>,
    /// `DJANGO_SETTINGS_MODULE` as `manage.py`, `wsgi.py` and `asgi.py` set it.
    pub settings_modules: Vec<Found<String>>,
    /// `WSGI_APPLICATION` of the settings, and modules with `get_wsgi_application()`, as `module:object`.
    pub wsgi: Vec<Found<String>>,
    /// `ASGI_APPLICATION`, and modules with `get_asgi_application()` or `ProtocolTypeRouter`.
    pub asgi: Vec<Found<String>>,
    /// `ASGI_APPLICATION` or channels stands in the settings: the project asks for ASGI.
    pub wants_asgi: Option<Place>,
    /// Every settings module seen: its dotted name.
    pub settings: Vec<Found<String>>,
    /// `INSTALLED_APPS` entries.
    pub installed_apps: Vec<Found<String>>,
    /// Engines of `DATABASES`, and schemes of database URLs.
    pub engines: Vec<Found<String>>,
    /// `STATIC_ROOT`: path relative to the application's folder where it is literal, else empty.
    pub static_root: Option<Found<String>>,
    /// `MEDIA_ROOT`, likewise.
    pub media_root: Option<Found<String>>,
    /// `SECRET_KEY` is read from an environment variable: its name.
    pub secret_key: Option<Found<String>>,
    /// Environment variables without which the settings cannot be read, by name.
    pub demanded: BTreeMap<String, Demanded>,
    /// Folder in which its modules begin, relative to the application's folder: the one that `manage.py` stands in, unless that is inside
    /// a package.
    pub folder: String,
}

impl Django {
    /// What runs `manage.py`, called from a folder: as a module where it is inside a package, as only so the package can be imported.
    pub fn managed(&self, from: &str) -> Option<Vec<String>> {
        let path = self.manage.as_ref()?.value.as_str();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let words = if folder == self.folder {
            let inside = path.strip_prefix(from);
            let path = inside.map_or(path, |path| path.trim_start_matches('/'));
            vec!["python", path]
                .into_iter()
                .map(str::to_owned)
                .collect()
        } else {
            let module = path.trim_end_matches(".py").replace('/', ".");
            vec!["python".to_owned(), "-m".to_owned(), module]
        };
        Some(words)
    }
}

/// What an environment variable must hold so that the settings can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Demanded {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// JSON.
    Json,
    /// A URL.
    Url,
    /// A database's URL.
    Database,
    /// A cache's URL, as django-environ reads it.
    Cache,
    /// A mail server's URL, as django-environ reads it.
    Mail,
}
