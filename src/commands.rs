//! One short file a command; each writes its data to the `Write` it is given.

pub mod catalogue;
pub mod check;
pub mod explain;
pub mod generate;
pub mod init;
pub mod record;
pub mod schema;
pub mod update;
pub mod verify;
pub mod watch;

use std::io::Write;

use crate::change::{self, Change, Options, State};
use crate::cli::{self, Cli, Command};
use crate::error::{Error, Exit, printable};

/// Runs a command: data to `out`, what is only for people to `say`.
///
/// # Errors
/// Whatever ended the command early; the exit code is the error's.
pub fn run(cli: &Cli, out: &mut dyn Write, say: &mut dyn Write) -> Result<Exit, Error> {
    match &cli.command {
        Command::Init(arguments) => init::run(arguments, out, say),
        Command::Generate(arguments) => generate::run(arguments, out, say),
        Command::Check(arguments) => check::run(arguments, out, say),
        Command::Watch(arguments) => watch::run(arguments, out, say),
        Command::Update(arguments) => update::run(arguments, out, say),
        Command::Explain(arguments) => explain::run(arguments, out),
        Command::Verify(arguments) => verify::run(arguments, out, say),
        Command::Catalogue { name } => catalogue::run(name.as_deref(), out),
        Command::Completions { shell } => {
            put(out, &cli::completions(shell).unwrap_or_default()).map(|()| Exit::Done)
        }
        Command::Schema { of } => schema::run(of, out),
        Command::Man { of } => match cli::manual(of.as_deref()) {
            Some(page) => put(out, &page).map(|()| Exit::Done),
            None => Err(Error::Settings {
                what: format!(
                    "there is no command `{}`",
                    printable(of.as_deref().unwrap_or_default())
                ),
                at: None,
                help: "`dockwright help` lists them".to_owned(),
            }),
        },
    }
}

/// Writes text; a reader that went away (`| head`) is no trouble.
///
/// # Errors
/// Any other trouble of the stream.
pub(crate) fn put(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::Disk {
            action: "write to",
            path: "standard output".into(),
            why: error.to_string(),
            help: "check where the output goes".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What a command line says about files that are there.
fn options(there: &cli::There) -> Options {
    Options {
        force: there.force,
        keep: there.keep,
    }
}

/// What a change would change, as a diff; of a conflict both texts.
fn diff(change: &Change) -> String {
    if let State::Conflict(clashes) = &change.state {
        return change::shown(&change.path, clashes);
    }
    let before = change.before.as_deref().unwrap_or_default();
    change::diff(before, &change.after, &change.path)
}

/// All of them.
fn diffs(changes: &[Change]) -> String {
    changes.iter().map(diff).collect()
}
