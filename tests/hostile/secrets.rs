//! A token in each place where people put one; no output, message or file that dockwright writes may hold it.

use super::{Files, lay, run};

const TOKEN: &str = "s3cr3tT0ken";

/// Lines of a requirements file; `T` is the token.
const REQUIREMENTS: [&str; 27] = [
    "--index-url https://user:T@h.example/simple",
    "--extra-index-url https://T@h.example/simple",
    "-i https://h.example/simple?token=T",
    "--find-links https://user:T@h.example/x",
    "--index-url 'https://user:T@h.example/simple",
    "--index-url https://user:T@",
    "--index-urls https://user:T@h.example/simple",
    "--index-urls=https://user:T@h.example/simple",
    "index-url https://user:T@h.example/simple",
    "--proxy http://user:T@h.example:3128",
    "--trusted-host user:T@h.example",
    "-r https://user:T@h.example/r.txt",
    "-c https://user:T@h.example/c.txt",
    "-r user:T@h.example/r.txt",
    "https://user:T@h.example/x-1-py3-none-any.whl",
    "x @ https://user:T@h.example/x.whl",
    "x @ https://h.example/x.whl?sig=T",
    "x@https://user:T@h.example/x.whl ; oops",
    "x @ https://user:T@h.example/x y.whl",
    "x @ user:T@h.example",
    "x @ git+https://T@h.example/a/b",
    "x @ git+https://T:x-oauth-basic@h.example/a/b.git@main",
    "-e git+https://user:T@h.example/a/b#egg=x",
    "-e https://user:T@h.example/a/b",
    "git+ssh://git:T@h.example/a/b",
    "psycopg2==https://user:T@h.example",
    "psycopg2 https://user:T@h.example",
];

/// What follows `[project]` with a name, a version and `flask`.
const PYPROJECT: [&str; 17] = [
    "[[tool.uv.index]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'",
    "[[tool.uv.index]]\nname = 'a'\nurl = 'https://h.example/simple?token=T'",
    "[tool.uv]\nindex-url = 'https://user:T@h.example/simple'",
    "[tool.uv]\nextra-index-url = ['https://T@h.example/simple']",
    "[tool.uv]\nfind-links = ['https://user:T@h.example/x']",
    "[tool.uv.sources]\nflask = { git = 'https://user:T@h.example/a/b' }",
    "[tool.uv.sources]\nflask = { url = 'https://user:T@h.example/x.whl' }",
    "[dependency-groups]\nprod = ['x @ https://user:T@h.example/x.whl']",
    "[project.optional-dependencies]\nprod = ['x @ git+https://T@h.example/a/b']",
    "[[tool.poetry.source]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'",
    "[tool.poetry.dependencies]\nx = { git = 'https://user:T@h.example/a/b' }",
    "[tool.poetry.dependencies]\nx = { url = 'https://user:T@h.example/x.whl' }",
    "[[tool.pdm.source]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'",
    "[[tool.pdm.source]]\nname = 'a'\nurl = 'https://h.example/simple'\nusername = 'user'\npassword = 'T'",
    "[tool.x]\nurl = https://user:T@h.example/simple",
    "[tool.x]\n'https://user:T@h.example/simple",
    "[tool.dockwright]\nbase = 'https://user:T@h.example/simple'",
];

/// Whole files beside a small application; `|` parts the name from the text.
const FILES: [&str; 24] = [
    ".env|SECRET_KEY=T\n",
    ".env.production|SECRET_KEY=T\n",
    ".netrc|machine h.example login user password T\n",
    "pip.conf|[global]\nindex-url = https://user:T@h.example/simple\n",
    ".pypirc|[pypi]\npassword = T\n",
    "id_rsa|-----BEGIN OPENSSH PRIVATE KEY-----\nT\n",
    "uv.toml|[[index]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'\n",
    "poetry.toml|[repositories.a]\nurl = 'https://user:T@h.example/simple'\n",
    "settings.py|SECRET_KEY = 'T'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'PASSWORD': 'T'}}\n",
    "app.py|import os\nos.environ['API_KEY'] = 'T'\nfrom flask import Flask\napp = Flask(__name__)\napp.secret_key = 'T'\n",
    "config.py|DATABASE_URL = 'postgresql://user:T@h.example/db'\n",
    "compose.yaml|services:\n  web:\n    environment:\n      SECRET_KEY: T\n",
    "setup.cfg|[metadata]\nname = x\n[options]\ninstall_requires =\n    x @ https://user:T@h.example/x.whl\n",
    "setup.cfg|[metadata]\nname = x\n[options]\ndependency_links = https://user:T@h.example/x\ninstall_requires = flask\n",
    "setup.py|from setuptools import setup\nsetup(name='x', install_requires=['x @ git+https://T@h.example/a/b'])\n",
    "Pipfile|[[source]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'\n[packages]\nflask = '*'\n",
    "Pipfile|[packages]\nflask = { git = 'https://user:T@h.example/a/b' }\n",
    "Pipfile|[packages]\nflask = { file = 'https://user:T@h.example/x.whl' }\n",
    "Pipfile.lock|{\"_meta\": {\"hash\": {\"sha256\": \"0\"}, \"pipfile-spec\": 6, \"requires\": {}, \"sources\": [{\"name\": \"a\", \"url\": \"https://user:T@h.example/simple\", \"verify_ssl\": true}]}, \"default\": {\"flask\": {\"version\": \"==3.0.0\", \"index\": \"a\"}}, \"develop\": {}}",
    "Pipfile.lock|{\"_meta\": {\"hash\": {\"sha256\": \"0\"}, \"pipfile-spec\": 6, \"requires\": {}, \"sources\": []}, \"default\": {\"flask\": {\"git\": \"https://user:T@h.example/a/b\", \"ref\": \"0\"}}, \"develop\": {}}",
    "uv.lock|version = 1\nrequires-python = \">=3.12\"\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nsource = { registry = \"https://user:T@h.example/simple\" }\nsdist = { url = \"https://user:T@h.example/flask-3.0.0.tar.gz\", hash = \"sha256:0\" }\n",
    "uv.lock|version = 1\nrequires-python = \">=3.12\"\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nsource = { git = \"https://user:T@h.example/a/b?rev=0#0\" }\n",
    "poetry.lock|[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\noptional = false\npython-versions = \"*\"\nfiles = []\n[package.source]\ntype = \"git\"\nurl = \"https://user:T@h.example/a/b\"\nreference = \"main\"\nresolved_reference = \"0\"\n[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\ncontent-hash = \"0\"\n",
    "pylock.toml|lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"flask\"\nversion = \"3.0.0\"\n[packages.archive]\nurl = \"https://user:T@h.example/flask.tar.gz\"\nhashes = { sha256 = \"0\" }\n",
];

fn projects() -> Vec<Files> {
    let app = (
        "app.py".to_owned(),
        "from flask import Flask\napp = Flask(__name__)\n".to_owned(),
    );
    let of = |name: &str, text: String| {
        Files::from([
            app.clone(),
            (
                name.to_owned(),
                text.replace(" T\n", " T \n").replace('T', TOKEN),
            ),
        ])
    };
    let mut all: Vec<Files> = REQUIREMENTS
        .iter()
        .map(|line| of("requirements.txt", format!("flask\n{line}\n")))
        .collect();
    let table = "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.12'\ndependencies = ['flask']\n";
    all.extend(
        PYPROJECT
            .iter()
            .map(|rest| of("pyproject.toml", format!("{table}{rest}\n"))),
    );
    for file in FILES {
        let (name, text) = file.split_once('|').unwrap();
        let mut files = of(name, text.to_owned());
        match name {
            "uv.lock" | "poetry.lock" => {
                drop(files.insert("pyproject.toml".to_owned(), table.to_owned()))
            }
            "Pipfile.lock" => {
                drop(files.insert("Pipfile".to_owned(), "[packages]\nflask = '*'\n".to_owned()))
            }
            "Pipfile" | "setup.cfg" | "setup.py" | "pylock.toml" => {}
            _ => drop(files.insert(
                "requirements.txt".to_owned(),
                "flask\ngunicorn\n".to_owned(),
            )),
        }
        all.push(files);
    }
    all
}

#[test]
fn no_token_leaves_the_project() {
    let mut planned = 0;
    let mut leaks = Vec::new();
    for files in projects() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert!(lay(root, &files));
        let path = root.to_str().unwrap();
        let what = format!("{files:?}");
        for command in [
            &["generate", "--stdout"][..],
            &["generate", "--stdout", "--no-buildkit"],
            &["generate", "--diff"],
            &["explain"],
            &["explain", "--format", "json"],
            &["check"],
            &["generate"],
            &["check"],
        ] {
            let ran = run(&[command, &[path]].concat(), &what);
            for text in [&ran.out, &ran.say] {
                leaks.extend(
                    text.lines()
                        .filter(|line| line.contains(TOKEN))
                        .map(|line| format!("{command:?} of {what}\n{line}")),
                );
            }
        }
        for name in ["Dockerfile", ".dockerignore", "dockwright.lock"] {
            if let Ok(text) = std::fs::read_to_string(root.join(name)) {
                leaks.extend(
                    text.lines()
                        .filter(|line| line.contains(TOKEN))
                        .map(|line| format!("{name} of {what}\n{line}")),
                );
                planned += 1;
            }
        }
    }
    assert_eq!(leaks, Vec::<String>::new());
    assert!(
        planned > 20,
        "{planned}: most projects are refused, so little was tried"
    );
}
