//! What every image must hold to, one function a promise.

use std::process::Command;
use std::time::Duration;

use crate::Checked;
use crate::cases::{Builder, Case, Kind};
use crate::container::{ANY_USER, CONFINED, Container};
use crate::engine::{ensure, finish, said};
use crate::image::{Image, TOKEN, inspect, shell};

/// A promise: its words, and what proves it.
type Check = (&'static str, fn(&Image) -> Checked);

/// The promise whose failure shows the engine's whole log.
pub(crate) const BUILDS: &str = "builds";

/// The promises that hold for a case.
pub(crate) fn of(case: &Case) -> Vec<Check> {
    let mut checks = COMMON.to_vec();
    checks.extend(match case.kind {
        Kind::Serves(_) => SERVING,
        Kind::Prints { .. } => PRINTING,
        Kind::Loops { .. } => LOOPING,
    });
    if case.builder == Builder::Classic {
        checks.push(("needs no BuildKit", needs_no_buildkit));
    }
    checks
}

const COMMON: &[Check] = &[
    (BUILDS, |_| Ok(())),
    ("the engine's linter is silent", linter_is_silent),
    ("holds no compiler", holds_no_compiler),
    ("holds no installer", holds_no_installer),
    ("holds no -dev package", holds_no_dev_package),
    ("is not root", is_not_root),
    ("has a home to write to", has_a_home),
    ("cannot change its code", cannot_change_its_code),
    ("holds no secret", holds_no_secret),
    ("an edit installs nothing again", edit_installs_nothing),
    ("is as small as its parts", is_as_small_as_its_parts),
];

const SERVING: &[Check] = &[
    ("answers", |image| answers(image, &[])),
    ("answers as any user", |image| answers(image, ANY_USER)),
    ("honours $PORT", honours_port),
    ("stops on SIGTERM", stops),
];

const PRINTING: &[Check] = &[
    ("prints", |image| prints(image, &[])),
    ("prints as any user", |image| prints(image, ANY_USER)),
    ("exposes no port", exposes_no_port),
];

const LOOPING: &[Check] = &[
    ("logs", |image| logs(image, &[])),
    ("logs as any user", |image| logs(image, ANY_USER)),
    ("exposes no port", exposes_no_port),
    ("stops on SIGTERM", stops),
];

fn linter_is_silent(image: &Image) -> Checked {
    let done = image.check()?;
    let silent = done.status.success() && done.stdout.contains("no warnings found");
    ensure(silent, || {
        format!("{}\n{}", said(&["build", "--check"], &done), done.stdout)
    })
}

fn needs_no_buildkit(image: &Image) -> Checked {
    let newer = [
        "--mount",
        "--link",
        "--chmod",
        "--parents",
        "--exclude",
        "<<",
        "# syntax",
    ];
    let found: Vec<_> = image
        .dockerfile
        .lines()
        .filter(|line| newer.iter().any(|word| line.contains(word)))
        .collect();
    ensure(found.is_empty(), || found.join("\n"))
}

fn holds_no_compiler(image: &Image) -> Checked {
    let found = image.shell(
        &[],
        "for name in cc gcc g++ c++ clang make cmake ld as rustc cargo gfortran pkg-config; do command -v $name || true; done",
    )?;
    ensure(found.is_empty(), || found)
}

fn holds_no_installer(image: &Image) -> Checked {
    let found = image.shell(
        &[],
        "for name in pip pip3 uv uvx poetry pdm pipenv virtualenv; do command -v $name || true; done
        for python in $(which -a python3); do
          $python -c 'import importlib.util, sys
for name in (\"pip\", \"uv\", \"poetry\", \"pdm\", \"pipenv\", \"virtualenv\"):
    if importlib.util.find_spec(name): print(sys.executable, \"imports\", name)'
        done",
    )?;
    ensure(found.is_empty(), || found)
}

fn holds_no_dev_package(image: &Image) -> Checked {
    let installed = image.shell(&[], "dpkg-query --show --showformat '${Package}\\n'")?;
    ensure(installed.contains("libc6\n"), || {
        format!("no list of packages: {installed}")
    })?;
    let found: Vec<_> = installed
        .lines()
        .filter(|name| name.ends_with("-dev"))
        .collect();
    ensure(found.is_empty(), || found.join(" "))
}

fn is_not_root(image: &Image) -> Checked {
    let user = image.inspect("{{.Config.User}}")?;
    let numeric = !user.is_empty() && user.split(':').all(|id| id.parse::<u32>().is_ok());
    ensure(numeric, || format!("USER {user:?} is not numeric"))?;
    let ids = image.shell(&[], "id -u; id -g")?;
    ensure(!ids.lines().any(|id| id == "0"), || {
        format!("uid and gid: {ids}")
    })
}

fn has_a_home(image: &Image) -> Checked {
    for user in [&[][..], ANY_USER] {
        image.shell(user, "test -d \"$HOME\" && touch \"$HOME/probe\"")?;
        let expanded = image.shell(
            user,
            "python3 -c 'import pathlib; print(pathlib.Path.home())'",
        )?;
        let home = image.shell(user, "echo \"$HOME\"")?;
        ensure(expanded == home, || {
            format!("HOME is {home}, Python finds {expanded}")
        })?;
    }
    Ok(())
}

/// Neither the working directory nor the environment; uv leaves an empty `.lock` there that anyone may take.
fn cannot_change_its_code(image: &Image) -> Checked {
    for user in [&[][..], ANY_USER] {
        let found = image.shell(
            user,
            "find . \"$(python3 -c 'import sys; print(sys.prefix)')\" -writable ! -name .lock | head -n 20",
        )?;
        ensure(found.is_empty(), || {
            format!("writable with {user:?}:\n{found}")
        })?;
    }
    Ok(())
}

fn holds_no_secret(image: &Image) -> Checked {
    let found = image.shell(
        &["--user", "0"],
        "find / -xdev '(' -name .git -o -name '.env*' ')' -print",
    )?;
    ensure(found.is_empty(), || format!("in the image: {found}"))?;
    // All layers and the history, unpacked where the engine keeps them compressed. The second pattern stands in every
    // Debian: that it is found shows that the search sees the layers' files.
    let script = "docker save \"$1\" | tar --extract --to-command='gzip --decompress --force --stdout' \
        | grep --text --only-matching --fixed-strings -e \"$2\" -e PRETTY_NAME= | sort -u";
    let mut search = Command::new("sh");
    search.args(["-c", script, "sh", &image.name, TOKEN]);
    let seen = finish(&mut search, "")?;
    ensure(seen.stdout == "PRETTY_NAME=\n", || {
        format!("the layers hold: {}{}", seen.stdout, seen.stderr)
    })
}

fn edit_installs_nothing(image: &Image) -> Checked {
    let log = image.rebuild_after_an_edit()?;
    let reused = ["CACHED", "---> Using cache"];
    ensure(reused.iter().any(|word| log.contains(word)), || {
        format!("no step was cached:\n{log}")
    })?;
    let found: Vec<_> = log.lines().filter(|line| installs(line)).collect();
    ensure(found.is_empty(), || {
        format!("installed again:\n{}\n\n{log}", found.join("\n"))
    })
}

/// Does a build's log say here that something is fetched, or that more than the project itself is installed?
fn installs(line: &str) -> bool {
    // apt; pip; pip and uv.
    let fetched = ["Get:", "Collecting ", "Downloading "];
    let several = ["Installing collected packages: ", "Installed "];
    fetched.iter().any(|word| line.contains(word))
        || several.iter().any(|word| {
            line.split_once(word).is_some_and(|(_, what)| {
                what.contains(',') || what.contains(" packages") // `a, b`; `2 packages in 5ms`
            })
        })
}

/// Base, environment, code and installed packages, and 2 % for what keeps them together.
fn is_as_small_as_its_parts(image: &Image) -> Checked {
    let base = image.base()?;
    let bytes =
        |name: &str| -> Result<u64, String> { number(&inspect(image.engine, name, "{{.Size}}")?) };
    let packages = |name: &str| -> Result<u64, String> {
        let sizes = shell(
            image.engine,
            name,
            &[],
            "dpkg-query --show --showformat '${Installed-Size}\\n'",
        )?;
        sizes
            .lines()
            .map(number)
            .sum::<Result<u64, _>>()
            .map(|kib| kib * 1024)
    };
    let own = image.shell(
        &["--user", "0"],
        "python3 -c 'import sys; print(sys.prefix)' | xargs du --summarize --bytes . | cut --fields 1",
    )?;
    let own = own.lines().map(number).sum::<Result<u64, _>>()?;
    let parts = bytes(base)? + own + packages(&image.name)? - packages(base)?;
    let whole = bytes(&image.name)?;
    ensure(whole * 100 <= parts * 102, || {
        format!("{whole} bytes, its parts have {parts}")
    })
}

fn answers(image: &Image, options: &[&str]) -> Checked {
    serving(image, options, &port(image)?).map(|_| ())
}

fn honours_port(image: &Image) -> Checked {
    serving(image, &["--env", "PORT=9876"], "9876").map(|_| ())
}

/// A container that has answered each request of the case on a port.
fn serving(image: &Image, options: &[&str], port: &str) -> Result<Container, String> {
    let Kind::Serves(pages) = image.case.kind else {
        return Err("this image serves nothing".to_owned());
    };
    let publish = format!("127.0.0.1::{port}");
    let container = Container::start(image, &[&["--publish", &publish], options].concat())?;
    for (path, says) in pages {
        let answer = container.get(port, path)?;
        ensure(answer.contains(says), || format!("no `{says}`: {answer}"))?;
    }
    Ok(container)
}

fn prints(image: &Image, options: &[&str]) -> Checked {
    let Kind::Prints { input, says } = image.case.kind else {
        return Err("this image prints nothing".to_owned());
    };
    let run: &[&str] = &["run", "--rm", "--interactive"];
    let arguments = [run, CONFINED, options, &[&image.name]].concat();
    let done = image.engine.run(&arguments, input)?;
    ensure(done.status.success() && done.stdout.contains(says), || {
        format!("{}\n{}", said(&arguments, &done), done.stdout)
    })
}

fn logs(image: &Image, options: &[&str]) -> Checked {
    let Kind::Loops { says } = image.case.kind else {
        return Err("this image logs nothing".to_owned());
    };
    Container::start(image, options)?.logs(says)
}

/// A program that heeds SIGTERM can be late on a machine at its limit, one that does not is late each time: the best of three.
fn stops(image: &Image) -> Checked {
    stops_once(image)
        .or_else(|_| stops_once(image))
        .or_else(|_| stops_once(image))
}

fn stops_once(image: &Image) -> Checked {
    let container = match image.case.kind {
        Kind::Serves(_) => serving(image, &[], &port(image)?)?,
        Kind::Loops { says } => {
            let container = Container::start(image, &[])?;
            container.logs(says)?;
            container
        }
        Kind::Prints { .. } => return Err("this image ends by itself".to_owned()),
    };
    let (code, took) = container.terminate()?;
    ensure(took < Duration::from_secs(3), || {
        format!("it took {took:?}")
    })?;
    // 143 is 128 + SIGTERM: how a shell reports a program that ends by the signal itself.
    ensure(["0", "143"].contains(&&*code), || {
        format!("exit code {code}")
    })
}

fn exposes_no_port(image: &Image) -> Checked {
    let ports = exposed(image)?;
    ensure(ports.is_empty(), || ports)
}

/// The one port that the image exposes.
fn port(image: &Image) -> Result<String, String> {
    let ports = exposed(image)?;
    match ports.lines().collect::<Vec<_>>()[..] {
        [port] => Ok(port.trim_end_matches("/tcp").to_owned()),
        _ => Err(format!("it exposes not one port: {ports:?}")),
    }
}

fn exposed(image: &Image) -> Result<String, String> {
    image.inspect("{{range $port, $_ := .Config.ExposedPorts}}{{println $port}}{{end}}")
}

fn number(text: &str) -> Result<u64, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("not a number: {text}"))
}
