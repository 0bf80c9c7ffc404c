//! Turns the log of a build that failed into what its builder lacks.

mod told;

use std::collections::BTreeSet;

use super::build::Failure;
use super::missing::{MOST, Missing, in_text, is_program};
use super::report::{Check, Finding, Need, Stage};
use super::solve::Solver;

/// A message, the word that it holds between two texts, and what that word is.
type Message = (&'static str, &'static str, fn(String) -> Missing);

/// What compilers, setuptools, meson, `CMake`, cargo, uv and pip say.
const MESSAGES: [Message; 20] = [
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
    ("Dependency \"", "\" not found", Missing::PkgConfig),
    (
        "Dependency '",
        "' is required but not found",
        Missing::PkgConfig,
    ),
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
const SENTENCES: [(&str, &str); 14] = [
    ("Did not find pkg-config", "pkg-config"),
    ("pkg-config: not found", "pkg-config"),
    ("Could not find a pkg-config", "pkg-config"),
    ("can't find Rust compiler", "cargo"),
    ("Rust toolchain, is not installed", "cargo"),
    ("Git executable not found", "git"),
    ("no acceptable C compiler found", "gcc"),
    ("CMake must be installed", "cmake"),
    ("No CMAKE_C_COMPILER could be found", "gcc"),
    ("CMAKE_C_COMPILER not set", "gcc"),
    ("No CMAKE_CXX_COMPILER could be found", "g++"),
    ("CMAKE_CXX_COMPILER not set", "g++"),
    ("CMAKE_MAKE_PROGRAM is not set", "make"),
    // hnswlib, fastText: what asks the compiler for each standard takes a missing one for an old one
    ("Unsupported compiler -- at least C++", "g++"),
];

/// What meson, autoconf and ld say where a compiler stands alone, without the C library's headers and start files.
const ALONE: [&str; 3] = [
    "cannot compile programs",
    "cannot create executables",
    "cannot find crti.o",
];

/// The header that this is noted as.
const OF_C_LIBRARY: &str = "errno.h";

/// What a failed build lacks: what its last lines say.
pub(super) fn in_log(log: &str) -> BTreeSet<Missing> {
    let mut found = BTreeSet::new();
    for line in log.lines().rev() {
        if found.len() >= MOST {
            break;
        }
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
        found.extend(cmake(line));
        for (words, program) in SENTENCES {
            if line.contains(words) {
                found.insert(Missing::Program(program.to_owned()));
            }
        }
        if ALONE.iter().any(|words| line.contains(words)) {
            found.insert(Missing::Header(OF_C_LIBRARY.to_owned()));
        }
    }
    // What a step of the builder runs or loads: collectstatic, a plugin of a build backend. Meson tries one compiler after the
    // other and tells of each: Running `clang --version` gave "[Errno 2] No such file or directory: 'clang'".
    let tried = |line: &&str| !line.contains("--version` gave ");
    let told: Vec<&str> = log.lines().filter(tried).collect();
    found.extend(in_text(&told.join("\n")));
    // The headers of Python itself are in its image.
    found.retain(|missing| missing.name() != "Python.h");
    found
}

/// What `CMake` gives up on: `Could NOT find CURL (missing: …)`; with `--` before it that is only noted.
fn cmake(line: &str) -> Option<Missing> {
    let (before, rest) = line.split_once("Could NOT find ").unwrap_or_default();
    let name = if rest.is_empty() {
        between(line, "package configuration file provided by \"", "\"")?
    } else if before.ends_with("-- ") {
        return None;
    } else {
        rest.split([' ', ',']).next()?
    };
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-+".contains(&b));
    // Python and its headers are in its image.
    if !plain || name.is_empty() || name.starts_with("Python") {
        return None;
    }
    Some(match rest.split_once("_EXECUTABLE") {
        Some((start, _)) => {
            let program = start.rsplit([' ', '(']).next()?;
            Missing::Program(program.to_ascii_lowercase().replace('_', "-"))
        }
        None => Missing::Cmake(name.to_owned()),
    })
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
        .shown(told::shown(&failure.log))
        .missing(needs);
    if finding.missing.is_empty() {
        finding.help = Some(told::advice(&failure.log).to_owned());
    }
    Check::new("build", "fails", vec![finding])
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
                "CMake Error: CMake was unable to find a build program corresponding to \"Unix Makefiles\".  CMAKE_MAKE_PROGRAM is not set.",
                "program",
                "make",
            ),
            (
                "configure: error: no acceptable C compiler found in $PATH",
                "program",
                "gcc",
            ),
            (
                "RuntimeError: Unsupported compiler -- at least C++17 support is needed!",
                "program",
                "g++",
            ),
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
    fn what_meson_says_is_understood() {
        for (log, kind, name) in [
            (
                "../meson.build:31:12: ERROR: Dependency \"cairo\" not found, tried pkgconfig and cmake",
                "pkg-config",
                "cairo",
            ),
            (
                "../meson.build:35:9: ERROR: Dependency 'girepository-2.0' is required but not found.",
                "pkg-config",
                "girepository-2.0",
            ),
            (
                "../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]",
                "program",
                "cc",
            ),
        ] {
            assert_eq!(names(log), [(kind, name.to_owned())], "{log}");
        }
    }

    #[test]
    fn a_compiler_alone_wants_the_headers_of_the_c_library() {
        for log in [
            "../meson.build:1:0: ERROR: Compiler cc cannot compile programs.",
            "configure: error: C compiler cannot create executables",
            "  = note: /usr/bin/ld: cannot find crti.o: No such file or directory",
        ] {
            assert_eq!(names(log), [("header", OF_C_LIBRARY.to_owned())], "{log}");
        }
    }

    #[test]
    fn what_cmake_says_is_understood() {
        for (log, kind, name) in [
            (
                "  Could NOT find CURL (missing: CURL_LIBRARY CURL_INCLUDE_DIR)",
                "cmake",
                "CURL",
            ),
            (
                "  Could NOT find PkgConfig (missing: PKG_CONFIG_EXECUTABLE)",
                "program",
                "pkg-config",
            ),
            (
                "  Could not find a package configuration file provided by \"fmt\" with any of",
                "cmake",
                "fmt",
            ),
            (
                "CMake Error: CMAKE_C_COMPILER not set, after EnableLanguage",
                "program",
                "gcc",
            ),
        ] {
            assert_eq!(names(log), [(kind, name.to_owned())], "{log}");
        }
    }

    #[test]
    fn other_failures_name_nothing() {
        for log in [
            "ERROR: Could not find a version that satisfies the requirement nonsense",
            "error: command '/usr/bin/gcc' failed with exit code 1",
            "fatal error: Python.h: No such file or directory",
            "fatal error: $(id): No such file or directory",
            "-- Could NOT find OpenMP_C (missing: OpenMP_C_FLAGS)",
            "  Could NOT find Python (missing: Python_INCLUDE_DIRS Development.Module)",
            "Program doxygen found: NO",
            "Running `clang --version` gave \"[Errno 2] No such file or directory: 'clang'\"",
            "ERROR: failed to solve: process \"/bin/sh -c pip install\" did not complete successfully: exit code: 1",
        ] {
            assert_eq!(names(log), [], "{log}");
        }
    }
}
