//! Turns what fails at run time, an exception or a log, into what is missing.

use std::collections::BTreeSet;

/// Something that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Missing {
    /// A shared library by its file name: `libpq.so.5`.
    Library(String),
    /// A shared library as `ctypes.util.find_library` is asked for it: `pq`.
    Named(String),
    /// A program.
    Program(String),
    /// A header, as a source includes it.
    Header(String),
    /// A package of pkg-config.
    PkgConfig(String),
    /// A library to link with: `pq` of `-lpq`.
    Linked(String),
    /// What `CMake` looks for by a name of its own: `CURL`.
    Cmake(String),
}

impl Missing {
    /// What it is, for the report.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Library(_) | Self::Named(_) => "library",
            Self::Program(_) => "program",
            Self::Header(_) => "header",
            Self::PkgConfig(_) => "pkg-config",
            Self::Linked(_) => "link",
            Self::Cmake(_) => "cmake",
        }
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Library(name)
            | Self::Named(name)
            | Self::Program(name)
            | Self::Header(name)
            | Self::PkgConfig(name)
            | Self::Linked(name)
            | Self::Cmake(name) => name,
        }
    }

    /// Its name as people say it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Named(name) | Self::Linked(name) => format!("lib{name}"),
            other => other.name().to_owned(),
        }
    }

    /// A library as somebody asks for it: with a version, with `.so`, or by its bare name.
    pub(super) fn library(asked: &str) -> Option<Self> {
        let file = asked.rsplit('/').next().unwrap_or(asked);
        let plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        let foreign = [".dll", ".dylib", ".framework"];
        if file.is_empty()
            || !file.chars().all(plain)
            || foreign.iter().any(|end| file.contains(end))
        {
            return None;
        }
        match file.split_once(".so") {
            Some((_, version)) if version.starts_with('.') => Some(Self::Library(file.to_owned())),
            Some((stem, "")) => Some(Self::Named(bare(stem).to_owned())),
            Some(_) => None,
            None => Some(Self::Named(bare(file).to_owned())),
        }
    }
}

/// A library's name without `lib`.
fn bare(name: &str) -> &str {
    name.strip_prefix("lib").unwrap_or(name)
}

/// What stands before a message, and what stands behind one: `NAME: cannot open…`, `… shared library NAME: …`.
const BEFORE: [&str; 2] = [": cannot open shared object file", ": wrong ELF class"];
const BEHIND: [&str; 2] = ["Error loading shared library ", "cannot load library '"];

/// So many things are named of one text: a log that names more was made to.
pub(super) const MOST: usize = 50;

/// Libraries and programs that a text says are missing: the last ones.
pub(super) fn in_text(text: &str) -> BTreeSet<Missing> {
    let mut found = BTreeSet::new();
    for line in text.lines().rev() {
        for marker in BEFORE {
            for (at, _) in line.match_indices(marker) {
                found.extend(last_word(&line[..at]).and_then(Missing::library));
            }
        }
        for marker in BEHIND {
            for (at, _) in line.match_indices(marker) {
                found.extend(first_word(&line[at + marker.len()..]).and_then(Missing::library));
            }
        }
        found.extend(program(line).map(|name| Missing::Program(name.to_owned())));
        if found.len() >= MOST {
            break;
        }
    }
    // A file name with a version says more than the bare one of the same message.
    let exact: Vec<String> = found
        .iter()
        .filter_map(|missing| match missing {
            Missing::Library(name) => name.split(".so").next().map(|stem| bare(stem).to_owned()),
            _ => None,
        })
        .collect();
    found.retain(|missing| !matches!(missing, Missing::Named(name) if exact.contains(name)));
    found
}

/// A program that a line says cannot be found.
fn program(line: &str) -> Option<&str> {
    let quoted = |text: &'_ str| -> Option<usize> { text.find(['\'', '"']) };
    let name = if let Some((_, rest)) = line.split_once("No such file or directory: ") {
        let rest = rest.get(quoted(rest)? + 1..)?;
        rest.get(..quoted(rest)?)?
    } else if let Some((_, rest)) = line.split_once("exec: \"") {
        rest.split_once("\": executable file not found")?.0
    } else {
        let before = line
            .trim_end()
            .strip_suffix(": not found")
            .or_else(|| line.trim_end().strip_suffix(": command not found"))?;
        before.rsplit([' ', ':']).next()?
    };
    is_program(name).then_some(name)
}

/// A name without a folder, as one looks for it on the `PATH`.
pub(super) fn is_program(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    let file = [
        ".py", ".txt", ".toml", ".json", ".cfg", ".ini", ".db", ".env",
    ];
    !name.is_empty()
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !file.iter().any(|end| name.ends_with(end))
}

fn last_word(text: &str) -> Option<&str> {
    text.rsplit([' ', '\n', '\t', '\'', '"', '(', ':']).next()
}

fn first_word(text: &str) -> Option<&str> {
    text.split([' ', '\n', '\t', '\'', '"', ')', ':']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Missing> {
        in_text(text).into_iter().collect()
    }

    #[test]
    fn messages_name_what_is_missing() {
        let library = |name: &str| Missing::Library(name.to_owned());
        let named = |name: &str| Missing::Named(name.to_owned());
        let program = |name: &str| Missing::Program(name.to_owned());
        for (text, expected) in [
            (
                "libpq.so.5: cannot open shared object file: No such file or directory",
                library("libpq.so.5"),
            ),
            (
                "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
                library("libGL.so.1"),
            ),
            (
                "OSError: /opt/x/libfoo.so.2: cannot open shared object file: No such file",
                library("libfoo.so.2"),
            ),
            (
                "Error loading shared library libmagic.so.1: No such file or directory (needed by /x)",
                library("libmagic.so.1"),
            ),
            (
                "OSError: cannot load library 'libpango-1.0-0': libpango-1.0-0: cannot open shared object file",
                named("pango-1.0-0"),
            ),
            (
                "OSError: cannot load library 'libvips.so.42': libvips.so.42: cannot open shared object file: No such file or directory.  Additionally, ctypes.util.find_library() did not manage to locate a library called 'libvips.so.42'",
                library("libvips.so.42"),
            ),
            (
                "FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'",
                program("ffmpeg"),
            ),
            (
                "exec: \"gunicorn\": executable file not found in $PATH: unknown",
                program("gunicorn"),
            ),
            ("sh: 1: exec: tini: not found", program("tini")),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_words_name_nothing() {
        for text in [
            "FileNotFoundError: [Errno 2] No such file or directory: '/data/shop.db'",
            "FileNotFoundError: [Errno 2] No such file or directory: 'settings.toml'",
            "404: not found, they said",
            "cannot load library '$(id)'",
            "OSError: cannot load library 'libgobject-2.0-0.dll': no",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
