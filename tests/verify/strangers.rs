//! Packages that the catalogue is made to forget, and what `verify --fix` alone writes for them.

use crate::Checked;
use crate::engine::ensure;
use crate::project::Project;

/// A project with packages that nobody knows.
pub(crate) struct Stranger {
    /// What is hidden, as the flag takes it.
    pub(crate) hidden: &'static str,
    /// Requirements, a line each.
    requirements: &'static str,
    /// More files: sources of packages that nobody else has.
    files: &'static [(&'static str, &'static str)],
    /// The application.
    main: &'static str,
    /// What `--fix` writes for the builder …
    build: &'static [&'static str],
    /// … and for the runtime stage, in the order in which it was found.
    run: &'static [&'static str],
    /// It fetches or compiles much.
    pub(crate) heavy: bool,
}

/// All.
pub(crate) const STRANGERS: &[Stranger] = &[
    // Three in one project: two open a library by name, one is compiled and linked; its program, its compiler and its library
    // are found in three rounds.
    Stranger {
        hidden: "psycopg,psycopg2,python-magic",
        requirements: "psycopg==3.2.10\npsycopg2==2.9.11\npython-magic==0.4.27\n",
        files: &[],
        main: "import magic, psycopg, psycopg2",
        build: &["libpq-dev", "gcc", "libc6-dev"],
        run: &["libmagic1t64", "libpq5"],
        heavy: false,
    },
    // A package that is on no index and wants a program when it is imported, and one that opens its library only in a module
    // which its top does not import.
    Stranger {
        hidden: "pyzbar,library:zbar",
        requirements: "./reader\npyzbar==0.1.9\n",
        files: READER,
        main: "import reader\nfrom pyzbar import pyzbar",
        build: &[],
        run: &["libzbar0t64", "qrencode"],
        heavy: false,
    },
    // One that is on no index, includes a header, is linked with its library, and opens another one by its file name.
    Stranger {
        hidden: "saltbox",
        requirements: "./saltbox\n",
        files: SALTBOX,
        main: "import saltbox",
        build: &["gcc", "libc6-dev", "libsodium-dev"],
        run: &["libsodium23", "libzbar0t64"],
        heavy: false,
    },
    // An ELF library that is opened with ctypes.
    Stranger {
        hidden: "lightgbm",
        requirements: "lightgbm==4.6.0\nnumpy\nscipy\n",
        files: &[],
        main: "import lightgbm",
        build: &[],
        run: &["libgomp1"],
        heavy: true,
    },
    // Headers, two of them one after the other.
    Stranger {
        hidden: "python-ldap",
        requirements: "python-ldap==3.4.5\n",
        files: &[],
        main: "import ldap",
        build: &["gcc", "libc6-dev", "libldap-dev", "libsasl2-dev"],
        run: &["libldap2"],
        heavy: true,
    },
    // A program that is run at import.
    Stranger {
        hidden: "gitpython",
        requirements: "GitPython==3.1.45\n",
        files: &[],
        main: "import git",
        build: &[],
        run: &["git"],
        heavy: true,
    },
];

const READER: &[(&str, &str)] = &[
    (
        "reader/pyproject.toml",
        "[project]\nname = \"reader\"\nversion = \"1.0\"\n",
    ),
    (
        "reader/reader/__init__.py",
        "import shutil

if shutil.which(\"qrencode\") is None:
    raise FileNotFoundError(\"qrencode is not installed: reader needs it\")
",
    ),
];

const SALTBOX: &[(&str, &str)] = &[
    (
        "saltbox/pyproject.toml",
        "[project]\nname = \"saltbox\"\nversion = \"1.0\"\n",
    ),
    (
        "saltbox/setup.py",
        "from setuptools import Extension, setup

setup(packages=[\"saltbox\"], ext_modules=[Extension(\"saltbox._salt\", [\"salt.c\"], libraries=[\"sodium\"])])
",
    ),
    (
        "saltbox/salt.c",
        "#include <Python.h>
#include <sodium.h>

static PyObject *version(PyObject *self, PyObject *none) { return PyUnicode_FromString(sodium_version_string()); }
static PyMethodDef methods[] = {{\"version\", version, METH_NOARGS, \"\"}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"_salt\", \"\", -1, methods};
PyMODINIT_FUNC PyInit__salt(void) { return PyModule_Create(&module); }
",
    ),
    (
        "saltbox/saltbox/__init__.py",
        "import ctypes

from . import _salt

zbar = ctypes.CDLL(\"libzbar.so.0\")
version = _salt.version
",
    ),
];

/// A wheel that an earlier run compiled lies in pip's cache mount, and would hide what the builder lacks.
const UNCACHED: &str = "[run]
before-dependencies = [\"pip config --global set global.no-cache-dir true\"]
";

impl Stranger {
    /// One command, and the project holds.
    pub(crate) fn is_solved(&self) -> Checked {
        let main = format!(
            "{}\n\nif __name__ == \"__main__\":\n    print(\"all there\")\n",
            self.main
        );
        let own = [
            ("requirements.txt", self.requirements),
            (".python-version", "3.14\n"),
            ("main.py", &main),
            ("dockwright.toml", UNCACHED),
        ];
        let project = Project::new(&[&own, self.files].concat())?;
        let arguments = [
            "--fix",
            "--without-catalogue",
            self.hidden,
            "--format",
            "json",
        ];
        let run = project.verify(&arguments)?;
        let report = run.report(0)?;
        ensure(report["outcome"] == "passed", || run.shown())?;
        let written = project.read("dockwright.toml")?;
        for (stage, names) in [("build", self.build), ("run", self.run)] {
            let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            let line = format!("{stage} = [{}]\n", quoted.join(", "));
            let fits = names.is_empty() != written.contains(&line);
            ensure(fits, || format!("no `{line}`:\n{written}\n{}", run.shown()))?;
        }
        // What was written is what was committed to: nothing is left to generate.
        ensure(report["added"]["run"].as_array().is_some(), || run.shown())
    }
}
