//! Runs command lines in this process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser as _;
use dockwright::cli::Cli;
use dockwright::commands;

/// What a command line printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) out: String,
    pub(crate) say: String,
}

/// Runs a command in this process; a panic is a failure of the test, with the project's name.
pub(crate) fn run(arguments: &[&str], what: &str) -> Ran {
    let cli = Cli::try_parse_from([&["dockwright"], arguments].concat()).unwrap();
    let (mut out, mut say) = (Vec::new(), Vec::new());
    let result = catch_unwind(AssertUnwindSafe(|| commands::run(&cli, &mut out, &mut say)));
    let result = result.unwrap_or_else(|_| panic!("{what}: a panic"));
    let mut say = String::from_utf8(say).unwrap();
    let exit = match result {
        Ok(exit) => exit as u8,
        Err(error) => {
            say.push_str(&format!("{error}\n"));
            error.exit() as u8
        }
    };
    Ran {
        exit,
        out: String::from_utf8(out).unwrap(),
        say,
    }
}
