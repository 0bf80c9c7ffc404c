//! Turns a call into a process of this machine and its streams into lines: bounded in time and in memory, ended by Ctrl-C.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Call, Done, QUICK, Shell, command, interrupt};
use crate::error::Error;

/// How a program that is not installed is spoken of.
pub(super) const ABSENT: &str = "is not installed";

/// How often a running command is looked after.
const BEAT: Duration = Duration::from_millis(50);

/// Bytes of a line that are heard; what is longer is cut, and nobody reads it.
const LINE: u64 = 256 << 10;

/// Lines that wait to be heard: a program that prints faster waits for them.
const WAITING: usize = 32;

/// Bytes of a stream that are kept at the least, its end.
const KEPT: usize = 4 << 20;

/// More than any build prints.
const MUCH: u64 = 1_000_000_000;

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
        let (send, lines) = sync_channel(WAITING);
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

/// What came by one of the streams.
struct Line {
    /// By standard error.
    err: bool,
    /// Bytes.
    read: u64,
    /// A line, or its beginning; `None` for the rest of one that is too long.
    text: Option<String>,
}

fn follow(
    call: &Call,
    child: &mut Child,
    lines: &Receiver<Line>,
    heard: &mut dyn FnMut(&str),
) -> Result<Done, Error> {
    let patience = call.patience.unwrap_or(QUICK);
    let deadline = Instant::now() + patience;
    let most = call.most.unwrap_or(MUCH);
    let mut done = Done::default();
    let mut read = 0;
    loop {
        match lines.recv_timeout(BEAT) {
            Ok(line) => {
                read += line.read;
                if let Some(text) = line.text {
                    heard(text.trim_end());
                    let kept = if line.err {
                        &mut done.err
                    } else {
                        &mut done.out
                    };
                    keep(kept, &text);
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        alive(call, deadline, patience)?;
        if read > most {
            let why = format!("prints without end: stopped after {} MB", most / 1_000_000);
            return Err(trouble(call, &why));
        }
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

fn read(stream: Option<impl Read + Send + 'static>, err: bool, send: SyncSender<Line>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        let mut within = false;
        loop {
            bytes.clear();
            let read = (&mut stream).take(LINE).read_until(b'\n', &mut bytes);
            let Ok(count @ 1..) = read else { break };
            let text = (!within).then(|| String::from_utf8_lossy(&bytes).into_owned());
            within = count as u64 == LINE && !bytes.ends_with(b"\n");
            let text = text.map(|text| if within { text + "…\n" } else { text });
            let read = count as u64;
            if send.send(Line { err, read, text }).is_err() {
                break;
            }
        }
    });
}

/// Adds a line; the beginning is let go where it becomes too much.
fn keep(kept: &mut String, line: &str) {
    kept.push_str(line);
    if kept.len() > 2 * KEPT {
        let start = kept.len() - KEPT;
        let end = kept.as_bytes()[start..]
            .iter()
            .position(|byte| *byte == b'\n');
        kept.drain(..end.map_or(kept.len(), |end| start + end + 1));
    }
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
