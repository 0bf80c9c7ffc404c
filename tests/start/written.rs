//! What scripts, compose files and makefiles of real projects say about the start, and what they do not.

use dockwright::error::Error;

use super::{Project, argv, codes, file};

const FASTAPI: &str = "from fastapi import FastAPI\napp = FastAPI()\n";
const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";
const GUARD: &str = "if __name__ == \"__main__\":\n    print(1)\n";

fn two_apps() -> Project {
    file("shop/main.py", FASTAPI)
        .file("admin/main.py", FASTAPI)
        .with(&["fastapi", "uvicorn"])
}

#[test]
fn an_assignment_with_an_expansion_stands_before_a_command() {
    for line in [
        "KEY=\"$KEY\" uvicorn shop.main:app --host \"$HOST\" --workers \"${N:-1}\" 2>&1 | tee log",
        "KEY=$KEY exec \"$PYTHON\" -m uvicorn shop.main:app --workers \"${N:-1}\"",
        "run_command=\"uvicorn shop.main:app --reload\"\neval \"$run_command\"",
        "start() {\n  exec \"$@\"\n}\nstart uvicorn shop.main:app",
    ] {
        let project = two_apps().file("start.sh", &format!("#!/bin/sh\n{line}\n"));
        assert_eq!(
            project.argv(),
            "uvicorn --host 0.0.0.0 --port 8000 shop.main:app",
            "{line}"
        );
    }
}

#[test]
fn supervisor_expands_its_own_way() {
    let program = "[program:web]\ncommand = /usr/bin/gunicorn -w %(ENV_N)s --timeout 60 \"shop:create_app()\" --log-level debug\n";
    let start = file(
        "shop/__init__.py",
        "from flask import Flask\ndef create_app(test=None):\n    app = Flask(__name__)\n    return app\n",
    )
    .file("other/app.py", FLASK)
    .file("conf/supervisord.conf", program)
    .with(&["flask", "gunicorn"])
    .start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 --timeout 60 shop:create_app()"
    );
}

#[test]
fn an_entrypoint_starts_the_projects_own_program() {
    let project = |entry: &str| {
        file("bot/main.py", GUARD)
            .file("bot/__init__.py", "")
            .file("tool.py", GUARD)
            .file("seed.py", GUARD)
            .file("entrypoint.sh", entry)
            .with(&["requests"])
    };
    let start = project("#!/bin/sh\npython seed.py\nexec python -m bot.main \"$@\"\n").start();
    assert_eq!(argv(&start), "python -m bot.main");
    let start = project("#!/bin/sh\nexec python /srv/app/tool.py --once\n").start();
    assert_eq!(argv(&start), "python tool.py --once");
    // What stands before another command prepares it.
    let open = project("#!/bin/sh\npython seed.py\nexec \"$@\"\n").choose();
    assert!(matches!(open, Err(Error::Undecided { .. })));
}

#[test]
fn an_asgi_project_may_start_its_server_itself_and_flask_may_not() {
    let main = "import uvicorn\ndef main():\n    uvicorn.run(\"shop.app:app\")\nif __name__ == \"__main__\":\n    main()\n";
    let start = file("shop/app.py", FASTAPI)
        .file("shop/main.py", main)
        .file("shop/__init__.py", "")
        .file(
            "docker/entry.sh",
            "#!/bin/sh\nexec python /app/shop/main.py\n",
        )
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(argv(&start), "python -m shop.main");
    assert_eq!(start.port, Some(8000));
    assert_eq!(codes(&start), ["own-server"]);
    let start = file("app.py", FLASK)
        .file(
            "run.py",
            "from app import app\nif __name__ == \"__main__\":\n    app.run()\n",
        )
        .file("start.sh", "#!/bin/sh\nexec python run.py\n")
        .with(&["flask", "gunicorn"])
        .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 app:app");
    let prepared = two_apps().file("scripts/prestart.sh", "python admin/main.py\n");
    assert!(matches!(prepared.choose(), Err(Error::Undecided { .. })));
}

#[test]
fn compose_files_and_makefiles_decide_what_is_open_and_nothing_else() {
    let uvicorn = "uvicorn --host 0.0.0.0 --port 8000 admin.main:app";
    for command in [
        "command: uvicorn admin.main:app --reload",
        "command: [\"uvicorn\", \"admin.main:app\"]",
        "command:\n      - uvicorn\n      - admin.main:app",
        "command: >\n      uvicorn\n      admin.main:app",
        "command: sh -c \"alembic upgrade head && uvicorn admin.main:app\"",
    ] {
        let text = format!(
            "services:\n  db:\n    image: postgres\n  web:\n    build: .\n    {command}\n    ports: [\"80:8000\"]\n"
        );
        assert_eq!(
            two_apps().file("docker-compose.yml", &text).argv(),
            uvicorn,
            "{command}"
        );
    }
    let make = "lint:\n\truff check\nrun-dev:\n\t@uv run uvicorn admin.main:app --reload\n";
    assert_eq!(two_apps().file("Makefile", make).argv(), uvicorn);
    let one = file("shop/main.py", FASTAPI)
        .with(&["fastapi", "uvicorn"])
        .file("Makefile", make);
    assert!(one.argv().ends_with("shop.main:app"));
    let scripts = file("service.py", GUARD)
        .file("seed.py", GUARD)
        .file("Makefile", "serve:\n\t$(PYTHON) service.py\n");
    assert_eq!(scripts.argv(), "python service.py");
}

#[test]
fn a_file_without_a_guard_is_the_last_resort() {
    let work = "import requests\nrequests.get(\"http://localhost\")\n";
    let start = file("main.py", work)
        .file("other.py", work)
        .file("config.py", work)
        .start();
    assert_eq!(argv(&start), "python main.py");
    assert_eq!(codes(&start), ["start-assumed"]);
    for (path, text) in [
        ("config.py", work),
        ("hub_config.py", work),
        (
            "handlers.py",
            "import hub\n@hub.on(\"x\")\ndef f():\n    pass\n",
        ),
    ] {
        assert_eq!(file(path, text).start().command, None, "{path}");
    }
}

#[test]
fn of_one_object_with_two_names_the_first_is_taken() {
    let start = file(
        "look/app.py",
        "import falcon\napp = application = falcon.App()\n",
    )
    .with(&["falcon", "gunicorn"])
    .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 look.app:app");
}

#[test]
fn a_factory_comes_before_scripts_and_objects_that_are_made_by_the_way() {
    let factory = "from flask import Flask\ndef create_app(root=None):\n    app = Flask(__name__)\n    return app\n";
    let script =
        "from shop.app import create_app\nif __name__ == \"__main__\":\n    app = create_app()\n";
    let task = "from shop.app import create_app\nflask_app = create_app()\n";
    let start = file("shop/app.py", factory)
        .file("shop/__init__.py", "")
        .file("shop/docs/lib.py", script)
        .file("shop/jobs/celery_app.py", task)
        .with(&["flask", "gunicorn"])
        .start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 shop.app:create_app()"
    );
}

#[test]
fn of_several_console_scripts_the_server_is_taken() {
    let project = Project::default()
        .console("shop-server", "shop.server:main")
        .console("shop-worker", "shop.worker:main");
    assert_eq!(project.argv(), "shop-server");
}

#[test]
fn of_several_console_scripts_the_one_that_the_others_continue_is_taken() {
    let project = Project::default()
        .console("shop-setup", "shop.setup:main")
        .console("shop", "shop.__main__:main");
    assert_eq!(project.argv(), "shop");
}

#[test]
fn a_console_script_stands_for_a_module_deep_in_its_package() {
    let serves = "from flask import Flask\nclass Web:\n    def __init__(self):\n        self.app = Flask(__name__)\n    def start(self, port):\n        self.app.run(port)\nif __name__ == '__main__':\n    Web().start(80)\n";
    let project = || file("share/__init__.py", "").file("share/web/__init__.py", "");
    let project = || project().file("share/web/share_mode.py", serves);
    let deep = project().with(&["flask"]);
    assert_eq!(deep.argv(), "python -m share.web.share_mode");
    let console = project().with(&["flask"]).console("share", "share:main");
    assert_eq!(console.argv(), "share");
    // A command that may be for something else does not.
    let other = project()
        .with(&["flask"])
        .console("sharectl", "share.cli:main");
    let main =
        |project: Project| project.file("share/__main__.py", "from share import main\nmain()\n");
    assert_eq!(main(other).argv(), "python -m share");
    // A `__main__` is tried less often than what the author has people type.
    assert_eq!(main(console).argv(), "share");
}

#[test]
fn a_console_script_knows_what_a_factory_wants() {
    let factory = "from flask import Flask\ndef create_app(files):\n    return Flask(__name__)\n";
    let project = file("ledger/application.py", factory)
        .file("ledger/__init__.py", "")
        .with(&["flask"])
        .console("ledger", "ledger.cli:main");
    assert_eq!(project.argv(), "ledger");
}

#[test]
fn an_address_is_no_target() {
    let project = file(
        "run-gunicorn.sh",
        "#!/bin/sh\npip install gunicorn\ngunicorn -w 4 archive.apps.wayback -b 0.0.0.0:8080\n",
    )
    .file(
        "archive/apps/wayback.py",
        "from archive.front import Front\napplication = Front()\n",
    );
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8080 -w 4 archive.apps.wayback"
    );
    assert_eq!(start.port, Some(8080));
}

#[test]
fn a_file_that_starts_nothing_when_it_is_run_is_started_by_the_script_beside_it() {
    let start = file(
        "bot/main.py",
        "from telegram_bot import Bot\ndef main():\n    Bot().run()\nif __name__ == '__main__':\n    main()\n",
    )
    .file(
        "bot/telegram_bot.py",
        "from telegram.ext import ApplicationBuilder\nclass Bot:\n    def run(self):\n        app = ApplicationBuilder().token('x').build()\n        app.run_polling()\n",
    )
    .with(&["python-telegram-bot"])
    .start();
    assert_eq!(argv(&start), "python bot/main.py");
    assert_eq!(start.framework.as_deref(), Some("python-telegram-bot"));
}

#[test]
fn a_script_for_something_else_does_not_start_an_application() {
    let project = || {
        file(
            "inject-build-id.py",
            "def main():\n    pass\nif __name__ == '__main__':\n    main()\n",
        )
        .file(
            "router/web.py",
            "from flask import Flask\nflask_app = Flask(__name__)\n",
        )
        .file("router/__init__.py", "")
        .with(&["flask"])
    };
    assert_eq!(project().console("router", "router:main").argv(), "router");
    // One that is named like the package, or as such scripts are, starts it.
    let named = file(
        "router-server.py",
        "if __name__ == '__main__':\n    main()\n",
    )
    .file(
        "router/web.py",
        "from flask import Flask\nflask_app = Flask(__name__)\n",
    )
    .with(&["flask"])
    .console("router", "router:main");
    assert_eq!(named.argv(), "python router-server.py");
}

#[test]
fn a_script_says_which_application_a_framework_s_program_runs() {
    let project = file("app/asgi.py", FASTAPI)
        .file("app/__init__.py", "")
        .file("webui/Main.py", "import streamlit as st\nst.title('x')\n")
        .with(&["fastapi", "streamlit", "uvicorn"]);
    let served = "uvicorn --host 0.0.0.0 --port 8000 app.asgi:app";
    assert_eq!(project.argv(), served);
    let script = |text: &str| project.clone().file("webui.sh", text).argv();
    let shown = script("cd here\nstreamlit run ./webui/Main.py\n");
    assert!(
        shown.starts_with("streamlit run webui/Main.py --server.address=0.0.0.0 "),
        "{shown}"
    );
    // A server that a script starts comes first.
    assert_eq!(
        script("streamlit run webui/Main.py &\nuvicorn app.asgi:app\n"),
        served
    );
}

#[test]
fn a_server_that_is_missing_gives_way_to_the_program_that_its_script_ends_in() {
    let script = "if [ \"$DEMO\" = \"true\" ]; then\n    uvicorn demo:app --host 0.0.0.0\nelse\n    ollama serve &\n    python app.py\nfi\n";
    let project = file("demo.py", "from fastapi import FastAPI\napp = FastAPI()\n")
        .file(
            "app.py",
            "from shop.main import App\nApp().make().queue().launch()\n",
        )
        .file("launch.sh", script);
    let without = project.clone().with(&["fastapi"]);
    assert_eq!(without.argv(), "python app.py");
    let with = project.with(&["fastapi", "uvicorn"]);
    assert_eq!(with.argv(), "uvicorn --host 0.0.0.0 --port 8000 demo:app");
}

#[test]
fn a_branch_on_one_line_counts_as_one_on_several() {
    let guarded = "def main():\n    pass\nif __name__ == '__main__':\n    main()\n";
    let project = file("multi.py", guarded)
        .file("shop/__init__.py", "")
        .file("shop/__main__.py", guarded);
    for script in [
        "if [ $MANY ] ; then python3 multi.py ; else python3 -m shop ; fi\n",
        "if [ $MANY ]; then\n    python3 multi.py\nelse\n    python3 -m shop\nfi\n",
    ] {
        assert_eq!(
            project.clone().file("startup", script).argv(),
            "python -m shop",
            "{script}"
        );
    }
}
