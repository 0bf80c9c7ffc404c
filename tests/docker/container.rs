//! A running container: started with the rights that a careful operator gives, asked over HTTP, stopped by a signal.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::{Engine, ensure};
use crate::image::Image;

/// A read-only root, a scratch folder, no capability, no way to gain one.
pub(crate) const CONFINED: &[&str] = &[
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
];

/// A user that no image knows, as some platforms choose one.
pub(crate) const ANY_USER: &[&str] = &["--user", "12345"];

/// How long an application may take to start.
const START: Duration = Duration::from_secs(90);

/// A container that runs in the background, removed when dropped.
pub(crate) struct Container {
    engine: Engine,
    pub(crate) id: String,
}

impl Container {
    /// Starts the image's own command, confined, with more options of `docker run`.
    pub(crate) fn start(image: &Image, options: &[&str]) -> Result<Self, String> {
        let run: &[&str] = &["run", "--detach"];
        let arguments = [run, CONFINED, options, &[&image.name]].concat();
        let id = image.engine.output(&arguments)?.trim().to_owned();
        Ok(Self {
            engine: image.engine,
            id,
        })
    }

    /// The body that a published port answers to `GET path` with 200, as soon as it does.
    ///
    /// # Errors
    /// No such answer within [`START`], or the container ended; with its log.
    pub(crate) fn get(&self, port: &str, path: &str) -> Result<String, String> {
        let published = self.engine.output(&["port", &self.id, port])?;
        let address = published
            .lines()
            .find_map(|line| line.parse().ok())
            .ok_or_else(|| format!("port {port} is not published: {published}"))?;
        self.wait_for(|| match get(address, path) {
            // Python's own wsgiref answers as HTTP/1.0.
            Ok(answer) if answer.split(' ').nth(1) == Some("200") => Ok(answer),
            Ok(answer) => Err(format!("GET {path}: {answer}")),
            Err(error) => Err(format!("GET {path}: {error}")),
        })
    }

    /// Waits until the log holds a text.
    pub(crate) fn logs(&self, says: &str) -> Result<(), String> {
        self.wait_for(|| {
            let log = self.log()?;
            ensure(log.contains(says), || format!("no `{says}` in the log"))
        })
    }

    /// Sends SIGTERM: the exit code, and how long the container took to end.
    pub(crate) fn terminate(&self) -> Result<(String, Duration), String> {
        let sent = Instant::now();
        self.engine
            .output(&["kill", "--signal", "SIGTERM", &self.id])?;
        while self.running()? && sent.elapsed() < START {
            thread::sleep(Duration::from_millis(20));
        }
        let took = sent.elapsed();
        let code = self.state("{{.State.ExitCode}}")?;
        Ok((code, took))
    }

    fn wait_for<T>(&self, attempt: impl Fn() -> Result<T, String>) -> Result<T, String> {
        let begun = Instant::now();
        loop {
            let alive = self.running()?;
            match attempt() {
                Ok(found) => return Ok(found),
                Err(why) if !alive || begun.elapsed() > START => {
                    let state = if alive { "runs" } else { "has ended" };
                    return Err(format!("{why}; the container {state}:\n{}", self.log()?));
                }
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn running(&self) -> Result<bool, String> {
        Ok(self.state("{{.State.Running}}")? == "true")
    }

    fn state(&self, template: &str) -> Result<String, String> {
        let arguments = ["container", "inspect", "--format", template, &self.id];
        Ok(self.engine.output(&arguments)?.trim().to_owned())
    }

    pub(crate) fn log(&self) -> Result<String, String> {
        let done = self.engine.run(&["logs", &self.id], "")?;
        Ok(format!("{}{}", done.stdout, done.stderr))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.engine
            .run(&["rm", "--force", "--volumes", &self.id], "")
            .ok();
    }
}

/// The whole answer to one request, status line first.
fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let timeout = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
