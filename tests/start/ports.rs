//! Where an application listens, by what its code says.

use super::{argv, file};

#[test]
fn the_port_that_people_know_is_kept_behind_a_server() {
    let flask = "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(host='0.0.0.0', port=5001)\n";
    let start = file("app.py", flask).with(&["flask", "gunicorn"]).start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:5001 app:app");
    assert_eq!(start.port, Some(5001));
    let low = flask.replace("5001", "80");
    let start = file("app.py", &low).with(&["flask", "gunicorn"]).start();
    assert_eq!(start.port, Some(8000));
    let fastapi = "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run('main:app', port=8003)\n";
    let start = file("main.py", fastapi)
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start), "uvicorn --host 0.0.0.0 --port 8003 main:app");
    let read = "import os\nfrom flask import Flask\napp = Flask(__name__)\nPORT = os.getenv('PORT', '7000')\n";
    let start = file("app.py", read).with(&["flask", "gunicorn"]).start();
    assert_eq!(start.port, Some(7000));
}

#[test]
fn an_option_of_the_command_line_names_the_port() {
    for option in [
        "import argparse\nargparse.ArgumentParser().add_argument('--port', type=int, default=8082)\n",
        "import click\n@click.option('-p', '--port', default=8082)\ndef main(port):\n    pass\n",
        "from tornado.options import define\ndefine('port', default=8082)\n",
        "import argparse\nPORT = 8082\nargparse.ArgumentParser().add_argument('--port', default=PORT)\n",
        "import argparse\nargparse.ArgumentParser().add_argument('-p', '--listen-port', default=8082)\n",
        "def options(parser):\n    parser.addoption('--port', type=int, default=8082)\n",
        "def read(config):\n    return config.getint('port', 8082)\n",
        "import argparse\nargparse.ArgumentParser().add_argument('--web.listen-address', default='[::]:8082')\n",
        "import click\nfrom pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 8082\nclass Database(BaseSettings):\n    port: int = 5432\nsettings = Settings()\n@click.option('--port', default=settings.port)\ndef main(port):\n    pass\n",
        "def read(config):\n    return config.getint('server', 'port', fallback=8082)\n",
    ] {
        let text = format!(
            "from tornado import web, ioloop\n{option}if __name__ == '__main__':\n    web.Application().listen(x)\n    ioloop.IOLoop.current().start()\n"
        );
        let start = file("main.py", &text).with(&["tornado"]).start();
        assert_eq!(
            (argv(&start).as_str(), start.port),
            ("python main.py", Some(8082)),
            "{option}"
        );
    }
}

#[test]
fn an_option_may_stand_anywhere() {
    let start = file("main.py", "from jobs.cmdline import args\nfrom tornado import web, ioloop\nif __name__ == '__main__':\n    web.Application().listen(args.port)\n    ioloop.IOLoop.current().start()\n")
        .file("jobs/deep/down/cmdline.py", "def parse(parser):\n    parser.add_argument('--port', default=8082, help='where it listens')\n")
        .with(&["tornado"])
        .start();
    assert_eq!(start.port, Some(8082));
}

#[test]
fn a_server_without_a_framework_has_a_port() {
    for (source, port) in [
        (
            "import grpc\nfrom concurrent import futures\ndef serve():\n    server = grpc.server(futures.ThreadPoolExecutor())\n    server.add_insecure_port('[::]:50051')\n    server.start()\n",
            50051,
        ),
        (
            "from http.server import HTTPServer, SimpleHTTPRequestHandler\ndef serve():\n    HTTPServer(('', 8080), SimpleHTTPRequestHandler).serve_forever()\n",
            8080,
        ),
        (
            "import websockets\nasync def serve():\n    async with websockets.serve(print, '0.0.0.0', 8765):\n        pass\n",
            8765,
        ),
    ] {
        let text = format!("{source}if __name__ == '__main__':\n    serve()\n");
        let start = file("main.py", &text).with(&["grpcio"]).start();
        assert_eq!(
            (argv(&start).as_str(), start.port),
            ("python main.py", Some(port))
        );
        assert_eq!(start.health.unwrap().path, None);
        let closed = text
            .replace("[::]", "localhost")
            .replace("('',", "('localhost',")
            .replace("0.0.0.0", "127.0.0.1");
        assert_eq!(
            file("main.py", &closed).with(&["grpcio"]).start().port,
            None
        );
    }
}

#[test]
fn a_setting_for_the_port_of_something_else_is_none() {
    let text = "from tornado import web, ioloop\ndef read(config):\n    return config.getint('mail', 'port', fallback=2525), config.getint('port', 6379)\nif __name__ == '__main__':\n    web.Application().listen(x)\n    ioloop.IOLoop.current().start()\n";
    let start = file("main.py", text).with(&["tornado"]).start();
    assert_eq!(start.port, Some(8888));
    // A part of the program, before its own in the order of names.
    let setting =
        |port: u16| format!("def read(config):\n    return config.getint('port', {port})\n");
    let start = file("shop/parts/mqtt.py", &setting(1883))
        .file("shop/server.py", &setting(7125))
        .file("main.py", text)
        .with(&["tornado"])
        .start();
    assert_eq!(start.port, Some(7125));
}

#[test]
fn a_program_that_asks_for_a_server_has_the_port_of_its_option() {
    let options = "def options(parser):\n    parser.addoption('--host', default='localhost')\n    parser.addoption('--port', default=3141)\n";
    let project = || {
        file("shop/config.py", options)
            .file("shop/__init__.py", "")
            .console("shop", "shop.main:main")
    };
    let start = project().with(&["waitress"]).start();
    assert_eq!(
        (argv(&start).as_str(), start.port),
        ("shop --host 0.0.0.0", Some(3141))
    );
    // What only asks another has the same options.
    let start = project().start();
    assert_eq!((argv(&start).as_str(), start.port), ("shop", None));
}

#[test]
fn a_port_by_its_name_is_looked_up_where_it_has_a_value() {
    let main = "from aiohttp import web\nfrom settings import config\napp = web.Application()\nif __name__ == '__main__':\n    web.run_app(app, host='0.0.0.0', port=int(config.WEB_PORT))\n";
    for settings in [
        "class Config:\n    _DEFAULTS = {'WEB_PORT': '8081', 'HOST': 'x'}\nconfig = Config()\n",
        "class Config:\n    WEB_PORT = 8081\nconfig = Config()\n",
        "class Config:\n    WEB_PORT: int = 8081\nconfig = Config()\n",
        "import os\nclass Config:\n    WEB_PORT = int(os.environ.get('WEB_PORT', 8081))\nconfig = Config()\n",
    ] {
        let start = file("main.py", main)
            .file("settings.py", settings)
            .with(&["aiohttp"])
            .start();
        assert_eq!(start.port, Some(8081), "{settings}");
    }
    // So is that of the program that a script starts.
    let start = file("app/main.py", main)
        .file(
            "app/settings.py",
            "class Config:\n    WEB_PORT = 8081\nconfig = Config()\n",
        )
        .file("entrypoint.sh", "#!/bin/sh\nexec python3 app/main.py\n")
        .with(&["aiohttp"])
        .start();
    assert_eq!(
        (argv(&start).as_str(), start.port),
        ("python app/main.py", Some(8081))
    );
    // Two values are none.
    let start = file("main.py", main)
        .file(
            "settings.py",
            "class Config:\n    WEB_PORT = 8081\nclass Test(Config):\n    WEB_PORT = 9000\n",
        )
        .with(&["aiohttp"])
        .start();
    assert_eq!(start.port, Some(8080));
}

#[test]
fn the_port_of_the_file_that_makes_the_application_comes_before_another_programs() {
    let server = "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\nif __name__ == '__main__':\n    create_app().run(port=7777)\n";
    let other = "import argparse\nif __name__ == '__main__':\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--port', type=int, default=20381)\n";
    let start = file(
        "wsgi.py",
        "from server import create_app\napp = create_app()\n",
    )
    .file("server.py", server)
    .file("email_handler.py", other)
    .with(&["flask", "gunicorn"])
    .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:7777 wsgi:app");
    // Another application of the project listens where it listens.
    let start = file("app.py", "from flask import Flask\napp = Flask(__name__)\n")
        .file("admin/page.py", "from flask import Flask\nadmin = Flask(__name__)\nif __name__ == '__main__':\n    admin.run(port=7777)\n")
        .with(&["flask", "gunicorn"])
        .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 app:app");
}

#[test]
fn a_default_inside_a_scripts_expansion_counts() {
    let script = "#!/bin/sh\nexec gunicorn --bind \"${ADDRESS:-0.0.0.0}:${APP_PORT:-5001}\" --timeout ${TIMEOUT:-200} ${STATSD:+--statsd-host $STATSD} app:app\n";
    let start = file("app.py", "from flask import Flask\napp = Flask(__name__)\n")
        .file("docker/entrypoint.sh", script)
        .with(&["flask", "gunicorn"])
        .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:5001 app:app");
}

#[test]
fn a_configuration_that_names_the_application_names_the_port_wherever_it_lies() {
    let start = file("shop/__init__.py", "from shop.api import API\n")
        .file(
            "shop/api.py",
            "import falcon\nclass API(falcon.App):\n    pass\n",
        )
        .file(
            "config/gunicorn.conf.py",
            "bind = '0.0.0.0:8060'\nwsgi_app = 'shop:API()'\n",
        )
        .with(&["falcon", "gunicorn"])
        .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8060 shop:API()");
}

#[test]
fn a_script_that_would_listen_to_its_own_machine_alone_is_told_the_address() {
    let main = "from shop.options import args\nimport server\nif __name__ == '__main__':\n    server.run(args.listen, args.port)\n";
    let options = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--listen', default='127.0.0.1', nargs='?')\nparser.add_argument('--port', type=int, default=8188)\nargs = parser.parse_args()\n";
    let project = || {
        file("main.py", main).file("server.py", "from aiohttp import web\nclass Server:\n    def __init__(self):\n        self.app = web.Application()\n")
    };
    let start = project()
        .file("shop/options.py", options)
        .with(&["aiohttp"])
        .start();
    assert_eq!(argv(&start), "python main.py --listen 0.0.0.0");
    assert_eq!(start.port, Some(8188));
    // Another script's option is not this one's.
    let other = format!("{options}if __name__ == '__main__':\n    print(args)\n");
    let start = project()
        .file("tools/probe.py", &other)
        .file("shop/options.py", "args = None\n")
        .with(&["aiohttp"])
        .start();
    assert_eq!(argv(&start), "python main.py");
}

#[test]
fn the_port_that_the_environment_may_name_is_found_in_a_file_of_constants() {
    let start = file("main.py", "import uvicorn\nfrom fastapi import FastAPI\nfrom src.consts import PORT\napp = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run(app, port=PORT)\n")
        .file("src/consts.py", "import os\nPORT = int(os.getenv(\"PORT\", \"8191\"))\n")
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(start.port, Some(8191));
}

#[test]
fn a_server_that_is_configured_first_has_the_port_of_its_configuration() {
    let start = file("main.py", "import uvicorn\nfrom fastapi import FastAPI\nfrom settings import settings\napp = FastAPI()\nserver = uvicorn.Server(uvicorn.Config(app, host='0.0.0.0', port=settings.port))\nif __name__ == '__main__':\n    server.run()\n")
        .file("settings.py", "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 3001\nsettings = Settings()\n")
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start), "uvicorn --host 0.0.0.0 --port 3001 main:app");
}
