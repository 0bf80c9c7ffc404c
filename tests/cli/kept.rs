//! What flags asked for once: files beside the Dockerfile are kept right, of the rest `generate` says how to keep it.

use super::project::Project;
use super::{REQUIREMENTS, flask};

/// A project at the top of its repository, where a workflow belongs.
fn top() -> Project {
    let project = flask();
    project.write(".git/HEAD", "");
    project
}

const BESIDE: [(&[&str], &str, &str); 5] = [
    (&["--compose"], "compose.yaml", "compose = false\n"),
    (&["--bake"], "docker-bake.hcl", "bake = false\n"),
    (
        &["--pre-commit"],
        ".pre-commit-config.yaml",
        "pre-commit = false\n",
    ),
    (&["--ci", "github"], ".github/workflows/dockwright.yml", ""),
    (&["--ci", "gitlab"], ".gitlab/dockwright.yml", ""),
];

#[test]
fn what_a_flag_wrote_beside_is_kept_right_while_it_is_there() {
    for (flags, path, no) in BESIDE {
        let project = top();
        let done = project.run(&[&["generate"], flags].concat());
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(!done.err.contains("to keep the flags"), "{}", done.err);
        let settled = project.run(&["check"]);
        assert_eq!((settled.code, settled.out.as_str()), (0, ""), "{path}");
        // It follows the project: each of them names the image after it, but the hook.
        project.write(
            "pyproject.toml",
            "[project]\nname = \"store\"\nversion = \"1\"\n",
        );
        project.write("dockwright.toml", "manager = \"pip\"\n");
        let before = project.read(path);
        let names = !path.contains("pre-commit");
        assert_eq!(project.run(&["check"]).code == 1, names, "{path}");
        assert_eq!(project.run(&["generate"]).code, 0);
        assert_eq!(project.read(path) != before, names, "{path}");
        let listed = project.run(&["explain", "--format", "json"]);
        assert!(
            listed.out.contains(&format!("\"{path}\"")),
            "{}",
            listed.out
        );
        // A setting that says no: the file is its reader's.
        if !no.is_empty() {
            project.write("dockwright.toml", format!("manager = \"pip\"\n{no}"));
            let said = project.run(&["check"]);
            let text = format!(
                "{path} is no longer generated: what is on disk is yours to keep or to delete\n"
            );
            assert_eq!((said.code, said.out), (1, text));
            let done = project.run(&["generate"]);
            let left = format!("{path:<24} no longer generated, left as it is\n");
            assert!(done.out.contains(&left), "{}", done.out);
            assert_eq!(project.run(&["check"]).code, 0);
            assert!(project.has(path));
            continue;
        }
        // Deleted, it is nobody's wish any more.
        std::fs::remove_file(project.path(path)).unwrap();
        assert_eq!(project.run(&["check"]).code, 0, "{path}");
        assert_eq!(project.run(&["generate"]).code, 0);
        assert!(!project.has(path) && !project.read("dockwright.lock").contains(path));
    }
}

#[test]
fn another_forge_takes_the_place_of_the_first() {
    let project = top();
    project.run(&["generate", "--ci", "github"]);
    let done = project.run(&["generate", "--ci", "gitlab"]);
    assert!(
        done.out
            .contains(".github/workflows/dockwright.yml no longer generated, left as it is\n"),
        "{}",
        done.out
    );
    assert_eq!(project.run(&["check"]).code, 0);
}

#[test]
fn a_clone_in_a_folder_of_another_name_is_up_to_date() {
    for (flags, path, _) in BESIDE {
        let project = top();
        project.run(&[&["generate"], flags].concat());
        let before = project.read(path);
        std::fs::rename(project.path(""), project.path("../work")).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = project.command(arguments);
            let done = command.current_dir(project.path("../work").canonicalize().unwrap());
            done.output().unwrap()
        };
        std::fs::create_dir(project.path("")).unwrap();
        for arguments in [
            &["check"][..],
            &["generate"],
            &["init", "--yes"],
            &["check"],
        ] {
            let done = run(arguments);
            assert!(done.status.success(), "{path} {arguments:?}: {done:?}");
        }
        assert_eq!(project.read(&format!("../work/{path}")), before);
    }
}

#[test]
fn a_file_of_somebody_else_is_not_taken_for_ours() {
    let project = top();
    project.run(&["generate"]);
    project.write("compose.yaml", "services: {}\n");
    assert_eq!(project.run(&["check"]).code, 0);
    project.run(&["generate"]);
    assert_eq!(project.read("compose.yaml"), "services: {}\n");
}

#[test]
fn of_several_images_each_keeps_its_own() {
    let project = Project::new(&[
        (
            "dockwright.toml",
            "[images.web]\nroot = \"web\"\n[images.job]\nroot = \"job\"\n",
        ),
        ("../.git/HEAD", ""),
        ("web/requirements.txt", REQUIREMENTS),
        ("web/.python-version", "3.13\n"),
        ("web/app.py", super::APP),
        ("job/requirements.txt", "requests==2.32.5\n"),
        ("job/.python-version", "3.13\n"),
        (
            "job/main.py",
            "import requests\n\nif __name__ == \"__main__\":\n    requests.get(\"http://x\")\n",
        ),
    ]);
    let done = project.run(&["generate", "--compose", "--only", "web"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let compose = project.read("web/compose.yaml");
    assert!(compose.contains("image: web\n"), "{compose}");
    assert_eq!(project.run(&["generate"]).code, 0);
    assert_eq!(project.run(&["check"]).code, 0);
    let lock = project.read("dockwright.lock");
    assert!(lock.contains("path = \"web/compose.yaml\""), "{lock}");
    assert!(!project.has("job/compose.yaml"));
}

#[test]
fn the_lines_that_keep_the_flags_do() {
    for (flags, kept) in [
        (&["--port", "9000"][..], "  port = 9000\n"),
        (&["--frontend", "web"], "  frontend = \"web\"\n"),
        (
            &["--no-buildkit", "--no-healthcheck"],
            "  buildkit = false\n  healthcheck = false\n",
        ),
        (
            &[
                "--run-packages",
                "curl,git",
                "--end-of-builder",
                "echo \"a 'b'\"",
            ],
            "  packages.run = [\"curl\", \"git\"]\n  run.end-of-builder = [\"\"\"echo \"a 'b'\"\"\"\"]\n",
        ),
        (
            &[
                "--label",
                "org.opencontainers.image.title=Shop",
                "--env",
                "TZ=UTC",
            ],
            "  env.TZ = \"UTC\"\n  labels.\"org.opencontainers.image.title\" = \"Shop\"\n",
        ),
        (
            &[
                "--command",
                "python app.py",
                "--dockerfile",
                "Dockerfile.dockwright",
            ],
            "  command = \"python app.py\"\n  dockerfile = \"Dockerfile.dockwright\"\n",
        ),
    ] {
        let project = flask();
        project.write(
            "web/package.json",
            "{\"scripts\": {\"build\": \"vite build\"}}",
        );
        project.write("web/package-lock.json", "{\"lockfileVersion\": 3}");
        let done = project.run(&[&["generate"], flags].concat());
        assert_eq!(done.code, 0, "{flags:?}: {}", done.err);
        let (_, lines) = done.err.split_once("add to dockwright.toml:\n").unwrap();
        assert_eq!(lines, kept, "{flags:?}");
        let said = project.run(&["check"]);
        assert_eq!(said.code, 1, "{flags:?}");
        project.write("dockwright.toml", lines);
        let said = project.run(&["check"]);
        assert_eq!(said.code, 0, "{flags:?}: {}", said.out);
        // Said already: nothing to keep.
        let done = project.run(&[&["generate"], flags].concat());
        assert!(!done.err.contains("dockwright.toml"), "{}", done.err);
    }
}

#[test]
fn check_names_the_command_that_mends() {
    let project = flask();
    project.run(&["generate"]);
    project.write(
        "requirements.txt",
        format!("{REQUIREMENTS}psycopg2==2.9.10\n"),
    );
    let folder = project.path("").display().to_string();
    for (arguments, mend) in [
        (&["check"][..], "dockwright generate"),
        (
            &["check", "--port", "9000", "--env", "A=b c"],
            "dockwright generate --env 'A=b c' --port 9000",
        ),
        (&["check", "--pin"], "dockwright generate --pin"),
    ] {
        let done = project.run(arguments);
        assert_eq!(done.code, 1);
        assert!(
            done.err.ends_with(&format!(
                "\nout of date: run `{mend}` and commit what it writes\n"
            )),
            "{}",
            done.err
        );
    }
    let done = project.run(&["check", &folder]);
    assert!(
        done.err.contains("run `dockwright generate /shop/` and"),
        "{}",
        done.err
    );
    project.write("dockwright.toml", "pin = true\n");
    let done = project.run(&["check"]);
    assert!(
        done.err.contains("run `dockwright generate --pin` and"),
        "{}",
        done.err
    );
}
