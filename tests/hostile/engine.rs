//! What an image, its containers and its build print is hostile too: `verify` neither hangs nor grows, prints none of it raw, and
//! writes none of it into `dockwright.toml`. A shell script stands in for the engine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::watched::{MEMORY, Seen, watch};

/// Each part is a script of its own beside it, where there is one.
const DOCKER: &str = r#"#!/bin/sh
CALL="$*"
part() { [ -f "$(dirname "$0")/$1" ] && . "$(dirname "$0")/$1" || echo "$2"; exit; }
case "$*" in
version*) part version 28.5.2 ;;
build*) part build ;;
"image inspect"*) part image '[{"Size": 1, "RootFS": {"Layers": ["a"]}, "Config": {"User": "1:1", "Cmd": ["app"], "Healthcheck": {"Test": ["CMD", "well"]}}}]' ;;
history*) part history '1 COPY' ;;
*"- user") part user ;;
*"- system") part system ;;
"run --detach"*) part detach ;;
"run "*) part health ;;
"container inspect"*) part state 'true 0 starting' ;;
logs*) part log ;;
esac
"#;

const USER: &str = r#"
echo '{"kind": "user", "uid": 1, "gid": 1, "home": "/home/app", "home_exists": true, "home_writable": true, "temporary": "/tmp", "writable": []}'
echo '{"kind": "python", "version": "3.13.9"}'
echo '{"kind": "end"}'
"#;

const SYSTEM: &str = r#"
echo '{"kind": "release", "id": "debian", "codename": "trixie", "name": "Debian GNU/Linux 13 (trixie)"}'
echo '{"kind": "end"}'
"#;

/// Text that no terminal, no TOML and no shell should get.
const EVIL: &str = r"a\u001b[2J\u001b]0;pwned\u0007\r\n[packages]\nrun = [\u0022evil\u0022]\u202e$(touch /pwned)\u0085\u009b2J";

/// `verify --image shop` with an engine whose parts are other scripts.
fn verify(parts: &[(&str, &str)]) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    verify_in(folder.path(), parts, &["--image", "shop", "--alive", "0"])
}

fn verify_in(project: &Path, parts: &[(&str, &str)], arguments: &[&str]) -> Seen {
    let bin = tempfile::tempdir().unwrap();
    for (name, script) in [("user", USER), ("system", SYSTEM)].iter().chain(parts) {
        fs::write(bin.path().join(name), script).unwrap();
    }
    let docker = bin.path().join("docker");
    fs::write(&docker, DOCKER).unwrap();
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    command.args(["verify", "--engine", "docker"]);
    command.args(arguments).arg(project);
    command.env("PATH", format!("{}:{path}", bin.path().display()));
    let seen = watch(&mut command);
    let what = format!("{parts:?}");
    assert!(seen.memory < MEMORY, "{what}: {} bytes", seen.memory);
    assert!(
        seen.took < Duration::from_secs(60),
        "{what}: {:?}",
        seen.took
    );
    for text in [&seen.out, &seen.say] {
        let bad = |c: char| c != '\n' && super::hidden(c);
        assert!(!text.contains(bad), "{what}: {text:?}");
        assert!(text.len() < 200_000, "{what}: {} bytes", text.len());
        assert!(!text.contains("internal error") && !text.contains("panicked"));
    }
    seen
}

#[test]
fn the_stand_in_is_believed() {
    let seen = verify(&[]);
    assert_eq!(seen.code, Some(0), "{}{}", seen.out, seen.say);
}

/// Ways to print without end, and how much is said in a line.
const WITHOUT_END: [&str; 4] = [
    "yes a line",
    "cat /dev/zero",
    "tr '\\0' a < /dev/zero",
    "tr '\\0' a < /dev/zero >&2",
];

#[test]
fn a_container_that_prints_without_end_is_stopped() {
    for part in ["user", "system"] {
        for script in WITHOUT_END {
            let seen = verify(&[(part, script)]);
            assert_eq!(seen.code, Some(2), "{part}, {script}: {}", seen.out);
            assert!(
                seen.say.contains("prints without end"),
                "{part}, {script}: {}",
                seen.say
            );
        }
    }
}

/// The log of a start that fails.
#[test]
fn a_long_log_is_read_from_its_end() {
    let much = "yes 'KeyError: a' | head -c 50000000; tr '\\0' a < /dev/zero | head -c 50000000; echo; echo last";
    let wait = ["--image", "shop", "--alive", "1"];
    let folder = tempfile::tempdir().unwrap();
    let parts = [("state", "echo false 1"), ("log", much)];
    let seen = verify_in(folder.path(), &parts, &wait);
    assert_eq!(seen.code, Some(1), "{}", seen.say);
    assert!(seen.out.contains("| last"), "{}", seen.out);
}

/// What fails is the image, and the report says so: that is no trouble of the engine's.
#[test]
fn an_application_that_logs_without_end_has_failed() {
    let wait = ["--image", "shop", "--alive", "1"];
    for script in WITHOUT_END {
        let folder = tempfile::tempdir().unwrap();
        let parts = [("state", "echo false 1"), ("log", script)];
        let seen = verify_in(folder.path(), &parts, &wait);
        assert_eq!(seen.code, Some(1), "{script}: {}", seen.say);
        assert!(
            seen.out.contains("ended with exit code 1"),
            "{script}: {}",
            seen.out
        );
    }
}

/// The engine keeps what an application prints, on a disk that somebody else needs: of it a part, and none of what is heard here.
#[test]
fn what_an_application_prints_does_not_fill_the_engine_s_disk() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let note = format!("echo \"$CALL\" >> {}", log.display());
    let parts = [
        ("detach", note.clone()),
        ("health", note.clone()),
        ("user", note.clone() + USER),
        ("system", note + SYSTEM),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, &**text)).collect();
    let own = "--run-option=--log-driver=journald";
    for (option, bound) in [
        (
            "--run-option=--env=A=1",
            "--log-driver json-file --log-opt max-size=16m --log-opt max-file=2 --env=A=1",
        ),
        (own, "no-new-privileges --log-driver=journald"),
    ] {
        let _ = fs::remove_file(&log);
        let wishes = ["--image", "shop", "--alive", "0", option];
        let seen = verify_in(folder.path(), &parts, &wishes);
        assert_eq!(seen.code, Some(0), "{}{}", seen.out, seen.say);
        let calls = fs::read_to_string(&log).unwrap();
        for call in calls.lines() {
            let bound = if call.starts_with("run --detach") {
                bound
            } else {
                "--log-driver none"
            };
            assert!(call.contains(bound), "{call}");
        }
        assert!(calls.lines().count() >= 4, "{calls}");
    }
}

/// A check that does not answer, one that talks without end, and one that begins again and again: each has half a minute.
#[test]
fn a_health_check_without_end_fails() {
    let slow = r#"echo '[{"Size": 1, "RootFS": {"Layers": ["a"]}, "Config": {"User": "1:1", "Cmd": ["app"], "Healthcheck": {"Test": ["CMD", "well"], "Timeout": 1000000000}}}]'"#;
    std::thread::scope(|scope| {
        let tried = ["sleep 1000", "yes unwell", "cat /dev/zero >&2", "exit 1"];
        for health in tried {
            scope.spawn(move || {
                let since = std::time::Instant::now();
                let seen = verify(&[("image", slow), ("health", health)]);
                assert_eq!(seen.code, Some(1), "{health}: {}{}", seen.out, seen.say);
                assert!(
                    seen.out.contains("the health check fails"),
                    "{health}: {}",
                    seen.out
                );
                let took = since.elapsed();
                assert!(took < Duration::from_secs(60), "{health}: {took:?}");
            });
        }
    });
}

/// Lines as the probe says them, made by the image: as many as fit, each a new thing.
#[test]
fn a_flood_of_answers_is_bounded() {
    for line in [
        r#"{"kind": "distribution", "name": "n@", "version": "1", "size": 18446744073709551615, "imports": ["m@"], "demands": ["d@"]}"#,
        r#"{"kind": "import", "distribution": "n@", "module": "m@", "state": "crashed", "signal": 11, "said": "@"}"#,
        r#"{"kind": "import", "distribution": "n", "module": "m@", "state": "failed", "errors": [{"type": "E", "text": "lib@.so.1: cannot open shared object file", "module": null}], "libraries": ["@"], "programs": ["p@"]}"#,
        r#"{"kind": "package", "name": "n@-dev", "size": 18446744073709551615}"#,
        r#"{"kind": "unresolved", "path": "/p@", "soname": "lib@.so.1", "at": null, "linked": true, "owner": null}"#,
        r#"{"kind": "unresolved", "path": "/p@", "soname": "lib.so.1", "at": null, "linked": true, "owner": "o"}"#,
        r#"{"kind": "tool", "family": "compiler", "name": "t@", "path": "/@"}"#,
        r#"{"kind": "private", "path": "/@"}"#,
        r#"{"kind": "open", "path": "/@"}"#,
        r#"{"kind": "privileged", "path": "/@"}"#,
        r#"{"kind": "cache", "path": "/@", "size": 18446744073709551615}"#,
        r#"{"kind": "jobs", "count": 18446744073709551615}"#,
        r#"{"kind": "elf", "count": 18446744073709551615}"#,
    ] {
        // A little less than is let through; of the slow debug build a part.
        let bytes = if cfg!(debug_assertions) {
            1_500_000
        } else {
            15_000_000
        };
        let count = bytes / (line.len() + 8 * line.matches('@').count());
        let lines = format!(
            "awk 'BEGIN {{ for (i = 0; i < {count}; i++) {{ l = \"{}\"; gsub(/@/, i, l); print l }} }}'\n",
            line.replace('"', "\\\"")
        );
        let of_user = ["distribution", "import", "jobs"];
        let of_user = of_user
            .iter()
            .any(|kind| line.contains(&format!(r#""kind": "{kind}""#)));
        let (part, rest) = if of_user {
            ("user", USER)
        } else {
            ("system", SYSTEM)
        };
        let seen = verify(&[(part, &format!("{lines}{rest}"))]);
        assert!(
            matches!(seen.code, Some(0 | 1)),
            "{line}: {:?} {}",
            seen.code,
            seen.say
        );
        assert!(
            seen.took < Duration::from_secs(30),
            "{line}: {:?}",
            seen.took
        );
    }
}

#[test]
fn what_an_image_says_of_itself_is_shown_without_its_escapes() {
    let evil = |line: &str| format!("cat <<'END'\n{}\nEND\n", line.replace('@', EVIL));
    let user = [
        r#"{"kind": "user", "uid": 4294967295, "gid": 1, "home": "@", "home_exists": false, "home_writable": false, "temporary": "@", "writable": ["@"]}"#,
        r#"{"kind": "python", "version": "@"}"#,
        r#"{"kind": "distribution", "name": "@", "version": "@", "size": 99999999999, "imports": ["@"], "demands": ["@"]}"#,
        r#"{"kind": "import", "distribution": "@", "module": "@", "by": "@", "state": "failed", "errors": [{"type": "@", "text": "@: cannot open shared object file", "module": null}], "libraries": ["@"], "programs": ["@"]}"#,
        r#"{"kind": "import", "distribution": "@", "module": "@1", "state": "failed", "errors": [{"type": "@", "text": "@", "module": "@"}], "libraries": [], "programs": ["@"]}"#,
        r#"{"kind": "import", "distribution": "@", "module": "@2", "by": "@", "state": "crashed", "signal": -2147483648, "said": "@"}"#,
        r#"{"kind": "import", "distribution": "@", "module": "@3", "state": "late", "seconds": 18446744073709551615}"#,
        r#"{"kind": "end"}"#,
        r#"{"kind": "end", "@": "@"}"#,
        r#"{"kind": "@"}"#,
    ];
    let system = [
        r#"{"kind": "release", "id": "debian", "codename": "trixie", "name": "@"}"#,
        r#"{"kind": "package", "name": "@-dev", "size": 1}"#,
        r#"{"kind": "unresolved", "path": "@", "soname": "@", "at": null, "linked": true, "owner": "@"}"#,
        r#"{"kind": "unresolved", "path": "@", "soname": "../../../libx.so.1", "at": null, "linked": true, "owner": null}"#,
        r#"{"kind": "tool", "family": "compiler", "name": "@", "path": "@"}"#,
        r#"{"kind": "tool", "family": "installer", "name": "@", "path": "@"}"#,
        r#"{"kind": "private", "path": "@"}"#,
        r#"{"kind": "open", "path": "@"}"#,
        r#"{"kind": "cache", "path": "@", "size": 999999999}"#,
        r#"{"kind": "end"}"#,
    ];
    let strange = system.join("\n").replace("debian", "@");
    let nested = format!("{}1", "[".repeat(100_000));
    let image = r#"[{"Size": 150000000, "Id": "@", "RootFS": {"Layers": ["@"]}, "Config": {"User": "@", "Cmd": ["@"], "Healthcheck": {"Test": ["CMD", "@"]}}}]"#;
    let user = evil(&user.join("\n"));
    let raw =
        "printf '\\033[2J\\033]0;pwned\\007\\302\\233\\r\\342\\200\\256 \\377\\376\\n'; exit 1";
    for parts in [
        vec![
            ("user", user.as_str()),
            ("system", &evil(&system.join("\n"))),
        ],
        vec![("user", &user), ("system", &evil(&strange))],
        vec![("user", &evil(&nested)), ("image", &evil(image))],
        vec![
            ("image", &evil(image)),
            ("history", &format!("printf '9999999 '; {raw}")),
        ],
        vec![("image", &evil(&nested))],
        vec![("image", raw)],
        vec![("version", raw)],
        vec![("user", raw)],
        vec![("system", raw)],
        vec![("detach", raw)],
        vec![("state", raw)],
        vec![("state", "echo false 1"), ("log", raw)],
        vec![("user", "exit 127")],
    ] {
        for format in ["text", "json"] {
            let folder = tempfile::tempdir().unwrap();
            let arguments = ["--image", "shop", "--alive", "1", "--format", format];
            let seen = verify_in(folder.path(), &parts, &arguments);
            assert!(
                matches!(seen.code, Some(0..=2)),
                "{parts:?}: {:?} {}",
                seen.code,
                seen.say
            );
            if format == "json" && seen.code != Some(2) {
                serde_json::from_str::<serde_json::Value>(&seen.out).unwrap();
            }
        }
    }
}

/// Packages are written by the names that dockwright's own tables hold, never by what a log says.
#[test]
fn a_log_writes_nothing_of_its_own_into_the_settings() {
    let project = tempfile::tempdir().unwrap();
    let root = project.path();
    fs::write(root.join("requirements.txt"), "flask\ngunicorn\n").unwrap();
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    fs::write(root.join("app.py"), app).unwrap();
    let log = r#"cat >&2 <<'END'
fatal error: ../../../etc/evil.h: No such file or directory
fatal error: evil.h" ]\n[run]: No such file or directory
cannot find -levil"
error: command 'evil-program' failed: No such file or directory
Dependency "evil[x]" not found
Package evil was not found in the pkg-config search path
libevil.so.7: cannot open shared object file
/bin/sh: 1: evil: not found
Could NOT find EVIL
END
printf 'fatal error: evil\033[2J.h: No such file or directory\n' >&2
yes "fatal error: $(printf '\033[2J')libpq-fe.h: No such file or directory" | head -c 20000000 >&2
awk 'BEGIN { for (i = 0; i < 100000; i++) print "fatal error: evil" i ".h: No such file or directory" }' >&2
echo 'fatal error: libpq-fe.h: No such file or directory' >&2
exit 1"#;
    let seen = verify_in(root, &[("build", log)], &["--fix"]);
    assert_eq!(seen.code, Some(1), "{}", seen.say);
    let settings = fs::read_to_string(root.join("dockwright.toml")).unwrap();
    assert_eq!(settings.matches("evil").count(), 0, "{settings}");
    assert!(settings.contains("\"libpq-dev\""), "{settings}");
    let names: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
}

/// Settings come with a project, and a build may send away what it gets: a file of the user's is given by the user alone, and what
/// is given without a flag is said.
#[test]
fn a_project_gets_no_file_of_the_users() {
    let outer = tempfile::tempdir().unwrap();
    let [root, key, log] = ["shop", "id_rsa", "log"].map(|name| outer.path().join(name));
    fs::create_dir(&root).unwrap();
    fs::write(&key, "a key").unwrap();
    fs::write(root.join("own.conf"), "a configuration").unwrap();
    std::os::unix::fs::symlink("../id_rsa", root.join("link.conf")).unwrap();
    fs::write(root.join("requirements.txt"), "flask\ngunicorn\n").unwrap();
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    fs::write(root.join("app.py"), app).unwrap();
    let build = format!("echo \"$CALL\" > {}; exit 1", log.display());
    let own = root.join("own.conf");
    let link = root.join("link.conf");
    for (file, given) in [(&key, false), (&link, false), (&own, true)] {
        let secret = format!("id=key,src={}", file.display());
        let settings = format!("secrets = [\"{secret},target=/x\"]\n");
        fs::write(root.join("dockwright.toml"), settings).unwrap();
        let _ = fs::remove_file(&log);
        let seen = verify_in(&root, &[("build", &build)], &["--fix"]);
        if given {
            assert_eq!(seen.code, Some(1), "{secret}: {}", seen.say);
            let told = format!("building the image, with --secret {secret}\n");
            assert!(seen.say.contains(&told), "{}", seen.say);
        } else {
            assert_eq!(seen.code, Some(2), "{secret}: {}", seen.say);
            assert!(seen.say.contains("none of the project's"), "{}", seen.say);
            assert!(!log.exists(), "{secret}: built");
            // The user's own word.
            let seen = verify_in(&root, &[("build", &build)], &["--fix", "--secret", &secret]);
            assert_eq!(seen.code, Some(1), "{secret}: {}", seen.say);
        }
        let arguments = fs::read_to_string(&log).unwrap();
        assert_eq!(arguments.matches("--secret").count(), 1, "{arguments}");
    }
}
