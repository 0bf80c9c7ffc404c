//! Turns the file system's events into bursts of saved paths; the only importer of notify.
//!
//! Folders are watched, not files: an editor that saves by renaming replaces the file that was watched. Bursts are gathered
//! here and not by a debouncer crate, which would report each path when that path is quiet: what counts is that all are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Config, ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::error::Error;

/// A burst has ended when nothing was saved for so long …
const QUIET: Duration = Duration::from_millis(150);

/// … or when it has lasted so long: a save is answered within a second.
const LONGEST: Duration = Duration::from_millis(600);

/// How soon Ctrl-C is noticed.
const TICK: Duration = Duration::from_millis(50);

/// Something happened to a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Saved {
    /// The path; empty where events were lost and anything may have happened.
    pub path: PathBuf,
    /// It was created, removed or renamed, not just written to.
    pub moved: bool,
}

/// What ends a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// These were saved.
    Burst(BTreeSet<Saved>),
    /// The user wants to stop.
    Stopped,
}

/// A watch over folders, until Ctrl-C or SIGTERM.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    sender: Sender<Saved>,
    saved: Receiver<Saved>,
    stopped: Arc<AtomicBool>,
}

impl Watch {
    /// A watch over nothing yet. From now on Ctrl-C ends the wait, not the process in the middle of a write.
    ///
    /// # Errors
    /// The system lets no signal be caught.
    pub fn start() -> Result<Self, Error> {
        let stopped = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stopped)).map_err(|error| {
                Error::Internal {
                    what: format!("signal {signal} cannot be caught: {error}"),
                }
            })?;
        }
        let (sender, saved) = channel();
        Ok(Self {
            watcher: None,
            sender,
            saved,
            stopped,
        })
    }

    /// Watches these folders, without those below, instead of the ones so far. What happens meanwhile is not lost: the old
    /// watch ends after the new one has begun.
    ///
    /// # Errors
    /// The system watches no more.
    pub fn over(&mut self, folders: &BTreeSet<PathBuf>) -> Result<(), Error> {
        let sender = self.sender.clone();
        let tell = move |event: notify::Result<Event>| {
            for saved in saved(event) {
                // The receiver is gone when the program ends.
                let _ = sender.send(saved);
            }
        };
        let mut watcher = RecommendedWatcher::new(tell, Config::default())
            .map_err(|error| refused(Path::new("."), &error))?;
        for folder in folders {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                // It went away just now: its parent is watched too.
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(refused(folder, &error)),
            }
        }
        self.watcher = Some(watcher);
        Ok(())
    }

    /// Waits for a burst that has something in it which `matters`.
    pub fn next(&self, matters: impl Fn(&Saved) -> bool) -> Next {
        let mut burst = BTreeSet::new();
        let mut began = None;
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Next::Stopped;
            }
            let patience = if began.is_some() { QUIET } else { TICK };
            match self.saved.recv_timeout(patience) {
                Ok(saved) if matters(&saved) => {
                    burst.insert(saved);
                    began.get_or_insert_with(Instant::now);
                }
                Err(RecvTimeoutError::Timeout) if began.is_some() => return Next::Burst(burst),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Next::Stopped,
            }
            if began.is_some_and(|began| began.elapsed() > LONGEST) {
                return Next::Burst(burst);
            }
        }
    }
}

/// What an event says, leaving out that somebody read a file: we do.
fn saved(event: notify::Result<Event>) -> Vec<Saved> {
    let anything = || Saved {
        path: PathBuf::new(),
        moved: true,
    };
    match event {
        Err(_) => vec![anything()],
        Ok(event) if event.need_rescan() => vec![anything()],
        Ok(event) if event.kind.is_access() => Vec::new(),
        Ok(event) => {
            let moved = matches!(
                event.kind,
                EventKind::Create(_)
                    | EventKind::Remove(_)
                    | EventKind::Modify(ModifyKind::Name(_))
            );
            let saved = |path| Saved { path, moved };
            event.paths.into_iter().map(saved).collect()
        }
    }
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn refused(folder: &Path, error: &notify::Error) -> Error {
    let help = match error.kind {
        ErrorKind::MaxFilesWatch => {
            "allow more: `sudo sysctl fs.inotify.max_user_watches=524288`, or run `dockwright generate` by hand"
        }
        _ => "run `dockwright generate` by hand after each change",
    };
    Error::Disk {
        action: "watch",
        path: folder.to_owned(),
        why: error.to_string(),
        help: help.to_owned(),
    }
}
