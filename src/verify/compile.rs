//! Turns the log of a build that failed into what its builder lacks.

use std::collections::BTreeSet;

use super::build::Failure;
use super::missing::{Missing, in_text, is_program};
use super::report::{Check, Finding, Need, Stage};
use super::solve::Solver;
use crate::engine::last_lines;

/// A message, the word that it holds between two texts, and what that word is.
type Message = (&'static str, &'static str, fn(String) -> Missing);

/// What compilers, setuptools, meson, `CMake`, cargo, uv and pip say.
const MESSAGES: [Message; 21] = [
    // gcc and clang
    (
        "fatal error: ",
        ": No such file or directory",
        Missing::Header,
    ),
    ("fatal error: '", "' file not found", Missing::Header),
    // ld
    ("cannot find -l", "", Missing::Linked),
    // setuptools
    (
        "error: command '",
        "' failed: No such file or directory",
        Missing::Program,
    ),
    ("error: command '", "' failed: None", Missing::Program),
    (
        "unable to execute '",
        "': No such file or directory",
        Missing::Program,
    ),
    // gcc without g++
    ("cannot execute '", "': execvp", Missing::Program),
    ("error trying to exec '", "': execvp", Missing::Program),
    // cargo and uv
    ("error: linker `", "` not found", Missing::Program),
    // cmake, meson
    (
        "is not able to compile a simple test program. ",
        "",
        Missing::Program,
    ),
    ("Unknown compiler(s): [['", "'", Missing::Program),
    ("Program '", "' not found", Missing::Program),
    ("Program ", " found: NO", Missing::Program),
    ("Dependency \"", "\" not found", Missing::PkgConfig),
    ("Dependency ", " found: NO", Missing::PkgConfig),
    // pkg-config
    (
        "Package ",
        " was not found in the pkg-config search path",
        Missing::PkgConfig,
    ),
    ("Package '", "', required by", Missing::PkgConfig),
    ("No package '", "' found", Missing::PkgConfig),
    // psycopg2, mysqlclient, pip
    ("Error: ", " executable not found", Missing::Program),
    ("/bin/sh: 1: ", ": not found", Missing::Program),
    ("Cannot find command '", "'", Missing::Program),
];

/// Sentences that name a program in words of their own.
const SENTENCES: [(&str, &str); 8] = [
    ("Did not find pkg-config", "pkg-config"),
    ("pkg-config: not found", "pkg-config"),
    ("Could not find a pkg-config", "pkg-config"),
    ("can't find Rust compiler", "cargo"),
    ("Rust toolchain, is not installed", "cargo"),
    ("Git executable not found", "git"),
    ("CMake must be installed", "cmake"),
    ("No CMAKE_CXX_COMPILER could be found", "g++"),
];

/// What a failed build lacks.
pub(super) fn in_log(log: &str) -> BTreeSet<Missing> {
    let mut found = BTreeSet::new();
    for line in log.lines() {
        for (before, behind, kind) in MESSAGES {
            if let Some(word) = between(line, before, behind) {
                let missing = kind(word.to_owned());
                let fit = match &missing {
                    Missing::Program(name) => is_program(name),
                    _ => word
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "._+-/".contains(c)),
                };
                found.extend(fit.then_some(missing));
            }
        }
        for (words, program) in SENTENCES {
            if line.contains(words) {
                found.insert(Missing::Program(program.to_owned()));
            }
        }
    }
    // What a step of the builder runs or loads: collectstatic, a plugin of a build backend.
    found.extend(in_text(log));
    // The headers of Python itself are in its image.
    found.retain(|missing| missing.name() != "Python.h");
    found
}

fn between<'a>(line: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let rest = &line[line.find(before)? + before.len()..];
    let end = if behind.is_empty() {
        rest.find([' ', ':', ',', ';']).unwrap_or(rest.len())
    } else {
        rest.find(behind)?
    };
    let word = rest[..end].trim();
    (!word.is_empty() && !word.contains(' ')).then_some(word)
}

/// The one check of an image that could not be built.
pub(super) fn check(failure: &Failure, solver: Solver<'_>) -> Check {
    let needs: Vec<Need> = in_log(&failure.log)
        .iter()
        .map(|missing| solver.need(missing, Stage::Build))
        .collect();
    let names: Vec<&str> = needs.iter().map(|need| need.name.as_str()).collect();
    let what = match names.as_slice() {
        [] => "the build fails".to_owned(),
        [one] => format!("the build fails: {one} is missing in the builder"),
        several => format!(
            "the build fails: {} are missing in the builder",
            several.join(", ")
        ),
    };
    let mut finding = Finding::failed(what)
        .shown(shown(&failure.log))
        .missing(needs);
    if finding.missing.is_empty() {
        finding.help = Some(advice(&failure.log).to_owned());
    }
    Check::new("build", "fails", vec![finding])
}

/// The lines that say what went wrong, without what the engine repeats of the Dockerfile.
fn shown(log: &str) -> Vec<String> {
    let told: Vec<&str> = log
        .lines()
        .take_while(|line| *line != "------" && !line.starts_with("ERROR: failed to build"))
        .filter(|line| line.to_lowercase().contains("error"))
        .collect();
    let telling = told.join("\n");
    let text = if told.is_empty() {
        log
    } else {
        telling.as_str()
    };
    last_lines(text, 8).map(ToOwned::to_owned).collect()
}

fn advice(log: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| log.contains(word));
    if says(&[
        "failed to resolve source metadata",
        "pull access denied",
        "manifest unknown",
        "not found: manifest",
    ]) {
        return "the base image cannot be had: look at the network, or log in: `docker login`";
    }
    if says(&[
        "Temporary failure resolving",
        "Could not resolve host",
        "dns error",
        "Temporary failure in name resolution",
    ]) {
        return "the build has no network: look at the engine's DNS and proxy settings";
    }
    if says(&[
        "401",
        "403 Forbidden",
        "secret not found",
        "required: secret",
    ]) {
        return "an index wants credentials: `--secret id=netrc,src=$HOME/.netrc`";
    }
    "build it by hand to see the whole log: `dockwright generate` prints the command"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(log: &str) -> Vec<(&'static str, String)> {
        in_log(log)
            .iter()
            .map(|missing| (missing.kind(), missing.name().to_owned()))
            .collect()
    }

    #[test]
    fn what_builders_say_is_understood() {
        for (log, kind, name) in [
            (
                "#9 12.3       src/lib.c:4:10: fatal error: ldap.h: No such file or directory",
                "header",
                "ldap.h",
            ),
            (
                "xmlsec/common.h:19:10: fatal error: libxml/tree.h: No such file or directory",
                "header",
                "libxml/tree.h",
            ),
            (
                "      /usr/bin/ld: cannot find -lpq: No such file or directory",
                "link",
                "pq",
            ),
            (
                "      error: command 'gcc' failed: No such file or directory",
                "program",
                "gcc",
            ),
            ("  error: linker `cc` not found", "program", "cc"),
            (
                "gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory",
                "program",
                "cc1plus",
            ),
            (
                "      Error: pg_config executable not found.",
                "program",
                "pg_config",
            ),
            (
                "      /bin/sh: 1: pkg-config: not found",
                "program",
                "pkg-config",
            ),
            (
                "      /bin/sh: 1: mysql_config: not found",
                "program",
                "mysql_config",
            ),
            (
                "../meson.build:31:12: ERROR: Dependency \"cairo\" not found, tried pkgconfig and cmake",
                "pkg-config",
                "cairo",
            ),
            (
                "Package dbus-1 was not found in the pkg-config search path.",
                "pkg-config",
                "dbus-1",
            ),
            ("No package 'dbus-1' found", "pkg-config", "dbus-1"),
            (
                "Package 'xmlsec1', required by 'virtual:world', not found",
                "pkg-config",
                "xmlsec1",
            ),
            (
                "../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]",
                "program",
                "cc",
            ),
            ("error: can't find Rust compiler", "program", "cargo"),
            (
                "Did not find pkg-config by name 'pkg-config'",
                "program",
                "pkg-config",
            ),
            (
                "ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?",
                "program",
                "git",
            ),
            (
                "ImportError: libmagic.so.1: cannot open shared object file: No such file",
                "library",
                "libmagic.so.1",
            ),
        ] {
            assert!(
                names(log).contains(&(kind, name.to_owned())),
                "{log}: {:?}",
                names(log)
            );
        }
    }

    #[test]
    fn other_failures_name_nothing() {
        for log in [
            "ERROR: Could not find a version that satisfies the requirement nonsense",
            "error: command '/usr/bin/gcc' failed with exit code 1",
            "fatal error: Python.h: No such file or directory",
            "fatal error: $(id): No such file or directory",
            "ERROR: failed to solve: process \"/bin/sh -c pip install\" did not complete successfully: exit code: 1",
        ] {
            assert_eq!(names(log), [], "{log}");
        }
    }
}
