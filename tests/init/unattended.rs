//! Where nobody can answer, every proposal is taken, and nothing waits.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::terminal::{PROGRAM, Terminal, project, text};
use super::{SHOP, USUAL};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    let command = command.arg("init").args(arguments).current_dir(folder);
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn without_a_terminal() {
    let folder = project(&SHOP);
    let done = run(folder.path(), &["--python", "3.13"]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(text(&folder, "dockwright.toml").contains("python = \"3.13\""));
    let foreign = project(&SHOP);
    fs::write(foreign.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    assert_eq!(run(foreign.path(), &["--yes"]).status.code(), Some(2));
}

#[test]
fn in_ci_a_terminal_is_no_sign_of_somebody_before_it_and_a_flag_is_one_of_nobody() {
    for (variables, flags) in [(&[("CI", "true")][..], &[][..]), (&[], &["--yes"])] {
        let folder = project(&SHOP);
        let done = Terminal::new(folder.path(), USUAL, variables, flags).answer(&[]);
        assert_eq!((done.code, done.asked.len()), (0, 0), "{}", done.shown);
        assert!(!text(&folder, "Dockerfile").is_empty());
        assert!(!done.shown.contains("note:"), "{}", done.shown);
    }
}

#[test]
fn a_terminal_that_cannot_draw_questions_is_told_so() {
    for (size, variables, why) in [
        (
            USUAL,
            &[("TERM", "dumb")][..],
            "note: no questions can be drawn with TERM=dumb; ",
        ),
        (
            (25, 24),
            &[],
            "note: no questions fit in 25x24: they need 30x5; ",
        ),
    ] {
        let folder = project(&SHOP);
        let done = Terminal::new(folder.path(), size, variables, &[]).answer(&[]);
        assert_eq!((done.code, done.asked.len()), (0, 0), "{}", done.shown);
        assert!(done.shown.contains(why), "{}", done.shown);
        assert!(!text(&folder, "Dockerfile").is_empty());
    }
}
