//! Edits by hand × changes of a project, with the real program: no edit is lost, and only what a person would call a conflict
//! is one. Every merged file is linted and checked by BuildKit; some are built (`--include-ignored`).

#![expect(clippy::print_stdout, reason = "the count is asked for")]

mod cases;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::Mutex;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tempfile::TempDir;

use cases::{CHANGES, Change, EDITS, Edit};

type Outcome = Result<Completion, Failed>;

fn main() -> ExitCode {
    let mut trials: Vec<Trial> = EDITS
        .iter()
        .map(|edit| Trial::ignorable_test(edit.name, move || merges(edit)))
        .collect();
    trials.push(Trial::ignorable_test("all at once", all_at_once).with_ignored_flag(true));
    trials.push(Trial::test("there are as many as promised", || {
        let conflicts: usize = EDITS.iter().map(|edit| edit.meets.len()).sum();
        let merges = EDITS.len() * CHANGES.len() - conflicts;
        println!("{merges} merges, {conflicts} conflicts");
        if merges < 40 {
            return Err(format!("only {merges}").into());
        }
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The files that dockwright writes, with their text.
type Texts = BTreeMap<&'static str, String>;

/// What dockwright writes.
const WRITTEN: [&str; 3] = ["Dockerfile", ".dockerignore", "dockwright.lock"];

/// A copy of the example.
struct Shop {
    folder: TempDir,
}

impl Shop {
    /// With these files written into it.
    fn with(texts: &Texts) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/flask-postgres");
        fs::create_dir_all(folder.path().join("shop/templates"))?;
        fs::create_dir(folder.path().join(".git"))?;
        let shop = Self { folder };
        for file in ["app.py", "requirements.txt", "templates/index.html"] {
            fs::copy(example.join(file), shop.path(file))?;
        }
        for (file, text) in texts {
            fs::write(shop.path(file), text)?;
        }
        Ok(shop)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("shop").join(name)
    }

    fn texts(&self) -> Result<Texts, Failed> {
        let read = |file| Ok((file, fs::read_to_string(self.path(file))?));
        WRITTEN.into_iter().map(read).collect()
    }

    fn run(&self, change: Option<&Change>) -> Result<Output, Failed> {
        for (name, text) in change.iter().flat_map(|change| change.files) {
            fs::write(self.path(name), text)?;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
        command.arg("generate").current_dir(self.path(""));
        Ok(command.env_clear().output()?)
    }
}

/// What is written for the example after a change; each is asked for often.
fn fresh(change: Option<&'static Change>) -> Result<Texts, Failed> {
    static KNOWN: Mutex<BTreeMap<&str, Texts>> = Mutex::new(BTreeMap::new());
    let name = change.map_or("none", |change| change.name);
    let mut known = KNOWN.lock().map_err(|error| error.to_string())?;
    if !known.contains_key(name) {
        let shop = Shop::with(&Texts::new())?;
        let done = shop.run(change)?;
        if !done.status.success() {
            return Err(said(&done).into());
        }
        known.insert(name, shop.texts()?);
    }
    Ok(known[name].clone())
}

/// Applies an edit; `false` where one of its steps finds nothing to replace.
fn apply(edit: &Edit, texts: &mut Texts) -> bool {
    edit.steps.iter().all(|(name, from, to)| {
        let text = texts.get_mut(name.trim_start_matches('*'));
        let Some(text) = text else { return false };
        let found = text.matches(from).count();
        *text = text.replace(from, to);
        found == 1 || (found > 1 && name.starts_with('*'))
    })
}

fn said(done: &Output) -> String {
    [&done.stdout, &done.stderr]
        .map(|said| String::from_utf8_lossy(said).into_owned())
        .concat()
}

/// One edit × every change.
fn merges(edit: &'static Edit) -> Outcome {
    let mut merged = Vec::new();
    for change in CHANGES {
        let case = |message: String| Failed::from(format!("× {}: {message}", change.name));
        let mut texts = fresh(None)?;
        if !apply(edit, &mut texts) {
            return Err(case("the edit finds nothing to replace".to_owned()));
        }
        let shop = Shop::with(&texts)?;
        let done = shop.run(Some(change))?;
        if edit.meets.contains(&change.name) {
            if done.status.code() != Some(3) || shop.texts()? != texts {
                let what = "no conflict, or something was written";
                return Err(case(format!("{what}: {}", said(&done))));
            }
            continue;
        }
        if !done.status.success() {
            return Err(case(said(&done)));
        }
        expected(edit, fresh(Some(change))?, &shop.texts()?).map_err(case)?;
        merged.push(shop);
    }
    if lint(&merged, edit)? {
        Ok(Completion::Completed)
    } else {
        Ok(Completion::ignored_with(
            "merged as expected; without hadolint or an engine unchecked",
        ))
    }
}

/// What a person would have: the new text with the same edit; where that has no such lines any more, the edit's own words.
fn expected(edit: &Edit, mut wished: Texts, found: &Texts) -> Result<(), String> {
    let by_steps = apply(edit, &mut wished);
    for file in ["Dockerfile", ".dockerignore"] {
        let (found, wished) = (&found[file], &wished[file]);
        let (mut ours, mut theirs) = (lines(found), lines(wished));
        if edit.moves {
            ours.sort_unstable();
            theirs.sort_unstable();
        }
        if by_steps && ours != theirs {
            return Err(format!("{file} is\n{found}\nand not\n{wished}"));
        }
        let steps = edit.steps.iter();
        let own = steps.filter(|(name, ..)| name.trim_start_matches('*') == file);
        let words = own.flat_map(|(_, from, to)| {
            to.split_whitespace()
                .filter(|word| !from.split_whitespace().any(|old| old == *word))
        });
        // A line that was moved may have changed on its way.
        let moved = |word: &&str| edit.steps.iter().any(|(_, from, _)| from.contains(word));
        let words = words.filter(|word| !(edit.moves && moved(word)));
        // Of an image's name only what is not the tag was added.
        let lost = |word: &&str| !found.contains(word.split("python:").next().unwrap_or(word));
        if let Some(word) = words.filter(|_| !by_steps).find(lost) {
            return Err(format!("`{word}` is lost in\n{found}"));
        }
    }
    Ok(())
}

/// Lines that say something: where both sides put some at one place, the blank ones between are nobody's. Packages are
/// sorted, as the merge keeps them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    for packages in
        lines.chunk_by_mut(|a, b| [a, b].iter().all(|line| line.starts_with("        ")))
    {
        packages.sort_unstable();
    }
    lines
}

/// hadolint and BuildKit have nothing to say; `false` where one of them is missing.
fn lint(merged: &[Shop], edit: &Edit) -> Result<bool, Failed> {
    // A person's own lines may break rules of style; that they still parse, and what dockwright wrote, is what counts.
    let ignored = ["DL3008", "DL4006", "SC2015", "DL3029"].map(|rule| format!("--ignore={rule}"));
    let Ok(done) = Command::new("hadolint")
        .args(ignored)
        .args(merged.iter().map(|shop| shop.path("Dockerfile")))
        .output()
    else {
        return Ok(false);
    };
    if !done.stdout.is_empty() || !done.status.success() {
        return Err(said(&done).into());
    }
    if edit.elsewhere {
        return Ok(true);
    }
    if !engine() {
        return Ok(false);
    }
    // BuildKit parses what hadolint parses: one file an edit is enough.
    let done = merged
        .first()
        .map(|shop| docker(&["build", "--check", "."], shop));
    match done.transpose()? {
        Some(done) if !done.status.success() => Err(said(&done).into()),
        _ => Ok(true),
    }
}

fn engine() -> bool {
    static ENGINE: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *ENGINE.get_or_init(|| {
        let done = Command::new("docker").arg("version").output();
        done.is_ok_and(|done| done.status.success())
    })
}

/// Many edits in one file × a change, built and run.
fn all_at_once() -> Outcome {
    if !engine() {
        return Ok(Completion::ignored_with("no container engine"));
    }
    let mut texts = fresh(None)?;
    let wanted = [
        "a package for the runtime",
        "a package for the builder",
        "a variable among the others",
        "a step after the source",
        "more workers",
        "a stage more",
        "an option of pip",
        "a document in the file",
    ];
    for edit in EDITS.iter().filter(|edit| wanted.contains(&edit.name)) {
        if !apply(edit, &mut texts) {
            return Err(format!("{} finds nothing to replace", edit.name).into());
        }
    }
    let shop = Shop::with(&texts)?;
    let done = shop.run(Some(&CHANGES[0]))?;
    if !done.status.success() {
        return Err(said(&done).into());
    }
    let tag = format!("dockwright-merges:{}", std::process::id());
    let built = docker(&["build", "--tag", &tag, "."], &shop)?;
    if !built.status.success() {
        return Err(said(&built).into());
    }
    let script = "set -e; curl --version >/dev/null; test $TZ = UTC; test -f /app/static/manifest.json; \
        grep -q 'made by hand' /app/build.txt; test -d /app/__pycache__; \
        python -c 'import magic, psycopg2, flask'; test $(id -u) = 10001; ! command -v git; ! command -v pip";
    let ran = docker(&["run", "--rm", &tag, "sh", "-c", script], &shop)?;
    let command = docker(
        &["image", "inspect", "--format", "{{.Config.Cmd}}", &tag],
        &shop,
    )?;
    docker(&["image", "rm", "--force", &tag], &shop)?;
    let workers = String::from_utf8_lossy(&command.stdout).contains("--workers 4");
    if ran.status.success() && workers {
        return Ok(Completion::Completed);
    }
    Err(said(&ran).into())
}

fn docker(arguments: &[&str], shop: &Shop) -> std::io::Result<Output> {
    Command::new("docker")
        .args(arguments)
        .current_dir(shop.path(""))
        .output()
}
