//! One project a framework, as its users write it: the command, the port and the line that proves it.

use super::{Project, codes, file};

/// Name, file, source, what is installed, command, port, place.
struct Case(
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    Option<u16>,
    &'static str,
);

const CASES: &[Case] = &[
    Case(
        "shop.py",
        "from flask import Flask\nshop = Flask(__name__)\n",
        &["flask", "gunicorn"],
        "gunicorn --bind 0.0.0.0:8000 shop:shop",
        Some(8000),
        "shop.py:2",
    ),
    Case(
        "app/main.py",
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
        &["fastapi", "uvicorn"],
        "uvicorn --host 0.0.0.0 --port 8000 app.main:app",
        Some(8000),
        "app/main.py:3",
    ),
    Case(
        "main.py",
        "from starlette.applications import Starlette\napp = Starlette(routes=[])\n",
        &["starlette", "hypercorn"],
        "hypercorn --bind 0.0.0.0:8000 main:app",
        Some(8000),
        "main.py:2",
    ),
    Case(
        "app.py",
        "from litestar import Litestar\napp = Litestar([])\n",
        &["litestar", "granian"],
        "granian --interface asgi --host 0.0.0.0 --port 8000 app:app",
        Some(8000),
        "app.py:2",
    ),
    Case(
        "app.py",
        "from quart import Quart\napp = Quart(__name__)\n",
        &["quart", "hypercorn"],
        "hypercorn --bind 0.0.0.0:8000 app:app",
        Some(8000),
        "app.py:2",
    ),
    Case(
        "server.py",
        "from sanic import Sanic\napp = Sanic('x')\n",
        &["sanic"],
        "sanic server:app --host 0.0.0.0 --port 8000",
        Some(8000),
        "server.py:2",
    ),
    Case(
        "main.py",
        "from aiohttp import web\nasync def hello(request): ...\napp = web.Application()\nif __name__ == '__main__':\n    web.run_app(app, port=9000)\n",
        &["aiohttp"],
        "python main.py",
        Some(9000),
        "main.py:3",
    ),
    Case(
        "main.py",
        "from aiohttp import web\napp = web.Application()\n",
        &["aiohttp", "gunicorn"],
        "gunicorn --worker-class aiohttp.GunicornWebWorker --bind 0.0.0.0:8000 main:app",
        Some(8000),
        "main.py:2",
    ),
    Case(
        "main.py",
        "import tornado.web, tornado.ioloop\ndef main():\n    app = tornado.web.Application([])\n    app.listen(8888)\n    tornado.ioloop.IOLoop.current().start()\nif __name__ == '__main__':\n    main()\n",
        &["tornado"],
        "python main.py",
        Some(8888),
        "main.py:4",
    ),
    Case(
        "app.py",
        "from pyramid.config import Configurator\nwith Configurator() as config:\n    app = config.make_wsgi_app()\n",
        &["pyramid", "waitress"],
        "waitress-serve --host=0.0.0.0 --port=8000 app:app",
        Some(8000),
        "app.py:3",
    ),
    Case(
        "app.py",
        "import bottle\napp = bottle.Bottle()\n",
        &["bottle", "gunicorn"],
        "gunicorn --bind 0.0.0.0:8000 app:app",
        Some(8000),
        "app.py:2",
    ),
    Case(
        "app.py",
        "import falcon\napp = falcon.App()\n",
        &["falcon", "uwsgi"],
        "uwsgi --http-socket 0.0.0.0:8000 --master --need-app --die-on-term --module app:app",
        Some(8000),
        "app.py:2",
    ),
    Case(
        "app.py",
        "import falcon.asgi\napp = falcon.asgi.App()\n",
        &["falcon", "uvicorn"],
        "uvicorn --host 0.0.0.0 --port 8000 app:app",
        Some(8000),
        "app.py:2",
    ),
    Case(
        "streamlit_app.py",
        "import streamlit as st\nst.title('x')\n",
        &["streamlit"],
        "streamlit run streamlit_app.py --server.address=0.0.0.0 --server.port=8501 --server.headless=true --browser.gatherUsageStats=false",
        Some(8501),
        "streamlit_app.py:2",
    ),
    Case(
        "app.py",
        "import gradio as gr\nwith gr.Blocks() as demo:\n    gr.Markdown('x')\ndemo.launch()\n",
        &["gradio"],
        "env GRADIO_SERVER_PORT=7860 python app.py",
        Some(7860),
        "app.py:4",
    ),
    Case(
        "app.py",
        "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n",
        &["dash", "gunicorn"],
        "gunicorn --bind 0.0.0.0:8000 app:server",
        Some(8000),
        "app.py:3",
    ),
    Case(
        "app.py",
        "from dash import Dash, html\napp = Dash(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n",
        &["dash", "gunicorn"],
        "python app.py",
        Some(8050),
        "app.py:2",
    ),
    Case(
        "app.py",
        "import panel as pn\npn.panel('x').servable()\n",
        &["panel"],
        "panel serve app.py --address 0.0.0.0 --port 5006 --allow-websocket-origin *",
        Some(5006),
        "app.py:2",
    ),
    Case(
        "app.py",
        "import chainlit as cl\n@cl.on_message\nasync def main(message): ...\n",
        &["chainlit"],
        "chainlit run app.py --host 0.0.0.0 --port 8000 --headless",
        Some(8000),
        "app.py:3",
    ),
    Case(
        "main.py",
        "from nicegui import ui\nui.label('x')\nui.run(port=8081)\n",
        &["nicegui"],
        "python main.py",
        Some(8081),
        "main.py:3",
    ),
    Case(
        "shop/shop.py",
        "import reflex as rx\napp = rx.App()\n",
        &["reflex"],
        "reflex run --env prod --backend-host 0.0.0.0",
        Some(3000),
        "shop/shop.py:2",
    ),
    Case(
        "notebook.py",
        "import marimo\napp = marimo.App()\nif __name__ == '__main__':\n    app.run()\n",
        &["marimo"],
        "marimo run notebook.py --host 0.0.0.0 --port 8080 --headless",
        Some(8080),
        "notebook.py:2",
    ),
    Case(
        "server.py",
        "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\nif __name__ == '__main__':\n    mcp.run()\n",
        &["mcp"],
        "python server.py",
        None,
        "server.py:4",
    ),
    Case(
        "server.py",
        "from fastmcp import FastMCP\nmcp = FastMCP('x')\n",
        &["fastmcp"],
        "fastmcp run server.py:mcp --transport http --host 0.0.0.0 --port 8000",
        Some(8000),
        "server.py:2",
    ),
    Case(
        "tasks.py",
        "from celery import Celery\napp = Celery('tasks')\n",
        &["celery"],
        "celery --app tasks.app worker --loglevel INFO",
        None,
        "tasks.py:2",
    ),
    Case(
        "shop/celery.py",
        "from celery import Celery\napp = Celery('shop')\n",
        &["celery"],
        "celery --app shop worker --loglevel INFO",
        None,
        "shop/celery.py:2",
    ),
    Case(
        "worker.py",
        "from redis import Redis\nfrom rq import Worker\nif __name__ == '__main__':\n    Worker(['default']).work()\n",
        &["rq"],
        "python worker.py",
        None,
        "worker.py:4",
    ),
    Case(
        "tasks.py",
        "import dramatiq\n@dramatiq.actor\ndef mail(): ...\n",
        &["dramatiq"],
        "dramatiq tasks",
        None,
        "tasks.py:3",
    ),
    Case(
        "tasks.py",
        "from huey import RedisHuey\nhuey = RedisHuey('x')\n",
        &["huey"],
        "huey_consumer tasks.huey",
        None,
        "tasks.py:2",
    ),
    Case(
        "worker.py",
        "async def job(ctx): ...\nclass WorkerSettings:\n    functions = [job]\n",
        &["arq"],
        "arq worker.WorkerSettings",
        None,
        "worker.py:2",
    ),
    Case(
        "worker.py",
        "import asyncio\nfrom temporalio.worker import Worker\nasync def main():\n    await Worker(None, task_queue='q').run()\nif __name__ == '__main__':\n    asyncio.run(main())\n",
        &["temporalio"],
        "python worker.py",
        None,
        "worker.py:4",
    ),
    Case(
        "bot.py",
        "import discord\nclient = discord.Client(intents=None)\nclient.run('t')\n",
        &["discord-py"],
        "python bot.py",
        None,
        "bot.py:3",
    ),
    Case(
        "bot.py",
        "from telegram.ext import Application\ndef main():\n    app = Application.builder().token('t').build()\n    app.run_polling()\nif __name__ == '__main__':\n    main()\n",
        &["python-telegram-bot"],
        "python bot.py",
        None,
        "bot.py:4",
    ),
    Case(
        "main.py",
        "import functions_framework\n@functions_framework.http\ndef hello(request): ...\n",
        &["functions-framework"],
        "functions-framework --source main.py --target hello --host 0.0.0.0 --port 8080",
        Some(8080),
        "main.py:3",
    ),
    Case(
        "cli.py",
        "import typer\napp = typer.Typer()\nif __name__ == '__main__':\n    app()\n",
        &["typer"],
        "python cli.py",
        None,
        "cli.py:3",
    ),
    Case(
        "tool/__main__.py",
        "import click\n@click.command()\ndef main(): ...\nmain()\n",
        &["click"],
        "python -m tool",
        None,
        "tool/__main__.py:1",
    ),
];

#[test]
fn each_framework_is_started_as_its_users_do() {
    for Case(path, source, installed, command, port, place) in CASES {
        let project = file(path, source).with(installed);
        let start = project.start();
        assert_eq!(project.argv(), *command, "{path} {installed:?}");
        assert_eq!(start.port, *port, "{command}");
        assert_eq!(project.place(), *place, "{command}");
        assert_eq!(start.health.is_some(), port.is_some(), "{command}");
        assert_eq!(codes(&start), Vec::<&str>::new(), "{command}");
    }
}

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
fn without_a_server_the_development_server_comes_with_a_warning() {
    let app = || {
        file("app.py", "from flask import Flask\napp = Flask('x')\nif __name__ == '__main__':\n    app.run()\n").with(&["flask"])
    };
    assert_eq!(
        app().argv(),
        "flask --app app:app run --host 0.0.0.0 --port 8000"
    );
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
