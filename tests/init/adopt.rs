//! The questions about a Dockerfile that somebody wrote by hand.

use super::terminal::{DOWN, ENTER, SPACE, Terminal, plain, project, text};
use super::{SHOP, USUAL};

const THEIRS: &str = "FROM python:3.12-bookworm\nRUN apt-get update && apt-get install -y ffmpeg\nENV TZ=Europe/Berlin\nENV API_TOKEN=hunter2\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nRUN make assets\nEXPOSE 8080\nCMD gunicorn --bind 0.0.0.0:8080 app:app\n";

#[test]
fn adopted_and_written_beside() {
    let folder = project(&[SHOP[0], SHOP[1], ("Dockerfile", THEIRS)]);
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(&[]);
    let shown = plain(&done.shown);
    assert_eq!(done.code, 0, "{shown}");
    for line in [
        "  suite = \"bookworm\"  [Dockerfile:1]\n",
        "  packages.run = [\"ffmpeg\"]  [Dockerfile:2]\n",
        "  port      8080  [your Dockerfile]\n",
        "  ENV API_TOKEN looks like a secret: give it to `docker run`  [Dockerfile:4]\n",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    let questions = ["Your Dockerfile", "Dockerfile to write", "Go on"];
    for question in questions {
        let asked = done.asked.iter().filter(|one| one.starts_with(question));
        assert_eq!(asked.count(), 1, "{question}: {:?}", done.asked);
    }
    assert_eq!(text(&folder, "Dockerfile"), THEIRS);
    let settings = text(&folder, "dockwright.toml");
    for line in [
        "dockerfile = \"Dockerfile.dockwright\"",
        "port = 8080",
        "TZ = \"Europe/Berlin\"",
    ] {
        assert!(settings.contains(line), "{settings}");
    }
    assert!(text(&folder, "Dockerfile.dockwright").contains("FROM python:3.12-bookworm AS"));
}

#[test]
fn adopted_in_part_and_replaced() {
    let folder = project(&[SHOP[0], SHOP[1], ("Dockerfile", THEIRS)]);
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(&[
        ("Your Dockerfile", &[ENTER]),
        ("Debian release", &[DOWN, ENTER]),
        ("Runtime's packages", &[SPACE, ENTER]),
        ("Dockerfile to write", &[DOWN, ENTER]),
    ]);
    assert_eq!(done.code, 0, "{}", done.shown);
    let dockerfile = text(&folder, "Dockerfile");
    assert!(
        dockerfile.contains("AS runtime") && !dockerfile.contains("ffmpeg"),
        "{dockerfile}"
    );
    assert!(dockerfile.contains("TZ=Europe/Berlin"), "{dockerfile}");
}

#[test]
fn not_adopted() {
    let folder = project(&[SHOP[0], SHOP[1], ("Dockerfile", THEIRS)]);
    let done = Terminal::new(folder.path(), USUAL, &[], &[])
        .answer(&[("Your Dockerfile", &[DOWN, ENTER])]);
    assert_eq!(done.code, 0, "{}", done.shown);
    assert_eq!(text(&folder, "Dockerfile"), THEIRS);
    let beside = text(&folder, "Dockerfile.dockwright");
    assert!(
        beside.contains("AS runtime") && !beside.contains("ffmpeg"),
        "{beside}"
    );
}

#[test]
fn neither_read_nor_touched() {
    let folder = project(&[SHOP[0], SHOP[1], ("Dockerfile", THEIRS)]);
    let done = Terminal::new(folder.path(), USUAL, &[], &[]).answer(&[
        ("Your Dockerfile", &[DOWN, ENTER]),
        ("Dockerfile to write", &[DOWN, DOWN, ENTER]),
    ]);
    assert_eq!(done.code, 130, "{}", done.shown);
    assert_eq!(text(&folder, "Dockerfile"), THEIRS);
    assert_eq!(folder.path().read_dir().unwrap().count(), 3);
}
