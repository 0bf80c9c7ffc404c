//! `watch`, the real program, beside somebody who changes the project under its eyes: nothing outside is read or written, it goes on,
//! and ends when it is told to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::locks::{VALUES, lock};

/// A loaded machine may take its time.
const PATIENCE: Duration = Duration::from_secs(60);

const APP: &str = "from flask import Flask\napp = Flask(__name__)\n";

struct Watching {
    outer: tempfile::TempDir,
    child: Child,
}

impl Watching {
    /// A project in `shop` beside a file and a folder that are none of its business.
    fn new(settings: &str, lock: &str) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = outer.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("victim/requirements.txt", "flask\nsomebody-elses==1\n");
        put("victim/app.py", APP);
        for folder in ["shop", "shop/web"] {
            put(&format!("{folder}/requirements.txt"), "flask\ngunicorn\n");
            put(&format!("{folder}/app.py"), APP);
        }
        put("shop/dockwright.toml", settings);
        put("shop/dockwright.lock", lock);
        let to = |name: &str| fs::File::create(outer.path().join(name)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_dockwright"))
            .args(["watch", "shop"])
            .current_dir(outer.path())
            .stdout(to("out"))
            .stderr(to("err"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let watching = Self { outer, child };
        watching.wait("Ctrl-C ends");
        watching
    }

    fn path(&self, path: &str) -> PathBuf {
        self.outer.path().join(path)
    }

    fn said(&self) -> String {
        let read = |name| fs::read_to_string(self.path(name)).unwrap();
        read("out") + &read("err")
    }

    fn wait(&self, words: &str) {
        self.wait_for(words, 1);
    }

    fn wait_for(&self, words: &str, times: usize) {
        let since = Instant::now();
        while self.said().matches(words).count() < times {
            assert!(since.elapsed() < PATIENCE, "no «{words}»: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it, and looks at what it left.
    fn end(mut self, what: &str) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.unwrap().success());
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "{what}: it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        let said = self.said();
        assert_eq!(status.code(), Some(0), "{what}: {said}");
        let bad = |c: char| c != '\n' && super::hidden(c);
        assert!(!said.contains(bad), "{what}: {said:?}");
        assert!(!said.contains("somebody"), "{what}: {said}");
        assert!(!said.contains("internal error"), "{what}: {said}");
        assert_eq!(names(&self.path("victim")), ["app.py", "requirements.txt"]);
        assert_eq!(names(self.outer.path()), ["err", "out", "shop", "victim"]);
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_lock_is_text() {
    let good = Watching::new("", "version = 1\n");
    good.wait("Dockerfile               created");
    good.end("a good lock");
    for value in &VALUES[..4] {
        // Everything at once that may stand beside each other, and the rest alone.
        for (place, text) in lock(value) {
            if ![
                "decisions",
                "needed",
                "Dockerfile",
                "workflow",
                "a file",
                "key",
            ]
            .contains(&place)
            {
                continue;
            }
            let watching = Watching::new("", &format!("version = 1\n{text}\n"));
            watching.end(&format!("{place}: {}", value.escape_debug()));
        }
    }
}

#[test]
fn a_file_that_becomes_a_trap_is_said_and_waited_for() {
    let watching = Watching::new("", "version = 1\n");
    watching.wait("Dockerfile               created");
    let settings = watching.path("shop/dockwright.toml");
    let traps: [fn(&Path); 4] = [
        |path| symlink("../victim/requirements.txt", path).unwrap(),
        |path| symlink("/dev/zero", path).unwrap(),
        |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        |path| fs::create_dir(path).unwrap(),
    ];
    for (number, trap) in traps.iter().enumerate() {
        let _ = fs::remove_file(&settings);
        trap(&settings);
        watching.wait_for("dockwright.toml cannot be read: ", number + 1);
        let _ = fs::remove_file(&settings).or_else(|_| fs::remove_dir(&settings));
        fs::write(&settings, "").unwrap();
        watching.wait_for("in order again", number + 1);
    }
    watching.end("traps");
}

#[test]
fn a_folder_that_becomes_a_way_out_is_left() {
    let settings = "[images.job]\ncommand = \"python app.py\"\n[images.web]\nroot = \"web\"\n";
    let watching = Watching::new(settings, "version = 1\n");
    watching.wait("Ctrl-C ends");
    let web = watching.path("shop/web");
    fs::rename(&web, watching.path("shop/old")).unwrap();
    symlink("../victim", &web).unwrap();
    // A save makes it look.
    fs::write(
        watching.path("shop/requirements.txt"),
        "flask\ngunicorn\n\n",
    )
    .unwrap();
    watching.wait("a link there leads out");
    watching.end("a way out");
}
