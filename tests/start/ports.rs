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
