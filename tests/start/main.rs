//! From a project's files to how it is started: readers and decisions together.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod authority;
mod behaviour;
mod data;
mod frameworks;
mod passed_on;
mod ports;
mod process;
mod procfile;
mod programs;
mod roles;
mod servers;
mod subcommands;
mod traps;
mod wrapped;
mod written;

use std::collections::BTreeMap;
use std::fs;

use dockwright::error::Error;
use dockwright::facts::{Found, Place, ProjectFacts, Script};
use dockwright::inspect::app;
use dockwright::inspect::tree::Tree;
use dockwright::plan::command::{Installed, Start, Wish, choose};

/// A project in a temporary folder.
#[derive(Clone, Default)]
pub(crate) struct Project {
    files: Vec<(String, Vec<u8>)>,
    installed: Installed,
    wish: Wish,
    app: String,
}

/// A project with one file.
pub(crate) fn file(path: &str, text: &str) -> Project {
    Project::default().file(path, text)
}

impl Project {
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    pub(crate) fn bytes(mut self, path: &str, bytes: &[u8]) -> Self {
        self.files.push((path.to_owned(), bytes.to_vec()));
        self
    }

    /// Everything that is installed; all of it asked for by the project.
    pub(crate) fn with(mut self, names: &[&str]) -> Self {
        for name in names {
            self.installed
                .versions
                .insert((*name).to_owned(), Some("1.0".to_owned()));
            self.installed.direct.insert((*name).to_owned());
        }
        self.installed.complete = true;
        self
    }

    /// Comes with something else.
    pub(crate) fn brings(mut self, name: &str) -> Self {
        self.installed.versions.insert(name.to_owned(), None);
        self
    }

    pub(crate) fn console(mut self, name: &str, target: &str) -> Self {
        let (name, target) = (name.to_owned(), target.to_owned());
        let at = Place::new("pyproject.toml", 7);
        self.installed
            .scripts
            .push(Found::new(Script { name, target }, at));
        self.installed.project = true;
        self
    }

    pub(crate) fn wish(mut self, change: impl FnOnce(&mut Wish)) -> Self {
        change(&mut self.wish);
        self
    }

    pub(crate) fn below(mut self, app: &str) -> Self {
        app.clone_into(&mut self.app);
        self
    }

    pub(crate) fn facts(&self) -> ProjectFacts {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let tree = Tree::open(folder.path(), &self.app).unwrap();
        let (app, sources) = app::read(&tree).unwrap();
        ProjectFacts {
            app,
            sources,
            ..ProjectFacts::default()
        }
    }

    pub(crate) fn choose(&self) -> Result<Start, Error> {
        choose(&self.facts(), &self.installed, &self.wish)
    }

    /// The start, for both line endings.
    pub(crate) fn start(&self) -> Start {
        let start = self.choose().unwrap();
        let crlf = |bytes: &Vec<u8>| {
            String::from_utf8(bytes.clone()).map_or_else(
                |_| bytes.clone(),
                |text| text.replace('\n', "\r\n").into_bytes(),
            )
        };
        let windows = Project {
            files: self
                .files
                .iter()
                .map(|(path, bytes)| (path.clone(), crlf(bytes)))
                .collect(),
            installed: self.installed.clone(),
            wish: self.wish.clone(),
            app: self.app.clone(),
        };
        assert_eq!(windows.choose().unwrap(), start, "CRLF makes a difference");
        start
    }

    /// The command in one line, `explain`'s way.
    pub(crate) fn argv(&self) -> String {
        argv(&self.start())
    }

    /// `file:line` of the command.
    pub(crate) fn place(&self) -> String {
        self.start().command.unwrap().at.unwrap().to_string()
    }
}

pub(crate) fn argv(start: &Start) -> String {
    start
        .command
        .as_ref()
        .map_or_else(String::new, |command| command.argv(start.port).join(" "))
}

pub(crate) fn processes(start: &Start) -> BTreeMap<&str, String> {
    start
        .processes
        .iter()
        .map(|process| {
            (
                process.name.as_str(),
                process.command.argv(start.port).join(" "),
            )
        })
        .collect()
}

pub(crate) fn codes(start: &Start) -> Vec<&str> {
    start.warnings.iter().map(|warning| warning.code).collect()
}
