//! Whole proofs against an engine that answers from a script: what is said of a healthy image and of a sick one.

#![expect(clippy::unwrap_used, reason = "a test may fail so")]

mod engines;
mod script;
mod systems;

use super::*;
use crate::settings::Suite;
use script::Script;

fn wishes() -> Wishes {
    Wishes {
        allowed: BTreeSet::new(),
        start: true,
        options: Vec::new(),
        alive: Duration::ZERO,
        grace: Duration::from_secs(10),
    }
}

const HEALTHY: &str = r#"{"kind": "user", "uid": 10001, "gid": 10001, "home": "/home/app", "home_exists": true, "home_writable": true, "temporary": "/tmp", "writable": []}
{"kind": "python", "version": "3.13.9"}
{"kind": "distribution", "name": "flask", "version": "3.1.2", "size": 768367, "imports": ["flask"], "demands": ["click"]}
{"kind": "jobs", "count": 1}
{"kind": "import", "distribution": "flask", "module": "flask", "state": "fine"}"#;

#[test]
fn a_healthy_image_passes() {
    let script = Script::new(
        HEALTHY,
        r#"{"kind": "package", "name": "libpq5", "size": 1100000}"#,
    );
    let report = script.report(&wishes());
    insta::assert_snapshot!(text(&report), @r#"
    shop, Debian GNU/Linux 13 (trixie), Python 3.13.9

    ok       imports    1 module of 1 distribution import
    ok       libraries  700 ELF files, every library is there
    ok       user       10001:10001, not root
    ok       home       /home/app and /tmp can be written to
    ok       leftovers  no compiler, headers, installer, cache or private file
    ok       size       150 MB: distributions 768 kB, system packages 1.1 MB, base 130 MB
    ok       start      alive after 0 s: gunicorn app:app
    ok       health     well within 0 s
    ok       stop       ends 0.0 s after the stop signal

        20 MB  COPY /opt/venv /opt/venv
    largest distributions: flask 768 kB
    largest packages: libpq5 1.1 MB

    passed: 9 checks
    "#);
    let calls = script.calls.lock().unwrap();
    let removed = calls
        .iter()
        .filter(|call| call.starts_with("rm --force"))
        .count();
    // The application, its health check, and three looks inside.
    assert_eq!(removed, 5, "{calls:#?}");
    assert!(
        calls
            .iter()
            .any(|call| call.contains("--network container:dockwright-verify-"))
    );
}

#[test]
fn a_sick_image_is_told_what_it_lacks() {
    let user = r#"{"kind": "user", "uid": 0, "gid": 0, "home": "/root", "home_exists": true, "home_writable": true, "temporary": "/tmp", "writable": []}
{"kind": "python", "version": "3.13.9"}
{"kind": "distribution", "name": "psycopg", "version": "3.2.10", "size": 768367, "imports": ["psycopg"], "demands": []}
{"kind": "distribution", "name": "lightgbm", "version": "4.6.0", "size": 768367, "imports": ["lightgbm"], "demands": []}
{"kind": "import", "distribution": "psycopg", "module": "psycopg", "state": "failed", "errors": [{"type": "ImportError", "text": "no pq wrapper available.\nAttempts made:\n- couldn't import psycopg 'python' implementation: libpq library not found"}], "libraries": ["pq"], "programs": []}
{"kind": "import", "distribution": "lightgbm", "module": "lightgbm", "state": "failed", "errors": [{"type": "OSError", "text": "libgomp.so.1: cannot open shared object file: No such file or directory"}], "libraries": ["/opt/venv/lib/lib_lightgbm.so"], "programs": []}"#;
    let system = r#"{"kind": "package", "name": "libpq-dev", "size": 700000}
{"kind": "privileged", "path": "/usr/bin/sudo", "mode": "4755"}
{"kind": "tool", "family": "compiler", "name": "gcc", "path": "/usr/bin/gcc"}
{"kind": "private", "path": "/app/.env"}
{"kind": "cache", "path": "/root/.cache", "size": 4000000}
{"kind": "open", "path": "/data"}
{"kind": "unresolved", "path": "/opt/venv/lib/python3.13/site-packages/lightgbm/lib/lib_lightgbm.so", "soname": "libgomp.so.1", "at": null, "linked": false, "owner": "lightgbm"}
{"kind": "unresolved", "path": "/opt/venv/lib/python3.13/site-packages/lxml/etree.cpython-313-x86_64-linux-gnu.so", "soname": "libxslt.so.1", "at": null, "linked": true, "owner": "lxml"}
{"kind": "unresolved", "path": "/opt/venv/lib/python3.13/site-packages/torch/lib/libcaffe2_nvrtc.so", "soname": "libcuda.so.1", "at": null, "linked": true, "owner": "torch"}
{"kind": "unresolved", "path": "/opt/venv/lib/python3.13/site-packages/torch/lib/libtorch_cuda.so", "soname": "libcublas.so.12", "at": "/opt/venv/lib/python3.13/site-packages/nvidia/cublas/lib/libcublas.so.12", "linked": true, "owner": "torch"}"#;
    let mut script = Script::new(user, system);
    script.state = "false 1 ";
    script.log = "Traceback (most recent call last):\nKeyError: 'DATABASE_URL'\n";
    let mut wishes = wishes();
    wishes.alive = Duration::from_secs(5);
    let report = script.report(&wishes);
    insta::assert_snapshot!(text(&report), @r#"
    shop, Debian GNU/Linux 13 (trixie), Python 3.13.9

    FAILED   imports    2 of 2 modules cannot be imported
      lightgbm 4.6.0: `import lightgbm` fails: libgomp.so.1 is missing
        | OSError: libgomp.so.1: cannot open shared object file: No such file or directory
        libgomp1 brings libgomp.so.1 into the runtime stage
      psycopg 3.2.10: `import psycopg` fails: libpq is missing
        | ImportError: no pq wrapper available.
        | Attempts made:
        | - couldn't import psycopg 'python' implementation: libpq library not found
        libpq5 brings libpq into the runtime stage
    FAILED   libraries  700 ELF files, 3 libraries are not there
      lxml is linked with libxslt.so.1, which is missing
        | needed by /opt/venv/lib/python3.13/site-packages/lxml/etree.cpython-313-x86_64-linux-gnu.so
        libxslt1.1 brings libxslt.so.1 into the runtime stage
      lightgbm may open a file that is linked with libgomp.so.1, which is missing
        | needed by /opt/venv/lib/python3.13/site-packages/lightgbm/lib/lib_lightgbm.so
        libgomp1 brings libgomp.so.1 into the runtime stage
        help: needed only if the application uses that part: none of its modules is linked to it
      torch: libcuda.so.1 comes with the host's graphics driver
        | needed by /opt/venv/lib/python3.13/site-packages/torch/lib/libcaffe2_nvrtc.so
    FAILED   user       root
      the image runs as root
        help: end the Dockerfile with a numeric `USER`, such as `USER 10001:10001`
    ok       home       /root and /tmp can be written to
    FAILED   leftovers  6 things that the application does not need
      compilers are left: gcc
        | /usr/bin/gcc
        help: keep it in the builder stage: copy only the environment, `COPY --from=builder /opt/venv /opt/venv`
      files are in the image that should not leave a developer's machine
        | /app/.env
        help: name them in .dockerignore, and change every password that was in them
      header packages are left, 700 kB: libpq-dev
        help: keep it in the builder stage: copy only the environment, `COPY --from=builder /opt/venv /opt/venv`
      anyone may write to files or folders
        | /data
        help: `chmod o-w`; what the application writes belongs to its user, or to /tmp
      caches are left
        | /root/.cache, 4.0 MB
        help: remove them in the same `RUN`, or keep them out with `--mount=type=cache`
      files run with the rights of their owner (setuid, setgid) that the base does not have
        | /usr/bin/sudo
        help: harmless under `--security-opt no-new-privileges`; `chmod a-s` takes the right away
    ok       size       150 MB: distributions 1.5 MB, system packages 700 kB, base 130 MB
    FAILED   start      ended with exit code 1
      the start command ended with exit code 1
        | Traceback (most recent call last):
        | KeyError: 'DATABASE_URL'
        help: it wants configuration: give it, `--run-option=--env=NAME=VALUE` or `--run-option=--env-file=FILE`
    -        health     not tried: the application does not run
    -        stop       not tried: the application does not run

        20 MB  COPY /opt/venv /opt/venv
    largest distributions: lightgbm 768 kB, psycopg 768 kB
    largest packages: libpq-dev 700 kB

    failed: 5 of 7 checks: imports, libraries, user, leftovers, start

    add to dockwright.toml, or let `dockwright verify --fix` do it:

      [packages]
      run = ["libgomp1", "libpq5", "libxslt1.1"]
    "#);
    assert_eq!(report.outcome, Outcome::Failed);
    let run: Vec<&str> = report.add.run.iter().map(String::as_str).collect();
    assert_eq!(run, ["libgomp1", "libpq5", "libxslt1.1"]);
}

/// One import of `thing` and how it ends: the outcome, and words of what is said.
fn import(end: &str) -> (Outcome, String) {
    let user = format!(
        "{HEALTHY}\n{}\n{}",
        r#"{"kind": "distribution", "name": "thing", "version": "1.0", "size": 1, "imports": ["thing"], "demands": []}"#,
        format_args!(r#"{{"kind": "import", "distribution": "thing", "module": "thing", {end}}}"#),
    );
    let mut wishes = wishes();
    wishes.start = false;
    let report = Script::new(&user, "").report(&wishes);
    let check = report
        .checks
        .iter()
        .find(|check| check.name == "imports")
        .unwrap();
    let finding = check.findings.first().cloned().unwrap_or_default();
    (
        check.outcome,
        format!("{}; {}", finding.what, finding.help.unwrap_or_default()),
    )
}

#[test]
fn only_what_the_image_lacks_is_a_failure() {
    let raised = |class: &str, text: &str, more: &str| {
        format!(
            r#""state": "failed", "errors": [{{"type": "{class}", "text": "{text}"{more}}}], "libraries": [], "programs": []"#
        )
    };
    let module = |name: &str| {
        raised(
            "ModuleNotFoundError",
            "No module named",
            &format!(r#", "module": "{name}""#),
        )
    };
    let cases = [
        (module("pandas"), Outcome::Warned, "part of an extra"),
        (
            module("click"),
            Outcome::Failed,
            "required and not installed",
        ),
        (
            module("flask.json.provider"),
            Outcome::Failed,
            "flask 3.1.2 does not have",
        ),
        (
            module("pkg_resources"),
            Outcome::Failed,
            "add `setuptools<82`",
        ),
        (module("imp"), Outcome::Failed, "which Python 3.12 took out"),
        (
            module("winreg"),
            Outcome::Warned,
            "another operating system",
        ),
        (
            raised("ImproperlyConfigured", "settings are not configured", ""),
            Outcome::Warned,
            "settings of its framework",
        ),
        (
            raised(
                "AttributeError",
                "module 'numpy' has no attribute 'float'",
                "",
            ),
            Outcome::Failed,
            "fails",
        ),
        (
            r#""state": "crashed", "signal": 11, "code": -11, "said": """#.to_owned(),
            Outcome::Failed,
            "SIGSEGV",
        ),
        (
            r#""state": "late", "seconds": 120"#.to_owned(),
            Outcome::Failed,
            "does not end within 120 s",
        ),
    ];
    for (end, outcome, words) in cases {
        let (found, said) = import(&end);
        assert_eq!(found, outcome, "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_library_is_found_by_the_way_it_was_looked_for() {
    for (libraries, programs, text, expected) in [
        (
            r#""magic", "magic1", "cygmagic-1""#,
            "",
            "failed to find libmagic.  Check your installation",
            "libmagic1t64",
        ),
        (
            r#""zbar""#,
            "",
            "Unable to find zbar shared library",
            "libzbar0t64",
        ),
        (
            r#""gobject-2.0-0", "libgobject-2.0-0.dll", "libgobject-2.0.so.0""#,
            "",
            "cannot load library 'libgobject-2.0-0': libgobject-2.0-0: cannot open shared object file",
            "libglib2.0-0t64",
        ),
        ("", r#""git""#, "Bad git executable.", "git"),
    ] {
        let end = format!(
            r#""state": "failed", "errors": [{{"type": "ImportError", "text": "{text}"}}], "libraries": [{libraries}], "programs": [{programs}]"#
        );
        let user = format!(
            r#"{HEALTHY}
{{"kind": "import", "distribution": "flask", "module": "flask", {end}}}"#
        );
        let mut wishes = wishes();
        wishes.start = false;
        let report = Script::new(&user, "").report(&wishes);
        let run: Vec<&str> = report.add.run.iter().map(String::as_str).collect();
        assert_eq!(run, [expected], "{text}");
    }
}

#[test]
fn what_the_application_imports_of_a_distribution_counts_where_something_is_missing() {
    let asked = |module: &str, text: &str| {
        format!(
            r#"{{"kind": "import", "distribution": "flask", "module": "{module}", "by": "/app/main.py:1", "state": "failed", "errors": [{{"type": "ImportError", "text": "{text}"}}], "libraries": ["zbar"], "programs": []}}"#
        )
    };
    let mut wishes = wishes();
    wishes.start = false;
    let user = format!(
        "{HEALTHY}\n{}\n{}",
        asked("flask.zbar", "Unable to find zbar shared library"),
        asked("flask.views", "Settings are not there").replace("\"zbar\"", ""),
    );
    let report = Script::new(&user, "").report(&wishes);
    let check = report.checks.iter().find(|check| check.name == "imports");
    let check = check.unwrap();
    assert_eq!(check.summary, "1 of 2 modules cannot be imported");
    let [finding] = check.findings.as_slice() else {
        panic!("{:?}", check.findings)
    };
    assert!(
        finding
            .evidence
            .contains(&"imported by /app/main.py:1".to_owned())
    );
    assert!(report.add.run.contains("libzbar0t64"), "{:?}", report.add);
}

#[test]
fn what_is_allowed_is_a_warning() {
    let user = format!(
        "{HEALTHY}\n{}",
        r#"{"kind": "import", "distribution": "flask", "module": "flask", "state": "crashed", "signal": 0, "code": 1, "said": ""}"#
    );
    let mut wishes = wishes();
    wishes.allowed.insert("flask".to_owned());
    let report = Script::new(&user, "").report(&wishes);
    assert_eq!(report.outcome, Outcome::Passed);
}

#[test]
fn a_tool_that_ends_with_0_is_fine_and_one_that_lacks_a_library_is_not() {
    let mut script = Script::new(HEALTHY, "");
    (script.tool, script.state) = (true, "false 0 ");
    let mut wishes = wishes();
    wishes.alive = Duration::from_secs(5);
    assert_eq!(script.report(&wishes).outcome, Outcome::Passed);
    script.state = "false 1 ";
    script.log =
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n";
    let report = script.report(&wishes);
    assert!(report.add.run.contains("libgl1"), "{:?}", report.add);
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let user = HEALTHY
        .replace("\"3.1.2\"", r#""3\u001b[2J\u202e""#)
        .replace(
            "\"fine\"",
            r#""crashed", "signal": 11, "code": 0, "said": "\u001b]0;x\u0007""#,
        );
    let shown = text(&Script::new(&user, "").report(&wishes()));
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
        "{shown}"
    );
}

#[test]
fn a_build_that_fails_says_what_the_builder_lacks() {
    let script = Script::new(HEALTHY, "");
    let engine = Engine::find(&script, None).unwrap();
    let log = "#9 8.1   Modules/LDAPObject.c:6:10: fatal error: ldap.h: No such file or directory\n#9 8.1   error: command 'gcc' failed: No such file or directory\n------\n > [builder 4/4] RUN pip:\n";
    let failure = Failure {
        log: log.to_owned(),
    };
    let report = unbuilt(
        &engine,
        &failure,
        &System::Debian(Suite::Trixie),
        Catalogue::builtin(),
    )
    .concluded();
    insta::assert_snapshot!(text(&report), @r#"
    FAILED   build      fails
      the build fails: gcc, ldap.h are missing in the builder
        |   Modules/LDAPObject.c:6:10: fatal error: ldap.h: No such file or directory
        |   error: command 'gcc' failed: No such file or directory
        gcc with libc6-dev brings gcc into the builder
        libldap-dev brings ldap.h into the builder

    failed: 1 of 1 checks: build

    add to dockwright.toml, or let `dockwright verify --fix` do it:

      [packages]
      build = ["gcc", "libc6-dev", "libldap-dev"]
    "#);
    let build: Vec<&str> = report.add.build.iter().map(String::as_str).collect();
    assert_eq!(build, ["gcc", "libc6-dev", "libldap-dev"]);
}
