//! Ctrl-C at each question, and terminals that are small, without colour or without Unicode.

use super::terminal::{Answer, CONTROL_C, DOWN, ENTER, Terminal, plain, project, text, typed};
use super::{SHOP, USUAL};

/// A list, a line, checklists, a long list, the last word, and what each is reached by.
#[test]
fn control_c_at_each_question_leaves_everything_as_it_was() {
    let questions = [
        "Python",
        "Base image",
        "Debian release",
        "Port",
        "Builder's packages",
        "Runtime's packages",
        "Extras",
        "Go on",
    ];
    for question in questions {
        stopped(&SHOP, &[(question, &[CONTROL_C])]);
    }
}

#[test]
fn control_c_where_there_is_more_to_ask() {
    let image = typed("image:1");
    let image = [&[DOWN, DOWN, DOWN, ENTER][..], &image].concat();
    let others = [DOWN, " ", ENTER, CONTROL_C];
    stopped(
        &SHOP,
        &[("Base image", &image), ("Its package tool", &[CONTROL_C])],
    );
    stopped(&SHOP, &[("Runtime's packages", &others)]);
    stopped(&SHOP, &[("Go on", &[DOWN, ENTER, CONTROL_C])]);
    let foreign = [SHOP[0], SHOP[1], ("Dockerfile", "FROM scratch\n")];
    stopped(&foreign, &[("Your Dockerfile", &[CONTROL_C])]);
    stopped(&foreign, &[("Dockerfile to write", &[CONTROL_C])]);
    let none = [("requirements.txt", "requests\n"), ("notes.txt", "")];
    stopped(&none, &[("Start command", &["p", CONTROL_C])]);
    let two = [
        ("requirements.txt", "flask\n"),
        (
            "blue.py",
            "from flask import Flask\nblue = Flask(__name__)\n",
        ),
        (
            "green.py",
            "from flask import Flask\ngreen = Flask(__name__)\n",
        ),
    ];
    stopped(&two, &[("Application to start", &[CONTROL_C])]);
    stopped(&two, &[("Server", &[CONTROL_C])]);
    stopped(
        &two,
        &[("Application to start", &[DOWN, DOWN, ENTER, CONTROL_C])],
    );
}

fn stopped(files: &[(&str, &str)], answers: &[Answer<'_>]) {
    let folder = project(files);
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(answers);
    let shown = &done.shown;
    assert_eq!(done.code, 130, "{answers:?}: {shown}");
    assert!(shown.contains("stopped: nothing was written"), "{shown}");
    let visible = shown.rfind("\x1b[?25h");
    let hidden = shown.rfind("\x1b[?25l");
    assert!(hidden <= visible, "the cursor stays hidden: {shown:?}");
    assert_eq!(folder.path().read_dir().unwrap().count(), files.len());
    for (path, before) in files {
        assert_eq!(text(&folder, path), *before);
    }
}

/// The longest line that was drawn.
fn widest(shown: &str) -> usize {
    let widths = shown.lines().map(|line| line.trim_end().chars().count());
    widths.max().unwrap_or_default()
}

#[test]
fn a_small_terminal_without_colour_or_unicode() {
    let folder = project(&SHOP);
    let plainly = [("LC_ALL", "C"), ("NO_COLOR", "1")];
    let terminal = Terminal::new(folder.path(), (40, 10), &plainly, &[]);
    let done = terminal.answer(&[("Python", &[DOWN, ENTER]), ("Port", &[ENTER])]);
    assert_eq!(done.code, 0, "{}", done.shown);
    let coloured = done.shown.split("\x1b[").skip(1).any(|sequence| {
        let end = sequence.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        end.starts_with('m')
    });
    assert!(done.shown.is_ascii() && !coloured, "{:?}", done.shown);
    // What dockwright says itself is broken between words; the lines at the end are for copying.
    let shown = plain(&done.shown);
    let (questions, _) = shown.split_once("Go on: write").unwrap();
    assert!(widest(questions) <= 40, "{questions}");
    assert!(text(&folder, "dockwright.toml").contains("python = \"3.13\""));
}

#[test]
fn unicode_without_colour_and_colour_without_unicode() {
    for variables in [
        [("NO_COLOR", "1"), ("LANG", "C.UTF-8")],
        [("LC_ALL", "C"), ("LANG", "")],
    ] {
        let folder = project(&SHOP);
        let terminal = Terminal::new(folder.path(), USUAL, &variables, &[]);
        let done = terminal.answer(&[("Python", &[DOWN, ENTER])]);
        assert_eq!(done.code, 0, "{}", done.shown);
        assert!(text(&folder, "dockwright.toml").contains("python = \"3.13\""));
        let shown = plain(&done.shown);
        assert!(
            widest(shown.split("next: ").next().unwrap()) <= 80,
            "{shown}"
        );
    }
}

#[test]
fn a_name_in_another_script_does_not_break_the_screen() {
    let manifest =
        "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\", \"gunicorn\"]\n";
    let app = "from flask import Flask\n\n\u{5e97} = Flask(__name__)\nladen = Flask(__name__)\n";
    let folder = project(&[("pyproject.toml", manifest), ("app.py", app)]);
    let terminal = Terminal::new(folder.path(), (40, 10), &[("LC_ALL", "C")], &[]);
    let done = terminal.answer(&[]);
    let shown = plain(&done.shown);
    let (questions, files) = shown.split_once("Go on: write").unwrap();
    assert!(
        questions.is_ascii() && widest(questions) <= 40,
        "{questions}"
    );
    // What is to be typed keeps its letters.
    assert!(files.contains("--app 'app:\u{5e97}'"), "{files}");
}
