//! Turns what the sources show around the start into health checks, writable places and variables.

use super::known::Known;
use super::{Health, Start, Writable, django, init, sqlite};
use crate::facts::Warning;

/// A distribution that writes where the image is read-only, and the variable that moves what it writes.
struct Moved {
    distribution: &'static str,
    /// The first release that does so, as far as that matters.
    since: (u64, u64),
    variable: &'static str,
    path: &'static str,
    what: &'static str,
}

const fn cache(distribution: &'static str, variable: &'static str, path: &'static str) -> Moved {
    Moved {
        distribution,
        since: (0, 0),
        variable,
        path,
        what: "writes its cache",
    }
}

const MOVED: [Moved; 8] = [
    // `_get_default_control_socket` in gunicorn/config.py: else below the home.
    Moved {
        distribution: "gunicorn",
        since: (25, 1),
        variable: "XDG_RUNTIME_DIR",
        path: "/tmp",
        what: "opens its control socket",
    },
    cache("matplotlib", "MPLCONFIGDIR", "/tmp/matplotlib"),
    cache("huggingface-hub", "HF_HOME", "/tmp/huggingface"),
    cache("nltk", "NLTK_DATA", "/tmp/nltk_data"),
    cache("numba", "NUMBA_CACHE_DIR", "/tmp/numba"),
    cache("openai-whisper", "XDG_CACHE_HOME", "/tmp/cache"),
    cache("torch", "TORCH_HOME", "/tmp/torch"),
    cache("ultralytics", "YOLO_CONFIG_DIR", "/tmp/ultralytics"),
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
    for moved in MOVED {
        let there = known.has(moved.distribution) || installs(start, moved.distribution);
        if there
            && release(known, moved.distribution) >= moved.since
            && !start.env.contains_key(moved.variable)
        {
            start
                .env
                .insert(moved.variable.to_owned(), moved.path.to_owned());
            start.writable.push(Writable {
                path: moved.path.to_owned(),
                volume: false,
                why: format!("{} {} there", moved.distribution, moved.what),
                at: None,
            });
        }
    }
    if let Some(django) = app
        .django
        .as_ref()
        .filter(|_| start.framework.as_deref() == Some("django"))
        && let Some(media) = &django.media_root
    {
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
    sqlite::complete(known, start);
    start.writable.sort();
}

fn installs(start: &Start, name: &str) -> bool {
    start
        .install
        .as_ref()
        .is_some_and(|install| install.name == name)
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
