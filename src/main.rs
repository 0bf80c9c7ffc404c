//! The command line: parse, call the library, print, exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use dockwright::{cli, commands};

/// musl's own takes eight of the 20 ms of a `check`.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::parse();
    // Standard error is not locked: the bar of `verify` is drawn by a thread of its own.
    let (mut out, mut say) = (io::stdout().lock(), io::stderr());
    let exit = match commands::run(&cli, &mut out, &mut say) {
        Ok(exit) => exit,
        Err(error) => {
            // Nobody is left to tell when standard error is gone too.
            let _ = writeln!(say, "{error}");
            error.exit()
        }
    };
    ExitCode::from(exit as u8)
}
