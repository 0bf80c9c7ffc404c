//! The bars of speed for what runs again and again: `check` as a hook, the whole process, under 20 ms for a usual project; a
//! merge of edits by hand under 5 ms with everything around it.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use criterion::Criterion;
use dockwright::change::{Options, State};
use dockwright::settings::Settings;

use crate::{laid_out, projects};

fn run(command: &str, folder: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .arg(command)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{command}: {status}");
}

/// `dockwright check`, from the start of the process to its end.
pub(crate) fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(20);
    for (name, project) in [
        ("small requirements.txt", projects::small()),
        ("uv.lock of 1 MB", projects::uv()),
        ("500 Python files", projects::sources(500)),
    ] {
        let folder = laid_out(&project);
        run("generate", folder.path());
        group.bench_function(name, |bencher| {
            bencher.iter(|| run("check", folder.path()));
        });
    }
    group.finish();
}

/// Everything `generate` does but writing, where a change of the dependencies meets edits by hand.
pub(crate) fn merge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merge");
    group.sample_size(20);
    let folder = laid_out(&projects::small());
    run("generate", folder.path());
    let dockerfile = folder.path().join("Dockerfile");
    let edited = std::fs::read_to_string(&dockerfile)
        .unwrap()
        .replace(
            "        libpq5 \\\n",
            "        curl \\\n        libpq5 \\\n",
        )
        .replace("EXPOSE", "ENV TZ=UTC\n\nEXPOSE");
    std::fs::write(&dockerfile, edited).unwrap();
    let requirements = "flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.10\npython-magic==0.4.27\n";
    std::fs::write(folder.path().join("requirements.txt"), requirements).unwrap();
    group.bench_function("two edits and a new dependency", |bencher| {
        bencher.iter(|| {
            let preview =
                dockwright::preview(folder.path(), Settings::default(), Options::default())
                    .unwrap();
            assert_eq!(preview.changes[0].state, State::Merged);
            black_box(preview.changes.len());
        });
    });
    group.finish();
}
