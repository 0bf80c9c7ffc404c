//! Programs with a command of their own, among frameworks that they only use.

use super::{argv, file};

#[test]
fn of_a_program_and_its_daemon_the_daemon_serves() {
    let web = "from tornado import web, ioloop\nclass Server:\n    def start(self, port):\n        web.Application().listen(port)\n        ioloop.IOLoop.current().start()\n";
    let start = file("shop/core/web.py", web)
        .file("shop/__init__.py", "")
        .file("shop/core/__init__.py", "")
        .console("shop", "shop.cmdline:shop")
        .console("shop-deps", "shop.deps:main")
        .console("shopd", "shop.cmdline:shopd")
        .with(&["tornado"])
        .start();
    assert_eq!(argv(&start), "shopd");
}

#[test]
fn who_only_speaks_to_celery_is_no_worker() {
    let client = "import celery\nclass Tracker:\n    def __init__(self, broker):\n        self.app = celery.Celery(broker=broker)\n    def start(self):\n        self.app.events.Receiver().capture()\n";
    let start = file("shop/core.py", client)
        .file("shop/__init__.py", "")
        .console("shop", "shop.cli:run")
        .with(&["celery"])
        .start();
    assert_eq!(argv(&start), "shop");
    assert!(start.processes.is_empty());
}

#[test]
fn a_script_that_runs_the_tests_starts_nothing() {
    for python in ["python", "python3"] {
        for name in ["run-checks", "run"] {
            let script = format!("flake8 shop\nexec {python} -m pytest .\n");
            let start = file(&format!("scripts/{name}"), &script)
                .file("shop/__init__.py", "")
                .console("shop", "shop.cli:main")
                .start();
            assert_eq!(argv(&start), "shop", "{name}");
        }
        let script = format!("exec {python} -m http.server 9000\n");
        assert_eq!(file("run.sh", &script).argv(), "python -m http.server 9000");
    }
}

#[test]
fn a_part_of_a_program_is_started_with_the_program() {
    let project = |path: &str, source: &str| {
        file(path, source)
            .file("shop/__init__.py", "")
            .console("shop", "shop.cli:main")
    };
    let flask = "from flask import Flask\nflask_app = Flask(__name__)\n";
    let plugin = || project("shop/plugins/__init__.py", flask);
    let start = plugin().with(&["flask"]).start();
    assert_eq!(argv(&start), "shop");
    assert!(start.install.is_none());
    // A server that the project asks for is there to run it.
    let start = plugin().with(&["flask", "gunicorn"]).start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 shop.plugins:flask_app"
    );
    // Usual names say that it is for a server.
    let usual = flask.replace("flask_app", "APP");
    let start = project("shop/plugins/__init__.py", &usual)
        .with(&["flask"])
        .start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 shop.plugins:APP"
    );
    // A module for the package alone is nobody's to start.
    let login = "from fastapi import FastAPI\nlogin_api = FastAPI()\n";
    let start = project("shop/cli/_login.py", login)
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start), "shop");
}

#[test]
fn a_program_that_listens_to_its_own_machine_is_told_to_listen_to_all() {
    let program = |options: &str| {
        let source = format!(
            "import argparse\nimport click\nimport uvicorn\nfrom starlette.applications import Starlette\n{options}if __name__ == '__main__':\n    uvicorn.run(Starlette(), port=args.port)\n"
        );
        file("shop/__main__.py", &source)
            .file("shop/__init__.py", "")
            .console("shop", "shop.__main__:main")
    };
    let argparse = "parser = argparse.ArgumentParser()\nparser.add_argument('-l', '--listen-address', default='localhost')\nargs = parser.parse_args()\n";
    let click = "@click.command()\n@click.option('-h', '--host', default='127.0.0.1')\ndef main(host):\n    pass\n";
    let constant = "HOST = '127.0.0.1'\nparser = argparse.ArgumentParser()\nparser.add_argument('--host', default=HOST)\n";
    for (options, command) in [
        (argparse, "shop --listen-address 0.0.0.0"),
        (click, "shop --host 0.0.0.0"),
        (constant, "shop --host 0.0.0.0"),
    ] {
        let start = program(options).with(&["starlette", "uvicorn"]).start();
        assert_eq!(argv(&start), command);
        let open = options
            .replace("localhost", "0.0.0.0")
            .replace("127.0.0.1", "::");
        let start = program(&open).with(&["starlette", "uvicorn"]).start();
        assert_eq!(argv(&start), "shop", "{open}");
    }
    // The address of what a client asks, and that of one command of several.
    let client = file("shop/cli.py", argparse)
        .file("shop/__init__.py", "")
        .console("shop", "shop.cli:main");
    assert_eq!(client.argv(), "shop");
    let several = format!("{argparse}parser.add_subparsers().add_parser('mail')\n");
    let start = program(&several).with(&["starlette", "uvicorn"]).start();
    assert_eq!(argv(&start), "shop");
}

#[test]
fn a_crawlers_only_spider_is_crawled() {
    let spider =
        "import scrapy\nclass Quotes(scrapy.Spider):\n    name = 'quotes'\n    start_urls = []\n";
    let settings = "BOT_NAME = 'quotes'\nSPIDER_MODULES = ['bot.spiders']\n";
    let project = || {
        file("scrapy.cfg", "[settings]\ndefault = bot.settings\n")
            .file("bot/settings.py", settings)
            .file("bot/spiders/__init__.py", "")
            .file("bot/spiders/quotes.py", spider)
            .with(&["scrapy"])
    };
    let start = project().start();
    assert_eq!(argv(&start), "scrapy crawl quotes");
    assert_eq!(start.port, None);
    // Of two, the user says which.
    let two = project().file(
        "bot/spiders/authors.py",
        &spider.replace("'quotes'", "'authors'"),
    );
    let error = two.choose().unwrap_err().to_string();
    assert!(error.contains("2 spiders could be started"), "{error}");
    // What the project's own script starts comes first.
    let own = project()
        .file("run.py", "from scrapy.crawler import CrawlerProcess\nif __name__ == '__main__':\n    CrawlerProcess().start()\n")
        .start();
    assert_eq!(argv(&own), "python run.py");
}

#[test]
fn a_bot_that_its_script_starts_is_not_the_web_page_beside_it() {
    let bot = "from pyrogram import Client\nfrom bot import client\nclient.loop.run_forever()\n";
    let page = "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n";
    let project = |path: &str| {
        file("start.sh", "python3 update.py; python3 -m bot\n")
            .file(
                "bot/__init__.py",
                "from pyrogram import Client\nclient = Client('bot').start()\n",
            )
            .file("bot/__main__.py", bot)
            .file(path, page)
            .with(&["flask", "gunicorn", "pyrofork"])
    };
    assert_eq!(argv(&project("web/page.py").start()), "python -m bot");
}

#[test]
fn a_bot_that_serves_a_page_by_itself_is_started_as_a_bot() {
    let main = "import asyncio\nfrom app.bot import setup\nfrom app.web.server import Server\nasync def main():\n    bot, dispatcher = setup()\n    await Server().start()\n    await dispatcher.start_polling(bot)\nif __name__ == '__main__':\n    asyncio.run(main())\n";
    let page =
        "from fastapi import FastAPI\ndef create_app():\n    app = FastAPI()\n    return app\n";
    let server = "import uvicorn\nfrom .page import create_app\nclass Server:\n    async def start(self):\n        config = uvicorn.Config(create_app(), port=8080)\n        await uvicorn.Server(config).serve()\n";
    let project = |main: &str| {
        file("main.py", main)
            .file("app/__init__.py", "")
            .file("app/bot.py", "from aiogram import Bot, Dispatcher\ndef setup():\n    return Bot('x'), Dispatcher()\n")
            .file("app/web/__init__.py", "")
            .file("app/web/page.py", page)
            .file("app/web/server.py", server)
    };
    let start = project(main)
        .with(&["aiogram", "fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start), "python main.py");
    // A script that serves the page alone leaves it to the server, and so does a project that asks for no bot.
    let page_alone = "import uvicorn\nfrom app.web.page import create_app\nif __name__ == '__main__':\n    uvicorn.run(create_app())\n";
    let start = project(page_alone)
        .with(&["aiogram", "fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start).split(' ').next(), Some("uvicorn"));
    let start = project(main).with(&["fastapi", "uvicorn"]).start();
    assert_eq!(argv(&start).split(' ').next(), Some("uvicorn"));
}
