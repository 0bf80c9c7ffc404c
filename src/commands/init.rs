//! `dockwright init`: inspects, asks what is open, and writes `dockwright.toml` with what `generate` writes.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use crate::change::{self, Change, Options, State};
use crate::cli;
use crate::error::{Error, Exit};
use crate::inspect::tree::Tree;
use crate::plan::DOCKERFILE;
use crate::settings::{self, Settings};
use crate::wizard::files::{self, Decision};
use crate::wizard::{self, Ask, Given, Ground, Terminal, adopt};
use crate::{Preview, compared, images};

use super::{generate, put, record};

/// Asks and writes; where nobody can answer, every proposal is taken.
///
/// # Errors
/// As `generate`; the user stops.
pub fn run(arguments: &cli::Init, out: &mut dyn Write, say: &mut dyn Write) -> Result<Exit, Error> {
    let options = super::options(&arguments.there);
    let flags = arguments.project.settings()?;
    let opened = if arguments.yes {
        Ok(None)
    } else {
        Terminal::open()
    };
    let mut terminal = opened.or_else(|why| {
        put(say, &format!("note: {why}; every proposal is taken\n\n"))?;
        Ok::<_, Error>(None)
    })?;
    let ask = terminal.as_mut().map(|terminal| terminal as &mut dyn Ask);
    let draft = draft(&arguments.project.dir, flags, options, arguments.adopt, ask)?;
    put(say, &draft.told)?;
    let preview = &draft.preview;
    let lock = (preview.lock_path(), preview.record.to_text());
    change::write(&preview.root, &preview.changes, (&lock.0, &lock.1))?;
    put(say, &generate::warnings(&preview.plan.warnings))?;
    put(say, &generate::warnings(&preview.plan.unpinned_warnings()))?;
    put(out, &summary(&draft, &arguments.project.dir))?;
    Ok(Exit::Done)
}

/// What is to be written.
pub(crate) struct Draft {
    /// The files, `dockwright.toml` among them where it changes.
    pub(crate) preview: Preview,
    /// What `dockwright.toml` says then.
    pub(crate) own: Settings,
    /// What was taken from a Dockerfile, where nobody was there to read it on the way.
    pub(crate) told: String,
}

/// Everything but the writing; without somebody to ask, every proposal is taken.
///
/// # Errors
/// As [`run`].
pub(crate) fn draft(
    folder: &Path,
    flags: Settings,
    mut options: Options,
    adopts: bool,
    mut ask: Option<&mut dyn Ask>,
) -> Result<Draft, Error> {
    let (tree, undone) = crate::open(folder)?;
    let file = Settings::read_file(&tree)?;
    let mut given = Given {
        by_flags: flags.said().into_keys().collect(),
        ..Given::default()
    };
    let mut own = flags.over(file.clone());
    if !own.images.is_empty() {
        return Err(Error::Settings {
            what: "dockwright.toml holds several images, and `init` asks about one".to_owned(),
            at: None,
            help: "edit its `[images.NAME]` tables, then run `dockwright generate`".to_owned(),
        });
    }
    let under = Settings::read_manifest(&tree)?;
    own = kept(&tree, own, &under)?;
    let mut ground = Ground::inspect(&tree, &own, under)?;
    let mut told = String::new();
    if let Some((path, text)) = foreign(folder, &own)? {
        let adopts = match ask.as_deref_mut() {
            Some(ask) if !adopts => files::adopts(ask, &path)?,
            _ => adopts,
        };
        if adopts {
            let adopted = adopt::adopt(&tree, &mut ground, &own, &path, &text)?;
            let before = own.said();
            own = adopted.settings;
            let new = own
                .said()
                .into_keys()
                .filter(|key| !before.contains_key(key));
            given.by_dockerfile = new.collect();
            if let Some(ask) = ask.as_deref_mut() {
                ask.say(&format!("\n{}", adopted.told))?;
            } else {
                told = adopted.told;
                if !options.force && !options.keep {
                    own = own.with("dockerfile", Some(files::BESIDE.into()))?;
                }
            }
        }
    } else if adopts {
        return Err(Error::Settings {
            what: "there is no Dockerfile of your own to adopt".to_owned(),
            at: None,
            help: "leave `--adopt` out".to_owned(),
        });
    }
    if let Some(ask) = ask.as_deref_mut() {
        own = wizard::ask(&ground, ask, own, &given)?;
    } else {
        own = wizard::unasked(&ground, own, &given)?;
    }
    let mut replace = false;
    loop {
        let mut draft = drawn(&tree, &ground, &file, &own, options)?;
        draft.told.clone_from(&told);
        draft.preview.plan.warnings.extend(undone.clone());
        if replace {
            let foreign = |change: &&mut Change| change.state == State::Foreign;
            for change in draft.preview.changes.iter_mut().filter(foreign) {
                change.state = State::Updated;
            }
        }
        let Some(ask) = ask.as_deref_mut() else {
            return Ok(draft);
        };
        match files::decide(ask, &draft.preview.changes)? {
            Decision::Write => return Ok(draft),
            Decision::Beside => own = own.with("dockerfile", Some(files::BESIDE.into()))?,
            Decision::Replace => replace = true,
            Decision::Keep => options.keep = true,
            Decision::Force => options.force = true,
        }
    }
}

/// What a flag had written beside the Dockerfile is proposed again.
fn kept(tree: &Tree, own: Settings, under: &Settings) -> Result<Settings, Error> {
    let kept = images::remembered(tree, own.clone().over(under.clone()))?;
    Ok(Settings {
        compose: own
            .compose
            .or(kept.compose.filter(|_| under.compose.is_none())),
        bake: own.bake.or(kept.bake.filter(|_| under.bake.is_none())),
        ci: own.ci.or(kept.ci.filter(|_| under.ci.is_none())),
        pre_commit: own
            .pre_commit
            .or(kept.pre_commit.filter(|_| under.pre_commit.is_none())),
        ..own
    })
}

/// The files for these settings, planned from the text that `dockwright.toml` will have.
fn drawn(
    tree: &Tree,
    ground: &Ground,
    file: &Settings,
    own: &Settings,
    options: Options,
) -> Result<Draft, Error> {
    if own == file {
        let preview = compared(tree, ground.plan(own)?, options)?;
        let own = own.clone();
        let told = String::new();
        return Ok(Draft { preview, own, told });
    }
    let path = tree.in_app(settings::FILE);
    let before = tree
        .bytes(&path)?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = own.rewrite(file, before.as_deref())?;
    let read = Settings::parse(text.trim_start_matches('\u{feff}'), &path)?;
    let mut preview = compared(tree, ground.plan(&read)?, options)?;
    record::also_write(&mut preview, path, before, text);
    Ok(Draft {
        preview,
        own: read,
        told: String::new(),
    })
}

/// The Dockerfile that dockwright did not write, with its path. It is no input of the plan: a tree of its own reads it.
fn foreign(folder: &Path, own: &Settings) -> Result<Option<(String, String)>, Error> {
    let tree = crate::inspect::context::open(folder)?;
    let path = tree.in_app(own.dockerfile.as_deref().unwrap_or(DOCKERFILE));
    let Some(text) = tree.text(&path)? else {
        return Ok(None);
    };
    let recorded = crate::recorded(&tree)?.unwrap_or_default();
    Ok((!recorded.files.contains_key(&path)).then_some((path, text)))
}

/// As `generate` ends, and how to have the same without a question.
fn summary(draft: &Draft, folder: &Path) -> String {
    let mut text = generate::summary(&draft.preview, folder);
    let mut line = "dockwright generate".to_owned();
    if folder != Path::new(".") {
        let _ = write!(line, " {}", generate::typed(&folder.to_string_lossy()));
    }
    for flag in cli::flags(&draft.own) {
        let _ = write!(line, " {flag}");
    }
    let _ = writeln!(text, "the same without a question: {line}");
    text
}
