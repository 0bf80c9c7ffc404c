//! The images that are built: an example each, the options of `generate`, and what its container shows when it works.

/// One image.
pub(crate) struct Case {
    /// Name in the list of tests.
    pub(crate) name: &'static str,
    /// Folder below `examples/`.
    pub(crate) example: &'static str,
    /// Options of `dockwright generate`.
    pub(crate) options: &'static [&'static str],
    /// Which of the engine's two builders reads the Dockerfile.
    pub(crate) builder: Builder,
    /// What the application does.
    pub(crate) kind: Kind,
    /// A source file that no dependency is read from: an edit of it must not install anything again.
    pub(crate) source: &'static str,
}

/// The engine's builders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builder {
    /// The default since Docker 23.
    BuildKit,
    /// The one before it (`DOCKER_BUILDKIT=0`): knows no `RUN --mount`, as kaniko and old buildah.
    Classic,
}

/// What an application does, and how that is seen.
pub(crate) enum Kind {
    /// Answers `GET path` on the exposed port with 200 and a body that holds the text, for each pair of them.
    Serves(&'static [(&'static str, &'static str)]),
    /// Reads `input`, prints something that holds `says`, ends with exit code 0.
    Prints {
        input: &'static str,
        says: &'static str,
    },
    /// Logs `says` and goes on until it is stopped.
    Loops { says: &'static str },
}

/// All cases, each with a name of its own.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "flask-postgres",
        example: "flask-postgres",
        options: &[],
        builder: Builder::BuildKit,
        kind: FLASK,
        source: "app.py",
    },
    Case {
        name: "flask-postgres-bookworm",
        example: "flask-postgres",
        options: &["--suite", "bookworm", "--python", "3.13"],
        builder: Builder::BuildKit,
        kind: FLASK,
        source: "app.py",
    },
    Case {
        name: "fastapi-uv",
        example: "fastapi-uv",
        options: &[],
        builder: Builder::BuildKit,
        kind: FASTAPI,
        source: "app/books.py",
    },
    Case {
        name: "fastapi-uv-no-buildkit",
        example: "fastapi-uv",
        options: &["--no-buildkit"],
        builder: Builder::Classic,
        kind: FASTAPI,
        source: "app/books.py",
    },
    Case {
        name: "django-mysql",
        example: "django-mysql",
        options: &[],
        builder: Builder::BuildKit,
        kind: DJANGO,
        source: "catalogue/views.py",
    },
    Case {
        name: "django-mysql-no-buildkit",
        example: "django-mysql",
        options: &["--no-buildkit"],
        builder: Builder::Classic,
        kind: DJANGO,
        source: "catalogue/views.py",
    },
    Case {
        name: "script",
        example: "script",
        options: &[],
        builder: Builder::BuildKit,
        kind: Kind::Prints {
            input: "product,count,price\ntea,3,4.50\ncoffee,2,7.20\n",
            says: "| coffee",
        },
        source: "main.py",
    },
    Case {
        name: "worker",
        example: "worker",
        options: &[],
        builder: Builder::BuildKit,
        kind: Kind::Loops {
            says: "watching 0 sites",
        },
        source: "uptime.py",
    },
    Case {
        name: "package-cli",
        example: "package-cli",
        options: &[],
        builder: Builder::BuildKit,
        kind: Kind::Prints {
            input: "to be or not to be\n",
            says: "2  be",
        },
        source: "src/lexicount/count.py",
    },
];

const FLASK: Kind = Kind::Serves(&[("/health", "\"libpq\":")]);

const FASTAPI: Kind = Kind::Serves(&[("/books", "Ursula K. Le Guin")]);

const DJANGO: Kind = Kind::Serves(&[
    ("/", "Welcome to the shop"),
    ("/static/catalogue/shop.css", "sans-serif"),
]);
