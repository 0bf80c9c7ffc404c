//! Turns what the sources show around the start into health checks, writable places and variables.

use super::known::Known;
use super::{Health, Start, Writable, django, init};
use crate::facts::Warning;

/// Distributions that write caches, the variable that moves them, and where to; the first three are asked for by name.
const CACHES: [(&str, &str, &str); 7] = [
    ("matplotlib", "MPLCONFIGDIR", "/tmp/matplotlib"),
    ("huggingface-hub", "HF_HOME", "/tmp/huggingface"),
    ("nltk", "NLTK_DATA", "/tmp/nltk_data"),
    ("numba", "NUMBA_CACHE_DIR", "/tmp/numba"),
    ("openai-whisper", "XDG_CACHE_HOME", "/tmp/cache"),
    ("torch", "TORCH_HOME", "/tmp/torch"),
    ("ultralytics", "YOLO_CONFIG_DIR", "/tmp/ultralytics"),
];

/// Adds all of it to a start.
pub(super) fn complete(known: &Known<'_>, start: &mut Start) {
    django::complete(known, start);
    start.init = init::reason(known, start);
    let app = &known.facts.app;
    if start.port.is_some() {
        let wished = known.wish.health_path.clone();
        let route = app.health.first().filter(|_| wished.is_none());
        start.health = Some(Health {
            at: route.map(|route| route.at.clone()),
            path: wished.or_else(|| route.map(|route| route.value.clone())),
        });
    }
    let expands = start.command.as_ref().is_some_and(super::Command::has_port);
    if let Some(port) = start
        .port
        .filter(|_| !expands && app.variables.contains_key("PORT"))
    {
        // The code reads it by itself.
        start.env.insert("PORT".to_owned(), port.to_string());
    }
    for download in &app.downloads {
        // spaCy's models are distributions too.
        let name = download.value.rsplit(' ').next().unwrap_or_default();
        if known.has(&crate::facts::normalise(name)) {
            continue;
        }
        start.warnings.push(
            Warning::new(
                "data-download",
                "the code uses data that no package brings",
                format!(
                    "add `RUN {}` to the builder, and keep what it writes",
                    download.value
                ),
            )
            .at(download.at.clone()),
        );
    }
    for (name, variable, path) in CACHES {
        if known.has(name) && !start.env.contains_key(variable) {
            start.env.insert(variable.to_owned(), path.to_owned());
            start.writable.push(Writable {
                path: path.to_owned(),
                volume: false,
                why: format!("{name} writes its cache there"),
                at: None,
            });
        }
    }
    if let Some(django) = app
        .django
        .as_ref()
        .filter(|_| start.framework.as_deref() == Some("django"))
    {
        if let Some(media) = &django.media_root {
            start.writable.push(Writable {
                path: if media.value.is_empty() {
                    "media".to_owned()
                } else {
                    media.value.clone()
                },
                volume: true,
                why: "MEDIA_ROOT: uploads".to_owned(),
                at: Some(media.at.clone()),
            });
        }
        let only = |name: &str| {
            django
                .engines
                .iter()
                .all(|engine| engine.value.ends_with(name))
        };
        if let Some(engine) = django.engines.first().filter(|_| only("sqlite3")) {
            start.warnings.push(
                Warning::new(
                    "sqlite",
                    "the database is an SQLite file inside the image: its data ends with the container",
                    "put the file on a volume, or use a database server",
                )
                .at(engine.at.clone()),
            );
        }
    }
    start.writable.sort();
}
