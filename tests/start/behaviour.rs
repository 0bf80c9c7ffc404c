//! What surrounds the start: Django's steps, workers, health routes, native needs.

use super::{Project, argv, codes, file, processes};

/// A Django project as `startproject` makes it.
fn django() -> Project {
    file("manage.py", "import os\nimport sys\nfrom django.core.management import execute_from_command_line\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n    execute_from_command_line(sys.argv)\nif __name__ == '__main__':\n    main()\n")
        .file("shop/__init__.py", "")
        .file("shop/wsgi.py", "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n")
        .file("shop/asgi.py", "import os\nfrom django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n")
}

const SETTINGS: &str = "import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).parent\nSECRET_KEY = os.environ['DJANGO_SECRET_KEY']\nINSTALLED_APPS = [\n    'django.contrib.admin',\n]\nROOT_URLCONF = 'shop.urls'\nWSGI_APPLICATION = 'shop.wsgi.application'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\nSTATIC_ROOT = BASE_DIR / 'staticfiles'\nMEDIA_ROOT = os.path.join(BASE_DIR, 'media')\n";

#[test]
fn django_is_served_by_what_its_settings_name() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django", "gunicorn"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 shop.wsgi:application"
    );
    assert_eq!(project.place(), "shop/settings.py:9");
    assert_eq!(
        start.command.as_ref().unwrap().why,
        "WSGI_APPLICATION of the settings; gunicorn 1.0 is installed"
    );
    assert_eq!(
        processes(&start)["release"],
        "python manage.py migrate --noinput"
    );
    assert_eq!(start.build_steps.len(), 1);
    assert_eq!(
        start.build_steps[0].argv,
        ["python", "manage.py", "collectstatic", "--noinput"]
    );
    assert_eq!(codes(&start), ["sqlite"]);
    assert_eq!(start.writable[0].path, "media");
    let facts = project.facts().app.django.unwrap();
    assert_eq!(facts.secret_key.unwrap().value, "DJANGO_SECRET_KEY");
    assert_eq!(
        facts.static_root.unwrap().at.to_string(),
        "shop/settings.py:11"
    );
}

#[test]
fn django_asks_for_asgi_by_channels_or_by_its_server() {
    let channels = format!(
        "{SETTINGS}ASGI_APPLICATION = 'shop.asgi.application'\nINSTALLED_APPS += ['channels']\n"
    );
    let project = django()
        .file("shop/settings.py", &channels)
        .with(&["django", "channels", "daphne"]);
    assert_eq!(
        project.argv(),
        "daphne --bind 0.0.0.0 --port 8000 shop.asgi:application"
    );
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django", "uvicorn"]);
    assert_eq!(
        project.argv(),
        "uvicorn --host 0.0.0.0 --port 8000 shop.asgi:application"
    );
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django", "gunicorn"])
        .brings("uvicorn");
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 shop.wsgi:application"
    );
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 shop.wsgi:application"
    );
    let start = project.start();
    assert!(codes(&start).contains(&"server-missing"));
    assert_eq!(start.install.unwrap().name, "gunicorn");
}

#[test]
fn without_an_application_django_starts_its_development_server() {
    let project = file(
        "manage.py",
        "from django.core.management import execute_from_command_line\n",
    )
    .with(&["django", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "python manage.py runserver --noreload 0.0.0.0:8000"
    );
    assert!(codes(&project.start()).contains(&"server-missing"));
}

#[test]
fn who_asks_for_an_asgi_server_beside_gunicorn_is_served_over_asgi() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django", "gunicorn", "uvicorn"]);
    assert_eq!(
        project.argv(),
        "uvicorn --host 0.0.0.0 --port 8000 shop.asgi:application"
    );
}

#[test]
fn split_settings_use_the_production_module() {
    let project = file("manage.py", "import os\nfrom django.core.management import x\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.local')\n")
        .file("config/__init__.py", "")
        .file("config/settings/__init__.py", "")
        .file("config/settings/base.py", "INSTALLED_APPS = []\nWSGI_APPLICATION = 'config.wsgi.application'\n")
        .file("config/settings/local.py", "from .base import *\n")
        .file("config/settings/production.py", "from .base import *\n")
        .file("config/wsgi.py", "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.production')\napplication = get_wsgi_application()\n")
        .with(&["django", "gunicorn"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 config.wsgi:application"
    );
    assert_eq!(
        start.env["DJANGO_SETTINGS_MODULE"],
        "config.settings.production"
    );
}

#[test]
fn gettext_catalogues_are_compiled_in_the_builder() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .file("locale/de/LC_MESSAGES/django.po", "")
        .with(&["django", "gunicorn"]);
    let steps = project.start().build_steps;
    assert_eq!(steps[0].argv[2], "compilemessages");
    assert_eq!(steps[0].needs, ["django:gettext"]);
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .file("locale/de/LC_MESSAGES/django.po", "")
        .file("locale/de/LC_MESSAGES/django.mo", "")
        .with(&["django", "gunicorn"]);
    assert_eq!(project.start().build_steps[0].argv[2], "collectstatic");
}

#[test]
fn a_worker_beside_a_web_application_is_a_process() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .file(
            "shop/celery.py",
            "from celery import Celery\napp = Celery('shop')\napp.conf.beat_schedule = {}\n",
        )
        .with(&["django", "gunicorn", "celery"]);
    let start = project.start();
    let all = processes(&start);
    assert_eq!(all["worker"], "celery --app shop worker --loglevel INFO");
    assert_eq!(
        all["beat"],
        "celery --app shop beat --loglevel INFO --schedule /tmp/celerybeat-schedule"
    );
    assert_eq!(start.port, Some(8000));
}

#[test]
fn a_health_route_is_used_where_its_path_is_whole() {
    let source = "from fastapi import FastAPI\nimport requests\napp = FastAPI()\n@app.get('/healthz')\ndef healthz(): ...\nrequests.get('/health')\n";
    let start = file("main.py", source)
        .with(&["fastapi", "uvicorn"])
        .start();
    let health = start.health.unwrap();
    assert_eq!(health.path.as_deref(), Some("/healthz"));
    assert_eq!(health.at.unwrap().to_string(), "main.py:5");
    let source = source.replace("@app.get", "@router.get");
    let start = file("main.py", &source)
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(start.health.unwrap().path, None);
}

#[test]
fn programs_libraries_and_settings_show_native_needs() {
    let facts = file("app.py", "import subprocess, shutil, tkinter\nfrom ctypes.util import find_library\ncmd = ['ffmpeg', '-i', 'x']\nsubprocess.run(cmd)\nif shutil.which('pdftotext'):\n    pass\nfind_library('magic')\nimport gi\ngi.require_version('Gtk', '3.0')\n")
        .file("core/settings.py", "INSTALLED_APPS = ['django.contrib.gis']\nDATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.postgis'}}\n")
        .file("core/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
        .file("places.py", "import sqlite3, turtle\nsqlite3.connect('places.db').load_extension('mod_spatialite')\n")
        .file("tests/test_x.py", "import subprocess\nsubprocess.run(['git', 'status'])\n")
        .facts();
    let needs: Vec<String> = facts
        .sources
        .iter()
        .map(|need| format!("{} {}", need.need, need.at))
        .collect();
    assert_eq!(
        needs,
        [
            "django:gis core/settings.py:1",
            "django:spatialite places.py:2",
            "import:gi app.py:8",
            "import:tkinter app.py:1",
            "import:tkinter places.py:1",
            "library:magic app.py:7",
            "program:ffmpeg app.py:4",
            "program:poppler app.py:5",
            "typelib:Gtk app.py:9",
        ]
    );
}

#[test]
fn two_runs_say_the_same() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .with(&["django", "gunicorn"]);
    assert_eq!(project.facts(), project.facts());
}

#[test]
fn a_script_that_reads_port_gets_it_and_its_fallback_is_the_port() {
    let project = file("changes.py", "from changes_io import main\nif __name__ == '__main__':\n    main()\n")
        .file("changes_io/__init__.py", "import os\nfrom changes_io.flask_app import app\ndef main():\n    serve(app, int(os.environ.get('PORT', 5000)))\n")
        .file("changes_io/flask_app.py", "from flask import Flask\napp = Flask(__name__)\n");
    let start = project.with(&["flask"]).start();
    assert_eq!(
        (argv(&start).as_str(), start.port),
        ("python changes.py", Some(5000))
    );
    assert_eq!(start.env["PORT"], "5000");
}

#[test]
fn a_program_is_seen_through_a_name_and_a_default() {
    let facts = file("app.py", "import os\ndef convert():\n    from shutil import which\n    tool = os.getenv('TOOL', 'pdftohtml')\n    if not which(tool):\n        raise OSError\n    import subprocess\n    subprocess.Popen([tool, '-x'])\n").facts();
    assert_eq!(facts.sources[0].need, "program:poppler");
    assert_eq!(facts.sources[0].at.to_string(), "app.py:5");
}

#[test]
fn a_setting_that_names_a_program_shows_a_need_and_a_question_about_the_checkout_none() {
    let facts = file("app.py", "import os\nimport subprocess\nGS_BINARY = os.getenv('GS_BINARY', 'gs')\ncommand = 'zip'\nVERSION = subprocess.check_output(['git', 'describe', '--tags'])\nDATE = subprocess.getoutput('git log -1')\n").facts();
    let needs: Vec<&str> = facts
        .sources
        .iter()
        .map(|need| need.need.as_str())
        .collect();
    assert_eq!(needs, ["program:ghostscript"]);
    let facts = file(
        "app.py",
        "import subprocess\nsubprocess.run(['git', 'clone', url])\n",
    )
    .facts();
    assert_eq!(facts.sources[0].need, "program:git");
}

#[test]
fn django_that_nobody_asks_for_gives_way_to_the_framework_that_is_there() {
    let project = django()
        .file("shop/settings.py", SETTINGS)
        .file(
            "shop/flask_app.py",
            "from flask import Flask\nAPP = Flask(__name__)\n",
        )
        .with(&["flask", "gunicorn"]);
    assert_eq!(
        project.argv(),
        "gunicorn --bind 0.0.0.0:8000 shop.flask_app:APP"
    );
    let loose = |mut project: Project| {
        project.installed.complete = false;
        project.argv()
    };
    assert_eq!(
        loose(project),
        "gunicorn --bind 0.0.0.0:8000 shop.flask_app:APP"
    );
}

#[test]
fn uploads_go_where_the_variable_falls_back_to() {
    let settings = SETTINGS.replace(
        "MEDIA_ROOT",
        "MEDIA_ROOT = env.str('MEDIA_ROOT', '/srv/media')\nOTHER",
    );
    let start = django()
        .file("shop/settings.py", &settings)
        .with(&["django", "gunicorn"])
        .start();
    assert_eq!(start.writable[0].path, "/srv/media");
}

#[test]
fn django_in_a_folder_runs_there_and_is_built_from_above() {
    let project = file("src/manage.py", "import os\nfrom django.core.management import x\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n")
        .file("src/shop/__init__.py", "")
        .file("src/shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
        .file("src/shop/settings.py", SETTINGS)
        .with(&["django", "gunicorn"]);
    let start = project.start();
    assert_eq!(
        (argv(&start).as_str(), start.working_dir.as_str()),
        ("gunicorn --bind 0.0.0.0:8000 shop.wsgi:application", "src")
    );
    assert_eq!(
        processes(&start)["release"],
        "python manage.py migrate --noinput"
    );
    assert_eq!(start.build_steps[0].argv[1], "src/manage.py");
}

#[test]
fn settings_are_read_with_throw_away_values_for_all_that_they_demand() {
    let settings = "import os\nimport environ\nimport dj_database_url\nfrom decouple import config\nenv = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')\nSECRET_KEY = env.str('KEY')\nTOKEN = os.environ['TOKEN']\nLIMIT = int(os.environ['LIMIT'])\nORDERS = env.int('ORDERS')\nHOSTS = env.list('HOSTS', default=[])\nMAYBE = os.environ.get('MAYBE')\nUSER = config('DB_USER')\nPORT = config('DB_PORT', cast=int)\nNAME = config('DB_NAME', default='shop')\nDATABASES = {'default': env.db()}\nCACHES = {'default': env.cache('CACHE')}\nOTHER = dj_database_url.parse(os.environ['OTHER'])\nSTATIC_ROOT = 'static'\nINSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n";
    let start = django()
        .file("shop/settings.py", settings)
        .with(&["django", "gunicorn"])
        .start();
    let env: Vec<(&str, &str)> = start.build_steps[0]
        .env
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let text = "only-for-this-build-step";
    assert_eq!(
        env,
        [
            ("CACHE", "locmemcache://"),
            ("DATABASE_URL", "sqlite://:memory:"),
            ("DB_PORT", "1"),
            ("DB_USER", text),
            ("KEY", text),
            ("LIMIT", "1"),
            ("ORDERS", "1"),
            ("OTHER", "sqlite://:memory:"),
            ("TOKEN", text),
        ]
    );
    assert!(start.env.is_empty(), "no value of a step is the image's");
}

#[test]
fn settings_for_development_demand_nothing() {
    let start = django()
        .file("shop/settings.py", SETTINGS)
        .file(
            "shop/settings/dev.py",
            "import os\nX = os.environ['ONLY_HERE']\n",
        )
        .with(&["django", "gunicorn"])
        .start();
    let env: Vec<&String> = start.build_steps[0].env.keys().collect();
    assert_eq!(env, ["DJANGO_SECRET_KEY"]);
}

#[test]
fn a_browser_that_the_code_starts_here_is_a_need_and_a_remote_one_is_none() {
    let needs = |text: &str| -> Vec<String> {
        let facts = file("bot/deep/down/page.py", text).facts();
        facts.sources.iter().map(|one| one.need.clone()).collect()
    };
    for text in [
        "from selenium import webdriver\ndef page():\n    return webdriver.Chrome(options=None)\n",
        "from selenium.webdriver import Chrome\ndriver = Chrome()\n",
        "import undetected_chromedriver as uc\ndriver = uc.Chrome()\n",
    ] {
        assert_eq!(needs(text), ["call:chrome"], "{text}");
    }
    let either = "from selenium import webdriver\ndef page(url):\n    if url:\n        return webdriver.Remote(url)\n    return webdriver.Chrome()\n";
    assert_eq!(needs(either), [""; 0]);
    assert_eq!(
        needs("from shop import webdriver\nwebdriver.Chrome()\n"),
        [""; 0]
    );
}
