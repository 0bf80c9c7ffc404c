//! Dockerfiles of `tests/adopt`, adopted in a project that fits them, built with a real container engine, and run.
//!
//! `cargo test --test adopted` lists each; where no engine answers, all are reported as ignored.

#[path = "../docker/container.rs"]
mod container;
#[path = "../docker/engine.rs"]
mod engine;
mod image;

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Trial};

use container::{ANY_USER, Container};
use engine::{Engine, ensure};
use image::Image;

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// A Dockerfile written by hand, and what its image has to go on doing.
struct Case {
    /// Its name in `tests/adopt`.
    name: &'static str,
    /// Its base image has compilers and half of Debian: run with `-- --include-ignored`.
    heavy: bool,
    /// Arguments of the build.
    build: &'static [&'static str],
    /// Options of `docker run`.
    run: &'static [&'static str],
    works: Works,
    /// What a shell script in the image prints.
    prints: (&'static str, &'static str),
    /// Fields of the image's configuration.
    configured: &'static [(&'static str, &'static str)],
}

/// How a server is known to work.
enum Works {
    /// It answers on a port.
    Answers(&'static str),
    /// It says so: what was written by hand listens for the container alone.
    Says(&'static str),
}

const CASES: &[Case] = &[
    Case {
        name: "multi-stage-venv",
        heavy: false,
        build: &["--build-arg", "GIT_SHA=abc123"],
        run: &["--publish", "127.0.0.1::8000"],
        works: Works::Answers("8000"),
        prints: (
            "echo $TZ; id -un; id -u; command -v make || echo none",
            "Europe/Berlin\nweb\n1234\nnone\n",
        ),
        configured: &[
            (
                "{{index .Config.Labels \"org.opencontainers.image.revision\"}}",
                "abc123",
            ),
            (
                "{{index .Config.Labels \"maintainer\"}}",
                "Ops <ops@example.com>",
            ),
            ("{{.Config.User}}", "1234:1234"),
        ],
    },
    Case {
        name: "heredoc-and-arg",
        heavy: false,
        build: &[],
        run: &["--env", "PORT=9000", "--publish", "127.0.0.1::9000"],
        works: Works::Answers("9000"),
        prints: (
            "echo $GREETING; echo $LOG_LEVEL; env | grep -c hunter2",
            "hello world\ndebug\n0\n",
        ),
        configured: &[("{{.Config.Healthcheck}}", "<nil>")],
    },
    Case {
        name: "entrypoint-script",
        heavy: true,
        build: &[],
        run: &[],
        works: Works::Says("Listening at"),
        prints: ("cat /etc/nginx/nginx.conf", "events {}\n"),
        configured: &[],
    },
    Case {
        name: "tini-options",
        heavy: false,
        build: &[],
        run: &[],
        works: Works::Says("Listening at"),
        prints: ("id -un; pwd", "web\n/app\n"),
        configured: &[],
    },
    Case {
        name: "paths-and-places",
        heavy: false,
        build: &[],
        run: &["--publish", "127.0.0.1::8000"],
        works: Works::Answers("8000"),
        prints: (
            "echo $CODE $STATIC_ROOT $SEARCH; ls /usr/local/bin/docker-entrypoint.sh; touch /data/x /app/media/x && echo written",
            "/app /app/static /app:/srv/shopping\n/usr/local/bin/docker-entrypoint.sh\nwritten\n",
        ),
        configured: &[],
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engine = Engine::find();
    let trials = CASES.iter().map(|case| trial(engine.clone(), case));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn trial(engine: Result<Engine, String>, case: &'static Case) -> Trial {
    Trial::ignorable_test(case.name, move || match engine {
        Ok(engine) => {
            works(&Image::build(engine, case)?, case)?;
            Ok(Completion::Completed)
        }
        Err(why) => Ok(Completion::ignored_with(why)),
    })
    .with_ignored_flag(case.heavy)
}

fn works(image: &Image, case: &Case) -> Checked {
    for (template, expected) in case.configured {
        let found = image.inspect(template)?;
        ensure(found == *expected, || format!("{template}: {found}"))?;
    }
    let (script, expected) = case.prints;
    let found = image.shell(script)?;
    ensure(found == expected, || format!("{script}\n{found}"))?;
    for user in [&[][..], ANY_USER] {
        let options = [case.run, user].concat();
        let container = Container::start(image, &options)?;
        match case.works {
            Works::Answers(port) => {
                let answer = container.get(port, "/healthz")?;
                ensure(answer.ends_with("the shop"), || answer.clone())?;
            }
            Works::Says(what) => container.logs(what)?,
        }
        let (code, took) = container.terminate()?;
        let log = || {
            format!(
                "{code} after {took:?}: {}",
                container.log().unwrap_or_default()
            )
        };
        ensure(code == "0" && took < Duration::from_secs(10), log)?;
    }
    Ok(())
}
