//! Turns a requirements file of pip, with all that it includes, into a [`RequirementsFile`].

mod candidates;
mod header;
mod line;
mod lines;
mod options;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::error::{Error, printable};
use crate::facts::{Found, Place, Requirement, RequirementsFile, Warning, normalise};

pub use candidates::best;

use super::pep508::{self, Context};
use super::tree::Tree;
use super::{text, url};
use options::{Broken, Given, Name};

/// What errors call the format.
const FORMAT: &str = "a requirements file that pip reads";

/// No tree of includes is deeper.
const DEPTH_LIMIT: usize = 50;

/// Reads a requirements file and every file that it includes with `-r` and `-c`, each once; `None` when there is no file of that name.
///
/// Follows [pip's reference](https://pip.pypa.io/en/stable/reference/requirements-file-format/) and, where that is silent, `req_file.py` of pip 26:
/// included files are relative to the including one, local paths to the folder that pip runs in, which is the application's. `${NAME}` is not expanded: the
/// names stand in [`Index::variables`](crate::facts::Index::variables).
///
/// # Errors
/// A file is unreadable, missing though included, or includes itself; a line is malformed; a path leaves the project; a requirement's URL holds credentials.
pub fn read(
    tree: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Option<RequirementsFile>, Error> {
    let Some(content) = text::read(tree, path, warnings)? else {
        return Ok(None);
    };
    let mut reader = Reader {
        tree,
        warnings,
        file: RequirementsFile {
            path: path.to_owned(),
            generator: header::generator(path, &content),
            ..RequirementsFile::default()
        },
        chain: Vec::new(),
        seen: BTreeSet::new(),
    };
    reader.content(path, &content, false)?;
    Ok(Some(reader.file))
}

/// The state of one reading.
struct Reader<'a> {
    tree: &'a Tree,
    warnings: &'a mut Vec<Warning>,
    file: RequirementsFile,
    /// The files being read, outermost first, with the lines that include the next.
    chain: Vec<Place>,
    /// Files read, and whether as constraints.
    seen: BTreeSet<(String, bool)>,
}

impl Reader<'_> {
    fn content(&mut self, path: &str, content: &str, constraint: bool) -> Result<(), Error> {
        self.seen.insert((path.to_owned(), constraint));
        if constraint {
            self.file.constraints.push(path.to_owned());
        } else {
            self.file.includes.push(path.to_owned());
        }
        for line in lines::logical(content) {
            self.line(&line.text, &Place::new(path, line.number), constraint)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str, at: &Place, constraint: bool) -> Result<(), Error> {
        let (requirement, rest) = lines::requirement_and_options(line);
        let options = options::parse(rest).map_err(|broken| broken_options(&broken, at))?;
        let editable = options.iter().find_map(|option| match option {
            Given::Known(Name::Editable, value) => Some(value.as_str()),
            _ => None,
        });
        self.unknown(&options, at);
        if requirement.trim().is_empty() && editable.is_none() {
            return self.option_line(options, at);
        }
        let tree = self.tree;
        let context = Context {
            tree,
            folder: tree.app(),
            format: FORMAT,
            at,
        };
        let found = match editable.filter(|_| requirement.trim().is_empty()) {
            Some(value) => line::editable(value, &context, self.warnings)?,
            None => line::requirement(requirement.trim(), &context, self.warnings)?,
        };
        let hashed = options
            .iter()
            .any(|option| matches!(option, Given::Known(Name::Hash, _)));
        self.push(found, hashed, constraint);
        Ok(())
    }

    fn push(&mut self, found: Requirement, hashed: bool, constraint: bool) {
        self.file.hashes |= hashed;
        if constraint {
            self.file.constrained.push(found);
        } else {
            self.file.requirements.push(found);
        }
    }

    /// A line without a requirement. Like pip, an include takes the whole line; otherwise each option counts.
    fn option_line(&mut self, options: Vec<Given>, at: &Place) -> Result<(), Error> {
        let include = |wanted: Name| {
            options.iter().find_map(|option| match option {
                Given::Known(name, value) if *name == wanted => Some(value.clone()),
                _ => None,
            })
        };
        if let Some(target) = include(Name::Requirement) {
            return self.include(&target, at, false);
        }
        if let Some(target) = include(Name::Constraint) {
            return self.include(&target, at, true);
        }
        for option in options {
            if let Given::Known(name, value) = option {
                self.option(name, &value, at);
            }
        }
        Ok(())
    }

    fn option(&mut self, name: Name, value: &str, at: &Place) {
        let found = |value: String| Found::new(value, at.clone());
        let options = &mut self.file.options;
        match name {
            Name::IndexUrl => options
                .indexes
                .push(url::index(None, value, true, at.clone())),
            Name::ExtraIndexUrl => options
                .indexes
                .push(url::index(None, value, false, at.clone())),
            Name::FindLinks => {
                let links = if url::is_url(value) {
                    Some(url::without_login(value))
                } else {
                    self.links_folder(value, at)
                };
                self.file.options.find_links.extend(links.map(found));
            }
            Name::NoBinary => options.no_binary.extend(format_names(value).map(found)),
            Name::OnlyBinary => options.only_binary.extend(format_names(value).map(found)),
            Name::TrustedHost => options.trusted_hosts.push(found(value.to_owned())),
            Name::Pre => options.pre = true,
            Name::NoIndex => options.no_index = true,
            Name::RequireHashes => options.require_hashes = true,
            Name::Requirement | Name::Constraint | Name::Editable | Name::Hash | Name::Other => {}
        }
    }

    /// pip looks for `--find-links` beside the file first, then where it runs; what it does not find it passes over.
    fn links_folder(&mut self, value: &str, at: &Place) -> Option<String> {
        let found = [folder_of(&at.file), self.tree.app()]
            .into_iter()
            .filter_map(|folder| pep508::resolve(folder, value))
            .find(|path| self.tree.is_dir(path) || self.tree.is_file(path));
        if found.is_none() {
            let value = url::shown(value);
            self.warnings.push(
                Warning::new(
                    "find-links-missing",
                    format!("`--find-links {value}` names no folder of the project: the build finds nothing there"),
                    format!("copy the folder into the project and correct {at}"),
                )
                .at(at.clone()),
            );
        }
        found
    }

    fn include(&mut self, target: &str, at: &Place, constraint: bool) -> Result<(), Error> {
        let unreadable = |file: &str, why: &str, help: String| Error::Unreadable {
            file: url::shown(file),
            named_at: Some(at.clone()),
            why: why.to_owned(),
            help,
        };
        if let Some(scheme) = url::scheme(target) {
            return Err(unreadable(
                target,
                &format!(
                    "it is included by a URL ({scheme}:), and dockwright reads the project's files alone"
                ),
                format!("download it into the project and correct {at}"),
            ));
        }
        let Some(path) = pep508::resolve(folder_of(&at.file), target) else {
            return Err(unreadable(
                target,
                "it lies outside the project, so no image build can see it",
                format!("copy it into the project and correct {at}"),
            ));
        };
        self.chain.push(at.clone());
        if self.chain.iter().any(|place| *place.file == *path) {
            return Err(self.cycle(&path));
        }
        if self.chain.len() > DEPTH_LIMIT {
            return Err(unreadable(
                &path,
                &format!("files include each other more than {DEPTH_LIMIT} deep"),
                "include the files from one place".to_owned(),
            ));
        }
        if !self.seen.contains(&(path.clone(), constraint)) {
            let content = text::read(self.tree, &path, self.warnings)
                .map_err(|error| named_by(error, at))?
                .ok_or_else(|| {
                    let help = format!("correct the name in {at} (it is relative to that file), or take the line out");
                    unreadable(target, "there is no such file", help)
                })?;
            self.content(&path, &content, constraint)?;
        }
        self.chain.pop();
        Ok(())
    }

    /// pip refuses a file that includes itself, at any distance ("recursively references itself").
    fn cycle(&self, path: &str) -> Error {
        let start = self
            .chain
            .iter()
            .position(|place| *place.file == *path)
            .unwrap_or(0);
        let round: Vec<&Place> = self.chain.iter().skip(start).collect();
        let next = round
            .iter()
            .skip(1)
            .map(|place| place.file.to_string())
            .chain([path.to_owned()]);
        Error::Contradiction {
            what: format!("{} includes itself", url::shown(path)),
            evidence: round
                .iter()
                .zip(next)
                .map(|(at, file)| ((*at).clone(), format!("includes {file}")))
                .collect(),
            help: "take one of these lines out: pip refuses to read the files too".to_owned(),
            offers: Vec::new(),
        }
    }

    fn unknown(&mut self, options: &[Given], at: &Place) {
        for option in options {
            if let Given::Unknown(name) = option {
                // Joined lines may have glued a URL to it.
                let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                let name = printable(name.get(..end.unwrap_or(name.len())).unwrap_or_default());
                self.warnings.push(
                    Warning::new(
                        "unknown-option",
                        format!("`{name}` is no option that pip knows in a requirements file: pip will refuse the file"),
                        format!("take `{name}` out of {at}"),
                    )
                    .at(at.clone()),
                );
            }
        }
    }
}

/// The folder part of a context-relative path.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `--no-binary` takes a list; names are normalised, `:all:` and `:none:` are words of their own.
fn format_names(value: &str) -> impl Iterator<Item = String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            if name.starts_with(':') {
                name.to_owned()
            } else {
                normalise(name)
            }
        })
}

/// The same failure with the line that names the file.
fn named_by(error: Error, at: &Place) -> Error {
    match error {
        Error::Unreadable {
            file, why, help, ..
        } => Error::Unreadable {
            file,
            named_at: Some(at.clone()),
            why,
            help,
        },
        other => other,
    }
}

fn broken_options(broken: &Broken, at: &Place) -> Error {
    let (found, expected) = match broken {
        Broken::Quotation => (
            "a quotation mark that is not closed".to_owned(),
            "closed quotation marks around a value".to_owned(),
        ),
        Broken::Value(name) => (
            format!("`{name}` at the end of the line"),
            format!("a value after `{name}`"),
        ),
    };
    Error::Malformed {
        at: at.clone(),
        format: FORMAT,
        found,
        expected,
        help: format!("correct {at}, or take the line out"),
    }
}
