//! The words of every failure: what is wrong, the evidence with files and lines, and what to type.

use std::fmt;
use std::path::PathBuf;

use crate::facts::Place;

/// How a run ended; the numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// `check`: files are out of date; `verify`: the image failed.
    Differs = 1,
    /// The input cannot be understood.
    Trouble = 2,
    /// A hand edit and the new text conflict; nothing was overwritten.
    Conflict = 3,
    /// The user stopped a question or `verify` (Ctrl-C, Escape); nothing was written. 128 + SIGINT, as shells count.
    Stopped = 130,
}

/// Something that a user can say to settle what a project leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Key of the setting.
    pub setting: &'static str,
    /// Its value, as it is typed.
    pub value: String,
    /// The place that suggests it.
    pub at: Option<Place>,
}

impl Offer {
    /// An offer that a place suggests.
    pub fn new(setting: &'static str, value: impl Into<String>, at: Option<&Place>) -> Self {
        Self {
            setting,
            value: value.into(),
            at: at.cloned(),
        }
    }
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A file of the project breaks its format.
    Malformed {
        /// Where.
        at: Place,
        /// What the file should be: `a requirements file`, `TOML`, …
        format: &'static str,
        /// What was found, already free of control characters and secrets.
        found: String,
        /// What would have been right.
        expected: String,
        /// What to type or to change.
        help: String,
    },
    /// A file cannot be read: missing though named, not a regular file, too large, no permission, binary.
    Unreadable {
        /// The file, relative to the context.
        file: String,
        /// Who names it, where somebody does.
        named_at: Option<Place>,
        /// The reason: `is a FIFO`, `is 104857600 bytes long; the limit is 33554432`, …
        why: String,
        /// What to do.
        help: String,
    },
    /// Two or more statements of the project contradict each other.
    Contradiction {
        /// First line: `2 package managers claim this project`.
        what: String,
        /// Each statement with its place.
        evidence: Vec<(Place, String)>,
        /// What to type.
        help: String,
        /// What `init` lets the user choose from; empty where only an edit helps.
        offers: Vec<Offer>,
    },
    /// Something needed for the plan cannot be decided from the project.
    Undecided {
        /// First line: `no start command was found`.
        what: String,
        /// Where it was looked for, or the equal candidates.
        evidence: Vec<(Option<Place>, String)>,
        /// What to type.
        help: String,
        /// What `init` lets the user choose from; empty where only an edit helps.
        offers: Vec<Offer>,
    },
    /// What the user asked for on the command line, in the environment or in a settings file does not make sense.
    Settings {
        /// First line.
        what: String,
        /// Where it was said, for a file.
        at: Option<Place>,
        /// What to type.
        help: String,
    },
    /// The folder is no Python project.
    NoProject {
        /// The folder as the user named it.
        folder: PathBuf,
        /// Files that would have made it one.
        looked_for: Vec<String>,
        /// What to type.
        help: String,
    },
    /// The disk refused.
    Disk {
        /// What was tried: `write`, `read`, `rename`.
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// The system's words.
        why: String,
        /// What to do.
        help: String,
    },
    /// A file stands where dockwright would write its own, and dockwright did not write it.
    Foreign {
        /// First line.
        what: String,
        /// What would change, as a diff.
        shown: String,
        /// What to type.
        help: String,
    },
    /// An edit by hand and the new text touch the same lines.
    Conflict {
        /// First line.
        what: String,
        /// The diff or both texts, shown as they are.
        shown: String,
        /// What to type.
        help: String,
    },
    /// The user stopped a question.
    Stopped,
    /// The user, or who runs the program, ended it while a container engine worked.
    Interrupted,
    /// The container engine is not there, or cannot do what it is asked.
    Engine {
        /// First line.
        what: String,
        /// What it said, by who said it (may be empty).
        evidence: Vec<(String, String)>,
        /// What to type.
        help: String,
    },
    /// A bug of dockwright: a template or an embedded table is wrong.
    Internal {
        /// What went wrong.
        what: String,
    },
}

impl Error {
    /// The exit code of a run that ends with this error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Conflict { .. } => Exit::Conflict,
            Self::Stopped | Self::Interrupted => Exit::Stopped,
            _ => Exit::Trouble,
        }
    }

    /// The first place that it names.
    pub(crate) fn at(&self) -> Option<Place> {
        match self {
            Self::Malformed { at, .. } => Some(at.clone()),
            Self::Unreadable { file, named_at, .. } => {
                let file = || Place::new(file.as_str(), 0);
                Some(named_at.clone().unwrap_or_else(file))
            }
            Self::Contradiction { evidence, .. } => evidence.first().map(|(at, _)| at.clone()),
            Self::Undecided { evidence, .. } => evidence.iter().find_map(|(at, _)| at.clone()),
            Self::Settings { at, .. } => at.clone(),
            _ => None,
        }
    }

    /// What the user can choose from; empty where only an edit helps.
    pub fn offers(&self) -> &[Offer] {
        match self {
            Self::Contradiction { offers, .. } | Self::Undecided { offers, .. } => offers,
            _ => &[],
        }
    }

    /// The first line, without `error: `: lower case, no full stop, names the thing.
    pub fn headline(&self) -> String {
        match self {
            Self::Malformed { at, format, .. } => format!("{} is not {format}", at.file),
            Self::Unreadable { file, why, .. } => format!("{file} cannot be read: {why}"),
            Self::Contradiction { what, .. }
            | Self::Undecided { what, .. }
            | Self::Settings { what, .. }
            | Self::Foreign { what, .. }
            | Self::Engine { what, .. }
            | Self::Conflict { what, .. } => what.clone(),
            Self::NoProject { folder, .. } => {
                format!("{} is no Python project", folder.display())
            }
            Self::Disk {
                action, path, why, ..
            } => format!("cannot {action} {}: {why}", path.display()),
            Self::Stopped => "stopped: nothing was written".to_owned(),
            Self::Interrupted => {
                "stopped: the containers and images of this run are removed".to_owned()
            }
            Self::Internal { what } => format!("internal error: {what}"),
        }
    }

    /// Lines of evidence: a place (may be empty) and a text.
    fn evidence(&self) -> Vec<(String, String)> {
        match self {
            Self::Malformed {
                at,
                found,
                expected,
                ..
            } => vec![
                (at.to_string(), format!("found {found}")),
                (String::new(), format!("expected {expected}")),
            ],
            Self::Unreadable { named_at, file, .. } => named_at
                .iter()
                .map(|at| (at.to_string(), format!("names {file}")))
                .collect(),
            Self::Contradiction { evidence, .. } => evidence
                .iter()
                .map(|(at, text)| (at.to_string(), text.clone()))
                .collect(),
            Self::Undecided { evidence, .. } => evidence
                .iter()
                .map(|(at, text)| {
                    (
                        at.as_ref().map(ToString::to_string).unwrap_or_default(),
                        text.clone(),
                    )
                })
                .collect(),
            Self::Settings { at, .. } => at
                .iter()
                .map(|at| (at.to_string(), "stands here".to_owned()))
                .collect(),
            Self::NoProject { looked_for, .. } => {
                vec![("looked for".to_owned(), looked_for.join(", "))]
            }
            Self::Engine { evidence, .. } => evidence.clone(),
            Self::Disk { .. }
            | Self::Foreign { .. }
            | Self::Conflict { .. }
            | Self::Stopped
            | Self::Interrupted
            | Self::Internal { .. } => Vec::new(),
        }
    }

    /// What can be typed.
    pub(crate) fn help(&self) -> &str {
        match self {
            Self::Malformed { help, .. }
            | Self::Unreadable { help, .. }
            | Self::Contradiction { help, .. }
            | Self::Undecided { help, .. }
            | Self::Settings { help, .. }
            | Self::NoProject { help, .. }
            | Self::Disk { help, .. }
            | Self::Foreign { help, .. }
            | Self::Engine { help, .. }
            | Self::Conflict { help, .. } => help,
            Self::Interrupted => {
                "run `dockwright verify` again: what was built is in the engine's cache"
            }
            Self::Stopped => {
                "run `dockwright init` again, or `dockwright init --yes` to take every proposal"
            }
            Self::Internal { .. } => {
                "this is a bug in dockwright: please report it with the command you typed"
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exit() != Exit::Stopped {
            write!(f, "error: ")?;
        }
        writeln!(f, "{}", printable(&self.headline()))?;
        let evidence = self.evidence();
        if !evidence.is_empty() {
            writeln!(f)?;
            let width = evidence
                .iter()
                .map(|(at, _)| at.chars().count())
                .max()
                .unwrap_or(0);
            for (at, text) in evidence {
                let (at, text) = (printable(&at), printable(&text));
                match width {
                    0 => writeln!(f, "  {text}")?,
                    _ => writeln!(f, "  {at:width$}  {text}")?,
                }
            }
        }
        if let Self::Conflict { shown, .. } | Self::Foreign { shown, .. } = self {
            write!(f, "\n{}", printable_lines(shown))?;
        }
        write!(f, "\nhelp: {}", printable_lines(self.help()))
    }
}

impl std::error::Error for Error {}

/// The text with each control, format and line-separating character replaced by its escape, so that nothing read from a
/// project can move the cursor, reorder the line or start a new one; cut at 300 characters.
pub fn printable(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut out = String::with_capacity(text.len().min(LIMIT * 4));
    for (count, c) in text.chars().enumerate() {
        if count == LIMIT {
            out.push('…');
            break;
        }
        if is_unsafe(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// [`printable`], line by line and without the limit.
pub(crate) fn printable_lines(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' || !is_unsafe(c) {
                c.to_string()
            } else {
                c.escape_unicode().to_string()
            }
        })
        .collect()
}

/// Characters that are never printed as they are: controls, bidirectional marks, line and paragraph separators, other invisible format characters.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{fff9}'..='\u{fffb}')
}
