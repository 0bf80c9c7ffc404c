//! The other roles of the image of a web application: workers of each kind, and what brings its database up to date.

use super::{Project, file, processes};

const APP: &str = "from flask import Flask\napp = Flask(__name__)\n";

/// A web application with another file beside it.
fn beside(path: &str, text: &str, names: &[&str]) -> Project {
    let names = [&["flask", "gunicorn"], names].concat();
    file("app.py", APP).file(path, text).with(&names)
}

#[test]
fn workers_of_every_kind_stand_beside_a_web_application() {
    for (path, text, names, expected) in [
        (
            "tasks.py",
            "from celery import Celery\ncelery = Celery('shop', broker='redis://localhost')\n",
            "celery",
            "celery --app tasks.celery worker --loglevel INFO",
        ),
        (
            "tasks.py",
            "import dramatiq\n@dramatiq.actor\ndef count(text): ...\n",
            "dramatiq",
            "dramatiq tasks",
        ),
        (
            "tasks.py",
            "from huey import RedisHuey\nhuey = RedisHuey('shop')\n@huey.task()\ndef add(a, b): ...\n",
            "huey",
            "huey_consumer tasks.huey",
        ),
        (
            "worker.py",
            "async def download(ctx): ...\nclass WorkerSettings:\n    functions = [download]\n",
            "arq",
            "arq worker.WorkerSettings",
        ),
        (
            "worker.py",
            "from redis import Redis\nfrom rq import Queue, Worker\nredis = Redis()\nif __name__ == '__main__':\n    Worker([Queue(connection=redis)], connection=redis).work()\n",
            "rq",
            "python ./worker.py",
        ),
    ] {
        let start = beside(path, text, &[names]).start();
        assert_eq!(start.port, Some(8000), "{names}");
        let found = processes(&start);
        let found = found.get("worker").map(String::as_str);
        assert_eq!(found, Some(expected), "{names}");
    }
}

#[test]
fn migrations_are_a_release_and_never_a_step_of_start_or_build() {
    let alembic = beside("alembic.ini", "[alembic]\n", &["alembic"]).start();
    assert_eq!(processes(&alembic)["release"], "alembic upgrade head");
    assert!(alembic.build_steps.is_empty());
    let flask = beside("migrations/env.py", "", &["flask-migrate"]).start();
    assert_eq!(
        processes(&flask)["release"],
        "flask --app app:app db upgrade"
    );
    // Neither the folder nor the tool alone.
    assert!(processes(&beside("alembic.ini", "", &[]).start()).is_empty());
    assert!(processes(&beside("x.py", "", &["alembic"]).start()).is_empty());
}

#[test]
fn the_procfiles_release_has_the_last_word() {
    let start = beside("alembic.ini", "[alembic]\n", &["alembic"])
        .file(
            "Procfile",
            "web: gunicorn app:app\nrelease: ./bin/release\n",
        )
        .start();
    assert_eq!(processes(&start)["release"], "./bin/release");
}

#[test]
fn a_procfile_without_a_port_gets_the_one_that_its_platform_sets() {
    let port = |line: &str| {
        let start = beside("Procfile", &format!("web: {line}\n"), &[]).start();
        start.env.get("PORT").cloned()
    };
    assert_eq!(port("gunicorn app:app").as_deref(), Some("8000"));
    assert_eq!(port("gunicorn --bind 0.0.0.0:$PORT app:app"), None);
    assert_eq!(port("gunicorn --bind 0.0.0.0:9000 app:app"), None);
}

#[test]
fn beat_keeps_its_state_where_it_may_write() {
    let clock = |line: &str| {
        let text = format!("web: gunicorn app:app\nclock: celery {line}\n");
        let start = beside("Procfile", &text, &["celery"]).start();
        processes(&start)["clock"].clone()
    };
    let schedule = "--schedule /tmp/celerybeat-schedule";
    assert_eq!(
        clock("-A shop beat"),
        format!("celery -A shop beat {schedule}")
    );
    assert_eq!(
        clock("-A shop beat -s /data/beat"),
        "celery -A shop beat -s /data/beat"
    );
    assert_eq!(clock("-A shop worker"), "celery -A shop worker");
}

#[test]
fn an_sqlite_file_in_a_folder_of_its_own_is_a_volume() {
    let volumes = |code: &str, names: &[&str]| -> Vec<String> {
        let text = format!("{APP}{code}\n");
        let names = [&["flask", "gunicorn"], names].concat();
        let start = file("app.py", &text).with(&names).start();
        let warned = start
            .warnings
            .iter()
            .any(|warning| warning.code == "sqlite");
        let places = start.writable.into_iter().filter(|place| place.volume);
        let mut paths: Vec<String> = places.map(|place| place.path).collect();
        paths.extend(warned.then(|| "warned".to_owned()));
        paths
    };
    let uri = |url: &str| format!("app.config['SQLALCHEMY_DATABASE_URI'] = '{url}'");
    assert_eq!(
        volumes(&uri("sqlite:////data/shop.db"), &[]),
        ["/data", "warned"]
    );
    assert_eq!(
        volumes(&uri("sqlite:///var/shop.db"), &[]),
        ["var", "warned"]
    );
    assert_eq!(volumes(&uri("sqlite:///shop.db"), &[]), ["warned"]);
    assert_eq!(
        volumes(&uri("sqlite:///shop.db"), &["flask-sqlalchemy"]),
        ["instance", "warned"]
    );
    assert_eq!(volumes(&uri("sqlite://"), &[]), [""; 0]);
    let code = "import sqlite3\ndef db():\n    return sqlite3.connect('state/app.db')";
    assert_eq!(volumes(code, &[]), ["state", "warned"]);
    let default = "import os\nurl = os.environ.get('DATABASE_URL', 'sqlite:///data/dev.db')";
    assert_eq!(volumes(default, &[]), ["data", "warned"]);
    assert_eq!(volumes(default, &["psycopg"]), [""; 0]);
}

#[test]
fn what_lies_beside_manage_py_is_imported_from_there() {
    // Nothing but relative imports says where the modules of the folder begin.
    let start = file(
        "backend/manage.py",
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line()\n",
    )
    .file("backend/shop/__init__.py", "from .celery import app\n")
    .file(
        "backend/shop/celery.py",
        "from celery import Celery\napp = Celery('shop')\n",
    )
    .file(
        "backend/shop/wsgi.py",
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    .file(
        "backend/shop/settings.py",
        "INSTALLED_APPS = ['django.contrib.admin']\nWSGI_APPLICATION = 'shop.wsgi.application'\n",
    )
    .with(&["django", "celery", "gunicorn"])
    .start();
    assert_eq!(start.working_dir, "backend", "{:?}", start.command);
    let found = processes(&start);
    assert_eq!(
        found.get("worker").map(String::as_str),
        Some("celery --app shop worker --loglevel INFO")
    );
}

#[test]
fn manage_py_inside_the_package_of_its_settings_is_run_from_above() {
    // Gerapy: `gerapy.server.server.settings` is no module for a script in gerapy/server.
    let start = file(
        "crawl/server/manage.py",
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'crawl.server.main.settings')\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line()\n",
    )
    .file("crawl/__init__.py", "")
    .file("crawl/server/__init__.py", "")
    .file("crawl/server/main/__init__.py", "")
    .file(
        "crawl/server/main/wsgi.py",
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    .file(
        "crawl/server/main/settings.py",
        "INSTALLED_APPS = ['django.contrib.admin']\nROOT_URLCONF = 'crawl.server.main.urls'\nSTATIC_ROOT = 'static'\n",
    )
    .with(&["django", "gunicorn"])
    .start();
    assert_eq!(start.working_dir, "", "{:?}", start.command);
    assert_eq!(
        crate::argv(&start),
        "gunicorn --bind 0.0.0.0:8000 crawl.server.main.wsgi:application"
    );
    assert_eq!(
        processes(&start)["release"],
        "python -m crawl.server.manage migrate --noinput"
    );
    assert_eq!(
        start.build_steps[0].argv.join(" "),
        "python -m crawl.server.manage collectstatic --noinput"
    );
}

#[test]
fn an_app_of_django_that_works_in_the_background_is_a_process() {
    let manage = "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n";
    let project = |app: &str| {
        let settings = format!(
            "INSTALLED_APPS = ['shop', '{app}']\nROOT_URLCONF = 'shop.urls'\nWSGI_APPLICATION = 'shop.wsgi.application'\n"
        );
        file("manage.py", manage)
            .file("shop/settings.py", &settings)
            .file("shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
            .with(&["django", "gunicorn"])
    };
    for (app, expected) in [
        ("django_rq", "python manage.py rqworker"),
        ("django_q", "python manage.py qcluster"),
        ("huey.contrib.djhuey", "python manage.py run_huey"),
        ("django_dramatiq", "python manage.py rundramatiq"),
    ] {
        let start = project(app).start();
        assert_eq!(processes(&start)["worker"], expected);
    }
    let start = project("rest_framework").start();
    assert!(!processes(&start).contains_key("worker"));
    // What somebody has written down is all there is.
    let written = project("django_rq").file("Procfile", "web: gunicorn shop.wsgi\n");
    let start = written.start();
    assert!(!processes(&start).contains_key("worker"));
}
