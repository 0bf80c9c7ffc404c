//! `watch`, the real program: what a person and an editor do to a project while it runs.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::project::Project;
use super::{APP, REQUIREMENTS, flask};

/// A loaded machine may take its time; what is awaited comes at once on an idle one.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Watching {
    pub(crate) project: Project,
    /// What it says goes here, outside the project.
    beside: PathBuf,
    child: Child,
}

impl Watching {
    /// Starts, and waits until it watches.
    pub(crate) fn new(project: Project) -> Self {
        Self::with(project, &[])
    }

    pub(crate) fn with(project: Project, more: &[&str]) -> Self {
        let beside = project.path("..").canonicalize().unwrap();
        let to = |name: &str| fs::File::create(beside.join(name)).unwrap();
        let child = project
            .command(&[&["watch", "shop"], more].concat())
            .current_dir(&beside)
            .stdout(to("out"))
            .stderr(to("err"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let watching = Self {
            project,
            beside,
            child,
        };
        watching.wait("it watches", |watching| {
            watching.err().contains("Ctrl-C ends")
        });
        watching
    }

    pub(crate) fn out(&self) -> String {
        fs::read_to_string(self.beside.join("out")).unwrap()
    }

    pub(crate) fn err(&self) -> String {
        fs::read_to_string(self.beside.join("err")).unwrap()
    }

    fn dockerfile(&self) -> String {
        fs::read_to_string(self.project.path("Dockerfile")).unwrap_or_default()
    }

    /// Waits until something is true; how long that took.
    pub(crate) fn wait(&self, what: &str, is: impl Fn(&Self) -> bool) -> Duration {
        let since = Instant::now();
        while !is(self) {
            assert!(
                since.elapsed() < PATIENCE,
                "{what}\n{}\n{}",
                self.out(),
                self.err()
            );
            sleep(Duration::from_millis(5));
        }
        since.elapsed()
    }

    fn needs(&self, package: &str) -> Duration {
        self.wait(package, |watching| watching.dockerfile().contains(package))
    }

    fn needs_no(&self, package: &str) -> Duration {
        self.wait(package, |watching| !watching.dockerfile().contains(package))
    }

    /// How often the Dockerfile was written, after the first time.
    fn updates(&self) -> usize {
        self.out()
            .matches("Dockerfile               updated")
            .count()
    }

    fn requirements(&self, more: &str) {
        self.project
            .write("requirements.txt", format!("{REQUIREMENTS}{more}"));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_save_is_answered_within_a_second_and_says_what_changed() {
    let watching = Watching::new(flask());
    watching.needs("gunicorn");
    let mut quickest = PATIENCE;
    for _ in 0..3 {
        watching.requirements("psycopg2==2.9.10\n");
        quickest = quickest.min(watching.needs("libpq5"));
        watching.requirements("");
        quickest = quickest.min(watching.needs_no("libpq5"));
    }
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    assert!(
        watching.out().contains(
            "requirements.txt:3: psycopg2 2.9.10 was added to requirements.txt: the builder needs gcc, libc6-dev, libpq-dev, the runtime needs libpq5\nDockerfile               updated\n"
        ),
        "{}",
        watching.out()
    );
    watching.requirements("# no effect\n");
    watching.wait("an answer", |watching| {
        watching
            .out()
            .contains("requirements.txt changed: nothing to do\n")
    });
}

#[test]
fn a_burst_is_answered_once_or_twice() {
    let watching = Watching::new(flask());
    watching.needs("gunicorn");
    for round in 0..40 {
        watching.requirements(if round % 2 == 0 {
            ""
        } else {
            "psycopg2==2.9.10\n"
        });
        sleep(Duration::from_millis(10));
    }
    watching.needs("libpq5");
    sleep(Duration::from_millis(800));
    assert!(watching.updates() <= 3, "{}", watching.out());
    assert!(watching.dockerfile().contains("libpq5"));
    assert_eq!(watching.project.run(&["check"]).code, 0);
}

#[test]
fn an_editor_that_renames_and_replaces_is_followed() {
    let watching = Watching::new(flask());
    watching.needs("gunicorn");
    for more in ["psycopg2==2.9.10\n", "", "psycopg2==2.9.10\n"] {
        let path = watching.project.path("requirements.txt");
        // As vim does: the old file becomes a backup, the new one is written and renamed.
        fs::rename(&path, watching.project.path("requirements.txt~")).unwrap();
        watching
            .project
            .write(".4913", format!("{REQUIREMENTS}{more}"));
        fs::rename(watching.project.path(".4913"), &path).unwrap();
        if more.is_empty() {
            watching.needs_no("libpq5");
        } else {
            watching.needs("libpq5");
        }
    }
}

#[test]
fn a_half_written_file_is_said_and_waited_for() {
    let watching = Watching::new(flask());
    watching.needs("gunicorn");
    watching
        .project
        .write("pyproject.toml", "[project]\nname = \"sh");
    watching.wait("an error", |watching| watching.err().contains("error: "));
    let before = watching.dockerfile();
    watching.project.write("dockwright.toml", "port = ");
    sleep(Duration::from_millis(300));
    assert_eq!(watching.dockerfile(), before);
    watching.project.write("dockwright.toml", "port = 9000\n");
    fs::remove_file(watching.project.path("pyproject.toml")).unwrap();
    watching.needs("EXPOSE 9000");
}

#[test]
fn a_file_that_was_missing_is_noticed() {
    let watching = Watching::new(flask());
    watching.needs("gunicorn");
    watching.project.write("Procfile", "web: python app.py\n");
    watching.needs("\"python\", \"app.py\"");
    fs::create_dir(watching.project.path("unread")).unwrap();
    watching.project.write("unread/app.log", "a line\n");
    sleep(Duration::from_millis(400));
    assert_eq!(watching.updates(), 1, "{}", watching.out());
}

#[test]
fn a_deleted_folder_is_survived() {
    let project = Project::new(&[
        ("requirements.txt", "flask==3.1.2\ngunicorn==23.0.0\n"),
        (".python-version", "3.13\n"),
        ("shop/__init__.py", ""),
        ("shop/main.py", APP),
    ]);
    let watching = Watching::new(project);
    watching.needs("shop.main:app");
    fs::remove_dir_all(watching.project.path("shop")).unwrap();
    watching.wait("an error", |watching| {
        watching.err().contains("no start command")
    });
    watching.project.write("store/main.py", APP);
    watching.needs("store.main:app");
    watching.wait("the end of the write", |watching| watching.updates() == 1);
    // The project's own folder goes away and comes back.
    let (shop, aside) = (watching.beside.join("shop"), watching.beside.join("aside"));
    fs::rename(&shop, &aside).unwrap();
    watching.wait("an error", |watching| {
        watching.err().contains("there is no such folder")
    });
    fs::rename(&aside, &shop).unwrap();
    watching.wait("order", |watching| {
        watching.out().contains("in order again")
    });
    watching.project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    watching.needs("libpq5");
}

#[test]
fn a_branch_switch_is_one_change() {
    let project = flask();
    let git = |project: &Project, arguments: &[&str]| {
        Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(project.path(""))
            .output()
            .is_ok_and(|done| done.status.success())
    };
    if !git(&project, &["init"]) {
        eprintln!("skipped: there is no git");
        return;
    }
    project.run(&["generate"]);
    assert!(git(&project, &["add", "."]) && git(&project, &["commit", "-m", "one"]));
    assert!(git(&project, &["checkout", "-b", "other"]));
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    assert!(
        git(&project, &["commit", "-am", "two"]),
        "not generated on purpose"
    );
    assert!(git(&project, &["checkout", "main"]));
    let watching = Watching::new(project);
    assert!(git(&watching.project, &["checkout", "other"]));
    watching.needs("libpq5");
    assert!(git(&watching.project, &["stash"]) && git(&watching.project, &["checkout", "main"]));
    watching.needs_no("libpq5");
    sleep(Duration::from_millis(400));
    assert_eq!(watching.project.run(&["check"]).code, 0);
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    for signal in ["INT", "TERM"] {
        let mut watching = Watching::new(flask());
        watching.needs("gunicorn");
        let id = watching.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
        let since = Instant::now();
        let status = loop {
            if let Some(status) = watching.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "it goes on after SIG{signal}");
            sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(0));
        assert!(
            watching.err().ends_with("Ctrl-C ends\nstopped\n"),
            "{}",
            watching.err()
        );
    }
}
