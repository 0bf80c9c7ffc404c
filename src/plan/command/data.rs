//! Decides what becomes of data that distributions and code write or fetch while they run.

use super::known::Known;
use super::{Start, Writable};
use crate::catalogue::{downloads, writes};
use crate::facts::app::Django;
use crate::facts::{Found, Warning, normalise};

/// A warning for all data that the code fetches and that nothing in the image brings, with the lines to add.
pub(super) fn missing(known: &Known<'_>) -> Vec<Warning> {
    let mut out = Vec::new();
    for found in &known.facts.app.downloads {
        let Some(table) = downloads::by_call(&found.value.call) else {
            continue;
        };
        let name = &found.value.name;
        let asked = table.bring.is_empty() || table.bring.iter().any(|one| known.has(one));
        if !asked || table.package && known.has(&normalise(name)) {
            continue;
        }
        let call = found.value.call.rsplit('.').next().unwrap_or_default();
        out.push(
            Warning::new(
                "data-download",
                format!("{call} fetches {name} when the container runs: no package brings it"),
                table.help.replace("{name}", name),
            )
            .at(found.at.clone()),
        );
    }
    out
}

/// Moves what distributions write to where they may, or makes the place that cannot be moved.
pub(super) fn writes(known: &Known<'_>, start: &mut Start) {
    for write in writes::all() {
        let Some(who) = writer(known, start, write) else {
            continue;
        };
        if let Some(variable) = &write.variable {
            if start.env.contains_key(variable) {
                continue;
            }
            start.env.insert(variable.clone(), write.path.clone());
        }
        start.writable.push(Writable {
            path: write.path.clone(),
            volume: write.volume,
            why: format!("{who} {} there", write.what),
            at: None,
        });
    }
}

/// The distribution that is installed and writes.
fn writer(known: &Known<'_>, start: &Start, write: &writes::Write) -> Option<String> {
    let added = start.install.as_ref().map(|install| install.name.as_str());
    let there = |name: &&String| known.has(name) || added == Some(name.as_str());
    let first = write.distributions.first()?;
    if there(&first) {
        let old = write
            .since
            .is_some_and(|since| release(known, first) < since);
        return (!old).then(|| first.clone());
    }
    // What came with others was seen in a lock; without one, they stand for it.
    let brought = write
        .distributions
        .iter()
        .skip(1)
        .any(|name| known.has(name));
    (brought && !known.installed.complete).then(|| first.clone())
}

/// The folder of each SQLite file becomes a volume; a file in the application's own folder cannot be written, for the code lies
/// there.
pub(super) fn sqlite(known: &Known<'_>, start: &mut Start) {
    let django = start.framework.as_deref() == Some("django");
    for found in known.facts.app.sqlite.iter().filter(|_| !django) {
        let path = match sqlite_folder(known) {
            Some(folder) if !found.value.starts_with('/') => format!("{folder}/{}", found.value),
            _ => found.value.clone(),
        };
        let folder = path
            .trim_start_matches("./")
            .rsplit_once('/')
            .map(|(folder, _)| folder);
        let folder = folder.filter(|folder| !folder.is_empty() && !path.contains(".."));
        let (consequence, help) = match folder {
            Some(folder) => {
                let inside = crate::inspect::tree::join(&start.working_dir, folder);
                let inside = if folder.starts_with('/') {
                    folder.to_owned()
                } else {
                    inside
                };
                let known = start.writable.iter().any(|place| place.path == inside);
                if !known {
                    start.writable.push(Writable {
                        path: inside,
                        volume: true,
                        why: format!("an SQLite file: {}", found.value),
                        at: Some(found.at.clone()),
                    });
                }
                (
                    "its data ends with its volume",
                    "keep the volume by a name: `docker run --volume NAME:FOLDER`, or use a database server",
                )
            }
            None => (
                "the folder of the code cannot be written to",
                "put the file into a folder of its own, as in sqlite:///data/app.db, or use a database server",
            ),
        };
        start.warnings.push(
            Warning::new(
                "sqlite",
                format!(
                    "{} is an SQLite file inside the container: {consequence}",
                    found.value
                ),
                help,
            )
            .at(found.at.clone()),
        );
    }
}

/// The warning about Django's only database, an SQLite file; its folder becomes a volume, where it has one of its own.
pub(super) fn sqlite_of_django(
    django: &Django,
    engine: &Found<String>,
    writable: &mut Vec<Writable>,
) -> Warning {
    let own = django.sqlite.iter().find_map(|file| {
        let (folder, name) = file.value.rsplit_once('/')?;
        let plain = !folder.is_empty() && !name.is_empty() && !folder.contains("..");
        plain.then_some((folder, file))
    });
    let (message, help) = match own {
        Some((folder, file)) => {
            writable.push(Writable {
                path: folder.to_owned(),
                volume: true,
                why: format!("DATABASES: the SQLite file {}", file.value),
                at: Some(file.at.clone()),
            });
            (
                "the database is an SQLite file inside the container: its data ends with its volume",
                "keep the volume by a name: `docker run --volume NAME:FOLDER`, or use a database server",
            )
        }
        None => (
            "the database is an SQLite file inside the image: its data ends with the container",
            "put the file on a volume, or use a database server",
        ),
    };
    Warning::new("sqlite", message, help).at(engine.at.clone())
}

/// Where a distribution puts files that are named without a folder.
fn sqlite_folder(known: &Known<'_>) -> Option<&'static str> {
    let there = |one: &&writes::Sqlite| known.has(&one.distribution);
    writes::sqlite()
        .iter()
        .find(there)
        .map(|one| one.folder.as_str())
}

/// Major and minor number of an installed version; the newest there can be, where it is not known.
fn release(known: &Known<'_>, name: &str) -> (u64, u64) {
    let Some(version) = known.installed.versions.get(name).cloned().flatten() else {
        return (u64::MAX, u64::MAX);
    };
    let mut numbers = version.split('.').map_while(|part| part.parse().ok());
    (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    )
}
