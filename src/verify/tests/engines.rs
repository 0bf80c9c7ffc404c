//! What podman and buildah are asked, and that their own ways of answering are understood.

use super::*;
use crate::engine::Kind;

/// The report in words, and every command line, with the random names of containers cut.
fn proved(kind: Kind) -> (String, Vec<String>) {
    let mut script = Script::new(
        HEALTHY,
        r#"{"kind": "package", "name": "libpq5", "size": 1100000}"#,
    );
    script.kind = kind;
    let said = text(&script.report(&wishes()));
    let calls = script.calls.lock().unwrap();
    let own = format!("dockwright-verify-{}-", std::process::id());
    let cut = |word: &str| match word.split_once(&own) {
        Some((before, _)) => format!("{before}NAME"),
        None => word.to_owned(),
    };
    let line = |call: &String| call.split(' ').map(cut).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = calls.iter().map(line).collect();
    // The two looks inside as root run beside the one as the user.
    lines.sort();
    (said, lines)
}

#[test]
fn podman_is_understood() {
    let (said, calls) = proved(Kind::Podman);
    insta::assert_snapshot!(said, @r"
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

        20 MB  RUN apt-get update
    largest distributions: flask 768 kB
    largest packages: libpq5 1.1 MB

    passed: 9 checks
    ");
    insta::assert_snapshot!(calls.join("\n"), @r"
    container inspect --format {{.State.Running}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}} NAME
    container inspect --format {{.State.Running}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}} NAME
    history --no-trunc --format json base
    history --no-trunc --format json shop
    image inspect base
    image inspect base
    image inspect base
    image inspect shop
    image inspect shop
    info --format {{.Version.Version}}
    rm --force --volumes NAME
    rm --force --volumes NAME
    rm --force --volumes NAME
    rm --force --volumes NAME
    rm --force --volumes NAME
    run --detach --name NAME --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --log-driver json-file --log-opt max-size=16m shop
    run --rm --interactive --network none --log-driver none --name NAME --entrypoint python --cap-drop ALL --security-opt no-new-privileges shop - user
    run --rm --interactive --network none --log-driver none --name NAME --entrypoint python --user 0 base - system
    run --rm --interactive --network none --log-driver none --name NAME --entrypoint python --user 0 shop - system
    run --rm --name NAME --network container:NAME --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --log-driver none --entrypoint python shop -c pass
    stop -t 10 NAME
    ");
}

#[test]
fn buildah_is_understood() {
    let (said, calls) = proved(Kind::Buildah);
    insta::assert_snapshot!(said, @r"
    shop, Debian GNU/Linux 13 (trixie), Python 3.13.9

    ok       imports    1 module of 1 distribution import
    ok       libraries  700 ELF files, every library is there
    ok       user       10001:10001, not root
    ok       home       /home/app and /tmp can be written to
    ok       leftovers  no compiler, headers, installer, cache or private file
    ok       size       size unknown: distributions 768 kB, system packages 0 B
    -        start      not tried: buildah runs nothing in the background
    -        health     not tried: buildah runs nothing in the background
    -        stop       not tried: buildah runs nothing in the background

    largest distributions: flask 768 kB

    passed: 6 checks
    ");
    insta::assert_snapshot!(calls.join("\n"), @r"
    from --pull-never --name NAME base
    from --pull-never --name NAME shop
    from --pull-never --name NAME shop
    inspect --type image base
    inspect --type image base
    inspect --type image shop
    inspect --type image shop
    rm NAME
    rm NAME
    rm NAME
    run --network none --cap-drop ALL NAME -- python - user
    run --network none --user 0 NAME -- python - system
    run --network none --user 0 NAME -- python - system
    version
    ");
}
