//! Who has the last word: the user, the `Procfile`, scripts and configurations, the framework, entry points, the one script.

use super::{argv, codes, file, processes};
use dockwright::error::Error;

const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";

#[test]
fn the_user_has_the_last_word() {
    let project = file("app.py", FLASK)
        .file("Procfile", "web: gunicorn other:app\n")
        .with(&["flask", "gunicorn"]);
    let project = project.wish(|wish| wish.command = Some("python -m http.server 9000".to_owned()));
    assert_eq!(project.argv(), "python -m http.server 9000");
    let project = file("app.py", FLASK)
        .file("Procfile", "web: gunicorn other:app\n")
        .with(&["flask", "gunicorn"])
        .wish(|wish| wish.app = Some("app:app".to_owned()));
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    let wrong = file("app.py", FLASK).wish(|wish| wish.app = Some("app.py; rm -rf /".to_owned()));
    assert!(matches!(wrong.choose(), Err(Error::Settings { .. })));
    let wrong = file("app.py", FLASK).wish(|wish| wish.command = Some("a 'b".to_owned()));
    assert!(matches!(wrong.choose(), Err(Error::Settings { .. })));
}

#[test]
fn a_command_is_enough_without_sources() {
    let start = super::Project::default()
        .wish(|wish| wish.command = Some("python app.py".to_owned()))
        .start();
    assert_eq!(argv(&start), "python app.py");
    assert_eq!(start.port, None);
    let start = super::Project::default().choose().unwrap();
    assert_eq!(start.command, None);
    assert!(!start.looked.is_empty());
}

#[test]
fn the_procfile_names_every_process() {
    let project = file("Procfile", "# roles\nweb: gunicorn shop.wsgi --bind 0.0.0.0:$PORT --log-file -\nworker: celery -A shop worker\nrelease: python manage.py migrate && echo done\n")
        .with(&["gunicorn", "celery"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn shop.wsgi --bind 0.0.0.0:8000 --log-file -"
    );
    assert_eq!(project.place(), "Procfile:2");
    let processes = processes(&start);
    assert_eq!(processes["worker"], "celery -A shop worker");
    assert_eq!(
        processes["release"],
        "sh -c python manage.py migrate && echo done"
    );
    assert_eq!(processes.len(), 2);
    let start = file(
        "Procfile",
        "web: gunicorn -b :$PORT -w $WORKERS shop.wsgi\n",
    )
    .with(&["gunicorn"])
    .start();
    assert_eq!(
        start.command.as_ref().unwrap().exec_form(start.port),
        [
            "sh",
            "-c",
            "export PORT=\"${PORT:-8000}\"; exec gunicorn -b :$PORT -w $WORKERS shop.wsgi"
        ]
    );
    let start = file("Procfile", "worker: python bot.py\n").start();
    assert_eq!((argv(&start).as_str(), start.port), ("python bot.py", None));
    let start = file(
        "Procfile",
        "nonsense\nweb: uwsgi --http :$PORT --module shop.wsgi\n",
    )
    .with(&["uwsgi"])
    .start();
    assert_eq!(codes(&start), ["procfile-line"]);
    assert_eq!(start.stop_signal.as_deref(), Some("SIGINT"));
}

#[test]
fn a_server_that_the_procfile_names_is_installed_with_a_warning() {
    let start = file("Procfile", "web: gunicorn app:app\n")
        .file("app.py", FLASK)
        .with(&["flask"])
        .start();
    assert_eq!(start.install.as_ref().unwrap().name, "gunicorn");
    assert_eq!(codes(&start), ["server-missing"]);
    assert_eq!(start.framework.as_deref(), Some("flask"));
}

#[test]
fn a_script_of_the_project_names_target_and_tuning() {
    let app = || {
        file("application.py", "from app.setup import create_app\napplication = create_app()\n").file("app/__init__.py", "").file(
        "app/setup.py",
        "from flask import Flask\ndef create_app():\n    application = Flask(__name__)\n    return application\n",
    )
    };
    let script = "#!/bin/sh\nset -e\nif [ \"$SERVER\" = gevent ]; then\n  exec gunicorn application:application \\\n    --worker-class gevent --timeout 0 --workers $N --bind 0.0.0.0:5000\nfi\n";
    let project = app()
        .file("run_app.sh", script)
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:5000 --worker-class gevent --timeout 0 application:application"
    );
    assert_eq!(project.place(), "run_app.sh:4");
    assert_eq!(
        app().with(&["flask", "gunicorn"]).argv(),
        "gunicorn --bind 0.0.0.0:8000 application:application"
    );
    let project = file("ctf/__init__.py", "from flask import Flask\ndef create_app(config='x'):\n    app = Flask(__name__)\n    return app\n")
        .file("docker-entrypoint.sh", "#!/bin/bash\nexec gunicorn 'ctf:create_app()' \\\n  --bind '0.0.0.0:8000' --workers $WORKERS --worker-class \"$CLASS\"\n")
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 ctf:create_app()"
    );
}

#[test]
fn supervisor_and_paste_are_understood() {
    let project = file("conf/supervisord.conf", "[supervisord]\nnodaemon=true\n[program:web]\ncommand=newrelic-admin run-program gunicorn --paste conf/production.ini --config conf/gunicorn.conf.py\n")
        .file("conf/production.ini", "[app:main]\nuse = call:h.app:create_app\n")
        .with(&["pyramid", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 --paste conf/production.ini"
    );
    assert_eq!(project.place(), "conf/supervisord.conf:4");
}

#[test]
fn a_configuration_is_not_contradicted() {
    let app = || file("app.py", FLASK).with(&["flask", "gunicorn"]);
    let project = app().file(
        "gunicorn.conf.py",
        "import os\nbind = '0.0.0.0:9000'\nworkers = 3\nwsgi_app = 'app:app'\n",
    );
    assert_eq!(project.argv(), "gunicorn app:app");
    assert_eq!(project.start().port, Some(9000));
    assert_eq!(project.place(), "gunicorn.conf.py:4");
    let project = app().file("gunicorn.conf.py", "workers = 3\n");
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    let project = app().file(
        "gunicorn_config.py",
        "import os\nbind = '0.0.0.0:' + os.environ['PORT']\n",
    );
    assert_eq!(
        project.argv(),
        "gunicorn --config gunicorn_config.py app:app"
    );
    let project = app().file("gunicorn-cfg.py", "bind = '0.0.0.0:5005'\nworkers = 1\n");
    assert_eq!(project.argv(), "gunicorn --config gunicorn-cfg.py app:app");
    assert_eq!(project.start().port, Some(5005));
    let project = app().file("gunicorn.conf.py", "bind = '127.0.0.1:9000'\n");
    assert_eq!(project.argv(), "gunicorn --bind 0.0.0.0:8000 app:app");
    assert_eq!(codes(&project.start()), ["binds-loopback"]);
}

#[test]
fn uwsgi_runs_with_its_own_file() {
    let project = file(
        "uwsgi.ini",
        "[uwsgi]\nmodule = shop.wsgi:application\nhttp = 0.0.0.0:9090\nmaster = true\n",
    )
    .file(
        "shop/wsgi.py",
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    .file(
        "bootstrap.sh",
        "#!/bin/bash\npython manage.py migrate\nexec uwsgi --http :$PORT_X uwsgi.ini\n",
    )
    .with(&["django", "uwsgi"]);
    assert_eq!(
        project.argv(),
        "uwsgi --master --need-app --die-on-term --ini uwsgi.ini --module shop.wsgi:application"
    );
    let start = project.start();
    assert_eq!(
        (start.port, start.framework.as_deref()),
        (Some(9090), Some("django"))
    );
}

#[test]
fn entry_points_come_after_frameworks() {
    let project = file("tool/cli.py", "def main(): ...\n")
        .with(&[])
        .console("tool", "tool.cli:main");
    let start = project.start();
    assert_eq!(argv(&start), "tool");
    assert!(!start.needs_source);
    assert_eq!(project.place(), "pyproject.toml:7");
    let several = file("tool/cli.py", "")
        .with(&[])
        .console("one", "tool:a")
        .console("two", "tool:b");
    assert!(matches!(several.choose(), Err(Error::Undecided { .. })));
    // The framework is only in an extra that is not installed.
    let gui = project.file("tool/gui.py", "import streamlit as st\nst.title('x')\n");
    assert_eq!(gui.argv(), "tool");
}

#[test]
fn a_package_with_main_and_the_one_script_are_started() {
    let project = file(
        "bot/__main__.py",
        "import asyncio\nfrom bot.bot import Bot\nasyncio.run(Bot().start())\n",
    )
    .file("bot/__init__.py", "")
    .file("bot/bot.py", "class Bot: ...\n")
    .with(&["pydis-core"]);
    assert_eq!(project.argv(), "python -m bot");
    assert_eq!(project.start().port, None);
    let project = file(
        "job.py",
        "def main(): ...\nif __name__ == \"__main__\":\n    main()\n",
    )
    .file("lib.py", "x = 1\n");
    assert_eq!(project.argv(), "python job.py");
    assert_eq!(project.place(), "job.py:2");
    let two = project.file("other.py", "if __name__ == '__main__':\n    pass\n");
    assert!(matches!(two.choose(), Err(Error::Undecided { .. })));
}

#[test]
fn an_application_with_its_own_server_starts_by_its_script() {
    let project = file(
        "changes.py",
        "from changes_io import main\nif __name__ == '__main__':\n    main()\n",
    )
    .file(
        "changes_io/__init__.py",
        "from changes_io.flask_app import run\ndef main(): run()\n",
    )
    .file(
        "changes_io/flask_app.py",
        "from flask import Flask\napp = Flask(__name__)\ndef run(): ...\n",
    )
    .with(&["flask", "gevent"]);
    assert_eq!(project.argv(), "python changes.py");
    assert_eq!(codes(&project.start()), ["own-server"]);
    let project = file("viewer/__main__.py", "from .app import main\nmain()\n").file("viewer/__init__.py", "").file(
        "viewer/app.py",
        "from tornado import web, ioloop\ndef main():\n    app = web.Application()\n    app.listen(8888)\n    ioloop.IOLoop.current().start()\n",
    );
    assert_eq!(project.with(&["tornado"]).argv(), "python -m viewer");
    let project = || {
        file("viewer/web.py", FLASK)
            .file("viewer/__init__.py", "")
            .file("viewer/__main__.py", "from .cli import main\nmain()\n")
            .file(
                "hatch_build.py",
                "import os\nif __name__ == '__main__':\n    os.getcwd()\n",
            )
            .with(&["flask"])
    };
    assert_eq!(project().argv(), "python -m viewer");
    let installed = project().console("viewer", "viewer.cli:main");
    assert_eq!(installed.argv(), "viewer");
    assert!(!installed.start().needs_source);
    let of_others = project().console("viewer", "tools.cli:main");
    assert_eq!(of_others.argv(), "python -m viewer");
}

#[test]
fn a_script_fills_in_its_own_defaults() {
    let project = file("uwsgi.ini", "[uwsgi]\nmodule = marks.wsgi:application\nuid = www-data\n")
        .file("marks/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
        .file("bootstrap.sh", "#!/usr/bin/env bash\nMARKS_PORT=\"${MARKS_PORT:-9090}\"\nuwsgi --http :$MARKS_PORT uwsgi.ini\n")
        .with(&["django", "uwsgi"]);
    assert_eq!(
        project.argv(),
        "uwsgi --http-socket 0.0.0.0:9090 --master --need-app --die-on-term --ini uwsgi.ini --module marks.wsgi:application"
    );
    let project = file("app.py", FLASK)
        .file("start.sh", "export CLASS=${CLASS:-gevent}\nexec gunicorn app:app --worker-class \"$CLASS\" --threads ${THREADS}\n")
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 --worker-class gevent app:app"
    );
}

#[test]
fn a_configuration_in_a_folder_names_server_and_target_alone() {
    let project = file(
        "docker/uwsgi.ini",
        "[uwsgi]\nmaster\nhttp-socket = :8000\nchdir = /opt/hc\nmodule = hc.wsgi:application\n",
    )
    .file("manage.py", "from django.core.management import x\n")
    .file(
        "hc/wsgi.py",
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    .with(&["django"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "uwsgi --http-socket 0.0.0.0:8000 --master --need-app --die-on-term --module hc.wsgi:application"
    );
    assert_eq!(start.install.unwrap().name, "uwsgi");
}

#[test]
fn a_script_that_starts_a_worker_speaks_for_a_project_without_a_server() {
    let project = file("run_celery.py", "from flask import Flask\nfrom app import notify_celery, create_app\napplication = Flask('antivirus')\ncreate_app(application)\n")
        .file("app/__init__.py", "from notify_utils.celery import NotifyCelery\nnotify_celery = NotifyCelery()\n")
        .file("scripts/run_celery.sh", "#!/bin/bash\nset -e\nclamd\nexec celery -A run_celery.notify_celery worker --loglevel=INFO --concurrency=4\n")
        .with(&["flask", "celery"]);
    assert_eq!(
        project.argv(),
        "celery -A run_celery.notify_celery worker --loglevel=INFO --concurrency=4"
    );
    assert_eq!(project.start().port, None);
}

#[test]
fn a_port_that_was_asked_for_is_told_to_a_command_that_names_none() {
    let asked = |line: &str| {
        let project = file("app.py", "from flask import Flask\napp = Flask(__name__)\n");
        project
            .with(&["flask", "gunicorn"])
            .wish(|wish| {
                wish.command = Some(line.to_owned());
                wish.port = Some(9000);
            })
            .start()
    };
    let bare = asked("gunicorn app:app");
    assert_eq!(bare.port, Some(9000));
    assert_eq!(bare.env["PORT"], "9000");
    let named = asked("gunicorn --bind 0.0.0.0:8080 app:app");
    assert_eq!(named.port, Some(8080));
    assert!(!named.env.contains_key("PORT"));
}
