//! Command lines with several commands: the one that is named for a server starts the project.

use super::{Project, argv, file};

fn shop(cli: &str) -> Project {
    file("shop/cli.py", cli)
        .file("shop/__init__.py", "")
        .console("shop", "shop.cli:main")
        .with(&["click", "typer"])
}

#[test]
fn a_command_that_is_named_for_a_server_is_started() {
    for cli in [
        "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n    parsers = parser.add_subparsers()\n    parsers.add_parser('migrate')\n    parsers.add_parser('serve', help='the shop')\n",
        "import click\n@click.group()\ndef main():\n    pass\n@main.command()\ndef migrate():\n    pass\n@main.command(name='serve')\n@click.option('--port', default=7000)\ndef run_it(port):\n    pass\n",
        "import click\n@click.group(chain=True)\ndef main():\n    pass\n@main.command\ndef serve_command():\n    pass\n",
        "import typer\nmain = typer.Typer()\n@main.command()\ndef serve():\n    pass\n@main.command()\ndef migrate():\n    pass\n",
        // Added one by one, in a loop, and loaded by their names.
        "import click\nfrom shop import web\n@click.group()\ndef main():\n    pass\nmain.add_command(web.run_it, name='serve')\n",
        "import click\n@click.command()\ndef serve_cmd():\n    pass\n@click.group()\ndef main():\n    pass\nmain.add_command(serve_cmd)\n",
        "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n    commands = ('migrate', 'serve')\n    parsers = parser.add_subparsers()\n    for command in commands:\n        parsers.add_parser(command)\n",
        "import click\nclass Lazy(click.Group):\n    pass\n@click.group(cls=Lazy, lazy_subcommands={'migrate': 'shop.db.migrate', 'serve': 'shop.web.main'})\ndef main():\n    pass\n",
        "import click\nclass ShopGroup(click.Group):\n    commands = {\n        'migrate': 'shop.db.main',\n        'serve': 'shop.web.main',\n    }\n@click.group(cls=ShopGroup)\ndef main():\n    pass\n",
    ] {
        let start = shop(cli).start();
        assert_eq!(argv(&start), "shop serve", "{cli}");
        let why = &start.command.as_ref().unwrap().why;
        assert!(why.contains("shop/cli.py:"), "{why}");
    }
}

#[test]
fn what_needs_no_command_gets_none() {
    for cli in [
        // A command of a command.
        "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n    parsers = parser.add_subparsers()\n    db = parsers.add_parser('db')\n    below = db.add_subparsers()\n    below.add_parser('start')\n",
        "import click\n@click.group()\ndef main():\n    pass\n@main.group()\ndef db():\n    pass\n@db.command()\ndef start():\n    pass\n",
        // The group starts something by itself.
        "import click\n@click.group(invoke_without_command=True)\ndef main():\n    pass\n@main.command()\ndef serve():\n    pass\n",
        // typer's only command has no name on the line.
        "import typer\nmain = typer.Typer()\n@main.command()\ndef serve():\n    pass\n",
        // Texts that are no commands.
        "import argparse\nclass Names:\n    words = {'start': 'shop.web'}\ndef main():\n    parser = argparse.ArgumentParser()\n    words = ('serve', 'eat')\n",
        // Named for something else.
        "import click\n@click.group()\ndef main():\n    pass\n@main.command()\ndef migrate():\n    pass\n",
    ] {
        assert_eq!(shop(cli).argv(), "shop", "{cli}");
    }
}

#[test]
fn a_script_with_commands_is_told_which_to_run() {
    let core = "import gradio\ndef launch():\n    with gradio.Blocks() as page:\n        pass\n    page.launch()\n";
    let program = "from argparse import ArgumentParser\ndef create():\n    program = ArgumentParser()\n    commands = program.add_subparsers()\n    commands.add_parser('run')\n    commands.add_parser('batch-run')\n";
    let script = "from shop import core\nif __name__ == '__main__':\n    core.cli()\n";
    let start = file("shop.py", script)
        .file(
            "install.py",
            "from shop import installer\nif __name__ == '__main__':\n    installer.cli()\n",
        )
        .file("shop/__init__.py", "")
        .file("shop/program.py", program)
        .file("shop/pages/__init__.py", "")
        .file("shop/pages/core.py", core)
        .with(&["gradio"])
        .start();
    assert_eq!(
        argv(&start),
        "env GRADIO_SERVER_PORT=7860 python shop.py run"
    );
    let text = format!("{program}if __name__ == '__main__':\n    create()\n");
    assert_eq!(file("shop.py", &text).argv(), "python shop.py run");
    assert_eq!(
        file("shop.py", script)
            .file("tools/program.py", program)
            .argv(),
        "python shop.py"
    );
}

#[test]
fn another_package_s_command_line_is_not_the_project_s() {
    let start = shop("def main():\n    pass\n")
        .file("tools/manage.py", "import click\n@click.group()\ndef main():\n    pass\n@main.command()\ndef serve():\n    pass\n")
        .start();
    assert_eq!(argv(&start), "shop");
}

#[test]
fn a_server_without_a_framework_keeps_its_port() {
    let cli = "import click\nfrom http.server import HTTPServer\n@click.group()\ndef main():\n    pass\n@main.command()\n@click.option('--port', default=7000)\ndef serve(port):\n    HTTPServer(('', port), None).serve_forever()\n";
    let start = file("shop/cli.py", cli)
        .console("shop", "shop.cli:main")
        .with(&["click"])
        .start();
    assert_eq!(
        (argv(&start).as_str(), start.port),
        ("shop serve", Some(7000))
    );
}

#[test]
fn an_application_deep_in_the_package_is_started_so_too() {
    let serves = "from flask import Flask\nclass Web:\n    def __init__(self):\n        self.app = Flask(__name__)\n    def start(self, port):\n        self.app.run(port)\nif __name__ == '__main__':\n    Web().start(80)\n";
    let cli = "import click\n@click.group()\ndef main():\n    pass\n@main.command()\ndef server():\n    pass\n";
    let start = shop(cli)
        .file("shop/web/__init__.py", "")
        .file("shop/web/mode.py", serves)
        .with(&["flask"])
        .start();
    assert_eq!(argv(&start), "shop server");
}

#[test]
fn a_command_that_listens_to_its_own_machine_is_told_to_listen_to_all() {
    for cli in [
        "import click\n@click.group()\ndef main():\n    pass\n@main.command()\n@click.option('-h', '--host', default='127.0.0.1')\ndef serve(host):\n    pass\n",
        "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n    parsers = parser.add_subparsers()\n    serve = parsers.add_parser('serve')\n    serve.add_argument('--host', default='localhost')\n",
    ] {
        assert_eq!(shop(cli).argv(), "shop serve --host 0.0.0.0", "{cli}");
        let open = cli
            .replace("127.0.0.1", "0.0.0.0")
            .replace("localhost", "0.0.0.0");
        assert_eq!(shop(&open).argv(), "shop serve", "{open}");
    }
    let other = "import argparse\ndef main():\n    parser = argparse.ArgumentParser()\n    parsers = parser.add_subparsers()\n    parsers.add_parser('serve')\n    client = parsers.add_parser('ask')\n    client.add_argument('--host', default='localhost')\n";
    assert_eq!(shop(other).argv(), "shop serve");
    let through = "import argparse\ndef main():\n    parsers = argparse.ArgumentParser().add_subparsers()\n    for command in ['init', 'start']:\n        parser = parsers.add_parser(command)\n        if command == 'init':\n            parser.add_argument('--host', default='localhost')\n";
    assert_eq!(shop(through).argv(), "shop start");
}

#[test]
fn options_that_another_module_adds_count_too() {
    let cli = "import argparse\nfrom . import ask, web\ndef main():\n    parser = argparse.ArgumentParser()\n    parsers = parser.add_subparsers()\n    serve = parsers.add_parser('serve')\n    web.add_options(serve)\n    ask.add_options(parsers.add_parser('ask'))\n";
    let options = |host: &str| {
        format!(
            "def add_options(parser):\n    group = parser.add_argument_group('Access')\n    group.add_argument('-l', '--listen-address', default='{host}')\n"
        )
    };
    let start = |web: &str| {
        shop(cli)
            .file("shop/web.py", &options(web))
            .file("shop/ask.py", &options("localhost"))
            .argv()
    };
    assert_eq!(start("localhost"), "shop serve --listen-address 0.0.0.0");
    assert_eq!(start("0.0.0.0"), "shop serve");
}
