//! An engine that answers from a script.

use std::sync::Mutex;

use crate::catalogue::Catalogue;
use crate::engine::{Call, Done, Engine, Kind, Shell};
use crate::error::Error;
use crate::verify::{Progress, Report, Subject, Wishes, prove};

/// An engine with one image `shop` that stands on `base`.
pub(super) struct Script {
    pub(super) kind: Kind,
    user: String,
    pub(super) system: String,
    pub(super) state: &'static str,
    pub(super) log: &'static str,
    /// The image has no health check.
    pub(super) tool: bool,
    pub(super) calls: Mutex<Vec<String>>,
}

const BASE: &str = r#"{"kind": "release", "id": "debian", "codename": "trixie", "name": "Debian GNU/Linux 13 (trixie)"}
{"kind": "package", "name": "libc6", "size": 13000000}
{"kind": "privileged", "path": "/usr/bin/su", "mode": "4755"}
{"kind": "unresolved", "path": "/usr/local/lib/python3.13/lib-dynload/_tkinter.so", "soname": "libtk8.6.so", "at": null, "linked": true, "owner": null}
{"kind": "elf", "count": 700}
{"kind": "end"}
"#;

/// What docker says of an image without a health check.
const TOOL: &str = r#"[{"Size": 150000000, "RootFS": {"Layers": ["a", "b"]}, "Config": {"User": "10001:10001", "Cmd": ["tool"]}}]"#;

impl Script {
    pub(super) fn new(user: &str, system: &str) -> Self {
        Self {
            kind: Kind::Docker,
            user: format!("a line of a .pth file\n{user}\n{{\"kind\": \"end\"}}\n"),
            system: format!("{}\n{BASE}", system.trim()),
            state: "true 0 starting",
            log: "",
            tool: false,
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
        if call.program != self.kind.name() {
            return Err(Error::Engine {
                what: format!("{} is not installed", call.program),
                evidence: Vec::new(),
                help: String::new(),
            });
        }
        let line = call.arguments.join(" ");
        self.calls.lock().unwrap().push(line.clone());
        let said = |word: &str| line.contains(word);
        let out = if said("version") || said("Version") {
            "28.5.2"
        } else if said("inspect") && !said("container") {
            if self.tool {
                TOOL
            } else {
                described(self.kind, line.ends_with("base"))
            }
        } else if said("history") {
            history(self.kind, line.ends_with("base"))
        } else if line.ends_with("- user") {
            self.user.as_str()
        } else if line.ends_with("base - system") {
            BASE
        } else if line.ends_with("- system") {
            // A container of buildah bears no image's name.
            self.system.as_str()
        } else if said("container inspect") {
            self.state
        } else if said("logs") {
            self.log
        } else {
            ""
        };
        out.lines().for_each(heard);
        Ok(Done {
            code: Some(0),
            out: out.to_owned(),
            err: String::new(),
        })
    }
}

/// What each engine says of an image: docker 28.5, podman 4.3 and 5.4, buildah 1.28 and 1.39, cut to what is read.
fn described(kind: Kind, base: bool) -> &'static str {
    match (kind, base) {
        (Kind::Docker, false) => {
            r#"[{"Size": 150000000, "RootFS": {"Layers": ["a", "b"]}, "Config": {"User": "10001:10001",
                "Cmd": ["gunicorn", "app:app"], "Healthcheck": {"Test": ["CMD", "python", "-c", "pass"]}}}]"#
        }
        (Kind::Podman, false) => {
            r#"[{"Size": 150000000, "RootFS": {"Type": "layers", "Layers": ["a", "b"]}, "User": "10001:10001",
                "Config": {"User": "10001:10001", "Cmd": ["gunicorn", "app:app"]}, "Healthcheck": {"Test": ["CMD", "python", "-c", "pass"]}}]"#
        }
        (Kind::Docker | Kind::Podman, true) => {
            r#"[{"Size": 130000000, "RootFS": {"Layers": ["a"]}, "Config": {"User": ""}}]"#
        }
        (Kind::Buildah, false) => {
            r#"{"Type": "buildah 0.0.1", "Config": "", "Docker": {"config": {"User": "10001:10001", "Cmd": ["gunicorn", "app:app"]},
                "rootfs": {"type": "layers", "diff_ids": ["a", "b"]}}}"#
        }
        (Kind::Buildah, true) => {
            r#"{"Docker": {"config": {}, "rootfs": {"type": "layers", "diff_ids": ["a"]}}}"#
        }
    }
}

fn history(kind: Kind, base: bool) -> &'static str {
    match (kind, base) {
        (Kind::Podman, true) => r#"[{"size": 130000000, "comment": "Imported from -"}]"#,
        (Kind::Podman, false) => {
            r#"[{"CreatedBy": "CMD [\"gunicorn\"]", "size": 0}, {"CreatedBy": "/bin/sh -c apt-get update", "size": 20000000}, {"size": 130000000}]"#
        }
        (_, true) => "130000000 base\n",
        (_, false) => {
            "0 CMD [\"gunicorn\"]\n20000000 COPY /opt/venv /opt/venv # buildkit\n130000000 base\n"
        }
    }
}
