//! What the application keeps and fetches: SQLite files, schemas, models, caches.

use super::{Project, codes, file, processes};
use dockwright::plan::command::Start;

const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";

fn flask(rest: &str) -> Project {
    file("app.py", &format!("{FLASK}{rest}")).with(&["flask", "gunicorn"])
}

fn places(start: &Start) -> Vec<(&str, bool)> {
    let places = start.writable.iter();
    places
        .map(|place| (place.path.as_str(), place.volume))
        .filter(|(path, _)| !path.starts_with("/tmp"))
        .collect()
}

#[test]
fn the_folder_of_an_sqlite_file_becomes_a_volume() {
    for (source, expected) in [
        ("import sqlite3\nsqlite3.connect('data/shop.db')\n", "data"),
        (
            "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:////data/shop.db'\n",
            "/data",
        ),
        (
            "import os\nURL = os.getenv('DATABASE_URL', 'sqlite+aiosqlite:///./var/shop.db')\n",
            "./var",
        ),
        (
            "from sqlalchemy import create_engine\ncreate_engine('sqlite:///db/x.db', echo=True)\n",
            "db",
        ),
    ] {
        let start = flask(source).start();
        let expected = expected.trim_start_matches("./");
        assert_eq!(places(&start), [(expected, true)], "{source}");
        assert_eq!(codes(&start), ["sqlite"], "{source}");
    }
    let start = flask("DB = 'sqlite:///site.db'\n")
        .with(&["flask-sqlalchemy"])
        .start();
    assert_eq!(places(&start), [("instance", true)]);
}

#[test]
fn an_sqlite_file_beside_the_code_gets_a_warning_alone() {
    let start = flask("import sqlite3\nsqlite3.connect('shop.db')\n").start();
    assert_eq!(places(&start), []);
    assert!(start.warnings[0].help.contains("sqlite:///data/app.db"));
    for other in [
        "import sqlite3\nsqlite3.connect(':memory:')\n",
        "PATTERN = 'sqlite:///(.+)$'\nURL = 'sqlite:///%s%s'\nROOT = 'sqlite:////'\nTOP = 'sqlite:////tmp'\n",
        "URL = 'sqlite://'\nOTHER = 'postgresql:///x'\n",
        "import psycopg\npsycopg.connect('data/x')\n",
    ] {
        assert_eq!(codes(&flask(other).start()), Vec::<&str>::new(), "{other}");
    }
    let outside = flask("import sqlite3\nsqlite3.connect('../../etc/x.db')\n").start();
    assert_eq!(places(&outside), []);
}

#[test]
fn migrations_are_a_process_of_their_own() {
    let start = flask("")
        .file("alembic.ini", "[alembic]\n")
        .with(&["alembic"])
        .start();
    assert_eq!(processes(&start)["release"], "alembic upgrade head");
    let start = flask("")
        .file("migrations/env.py", "[alembic]\n")
        .with(&["flask-migrate", "alembic"])
        .start();
    assert_eq!(
        processes(&start)["release"],
        "flask --app app:app db upgrade"
    );
    let procfile = flask("")
        .file("alembic.ini", "[alembic]\n")
        .file("Procfile", "web: gunicorn app:app\nrelease: ./migrate.sh\n")
        .with(&["alembic"])
        .start();
    assert_eq!(processes(&procfile)["release"], "./migrate.sh");
    // What is not set up, or not installed, changes nothing.
    assert!(processes(&flask("").with(&["alembic"]).start()).is_empty());
    assert!(processes(&flask("").file("alembic.ini", "").start()).is_empty());
}

#[test]
fn data_that_code_fetches_is_named_with_the_lines_to_add() {
    let help = |source: &str, names: &[&str]| {
        let start = flask(source).with(names).start();
        let warnings = start.warnings.into_iter();
        let mut warnings = warnings.filter(|warning| warning.code == "data-download");
        warnings.next().map(|warning| warning.help)
    };
    for (source, installed, expected) in [
        (
            "import nltk\nnltk.download('punkt')\n",
            "nltk",
            "nltk.downloader --dir /opt/venv/nltk_data punkt",
        ),
        (
            "from nltk import download\ndownload('stopwords')\n",
            "nltk",
            "stopwords",
        ),
        (
            "import spacy\nnlp = spacy.load('en_core_web_sm')\n",
            "spacy",
            "en_core_web_sm",
        ),
        (
            "from transformers import AutoModel\nAutoModel.from_pretrained('org/model')\n",
            "transformers",
            "hf download org/model",
        ),
        (
            "from sentence_transformers import SentenceTransformer\nm = SentenceTransformer('all-MiniLM-L6-v2')\n",
            "sentence-transformers",
            "S('all-MiniLM-L6-v2')",
        ),
        (
            "import whisper\nm = whisper.load_model('base')\n",
            "openai-whisper",
            "whisper.load_model('base', 'cpu')",
        ),
        (
            "from faster_whisper import WhisperModel\nm = WhisperModel('small')\n",
            "faster-whisper",
            "download_model('small')",
        ),
    ] {
        let help = help(source, &[installed]).unwrap();
        assert!(help.contains(expected), "{source}: {help}");
    }
    for (source, installed) in [
        (
            "from transformers import AutoModel\nAutoModel.from_pretrained('./models/mine')\n",
            "transformers",
        ),
        (
            "import spacy\nnlp = spacy.load('en_core_web_sm')\n",
            "en-core-web-sm",
        ),
        ("import other\nother.from_pretrained('x')\n", "flask"),
        ("import nltk\nnltk.download(name)\n", "nltk"),
        ("import nltk\nnltk.download('x; id')\n", "nltk"),
    ] {
        assert_eq!(help(source, &[installed]), None, "{source}");
    }
}

#[test]
fn caches_go_where_they_may_be_written() {
    let start = flask("").with(&["matplotlib", "transformers"]).start();
    assert_eq!(start.env["MPLCONFIGDIR"], "/tmp/matplotlib");
    // A lock that is whole names huggingface-hub itself.
    assert!(!start.env.contains_key("HF_HOME"));
    let mut loose = flask("").with(&["transformers"]);
    loose.installed.complete = false;
    let start = loose.start();
    assert_eq!(start.env["HF_HOME"], "/tmp/huggingface");
    let whys: Vec<&str> = start
        .writable
        .iter()
        .map(|place| place.why.as_str())
        .collect();
    assert!(
        whys.contains(&"huggingface-hub writes its cache there"),
        "{whys:?}"
    );
}

#[test]
fn djangos_sqlite_file_in_a_folder_of_its_own_is_on_a_volume() {
    let start = |name: &str| {
        let settings = format!(
            "from pathlib import Path\nBASE_DIR = Path(__file__).parent\nINSTALLED_APPS = []\nWSGI_APPLICATION = 'shop.wsgi.application'\nDATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': {name}}}}}\n"
        );
        file("manage.py", "import django\n")
            .file("shop/settings.py", &settings)
            .file("shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n")
            .with(&["django", "gunicorn"])
            .start()
    };
    let own = start("BASE_DIR / 'data' / 'db.sqlite3'");
    assert_eq!(places(&own), [("data", true)]);
    assert_eq!(codes(&own), ["sqlite"]);
    let beside = start("BASE_DIR / 'db.sqlite3'");
    assert_eq!(places(&beside), []);
    assert_eq!(codes(&beside), ["sqlite"]);
}

#[test]
fn every_usual_program_is_a_need() {
    for program in [
        "chromium",
        "convert",
        "curl",
        "exiftool",
        "ffmpeg",
        "ffprobe",
        "git",
        "gpg",
        "gs",
        "java",
        "magick",
        "mysqldump",
        "node",
        "openssl",
        "pandoc",
        "pdftotext",
        "pg_dump",
        "psql",
        "redis-cli",
        "rsync",
        "soffice",
        "ssh",
        "tesseract",
        "unzip",
        "wget",
        "wkhtmltopdf",
        "zip",
    ] {
        for call in [
            format!("subprocess.run(['{program}', 'clone'])"),
            format!("shutil.which('{program}')"),
            format!("os.system('{program} clone x')"),
        ] {
            let source = format!("import os, shutil, subprocess\n{call}\n");
            let facts = file("app.py", &source).facts();
            assert_eq!(facts.sources.len(), 1, "{call}");
            // What only tests, documentation and scripts of the repository run is no need of the image.
            for decoy in ["tests/run.py", "docs/conf.py", "scripts/run.py"] {
                assert!(
                    file(decoy, &source).facts().sources.is_empty(),
                    "{decoy}: {call}"
                );
            }
        }
    }
}

#[test]
fn a_program_that_only_tells_the_version_of_a_checkout_is_no_need() {
    let asks = "import os, shutil, subprocess\ndef run(words):\n    return subprocess.check_output(words)\nif os.path.exists('.git') and shutil.which('git'):\n    run(['git', 'rev-parse', 'HEAD'])\n";
    assert!(file("version.py", asks).facts().sources.is_empty());
    let clones = format!("{asks}run(['git', 'clone', 'x'])\n");
    assert_eq!(file("version.py", &clones).facts().sources.len(), 1);
}

#[test]
fn a_module_that_comes_second_is_no_need() {
    let old = "import pkg_resources\nVERSION = pkg_resources.require('shop')[0].version\n";
    assert_eq!(
        file("shop.py", old).facts().sources[0].need,
        "import:pkg-resources"
    );
    let second =
        "try:\n    from importlib import metadata\nexcept ImportError:\n    import pkg_resources\n";
    assert!(file("shop.py", second).facts().sources.is_empty());
}
