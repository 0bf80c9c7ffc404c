//! Builds the fixtures `built-*` with a real container engine and runs them: each manager's steps, as they are generated.
//!
//! `cargo test --test managers` lists each project twice, for `BuildKit` and for builders that know no `--mount`. What is
//! generated stands in `tests/fixtures/built-*/expected`. Where no engine answers, all are reported as ignored.

#[path = "../docker/engine.rs"]
mod engine;
mod index;
mod repository;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;

use libtest_mimic::{Arguments, Completion, Trial};
use tempfile::TempDir;

use engine::{Engine, ensure, finish, said};

/// What a check ends with: a failure says what was found.
type Checked = Result<(), String>;

/// Projects whose index asks for a password, which cannot be given without `BuildKit`.
const PRIVATE: &str = "private-index";

/// Projects with a requirement in a repository that the test serves.
const FROM_GIT: &str = "pip-git";

/// Held by the one trial that uses the classic builder.
static CLASSIC: Mutex<()> = Mutex::new(());

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engine = Engine::find();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut cases: Vec<PathBuf> = root
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| name(path).starts_with("built-"))
        .collect();
    cases.sort();
    let trials = cases
        .iter()
        .flat_map(|case| [true, false].map(|buildkit| (case.clone(), buildkit)))
        .filter(|(case, buildkit)| *buildkit || !name(case).contains(PRIVATE))
        .map(|(case, buildkit)| trial(engine.clone(), case, buildkit))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(engine: Result<Engine, String>, case: PathBuf, buildkit: bool) -> Trial {
    let title = if buildkit { "" } else { "-no-buildkit" };
    Trial::ignorable_test(format!("{}{title}", name(&case)), move || match engine {
        Ok(engine) => {
            // The classic builder's images are each other's parents: removing one while another is built on it ends that build.
            let _alone = (!buildkit).then(|| CLASSIC.lock());
            let image = format!("dockwright-{}{title}:{}", name(&case), std::process::id());
            let done = build_and_run(engine, &case, buildkit, &image);
            engine.run(&["image", "rm", "--force", &image], "").ok();
            done?;
            Ok(Completion::Completed)
        }
        Err(why) => Ok(Completion::ignored_with(why)),
    })
}

fn build_and_run(engine: Engine, case: &Path, buildkit: bool, image: &str) -> Checked {
    let folder = copy(case).map_err(|error| error.to_string())?;
    let app = fs::read_to_string(case.join("folder")).unwrap_or_default();
    let app = folder.path().join(app.trim());
    let settings = case.join("dockwright.toml");
    fs::copy(settings, app.join("dockwright.toml")).map_err(|error| error.to_string())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    command.arg("generate").arg(&app);
    if !buildkit {
        command.arg("--no-buildkit");
    }
    let done = finish(&mut command, "")?;
    ensure(done.status.success(), || done.stderr.clone())?;
    let secrets = private(case, folder.path(), &done.stdout)?;
    let mut options = secrets.clone();
    if name(case).ends_with(FROM_GIT) {
        repository::make()?;
        index::serve()?;
        options = ["--network", "host"].map(ToOwned::to_owned).to_vec();
    }
    build(
        engine,
        folder.path(),
        &app.join("Dockerfile"),
        &options,
        buildkit,
        image,
    )?;
    holds_no_manager(engine, image)?;
    runs(engine, image)?;
    if secrets.is_empty() {
        Ok(())
    } else {
        holds_no_password(engine, image)
    }
}

/// For an index with a password: its server, a netrc file, and the options that the last line of `generate` names.
fn private(case: &Path, folder: &Path, said: &str) -> Result<Vec<String>, String> {
    if !name(case).contains(PRIVATE) {
        return Ok(Vec::new());
    }
    ensure(said.contains("--secret id=netrc,src=$HOME/.netrc"), || {
        said.to_owned()
    })?;
    index::serve()?;
    let netrc = folder.join(".netrc");
    fs::write(&netrc, index::netrc()).map_err(|error| error.to_string())?;
    let secret = format!("id=netrc,src={}", netrc.display());
    Ok(vec![
        "--network".to_owned(),
        "host".to_owned(),
        "--secret".to_owned(),
        secret,
    ])
}

fn build(
    engine: Engine,
    folder: &Path,
    dockerfile: &Path,
    options: &[String],
    buildkit: bool,
    image: &str,
) -> Checked {
    let (folder, file) = (folder.to_string_lossy(), dockerfile.to_string_lossy());
    let mut arguments = vec!["build", "--tag", image, "--file", &file];
    arguments.extend(options.iter().map(String::as_str));
    arguments.push(&folder);
    let kind = [("DOCKER_BUILDKIT", if buildkit { "1" } else { "0" })];
    let done = engine.run_with(&arguments, "", &kind)?;
    ensure(done.status.success(), || {
        let text = fs::read_to_string(dockerfile).unwrap_or_default();
        format!("{}\n{}\n{text}", said(&arguments, &done), done.stdout)
    })
}

/// Everything that is installed was byte-compiled, and nothing of it is a package manager or for tests alone.
fn holds_no_manager(engine: Engine, image: &str) -> Checked {
    const SCRIPT: &str = "cd /opt/venv/lib/python3*/site-packages || exit 1
        for name in pip poetry pdm pipenv uv pytest; do ls -d \"$name\" 2>/dev/null; done
        echo \"$(find . -name '*.py' | wc -l) $(find . -name '*.pyc' | wc -l)\"";
    let run = ["run", "--rm", "--entrypoint", "sh", image, "-c", SCRIPT];
    let found = engine.output(&run)?;
    let (sources, compiled) = found.trim().split_once(' ').unwrap_or_default();
    let all = sources == compiled && sources.parse().is_ok_and(|count: u32| count > 100);
    ensure(all, || format!("installed: {found}"))
}

/// The command ends well and says hello, confined and as a user that the image does not know; a server goes on.
fn runs(engine: Engine, image: &str) -> Checked {
    let run = "run --detach --read-only --tmpfs /tmp --cap-drop ALL --user 12345";
    let arguments: Vec<&str> = run.split(' ').chain([image]).collect();
    let id = engine.output(&arguments)?;
    let seen = (0..300).find_map(|_| outcome(engine, id.trim()).transpose());
    engine.output(&["rm", "--force", "--volumes", id.trim()])?;
    match seen {
        Some(seen) => seen,
        None => Err("it neither ended nor listened within a minute".to_owned()),
    }
}

/// How it went, as soon as that can be told; the server `gunicorn` says that it listens.
fn outcome(engine: Engine, id: &str) -> Result<Option<()>, String> {
    let state = "{{.State.Running}} {{.State.ExitCode}}";
    let state = engine.output(&["container", "inspect", "--format", state, id])?;
    let log = engine.run(&["logs", id], "")?;
    let log = format!("{}{}", log.stdout, log.stderr);
    match state.trim() {
        "true 0" if log.contains("Listening at") => Ok(Some(())),
        "false 0" if log.contains("hello") => Ok(Some(())),
        "true 0" => {
            std::thread::sleep(std::time::Duration::from_millis(200));
            Ok(None)
        }
        _ => Err(format!("{state}{log}")),
    }
}

/// Neither in the history nor in any layer's file.
fn holds_no_password(engine: Engine, image: &str) -> Checked {
    let history = engine.output(&["history", "--no-trunc", image])?;
    ensure(!history.contains(index::PASSWORD), || history.clone())?;
    let script = "docker save \"$1\" | tar --extract --to-command='gzip --decompress --force --stdout' \
        | grep --text --only-matching --fixed-strings -e \"$2\" -e PRETTY_NAME= | sort -u";
    let mut search = Command::new("sh");
    search.args(["-c", script, "sh", image, index::PASSWORD]);
    let seen = finish(&mut search, "")?;
    // The second pattern stands in every Debian: the search sees the files.
    ensure(seen.stdout == "PRETTY_NAME=\n", || seen.stdout.clone())
}

fn copy(case: &Path) -> std::io::Result<TempDir> {
    let folder = TempDir::new()?;
    copy_tree(&case.join("project"), folder.path())?;
    // What lies above the application is read inside a checkout alone.
    fs::create_dir(folder.path().join(".git"))?;
    Ok(folder)
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn name(case: &Path) -> String {
    case.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
