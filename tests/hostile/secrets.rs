//! A token in each place where people put one; no output, message or file that dockwright writes may hold it.

use super::{Files, lay, run};

const TOKEN: &str = "s3cr3tT0ken";

/// Lines of a requirements file; `T` is the token.
const REQUIREMENTS: [&str; 33] = [
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
    "--index-url https://${USER}:T@h.example/simple",
    "--extra-index-url https://h.example/simple?key=T --trusted-host h.example",
    "x @ ssh://git:T@h.example/a/b",
    "x @ https://h.example/x.whl#sha256=0&token=T",
    "-e git+https://oauth2:T@h.example/a/b.git@main#egg=x&subdirectory=y",
    "--find-links http://T:@h.example/x",
];

/// What follows `[project]` with a name, a version and `flask`.
const PYPROJECT: [&str; 29] = [
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
    "[tool.uv.pip]\nindex-url = 'https://user:T@h.example/simple'",
    "[[tool.uv.index]]\nname = 'a'\nurl = 'https://h.example/simple'\npublish-url = 'https://user:T@h.example/upload'",
    "[[tool.uv.index]]\nname = 'a'\nurl = 'https://h.example/simple'\npassword = 'T'\n",
    "[tool.poetry]\nrepository = 'https://user:T@h.example/a/b'\nhomepage = 'https://user:T@h.example'\n",
    "[tool.poetry.http-basic.a]\nusername = 'user'\npassword = 'T'\n",
    "[tool.pdm.pypi]\nurl = 'https://user:T@h.example/simple'\npassword = 'T'\n",
    "[project.urls]\nRepository = 'https://user:T@h.example/a/b'\nHomepage = 'https://T@h.example'\n",
    "[project.urls]\nSource = 'https://h.example/a/b?token=T'\nDocumentation = 'git+https://T@h.example/a'\n",
    "[project.urls]\nSource = 'user:T@h.example/a/b'\nHomepage = '//user:T@h.example'\n",
    "[build-system]\nrequires = ['hatchling', 'x @ git+https://T@h.example/a/b']\nbuild-backend = 'hatchling.build'\n",
    "[tool.hatch.envs.default]\ndependencies = ['x @ https://user:T@h.example/x.whl']\n",
    "[[tool.poetry.source]]\nname = 'a'\nurl = 'https://user:T@h.example/simple'\npriority = 'https://user:T@h.example'",
];

/// Whole files beside a small application; `|` parts the name from the text.
const FILES: [&str; 57] = [
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
    "auth.toml|[http-basic.a]\nusername = 'user'\npassword = 'T'\n",
    "poetry.toml|[http-basic.a]\nusername = 'user'\npassword = 'T'\n[pypi-token]\npypi = 'T'\n",
    "pdm.toml|[pypi]\nurl = 'https://user:T@h.example/simple'\nusername = 'user'\npassword = 'T'\n",
    ".pdm.toml|[pypi]\nurl = 'https://user:T@h.example/simple'\n",
    ".pdm-python|/home/T/venv/bin/python\n",
    "pip.ini|[global]\nextra-index-url = https://user:T@h.example/simple\n",
    "_netrc|machine h.example login user password T\n",
    ".env|UV_INDEX_A_USERNAME=user\nUV_INDEX_A_PASSWORD=T\nPIP_INDEX_URL=https://user:T@h.example/simple\n",
    ".envrc|export UV_INDEX_URL=https://user:T@h.example/simple\n",
    ".flaskenv|FLASK_APP=app\nSECRET_KEY=T\n",
    ".npmrc|//registry.npmjs.org/:_authToken=T\n",
    ".yarnrc.yml|npmAuthToken: T\n",
    ".docker/config.json|{\"auths\": {\"h.example\": {\"auth\": \"T\"}}}\n",
    ".git/config|[remote \"origin\"]\n\turl = https://user:T@h.example/a/b\n",
    ".git/HEAD|ref: refs/heads/T\n",
    ".git-credentials|https://user:T@h.example\n",
    "keyring_pass.cfg|[h.example]\nuser = T\n",
    "environment.yml|channels:\n- https://h.example/t/T/conda\ndependencies:\n- python=3.12\n- pip:\n  - --index-url https://user:T@h.example/simple\n  - flask\n",
    ".gitlab-ci.yml|variables:\n  KEY: T\n",
    ".pre-commit-config.yaml|repos:\n- repo: https://user:T@h.example/a/b\n",
    "Makefile|export KEY=T\nrun:\n\tKEY=T gunicorn app:app\n",
    "alembic.ini|[alembic]\nsqlalchemy.url = postgresql://user:T@h.example/db\n",
    "gunicorn.conf.py|raw_env = ['KEY=T']\nbind = '0.0.0.0:8000'\n",
    "app.py|import os\nimport sqlalchemy\nURL = os.environ.get('REDIS_URL', 'redis://:T@h.example:6379/0')\nKEY = os.getenv('API_KEY', 'T')\nsqlalchemy.create_engine('postgresql://user:T@h.example/db')\nfrom flask import Flask\napp = Flask(__name__)\n",
    "app.py|import redis\nredis.from_url('redis://:T@h.example:6379/0')\nfrom flask import Flask\napp = Flask(__name__)\n",
    "setup.cfg|[metadata]\nname = x\nurl = https://user:T@h.example/a/b\nproject_urls =\n    Source = https://T@h.example/a\n[options]\ninstall_requires = flask\n",
    "setup.py|from setuptools import setup\nsetup(name='x', url='https://user:T@h.example/a', install_requires=['flask'], dependency_links=['https://user:T@h.example/x'])\n",
    "pdm.lock|[metadata]\nlock_version = \"4.5.0\"\nstrategy = []\ncontent_hash = \"sha256:0\"\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nurl = \"https://user:T@h.example/x.whl\"\nfiles = []\n",
    "pdm.lock|[metadata]\nlock_version = \"4.5.0\"\nstrategy = []\ncontent_hash = \"sha256:0\"\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\ngit = \"https://user:T@h.example/a/b\"\nrevision = \"0\"\n",
    "pylock.toml|lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"flask\"\nversion = \"3.0.0\"\nindex = \"https://user:T@h.example/simple\"\nwheels = [{ url = \"https://user:T@h.example/flask-3.0.0-py3-none-any.whl\", hashes = { sha256 = \"0\" } }]\n",
    "pylock.toml|lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"flask\"\nversion = \"3.0.0\"\n[packages.vcs]\ntype = \"git\"\nurl = \"https://user:T@h.example/a/b\"\ncommit-id = \"0\"\n",
    "poetry.lock|[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\noptional = false\npython-versions = \"*\"\nfiles = []\n[package.source]\ntype = \"legacy\"\nurl = \"https://user:T@h.example/simple\"\nreference = \"a\"\n[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\ncontent-hash = \"0\"\n",
    "uv.lock|version = 1\nrequires-python = \">=3.12\"\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\nsource = { url = \"https://user:T@h.example/flask-3.0.0-py3-none-any.whl\" }\nwheels = [{ url = \"https://user:T@h.example/flask-3.0.0-py3-none-any.whl\", hash = \"sha256:0\" }]\n",
];

/// Files of a front end, which is built because a setting asks for it.
const FRONTENDS: [&str; 6] = [
    "package.json|{\"scripts\": {\"build\": \"vite build\"}, \"dependencies\": {\"x\": \"git+https://user:T@h.example/a/b\"}, \"packageManager\": \"pnpm@9.1.0\"}\n",
    "package.json|{\"scripts\": {\"build\": \"vite build\"}, \"packageManager\": \"pnpm@https://user:T@h.example/x\"}\n",
    "package.json|{\"scripts\": {\"build\": \"vite build\"}, \"repository\": \"https://user:T@h.example/a/b\", \"engines\": {\"node\": \"https://user:T@h.example\"}}\n",
    "package-lock.json|{\"lockfileVersion\": 3, \"packages\": {\"node_modules/x\": {\"resolved\": \"https://user:T@h.example/x.tgz\"}}}\n",
    "yarn.lock|# yarn lockfile v1\nx@1:\n  resolved \"https://user:T@h.example/x.tgz\"\n",
    ".npmrc|//registry.npmjs.org/:_authToken=T\nregistry=https://user:T@h.example\n",
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
            "uv.lock" | "poetry.lock" | "pdm.lock" => {
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
    for file in FRONTENDS {
        let (name, text) = file.split_once('|').unwrap();
        let mut files = of("requirements.txt", "flask\ngunicorn\n".to_owned());
        let package = "{\"scripts\": {\"build\": \"vite build\"}}\n";
        for (name, text) in [("package.json", package), (name, text)] {
            files.insert(format!("web/{name}"), text.replace('T', TOKEN));
        }
        files.insert(
            "dockwright.toml".to_owned(),
            "frontend = \"web\"\n".to_owned(),
        );
        all.push(files);
    }
    all
}

/// Every file that may be written.
const WRITTEN: [&str; 9] = [
    "Dockerfile",
    ".dockerignore",
    "dockwright.lock",
    "dockwright.toml",
    "compose.yaml",
    "docker-bake.hcl",
    ".github/workflows/dockwright.yml",
    ".gitlab/dockwright.yml",
    ".pre-commit-config.yaml",
];

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
            &["check", "--format", "json"],
            &["generate"],
            &[
                "generate",
                "--compose",
                "--bake",
                "--ci",
                "github",
                "--pre-commit",
            ],
            &["generate", "--ci", "gitlab"],
            &["check"],
            &["check", "--format", "github"],
            &["init", "--yes"],
        ] {
            // The user's own file of that name would be shown as a diff, which is what it is for.
            if command.contains(&"--compose")
                && (files.contains_key("compose.yaml") || files.contains_key("docker-bake.hcl"))
            {
                continue;
            }
            let ran = run(&[command, &[path]].concat(), &what);
            for text in [&ran.out, &ran.say] {
                leaks.extend(
                    text.lines()
                        .filter(|line| line.contains(TOKEN))
                        .map(|line| format!("{command:?} of {what}\n{line}")),
                );
            }
        }
        for name in WRITTEN {
            if files.contains_key(name) {
                continue;
            }
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
