//! `watch`, `update` and `--pin` where the settings hold several images.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::pins::{Pinned, digest};
use super::project::Project;
use super::watch::Watching;
use super::{APP, REQUIREMENTS};

const SETTINGS: &str = "\
[images.mail]
command = \"python mail.py\"

[images.report]
command = \"python report.py\"

[images.web]
root = \"services/web\"
python = \"3.12\"
";

/// A mailer and a report at the top, a web service of its own below.
fn repository(settings: &str) -> Project {
    Project::new(&[
        ("dockwright.toml", settings),
        ("requirements.txt", "requests==2.32.5\n"),
        (".python-version", "3.13\n"),
        ("mail.py", "import requests\n"),
        ("report.py", "import requests\n"),
        ("services/web/requirements.txt", REQUIREMENTS),
        ("services/web/app.py", APP),
    ])
}

const WEB: &str = "services/web/Dockerfile";

fn web(watching: &Watching) -> String {
    fs::read_to_string(watching.project.path(WEB)).unwrap_or_default()
}

#[test]
fn watch_follows_every_image_and_says_which_changed() {
    let watching = Watching::new(repository(SETTINGS));
    watching.wait("the first files", |watching| {
        web(watching).contains("gunicorn")
    });
    for path in ["Dockerfile.mail", "Dockerfile.report"] {
        assert!(watching.project.has(path), "{path}");
    }
    let requirements = "services/web/requirements.txt";
    watching.project.write(
        requirements,
        format!("{REQUIREMENTS}python-magic==0.4.27\n"),
    );
    let line = "services/web/requirements.txt:3: web: python-magic 0.4.27 was added to services/web/requirements.txt: the runtime needs libmagic1t64\nservices/web/Dockerfile  updated\n";
    watching.wait("web's change", |watching| watching.out().ends_with(line));
    // What two images share is one line.
    watching
        .project
        .write("requirements.txt", "requests==2.32.5\npsycopg2==2.9.11\n");
    let line = "requirements.txt:2: mail, report: psycopg2 2.9.11 was added to requirements.txt: the builder needs gcc, libc6-dev, libpq-dev, the runtime needs libpq5\nDockerfile.mail          updated\nDockerfile.report        updated\n";
    watching.wait("the change of two", |watching| {
        watching.out().ends_with(line)
    });
    watching.project.write(
        requirements,
        format!("{REQUIREMENTS}python-magic==0.4.27\n# no effect\n"),
    );
    watching.wait("an answer", |watching| {
        watching
            .out()
            .ends_with("services/web/requirements.txt changed: nothing to do\n")
    });
    // The common settings reach all, in one round.
    watching.project.write(
        "dockwright.toml",
        format!("python = \"3.13\"\nuser = \"shop\"\n{SETTINGS}"),
    );
    watching.wait("everybody's change", |watching| {
        watching
            .out()
            .ends_with("web: user changed from app 10001:10001 to shop 10001:10001\nDockerfile.mail          updated\nDockerfile.report        updated\nservices/web/Dockerfile  updated\n")
    });
    assert_eq!(watching.project.run(&["check"]).code, 0);
}

#[test]
fn watch_waits_for_an_image_s_folder_and_answers_a_burst_once() {
    let project = repository(SETTINGS);
    fs::rename(project.path("services"), project.path("../aside")).unwrap();
    let watching = Watching::new(project);
    assert!(
        watching
            .err()
            .contains("`images.web.root` is `services/web`, and there is no such folder"),
        "{}",
        watching.err()
    );
    let (aside, services) = (
        watching.project.path("../aside"),
        watching.project.path("services"),
    );
    fs::rename(&aside, &services).unwrap();
    watching.wait("its folder", |watching| web(watching).contains("gunicorn"));
    // Files of two images, many times.
    let before = watching.out().matches(" updated").count();
    for round in 0..30 {
        let more = ["", "psycopg2==2.9.11\n"][round % 2];
        watching
            .project
            .write("requirements.txt", format!("requests==2.32.5\n{more}"));
        watching.project.write(
            "services/web/requirements.txt",
            format!("{REQUIREMENTS}{more}"),
        );
        sleep(Duration::from_millis(10));
    }
    watching.wait("the end", |watching| web(watching).contains("libpq5"));
    sleep(Duration::from_millis(800));
    let updates = watching.out().matches(" updated").count() - before;
    assert!((3..=9).contains(&updates), "{}", watching.out());
    // Taken away, and back.
    fs::rename(&services, &aside).unwrap();
    watching.wait("an error", |watching| {
        watching.err().matches("there is no such folder").count() == 2
    });
    fs::rename(&aside, &services).unwrap();
    watching.wait("order", |watching| {
        watching.out().contains("in order again")
    });
    assert_eq!(watching.project.run(&["check"]).code, 0);
}

#[test]
fn watch_takes_one_of_several() {
    let project = repository(SETTINGS);
    project.run(&["generate"]);
    let watching = Watching::with(project, &["--only", "web"]);
    watching
        .project
        .write("requirements.txt", "requests==2.32.5\npsycopg2==2.9.11\n");
    watching.project.write(
        "services/web/requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.11\n"),
    );
    watching.wait("web's change", |watching| web(watching).contains("libpq5"));
    assert!(!watching.project.read("Dockerfile.mail").contains("libpq5"));
    let done = watching.project.run(&["check"]);
    assert!(
        done.out
            .starts_with("requirements.txt:2: mail, report: psycopg2 2.9.11 was added"),
        "{}",
        done.out
    );
}

const TOP: &str = "python:3.13-slim-trixie";
const BELOW: &str = "python:3.12-slim-trixie";

#[test]
fn every_image_is_pinned_and_renewed() {
    let pinned = Pinned::new(repository(&format!("pin = true\n{SETTINGS}")));
    let read = |path: &str| pinned.project.read(path);
    let refused = pinned.run(Some("one"), &["generate"]);
    assert_eq!((refused.code, pinned.asked()), (2, 0));
    assert!(
        refused
            .err
            .contains(&format!("\n  {BELOW}\n  {TOP}\n\nhelp: ")),
        "{}",
        refused.err
    );
    let done = pinned.run(Some("one"), &["generate", "--pin"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert_eq!(pinned.asked(), 2, "each tag once");
    assert!(read(WEB).contains(&digest(BELOW, "one")));
    assert!(read("Dockerfile.mail").contains(&digest(TOP, "one")));
    assert_eq!(pinned.run(None, &["check"]).code, 0);
    // `explain` names them, all and one.
    let short = digest(TOP, "one").replace(&format!("{TOP}@"), "both stages; pinned to ");
    let people = pinned.run(None, &["explain"]).out;
    assert_eq!(people.matches(&short).count(), 2, "{people}");
    let json = pinned.run(None, &["explain", "--format", "json", "--only", "web"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let digest_of_web = digest(BELOW, "one").replace(&format!("{BELOW}@"), "");
    assert_eq!(json["pins"], serde_json::json!({ BELOW: digest_of_web }));
    // One of them, shown; then written.
    let shown = pinned.run(Some("two"), &["update", "--diff", "--only", "web"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown
            .out
            .contains(&format!("+FROM {} AS runtime", digest(BELOW, "two")))
    );
    assert!(!shown.out.contains(TOP), "{}", shown.out);
    assert!(read(WEB).contains(&digest(BELOW, "one")), "not written");
    let done = pinned.run(Some("two"), &["update", "--only", "web"]);
    assert!(
        done.out
            .ends_with(")\n\nservices/web/Dockerfile  updated\n"),
        "{}",
        done.out
    );
    assert!(read(WEB).contains(&digest(BELOW, "two")));
    assert!(read("Dockerfile.mail").contains(&digest(TOP, "one")));
    assert_eq!(pinned.run(None, &["check"]).code, 0);
    // What two images name is renewed in both, whichever is meant: a tag has one digest.
    let done = pinned.run(Some("two"), &["update", "--only", "mail"]);
    assert_eq!(done.code, 0, "{}", done.err);
    for path in ["Dockerfile.mail", "Dockerfile.report"] {
        assert!(read(path).contains(&digest(TOP, "two")), "{path}");
    }
    assert_eq!(pinned.run(None, &["check"]).code, 0);
    let done = pinned.run(Some("three"), &["update"]);
    assert_eq!(done.out.matches(" → ").count(), 2, "{}", done.out);
    assert_eq!(done.out.matches(" updated\n").count(), 3, "{}", done.out);
    let done = pinned.run(Some("three"), &["update"]);
    assert!(done.out.ends_with(" is the newest\n"), "{}", done.out);
    assert_eq!(pinned.run(None, &["check"]).code, 0);
}

#[test]
fn update_leaves_the_project_s_changes_to_generate() {
    let pinned = Pinned::new(repository(&format!("pin = true\n{SETTINGS}")));
    pinned.run(Some("one"), &["generate", "--pin"]);
    pinned.project.write(
        "services/web/requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.11\n"),
    );
    let asked = pinned.asked();
    for arguments in [&["update"][..], &["update", "--only", "mail"]] {
        let done = pinned.run(Some("two"), arguments);
        assert_eq!((done.code, pinned.asked()), (2, asked));
        for said in [
            "services/web/requirements.txt:3  web: psycopg2 2.9.11 was added",
            "help: run `dockwright generate` first",
        ] {
            assert!(done.err.contains(said), "{}", done.err);
        }
    }
    let done = pinned.run(Some("two"), &["update", "--only", "wep"]);
    assert_eq!(done.code, 2);
}
