//! Turns the source tree into the outlines of the few Python files that can matter for the start of the application.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::decoys::decoy;
use crate::catalogue::{Catalogue, downloads, frameworks, moved, removed};
use crate::inspect::syntax::{self, Outline, Value};
use crate::inspect::tree::{Tree, join};

/// A parsed file.
pub(super) struct Source {
    /// Path relative to the application's folder.
    pub(super) path: String,
    /// What it says.
    pub(super) outline: Outline,
}

impl Source {
    /// File name without `.py`.
    pub(super) fn stem(&self) -> &str {
        stem(&self.path)
    }

    /// The text of a string or a number, written there or bound to a name of the file.
    pub(super) fn setting<'a>(&'a self, value: &'a Value) -> Option<&'a str> {
        let Value::Name(name) = value else {
            return value.as_setting();
        };
        let mut assigns = self.outline.assigns.iter();
        let bound = assigns.find(|one| one.target == *name && one.within.module_level())?;
        bound.value.as_setting()
    }
}

/// The application's Python files.
pub(super) struct Corpus {
    /// Those that can matter, parsed, in the order of their paths.
    pub(super) sources: Vec<Source>,
    /// Paths of all of them, relative to the application's folder, decoys left out.
    pub(super) paths: BTreeSet<String>,
    /// Folders that hold Python files, directly or deeper.
    pub(super) folders: BTreeSet<String>,
}

/// Names of files that are read although no word in them asks for it: entry points by convention.
const ENTRIES: [&str; 12] = [
    "__init__",
    "__main__",
    "app",
    "application",
    "asgi",
    "factory",
    "main",
    "manage",
    "run",
    "server",
    "settings",
    "wsgi",
];

/// No more text than this is parsed, shallow files first: 8 MiB.
const BUDGET: usize = 8 << 20;

/// How deep a file may lie (in folders) to count as an entry point by its name or its guard.
const SHALLOW: usize = 2;

/// Reads the application's files: all are searched for telling words, those that have some are parsed.
pub(super) fn read(tree: &Tree) -> Corpus {
    let prefix = match tree.app() {
        "" | "." => String::new(),
        app => format!("{app}/"),
    };
    let full: Vec<&str> = tree
        .files()
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| {
            path.strip_prefix(&prefix)
                .is_some_and(|path| extension_is(path, "py") && !decoy(path))
        })
        .collect();
    let told = tree.scan(&full, |path, bytes| {
        matters(&path[prefix.len()..], bytes).then(|| (path.to_owned(), bytes.len()))
    });
    let mut chosen: Vec<(usize, String, usize)> = told
        .into_iter()
        .map(|(path, length)| (depth(&path), path, length))
        .collect();
    chosen.sort();
    let mut spent = 0;
    chosen.retain(|(_, _, length)| {
        spent += length;
        spent <= BUDGET
    });
    let chosen: Vec<&str> = chosen.iter().map(|(_, path, _)| path.as_str()).collect();
    let mut sources = tree.scan(&chosen, |path, bytes| {
        let outline = syntax::outline(bytes)?;
        let path = path[prefix.len()..].to_owned();
        Some(Source { path, outline })
    });
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let paths: BTreeSet<String> = full
        .iter()
        .map(|path| path[prefix.len()..].to_owned())
        .collect();
    let mut folders = BTreeSet::new();
    for path in &paths {
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder.to_owned()) {
                break;
            }
            rest = folder;
        }
    }
    Corpus {
        sources,
        paths,
        folders,
    }
}

impl Corpus {
    /// Is there a module or package of this name in a folder?
    pub(super) fn has_module(&self, folder: &str, name: &str) -> bool {
        let path = join(folder, name);
        self.folders.contains(&path) || self.paths.contains(&format!("{path}.py"))
    }
}

/// File name without folder and last extension.
pub(super) fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Number of folders above a file.
pub(super) fn depth(path: &str) -> usize {
    path.matches('/').count()
}

/// Is this the file's extension?
pub(super) fn extension_is(path: &str, extension: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, last)| last == extension)
}

/// Words that tell, and which of them must stand together in one file.
struct Words {
    search: AhoCorasick,
    /// A file that holds all words of a set is parsed.
    sets: Vec<Vec<usize>>,
    /// Those that end where a name ends.
    whole: BTreeSet<usize>,
    count: usize,
}

/// Is the file worth parsing?
fn matters(path: &str, bytes: &[u8]) -> bool {
    let shallow = depth(path) <= SHALLOW;
    let name = stem(path);
    if depth(path) == 0
        || shallow && ENTRIES.contains(&name)
        || matches!(name, "wsgi" | "asgi" | "manage")
        || path.split('/').any(|part| part.starts_with("settings"))
        || name.ends_with("_settings")
    {
        return true;
    }
    let words = words();
    let mut seen = vec![false; words.count];
    for found in words.search.find_overlapping_iter(bytes) {
        let word = found.pattern().as_usize();
        // `import uu` is not looked for in `import uuid`.
        let goes_on = || {
            let next = bytes.get(found.end());
            next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        if !words.whole.contains(&word) || !goes_on() {
            seen[word] = true;
        }
    }
    // The guard is the first word.
    (shallow && seen[0])
        || words
            .sets
            .iter()
            .any(|set| set.iter().all(|word| seen[*word]))
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        let mut list = Vec::new();
        let mut id = |word: String| {
            *index.entry(word.clone()).or_insert_with(|| {
                list.push(word);
                list.len() - 1
            })
        };
        id("__main__".to_owned());
        let mut sets: Vec<Vec<usize>> = imports()
            .map(|set| set.into_iter().map(&mut id).collect())
            .collect();
        let whole: BTreeSet<usize> = sets.iter().flatten().copied().collect();
        for set in telling() {
            sets.push(set.into_iter().map(&mut id).collect());
        }
        Words {
            count: list.len(),
            // Only a table with megabytes of words could fail; an empty search then finds nothing.
            search: AhoCorasick::new(&list)
                .unwrap_or_else(|_| unreachable!("the embedded tables are small")),
            whole,
            sets,
        }
    })
}

/// Words that are enough by themselves.
const WORDS: [&str; 34] = [
    "AMQP_URL",
    "BEAT_SCHEDULE",
    "BROKER_URL",
    "BaseSettings",
    "CDLL(",
    "DATABASE_UR",
    "DB_HOST",
    "INSTALLED_APPS",
    "MARIADB_",
    "MONGODB_",
    "MONGO_",
    "MYSQL_",
    "PGHOST",
    "POSTGRES_",
    "ProtocolTypeRouter",
    "RABBITMQ_",
    "REDIS_",
    "SIGTERM",
    "add_insecure_port(",
    "beat_schedule",
    "cdll.LoadLibrary",
    "create_app(",
    "environ[",
    "find_library",
    "get_asgi_application",
    "get_wsgi_application",
    "load_extension(",
    "make_app(",
    "require_version(",
    "setlocale(",
    "sqlite+",
    "sqlite.connect",
    "sqlite3.connect",
    "sqlite:/",
];

/// Ends of the names of options that say where a program listens.
const OPTIONS: [&str; 7] = [
    "--port",
    "-port\"",
    "-port'",
    "--host",
    "--bind",
    "-address\"",
    "-address'",
];

/// Imports of what the standard library lost, and of what distributions did.
fn imports() -> impl Iterator<Item = Vec<String>> {
    let names = removed::all().keys().map(|name| &**name);
    names.chain(moved::all().keys().copied()).flat_map(|name| {
        let whole = ["import", "from"].map(|word| vec![format!("{word} {name}")]);
        let taken = name
            .rsplit_once('.')
            .map(|(module, last)| vec![format!("from {module} import"), last.to_owned()]);
        whole.into_iter().chain(taken)
    })
}

/// Sets of words, out of the tables of frameworks and needs.
fn telling() -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = Vec::new();
    for framework in frameworks::all().values() {
        for name in framework.constructors.iter().chain(&framework.decorators) {
            let first = name.split('.').next().unwrap_or_default();
            let last = name.rsplit('.').next().unwrap_or_default();
            sets.push(
                [first, last]
                    .iter()
                    .filter(|w| !w.is_empty())
                    .map(ToString::to_string)
                    .collect(),
            );
        }
        for name in &framework.imports {
            for start in &framework.starts {
                let start = start.rsplit('.').next().unwrap_or_default();
                sets.push(vec![name.clone(), start.to_owned()]);
            }
            sets.push(vec![format!("import {name}"), "__main__".to_owned()]);
        }
        let calls = framework.calls.iter();
        sets.extend(calls.map(|calls| vec![format!("{})", calls.base)]));
        sets.extend(
            framework
                .bases
                .iter()
                .map(|base| vec![format!("class {base}")]),
        );
    }
    for option in ["add_argument(", "add_option(", "addoption(", ".option("] {
        for name in OPTIONS {
            sets.push(vec![option.to_owned(), name.to_owned()]);
        }
    }
    sets.push(vec!["getint(".to_owned(), "port".to_owned()]);
    for name in ["\"PORT\"", "'PORT'"] {
        sets.extend(["getenv(", "environ.get("].map(|call| vec![call.to_owned(), name.to_owned()]));
    }
    sets.push(vec!["tornado".to_owned(), "define(".to_owned()]);
    for command in ["add_parser(", "add_command(", "lazy_subcommands"] {
        sets.push(vec![command.to_owned()]);
    }
    sets.extend(WORDS.iter().map(|word| vec![(*word).to_owned()]));
    for call in downloads::all().iter().flat_map(|download| &download.calls) {
        sets.push(
            call.split('.')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
        );
    }
    for route in [
        "/health",
        "health/",
        "\"health\"",
        "'health'",
        "/ping",
        "/livez",
        "/readyz",
        "/alive",
    ] {
        for word in ["route(", ".get(", "path(", "add_get(", "add_url_rule"] {
            sets.push(vec![route.to_owned(), word.to_owned()]);
        }
    }
    sets.extend(super::languages::SIGNS.map(|sign| vec![sign.to_owned()]));
    let callers = ["subprocess", "os.system", "which(", "popen", "Popen"];
    for (_, need) in Catalogue::builtin().source_needs() {
        for program in &need.shown.programs {
            for quote in ['"', '\''] {
                let program = format!("{quote}{program}");
                sets.extend(callers.map(|caller| vec![caller.to_owned(), program.clone()]));
            }
        }
        for call in &need.shown.calls {
            let (module, last) = call.rsplit_once('.').unwrap_or_default();
            let first = module.split('.').next().unwrap_or_default();
            sets.push(vec![first.to_owned(), format!("{last}(")]);
        }
        for import in &need.shown.imports {
            sets.push(vec![format!("import {import}")]);
            sets.push(vec![format!("from {import}")]);
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::matters;

    #[test]
    fn a_module_that_left_is_looked_for_by_its_whole_name() {
        for (source, expected) in [
            (
                "import uuid\nimport importlib.util\nfrom cryptography import x509\n",
                false,
            ),
            ("import uu\n", true),
            ("import imp", true),
            ("from imp import reload\n", true),
            ("import distutils.version\n", true),
        ] {
            assert_eq!(
                matters("a/b/c/d.py", source.as_bytes()),
                expected,
                "{source}"
            );
        }
    }
}
