//! One project with everything, run: the web answers, the worker works, the release comes first, data stays.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Checked;
use crate::engine::{Engine, ensure, said};

/// The official images cannot be pulled everywhere: small ones of Debian's packages stand in, with the same variables and folders.
/// The health check of Redis asks with Python where the engine runs checks outside the container's own files.
const OVERRIDE: &str = r#"services:
  db:
    image: dockwright-compose-postgres
    pull_policy: never
  redis:
    image: dockwright-compose-redis
    pull_policy: never
    healthcheck:
      test: ["CMD-SHELL", "redis-cli ping || python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 6379), 4)'"]
"#;

/// A running project, gone with its volumes when dropped.
struct Running<'a> {
    engine: Engine,
    name: String,
    folder: &'a Path,
}

impl Running<'_> {
    fn compose(&self, arguments: &[&str]) -> Result<String, String> {
        let folder = self.folder.to_string_lossy();
        let start = [
            "compose",
            "--project-name",
            &self.name,
            "--project-directory",
            &folder,
        ];
        let files = ["compose.yaml", "compose.override.yaml"].map(|file| self.folder.join(file));
        let files = files.map(|file| file.to_string_lossy().into_owned());
        let all = [
            &start,
            &["--file", &files[0], "--file", &files[1]][..],
            arguments,
        ]
        .concat();
        let done = self.engine.run(&all, "")?;
        ensure(done.status.success(), || said(arguments, &done))?;
        Ok(done.stdout)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // The failure that matters has been reported.
        let _ = self.compose(&["down", "--volumes", "--rmi", "local", "--timeout", "5"]);
    }
}

/// Generates, starts, asks, starts again, asks again.
pub(crate) fn run(engine: Engine) -> Checked {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["postgres", "redis"] {
        let folder = root.join("tests/compose/standins").join(name);
        let tag = format!("dockwright-compose-{name}");
        engine.output(&["build", "--quiet", "--tag", &tag, &folder.to_string_lossy()])?;
    }
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    let project = folder
        .path()
        .join(format!("dockwright-compose-{}", std::process::id()));
    copy(
        &root.join("tests/fixtures/compose-flask-celery/project"),
        &project,
    )
    .map_err(|error| error.to_string())?;
    let port = free_port()?;
    let env = format!("POSTGRES_PASSWORD=a-password_1\nSECRET_KEY=k\nPORT={port}\n");
    for (name, text) in [(".env", env.as_str()), ("compose.override.yaml", OVERRIDE)] {
        fs::write(project.join(name), text).map_err(|error| error.to_string())?;
    }
    let generated = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(["generate", "--compose"])
        .arg(&project)
        .output()
        .map_err(|error| error.to_string())?;
    ensure(generated.status.success(), || {
        String::from_utf8_lossy(&generated.stderr).into_owned()
    })?;
    let running = Running {
        engine,
        name: format!("dockwright-compose-{}", std::process::id()),
        folder: &project,
    };
    running.compose(&["up", "--detach"])?;
    // The page stores a row and has the worker double a number.
    let first = answer(port)?;
    ensure(first == r#"{"doubled":42,"visits":1}"#, || first.clone())?;
    running.compose(&["down", "--timeout", "5"])?;
    running.compose(&["up", "--detach"])?;
    let second = answer(port)?;
    ensure(second == r#"{"doubled":42,"visits":2}"#, || second.clone())?;
    let states = running.compose(&[
        "ps",
        "--all",
        "--format",
        "{{.Service}} {{.ExitCode}} {{.State}}",
    ])?;
    for expected in [
        "release 0 exited",
        "web 0 running",
        "worker 0 running",
        "db 0 running",
    ] {
        ensure(states.contains(expected), || {
            format!("not {expected}:\n{states}")
        })?;
    }
    let worker = running.compose(&["ps", "--all", "--quiet", "worker"])?;
    let inspect = [
        "inspect",
        "--format",
        "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.Healthcheck.Test}}",
        worker.trim(),
    ];
    let held = engine.output(&inspect)?;
    ensure(held.trim() == "true [ALL] [NONE]", || held.clone())
}

/// The page, asked for until it comes.
fn answer(port: u16) -> Result<String, String> {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let found = ask(port);
        if let Ok(text) = &found
            && text.starts_with("HTTP/1.1 200")
        {
            return Ok(text
                .rsplit("\r\n\r\n")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned());
        }
        if Instant::now() > end {
            return Err(format!("no answer: {found:?}"));
        }
        sleep(Duration::from_millis(500));
    }
}

fn ask(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    Ok(listener
        .local_addr()
        .map_err(|error| error.to_string())?
        .port())
}

fn copy(from: &Path, to: &PathBuf) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
