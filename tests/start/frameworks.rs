//! One project a framework, as its users write it: the command, the port and the line that proves it.

use super::{argv, codes, file};

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
        "dashboard.ipynb",
        "{\"cells\": []}\n",
        &["voila"],
        "voila dashboard.ipynb --Voila.ip=0.0.0.0 --port=8866 --no-browser",
        Some(8866),
        "dashboard.ipynb:1",
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
fn an_application_without_a_framework_is_served() {
    let wsgi =
        "def application(env, start_response):\n    start_response('200 OK', [])\n    return []\n";
    let project = file("look/wsgi.py", wsgi).file("look/__init__.py", "");
    let start = project.with(&["gunicorn"]).start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 look.wsgi:application"
    );
    assert_eq!(
        (start.framework.as_deref(), start.port),
        (Some("wsgi"), Some(8000))
    );
    let asgi = "async def app(scope, receive, send):\n    pass\n";
    let project = file("main.py", asgi).with(&["uvicorn"]);
    assert_eq!(
        project.argv(),
        "uvicorn --host 0.0.0.0 --port 8000 main:app"
    );
    // What makes it is not understood; the file exists for a server.
    let made = "from look.front import Front\napplication = Front()\n";
    let project = file("wsgi.py", made).with(&["gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 wsgi:application"
    );
    let both = file("wsgi.py", made).file("asgi.py", made);
    assert_eq!(
        both.with(&["gunicorn"]).argv(),
        "gunicorn --bind 0.0.0.0:8000 wsgi:application"
    );
    // Passed on, it stays its framework's.
    let flask = file(
        "look.py",
        "from flask import Flask\napp = Flask(__name__)\n",
    )
    .file("wsgi.py", "from look import app\n")
    .with(&["flask", "gunicorn"]);
    let start = flask.start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 wsgi:app");
    assert_eq!(start.framework.as_deref(), Some("flask"));
}

#[test]
fn an_application_that_is_mounted_into_another_is_a_part_of_it() {
    let text = "from fastapi import FastAPI\napp = FastAPI()\napp_root = FastAPI()\n@app_root.on_event('startup')\nasync def startup():\n    app_root.mount('/api', app)\n";
    let start = file("cloud/main.py", text)
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 cloud.main:app_root"
    );
}
