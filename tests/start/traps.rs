//! What must not mislead, and what must never crash.

use super::{Project, argv, file};
use dockwright::error::Error;

const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";
const FASTAPI: &str = "from fastapi import FastAPI\napp = FastAPI()\n";

#[test]
fn two_equal_applications_are_refused_with_both_places() {
    let project = file("app.py", FASTAPI)
        .file("main.py", FASTAPI)
        .with(&["fastapi", "uvicorn"]);
    let Err(Error::Undecided { evidence, help, .. }) = project.choose() else {
        panic!("two are equal")
    };
    let places: Vec<String> = evidence
        .iter()
        .map(|(at, _)| at.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(places, ["app.py:2", "main.py:2"]);
    assert_eq!(help, "choose one: `--app app:app`");
    assert_eq!(
        project
            .wish(|wish| wish.app = Some("main:app".to_owned()))
            .argv(),
        "uvicorn --host 0.0.0.0 --port 8000 main:app"
    );
}

#[test]
fn decoys_do_not_count() {
    let mut project = file("service/api.py", FASTAPI).with(&["fastapi", "flask", "uvicorn"]);
    for path in [
        "tests/app.py",
        "examples/main.py",
        "docs/app.py",
        "shop/migrations/app.py",
        "conftest.py",
        "test_app.py",
        "setup.py",
        ".venv/app.py",
        "venv/lib/app.py",
        "vendor/app.py",
        "scripts/app.py",
        "contrib/hosting/wsgi.py",
        "node_modules/x/app.py",
    ] {
        project = project.file(path, FASTAPI);
    }
    assert_eq!(
        project.argv(),
        "uvicorn --host 0.0.0.0 --port 8000 service.api:app"
    );
    // A main.py that has nothing to start.
    let project = file("main.py", "def helper():\n    return 1\n")
        .file("web/site.py", FLASK)
        .with(&["flask", "gunicorn"]);
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 web.site:app");
}

#[test]
fn a_factory_with_arguments_is_refused_with_its_name() {
    let source = "from flask import Flask\ndef create_app(config):\n    return Flask(__name__)\n";
    let Err(Error::Undecided { what, .. }) =
        file("app.py", source).with(&["flask", "gunicorn"]).choose()
    else {
        panic!("config is missing")
    };
    assert_eq!(
        what,
        "create_app makes the application, but wants arguments: config"
    );
    let both = file("run.py", source).file(
        "app.py",
        "from run import create_app\napp = create_app('production')\n",
    );
    assert_eq!(
        both.with(&["flask", "gunicorn"]).argv(),
        "gunicorn --bind 0.0.0.0:8000 app:app"
    );
}

#[test]
fn a_name_passed_on_by_a_package_is_one_application() {
    let project = file("shop/__init__.py", "from .web import app\n")
        .file("shop/web.py", FLASK)
        .with(&["flask", "gunicorn"]);
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 shop.web:app");
    let project = project.file("wsgi.py", "from shop import app as application\n");
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 wsgi:application"
    );
}

#[test]
fn type_checking_and_strings_are_not_code() {
    let source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flask import Flask\n    app = Flask('x')\nTEXT = '''\nfrom flask import Flask\napp = Flask(__name__)\n'''\n";
    assert_eq!(
        file("main.py", source)
            .with(&["flask", "gunicorn"])
            .start()
            .command,
        None
    );
}

#[test]
fn an_import_root_is_found_by_the_imports() {
    let fastapi = &["fastapi", "uvicorn"];
    let start = file(
        "src/main.py",
        "from fastapi import FastAPI\nfrom routes import r\napp = FastAPI()\n",
    )
    .file("src/routes.py", "r = 1\n")
    .with(fastapi)
    .start();
    assert_eq!(
        (argv(&start).as_str(), start.working_dir.as_str()),
        ("uvicorn --host 0.0.0.0 --port 8000 main:app", "src")
    );
    let start = file(
        "src/main.py",
        "from fastapi import FastAPI\nfrom src.routes import r\napp = FastAPI()\n",
    )
    .file("src/routes.py", "r = 1\n")
    .with(fastapi)
    .start();
    assert_eq!(
        (argv(&start).as_str(), start.working_dir.as_str()),
        ("uvicorn --host 0.0.0.0 --port 8000 src.main:app", "")
    );
    let package = file("src/shop/__init__.py", "")
        .file("src/shop/main.py", FASTAPI)
        .with(fastapi);
    let start = package.start();
    assert_eq!(
        (argv(&start).as_str(), start.working_dir.as_str()),
        ("uvicorn --host 0.0.0.0 --port 8000 shop.main:app", "src")
    );
    let start = package.console("shop-admin", "shop.admin:main").start();
    assert_eq!(
        (argv(&start).as_str(), start.working_dir.as_str()),
        ("uvicorn --host 0.0.0.0 --port 8000 shop.main:app", "")
    );
    let start = file(
        "app/main.py",
        "from fastapi import FastAPI\nfrom .routes import r\napp = FastAPI()\n",
    )
    .with(fastapi)
    .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 app.main:app"
    );
    let start = file("uv.lock", "")
        .file("backend/app/main.py", FASTAPI)
        .below("backend")
        .with(fastapi)
        .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 app.main:app"
    );
    assert_eq!(
        start.command.unwrap().at.unwrap().to_string(),
        "backend/app/main.py:2"
    );
}

#[test]
fn a_bot_with_a_small_web_application_is_a_bot() {
    let project = file("main.py", "import discord\nfrom keep_alive import keep_alive\nclient = discord.Client(intents=None)\nkeep_alive()\nclient.run('t')\n")
        .file("keep_alive.py", "from flask import Flask\nfrom threading import Thread\napp = Flask('')\ndef run():\n    app.run(host='0.0.0.0', port=8080)\ndef keep_alive():\n    Thread(target=run).start()\n");
    assert_eq!(
        project.with(&["discord-py", "flask"]).argv(),
        "python main.py"
    );
}

#[test]
fn names_with_spaces_and_signs_stay_one_argument() {
    let start = file(
        "00_👋_Welcome.py",
        "import streamlit as st\nst.set_page_config(page_title='x')\n",
    )
    .file("pages/1_Two.py", "import streamlit as st\nst.title('x')\n")
    .with(&["streamlit"])
    .start();
    let command = start.command.as_ref().unwrap();
    assert_eq!(command.argv(start.port)[2], "00_👋_Welcome.py");
    assert!(command.exec_form(start.port)[2].contains("streamlit run '00_👋_Welcome.py' "));
    let start = file(
        "my app.py",
        FLASK.replace("app =", "if True:\n  app =").as_str(),
    )
    .with(&["flask", "gunicorn"])
    .start();
    assert_eq!(start.command.unwrap().argv(None), ["python", "my app.py"]);
}

#[test]
fn hostile_files_never_crash() {
    let mut project = file("app.py", FLASK).with(&["flask", "gunicorn"]);
    project = project
        .bytes("nul.py", b"from flask import Flask\napp = Flask(1)\0")
        .bytes("latin.py", b"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'\n")
        .file("broken.py", "from flask import Flask\ndef (:\n  ]]\n")
        .file("new.py", "lazy import os\nfrom flask import Flask\nx = t'{a}'\ntype A[T = int] = list[T]\nmatch x:\n    case [*rest]: ...\n")
        .file("deep.py", &format!("from flask import Flask\nx = {}1{}\n", "(".repeat(50_000), ")".repeat(50_000)))
        .file("Procfile.bak", "\u{0}");
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    let broken = Project::default()
        .bytes(
            "app.py",
            b"from flask import Flask\n# caf\xe9\napp = Flask(__name__)\ndef (:\n",
        )
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        argv(&broken.choose().unwrap()),
        "gunicorn --bind 0.0.0.0:8000 app:app"
    );
}

#[test]
fn an_application_is_found_in_a_file_that_is_odd() {
    let found = |head: &[u8]| {
        let bytes = [head, b"from flask import Flask\napp = Flask(__name__)\n"].concat();
        let project = Project::default().bytes("app.py", &bytes);
        argv(&project.with(&["flask", "gunicorn"]).choose().unwrap())
    };
    for head in [
        &b"lazy import os\nx = t'{a}'\ntype A[T = int] = list[T]\n"[..],
        b"try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",
        b"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'\n",
        b"\xef\xbb\xbf",
        b"class Broken(:\n    pass\n\n",
    ] {
        let shown = String::from_utf8_lossy(head);
        assert_eq!(
            found(head),
            "gunicorn --bind 0.0.0.0:8000 app:app",
            "{shown}"
        );
    }
}

#[test]
fn a_page_comes_before_a_tool_server_beside_it() {
    let project = file("00_Welcome.py", "import streamlit as st\nst.set_page_config(page_title='x')\n")
        .file("mcp_server.py", "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\ndef main():\n    mcp.run()\nif __name__ == '__main__':\n    main()\n")
        .file("core/ui.py", "import streamlit as st\ndef head():\n    st.title('x')\n")
        .with(&["streamlit", "mcp"]);
    assert!(
        project.argv().starts_with("streamlit run 00_Welcome.py "),
        "{}",
        project.argv()
    );
}

#[test]
fn another_distributions_subclass_is_told_by_its_name() {
    let project = file("app.py", "from run import create_app, init\nfrom config import settings\napp = create_app(settings)\ninit(app)\n")
        .file("run.py", "from ras_common.flask_extended import Flask\ndef create_app(config):\n    app = Flask(__name__)\n    return app\ndef init(app): ...\nif __name__ == '__main__':\n    app = create_app({})\n    app.run(debug=True)\n")
        .with(&["flask", "gunicorn"]);
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
}

#[test]
fn a_library_from_a_large_tree_does_not_hide_the_gui() {
    let project = file("app.py", "import argparse\nimport gradio as gr\nclass App:\n    def __init__(self):\n        self.app = gr.Blocks(css='x')\n    def launch(self):\n        with self.app:\n            pass\n        self.app.queue().launch(server_name=None)\nif __name__ == '__main__':\n    App().launch()\n")
        .file("backend/main.py", "from fastapi import FastAPI\napp = FastAPI()\n")
        .with(&["gradio"])
        .brings("fastapi")
        .brings("uvicorn");
    assert_eq!(project.argv(), "env GRADIO_SERVER_PORT=7860 python app.py");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("app.py"), FLASK).unwrap();
    let inside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path().join("app.py"), inside.path().join("app.py"))
        .unwrap();
    std::os::unix::fs::symlink(outside.path(), inside.path().join("shop")).unwrap();
    let tree = dockwright::inspect::tree::Tree::open(inside.path(), "").unwrap();
    let (facts, _) = dockwright::inspect::app::read(&tree).unwrap();
    assert!(facts.objects.is_empty());
    assert!(
        tree.scan(&["app.py", "../x", "/etc/passwd"], |_, _| Some(()))
            .is_empty()
    );
}

#[test]
fn a_very_large_file_is_passed_over() {
    let big = format!("{FLASK}{}", "x = 1\n".repeat(300_000));
    let project = file("big.py", &big)
        .file("web/small.py", FLASK)
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        argv(&project.choose().unwrap()),
        "gunicorn --bind 0.0.0.0:8000 web.small:app"
    );
}

#[test]
fn only_what_a_file_cannot_be_imported_without_is_missed() {
    let names = |source: &str| -> Vec<String> {
        let facts = file("shop/utils.py", source)
            .file("shop/setup.py", "import distutils.core\n")
            .file(
                "shop/own.py",
                "from telnetlib import Telnet\nfrom .cgi import escape\n",
            )
            .file("telnetlib.py", "class Telnet:\n    pass\n")
            .file("tests/test_shop.py", "import asyncore\n")
            .facts();
        facts.app.removed.into_iter().map(|one| one.value).collect()
    };
    assert_eq!(names("import os\nfrom imp import reload\n"), ["imp"]);
    assert_eq!(names("import distutils.version\n"), ["distutils"]);
    for source in [
        "try:\n    import imp\nexcept ImportError:\n    imp = None\n",
        "import sys\nif sys.version_info < (3, 12):\n    import imp\n",
        "def load():\n    import imp\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import imp\n",
        "import important\n",
    ] {
        assert!(names(source).is_empty(), "{source}");
    }
}

#[test]
fn names_that_left_a_module_are_found_where_they_are_imported() {
    let found = |source: &str| -> [Vec<String>; 2] {
        let app = file("shop/deep/down/here/utils.py", source).facts().app;
        [app.removed, app.moved].map(|all| all.into_iter().map(|one| one.value).collect())
    };
    let none: [&str; 0] = [];
    for (source, removed, moved) in [
        (
            "from collections import Mapping, OrderedDict\n",
            &["collections.Mapping"][..],
            &none[..],
        ),
        (
            "from collections import (\n    deque,\n    Set,\n)\n",
            &["collections.Set"],
            &none,
        ),
        ("from collections.abc import Mapping\n", &none, &none),
        (
            "from collections import OrderedDict\nMapping = 1\n",
            &none,
            &none,
        ),
        (
            "from flask import Flask, Markup\n",
            &none,
            &["flask.Markup"],
        ),
        (
            "import flask.json\nfrom flask import (\n    escape as e,\n)\n",
            &none,
            &["flask.escape"],
        ),
        ("from markupsafe import Markup\n", &none, &none),
        (
            "try:\n    from flask import Markup\nexcept ImportError:\n    from markupsafe import Markup\n",
            &none,
            &none,
        ),
    ] {
        assert_eq!(found(source), [removed, moved], "{source}");
    }
}

#[test]
fn where_an_address_is_needs_no_gdal() {
    let needs = |source: &str| file("shop/models.py", source).facts().sources.len();
    assert_eq!(needs("from django.contrib.gis.db import models\n"), 1);
    assert_eq!(needs("from django.contrib.gis.geoip2 import GeoIP2\n"), 0);
}
