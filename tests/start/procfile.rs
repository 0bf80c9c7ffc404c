//! What a Procfile decides, and what it leaves to others.

use super::{argv, file, processes};

const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";

#[test]
fn a_procfile_that_runs_a_script_is_for_the_server_in_it() {
    let project = file("Procfile", "web: bash Procfile.sh\n")
        .file("Procfile.sh", "python manage.py migrate\ngunicorn nursery.wsgi:application --timeout 30 --log-file -\n")
        .file("start.sh", "gunicorn other:app\n")
        .file("nursery/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
        .with(&["django", "gunicorn"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 --timeout 30 nursery.wsgi:application"
    );
    assert_eq!(start.framework.as_deref(), Some("django"));
    assert!(!processes(&start).contains_key("web"));
    // A script that starts nothing known is run as it is.
    let own = file("Procfile", "web: ./serve.sh\n").file("serve.sh", "./serve --all\n");
    assert_eq!(own.argv(), "./serve.sh");
}

#[test]
fn a_script_is_known_by_its_whole_name() {
    for folder in ["", "backend"] {
        let within = |name: &str| {
            format!("{folder}/{name}")
                .trim_start_matches('/')
                .to_owned()
        };
        let start = file(
            &within("Procfile"),
            "web: bash restart.sh\nnightly: bash start.sh\n",
        )
        .file(&within("restart.sh"), "gunicorn blog:app\n")
        .file(&within("start.sh"), "./nightly --all\n")
        .file(&within("blog.py"), FLASK)
        .with(&["flask", "gunicorn"])
        .below(folder)
        .start();
        assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 blog:app");
        let roles: Vec<&str> = processes(&start).into_keys().collect();
        assert_eq!(roles, ["nightly"], "{folder}");
    }
}

#[test]
fn a_procfile_for_development_does_not_decide() {
    let project = file(
        "Procfile",
        "web: ./manage.py runserver 0.0.0.0:8000\nworker: python3 -m shop.worker\n",
    )
    .file(
        "manage.py",
        "from django.core.management import execute_from_command_line\n",
    )
    .file(
        "shop/settings.py",
        "WSGI_APPLICATION = 'shop.wsgi.application'\nINSTALLED_APPS = []\n",
    )
    .file(
        "shop/wsgi.py",
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    .with(&["django", "gunicorn"]);
    let start = project.start();
    assert_eq!(
        argv(&start),
        "gunicorn --bind 0.0.0.0:8000 shop.wsgi:application"
    );
    let roles: Vec<&str> = processes(&start).into_keys().collect();
    assert_eq!(roles, ["release", "worker"]);
}

#[test]
fn what_a_procfile_prepares_is_the_images_own_matter() {
    let project = |line: &str| {
        file("Procfile", &format!("web: {line}\n"))
            .file("blog.py", FLASK)
            .with(&["flask", "gunicorn"])
            .start()
    };
    let start = project("flask db upgrade; flask translate compile; gunicorn blog:app");
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:8000 blog:app");
    assert!(processes(&start).is_empty());
    // Two programs in one line, or a folder to go to, are no preparation.
    for line in [
        "python worker.py & gunicorn blog:app",
        "cd src && gunicorn blog:app",
    ] {
        assert!(argv(&project(line)).starts_with("sh -c "), "{line}");
    }
}
