//! Each folder of `tests/fixtures/` is a test case: what is planned and written for its `project/` stands in its `expected/`.
//!
//! Nothing has to be registered. Beside `project/` there may be a `dockwright.toml` with settings, and `folder` with the path of
//! the application below the build context. `UPDATE=1 cargo test --test fixtures` writes `expected/` anew, to be read in the diff.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dockwright::change::Options;
use dockwright::error::Error;
use dockwright::settings::Settings;
use dockwright::{commands, plan_for, preview};
use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;
use tempfile::TempDir;

/// The `.dockerignore` of every project that has nothing of its own to say there; `expected/` holds only others.
const COMMON_IGNORE: &str = "common.dockerignore";

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut trials: Vec<Trial> = match cases(&root) {
        Ok(cases) => cases
            .into_iter()
            .map(|case| Trial::test(name(&case), move || run(&case)))
            .collect(),
        Err(error) => vec![Trial::test("fixtures", move || Err(error.into()))],
    };
    trials.push(Trial::test("there are cases", {
        let found = trials.len();
        move || {
            if found < 40 {
                return Err(format!("only {found} cases were found").into());
            }
            Ok(())
        }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn cases(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for entry in root.read_dir()? {
        let path = entry?.path();
        if path.join("project").is_dir() {
            cases.push(path);
        }
    }
    cases.sort();
    Ok(cases)
}

fn name(case: &Path) -> String {
    case.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn run(case: &Path) -> Result<(), Failed> {
    let found = outcome(case)?;
    if found != outcome(case)? {
        return Err("two runs differ".into());
    }
    let expected = case.join("expected");
    if std::env::var_os("UPDATE").is_some() {
        return Ok(update(&expected, &found)?);
    }
    let known = texts(&expected)?;
    let mut complaints = String::new();
    for name in known
        .keys()
        .chain(found.keys().filter(|name| !known.contains_key(*name)))
    {
        let text = |files: &BTreeMap<String, String>| files.get(name).cloned().unwrap_or_default();
        let (before, after) = (text(&known), text(&found));
        if before != after {
            let diff = TextDiff::from_lines(&before, &after);
            complaints.push_str(
                &diff
                    .unified_diff()
                    .header(&format!("expected/{name}"), "found")
                    .to_string(),
            );
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(format!("\n{complaints}\n`UPDATE=1` accepts this").into())
    }
}

/// Everything that is seen of a run: the plan, each file; or the error.
fn outcome(case: &Path) -> Result<BTreeMap<String, String>, Failed> {
    let (keep, folder) = laid_out(case)?;
    let mut files = BTreeMap::new();
    match plan_for(&folder, Settings::default()) {
        Ok(planned) => {
            let text = commands::explain::json(&planned.plan).map_err(|error| error.to_string())?;
            files.insert("explain.json".to_owned(), text);
        }
        Err(error) => return Ok(refusal(files, &error, &keep)),
    }
    match preview(&folder, Settings::default(), Options::default()) {
        Ok(preview) => {
            let common = fs::read_to_string(case.with_file_name(COMMON_IGNORE))?;
            for change in preview.changes {
                if change.after != common {
                    files.insert(change.path.replace('/', "__"), change.after);
                }
            }
        }
        Err(error) => return Ok(refusal(files, &error, &keep)),
    }
    Ok(files)
}

/// The error's text stands in `error.txt`, without the name of the temporary folder.
fn refusal(
    mut files: BTreeMap<String, String>,
    error: &Error,
    keep: &TempDir,
) -> BTreeMap<String, String> {
    let temporary = keep.path().display().to_string();
    let text = format!("{error}\n").replace(&temporary, "");
    files.insert("error.txt".to_owned(), text);
    files
}

/// The project in a folder of its own name, where no repository around it is found; with the application's folder.
fn laid_out(case: &Path) -> io::Result<(TempDir, PathBuf)> {
    let keep = tempfile::tempdir()?;
    fs::create_dir(keep.path().join(".git"))?;
    let context = keep.path().join(name(case));
    copy(&case.join("project"), &context)?;
    let below = read(&case.join("folder"))?.unwrap_or_default();
    let folder = context.join(below.trim());
    if let Some(settings) = read(&case.join("dockwright.toml"))? {
        fs::write(folder.join("dockwright.toml"), settings)?;
    }
    Ok((keep, folder))
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Files of `expected/`; none where the folder is not there yet.
fn texts(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    if !folder.exists() {
        return Ok(texts);
    }
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        texts.insert(name, fs::read_to_string(entry.path())?);
    }
    Ok(texts)
}

fn update(folder: &Path, found: &BTreeMap<String, String>) -> io::Result<()> {
    for name in texts(folder)?
        .keys()
        .filter(|name| !found.contains_key(*name))
    {
        fs::remove_file(folder.join(name))?;
    }
    fs::create_dir_all(folder)?;
    for (name, text) in found {
        fs::write(folder.join(OsStr::new(name)), text)?;
    }
    Ok(())
}
