//! `docker compose config` accepts each `compose.yaml` of the fixtures, and refuses it where a variable is not set.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Checked;
use crate::engine::{Engine, ensure, said};

/// A fixture's file.
pub(crate) struct Case {
    pub(crate) name: String,
    file: PathBuf,
}

/// Every fixture with a `compose.yaml`.
pub(crate) fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut cases: Vec<Case> = root
        .read_dir()
        .unwrap()
        .flatten()
        .flat_map(|case| {
            let files = case.path().join("expected").read_dir();
            let name = case.file_name().to_string_lossy().into_owned();
            files.into_iter().flatten().flatten().map(move |file| Case {
                name: name.clone(),
                file: file.path(),
            })
        })
        .filter(|case| case.file.to_string_lossy().ends_with("compose.yaml"))
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() > 5, "the fixtures were not found");
    cases
}

impl Case {
    pub(crate) fn check(&self, engine: Engine) -> Checked {
        let text = fs::read_to_string(&self.file).map_err(|error| error.to_string())?;
        let needed: Vec<&str> = text
            .split("${")
            .skip(1)
            .filter_map(|rest| rest.split_once(":?"))
            .map(|(name, _)| name)
            .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            .collect();
        let file = self.file.to_string_lossy();
        let arguments = ["compose", "--file", &file, "config", "--format", "json"];
        let refused = engine.run(&arguments, "")?;
        ensure(needed.is_empty() || !refused.status.success(), || {
            "it starts without its variables".to_owned()
        })?;
        let set: Vec<(&str, &str)> = needed.iter().map(|name| (*name, "secret$x")).collect();
        let done = engine.run_with(&arguments, "", &set)?;
        ensure(done.status.success(), || {
            format!("{}\n{text}", said(&arguments, &done))
        })?;
        let read: serde_json::Value =
            serde_json::from_str(&done.stdout).map_err(|error| error.to_string())?;
        let services = read["services"].as_object().ok_or("no services")?;
        let builds = services.values().filter(|one| one["build"].is_object());
        ensure(builds.count() == 1, || {
            format!("one service builds:\n{text}")
        })?;
        for (name, service) in services {
            let own = service["read_only"] == true && service["cap_drop"][0] == "ALL";
            let other = service["healthcheck"]["test"].is_array();
            ensure(own || other, || {
                format!("{name} is neither hardened nor checked")
            })?;
        }
        Ok(())
    }
}
