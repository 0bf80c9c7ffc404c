//! An engine that answers from a script.

use std::sync::Mutex;

use crate::catalogue::Catalogue;
use crate::engine::{Call, Done, Engine, Shell};
use crate::error::Error;
use crate::verify::{Progress, Report, Subject, Wishes, prove};

/// An engine with one image `shop` that stands on `base`.
pub(super) struct Script {
    user: String,
    system: String,
    pub(super) state: &'static str,
    pub(super) log: &'static str,
    pub(super) calls: Mutex<Vec<String>>,
}

const BASE: &str = r#"{"kind": "release", "id": "debian", "codename": "trixie", "name": "Debian GNU/Linux 13 (trixie)"}
{"kind": "package", "name": "libc6", "size": 13000000}
{"kind": "privileged", "path": "/usr/bin/su", "mode": "4755"}
{"kind": "unresolved", "path": "/usr/local/lib/python3.13/lib-dynload/_tkinter.so", "soname": "libtk8.6.so", "at": null, "linked": true, "owner": null}
{"kind": "elf", "count": 700}
{"kind": "end"}
"#;

const CONFIG: &str = r#"{"Id": "sha256:1", "Size": 150000000, "RootFS": {"Layers": ["a", "b"]}, "Config": {"User": "10001:10001",
    "Cmd": ["gunicorn", "app:app"], "Healthcheck": {"Test": ["CMD", "python", "-c", "pass"]}}}"#;

impl Script {
    pub(super) fn new(user: &str, system: &str) -> Self {
        Self {
            user: format!("a line of a .pth file\n{user}\n{{\"kind\": \"end\"}}\n"),
            system: format!("{}\n{BASE}", system.trim()),
            state: "true 0 starting",
            log: "",
            calls: Mutex::default(),
        }
    }

    pub(super) fn report(&self, wishes: &Wishes) -> Report {
        let engine = Engine::find(self, None).unwrap();
        let subject = Subject::new(&engine, "shop".to_owned(), Some("base".to_owned())).unwrap();
        let mut silent = Vec::new();
        let mut progress = Progress::Lines(&mut silent);
        prove(
            &engine,
            &subject,
            wishes,
            Catalogue::builtin(),
            &mut progress,
        )
        .unwrap()
        .concluded()
    }
}

impl Shell for Script {
    fn run(&self, call: &Call, heard: &mut dyn FnMut(&str)) -> Result<Done, Error> {
        let line = call.arguments.join(" ");
        self.calls.lock().unwrap().push(line.clone());
        let said = |word: &str| line.contains(word);
        let (code, out) = if said("version") {
            (0, "28.5.2")
        } else if said("image inspect") && line.ends_with("base") {
            (
                0,
                r#"{"Id": "sha256:0", "Size": 130000000, "RootFS": {"Layers": ["a"]}}"#,
            )
        } else if said("image inspect") {
            (0, CONFIG)
        } else if said("history") && line.ends_with("base") {
            (0, "130000000 base\n")
        } else if said("history") {
            (
                0,
                "0 CMD [\"gunicorn\"]\n20000000 COPY /opt/venv /opt/venv # buildkit\n130000000 base\n",
            )
        } else if line.ends_with("- user") {
            (0, self.user.as_str())
        } else if line.ends_with("base - system") {
            (0, BASE)
        } else if line.ends_with("- system") {
            (0, self.system.as_str())
        } else if said("container inspect") {
            (0, self.state)
        } else if said("logs") {
            (0, self.log)
        } else {
            (0, "")
        };
        out.lines().for_each(heard);
        Ok(Done {
            code: Some(code),
            out: out.to_owned(),
            err: String::new(),
        })
    }
}
