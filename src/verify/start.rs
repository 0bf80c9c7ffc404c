//! Turns a running container into checks: the application stays alive, is well, and ends on its signal.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Progress;
use super::judge::Case;
use super::missing::in_text;
use super::report::{Check, Finding, Stage};
use crate::engine::{Call, Done, Engine, Kind, NO_LOG, Owned, last_lines, unique};
use crate::error::Error;

/// What a careful operator leaves a container.
const CONFINED: [&str; 7] = [
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
];

/// What an application prints while it is tried lies on the engine's disk: of much the end, in two files.
const LOG: [&str; 4] = ["--log-driver", "json-file", "--log-opt", "max-size=16m"];

/// How long a health check may fail before it counts: the start period of what dockwright writes.
const START: Duration = Duration::from_secs(30);

/// What an engine needs to start a container on a machine at its limit.
const STARTING: Duration = Duration::from_secs(10);

/// More than a health check says, and than the last thousand lines of an application are: bytes.
const MOST: u64 = 256_000_000;

/// How often a container is looked at.
const BEAT: Duration = Duration::from_millis(100);

/// Starts, asks and stops.
///
/// # Errors
/// The engine's.
pub(super) fn checks(
    engine: &Engine<'_>,
    case: &Case<'_>,
    image: &str,
    progress: &mut Progress<'_>,
) -> Result<Vec<Check>, Error> {
    let skipped = |why: &str| {
        ["start", "health", "stop"]
            .map(|name| Check::skipped(name, why))
            .to_vec()
    };
    if !case.wishes.start {
        return Ok(skipped("not tried: `--no-start`"));
    }
    if !engine.runs() {
        return Ok(skipped("not tried: buildah runs nothing in the background"));
    }
    if case.image.command.is_empty() {
        return Ok(skipped("not tried: the image has no start command"));
    }
    progress.step("starting the application");
    let container = Owned::container(engine, unique());
    let run = Run {
        engine,
        case,
        image,
        container: &container.name,
    };
    run.checks(progress)
}

/// A started application.
struct Run<'a> {
    engine: &'a Engine<'a>,
    case: &'a Case<'a>,
    image: &'a str,
    container: &'a str,
}

/// How a container is.
struct State {
    running: bool,
    code: i32,
    health: String,
}

impl Run<'_> {
    fn checks(&self, progress: &mut Progress<'_>) -> Result<Vec<Check>, Error> {
        let mut arguments = vec!["run", "--detach", "--name", self.container];
        arguments.extend(CONFINED);
        arguments.extend(log_bound(self.engine.kind, &self.case.wishes.options));
        arguments.extend(self.case.wishes.options.iter().map(String::as_str));
        arguments.push(self.image);
        let call = self.engine.call(&arguments);
        let done = self.engine.run(&call)?;
        if !done.fine() {
            return Ok(self.dead("cannot be started", &done.said()));
        }
        let begun = Instant::now();
        let wait = self.case.wishes.alive;
        while begun.elapsed() < wait {
            let state = self.state()?;
            if !state.running {
                return self.ended(&state);
            }
            sleep(BEAT);
        }
        let command = self.case.image.command.join(" ");
        let mut checks = vec![Check::new(
            "start",
            format!(
                "alive after {} s: {}",
                wait.as_secs(),
                crate::error::printable(&command)
            ),
            Vec::new(),
        )];
        progress.step("asking for its health");
        let Some(health) = self.health()? else {
            return self.ended(&self.state()?);
        };
        checks.push(health);
        progress.step("stopping it");
        checks.push(self.stop()?);
        Ok(checks)
    }

    /// It ended by itself: a tool's way, or a failure. What has a health check is a service, which is to stay.
    fn ended(&self, state: &State) -> Result<Vec<Check>, Error> {
        if state.code == 0 && self.case.image.health.is_none() {
            let why = "not tried: the command ends by itself";
            return Ok(vec![
                Check::new("start", "ends by itself with exit code 0", Vec::new()),
                Check::skipped("health", why),
                Check::skipped("stop", why),
            ]);
        }
        let log = self.log()?;
        Ok(self.dead(&format!("ended with exit code {}", state.code), &log))
    }

    fn dead(&self, how: &str, log: &str) -> Vec<Check> {
        let needs: Vec<_> = in_text(log)
            .iter()
            .map(|missing| self.case.solver.need(missing, Stage::Run))
            .collect();
        let mut finding = Finding::failed(format!("the start command {how}"))
            .shown(last_lines(log, 8))
            .missing(needs);
        if finding.missing.is_empty() {
            let help = advice(log).unwrap_or("try the image by hand, or give options of the engine's `run`: `--run-option=--env-file=FILE`");
            finding.help = Some(help.to_owned());
        }
        let why = "not tried: the application does not run";
        vec![
            Check::new("start", how, vec![finding]),
            Check::skipped("health", why),
            Check::skipped("stop", why),
        ]
    }

    /// The image's health check, in a second container that shares the network, or by the engine itself; `None` where the
    /// application has ended meanwhile.
    fn health(&self) -> Result<Option<Check>, Error> {
        let Some(command) = &self.case.image.health else {
            let why = "the image has no health check";
            return Ok(Some(Check::skipped("health", why)));
        };
        let Some((program, rest)) = command.split_first() else {
            let why = "the image's health check is empty";
            return Ok(Some(Check::skipped("health", why)));
        };
        let begun = Instant::now();
        let network = format!("container:{}", self.container);
        loop {
            let asking = Owned::container(self.engine, unique());
            let mut arguments = vec!["run", "--rm", "--name", &asking.name, "--network", &network];
            arguments.extend(CONFINED);
            arguments.extend(NO_LOG);
            arguments.extend(environment(&self.case.wishes.options));
            arguments.extend(["--entrypoint", program, self.image]);
            arguments.extend(rest.iter().map(String::as_str));
            let mut call = self.engine.call(&arguments);
            call.patience = Some(self.case.image.timeout + STARTING);
            let done = self.heard(call)?;
            let state = self.state()?;
            if !state.running {
                return Ok(None);
            }
            if done.fine() || state.health == "healthy" {
                let took = begun.elapsed().as_secs() + self.case.wishes.alive.as_secs();
                let how = format!("well within {took} s");
                return Ok(Some(Check::new("health", how, Vec::new())));
            }
            if begun.elapsed() > START {
                let log = self.log()?;
                let finding = Finding::failed("the health check fails")
                    .shown(last_lines(&done.said(), 3))
                    .shown(last_lines(&log, 5).map(|line| format!("log: {line}")))
                    .help(advice(&log).unwrap_or("see whether the path answers: `dockwright generate --healthcheck-path PATH`, or `--no-healthcheck`"));
                return Ok(Some(Check::new("health", "fails", vec![finding])));
            }
            sleep(BEAT * 5);
        }
    }

    /// The image's stop signal, which must end it before the engine loses patience.
    fn stop(&self) -> Result<Check, Error> {
        let grace = self.case.wishes.grace.as_secs();
        let begun = Instant::now();
        let mut call = self
            .engine
            .call(&["stop", "-t", &grace.to_string(), self.container]);
        call.patience = Some(self.case.wishes.grace + Duration::from_secs(60));
        let done = self.engine.run(&call)?;
        if !done.fine() {
            return Err(crate::engine::refused(&call, &done));
        }
        let took = begun.elapsed();
        let state = self.state()?;
        if state.code == 137 {
            let finding = Finding::failed(format!("it does not end within {grace} s of the stop signal"))
                .help("process 1 must be the application itself (`exec`), or an init: `ENTRYPOINT [\"tini\", \"--\"]`");
            return Ok(Check::new("stop", "killed", vec![finding]));
        }
        let summary = format!(
            "ends {}.{} s after the stop signal",
            took.as_secs(),
            took.subsec_millis() / 100
        );
        // 143 is 128 + SIGTERM, 130 is 128 + SIGINT: how a program ends by the signal itself.
        let findings = if [0, 130, 143].contains(&state.code) {
            Vec::new()
        } else {
            vec![
                Finding::warned(format!(
                    "it ends with exit code {} on the stop signal",
                    state.code
                ))
                .shown(last_lines(&self.log()?, 3)),
            ]
        };
        Ok(Check::new("stop", summary, findings))
    }

    fn state(&self) -> Result<State, Error> {
        let template = "{{.State.Running}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}";
        let text =
            self.engine
                .output(&["container", "inspect", "--format", template, self.container])?;
        let mut words = text.split_whitespace();
        Ok(State {
            running: words.next() == Some("true"),
            code: words
                .next()
                .and_then(|code| code.parse().ok())
                .unwrap_or(-1),
            health: words.next().unwrap_or_default().to_owned(),
        })
    }

    fn log(&self) -> Result<String, Error> {
        let call = ["logs", "--tail", "1000", self.container];
        Ok(self.heard(self.engine.call(&call))?.said())
    }

    /// Runs what the image has a say in: that it does not end, or talks without end, is what came of it.
    fn heard(&self, mut call: Call) -> Result<Done, Error> {
        call.most = Some(MOST);
        match self.engine.run(&call) {
            Err(Error::Engine { what, .. }) => Ok(Done {
                err: what,
                ..Done::default()
            }),
            done => done,
        }
    }
}

/// The options that bound a log, unless the user's own say where it goes. (podman takes docker's name of the driver for its own;
/// the number of files is docker's alone.)
fn log_bound(kind: Kind, options: &[String]) -> Vec<&'static str> {
    if options.iter().any(|option| option.starts_with("--log-")) {
        return Vec::new();
    }
    let mut bound = LOG.to_vec();
    if kind == Kind::Docker {
        bound.extend(["--log-opt", "max-file=2"]);
    }
    bound
}

/// The options that set variables: the health check may read `$PORT`.
fn environment(options: &[String]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut words = options.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if ["--env=", "--env-file="]
            .iter()
            .any(|start| word.starts_with(start))
        {
            found.push(word);
        } else if ["-e", "--env", "--env-file"].contains(&word) {
            found.push(word);
            found.extend(words.next());
        }
    }
    found
}

/// What most likely helps, from the words of a log; `None` where they tell nothing.
fn advice(log: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|word| log.contains(word));
    if says(&["Read-only file system"]) {
        return Some(
            "it writes where an image is read-only: write to /tmp, or mount a folder there: `--run-option=--tmpfs=/app/data`",
        );
    }
    if says(&[
        "Connection refused",
        "could not translate host name",
        "Name or service not known",
        "Temporary failure in name resolution",
    ]) {
        return Some(
            "it wants a service: join its network, `--run-option=--network=NAME`, or leave this out with `--no-start`",
        );
    }
    if says(&[
        "KeyError: '",
        "environment variable",
        "ImproperlyConfigured",
        "ValidationError",
        "UndefinedValueError",
    ]) {
        return Some(
            "it wants configuration: give it, `--run-option=--env=NAME=VALUE` or `--run-option=--env-file=FILE`",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{advice, environment};

    #[test]
    fn what_an_application_says_tells_what_helps() {
        let told = "OSError: [Errno 30] Read-only file system: '/app/static/config'\n";
        assert!(advice(told).is_some_and(|help| help.contains("--tmpfs=")));
        assert!(advice("KeyError: 'SECRET_KEY'").is_some_and(|help| help.contains("--env-file=")));
        assert_eq!(advice("Killed\n"), None);
    }

    #[test]
    fn only_variables_are_passed_on() {
        let options = [
            "--env=A=1",
            "--network",
            "x",
            "-e",
            "B=2",
            "--env-file",
            "f",
            "--publish=1:2",
        ];
        let options = options.map(ToOwned::to_owned);
        assert_eq!(
            environment(&options),
            ["--env=A=1", "-e", "B=2", "--env-file", "f"]
        );
    }
}
