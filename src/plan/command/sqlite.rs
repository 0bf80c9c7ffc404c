//! Turns the SQLite files that the code opens into volumes, or warns where their data would end with the container.

use super::known::Known;
use super::{Start, Writable};
use crate::catalogue::services::{self, Kind};
use crate::catalogue::writes;
use crate::facts::app::SqliteFile;
use crate::facts::{Found, Warning};
use crate::inspect::tree::join;

/// Adds a volume or a warning for each file, unless a server is used in the image.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    let app = &known.facts.app;
    let engines = app.django.iter().flat_map(|django| &django.engines);
    let mut engines = engines.peekable();
    let django = engines.peek().copied().cloned();
    let served = engines.any(|engine| !lite(&engine.value)) || driven(known);
    for file in &app.sqlite {
        // The default of a variable is for the developer's machine where a server is there besides.
        if file.value.unless.is_some() && served {
            continue;
        }
        let folder = folder(known, &file.value);
        start.warnings.push(ends(file, &file.value.path, &folder));
        if folder.is_empty() || folder.split('/').any(|part| part == "..") {
            continue;
        }
        start.writable.push(Writable {
            path: if folder.starts_with('/') {
                folder
            } else {
                join(&start.working_dir, &folder)
            },
            volume: true,
            why: format!("the SQLite file {}", file.value.path),
            at: Some(file.at.clone()),
        });
    }
    if let Some(engine) = django.filter(|_| app.sqlite.is_empty() && !served) {
        start.warnings.push(ends(&engine, "the database", ""));
    }
}

/// The warning about a file in a folder of its own, or beside the code.
fn ends<T>(found: &Found<T>, what: &str, folder: &str) -> Warning {
    let (end, help) = if folder.is_empty() {
        (
            "inside the image: its data ends with the container, and the folder of the code cannot be written to",
            "put the file into a folder of its own, as in `sqlite:///data/app.db`: it becomes a volume; or use a database server",
        )
    } else {
        (
            "inside the container: its data ends with its volume",
            "keep the volume by a name: `docker run --volume NAME:FOLDER`, or use a database server",
        )
    };
    let message = format!("{what} is an SQLite file {end}");
    Warning::new("sqlite", message, help).at(found.at.clone())
}

fn lite(engine: &str) -> bool {
    engine.ends_with("sqlite3") || engine.ends_with("spatialite")
}

/// Does the project ask for the driver of a database server?
fn driven(known: &Known<'_>) -> bool {
    let services = services::table().services.values();
    services
        .filter(|service| service.kinds.contains(&Kind::Sql))
        .flat_map(|service| &service.drivers)
        .any(|driver| known.has(&driver.name))
}

/// The folder of a file; empty for the application's own, which is read-only.
fn folder(known: &Known<'_>, file: &SqliteFile) -> String {
    let path = file.path.trim_start_matches("./");
    let habit = writes::sqlite()
        .iter()
        .find(|one| known.has(&one.distribution));
    let habit = habit.filter(|_| file.url && !path.starts_with('/'));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match habit {
        Some(habit) => join(&habit.folder, folder).trim_end_matches('/').to_owned(),
        None => folder.to_owned(),
    }
}
