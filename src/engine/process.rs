//! Turns a call into a process of this machine and its streams into lines: bounded in time, ended by Ctrl-C.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Call, Done, QUICK, Shell, command, interrupt};
use crate::error::Error;

/// How a program that is not installed is spoken of.
pub(super) const ABSENT: &str = "is not installed";

/// How often a running command is looked after.
const BEAT: Duration = Duration::from_millis(50);

/// Runs calls as processes.
pub struct Local;

impl Shell for Local {
    fn run(&self, call: &Call, heard: &mut dyn FnMut(&str)) -> Result<Done, Error> {
        let mut command = command(call);
        #[cfg(unix)]
        if call.cleans {
            // Ctrl-C reaches every process of a terminal's group: not this one.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| trouble(call, &started(&error)))?;
        let (send, lines) = channel();
        if let Some(mut stdin) = child.stdin.take() {
            let input = call.input.clone();
            // A program may end without having read its input.
            thread::spawn(move || stdin.write_all(input.as_bytes()).ok());
        }
        read(child.stdout.take(), false, send.clone());
        read(child.stderr.take(), true, send);
        let done = follow(call, &mut child, &lines, heard);
        if done.is_err() {
            // One that has ended needs no killing.
            child.kill().ok();
            child.wait().ok();
        }
        done
    }
}

/// A line, and whether it came by standard error.
type Line = (bool, String);

fn follow(
    call: &Call,
    child: &mut Child,
    lines: &Receiver<Line>,
    heard: &mut dyn FnMut(&str),
) -> Result<Done, Error> {
    let patience = call.patience.unwrap_or(QUICK);
    let deadline = Instant::now() + patience;
    let mut done = Done::default();
    loop {
        match lines.recv_timeout(BEAT) {
            Ok((err, line)) => {
                heard(line.trim_end());
                if err { &mut done.err } else { &mut done.out }.push_str(&line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        alive(call, deadline, patience)?;
    }
    loop {
        let status = child
            .try_wait()
            .map_err(|error| trouble(call, &error.to_string()))?;
        if let Some(status) = status {
            done.code = status.code();
            return Ok(done);
        }
        alive(call, deadline, patience)?;
        thread::sleep(Duration::from_millis(5));
    }
}

fn alive(call: &Call, deadline: Instant, patience: Duration) -> Result<(), Error> {
    if interrupt::stopped() && !call.cleans {
        return Err(Error::Interrupted);
    }
    if Instant::now() > deadline {
        let why = format!("does not end: stopped after {} s", patience.as_secs());
        return Err(trouble(call, &why));
    }
    Ok(())
}

fn read(stream: Option<impl Read + Send + 'static>, err: bool, send: Sender<Line>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(count) if count > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if send.send((err, text)).is_err() {
                break;
            }
            line.clear();
        }
    });
}

fn started(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => ABSENT.to_owned(),
        _ => format!("cannot be started: {error}"),
    }
}

fn trouble(call: &Call, why: &str) -> Error {
    let words = call.arguments.iter().take(2).cloned().collect::<Vec<_>>();
    let what = match why {
        ABSENT => format!("{} {why}", call.program),
        _ => format!("{} {} {why}", call.program, words.join(" ")),
    };
    Error::Engine {
        what,
        evidence: Vec::new(),
        help: "see whether the engine works: run the command by hand".to_owned(),
    }
}
