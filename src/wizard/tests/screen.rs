//! What is shown, and what is not asked for.

use super::script::Reply::{Pick, Type};
use super::script::{Project, SHOP, Script, TWO_APPS};
use crate::settings::Settings;

#[test]
fn an_open_start_is_shown_chosen_once_and_can_be_chosen_again() {
    let project = Project::new(&TWO_APPS);
    let script = project.init(&[("Application to start", Pick("green:green"))]);
    let times = |script: &Script, prompt: &str| {
        let same = script.asked.iter().filter(|one| *one == prompt);
        same.count()
    };
    assert_eq!(times(&script, "Application to start"), 1);
    let said = &script.said;
    let screen = said.find("  command   open  [2 applications could be started]\n");
    let chosen =
        said.find("  command   uvicorn --host 0.0.0.0 --port 8000 green:green  [green.py:3]\n");
    assert!(screen.is_some() && screen < chosen, "{said}");
    assert!(
        said.contains("  python    3.13  [.python-version:1]\n"),
        "{said}"
    );

    let again = project.init(&[("Application to start", Pick("blue:blue"))]);
    assert_eq!(times(&again, "Application to start"), 1);
    let listed = [
        "blue:blue  [blue.py:3]",
        "green:green  [green.py:3]",
        "another application",
    ];
    assert_eq!(again.items["Application to start"], listed);
    assert!(
        again.said.contains("green:green  [dockwright.toml]\n"),
        "{}",
        again.said
    );
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.contains("app = \"blue:blue\""), "{text}");
    project.is_settled();
}

#[test]
fn a_manager_is_chosen_once() {
    let project = Project::new(&SHOP);
    project.file(
        "Pipfile.lock",
        r#"{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {}, "sources": []}, "default": {"django": {"version": "==5.2"}}, "develop": {}}"#,
    );
    let script = project.init(&[("Package manager", Pick("pip "))]);
    let same = script.asked.iter().filter(|one| *one == "Package manager");
    assert_eq!(same.count(), 1);
    let again = project.init(&[
        ("Package manager", Pick("pipenv")),
        ("Start command", Type("gunicorn app:app")),
    ]);
    assert!(
        again
            .said
            .contains("no start command was found\n  no Procfile"),
        "{}",
        again.said
    );
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.contains("manager = \"pipenv\""), "{text}");
}

#[test]
fn without_system_packages_a_line_asks_for_others() {
    let project = Project::new(&TWO_APPS);
    let script = project.init(&[
        ("Application to start", Pick("blue")),
        ("Runtime's packages", Type("git, curl")),
    ]);
    assert!(!script.asked.contains(&"Builder's packages".to_owned()));
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.contains("run = [\"git\", \"curl\"]"), "{text}");
    project.is_settled();
}

#[test]
fn the_screen_says_who_asked_for_a_value() {
    let project = Project::new(&SHOP);
    project.file("dockwright.toml", "python = \"3.12\"\n");
    let flags = Settings::parse("port = 9000\n", "flags").unwrap();
    let mut script = Script::new(&[]);
    project.draft(&mut script, flags).unwrap();
    for line in [
        "  python    3.12  [dockwright.toml]\n",
        "  base      python:3.12-slim-trixie  [the default]\n",
        "  port      9000  [--port]\n",
        "  builder   gcc, libc6-dev, libpq-dev  [psycopg2 requirements.txt:3]\n",
    ] {
        assert!(script.said.contains(line), "{line}: {}", script.said);
    }
}
