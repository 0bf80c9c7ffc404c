//! Turns the name of an image into its digest and the version inside, through the user's container engine.
//!
//! The engine's client, not one of our own: it has the user's logins, mirrors and proxies.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, printable};
use crate::plan::pin::is_digest;

/// How long a registry may take: it is asked for two short documents. The client by itself waits for ever for one that accepts a
/// connection and says nothing.
const PATIENCE: Duration = Duration::from_secs(45);

/// More than this no client says.
const LIMIT: u64 = 16 << 20;

/// One JSON document of what is asked for. (Without `json`, some releases of buildx ignore a template that begins with `.Manifest`.)
const FORMAT: &str = r#"{"manifest":{{json .Manifest}},"image":{{json .Image}}}"#;

/// An image as its registry has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Digest of the manifest, or of the list of all platforms' manifests.
    pub digest: String,
    /// `PYTHON_VERSION` of the official images, else the label `org.opencontainers.image.version`.
    pub version: Option<String>,
}

/// Asks the registry.
///
/// # Errors
/// There is no client, it has no buildx, the registry cannot be reached, has no such image or takes too long.
pub fn ask(image: &str) -> Result<Image, Error> {
    let arguments = ["buildx", "imagetools", "inspect", "--format", FORMAT, image];
    let trouble = |why: String, help: &str| Error::Undecided {
        what: format!("the registry could not be asked for {}", printable(image)),
        evidence: why.lines().map(|line| (None, line.to_owned())).collect(),
        help: format!("{help}; `generate` and `check` go on without a network"),
        offers: Vec::new(),
    };
    let done = run("docker", &arguments, PATIENCE).map_err(|why| {
        trouble(
            why,
            "install Docker with buildx: docker.com/get-started, then run the command again",
        )
    })?;
    if !done.status.success() {
        let why = done.said();
        let help = if why.contains("is not a docker command") || why.contains("unknown flag") {
            "install buildx: github.com/docker/buildx"
        } else {
            "check the name, the network and `docker login`, then run the command again"
        };
        return Err(trouble(why, help));
    }
    read(&done.out).ok_or_else(|| {
        trouble(
            "its client said nothing that is understood".to_owned(),
            "try `docker buildx imagetools inspect` with this image",
        )
    })
}

/// What the client printed; a digest goes into a Dockerfile, so it is one or nothing.
fn read(text: &str) -> Option<Image> {
    #[derive(Deserialize)]
    struct Said {
        manifest: Manifest,
        #[serde(default)]
        image: Value,
    }
    #[derive(Deserialize)]
    struct Manifest {
        digest: String,
    }
    let said: Said = serde_json::from_str(text.trim()).ok()?;
    is_digest(&said.manifest.digest).then(|| Image {
        digest: said.manifest.digest,
        version: version(&said.image),
    })
}

/// The version in an image's configuration, or in that of any of its platforms.
fn version(image: &Value) -> Option<String> {
    let Some(config) = image.get("config") else {
        return image.as_object()?.values().find_map(|platform| {
            let config = platform.get("config")?;
            in_config(config)
        });
    };
    in_config(config)
}

fn in_config(config: &Value) -> Option<String> {
    let variables = config["Env"].as_array().into_iter().flatten();
    let python = variables
        .filter_map(Value::as_str)
        .find_map(|variable| variable.strip_prefix("PYTHON_VERSION="));
    let label = config["Labels"]["org.opencontainers.image.version"].as_str();
    python.or(label).map(ToOwned::to_owned)
}

/// A program that ended.
struct Done {
    status: ExitStatus,
    out: String,
    err: String,
}

impl Done {
    /// The last lines of what it said, or how it ended.
    fn said(&self) -> String {
        let lines: Vec<&str> = self.err.lines().filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join("\n");
        if last.is_empty() {
            format!("docker ended with {}", self.status)
        } else {
            last
        }
    }
}

/// Runs a program to its end. Its output goes to files, since a full pipe would stop it.
fn run(program: &str, arguments: &[&str], patience: Duration) -> Result<Done, String> {
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let (mut out, mut err) = (
        tempfile::tempfile().map_err(failed)?,
        tempfile::tempfile().map_err(failed)?,
    );
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out.try_clone().map_err(failed)?)
        .stderr(err.try_clone().map_err(failed)?)
        .spawn()
        .map_err(failed)?;
    let status = wait(child, [&out, &err], patience).map_err(failed)?;
    Ok(Done {
        status,
        out: text(&mut out).map_err(failed)?,
        err: text(&mut err).map_err(failed)?,
    })
}

/// Waits for its end, as long as it is patient and its output does not fill the disk.
fn wait(mut child: Child, said: [&File; 2], patience: Duration) -> std::io::Result<ExitStatus> {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let mut length = 0;
        for file in said {
            length += file.metadata()?.len();
        }
        let why = if since.elapsed() > patience {
            format!("no answer after {} seconds", patience.as_secs())
        } else if length > LIMIT {
            format!("prints without end: stopped after {} MB", length >> 20)
        } else {
            sleep(Duration::from_millis(10));
            continue;
        };
        child.kill()?;
        child.wait()?;
        return Err(std::io::Error::other(why));
    }
}

fn text(file: &mut File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_registry_that_never_answers_is_left() {
        let since = Instant::now();
        // As a client that waits for a server, one with words and one without.
        for script in ["exec sleep 1000", "echo resolving >&2; exec sleep 1000"] {
            let said = run("sh", &["-c", script], Duration::from_secs(1));
            let why = said.err().unwrap_or_default();
            assert_eq!(why, "sh: no answer after 1 seconds", "{script}");
        }
        assert!(since.elapsed() < Duration::from_secs(60));
        assert!(PATIENCE < Duration::from_secs(60), "tens of seconds");
    }

    #[test]
    fn one_platform_or_many() {
        let config = r#"{"config":{"Env":["PATH=/x","PYTHON_VERSION=3.13.10"]}}"#;
        let labelled = r#"{"config":{"Labels":{"org.opencontainers.image.version":"0.13.11"}}}"#;
        for (image, version) in [
            (config.to_owned(), Some("3.13.10")),
            (format!(r#"{{"linux/amd64":{config}}}"#), Some("3.13.10")),
            (format!(r#"{{"linux/arm64":{labelled}}}"#), Some("0.13.11")),
            ("null".to_owned(), None),
            ("{}".to_owned(), None),
        ] {
            let digest = format!("sha256:{}", "ab".repeat(32));
            let said = format!(r#"{{"manifest":{{"digest":"{digest}"}},"image":{image}}}"#);
            let expected = Image {
                digest,
                version: version.map(ToOwned::to_owned),
            };
            assert_eq!(read(&said), Some(expected), "{image}");
        }
        for nothing in [
            "Name: docker.io/library/python",
            r#"{"manifest":{"digest":"sha256:ab"}}"#,
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
