#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::facts::{Environment, Platform};
use crate::inspect::testing::project;

fn read_in(files: &[(&str, &str)]) -> Result<(Pyproject, Vec<Warning>), Error> {
    let crlf: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (*name, text.replace('\n', "\r\n")))
        .collect();
    let crlf: Vec<(&str, &str)> = crlf
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let run = |files: &[(&str, &str)]| {
        let (_folder, tree) = project(files, "");
        let mut warnings = Vec::new();
        super::read(&tree, "pyproject.toml", &mut warnings).map(|found| (found.unwrap(), warnings))
    };
    let found = run(files);
    assert_eq!(found, run(&crlf), "CRLF must change nothing");
    found
}

fn read_one(text: &str) -> Pyproject {
    let (found, warnings) = read_in(&[("pyproject.toml", text)]).unwrap();
    assert_eq!(warnings, []);
    found
}

fn refused(text: &str) -> String {
    read_in(&[("pyproject.toml", text)])
        .unwrap_err()
        .to_string()
}

fn listed(found: &[Requirement]) -> Vec<String> {
    found
        .iter()
        .map(|found| {
            format!(
                "{}{}:{}",
                found.name.clone().unwrap(),
                found.specifier,
                found.at.line
            )
        })
        .collect()
}

#[test]
fn project_table_with_lines() {
    let found = read_one(
        "[build-system]\nrequires = ['hatchling>=1']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'Shop.App'\nversion = '1.0'\nrequires-python = '>=3.12'\n\
         dependencies = [\n  'Flask>=3',\n  # why\n  'psycopg[binary]',\n]\n[project.optional-dependencies]\n'My_Extra' = ['boto3']\n[project.scripts]\nshop = 'shop.cli:main'\n",
    );
    assert_eq!(
        found.name.unwrap(),
        Found::new("Shop.App".to_owned(), Place::new("pyproject.toml", 5))
    );
    assert_eq!(found.requires_python.unwrap().at.line, 7);
    assert_eq!(listed(&found.dependencies), ["flask>=3:9", "psycopg:11"]);
    assert_eq!(listed(&found.extras["my-extra"]), ["boto3:14"]);
    assert_eq!(
        (
            found.scripts[0].value.target.as_str(),
            found.scripts[0].at.line
        ),
        ("shop.cli:main", 16)
    );
    assert_eq!(
        listed(&found.build_system.unwrap().requires),
        ["hatchling>=1:2"]
    );
    assert!(found.package);
}

#[test]
fn groups_include_each_other_but_not_themselves() {
    let found = read_one(
        "[dependency-groups]\ndev = ['ruff', {include-group = 'Test'}]\ntest = ['pytest']\n",
    );
    assert_eq!(
        listed(&found.groups["dev"].requirements),
        ["ruff:2", "pytest:3"]
    );
    let text =
        refused("[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = 'a'}]\n");
    assert!(
        text.contains("includes itself")
            && text.contains("pyproject.toml:2")
            && text.contains("pyproject.toml:3"),
        "{text}"
    );
    assert!(
        refused("[dependency-groups]\na = [{include-group = 'nope'}]\n")
            .contains("`include-group = \"nope\"`")
    );
}

#[test]
fn dynamic_dependencies_come_from_the_files_they_name() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = 'x'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = ['requirements.txt']}\noptional-dependencies.pg = {file = 'pg.txt'}\n",
        ),
        ("requirements.txt", "flask\n"),
        ("pg.txt", "psycopg2\n"),
    ];
    let (found, _) = read_in(&files).unwrap();
    assert_eq!(found.dependencies[0].at, Place::new("requirements.txt", 1));
    assert_eq!(listed(&found.extras["pg"]), ["psycopg2:1"]);
    assert_eq!(found.dynamic_files, ["pg.txt", "requirements.txt"]);
    let text = read_in(&files[..2]).unwrap_err().to_string();
    assert!(
        text.contains("pg.txt") && text.contains("pyproject.toml:6"),
        "{text}"
    );
    let hatch = "[project]\nname = 'x'\n[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['requirements.txt']\n";
    assert_eq!(
        read_in(&[("pyproject.toml", hatch), files[1]])
            .unwrap()
            .0
            .dependencies
            .len(),
        1
    );
}

const POETRY: &str = "[tool.poetry]\nname = 'shop'\npackage-mode = false\n[tool.poetry.dependencies]\npython = '^3.11'\ndjango = '~5.1'\nuvloop = {version = '*', python = '<3.13', optional = true}\n\
    lib = {git = 'git@github.com:a/lib.git', rev = 'abc'}\nlocal = {path = 'libs/local', develop = true}\npick = [{version = '1.0', markers = \"sys_platform == 'linux'\"}, {version = '2.0', markers = \"sys_platform != 'linux'\"}]\n\
    [tool.poetry.extras]\nfast = ['uvloop']\n[tool.poetry.group.docs]\noptional = true\n[tool.poetry.group.docs.dependencies]\nmkdocs = '*'\n[tool.poetry.dev-dependencies]\npytest = '^8'\n[[tool.poetry.source]]\nname = 'corp'\nurl = 'https://u:secret@h/simple'\npriority = 'supplemental'\n";

#[test]
fn poetry_1_tables() {
    let (found, warnings) = read_in(&[
        ("pyproject.toml", POETRY),
        ("libs/local/pyproject.toml", ""),
    ])
    .unwrap();
    assert_eq!(warnings, []);
    assert_eq!(
        found.requires_python.unwrap(),
        Found::new(">=3.11,<4".to_owned(), Place::new("pyproject.toml", 5))
    );
    assert_eq!(
        listed(&found.dependencies),
        [
            "django>=5.1, <5.2:6",
            "lib:8",
            "local:9",
            "pick==1.0:10",
            "pick==2.0:10"
        ]
    );
    assert!(matches!(
        found.dependencies[1].source,
        Source::Vcs { ssh: true, .. }
    ));
    assert!(
        matches!(&found.dependencies[2].source, Source::Path { path: Some(path), directory: true, .. } if path == "libs/local")
    );
    let linux = Environment::linux(12, 0, Platform::Amd64);
    assert!(
        found.dependencies[3].marker.holds(&linux, &[])
            && !found.dependencies[4].marker.holds(&linux, &[])
    );
    let fast = &found.extras["fast"][0];
    assert!(
        fast.marker.holds(&linux, &[])
            && !fast
                .marker
                .holds(&Environment::linux(13, 0, Platform::Amd64), &[])
    );
    assert!(found.groups["docs"].optional && !found.groups["dev"].optional && !found.package);
    let index = &found.options.indexes[0];
    assert!(index.embedded_credentials && !index.default && index.url == "https://h/simple");
}

#[test]
fn poetry_2_adds_sources_to_the_project() {
    let found = read_one(
        "[project]\nname = 'x'\nrequires-python = '>=3.12'\ndependencies = ['lib (>=1,<2)', 'flask']\n[tool.poetry.dependencies]\nlib = {git = 'https://h/lib.git'}\n",
    );
    assert_eq!(listed(&found.dependencies), ["lib>=1, <2:4", "flask:4"]);
    assert!(matches!(found.dependencies[0].source, Source::Vcs { .. }));
}

#[test]
fn poetry_has_the_word_where_the_project_table_lists_no_dependencies() {
    let found = read_one(
        "[project]\nrequires-python = '>=3.8'\n[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\npython = '>=3.8,<3.11'\nflask = '2.3.2'\npsycopg2 = {version = '2.9', optional = true}\n[tool.poetry.extras]\npg = ['psycopg2']\n",
    );
    assert_eq!(listed(&found.dependencies), ["flask==2.3.2:7"]);
    assert_eq!(listed(&found.extras["pg"]), ["psycopg2==2.9:8"]);
    assert_eq!(found.requires_python.unwrap().value, ">=3.8,<3.11");
}

const UV: &str = "[project]\nname = 'x'\ndependencies = ['lib', 'member']\n[tool.uv]\npackage = true\ndefault-groups = ['dev', 'Web_x']\nno-binary-package = ['lxml']\nrequired-version = '>=0.8'\n\
    [tool.uv.sources]\nlib = {git = 'https://h/lib'}\nout = {path = '../out'}\nmember = {workspace = true}\n[tool.uv.workspace]\nmembers = ['packages/*']\n[[tool.uv.index]]\nname = 'my-corp'\nurl = 'https://h/simple'\nauthenticate = 'always'\n";

#[test]
fn uv_tables_and_the_file_that_replaces_them() {
    let (found, _) = read_in(&[("pyproject.toml", UV)]).unwrap();
    assert!(found.package);
    assert_eq!(
        found.uv.default_groups.as_deref(),
        Some(&["dev".to_owned(), "web-x".to_owned()][..])
    );
    assert_eq!(found.uv.path_sources["out"], None);
    assert!(matches!(found.dependencies[0].source, Source::Vcs { .. }));
    assert_eq!(found.options.no_binary[0].value, "lxml");
    assert_eq!(
        found.options.indexes[0].variables,
        ["UV_INDEX_MY_CORP_USERNAME", "UV_INDEX_MY_CORP_PASSWORD"]
    );
    let (found, _) = read_in(&[
        ("pyproject.toml", UV),
        ("uv.toml", "index-url = 'https://other/simple'\n"),
    ])
    .unwrap();
    assert_eq!(
        found
            .options
            .indexes
            .iter()
            .map(|index| index.url.as_str())
            .collect::<Vec<_>>(),
        ["https://other/simple"]
    );
    assert_eq!(
        (
            found.options.no_binary.len(),
            found.uv.workspace_members.map(|members| members.len())
        ),
        (0, Some(1))
    );
}

#[test]
fn pdm_and_fastapi_tables() {
    let found = read_one(
        "[project]\nname = 'x'\n[tool.pdm]\ndistribution = false\n[tool.pdm.dev-dependencies]\ndev = ['ruff', '-e file:///${PROJECT_ROOT}/lib#egg=lib']\n[tool.pdm.scripts]\nstart = {cmd = 'uvicorn x:app'}\nlint = 'ruff'\n[tool.fastapi]\nentrypoint = 'x.main:app'\n[build-system]\nrequires = []\n",
    );
    assert_eq!(
        listed(&found.groups["dev"].requirements),
        ["ruff:6", "lib:6"]
    );
    assert_eq!(
        found
            .tasks
            .iter()
            .map(|task| task.value.command.as_str())
            .collect::<Vec<_>>(),
        ["uvicorn x:app"]
    );
    assert_eq!(found.fastapi_entrypoint.unwrap().value, "x.main:app");
    assert!(!found.package);
}

#[test]
fn broken_files_are_refused_with_their_line() {
    for (text, line, part) in [
        ("[project]\nname = \n", "pyproject.toml:2", "syntax error"),
        (
            "[project]\n<<<<<<< HEAD\nname = 'a'\n",
            "pyproject.toml:2",
            "merge",
        ),
        (
            "[project]\ndependencies = 'flask'\n",
            "pyproject.toml:2",
            "array",
        ),
        (
            "[project]\ndependencies = [\n 'ok',\n 'flask = 1',\n]\n",
            "pyproject.toml:4",
            "`==` pins",
        ),
        ("project = 3\n", "pyproject.toml:1", "table"),
        (
            "[project]\ndependencies = ['x @ https://u:secret@h/x.whl']\n",
            "pyproject.toml:2",
            "password or token",
        ),
    ] {
        let error = refused(text);
        assert!(
            error.contains(line) && error.contains(part) && !error.contains("secret"),
            "{error}"
        );
    }
}

/// What `generate` writes would be an input of the next run, and is not in the build context.
#[test]
fn what_dockwright_writes_is_no_input() {
    let text = "[project]\nname = \"shop\"\nversion = \"1\"\nreadme = \"Dockerfile\"\nlicense-files = [\"LICENSE\"]\n";
    let files = [
        ("pyproject.toml", text),
        ("Dockerfile", ""),
        ("LICENSE", ""),
    ];
    let (found, _) = read_in(&files).unwrap();
    assert_eq!(found.metadata_files, ["LICENSE"]);
}
