//! What can go wrong on a disk is said clearly, and nothing is lost.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::project::{DOCKWRIGHT, Project};
use super::{REQUIREMENTS, flask};

const FILES: [&str; 3] = ["Dockerfile", ".dockerignore", "dockwright.lock"];

fn files(project: &Project) -> [String; 3] {
    FILES.map(|name| project.read(name))
}

/// A dependency that changes the Dockerfile.
fn with_magic() -> String {
    format!("{REQUIREMENTS}python-magic==0.4.27\n")
}

#[test]
fn killed_anywhere_the_next_command_finds_it_whole() {
    let project = flask();
    let states = [REQUIREMENTS.to_owned(), with_magic()].map(|requirements| {
        project.write("requirements.txt", requirements);
        project.run(&["generate"]);
        files(&project)
    });
    assert!(states[0][0] != states[1][0]);
    let mut seed = 7_u64;
    for round in 0..60 {
        let requirements = [REQUIREMENTS.to_owned(), with_magic()][round % 2].clone();
        project.write("requirements.txt", requirements);
        let mut child = project
            .command(&["generate"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        sleep(Duration::from_micros((seed >> 33) % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let done = project.run(&["check"]);
        assert!(done.code < 2, "{}", done.err);
        let now = files(&project);
        assert!(states.contains(&now), "round {round}: a mixed state");
        let names = fs::read_dir(project.path("")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(
            names.filter(|name| name.starts_with(".dockwright")).count(),
            0
        );
    }
}

#[test]
fn many_runs_at_once_end_in_one_whole_state() {
    let project = flask();
    project.run(&["generate"]);
    project.write("requirements.txt", with_magic());
    let mut children: Vec<_> = (0..8)
        .map(|_| {
            let mut command = project.command(&["generate"]);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children.drain(..) {
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let told = said.contains("it was changed while dockwright ran");
        assert!(done.status.success() || told, "{said}");
    }
    assert_eq!(project.run(&["check"]).code, 0);
    assert!(project.read("Dockerfile").contains("libmagic1t64"));
}

/// Runs the program as somebody who is not root.
fn as_nobody(project: &Project, arguments: &[&str]) -> Option<Output> {
    let outer = project.path("..");
    for folder in [&outer, &project.path("")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // The folder that holds the program may be root's alone.
    let program = outer.join("dockwright");
    fs::copy(DOCKWRIGHT, &program).unwrap();
    let is_root = fs::metadata("/proc/self").is_ok_and(|meta| {
        use std::os::unix::fs::MetadataExt as _;
        meta.uid() == 0
    });
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program);
        command
    } else {
        fs::set_permissions(project.path(""), fs::Permissions::from_mode(0o555)).unwrap();
        Command::new(&program)
    };
    let done = command
        .args(arguments)
        .current_dir(project.path(""))
        .output();
    fs::set_permissions(project.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    if done.is_err() {
        eprintln!("skipped: there is no setpriv, and root may write everywhere");
    }
    done.ok()
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    let project = flask();
    project.run(&["generate"]);
    let before = files(&project);
    let Some(done) = as_nobody(&project, &["check"]) else {
        return;
    };
    assert!(done.status.success(), "to look is allowed");
    project.write("requirements.txt", with_magic());
    let done = as_nobody(&project, &["generate"]).unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("Permission denied")
            && said.contains("help: check the permissions of the folder"),
        "{said}"
    );
    assert_eq!(files(&project), before);
}

/// Runs a script where a tmpfs can be mounted; `None`, loudly, where none can.
fn mounted(script: &str, project: &Path) -> Option<Output> {
    let run = |arguments: &[&str]| {
        Command::new("unshare")
            .args(arguments)
            .args(["sh", "-ec", script])
            .env("PROJECT", project)
            .env("DOCKWRIGHT", DOCKWRIGHT)
            .output()
    };
    let done = run(&["--mount"])
        .ok()
        .filter(|done| done.status.code() != Some(1))
        .or_else(|| run(&["--mount", "--map-root-user"]).ok())
        .filter(|done| done.status.success());
    if done.is_none() {
        eprintln!("skipped: nothing can be mounted here");
    }
    done
}

#[test]
fn a_full_disk_is_said_and_leaves_all_as_it_was() {
    let project = flask();
    project.run(&["generate"]);
    let script = r#"
        mkdir "$PROJECT/../full"
        mount -t tmpfs -o size=256k tmpfs "$PROJECT/../full" || exit 77
        cp -a "$PROJECT/." "$PROJECT/../full/"
        cd "$PROJECT/../full"
        echo python-magic==0.4.27 >> requirements.txt
        dd if=/dev/zero of=ballast bs=4k 2>/dev/null || true
        sha256sum Dockerfile .dockerignore dockwright.lock > ../sums
        set +e
        for free in 0 1 2 3 4 5 6; do
            dd if=/dev/zero of=ballast bs=4k 2>/dev/null
            truncate -s -$((free * 4096)) ballast
            "$DOCKWRIGHT" generate
            echo "code $?"
            ls -A | grep '^\.dockwright'
            sha256sum --quiet --check ../sums || echo changed
            truncate -s +0 ballast
        done
        exit 0
    "#;
    let Some(done) = mounted(script, &project.path("")) else {
        return;
    };
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let err = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(err.contains("No space left on device"), "{out}{err}");
    assert!(
        err.contains("free some space and run the command again: nothing was changed"),
        "{err}"
    );
    assert!(!out.contains(".dockwright-"), "left behind: {out}");
    let codes: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("code"))
        .collect();
    assert!(codes.len() == 7 && codes[0] == "code 2", "{out}{err}");
    let failed = codes.iter().filter(|code| **code == "code 2").count();
    let changed = out.lines().filter(|line| *line == "changed").count();
    assert_eq!(
        failed + changed,
        7,
        "only a run that succeeds changes anything: {out}{err}"
    );
}

#[test]
fn what_stands_in_the_way_is_named() {
    let project = flask();
    fs::create_dir(project.path("Dockerfile")).unwrap();
    let done = project.run(&["generate"]);
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("a folder stands there") && done.err.contains("help: rename the folder")
    );
    fs::remove_dir(project.path("Dockerfile")).unwrap();
    for name in FILES {
        fs::write(project.path("../elsewhere"), "mine").unwrap();
        symlink("../elsewhere", project.path(name)).unwrap();
        let done = project.run(&["generate"]);
        assert_eq!(done.code, 2, "{name}");
        assert!(
            done.err.contains(name) && done.err.contains("link"),
            "{}",
            done.err
        );
        assert_eq!(
            fs::read_to_string(project.path("../elsewhere")).unwrap(),
            "mine"
        );
        fs::remove_file(project.path(name)).unwrap();
        assert!(FILES.iter().all(|name| !project.has(name)));
    }
}

#[test]
fn line_ends_and_a_missing_last_one_stay() {
    let project = flask();
    project.run(&["generate"]);
    let crlf = project.read("Dockerfile").replace('\n', "\r\n");
    project.write("Dockerfile", crlf.trim_end());
    assert_eq!(project.run(&["check"]).code, 0);
    project.write("requirements.txt", with_magic());
    assert_eq!(project.run(&["generate"]).code, 0);
    let text = project.read("Dockerfile");
    assert!(text.contains("        libmagic1t64 \\\r\n"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(!text.ends_with('\n'), "no last line end, as before");
}
