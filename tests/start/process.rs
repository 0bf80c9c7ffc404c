//! What the container needs around the process: an init, a socket's folder.

use dockwright::plan::command::Start;

use super::file;

/// Who has to be helped to end: the reason's first word.
fn init(start: &Start) -> Option<&str> {
    start.init.as_ref()?.why.split(' ').next()
}

#[test]
fn what_does_not_handle_sigterm_gets_an_init() {
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    let serve = |names: &[&str]| file("app.py", app).with(names).start();
    // gunicorn is installed besides.
    assert_eq!(init(&serve(&["flask"])), None);
    assert_eq!(init(&serve(&["flask", "waitress"])), Some("waitress-serve"));
    assert_eq!(init(&serve(&["flask", "gunicorn"])), None);

    let tornado = "import asyncio\nimport tornado.web\nasync def main():\n    tornado.web.Application([]).listen(8888)\n    await asyncio.Event().wait()\nif __name__ == '__main__':\n    asyncio.run(main())\n";
    let tornado = |head: &str| {
        let text = format!("{head}{tornado}");
        file("main.py", &text).with(&["tornado"]).start()
    };
    assert_eq!(init(&tornado("")), Some("tornado"));
    let handles = "import signal\nsignal.signal(signal.SIGTERM, print)\n";
    assert_eq!(init(&tornado(handles)), None);
    let other = "import signal\nsignal.signal(signal.SIGINT, print)\n";
    assert_eq!(init(&tornado(other)), Some("tornado"));
    let both = "import signal\nfor number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, print)\n";
    assert_eq!(init(&tornado(both)), None);
}

#[test]
fn a_script_that_never_ends_gets_an_init_and_one_that_does_gets_none() {
    let loops = "import time\ndef main():\n    while True:\n        time.sleep(5)\nif __name__ == '__main__':\n    main()\n";
    let start = file("main.py", loops).with(&["requests"]).start();
    assert_eq!(start.init.unwrap().at.unwrap().to_string(), "main.py:4");
    let ends = "def main():\n    print(1)\nif __name__ == '__main__':\n    main()\n";
    let start = file("main.py", ends).with(&["requests"]).start();
    assert_eq!(start.init, None);
    let tool = "import time\nimport typer\napp = typer.Typer()\n@app.command()\ndef main():\n    time.sleep(5)\nif __name__ == '__main__':\n    app()\n";
    let start = file("main.py", tool).with(&["typer"]).start();
    assert_eq!(start.init, None);
}

#[test]
fn gunicorn_opens_its_control_socket_where_it_may() {
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    let with = |version: &str| {
        let mut project = file("app.py", app).with(&["flask", "gunicorn"]);
        let versions = &mut project.installed.versions;
        versions.insert("gunicorn".to_owned(), Some(version.to_owned()));
        project.start().env.get("XDG_RUNTIME_DIR").cloned()
    };
    assert_eq!(with("23.0.0"), None);
    assert_eq!(with("27.0.1").as_deref(), Some("/tmp"));
}
