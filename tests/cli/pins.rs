//! Images pinned by digest: who asks the registry, and who must not.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::flask;
use super::project::{Done, Project};

/// What stands for `docker`: a digest that depends on the image and on `$WORLD`, and the version of uv that `$UV` says.
const CLIENT: &str = r#"#!/bin/sh
for image; do :; done
echo "$image" >> "$LOG"
case $image in
*/gone:*) echo "ERROR: registry.example/gone:1: not found" >&2; exit 1 ;;
esac
digest=$(printf %s "$image$WORLD" | sha256sum | cut -c1-64)
config='{"config":{"Env":["PATH=/bin","PYTHON_VERSION=3.13.10"]}}'
case $image in
*/uv:*) config="{\"config\":{\"Labels\":{\"org.opencontainers.image.version\":\"$UV\"}}}" ;;
esac
echo "{\"manifest\":{\"digest\":\"sha256:$digest\"},\"image\":{\"linux/amd64\":$config}}"
"#;

/// A project beside a folder with the client.
pub(crate) struct Pinned {
    pub(crate) project: Project,
}

impl Pinned {
    pub(crate) fn new(project: Project) -> Self {
        project.write("../bin/docker", CLIENT);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(project.path("../bin/docker"), mode).unwrap();
        }
        Self { project }
    }

    /// Runs in a world of that name; without one there is no client.
    pub(crate) fn run(&self, world: Option<&str>, arguments: &[&str]) -> Done {
        let log = self.project.path("../log").display().to_string();
        let bin = self.project.path("../bin").display().to_string();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
        let variables = [
            ("LOG", log.as_str()),
            ("UV", "0.13.42"),
            ("WORLD", world.unwrap_or_default()),
            ("PATH", if world.is_some() { &path } else { "/nowhere" }),
        ];
        self.project.run_with(&variables, arguments)
    }

    /// How often the client was called.
    pub(crate) fn asked(&self) -> usize {
        std::fs::read_to_string(self.project.path("../log")).map_or(0, |log| log.lines().count())
    }

    fn named(&self) -> Vec<String> {
        let text = self.project.read("Dockerfile");
        let named = |line: &&str| line.starts_with("FROM ") || line.starts_with("COPY --from=ghcr");
        text.lines().filter(named).map(ToOwned::to_owned).collect()
    }
}

/// SHA-256 as registries write it.
fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().fold("sha256:".to_owned(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

pub(crate) fn digest(image: &str, world: &str) -> String {
    format!("{image}@{}", sha256(&format!("{image}{world}")))
}

const SLIM: &str = "python:3.13-slim-trixie";

#[test]
fn a_digest_is_asked_for_once_and_renewed_by_update_alone() {
    let pinned = Pinned::new(flask());
    let done = pinned.run(Some("one"), &["generate", "--pin"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.err
            .ends_with("add to dockwright.toml:\n  pin = true\n"),
        "{}",
        done.err
    );
    let one = [
        format!("FROM {} AS builder", digest(SLIM, "one")),
        format!("FROM {} AS runtime", digest(SLIM, "one")),
    ];
    assert_eq!(pinned.named(), one);
    assert_eq!(pinned.asked(), 1, "both stages have one image");

    // A change of the dependencies, in another world: nobody is asked, the base stays.
    pinned.project.write("dockwright.toml", "pin = true\n");
    let requirements = format!("{}psycopg2==2.9.10\n", super::REQUIREMENTS);
    pinned.project.write("requirements.txt", requirements);
    for arguments in [&["generate"][..], &["generate", "--pin"], &["check"]] {
        let done = pinned.run(Some("two"), arguments);
        assert_eq!((done.code, pinned.asked()), (0, 1), "{}", done.err);
    }
    assert_eq!(pinned.named(), one);
    assert!(pinned.project.read("Dockerfile").contains("libpq5"));

    let done = pinned.run(Some("two"), &["update", "--diff"]);
    assert!(
        done.out
            .contains(&format!("+FROM {} AS runtime", digest(SLIM, "two")))
    );
    assert_eq!(pinned.named(), one, "shown, not written");
    let done = pinned.run(Some("two"), &["update"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(
        done.out
            .contains(" (3.13.10)\n\nDockerfile               updated\n"),
        "{}",
        done.out
    );
    assert!(pinned.named()[0].contains(&digest(SLIM, "two")));
    let asked = pinned.asked();
    assert_eq!(pinned.run(None, &["check"]).code, 0);
    assert_eq!(pinned.asked(), asked);
    let done = pinned.run(Some("two"), &["update"]);
    assert!(done.out.contains("is the newest"), "{}", done.out);
}

#[test]
fn what_is_not_recorded_is_refused_and_named() {
    let pinned = Pinned::new(flask());
    pinned.project.write("dockwright.toml", "pin = true\n");
    let done = pinned.run(Some("one"), &["generate"]);
    assert_eq!((done.code, pinned.asked()), (2, 0));
    assert_eq!(
        done.err,
        "error: an image is to be pinned, and its digest is not known\n\n  python:3.13-slim-trixie\n\nhelp: run `dockwright generate --pin`, which asks the registry and records the digest\n"
    );
    assert!(!pinned.project.has("Dockerfile"));
    assert_eq!(pinned.run(Some("one"), &["generate", "--pin"]).code, 0);
    // Another Python is another image.
    pinned.project.write(".python-version", "3.12\n");
    let done = pinned.run(Some("one"), &["check"]);
    assert_eq!(done.code, 1);
    assert!(
        done.out
            .contains("python:3.12-slim-trixie is to be pinned, and no digest of it is recorded\n"),
        "{}",
        done.out
    );
    // That is a change of the project; `update` leaves it to `generate`.
    let done = pinned.run(Some("one"), &["update"]);
    assert_eq!(done.code, 2);
    assert!(
        done.err
            .contains("help: run `dockwright generate --pin` first"),
        "{}",
        done.err
    );
    // A digest that is none is not taken from the lock.
    pinned.project.write(".python-version", "3.13\n");
    let lock = pinned.project.read("dockwright.lock");
    let known = digest(SLIM, "one").replace(&format!("{SLIM}@"), "");
    pinned.project.write(
        "dockwright.lock",
        lock.replace(&known, "sha256:0\\nRUN evil"),
    );
    let done = pinned.run(Some("one"), &["generate"]);
    assert_eq!(done.code, 2, "{}", done.out);
}

#[test]
fn a_newer_patch_of_uv_is_for_update_to_find() {
    let files = [
        "pyproject.toml",
        "uv.lock",
        ".python-version",
        "app/main.py",
        "app/__init__.py",
        "app/books.py",
    ];
    let example = |path: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fastapi-uv/");
        std::fs::read_to_string(format!("{folder}{path}")).unwrap()
    };
    let texts = files.map(example);
    let files: Vec<(&str, &str)> = files
        .into_iter()
        .zip(texts.iter().map(String::as_str))
        .collect();
    let pinned = Pinned::new(Project::new(&files));
    assert_eq!(pinned.run(None, &["generate"]).code, 0);
    let done = pinned.run(Some("one"), &["update"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(done.out.contains(" → 0.13.42\n"), "{}", done.out);
    let copy = "COPY --from=ghcr.io/astral-sh/uv:0.13.42 /uv /usr/local/bin/";
    assert!(
        pinned.named().contains(&copy.to_owned()),
        "{:?}",
        pinned.named()
    );
    for arguments in [&["check"][..], &["generate"], &["check"]] {
        let done = pinned.run(None, arguments);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    }
    assert!(pinned.named().contains(&copy.to_owned()));
    // What the project asks for itself stays.
    let asks = texts[0].clone() + "\n[tool.uv]\nrequired-version = \"==0.13.9\"\n";
    pinned.project.write("pyproject.toml", asks);
    assert_eq!(pinned.run(None, &["generate"]).code, 0);
    assert!(
        pinned
            .named()
            .iter()
            .any(|line| line.contains("/uv:0.13.9 ")),
        "{:?}",
        pinned.named()
    );
    let done = pinned.run(Some("one"), &["update"]);
    assert!(
        done.err.starts_with("nothing to renew"),
        "{}{}",
        done.out,
        done.err
    );
}

#[test]
fn offline_is_said_clearly_and_changes_nothing() {
    let pinned = Pinned::new(flask());
    let done = pinned.run(None, &["generate", "--pin"]);
    assert_eq!(done.code, 2);
    assert!(
        done.err.starts_with(
            "error: the registry could not be asked for python:3.13-slim-trixie\n\n  docker: "
        ) && done.err.contains("help: install Docker with buildx"),
        "{}",
        done.err
    );
    let base = ["--base", "registry.example/gone:1", "--package-tool", "apt"];
    let done = pinned.run(Some("one"), &[&["generate", "--pin"], &base[..]].concat());
    assert_eq!(done.code, 2);
    assert!(
        done.err
            .contains("  ERROR: registry.example/gone:1: not found\n"),
        "{}",
        done.err
    );
    assert!(
        done.err
            .contains("`generate` and `check` go on without a network")
    );
    assert!(!pinned.project.has("Dockerfile") && !pinned.project.has("dockwright.lock"));
}

/// A registry that holds one image of one platform, and says nothing else.
fn registry() -> (u16, String) {
    let config = r#"{"architecture":"amd64","os":"linux","config":{"Env":["PYTHON_VERSION=3.13.11"]},"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},"layers":[]}}"#,
        sha256(config),
        config.len()
    );
    let digest = sha256(&manifest);
    let (listener, known) = (TcpListener::bind("127.0.0.1:0").unwrap(), digest.clone());
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, manifest, digest) = (config.to_owned(), manifest.clone(), known.clone());
            std::thread::spawn(move || answer(stream, &config, &manifest, &digest));
        }
    });
    (port, digest)
}

fn answer(mut stream: TcpStream, config: &str, manifest: &str, digest: &str) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request = lines.next().and_then(Result::ok).unwrap_or_default();
    while lines
        .next()
        .and_then(Result::ok)
        .is_some_and(|line| !line.is_empty())
    {}
    let (kind, body) = if request.contains("/manifests/") {
        ("application/vnd.oci.image.manifest.v1+json", manifest)
    } else if request.contains("/blobs/") {
        ("application/octet-stream", config)
    } else {
        ("application/json", "{}")
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nDocker-Content-Digest: {digest}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let body = if request.starts_with("HEAD") {
        ""
    } else {
        body
    };
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// The engine's own client against a registry that speaks the protocol.
#[test]
fn the_engine_s_client_asks_a_registry() {
    let buildx = Command::new("docker").args(["buildx", "ls"]).output();
    if !buildx.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: there is no docker with buildx and an engine");
        return;
    }
    let (port, digest) = registry();
    let project = flask();
    let base = format!("localhost:{port}/python:3.13");
    project.write(
        "dockwright.toml",
        format!("pin = true\nbase = \"{base}\"\npackage-tool = \"apt\"\n"),
    );
    let kept: Vec<(String, String)> = std::env::vars()
        .filter(|(name, _)| ["PATH", "HOME", "DOCKER_HOST"].contains(&name.as_str()))
        .collect();
    let kept: Vec<(&str, &str)> = kept.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let done = project.run_with(&kept, &["generate", "--pin"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        project
            .read("Dockerfile")
            .contains(&format!("FROM {base}@{digest} AS builder\n")),
        "{}",
        project.read("Dockerfile")
    );
    let done = project.run_with(&kept, &["update"]);
    assert!(
        done.out.contains("(3.13.11) is the newest"),
        "{}{}",
        done.out,
        done.err
    );
}
