//! Turns one dependency as PEP 508 writes it into a [`Requirement`]; pip's wider forms are the callers'.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use pep508_rs::{Pep508Url, VersionOrUrl};

use crate::error::{Error, printable};
use crate::facts::{Marker, Place, Requirement, Source, Specifier, Warning, is_written, normalise};

use super::tree::Tree;
use super::url::{self, Login};

/// A URL kept as it is written: `pep508_rs`'s own type puts variables of this process into it.
#[derive(Debug)]
struct Verbatim(String);

impl fmt::Display for Verbatim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Pep508Url for Verbatim {
    type Err = Infallible;

    fn parse_url(url: &str, _: Option<&Path>) -> Result<Self, Self::Err> {
        Ok(Self(url.to_owned()))
    }
}

/// No real dependency is longer; [`Marker::is_bounded`] has the same limit.
const LENGTH: usize = 16 << 10;

/// What stands around a dependency: where it was read, and what its relative paths start from.
pub(super) struct Context<'a> {
    /// The project.
    pub(super) tree: &'a Tree,
    /// Context-relative folder that relative paths and `file:` URLs start from.
    pub(super) folder: &'a str,
    /// What the file is, for error messages.
    pub(super) format: &'static str,
    /// Where the dependency stands.
    pub(super) at: &'a Place,
}

/// Parses `name[extra]>=1; marker` and `name @ url ; marker`. A version range that only old installers understand (`>=1.*`, `==dev`) gives a warning and the
/// parts of the range that are PEP 440.
///
/// # Errors
/// It is none of these; its marker cannot be parsed; its URL holds credentials; its `file:` URL leaves the project.
pub(super) fn parse(
    text: &str,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Requirement, Error> {
    if let Some(bad) = text
        .chars()
        .find(|c| crate::error::is_unsafe(*c) && *c != '\t')
    {
        return Err(context.malformed(format!(
            "the character U+{:04X} in a dependency",
            bad as u32
        )));
    }
    (context.tree.spent().found(1)).map_err(|found| context.malformed(found))?;
    if text.len() > LENGTH {
        return Err(context.malformed(format!("{} bytes in one dependency", text.len())));
    }
    if text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>") || text.starts_with("=======") {
        return Err(context.malformed(
            "a mark of an unfinished merge (`<<<<<<<`, `=======` or `>>>>>>>`)".to_owned(),
        ));
    }
    if !names_are_sound(text) {
        let message = "a name ends with a letter or digit";
        return best_effort(text, message, context, warnings);
    }
    if !Marker::is_bounded(text) {
        let message = "it has too many different values or is nested too deep";
        return best_effort(text, message, context, warnings);
    }
    match pep508_rs::Requirement::<Verbatim>::from_str(text) {
        Ok(parsed) => convert(parsed, context),
        Err(error) => {
            let message = error.message.to_string();
            best_effort(text, &message, context, warnings)
        }
    }
}

impl Context<'_> {
    /// An error at this dependency.
    pub(super) fn malformed(&self, found: String) -> Error {
        Error::Malformed {
            at: self.at.clone(),
            format: self.format,
            found,
            expected: "a dependency such as `flask>=3,<4`, `psycopg[binary]==3.2.3 ; python_version >= \"3.12\"` or `name @ https://…`".to_owned(),
            help: format!("correct {}, or take the line out", self.at),
        }
    }

    /// The source of a URL; refuses those with credentials in plain text.
    ///
    /// # Errors
    /// As [`parse`].
    pub(super) fn source(&self, url: &str) -> Result<Source, Error> {
        if url::login(url) == Login::Plain {
            return Err(Error::Malformed {
                at: self.at.clone(),
                format: self.format,
                found: format!("a password or token in the URL of {}", url::shown(url)),
                expected: "a URL without credentials: they would stay in the image's history".to_owned(),
                help: "take the credentials out of the file and revoke them; write `${TOKEN}` where the token stood".to_owned(),
            });
        }
        match url::scheme(url).as_deref() {
            Some("file") => self.file_url(url),
            Some(_) if url.contains("://") => Ok(url::source(url)),
            // uv takes a path after `@`, too.
            None if !url.contains([':', '@']) => self.path(url),
            _ => Err(self.malformed("something after `@` that is no URL".to_owned())),
        }
    }

    /// A folder or file of the project by a path as written.
    ///
    /// # Errors
    /// It lies outside the project or does not exist.
    pub(super) fn path(&self, written: &str) -> Result<Source, Error> {
        let refuse = |why: &str, help: String| Error::Unreadable {
            file: url::shown(written),
            named_at: Some(self.at.clone()),
            why: why.to_owned(),
            help,
        };
        let Some(path) = resolve(self.folder, written) else {
            return Err(refuse(
                "it lies outside the project, so no image build can see it",
                format!("copy it into the project and correct {}", self.at),
            ));
        };
        let directory = path.is_empty() || self.tree.is_dir(&path);
        if !directory && !self.tree.is_file(&path) {
            let from = if self.folder.is_empty() {
                "the project's folder"
            } else {
                self.folder
            };
            return Err(refuse(
                "there is no such file or folder",
                format!(
                    "correct the path in {} (it is relative to {}), or take the line out",
                    self.at,
                    printable(from)
                ),
            ));
        }
        let wheel = !directory && path.to_ascii_lowercase().ends_with(".whl");
        Ok(Source::Path {
            path: Some(path),
            wheel,
            directory,
        })
    }

    /// `file:./x`, `file:x`, `file:///…`. `${PROJECT_ROOT}` is PDM's word for the project's folder, `{root:uri}` hatch's.
    fn file_url(&self, url: &str) -> Result<Source, Error> {
        let path = url.split_once(':').map_or("", |(_, rest)| rest);
        let path = path.split('#').next().unwrap_or_default();
        let path = ["///${PROJECT_ROOT}", "//${PROJECT_ROOT}"]
            .iter()
            .find_map(|root| path.strip_prefix(root))
            .map_or_else(
                || path.strip_prefix("//").unwrap_or(path).to_owned(),
                |rest| format!(".{rest}"),
            );
        self.path(&percent_decoded(&path))
    }
}

/// A path that a manager's table gives: outside the project it is unknown, and missing it is taken for a folder, each with a warning. The table may belong to a
/// group that is never installed, so neither stops the work.
pub(super) fn tolerant_path(
    context: &Context<'_>,
    written: &str,
    warnings: &mut Vec<Warning>,
) -> Source {
    let mut warn = |what: &str| {
        warnings.push(
            Warning::new(
                "path-dependency",
                format!("the path dependency `{}` {what}", url::shown(written)),
                format!("copy it into the project and correct {}", context.at),
            )
            .at(context.at.clone()),
        );
    };
    if let Ok(found) = context.path(written) {
        return found;
    }
    let path = resolve(context.folder, written);
    warn(if path.is_some() {
        "does not exist"
    } else {
        "lies outside the project, so no image build can see it"
    });
    Source::Path {
        wheel: written.to_ascii_lowercase().ends_with(".whl"),
        directory: !url::is_archive(written),
        path,
    }
}

/// A written path, relative to a context-relative folder, as a context-relative path (empty is the context itself); `None` when it is absolute or leaves.
pub(super) fn resolve(folder: &str, written: &str) -> Option<String> {
    if written.starts_with(['/', '~']) || url::scheme(written).is_some() {
        return None;
    }
    let mut parts: Vec<&str> = folder
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A file of the project that a manifest in a folder names as an input of its build: none that dockwright writes.
pub(super) fn input(tree: &Tree, folder: &str, written: &str) -> Option<String> {
    resolve(folder, written).filter(|path| !is_written(path) && tree.is_file(path))
}

fn convert(
    parsed: pep508_rs::Requirement<Verbatim>,
    context: &Context<'_>,
) -> Result<Requirement, Error> {
    let (specifier, source) = match parsed.version_or_url {
        None => (Specifier::default(), Source::Index),
        Some(VersionOrUrl::VersionSpecifier(range)) => {
            (Specifier::from_pep440(range), Source::Index)
        }
        Some(VersionOrUrl::Url(Verbatim(url))) => (Specifier::default(), context.source(&url)?),
    };
    Ok(Requirement {
        name: Some(normalise(parsed.name.as_ref())),
        extras: parsed
            .extras
            .iter()
            .map(|extra| normalise(extra.as_ref()))
            .collect(),
        specifier,
        marker: Marker::from_pep508(parsed.marker),
        source,
        editable: false,
        at: context.at.clone(),
    })
}

/// Are the name and the extras at the beginning well-formed? `pep508_rs` 0.9 panics on some that are not (`a->1`, `a[b-]`).
fn names_are_sound(text: &str) -> bool {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let extras = rest
        .trim_start()
        .strip_prefix('[')
        .map(|rest| rest.split(']').next().unwrap_or_default());
    let sound = |extra: &str| extra.trim().is_empty() || url::is_name(extra.trim());
    url::is_name(name) && extras.is_none_or(|extras| extras.split(',').all(sound))
}

/// Name, extras, marker, and what is PEP 440 of the range; also the comma at its end, which `packaging` (so pip) accepts and `pep508_rs` does not.
fn best_effort(
    text: &str,
    message: &str,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Requirement, Error> {
    let shown = if text.contains('@') || text.contains("://") {
        "a dependency with a URL".to_owned() // it may hold a password
    } else {
        format!("`{}`", printable(text.trim()))
    };
    let malformed = || {
        let hint =
            if text.contains('=') && !text.contains(['<', '>', '!', '~']) && !text.contains("==") {
                "; `==` pins a version"
            } else {
                ""
            };
        let reason = if text.contains('@') {
            "not PEP 508"
        } else {
            first_line(message)
        };
        context.malformed(format!("{shown} ({reason}{hint})"))
    };
    let (front, marker) = match text.split_once(';') {
        Some((front, marker)) => (front, Marker::parse(marker).map_err(|_| malformed())?),
        None => (text, Marker::default()),
    };
    let split = front
        .find(['=', '<', '>', '!', '~', '('])
        .unwrap_or(front.len());
    let (head, range) = front.split_at(split);
    let (name, extras) = match head.trim().split_once('[') {
        Some((name, extras)) => (
            name.trim(),
            extras.trim_end().strip_suffix(']').ok_or_else(malformed)?,
        ),
        None => (head.trim(), ""),
    };
    let range = range.trim().trim_start_matches('(').trim_end_matches(')');
    let operator = ["==", "<=", ">=", "!=", "~=", "<", ">"]
        .iter()
        .any(|operator| range.starts_with(operator));
    if !url::is_name(name) || !operator || text.contains('@') {
        return Err(malformed());
    }
    let parts: Vec<&str> = range
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let (good, bad): (Vec<&str>, Vec<&str>) = parts
        .into_iter()
        .partition(|part| VersionSpecifiers::from_str(part).is_ok());
    if !bad.is_empty() {
        let (name, bad) = (printable(name), printable(&bad.join(",")));
        warnings.push(
            Warning::new(
                "legacy-version",
                format!(
                    "the version `{bad}` of {name} is not PEP 440: pip 24.1 and later refuse it"
                ),
                format!("write a range such as `{name}>=1.2,<2`"),
            )
            .at(context.at.clone()),
        );
    }
    Ok(Requirement {
        name: Some(normalise(name)),
        extras: extras
            .split(',')
            .map(normalise)
            .filter(|extra| !extra.is_empty())
            .collect::<BTreeSet<_>>(),
        specifier: Specifier::parse(&good.join(",")).unwrap_or_default(),
        marker,
        source: Source::Index,
        editable: false,
        at: context.at.clone(),
    })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |byte: Option<u8>| {
            byte.and_then(|byte| char::from(byte).to_digit(16))
                .and_then(|digit| u8::try_from(digit).ok())
        };
        if byte == b'%'
            && let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next()))
        {
            out.push(high * 16 + low);
            bytes = ahead;
        } else {
            out.push(byte);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
