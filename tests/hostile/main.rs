//! Nothing in a project becomes an instruction, a shell word, a control character of a message, or a file outside: each place where
//! project text reaches output, each way to break out of it.

#![expect(
    clippy::unwrap_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::semicolon_if_nothing_returned,
    clippy::too_many_lines,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::single_char_pattern,
    reason = "a test may stop at the first surprise, and its cases are long tables of text"
)]

mod attacks;
mod bytes;
mod dockerfile;
mod places;
mod secrets;
#[cfg(unix)]
mod trees;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use clap::Parser as _;
use dockwright::cli::Cli;
use dockwright::commands;

/// Files of a project by path.
type Files = BTreeMap<String, String>;

/// What a command line printed, and how it ended.
struct Ran {
    exit: u8,
    out: String,
    say: String,
}

/// Runs a command in this process; a panic is a failure of the test, with the project's name.
fn run(arguments: &[&str], what: &str) -> Ran {
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

/// Lays files below a folder; `false` where the disk takes no such name.
fn lay(root: &Path, files: &Files) -> bool {
    files.iter().all(|(path, text)| {
        let full = root.join(path);
        let folder = full.parent().unwrap();
        std::fs::create_dir_all(folder).is_ok() && std::fs::write(&full, text).is_ok()
    })
}
