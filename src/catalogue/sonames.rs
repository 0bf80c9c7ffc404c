//! Debian's libraries: turns a soname that nobody ships into the package that does.

use super::Suite;
use super::contents::Contents;

/// Libraries in the public folders of amd64, main, without those of `-dev` packages.
pub(super) const SONAMES: Contents = Contents {
    text: include_str!("contents/sonames.txt"),
    rule: package_name,
};

/// The package that ships a library, by its soname: `libpq.so.5` is in `libpq5`.
///
/// ```
/// # use dockwright::catalogue::{Suite, sonames};
/// let ships = |suite| sonames::package("libglib-2.0.so.0", suite);
/// assert_eq!(ships(Suite::Bookworm).as_deref(), Some("libglib2.0-0"));
/// assert_eq!(ships(Suite::Trixie).as_deref(), Some("libglib2.0-0t64"));
/// ```
pub fn package(soname: &str, suite: Suite) -> Option<String> {
    SONAMES.package(soname, suite)
}

/// What the Debian Policy Manual (8.1) calls a library's package.
fn package_name(soname: &str) -> String {
    let name = soname.to_ascii_lowercase().replace('_', "-");
    let (stem, version) = name.split_once(".so").unwrap_or((&name, ""));
    let version = version.strip_prefix('.').unwrap_or(version);
    let dash = if stem.ends_with(|c: char| c.is_ascii_digit()) {
        "-"
    } else {
        ""
    };
    format!("{stem}{dash}{version}")
}
