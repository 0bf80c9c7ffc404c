//! Turns `gunicorn.conf.py`, `uwsgi.ini` and `hypercorn.toml` into their literal settings.

use std::collections::BTreeMap;

use crate::catalogue::servers;
use crate::error::Error;
use crate::facts::app::ServerConfig;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{self, Value};
use crate::inspect::tree::{Tree, join};

/// Folders in which a server's configuration is looked for.
const FOLDERS: [&str; 8] = [
    "", "conf", "config", "deploy", "docker", "etc", "gunicorn", "uwsgi",
];

/// Reads every configuration of a known server in the application's folder and its usual subfolders.
///
/// # Errors
/// A file cannot be read.
pub(super) fn read(tree: &Tree) -> Result<Vec<ServerConfig>, Error> {
    let mut out = Vec::new();
    for server in servers::all() {
        let Some(config) = &server.config else {
            continue;
        };
        for folder in FOLDERS {
            for name in &config.files {
                let path = join(folder, name);
                let full = tree.in_app(&path);
                if !tree.is_file(&full) {
                    continue;
                }
                let Some(bytes) = tree.bytes(&full)? else {
                    continue;
                };
                let mut config = ServerConfig {
                    server: server.name.clone(),
                    path,
                    settings: BTreeMap::new(),
                    computed: Vec::new(),
                };
                match name.rsplit('.').next() {
                    Some("py") => python(&mut config, &full, &bytes),
                    _ => lines(&mut config, &full, &String::from_utf8_lossy(&bytes)),
                }
                out.push(config);
            }
        }
    }
    Ok(out)
}

/// gunicorn's file is Python: assignments at module level.
fn python(config: &mut ServerConfig, path: &str, bytes: &[u8]) {
    let Some(outline) = syntax::outline(bytes) else {
        return;
    };
    for assign in outline.assigns {
        if !assign.within.module_level() {
            continue;
        }
        let text = match &assign.value {
            Value::List(values) => values.first().and_then(Value::as_setting),
            value => value.as_setting(),
        };
        match text {
            Some(text) => {
                let found = Found::new(text.to_owned(), Place::new(path, assign.line));
                config.settings.insert(assign.target, found);
            }
            None => config.computed.push(assign.target),
        }
    }
}

/// `key = value` lines, of ini and of the flat TOML that hypercorn reads; the first value of a key counts.
fn lines(config: &mut ServerConfig, path: &str, text: &str) {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with(['#', ';', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        let value = value.trim_start_matches('[').trim_end_matches(']');
        let value = value
            .split(',')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches(['"', '\'']);
        if value.contains("$(") || value.contains("%(") {
            config.computed.push(key.to_owned());
            continue;
        }
        let at = Place::new(path, u32::try_from(index + 1).unwrap_or(u32::MAX));
        config
            .settings
            .entry(key.to_owned())
            .or_insert_with(|| Found::new(value.to_owned(), at));
    }
}
