//! How long the whole line takes, from the tree to the changes on disk, for projects of several sizes.
//!
//! `generate` should be over before a person notices: 5 ms for a small project, 50 ms with a lock of 1 MB, 300 ms with 5,000
//! Python files; and never three times what the toml crate alone needs to read the same lock.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails says where")]

mod projects;
mod regenerate;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use dockwright::change::Options;
use dockwright::settings::Settings;
use tempfile::TempDir;

use projects::Project;

/// Everything `generate` does but writing.
fn preview(folder: &Path) {
    let preview = dockwright::preview(folder, Settings::default(), Options::default()).unwrap();
    black_box(preview.changes.len());
}

fn laid_out(project: &Project) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in project {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    // The search for a workspace ends here.
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn generate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("generate");
    group.sample_size(20);
    for (name, project) in [
        ("small requirements.txt", projects::small()),
        ("uv.lock of 1 MB", projects::uv()),
        ("poetry.lock of 1 MB", projects::poetry()),
        ("pdm.lock of 1 MB", projects::pdm()),
        ("5,000 Python files", projects::sources(5_000)),
    ] {
        let folder = laid_out(&project);
        group.bench_function(name, |bencher| bencher.iter(|| preview(folder.path())));
    }
    group.finish();
}

/// The measure for the locks: the same text, read by the toml crate alone.
fn toml_alone(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("toml alone");
    group.sample_size(20);
    for (name, project) in [
        ("uv.lock of 1 MB", projects::uv()),
        ("poetry.lock of 1 MB", projects::poetry()),
        ("pdm.lock of 1 MB", projects::pdm()),
    ] {
        let (_, text) = project.first().unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(toml::from_str::<toml::Table>(text).unwrap().len()));
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    generate,
    toml_alone,
    regenerate::check,
    regenerate::merge
);
criterion_main!(benches);
