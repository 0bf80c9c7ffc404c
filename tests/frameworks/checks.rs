//! What every start command must hold to, one function a promise.

use std::time::Duration;

use crate::Checked;
use crate::case::Expected;
use crate::container::{ANY_USER, CONFINED, Container};
use crate::engine::{ensure, said};
use crate::image::Image;
use crate::redis::Redis;

/// A promise: its words, and what proves it.
type Check = (&'static str, fn(&Image) -> Checked);

/// The promise whose failure shows the engine's whole log.
pub(crate) const PLANNED: &str = "starts as expected";

/// The promises that hold for a case.
pub(crate) fn of(expected: &Expected) -> Vec<Check> {
    let mut checks: Vec<Check> = vec![(PLANNED, planned)];
    if expected.port.is_some() {
        checks.push(("answers, is well, and stops on SIGTERM", answers));
        if !expected.fixed_port {
            checks.push(("honours $PORT", honours_port));
        }
    } else {
        checks.push(("exposes nothing", exposes_nothing));
    }
    if expected.prints.is_some() {
        checks.push(("prints", prints));
    }
    if expected.logs.is_some() {
        checks.push(("works, and stops on SIGTERM", works));
    }
    checks
}

fn planned(image: &Image) -> Checked {
    let expected = &image.case.expected;
    let argv = image.explained["command"]["argv"].as_array();
    let command: Vec<&str> = argv
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .collect();
    let command = command.join(" ");
    ensure(command == expected.command, || {
        format!("the command is `{command}`")
    })?;
    // About the Python version and a missing lock other tests speak.
    let about = ["lock-missing", "python-assumed"];
    let codes = image.explained["warnings"].as_array();
    let codes: Vec<&str> = codes
        .into_iter()
        .flatten()
        .filter_map(|warning| warning["code"].as_str())
        .filter(|code| !about.contains(code))
        .collect();
    ensure(codes == expected.warns, || format!("warnings: {codes:?}"))?;
    let silent = codes.iter().find(|code| !image.said.contains(**code));
    ensure(silent.is_none(), || {
        format!("generate does not say {silent:?}: {}", image.said)
    })?;
    let probe = image.inspect("{{json .Config.Healthcheck}}")?;
    let asks = |route: &String| probe.contains(&format!("'{route}'"));
    ensure(expected.health.as_ref().is_none_or(asks), || probe.clone())
}

/// The container is confined, its user unknown to the image; the health check runs beside it, in its network: the command
/// of `HEALTHCHECK`, as the image has it.
fn answers(image: &Image) -> Checked {
    let Some(port) = image.case.expected.port else {
        return Err("the case has no port".to_owned());
    };
    let exposed = image.inspect("{{json .Config.ExposedPorts}}")?;
    ensure(exposed == format!("{{\"{port}/tcp\":{{}}}}"), || exposed)?;
    let container = serving(image, ANY_USER, port)?;
    probes(image, &container, &[])?;
    stops(image, &container, || serving(image, ANY_USER, port))
}

fn honours_port(image: &Image) -> Checked {
    let port = ["--env", "PORT=9876"];
    let container = serving(image, &port, 9876)?;
    probes(image, &container, &port)
}

/// A container that has answered each request of the case on a port.
fn serving(image: &Image, options: &[&str], port: u16) -> Result<Container, String> {
    let expected = &image.case.expected;
    let publish = format!("--publish=127.0.0.1::{port}");
    let mut arguments = vec![publish.as_str()];
    for variable in &expected.env {
        arguments.extend(["--env", variable]);
    }
    arguments.extend(options);
    let container = Container::start(image, &arguments)?;
    for (path, says) in &expected.serves {
        let answer = container.get(&port.to_string(), path)?;
        ensure(answer.contains(says), || format!("no `{says}`: {answer}"))?;
    }
    Ok(container)
}

fn probes(image: &Image, container: &Container, options: &[&str]) -> Checked {
    let test = image.inspect("{{json .Config.Healthcheck.Test}}")?;
    let test: Vec<String> = serde_json::from_str(&test).map_err(|error| error.to_string())?;
    let Some((kind, command)) = test.split_first().filter(|(kind, _)| *kind == "CMD") else {
        return Err(format!("the health check is {test:?}"));
    };
    let network = format!("--network=container:{}", container.id);
    let mut arguments = vec!["run", "--rm", &network];
    arguments.extend(CONFINED);
    arguments.extend(options);
    arguments.push(&image.name);
    arguments.extend(command.iter().map(String::as_str));
    let done = image.engine.run(&arguments, "")?;
    ensure(done.status.success(), || {
        format!("{kind} {}", said(&arguments, &done))
    })
}

/// A program that heeds SIGTERM can be late on a machine at its limit, one that does not is late each time: the best of three.
fn stops(
    image: &Image,
    first: &Container,
    again: impl Fn() -> Result<Container, String>,
) -> Checked {
    stops_once(image, first)
        .or_else(|_| stops_once(image, &again()?))
        .or_else(|_| stops_once(image, &again()?))
}

fn stops_once(image: &Image, container: &Container) -> Checked {
    let (code, took) = container.terminate()?;
    let log = container.log()?;
    // Celery's warm shutdown ends its tasks and its pool first, and took 2 to 5 s with both cores busy: the engine's own grace
    // period is a worker's limit.
    let worker = image.case.expected.port.is_none();
    let grace = Duration::from_secs(if worker { 10 } else { 3 });
    ensure(took < grace, || format!("it took {took:?}:\n{log}"))?;
    // 143 is 128 + SIGTERM: how a shell reports a program that ends by the signal itself.
    ensure(["0", "143"].contains(&&*code), || {
        format!("exit code {code}:\n{log}")
    })?;
    let last = image.case.expected.last.as_ref();
    ensure(last.is_none_or(|last| log.contains(last)), || {
        format!("no `{last:?}` at the end:\n{log}")
    })
}

fn exposes_nothing(image: &Image) -> Checked {
    let found = image.inspect("{{json .Config.ExposedPorts}} {{json .Config.Healthcheck}}")?;
    ensure(found == "null null", || found)
}

fn prints(image: &Image) -> Checked {
    let expected = &image.case.expected;
    let says = expected.prints.as_deref().unwrap_or_default();
    let run: &[&str] = &["run", "--rm", "--interactive"];
    let arguments = [run, CONFINED, ANY_USER, &[&image.name]].concat();
    let done = image
        .engine
        .run(&arguments, &format!("{}\n", expected.input))?;
    ensure(done.status.success() && done.stdout.contains(says), || {
        format!("{}\n{}", said(&arguments, &done), done.stdout)
    })
}

fn works(image: &Image) -> Checked {
    let expected = &image.case.expected;
    let redis = if expected.redis {
        Some(Redis::start(image.engine)?)
    } else {
        None
    };
    let network = redis.as_ref().map(Redis::network);
    let mut options = ANY_USER.to_vec();
    options.extend(network.as_deref());
    let start = || {
        let container = Container::start(image, &options)?;
        container.logs(expected.logs.as_deref().unwrap_or_default())?;
        Ok(container)
    };
    let container = start()?;
    if expected.ends {
        return Ok(());
    }
    stops(image, &container, start)
}
