//! Django's application inside another: which of the two is served.

use super::{argv, file};

#[test]
fn of_two_applications_in_asgi_py_the_usual_name_is_served() {
    let text = "from django.core.asgi import get_asgi_application\nfrom channels.routing import ProtocolTypeRouter\ndjango_asgi_app = get_asgi_application()\napplication = ProtocolTypeRouter({'http': django_asgi_app})\n";
    let start = file("shop/asgi.py", text)
        .file("shop/settings.py", "INSTALLED_APPS = ['channels']\nROOT_URLCONF = 'shop.urls'\n")
        .file("manage.py", "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n")
        .with(&["channels", "django", "uvicorn"])
        .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 shop.asgi:application"
    );
    let text = "from django.core.asgi import get_asgi_application\ndjango_application = get_asgi_application()\nasync def application(scope, receive, send):\n    await django_application(scope, receive, send)\n";
    let start = file("shop/asgi.py", text)
        .file("shop/settings.py", "INSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n")
        .file("manage.py", "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n")
        .with(&["django", "uvicorn"])
        .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 shop.asgi:application"
    );
}

#[test]
fn an_application_around_djangos_is_the_one_that_is_served() {
    let text = "import os\nfrom django.core.asgi import get_asgi_application\nfrom fastapi import FastAPI\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\ndjango_app = get_asgi_application()\napp = FastAPI()\napp.mount('/admin', django_app)\n";
    let settings = "INSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n";
    for path in ["shop/main.py", "shop/asgi.py"] {
        let start = file(path, text)
            .file("shop/settings.py", settings)
            .file("manage.py", "from django.core.management import execute_from_command_line\nexecute_from_command_line()\n")
            .with(&["django", "fastapi", "uvicorn"])
            .start();
        let module = path.trim_end_matches(".py").replace('/', ".");
        let expected = format!("uvicorn --host 0.0.0.0 --port 8000 {module}:app");
        assert_eq!(argv(&start), expected);
    }
}
