//! Tells files that are not the application: tests, documentation, tools, other people's code.

use super::corpus::stem;

/// Folders whose files are not the application: `tests`, `docs`, …
const DECOY_FOLDERS: [&str; 44] = [
    "_vendor",
    "alembic",
    "bench",
    "benchmark",
    "benchmarks",
    "build",
    "ci",
    "demo",
    "demos",
    "dev",
    "devtools",
    "dist",
    "doc",
    "docs",
    "e2e",
    "eggs",
    "example",
    "examples",
    "extern",
    "fixtures",
    "functional_tests",
    "hack",
    "integration_tests",
    "locust",
    "migrations",
    "mocks",
    "notebooks",
    "playground",
    "sample",
    "samples",
    "scripts",
    "snippets",
    "spec",
    "specs",
    "stubs",
    "test",
    "testing",
    "tests",
    "third_party",
    "thirdparty",
    "tools",
    "typings",
    "vendor",
    "vendored",
];

/// File names that are never the application.
const DECOY_FILES: [&str; 12] = [
    "conftest.py",
    "hatch_build.py",
    "noxfile.py",
    "fabfile.py",
    "locustfile.py",
    "dodo.py",
    "pavement.py",
    "versioneer.py",
    "gunicorn.conf.py",
    "gunicorn_conf.py",
    "gunicorn_config.py",
    "test.py",
];

/// Does the path belong to tests, documentation, tools or other people's code?
pub(super) fn decoy(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let file = parts.next().unwrap_or_default();
    let stem = stem(file);
    DECOY_FILES.contains(&file)
        || file == "setup.py" && !path.contains('/')
        || path.starts_with("contrib/")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || parts.any(|folder| {
            folder.starts_with('.')
                || folder.ends_with(".egg-info")
                || folder.ends_with("-tests")
                || folder.ends_with("_tests")
                || DECOY_FOLDERS.contains(&folder.to_ascii_lowercase().as_str())
        })
}
