//! Turns what the engine says of an image into its user, its commands and its layers.

use std::time::Duration;

use serde_json::Value;

use super::Subject;
use crate::engine::{Engine, Kind, SLOW};
use crate::error::Error;

/// What a health check is given that says nothing of it, and at the most (docs.docker.com, «HEALTHCHECK»).
const TIMEOUT: Duration = Duration::from_secs(30);

/// An image as it describes itself.
#[derive(Debug, Default)]
pub(super) struct Image {
    /// `USER`
    pub(super) user: String,
    /// `ENTRYPOINT` and `CMD`, one behind the other.
    pub(super) command: Vec<String>,
    /// The health check's command, without the word that says how it is run.
    pub(super) health: Option<Vec<String>>,
    /// How long the health check may take.
    pub(super) timeout: Duration,
    /// Bytes, unpacked.
    pub(super) size: Option<u64>,
    /// Bytes of the base.
    pub(super) base_size: Option<u64>,
    /// Layers above the base, the oldest first: bytes, and the instruction.
    pub(super) layers: Vec<(u64, String)>,
}

impl Image {
    /// Asks the engine.
    ///
    /// # Errors
    /// There is no such image, or the engine's answer is no JSON.
    pub(super) fn inspect(engine: &Engine<'_>, subject: &Subject) -> Result<Self, Error> {
        let found = inspected(engine, &subject.image)?;
        let mut image = described(&found);
        if engine.kind == Kind::Buildah {
            return Ok(image);
        }
        let history = history(engine, &subject.image)?;
        let mut above = history.len();
        if let Some(base) = &subject.base
            && let Ok(base_found) = inspected(engine, base)
        {
            image.base_size = base_found["Size"].as_u64();
            above = above.saturating_sub(self::history(engine, base)?.len());
        }
        // The newest stands first.
        image.layers = history.into_iter().take(above).rev().collect();
        image.layers.retain(|(size, _)| *size > 0);
        Ok(image)
    }
}

/// Is an image there, or to be had, that another one stands on?
///
/// # Errors
/// The engine's.
pub(super) fn bears(engine: &Engine<'_>, base: &str, image: &str) -> Result<bool, Error> {
    if !engine.has(base)? {
        let mut call = engine.call(&["pull", base]);
        call.patience = Some(SLOW);
        // Without a network nothing is compared.
        if !engine.run(&call)?.fine() {
            return Ok(false);
        }
    }
    Ok(stands_on(
        &inspected(engine, image)?,
        &inspected(engine, base)?,
    ))
}

fn inspected(engine: &Engine<'_>, image: &str) -> Result<Value, Error> {
    let arguments: &[&str] = match engine.kind {
        Kind::Buildah => &["inspect", "--type", "image", image],
        Kind::Docker | Kind::Podman => &["image", "inspect", image],
    };
    Ok(match json(engine, image, &engine.output(arguments)?)? {
        // buildah says the one thing, the others a list of one.
        Value::Array(list) => list.into_iter().next().unwrap_or_default(),
        found => found,
    })
}

fn json(engine: &Engine<'_>, image: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Engine {
        what: format!(
            "what {} says of {image} is no JSON: {error}",
            engine.kind.name()
        ),
        evidence: Vec::new(),
        help: "`--engine NAME` takes another engine".to_owned(),
    })
}

fn described(found: &Value) -> Image {
    // buildah describes the image in both formats.
    let config = found.pointer("/Docker/config").unwrap_or(&found["Config"]);
    let words = |value: &Value| -> Vec<String> {
        let list = value.as_array().map_or(&[][..], Vec::as_slice);
        list.iter()
            .filter_map(Value::as_str)
            .map(ToOwned::to_owned)
            .collect()
    };
    let mut command = words(&config["Entrypoint"]);
    command.extend(words(&config["Cmd"]));
    // podman shows it beside the configuration.
    let check = [
        &config["Healthcheck"],
        &found["HealthCheck"],
        &found["Healthcheck"],
    ]
    .into_iter()
    .find(|check| !words(&check["Test"]).is_empty());
    let test = check.map(|check| words(&check["Test"]));
    let timeout = check.and_then(|check| check["Timeout"].as_u64());
    let health = test.and_then(|words| match words.split_first() {
        Some((kind, rest)) if kind == "CMD" => Some(rest.to_vec()),
        Some((kind, rest)) if kind == "CMD-SHELL" => {
            let shell = ["/bin/sh", "-c"].map(ToOwned::to_owned);
            Some([&shell[..], rest].concat())
        }
        _ => None,
    });
    Image {
        user: config["User"].as_str().unwrap_or_default().to_owned(),
        command,
        health,
        timeout: timeout
            .filter(|nanoseconds| *nanoseconds > 0)
            .map_or(TIMEOUT, Duration::from_nanos)
            .min(TIMEOUT),
        size: found["Size"].as_u64(),
        ..Image::default()
    }
}

/// The image's first layers are the other's.
fn stands_on(image: &Value, base: &Value) -> bool {
    let layers = |value: &Value| {
        let of_buildah = value.pointer("/Docker/rootfs/diff_ids");
        let list = of_buildah.unwrap_or(&value["RootFS"]["Layers"]);
        list.as_array().cloned().unwrap_or_default()
    };
    let (image, base) = (layers(image), layers(base));
    !base.is_empty() && image.starts_with(&base)
}

/// Size and instruction of each layer, the newest first.
fn history(engine: &Engine<'_>, image: &str) -> Result<Vec<(u64, String)>, Error> {
    if engine.kind == Kind::Podman {
        // Its template has sizes for people only.
        let text = engine.output(&["history", "--no-trunc", "--format", "json", image])?;
        let found = json(engine, image, &text)?;
        let entries = found.as_array().map_or(&[][..], Vec::as_slice);
        return Ok(entries.iter().map(layer).collect());
    }
    let text = engine.output(&[
        "history",
        "--no-trunc",
        "--human=false",
        "--format",
        "{{.Size}} {{.CreatedBy}}",
        image,
    ])?;
    // An instruction of several lines is one entry.
    let mut entries: Vec<(u64, String)> = Vec::new();
    for line in text.lines() {
        match line
            .split_once(' ')
            .and_then(|(size, by)| Some((size.parse().ok()?, by)))
        {
            Some((size, by)) => entries.push((size, by.to_owned())),
            None => {
                if let Some((_, by)) = entries.last_mut() {
                    by.push('\n');
                    by.push_str(line);
                }
            }
        }
    }
    Ok(entries)
}

fn layer(entry: &Value) -> (u64, String) {
    let by = entry["CreatedBy"].as_str().unwrap_or_default();
    (entry["size"].as_u64().unwrap_or_default(), by.to_owned())
}
