//! Runs the real program and looks at what it takes.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The promise of `SECURITY.md`, in bytes.
pub(crate) const MEMORY: u64 = 200 << 20;

/// What the program said, and the most memory that was seen in use.
pub(crate) struct Seen {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) say: String,
    /// Of its own on the processors: what else the machine does makes no difference.
    pub(crate) took: Duration,
    pub(crate) memory: u64,
}

/// Runs a command of the program to its end.
pub(crate) fn watch(command: &mut Command) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let [out, say] = ["out", "say"].map(|name| folder.path().join(name));
    let since = Instant::now();
    let mut child = command
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&say).unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let process = format!("/proc/{}", child.id());
    let own = fs::read_link("/proc/self/exe").ok();
    let (mut memory, mut took) = (0, Duration::ZERO);
    let code = loop {
        // Until it runs its own program its memory is this one's (`vfork`).
        let exe = fs::read_link(format!("{process}/exe")).ok();
        if exe != own {
            memory = memory.max(peak(&process).unwrap_or_default());
        }
        took = took.max(busy(&process).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        assert!(since.elapsed() < Duration::from_secs(300), "no answer");
        std::thread::sleep(Duration::from_millis(1));
    };
    let read = |path| fs::read_to_string(path).unwrap();
    Seen {
        code,
        out: read(out),
        say: read(say),
        took,
        memory,
    }
}

/// User and system time of a process: fields 14 and 15 of `proc_pid_stat(5)`, in hundredths of a second.
fn busy(process: &str) -> Option<Duration> {
    let text = fs::read_to_string(format!("{process}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// `VmHWM` of a process, in bytes.
fn peak(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}
