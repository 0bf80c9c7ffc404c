//! What a build asks Debian for: turns a header, a `.pc` file or a program into the package that ships it.

use super::Suite;
use super::contents::Contents;

pub(super) const HEADERS: Contents = Contents {
    text: include_str!("contents/headers.txt"),
    rule: |key| dev(key.strip_suffix(".h").unwrap_or(key).trim_end_matches('/')),
};

pub(super) const PKG_CONFIG: Contents = Contents {
    text: include_str!("contents/pkg-config.txt"),
    rule: |key| dev(key.strip_prefix("lib").unwrap_or(key)),
};

pub(super) const PROGRAMS: Contents = Contents {
    text: include_str!("contents/programs.txt"),
    rule: str::to_owned,
};

/// The package that ships a header as a compiler names the missing one: `libpq-fe.h`, `libxml/xmlversion.h`.
///
/// A header in a folder is found by that folder where it is one package's, else by its path.
pub fn header(path: &str, suite: Suite) -> Option<String> {
    let folder = path.split_inclusive('/').next()?;
    HEADERS
        .package(folder, suite)
        .or_else(|| HEADERS.package(path, suite))
}

/// The package that ships `NAME.pc`, which `pkg-config NAME` looks for.
pub fn pkg_config(name: &str, suite: Suite) -> Option<String> {
    PKG_CONFIG.package(name, suite)
}

/// The package that ships a program: one of the program's own name, or the one of a `pg_config` or `curl-config`.
pub fn program(name: &str, suite: Suite) -> Option<String> {
    PROGRAMS.package(name, suite)
}

fn dev(name: &str) -> String {
    format!("lib{}-dev", name.to_ascii_lowercase())
}
