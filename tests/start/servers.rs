//! How an application is handed to its server: port, factory, worker class, and what happens without a server.

use super::{Project, codes, file};

#[test]
fn the_port_expands_in_a_shell_that_the_server_replaces() {
    let start = file("app.py", "from flask import Flask\napp = Flask('x')\n")
        .with(&["flask", "gunicorn"])
        .start();
    let command = start.command.unwrap();
    assert_eq!(
        command.exec_form(start.port),
        [
            "sh",
            "-c",
            "exec gunicorn --bind 0.0.0.0:${PORT:-8000} app:app"
        ]
    );
    let start = file(
        "app.py",
        "import gradio as gr\ndemo = gr.Interface(None)\ndemo.launch()\n",
    )
    .with(&["gradio"])
    .start();
    let command = start.command.unwrap();
    assert_eq!(
        command.exec_form(start.port),
        [
            "sh",
            "-c",
            "GRADIO_SERVER_PORT=${PORT:-7860} exec python app.py"
        ]
    );
    assert_eq!(start.env["GRADIO_SERVER_NAME"], "0.0.0.0");
}

#[test]
fn a_factory_is_called_the_way_its_server_wants() {
    let source = "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n";
    for (server, command) in [
        ("gunicorn", "gunicorn --bind 0.0.0.0:8000 shop:create_app()"),
        (
            "waitress",
            "waitress-serve --host=0.0.0.0 --port=8000 --call shop:create_app",
        ),
        (
            "granian",
            "granian --interface wsgi --host 0.0.0.0 --port 8000 --factory shop:create_app",
        ),
        (
            "uwsgi",
            "uwsgi --http-socket 0.0.0.0:8000 --master --need-app --die-on-term --module shop:create_app()",
        ),
    ] {
        let project = file("shop/__init__.py", source).with(&["flask", server]);
        assert_eq!(project.argv(), command);
        assert_eq!(project.place(), "shop/__init__.py:2");
    }
    let asgi = "from fastapi import FastAPI\ndef make_app() -> FastAPI:\n    return FastAPI()\n";
    let project = file("api.py", asgi).with(&["fastapi", "uvicorn"]);
    assert_eq!(
        project.argv(),
        "uvicorn --host 0.0.0.0 --port 8000 --factory api:make_app"
    );
}

#[test]
fn gunicorn_runs_asgi_through_the_worker_that_is_installed() {
    let app = || file("main.py", "from fastapi import FastAPI\napp = FastAPI()\n");
    let wish = |project: Project| project.wish(|wish| wish.server = Some("gunicorn".to_owned()));
    let project = wish(app().with(&["fastapi", "gunicorn", "uvicorn-worker", "uvicorn"]));
    assert_eq!(
        project.argv(),
        "gunicorn --worker-class uvicorn_worker.UvicornWorker --bind 0.0.0.0:8000 main:app"
    );
    let project = wish(app().with(&["fastapi", "gunicorn", "uvicorn"]));
    assert_eq!(
        project.argv(),
        "gunicorn --worker-class uvicorn.workers.UvicornWorker --bind 0.0.0.0:8000 main:app"
    );
}

#[test]
fn without_a_server_the_usual_one_is_installed_with_a_warning() {
    let app = || {
        file("app.py", "from flask import Flask\napp = Flask('x')\nif __name__ == '__main__':\n    app.run()\n").with(&["flask"])
    };
    assert_eq!(app().argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    assert_eq!(app().start().install.unwrap().name, "gunicorn");
    assert_eq!(codes(&app().start()), ["server-missing"]);
    let wished = app().wish(|wish| wish.server = Some("gunicorn".to_owned()));
    assert_eq!(wished.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    let start = wished.start();
    assert_eq!(start.install.unwrap().name, "gunicorn");
    assert!(start.warnings.is_empty());
    let start = file("main.py", "from fastapi import FastAPI\napp = FastAPI()\n")
        .with(&["fastapi"])
        .start();
    assert_eq!(start.install.as_ref().unwrap().name, "uvicorn");
    assert_eq!(codes(&start), ["server-missing"]);
}

#[test]
fn a_subclass_and_a_factory_of_another_module_are_found() {
    let project = file("ctf/__init__.py", "from flask import Flask\nclass Ctf(Flask):\n    pass\ndef create_app(config='x'):\n    app = Ctf(__name__)\n    return app\n")
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 ctf:create_app()"
    );
    let project = project.file(
        "wsgi.py",
        "from ctf import create_app\napplication = create_app()\n",
    );
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 wsgi:application"
    );
    assert_eq!(project.place(), "wsgi.py:2");
}
