//! Sessions with the wizard: a project, answers by prompt, and what is to be written then.
#![expect(clippy::unwrap_used, reason = "a test may fail so")]

mod extras;
mod frontend;
mod screen;
mod script;

use std::fs;

use super::*;
use crate::change::Options;
use crate::commands::init::draft;
use script::Reply::{Pick, Stop, Toggle, Type};
use script::{Project, SHOP, Script, TWO_APPS, write};

#[test]
fn enter_all_the_way_is_generate() {
    let (asked, plain) = (Project::new(&SHOP), Project::new(&SHOP));
    let script = asked.init(&[]);
    let taken = draft(
        plain.0.path(),
        Settings::default(),
        Options::default(),
        false,
        None,
    )
    .unwrap();
    write(&taken).unwrap();
    let generated =
        crate::preview(asked.0.path(), Settings::default(), Options::default()).unwrap();
    for change in &generated.changes {
        let written = asked.text(&change.path);
        assert_eq!(written.as_ref(), Some(&change.generated), "{}", change.path);
        assert_eq!(written, plain.text(&change.path));
    }
    assert_eq!(asked.text("dockwright.toml"), None);
    assert!(script.said.contains("[app.py:3]"), "{}", script.said);
    let expected = [
        "Python",
        "Base image",
        "Debian release",
        "Port",
        "Builder's packages",
        "Runtime's packages",
        "Extras",
        "Go on",
    ];
    assert_eq!(script.asked, expected);
    asked.is_settled();
}

#[test]
fn an_answer_that_differs_is_written_and_proposed_the_next_time() {
    let project = Project::new(&SHOP);
    project.init(&[("Python", Pick("3.12")), ("Port", Type("9000"))]);
    let text = project.text("dockwright.toml").unwrap();
    assert!(
        text.ends_with("\nport = 9000\npython = \"3.12\"\n"),
        "{text}"
    );
    assert!(
        project
            .text("Dockerfile")
            .unwrap()
            .contains("python:3.12-slim")
    );
    project.is_settled();
    project.init(&[]);
    assert_eq!(project.text("dockwright.toml").unwrap(), text);
}

#[test]
fn an_answer_that_inspection_finds_takes_the_setting_back() {
    for ends in ["\n", "\r\n"] {
        let project = Project::new(&SHOP);
        let text = "# ours\npython = \"3.12\"\nport = 9000 # behind nginx\n";
        project.file("dockwright.toml", &text.replace('\n', ends));
        project.init(&[("Python", Pick("3.14"))]);
        let now = project.text("dockwright.toml").unwrap();
        assert_eq!(now, "port = 9000 # behind nginx\n".replace('\n', ends));
        project.is_settled();
    }
}

#[test]
fn equal_applications_are_chosen_from_and_refused_where_nobody_answers() {
    let project = Project::new(&TWO_APPS);
    let nobody = draft(
        project.0.path(),
        Settings::default(),
        Options::default(),
        false,
        None,
    );
    assert!(matches!(nobody, Err(Error::Undecided { .. })));
    let script = project.init(&[("Application to start", Pick("green:green"))]);
    assert_eq!(
        script.items["Application to start"],
        [
            "blue:blue  [blue.py:3]",
            "green:green  [green.py:3]",
            "another start command"
        ]
    );
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.contains("app = \"green:green\""), "{text}");
    assert!(
        !script.asked.contains(&"Python".to_owned()),
        ".python-version fixes it"
    );
    project.is_settled();
    let again = project.init(&[]);
    assert!(again.asked.contains(&"Application to start".to_owned()));
}

#[test]
fn another_command_than_the_equal_ones_can_be_typed() {
    let project = Project::new(&TWO_APPS);
    project.init(&[
        ("Application to start", Pick("another")),
        ("Start command", Type("python -m both --fast")),
    ]);
    let dockerfile = project.text("Dockerfile").unwrap();
    assert!(
        dockerfile.contains(r#"CMD ["python", "-m", "both", "--fast"]"#),
        "{dockerfile}"
    );
}

#[test]
fn a_missing_command_is_asked_for_and_silence_is_the_refusal_of_generate() {
    let files = [
        ("requirements.txt", "requests==2.32.5\n"),
        ("notes.txt", ""),
    ];
    let project = Project::new(&files);
    let silent = project.draft(&mut Script::new(&[]), Settings::default());
    assert!(matches!(silent, Err(Error::Undecided { .. })));
    project.init(&[("Start command", Type("python -m http.server"))]);
    assert!(
        project
            .text("dockwright.toml")
            .unwrap()
            .contains("command = \"python -m http.server\"")
    );
}

#[test]
fn two_managers_are_chosen_from() {
    let project = Project::new(&SHOP);
    project.file(
        "Pipfile.lock",
        r#"{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {}, "sources": []}, "default": {"django": {"version": "==5.2"}}, "develop": {}}"#,
    );
    let script = project.init(&[("Package manager", Pick("pip "))]);
    assert!(
        script
            .said
            .contains("2 package managers claim this project")
    );
    assert!(
        project
            .text("dockwright.toml")
            .unwrap()
            .contains("manager = \"pip\"")
    );
}

#[test]
fn an_image_by_name_brings_the_question_for_its_tool() {
    let project = Project::new(&SHOP);
    project.init(&[
        ("Base image", Pick("another image")),
        ("Base image", Type("registry.example/python:3.14")),
        ("Its package tool", Pick("apk")),
    ]);
    let text = project.text("dockwright.toml").unwrap();
    assert!(
        text.contains("base = \"registry.example/python:3.14\""),
        "{text}"
    );
    assert!(text.contains("package-tool = \"apk\""), "{text}");
}

#[test]
fn packages_are_added_taken_out_and_put_back() {
    let project = Project::new(&SHOP);
    let script = project.init(&[
        ("Builder's packages", Toggle(&["libpq-dev"])),
        ("Runtime's packages", Toggle(&["others"])),
        ("Names, with blanks between", Type("git,  curl")),
    ]);
    let reasons = &script.items["Runtime's packages"];
    assert!(
        reasons[0].starts_with("libpq5  for psycopg2"),
        "{reasons:?}"
    );
    let why = "  libpq5: psycopg2 links libpq.so.5\n";
    assert!(script.said.contains(why), "{}", script.said);
    let text = project.text("dockwright.toml").unwrap();
    assert!(
        text.contains("build = [\"!libpq-dev\"]\nrun = [\"git\", \"curl\"]"),
        "{text}"
    );
    project.is_settled();
    project.init(&[
        ("Builder's packages", Toggle(&["libpq-dev"])),
        ("Runtime's packages", Toggle(&["git"])),
    ]);
    let text = project.text("dockwright.toml").unwrap();
    assert!(
        !text.contains("build") && text.contains("run = [\"curl\"]"),
        "{text}"
    );
}

#[test]
fn a_server_is_asked_for_where_the_project_brings_none() {
    let project = Project::new(&SHOP);
    project.file("requirements.txt", "flask==3.1.2\n");
    let script = project.init(&[("Server", Pick("waitress"))]);
    assert!(
        !script.items["Server"].contains(&"uvicorn".to_owned()),
        "it speaks no WSGI"
    );
    assert!(
        project
            .text("Dockerfile")
            .unwrap()
            .contains("waitress-serve")
    );
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    let project = Project::new(&SHOP);
    let script = project.init(&[
        ("Port", Type("eighty")),
        ("Port", Type("70000")),
        ("Port", Type("80")),
    ]);
    assert_eq!(
        script.said.matches("`port` cannot be that").count(),
        2,
        "{}",
        script.said
    );
    assert!(
        project
            .text("dockwright.toml")
            .unwrap()
            .contains("port = 80\n")
    );
}

#[test]
fn what_a_flag_says_is_written_and_not_asked() {
    let project = Project::new(&SHOP);
    let flags = Settings::parse("python = \"3.13\"\nuser = \"shop\"\n", "flags").unwrap();
    let mut script = Script::new(&[]);
    let draft = project.draft(&mut script, flags.clone()).unwrap();
    write(&draft).unwrap();
    assert!(!script.asked.contains(&"Python".to_owned()));
    assert_eq!(draft.own, flags);
    let text = project.text("dockwright.toml").unwrap();
    assert_eq!(Settings::parse(&text, "dockwright.toml").unwrap(), flags);
}

const OTHERS: &str = "FROM scratch\nCOPY . .\n";

#[test]
fn a_foreign_dockerfile_stays_beside_or_is_replaced() {
    let project = Project::new(&SHOP);
    project.file("Dockerfile", OTHERS);
    let nobody = draft(
        project.0.path(),
        Settings::default(),
        Options::default(),
        false,
        None,
    )
    .unwrap();
    assert!(matches!(write(&nobody), Err(Error::Foreign { .. })));
    project.init(&[]);
    assert_eq!(project.text("Dockerfile").unwrap(), OTHERS);
    assert!(
        project
            .text("Dockerfile.dockwright")
            .unwrap()
            .contains("AS runtime")
    );
    assert!(project.text("Dockerfile.dockwright.dockerignore").is_some());
    project.is_settled();

    let project = Project::new(&SHOP);
    project.file("Dockerfile", OTHERS);
    project.file(".dockerignore", "notes\n");
    project.init(&[("Dockerfile to write", Pick("replace"))]);
    assert!(project.text("Dockerfile").unwrap().contains("AS runtime"));
    assert!(
        project.text(".dockerignore").unwrap().contains("notes\n"),
        "its own lines stay"
    );
    project.is_settled();
}

#[test]
fn conflicting_lines_are_decided_on() {
    let project = Project::new(&SHOP);
    project.init(&[]);
    let edited = project
        .text("Dockerfile")
        .unwrap()
        .replace("python:3.14-slim-trixie", "my-own:1");
    project.file("Dockerfile", &edited);
    let script = project.init(&[
        ("Python", Pick("3.13")),
        ("Lines that conflict", Pick("take the new")),
    ]);
    assert!(
        script.said.contains("edits by hand in Dockerfile"),
        "{}",
        script.said
    );
    assert!(!project.text("Dockerfile").unwrap().contains("my-own:1"));
}

#[test]
fn stopping_anywhere_writes_nothing() {
    let asked = Project::new(&SHOP).init(&[]).asked;
    for prompt in [
        "Python",
        "Base image",
        "Port",
        "Runtime's packages",
        "Extras",
        "Go on",
    ] {
        assert!(
            asked.iter().any(|one| one == prompt),
            "{prompt} is never asked"
        );
        let project = Project::new(&SHOP);
        let mut script = Script::new(&[("Base image", Pick("full")), (prompt, Stop)]);
        if prompt == "Base image" {
            script.replies.remove(0);
        }
        let stopped = project.draft(&mut script, Settings::default());
        assert_eq!(stopped.err(), Some(Error::Stopped), "{prompt}");
        assert_eq!(fs::read_dir(project.0.path()).unwrap().count(), SHOP.len());
    }
}

#[test]
fn the_files_can_be_read_before_they_are_written() {
    let project = Project::new(&SHOP);
    let script = project.init(&[("Go on", Pick("show")), ("Port", Type("9000"))]);
    assert!(
        script.said.contains("== Dockerfile ==\n"),
        "{}",
        script.said
    );
    assert!(script.said.contains("== dockwright.toml =="));
}
