//! Files that start what another module makes.

use super::{argv, file};

const SERVER: &str = "from fastapi import FastAPI\napp = FastAPI()\n";

#[test]
fn a_file_that_serves_an_application_of_another_module_is_where_it_begins() {
    for (main, expected) in [
        (
            "from dotenv import load_dotenv\nload_dotenv()\nfrom backend.server import app\nif __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(app, port=8001)\n",
            "uvicorn --host 0.0.0.0 --port 8001 main:app",
        ),
        (
            "import uvicorn\nfrom backend.server import app\nif __name__ == '__main__':\n    uvicorn.run('main:app', port=8001)\n",
            "uvicorn --host 0.0.0.0 --port 8001 main:app",
        ),
        // What only imports it does not pass it on.
        (
            "from backend.server import app\nif __name__ == '__main__':\n    print(app.routes)\n",
            "uvicorn --host 0.0.0.0 --port 8000 backend.server:app",
        ),
    ] {
        let start = file("main.py", main)
            .file("backend/__init__.py", "")
            .file("backend/server.py", SERVER)
            .with(&["fastapi", "uvicorn"])
            .start();
        assert_eq!(argv(&start), expected, "{main}");
    }
}

#[test]
fn a_file_beside_the_package_that_runs_flask_s_application_is_served() {
    let start = file(
        "run.py",
        "from shop import app\nif __name__ == '__main__':\n    app.run(port=5001)\n",
    )
    .file(
        "shop/__init__.py",
        "from flask import Flask\napp = Flask(__name__)\nimport shop.views\n",
    )
    .file(
        "shop/views.py",
        "from shop import app\n@app.route('/')\ndef index():\n    return ''\n",
    )
    .with(&["flask", "gunicorn"])
    .start();
    assert_eq!(argv(&start), "gunicorn --bind 0.0.0.0:5001 run:app");
}

#[test]
fn one_inside_a_folder_of_tools_is_not() {
    let start = file("tools/run.py", "import uvicorn\nfrom shop.server import app\nif __name__ == '__main__':\n    uvicorn.run(app)\n")
        .file("shop/__init__.py", "")
        .file("shop/server.py", SERVER)
        .with(&["fastapi", "uvicorn"])
        .start();
    assert_eq!(
        argv(&start),
        "uvicorn --host 0.0.0.0 --port 8000 shop.server:app"
    );
}
