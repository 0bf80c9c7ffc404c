//! The workflows that `--ci` writes, run as their forges run them: a fresh clone, step after step, with a real container engine.
//!
//! What stands for something else: the program under test for the one that `uvx` and `pip` would install, `docker buildx build` for
//! the build action, nothing for GitLab's registry, Alpine's `apk` and a builder of one's own. Where no engine answers, all are ignored.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

const DOCKWRIGHT: &str = env!("CARGO_BIN_EXE_dockwright");
const RELEASE: &str = env!("CARGO_PKG_VERSION");

type Check = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One engine, two cores: builds beside builds only time out.
    arguments.test_threads = arguments.test_threads.or(Some(1));
    let checks: [(&str, Check); 4] = [
        ("github: an example passes", github),
        ("github: several images pass", several),
        ("gitlab: an example passes", gitlab),
        (
            "a dependency that nobody generated for fails the check",
            stale,
        ),
    ];
    let trials = checks.map(|(name, check)| {
        Trial::ignorable_test(name, move || match engine() {
            Ok(()) => check().map(|()| Completion::Completed),
            Err(why) => Ok(Completion::ignored_with(why)),
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn engine() -> Result<(), String> {
    for arguments in [&["buildx", "version"][..], &["version"]] {
        let done = Command::new("docker").args(arguments).output();
        let done = done.map_err(|error| format!("docker: {error}"))?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned());
        }
    }
    Ok(())
}

/// A repository of somebody's, in a folder that they call so, the clone that a forge makes of it, and the programs that its machine has.
struct Forge {
    folder: TempDir,
}

impl Forge {
    /// A repository with these files, in which `generate` has run, committed.
    fn new(lay: impl Fn(&Path), arguments: &[&str]) -> Self {
        let forge = Self {
            folder: TempDir::with_prefix("dockwright-forge").unwrap(),
        };
        let theirs = forge.path("theirs");
        fs::create_dir(&theirs).unwrap();
        lay(&theirs);
        forge.git(&["init", "--quiet"]);
        let done = Command::new(DOCKWRIGHT)
            .arg("generate")
            .args(arguments)
            .current_dir(&theirs)
            .output();
        succeeded(&done.unwrap());
        forge.commit();
        forge.machine();
        forge
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn git(&self, arguments: &[&str]) {
        let done = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .current_dir(self.path("theirs"))
            .output();
        succeeded(&done.unwrap());
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    /// What the machine has installed, and what stands for what it would fetch.
    fn machine(&self) {
        fs::create_dir(self.path("bin")).unwrap();
        let installed = format!(
            "#!/bin/sh\n[ \"$1\" = dockwright@{RELEASE} ] || {{ echo \"uvx: $1?\" >&2; exit 9; }}\nshift\nexec {DOCKWRIGHT} \"$@\"\n"
        );
        let pip = format!(
            "#!/bin/sh\nfor name; do :; done\n[ \"$name\" = dockwright=={RELEASE} ] || {{ echo \"pip: $name?\" >&2; exit 9; }}\nln -s {DOCKWRIGHT} \"$(dirname \"$0\")/dockwright\"\n"
        );
        let docker = Command::new("sh")
            .args(["-c", "command -v docker"])
            .output();
        let docker = String::from_utf8(docker.unwrap().stdout).unwrap();
        // A builder of one's own is an image that has to be pulled.
        let docker = format!(
            "#!/bin/sh\ncase \"$1 $2\" in\n\"login --username\" | \"buildx create\") cat >/dev/null </dev/null; exit 0 ;;\nesac\nexec {} \"$@\"\n",
            docker.trim()
        );
        for (name, text) in [
            ("uvx", installed),
            ("pip", pip),
            ("docker", docker),
            ("apk", "#!/bin/sh\n".to_owned()),
        ] {
            let path = self.path("bin").join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // Contexts that a script makes are not the user's.
        fs::create_dir(self.path("config")).unwrap();
        let own = std::env::var("DOCKER_CONFIG")
            .unwrap_or_else(|_| format!("{}/.docker", std::env::var("HOME").unwrap()));
        let plugins = Path::new(&own).join("cli-plugins");
        if plugins.is_dir() {
            symlink(plugins, self.path("config/cli-plugins")).unwrap();
        }
    }

    /// A fresh clone of what is committed.
    fn checkout(&self) -> PathBuf {
        let ours = self.path("ours");
        if ours.exists() {
            fs::remove_dir_all(&ours).unwrap();
        }
        self.git(&["clone", "--quiet", ".", "../ours"]);
        ours
    }

    /// Runs a script in a folder with a shell and these variables.
    fn run(
        &self,
        shell: &[&str],
        script: &str,
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Output {
        let path = format!(
            "{}:{}",
            self.path("bin").display(),
            std::env::var("PATH").unwrap()
        );
        Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", script])
            .current_dir(folder)
            .env("PATH", path)
            .env("DOCKER_CONFIG", self.path("config"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// The steps of the one job of GitHub's workflow, until one fails; what each said.
    fn github(&self) -> Result<Vec<String>, (usize, String)> {
        let ours = self.checkout();
        let workflow = yaml(&ours.join(".github/workflows/dockwright.yml"));
        let steps = workflow["jobs"]["image"]["steps"].as_vec().unwrap();
        let mut said = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let script = match (step["run"].as_str(), step["uses"].as_str()) {
                (Some(script), None) => script.to_owned(),
                (None, Some(action)) if action.starts_with("docker/build-push-action@") => {
                    build(&step["with"])
                }
                (None, Some(action)) => {
                    let known = [
                        "actions/checkout",
                        "astral-sh/setup-uv",
                        "docker/setup-buildx-action",
                    ];
                    assert!(
                        known.iter().any(|name| action.starts_with(name)),
                        "{action}"
                    );
                    continue;
                }
                _ => panic!("{step:?}"),
            };
            // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
            let done = self.run(&["bash", "-e"], &script, &ours, &[("CI", "true")]);
            let text = text(&done);
            if !done.status.success() {
                return Err((at, text));
            }
            said.push(text);
        }
        Ok(said)
    }

    /// The script of a job of GitLab's, its `before_script` ahead of it in the same shell.
    fn gitlab(&self, job: &str) -> Output {
        let ours = self.checkout();
        let workflow = yaml(&ours.join(".gitlab/dockwright.yml"));
        let job = &workflow[job];
        let lines: Vec<&str> = ["before_script", "script"]
            .into_iter()
            .filter_map(|key| job[key].as_vec())
            .flatten()
            .map(|line| line.as_str().unwrap())
            .collect();
        assert!(lines.len() > 1, "{job:?}");
        let registry = "127.0.0.1:9/shop";
        let cache = job["variables"]["CACHE"].as_str().unwrap_or_default();
        let cache = cache.replace("$CI_REGISTRY_IMAGE", registry);
        // The engine is the one that answers here, not a service beside the job; a branch that is not the default one only reads the cache.
        let variables = [
            ("CI", "true"),
            ("CI_COMMIT_BRANCH", "change"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_REGISTRY", "127.0.0.1:9"),
            ("CI_REGISTRY_IMAGE", registry),
            ("CI_REGISTRY_USER", "user"),
            ("CI_REGISTRY_PASSWORD", "word"),
            ("CACHE", cache.as_str()),
        ];
        self.run(&["sh", "-e"], &lines.join("\n"), &ours, &variables)
    }
}

/// What the build action does with its inputs, but for the cache that only GitHub has.
fn build(with: &Yaml) -> String {
    let input = |name: &str| with[name].as_str().unwrap();
    assert_eq!(with["load"].as_bool(), Some(true));
    assert!(input("cache-from").starts_with("type=gha"));
    format!(
        "docker buildx build --load --tag '{}' --file '{}' '{}'",
        input("tags"),
        input("file"),
        input("context")
    )
}

fn yaml(path: &Path) -> Yaml {
    let text = fs::read_to_string(path).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

fn text(done: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&done.stdout), text(&done.stderr))
}

fn succeeded(done: &Output) {
    assert!(done.status.success(), "{}", text(done));
}

/// Copies an example, without what `generate` wrote there.
fn example(name: &str) -> impl Fn(&Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    move |to| {
        succeeded(
            &Command::new("cp")
                .arg("-R")
                .arg(from.join("."))
                .arg(to)
                .output()
                .unwrap(),
        );
        for file in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
            fs::remove_file(to.join(file)).unwrap();
        }
    }
}

fn remove(images: &[&str]) {
    let done = Command::new("docker")
        .args(["image", "rm", "--force"])
        .args(images)
        .output();
    done.unwrap();
}

/// The check, the build, the proof: what the last step says of the image.
fn proved(said: &str) {
    assert!(said.contains("ok       imports "), "{said}");
    assert!(said.contains("\npassed: "), "{said}");
}

fn github() -> Result<(), Failed> {
    let forge = Forge::new(example("script"), &["--ci", "github"]);
    let said = forge.github();
    remove(&["theirs:ci"]);
    let said = said.map_err(|(at, said)| format!("step {at}: {said}"))?;
    assert_eq!(said.len(), 3);
    assert!(said[0].contains("up to date\n"), "{}", said[0]);
    proved(&said[2]);
    Ok(())
}

const SETTINGS_CI: &str = "\
ci = \"github\"

[images.mail]
command = \"python mail.py\"

[images.report]
root = \"services/report\"
command = \"python report.py\"
";

fn several() -> Result<(), Failed> {
    let lay = |folder: &Path| {
        for (path, text) in [
            ("dockwright.toml", SETTINGS_CI),
            (".python-version", "3.14\n"),
            ("requirements.txt", "idna==3.11\n"),
            ("mail.py", "import time\n\nimport idna\n\ntime.sleep(600)\n"),
            ("services/report/.python-version", "3.14\n"),
            ("services/report/requirements.txt", "idna==3.11\n"),
            (
                "services/report/report.py",
                "import idna\n\nprint(idna.__version__)\n",
            ),
        ] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    };
    let forge = Forge::new(lay, &[]);
    let said = forge.github();
    remove(&["mail:ci", "report:ci"]);
    let said = said.map_err(|(at, said)| format!("step {at}: {said}"))?;
    assert_eq!(said.len(), 5);
    proved(&said[2]);
    proved(&said[4]);
    Ok(())
}

fn gitlab() -> Result<(), Failed> {
    let forge = Forge::new(example("script"), &["--ci", "gitlab"]);
    for job in ["dockwright-check", "dockwright-build"] {
        let done = forge.gitlab(job);
        // What the job before has installed is on no other machine.
        fs::remove_file(forge.path("bin/dockwright")).unwrap();
        if !done.status.success() {
            return Err(format!("{job}: {}", text(&done)).into());
        }
        if job == "dockwright-build" {
            remove(&["theirs:ci"]);
            proved(&text(&done));
        }
    }
    Ok(())
}

fn stale() -> Result<(), Failed> {
    for (flags, name) in [("github", "script"), ("gitlab", "script")] {
        let forge = Forge::new(example(name), &["--ci", flags]);
        let path = forge.path("theirs/requirements.txt");
        let more = fs::read_to_string(&path).unwrap() + "python-magic==0.4.27\n";
        fs::write(&path, more).unwrap();
        forge.commit();
        let reason =
            "python-magic 0.4.27 was added to requirements.txt: the runtime needs libmagic1t64";
        let said = if flags == "github" {
            let (at, said) = forge.github().err().ok_or("it passed")?;
            assert_eq!(at, 2, "nothing is built: {said}");
            said
        } else {
            let done = forge.gitlab("dockwright-check");
            assert_eq!(done.status.code(), Some(1));
            text(&done)
        };
        assert!(said.contains(reason), "{said}");
    }
    Ok(())
}
