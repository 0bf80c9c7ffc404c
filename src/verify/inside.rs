//! Turns the probe's lines, said from inside a container, into what is in the image.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;

use super::Subject;
use crate::engine::{Call, Done, Engine, Kind, NO_LOG, Owned, last_lines, unique};
use crate::error::Error;

/// What runs inside: Python's standard library only, read from standard input.
const PROBE: &str = include_str!("probe.py");

/// A cold import of a large environment on a machine at its limit takes a quarter of an hour.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// More than is said of any image: a distribution is a line or two. What an image says is not believed without end.
const MOST: u64 = 16_000_000;

/// More distributions than any environment has.
const MANY: usize = 5_000;

/// Everything seen from inside.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The image's own user.
    pub(super) user: User,
    /// Its Python.
    pub(super) python: Python,
    /// What is installed, sorted by name.
    pub(super) distributions: Vec<Distribution>,
    /// How each import ended, in the order in which they ended.
    pub(super) imports: Vec<Import>,
    /// The system.
    pub(super) system: System,
    /// The base image's system, where that image is known and here.
    pub(super) base: Option<System>,
}

/// Who runs.
#[derive(Debug, Default, Deserialize)]
pub(super) struct User {
    /// User ID.
    pub(super) uid: u32,
    /// Group ID.
    pub(super) gid: u32,
    /// `~` as Python finds it.
    pub(super) home: String,
    /// It is there.
    pub(super) home_exists: bool,
    /// … and can be written to.
    pub(super) home_writable: bool,
    /// A folder for temporary files.
    pub(super) temporary: Option<String>,
    /// Code that the process could change.
    pub(super) writable: Vec<String>,
}

/// The interpreter on the image's `PATH`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Python {
    /// `3.13.1`
    pub(super) version: String,
}

/// An installed distribution.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Distribution {
    /// Normalised name.
    pub(super) name: String,
    /// Version.
    pub(super) version: String,
    /// Bytes of its files.
    pub(super) size: u64,
    /// What is imported to use it.
    pub(super) imports: Vec<String>,
    /// What it asks for, whatever the extras and the platform.
    pub(super) demands: Vec<String>,
}

/// How an import ended.
#[derive(Debug, Deserialize)]
pub(super) struct Import {
    /// Whose.
    pub(super) distribution: String,
    /// What was imported.
    pub(super) module: String,
    /// The place in the application's own files that imports it.
    #[serde(default)]
    pub(super) by: Option<String>,
    /// The end.
    #[serde(flatten)]
    pub(super) end: End,
}

/// An end of an import.
#[derive(Debug, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(super) enum End {
    /// It works.
    Fine,
    /// An exception.
    Failed {
        /// The exception and what it came from.
        errors: Vec<Raised>,
        /// Libraries that it looked for in vain, in order.
        libraries: Vec<String>,
        /// Programs likewise.
        programs: Vec<String>,
    },
    /// The process was killed.
    Crashed {
        /// By this signal; 0 is none.
        signal: i32,
        /// What it said last.
        said: String,
    },
    /// It did not end.
    Late {
        /// What it was given.
        seconds: u64,
    },
}

/// An exception.
#[derive(Debug, Deserialize)]
pub(super) struct Raised {
    /// Its class.
    #[serde(rename = "type")]
    pub(super) class: String,
    /// Its message.
    pub(super) text: String,
    /// The module that was not found.
    pub(super) module: Option<String>,
}

/// The part of an image that is no Python environment.
#[derive(Debug, Default)]
pub(super) struct System {
    /// The distribution.
    pub(super) release: Release,
    /// Packages with their installed size in bytes.
    pub(super) packages: BTreeMap<String, u64>,
    /// How many ELF files were looked at.
    pub(super) elf: usize,
    /// Libraries that the loader does not find.
    pub(super) unresolved: Vec<Unresolved>,
    /// Files that run with their owner's rights.
    pub(super) privileged: BTreeSet<String>,
    /// Files and folders that anyone may write to.
    pub(super) open: BTreeSet<String>,
    /// Files that belong to a developer: `.env`, `.git`.
    pub(super) private: BTreeSet<String>,
    /// Compilers and installers.
    pub(super) tools: Vec<Tool>,
    /// Caches with their size.
    pub(super) caches: BTreeMap<String, u64>,
}

/// `/etc/os-release`
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Release {
    /// `debian`
    pub(super) id: Option<String>,
    /// `trixie`
    pub(super) codename: Option<String>,
    /// `Debian GNU/Linux 13 (trixie)`
    pub(super) name: Option<String>,
}

/// A library that an ELF file needs and the loader does not find.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Unresolved {
    /// The file.
    pub(super) path: String,
    /// What it needs.
    pub(super) soname: String,
    /// Where a file of that name lies all the same.
    pub(super) at: Option<String>,
    /// The file is a module or a program, or linked to one; else it is opened on demand, if ever.
    pub(super) linked: bool,
    /// The distribution that ships the file.
    pub(super) owner: Option<String>,
}

/// A compiler or an installer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Tool {
    /// `compiler` or `installer`.
    pub(super) family: String,
    /// Its name.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: String,
}

/// A line of the probe.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    User(User),
    Python(Python),
    Distribution(Distribution),
    Jobs { count: usize },
    Import(Import),
    Release(Release),
    Package { name: String, size: u64 },
    Elf { count: usize },
    Unresolved(Unresolved),
    Privileged { path: String },
    Open { path: String },
    Private { path: String },
    Tool(Tool),
    Cache { path: String, size: u64 },
    End,
}

/// What is told of while the probe runs.
pub(super) enum Heard<'a> {
    /// So many imports are to come.
    Jobs(usize),
    /// One has ended.
    Imported(&'a str),
}

/// Looks inside: as the image's user with the rights that a careful operator leaves, and as root.
///
/// # Errors
/// The engine's; the image has no Python that can be run.
pub(super) fn look(
    engine: &Engine<'_>,
    subject: &Subject,
    heard: &mut dyn FnMut(Heard<'_>),
) -> Result<Inside, Error> {
    std::thread::scope(|scope| {
        let own = scope.spawn(|| system(engine, &subject.image));
        let base = scope.spawn(|| subject.base.as_deref().map(|base| system(engine, base)));
        let mut inside = Inside::default();
        let user = probe(engine, &subject.image, &["user"], &mut |line| match line {
            Line::User(user) => inside.user = user,
            Line::Python(python) => inside.python = python,
            Line::Distribution(found) if inside.distributions.len() < MANY => {
                inside.distributions.push(found);
            }
            Line::Jobs { count } => heard(Heard::Jobs(count)),
            Line::Import(import) => {
                heard(Heard::Imported(&import.module));
                inside.imports.push(import);
            }
            _ => {}
        });
        // A thread that panicked has said so.
        inside.system = own.join().unwrap_or_else(|_| Ok(System::default()))?;
        // A base without Python cannot be looked into: nothing is compared then.
        inside.base = base.join().unwrap_or_default().and_then(Result::ok);
        user.map(|()| inside)
    })
}

fn system(engine: &Engine<'_>, image: &str) -> Result<System, Error> {
    let mut found = System::default();
    probe(engine, image, &["system"], &mut |line| match line {
        Line::Release(release) => found.release = release,
        Line::Package { name, size } => {
            found.packages.insert(name, size);
        }
        Line::Elf { count } => found.elf = count,
        Line::Unresolved(unresolved) => found.unresolved.push(unresolved),
        Line::Privileged { path } => {
            found.privileged.insert(path);
        }
        Line::Open { path } => {
            found.open.insert(path);
        }
        Line::Private { path } => {
            found.private.insert(path);
        }
        Line::Tool(tool) => found.tools.push(tool),
        Line::Cache { path, size } => {
            found.caches.insert(path, size);
        }
        _ => {}
    })?;
    Ok(found)
}

/// Runs the probe in a container of its own, with the first name of Python that the image knows.
fn probe(
    engine: &Engine<'_>,
    image: &str,
    mode: &[&str],
    heard: &mut dyn FnMut(Line),
) -> Result<(), Error> {
    let mut last = Done::default();
    for python in ["python", "python3"] {
        let container = Owned::container(engine, unique());
        let call = call(engine, image, python, mode, &container.name)?;
        let mut ended = false;
        let done = engine.listen(&call, &mut |line| match serde_json::from_str(line) {
            Ok(Line::End) => ended = true,
            Ok(line) => heard(line),
            // What a .pth file or sitecustomize prints.
            Err(_) => {}
        })?;
        if ended {
            return Ok(());
        }
        last = done;
        // 127: there is no such program.
        if last.code != Some(127) {
            break;
        }
    }
    Err(Error::Engine {
        what: format!("nothing can be seen from inside {image}: its Python does not run"),
        evidence: last_lines(&last.said(), 6)
            .map(|line| (String::new(), line.to_owned()))
            .collect(),
        help: format!(
            "try it: `{} run --rm --entrypoint python {image} -c 'import sys; print(sys.version)'`",
            engine.kind.name()
        ),
    })
}

/// The command line that feeds the probe to a Python of the image.
fn call(
    engine: &Engine<'_>,
    image: &str,
    python: &str,
    mode: &[&str],
    container: &str,
) -> Result<Call, Error> {
    let root = mode == ["system"];
    let mut arguments: Vec<&str> = vec!["run"];
    if engine.kind == Kind::Buildah {
        engine.output(&["from", "--pull-never", "--name", container, image])?;
        arguments.extend(["--network", "none"]);
        arguments.extend(if root {
            ["--user", "0"]
        } else {
            ["--cap-drop", "ALL"]
        });
        arguments.extend([container, "--"]);
        arguments.push(python);
    } else {
        arguments.extend(["--rm", "--interactive", "--network", "none"]);
        arguments.extend(NO_LOG);
        arguments.extend(["--name", container, "--entrypoint", python]);
        if root {
            arguments.extend(["--user", "0"]);
        } else {
            arguments.extend(["--cap-drop", "ALL"]);
            arguments.extend(["--security-opt", "no-new-privileges"]);
        }
        arguments.push(image);
    }
    arguments.push("-");
    arguments.extend(mode);
    let mut call = engine.call(&arguments);
    PROBE.clone_into(&mut call.input);
    call.patience = Some(PATIENCE);
    call.most = Some(MOST);
    Ok(call)
}
