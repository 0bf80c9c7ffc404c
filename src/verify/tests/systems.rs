//! What is said of an image that is not Debian: no package of Debian's is named for it.

use super::*;

/// What is said of an image of some release that lacks a library, a program and one more library.
fn said(release: &str) -> Report {
    let user = format!(
        "{HEALTHY}\n{}\n{}\n{}",
        failing(
            "magic",
            "libmagic.so.1: cannot open shared object file: No such file or directory"
        ),
        failing("ocr", "[Errno 2] No such file or directory: 'tesseract'"),
        failing(
            "odd",
            "libcandle.so.9: cannot open shared object file: No such file or directory"
        ),
    );
    let mut script = Script::new(&user, "");
    script.system = format!("{release}\n{}", r#"{"kind": "end"}"#);
    let mut wishes = wishes();
    wishes.start = false;
    script.report(&wishes)
}

fn failing(name: &str, text: &str) -> String {
    format!(
        r#"{{"kind": "import", "distribution": "{name}", "module": "{name}", "state": "failed", "errors": [{{"type": "OSError", "text": "{text}"}}], "libraries": [], "programs": []}}"#
    )
}

#[test]
fn of_alpine_the_catalogue_s_lists_are_taken() {
    let report = said(
        r#"{"kind": "release", "id": "alpine", "codename": null, "name": "Alpine Linux v3.22"}"#,
    );
    insta::assert_snapshot!(text(&report), @r#"
    shop, Alpine Linux v3.22, Python 3.13.9

    FAILED   imports    3 of 4 modules cannot be imported
      magic : `import magic` fails: libmagic.so.1 is missing
        | OSError: libmagic.so.1: cannot open shared object file: No such file or directory
        libmagic brings libmagic.so.1 into the runtime stage
      ocr : `import ocr` fails: tesseract is missing
        | OSError: [Errno 2] No such file or directory: 'tesseract'
        tesseract-ocr with tesseract-ocr-data-eng brings tesseract into the runtime stage
      odd : `import odd` fails: libcandle.so.9 is missing
        | OSError: libcandle.so.9: cannot open shared object file: No such file or directory
        libcandle.so.9: of Alpine only the catalogue's packages are known: https://pkgs.alpinelinux.org/contents finds one by a file's name
    ok       libraries  0 ELF files, every library is there
    ok       user       10001:10001, not root
    ok       home       /home/app and /tmp can be written to
    ok       leftovers  no compiler, headers, installer, cache or private file
    ok       size       150 MB: distributions 768 kB, system packages 0 B, base 130 MB
    -        start      not tried: `--no-start`
    -        health     not tried: `--no-start`
    -        stop       not tried: `--no-start`

        20 MB  COPY /opt/venv /opt/venv
    largest distributions: flask 768 kB

    failed: 1 of 6 checks: imports

    add to dockwright.toml, or let `dockwright verify --fix` do it:

      [packages]
      run = ["libmagic", "tesseract-ocr", "tesseract-ocr-data-eng"]
    "#);
}

#[test]
fn of_another_system_no_package_is_named() {
    for (release, name) in [
        (
            r#"{"kind": "release", "id": "rhel", "codename": null, "name": "Red Hat Enterprise Linux 9.6 (Plow)"}"#,
            "not for Red Hat Enterprise Linux 9.6 (Plow)",
        ),
        (
            r#"{"kind": "release", "id": "debian", "codename": "buster", "name": "Debian GNU/Linux 10 (buster)"}"#,
            "not for Debian GNU/Linux 10 (buster)",
        ),
        (
            r#"{"kind": "release", "id": null, "codename": null, "name": null}"#,
            "not for a system without /etc/os-release",
        ),
    ] {
        let report = said(release);
        assert!(report.add.is_empty(), "{:?}", report.add);
        let words = format!("libmagic.so.1: packages are known for Debian 12 and 13, {name}");
        assert!(text(&report).contains(&words), "{}", text(&report));
    }
}

#[test]
fn a_service_that_ends_while_its_health_is_asked_for_has_failed() {
    let mut script = Script::new("", "");
    script.state = "false 0 ";
    script.log = "no frontends are enabled\n";
    let report = text(&script.report(&wishes()));
    assert!(
        report.contains("FAILED   start      ended with exit code 0\n"),
        "{report}"
    );
    assert!(report.contains("| no frontends are enabled\n"), "{report}");
    assert!(report.contains("-        health     not tried"), "{report}");
}
