//! Projects on disk, and a person who answers by prompt.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use crate::change::{self, Options};
use crate::commands::init::{Draft, draft};
use crate::error::Error;
use crate::settings::Settings;
use crate::wizard::Ask;

/// An answer; where none is left the proposal is taken.
#[derive(Clone, Copy)]
pub(super) enum Reply {
    /// The entry that starts so.
    Pick(&'static str),
    /// The entries that start so, taken or left.
    Toggle(&'static [&'static str]),
    /// A line.
    Type(&'static str),
    /// Ctrl-C.
    Stop,
}

use Reply::{Pick, Stop, Toggle, Type};

#[derive(Default)]
pub(super) struct Script {
    pub(super) replies: Vec<(&'static str, Reply)>,
    pub(super) asked: Vec<String>,
    pub(super) items: BTreeMap<String, Vec<String>>,
    pub(super) said: String,
}

impl Script {
    pub(super) fn new(replies: &[(&'static str, Reply)]) -> Self {
        Self {
            replies: replies.to_vec(),
            ..Self::default()
        }
    }

    fn reply(&mut self, prompt: &str) -> Option<Reply> {
        self.asked.push(prompt.to_owned());
        let index = self.replies.iter().position(|(to, _)| *to == prompt)?;
        Some(self.replies.remove(index).1)
    }
}

impl Ask for Script {
    fn one(&mut self, prompt: &str, items: &[String], default: usize) -> Result<usize, Error> {
        self.items.insert(prompt.to_owned(), items.to_vec());
        match self.reply(prompt) {
            None => Ok(default),
            Some(Pick(start)) => {
                let found = items.iter().position(|item| item.starts_with(start));
                Ok(found.unwrap_or_else(|| panic!("{prompt}: no {start} in {items:?}")))
            }
            Some(Stop) => Err(Error::Stopped),
            Some(_) => panic!("{prompt} is a choice of one"),
        }
    }

    fn many(&mut self, prompt: &str, items: &[String], taken: &[bool]) -> Result<Vec<bool>, Error> {
        self.items.insert(prompt.to_owned(), items.to_vec());
        let mut taken = taken.to_vec();
        match self.reply(prompt) {
            None => {}
            Some(Toggle(starts)) => {
                for start in starts {
                    let index = items.iter().position(|item| item.starts_with(start));
                    let index =
                        index.unwrap_or_else(|| panic!("{prompt}: no {start} in {items:?}"));
                    taken[index] = !taken[index];
                }
            }
            Some(Stop) => return Err(Error::Stopped),
            Some(_) => panic!("{prompt} is a checklist"),
        }
        Ok(taken)
    }

    fn text(&mut self, prompt: &str, default: &str) -> Result<String, Error> {
        match self.reply(prompt) {
            None => Ok(default.to_owned()),
            Some(Type(text)) => Ok(text.to_owned()),
            Some(Stop) => Err(Error::Stopped),
            Some(_) => panic!("{prompt} is a line of text"),
        }
    }

    fn show(&mut self, text: &str) -> Result<(), Error> {
        self.say(text)
    }

    fn say(&mut self, text: &str) -> Result<(), Error> {
        self.said.push_str(text);
        self.said.push('\n');
        Ok(())
    }
}

pub(super) const SHOP: [(&str, &str); 2] = [
    (
        "requirements.txt",
        "flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.11\n",
    ),
    (
        "app.py",
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ),
];

pub(super) const TWO_APPS: [(&str, &str); 4] = [
    ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n"),
    (".python-version", "3.13\n"),
    (
        "blue.py",
        "from fastapi import FastAPI\n\nblue = FastAPI()\n",
    ),
    (
        "green.py",
        "from fastapi import FastAPI\n\ngreen = FastAPI()\n",
    ),
];

pub(super) struct Project(pub(super) TempDir);

impl Project {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(TempDir::new().unwrap());
        for (path, text) in files {
            project.file(path, text);
        }
        project
    }

    pub(super) fn file(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).unwrap();
    }

    pub(super) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.path().join(path)).ok()
    }

    pub(super) fn draft(&self, script: &mut Script, flags: Settings) -> Result<Draft, Error> {
        draft(
            self.0.path(),
            flags,
            Options::default(),
            false,
            Some(script),
        )
    }

    /// A whole session, written.
    pub(super) fn init(&self, replies: &[(&'static str, Reply)]) -> Script {
        let mut script = Script::new(replies);
        let draft = self.draft(&mut script, Settings::default()).unwrap();
        assert!(
            script.replies.is_empty(),
            "an answer was not asked for: {:?}",
            script.asked
        );
        write(&draft).unwrap();
        script
    }

    /// Nothing would change now: `check` agrees with what `init` wrote.
    pub(super) fn is_settled(&self) {
        let now = crate::preview(self.0.path(), Settings::default(), Options::default()).unwrap();
        let reasons = change::drift(now.recorded.as_ref(), &now.record, &now.changes);
        assert!(reasons.is_empty(), "{reasons:?}");
        assert_eq!(now.recorded.unwrap().inputs, now.record.inputs);
    }
}

pub(super) fn write(draft: &Draft) -> Result<(), Error> {
    let preview = &draft.preview;
    let lock = preview.record.to_text();
    change::write(
        &preview.root,
        &preview.changes,
        (&preview.lock_path(), &lock),
    )
}
