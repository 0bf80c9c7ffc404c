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
mod corpus;
mod dockerfile;
#[cfg(target_os = "linux")]
mod engine;
mod frontends;
mod fuzzed;
#[cfg(target_os = "linux")]
mod journals;
mod large;
mod lengths;
mod locks;
mod places;
mod ran;
#[cfg(target_os = "linux")]
mod registries;
mod secrets;
mod several;
#[cfg(unix)]
mod trees;
#[cfg(target_os = "linux")]
mod watched;
#[cfg(target_os = "linux")]
mod watching;

use std::collections::BTreeMap;
use std::path::Path;

use ran::run;

/// Files of a project by path.
type Files = BTreeMap<String, String>;

/// What no terminal and no file should get, by the Unicode standard and not by the program's own list: controls (C0, DEL, C1),
/// separators of lines and paragraphs, what turns a line around, what has no width.
fn hidden(c: char) -> bool {
    matches!(u32::from(c), 0..=0x1f | 0x7f..=0x9f | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff | 0xfff9..=0xfffb)
}

/// Lays files below a folder; `false` where the disk takes no such name.
fn lay(root: &Path, files: &Files) -> bool {
    files.iter().all(|(path, text)| {
        let full = root.join(path);
        let folder = full.parent().unwrap();
        std::fs::create_dir_all(folder).is_ok() && std::fs::write(&full, text).is_ok()
    })
}
