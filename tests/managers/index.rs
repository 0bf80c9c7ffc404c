//! A package index on this machine that wants a user and a password, and a repository that everybody may clone.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;

use super::repository;

/// The user's password.
pub(crate) const PASSWORD: &str = "s3cr3t-t0ken";

/// `alice:` and [`PASSWORD`] as HTTP's basic authentication has them (RFC 7617).
const ALLOWED: &str = "Authorization: Basic YWxpY2U6czNjcjN0LXQwa2Vu";

/// Stands in the fixtures.
const ADDRESS: &str = "127.0.0.1:28765";

/// The netrc file that opens the index.
pub(crate) fn netrc() -> String {
    format!("machine 127.0.0.1 login alice password {PASSWORD}\n")
}

/// Serves `tests/managers/index`, and below `/git` what [`repository`] made, until the process ends.
///
/// # Errors
/// The address is taken.
pub(crate) fn serve() -> Result<(), String> {
    static SERVER: OnceLock<Result<(), String>> = OnceLock::new();
    let start = || {
        let listener = TcpListener::bind(ADDRESS).map_err(|error| format!("{ADDRESS}: {error}"))?;
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || answer(stream));
            }
        });
        Ok(())
    };
    SERVER.get_or_init(start).clone()
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut allowed = false;
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        allowed |= line.eq_ignore_ascii_case(ALLOWED);
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_matches('/');
    let public = path.starts_with("git/");
    let root = if public {
        repository::folder()
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/managers/index")
    };
    let mut file = root.join(path);
    if file.is_dir() {
        file = file.join("index.html");
    }
    let (status, body) = match std::fs::read(&file) {
        _ if !allowed && !public => ("401 Unauthorized", Vec::new()),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let kind = match file.extension() {
        Some(extension) if extension == "html" => "text/html",
        _ => "application/octet-stream",
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nWWW-Authenticate: Basic realm=\"index\"\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if !request.starts_with("HEAD") {
        stream.write_all(&body)?;
    }
    Ok(())
}
