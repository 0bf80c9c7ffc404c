//! Edits as people make them, and changes as projects do.

/// One replacement in a file.
pub(crate) type Step = (&'static str, &'static str, &'static str);

/// An edit by hand.
pub(crate) struct Edit {
    pub(crate) name: &'static str,
    /// File, what is found once in it, what stands there then; `*` before the file: wherever it is found.
    pub(crate) steps: &'static [Step],
    /// Changes that meet the edit at the same lines: a person would be asked, too.
    pub(crate) meets: &'static [&'static str],
    /// It names an image that is not to be had where tests run.
    pub(crate) elsewhere: bool,
    /// It moves an instruction: where among its neighbours does not matter.
    pub(crate) moves: bool,
}

const D: &str = "Dockerfile";
const I: &str = ".dockerignore";

const fn edit(name: &'static str, steps: &'static [Step]) -> Edit {
    Edit {
        name,
        steps,
        meets: &[],
        elsewhere: false,
        moves: false,
    }
}

const fn meeting(
    name: &'static str,
    steps: &'static [Step],
    meets: &'static [&'static str],
) -> Edit {
    Edit {
        name,
        steps,
        meets,
        elsewhere: false,
        moves: false,
    }
}

/// The edits. Where one meets a change, both say something about one instruction, and only its author knows which is right:
/// a version of a package that goes; a package added to a step that goes; a port changed where the port changes; an entry
/// point or a command of one's own where the server brings another.
pub(crate) const EDITS: &[Edit] = &[
    edit(
        "a package for the runtime",
        &[(
            D,
            "        libpq5 \\\n",
            "        curl \\\n        libpq5 \\\n",
        )],
    ),
    edit(
        "a package after the last",
        &[(
            D,
            "        libpq5 \\\n",
            "        libpq5 \\\n        tzdata \\\n",
        )],
    ),
    meeting(
        "a package for the builder",
        &[(D, "        gcc \\\n", "        gcc \\\n        git \\\n")],
        &["the database goes"],
    ),
    meeting(
        "a package's version",
        &[(D, "        libpq5 \\\n", "        libpq5=17.* \\\n")],
        &["the database goes"],
    ),
    edit(
        "a command after the packages",
        &[(
            D,
            "        libpq5 \\\n    && rm -rf",
            "        libpq5 \\\n    && update-ca-certificates \\\n    && rm -rf",
        )],
    ),
    edit(
        "no health check",
        &[(
            D,
            "HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \\\n    CMD [\"python\", \"-c\", \"import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/health', timeout=4)\"]\n\n",
            "",
        )],
    ),
    edit(
        "a slower health check",
        &[(D, "--interval=30s", "--interval=2m")],
    ),
    edit(
        "a variable among the others",
        &[(
            D,
            "    PYTHONUNBUFFERED=1\n",
            "    PYTHONUNBUFFERED=1 \\\n    TZ=UTC\n",
        )],
    ),
    edit(
        "a variable of its own",
        &[(D, "EXPOSE 8000\n", "ENV TZ=UTC\n\nEXPOSE 8000\n")],
    ),
    edit("another user", &[(D, "USER 10001:10001", "USER 10001:0")]),
    meeting(
        "another port",
        &[(D, "EXPOSE 8000", "EXPOSE 8080")],
        &["another port"],
    ),
    edit(
        "a label",
        &[(
            D,
            "USER 10001:10001\n",
            "LABEL org.opencontainers.image.vendor=\"Shop Ltd\"\n\nUSER 10001:10001\n",
        )],
    ),
    edit(
        "a step after the source",
        &[(
            D,
            "COPY --chmod=755 . /app\n",
            "COPY --chmod=755 . /app\n\nRUN python -m compileall -q /app\n",
        )],
    ),
    edit(
        "only some of the source",
        &[(
            D,
            "COPY --chmod=755 . /app",
            "COPY --chmod=755 app.py templates /app/",
        )],
    ),
    meeting(
        "more workers",
        &[(
            D,
            "exec gunicorn --bind",
            "exec gunicorn --workers 4 --bind",
        )],
        &["another server"],
    ),
    meeting(
        "a command of one's own",
        &[(
            D,
            "CMD [\"sh\", \"-c\", \"exec gunicorn --bind 0.0.0.0:${PORT:-8000} app:app\"]",
            "CMD [\"gunicorn\", \"app:app\"]",
        )],
        &["another server", "another port"],
    ),
    edit(
        "no headline",
        &[(
            D,
            "# Written by dockwright. `dockwright explain` gives the reason for each line; `dockwright generate` keeps your edits.\n\n",
            "",
        )],
    ),
    edit(
        "comments of one's own",
        &[(
            D,
            "WORKDIR /app\n\nCOPY --from",
            "# where it lives\nWORKDIR /app\n\n# only what runs\nCOPY --from",
        )],
    ),
    edit(
        "no reason above the packages",
        &[(D, "# libpq5: psycopg2 links libpq.so.5\n", "")],
    ),
    edit(
        "a stage more",
        &[
            (
                D,
                "FROM python:3.14-slim-trixie AS runtime\n",
                "FROM debian:trixie-slim AS assets\nRUN mkdir /assets && echo '{}' > /assets/manifest.json\n\nFROM python:3.14-slim-trixie AS runtime\n",
            ),
            (
                D,
                "COPY --from=builder /opt/venv /opt/venv\n",
                "COPY --from=builder /opt/venv /opt/venv\nCOPY --from=assets /assets /app/static\n",
            ),
        ],
    ),
    Edit {
        name: "a mirror of the registry",
        steps: &[(
            "*Dockerfile",
            "FROM python:",
            "FROM mirror.shop.example/python:",
        )],
        meets: &[],
        elsewhere: true,
        moves: false,
    },
    edit(
        "the builder's platform",
        &[(
            D,
            "FROM python:3.14-slim-trixie AS builder",
            "FROM --platform=$BUILDPLATFORM python:3.14-slim-trixie AS builder",
        )],
    ),
    edit(
        "an argument",
        &[(
            D,
            "WORKDIR /app\n\nRUN python -m venv",
            "ARG PIP_INDEX_URL=https://pypi.org/simple\n\nWORKDIR /app\n\nRUN python -m venv",
        )],
    ),
    edit(
        "a secret for pip",
        &[(
            D,
            "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n",
            "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n    --mount=type=secret,id=netrc,target=/root/.netrc \\\n",
        )],
    ),
    edit(
        "an option of pip",
        &[(
            D,
            "install --requirement requirements.txt",
            "install --no-compile --requirement requirements.txt",
        )],
    ),
    edit(
        "a shell that stops at errors",
        &[(
            D,
            "AS builder\n",
            "AS builder\n\nSHELL [\"/bin/bash\", \"-euo\", \"pipefail\", \"-c\"]\n",
        )],
    ),
    meeting(
        "an entry point",
        &[(
            D,
            "CMD [\"sh\"",
            "ENTRYPOINT [\"/usr/bin/env\"]\n\nCMD [\"sh\"",
        )],
        &["another server"],
    ),
    Edit {
        name: "the port after the health check",
        steps: &[
            (D, "EXPOSE 8000\n\n", ""),
            (D, "CMD [\"sh\"", "EXPOSE 8000\n\nCMD [\"sh\""),
        ],
        meets: &[],
        elsewhere: false,
        moves: true,
    },
    edit(
        "a document in the file",
        &[(
            D,
            "USER 10001:10001\n",
            "COPY <<EOF /app/build.txt\nmade by hand\nRUN nothing\nEOF\n\nUSER 10001:10001\n",
        )],
    ),
    edit(
        "no byte code, in one's own words",
        &[(D, "    PYTHONDONTWRITEBYTECODE=1 \\\n", "")],
    ),
    edit(
        "patterns of one's own",
        &[(
            I,
            "**/dockwright.toml\n",
            "**/dockwright.toml\n\n/data\n!/data/seed.json\n",
        )],
    ),
    edit("a pattern less", &[(I, "**/node_modules\n", "")]),
];

/// A change of the project.
pub(crate) struct Change {
    pub(crate) name: &'static str,
    /// Files to write.
    pub(crate) files: &'static [(&'static str, &'static str)],
}

/// The changes: each moves other lines.
pub(crate) const CHANGES: &[Change] = &[
    Change {
        name: "a native dependency more",
        files: &[(
            "requirements.txt",
            "Flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.11\npython-magic==0.4.27\n",
        )],
    },
    Change {
        name: "the database goes",
        files: &[(
            "requirements.txt",
            "Flask==3.1.2\ngunicorn==23.0.0\npython-magic==0.4.27\n",
        )],
    },
    Change {
        name: "another Python",
        files: &[(".python-version", "3.13\n")],
    },
    Change {
        name: "another server",
        files: &[(
            "requirements.txt",
            "Flask==3.1.2\nwaitress==3.0.2\npsycopg2==2.9.11\n",
        )],
    },
    Change {
        name: "another port",
        files: &[("dockwright.toml", "port = 9000\n")],
    },
];
