#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use super::*;
use crate::inspect::locks;
use crate::inspect::pyproject;
use crate::inspect::testing::project;

/// What is warned of for these files, and for the same with CRLF.
fn told(lock: &str, manifest: (&str, &str), locked: &str) -> Option<String> {
    let run = |text: &str| {
        let (_folder, tree) = project(&[manifest, (lock, text)], "");
        let read = match lock {
            "poetry.lock" => locks::read_poetry,
            "pdm.lock" => locks::read_pdm,
            "uv.lock" => locks::read_uv,
            _ => locks::read_pipenv,
        };
        let found = read(&tree, lock, &mut Vec::new()).unwrap().unwrap();
        let manifest = pyproject::read(&tree, "pyproject.toml", &mut Vec::new()).unwrap();
        let warning = warning(&tree, &found, manifest.as_ref()).unwrap();
        warning.map(|warning| warning.message)
    };
    let found = run(locked);
    assert_eq!(found, run(&locked.replace('\n', "\r\n")));
    found
}

/// Fixtures that the tools themselves locked: fresh as they are, stale after an edit of what the resolution rests on, and still
/// fresh after an edit elsewhere.
#[test]
fn the_hash_that_each_tool_recorded_is_computed_again() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    for (case, lock, name) in [
        ("built-poetry-1", "poetry.lock", "pyproject.toml"),
        ("built-poetry-2", "poetry.lock", "pyproject.toml"),
        ("built-pdm", "pdm.lock", "pyproject.toml"),
        ("built-pipenv", "Pipfile.lock", "Pipfile"),
        ("built-uv-package", "uv.lock", "pyproject.toml"),
    ] {
        let read = |file: &str| {
            std::fs::read_to_string(format!("{fixtures}/{case}/project/{file}")).unwrap()
        };
        let (locked, manifest) = (read(lock), read(name));
        assert_eq!(told(lock, (name, &manifest), &locked), None, "{case}");
        let elsewhere = format!("{manifest}\n[tool.linter]\nwidth = 99\n");
        if name == "pyproject.toml" {
            assert_eq!(told(lock, (name, &elsewhere), &locked), None, "{case}");
        }
        let edited = manifest.replace("gunicorn", "hypercorn");
        assert_ne!(manifest, edited, "{case}");
        let stale = told(lock, (name, &edited), &locked).unwrap();
        let expected = format!("{name} was edited after {lock} was written");
        assert!(stale.starts_with(&expected), "{case}: {stale}");
    }
}

#[test]
fn text_is_written_as_python_writes_it() {
    let table: Table = "b = [1, true, {y = 'ü😀', x = \"q\\\"\\n\"}]\na = ''"
        .parse()
        .unwrap();
    let json = Json::table(&table);
    let mut out = String::new();
    json.write(true, &mut out);
    // python3 -c 'import json; print(json.dumps({"b": [1, True, {"y": "ü😀", "x": "q\"\n"}], "a": ""}, sort_keys=True))'
    assert_eq!(
        out,
        r#"{"a": "", "b": [1, true, {"x": "q\"\n", "y": "\u00fc\ud83d\ude00"}]}"#
    );
    out.clear();
    json.write(false, &mut out);
    assert_eq!(
        out,
        r#"{"a":"","b":[1,true,{"x":"q\"\n","y":"\u00fc\ud83d\ude00"}]}"#
    );
}

#[test]
fn uv_names_what_changed() {
    let locked = "version = 1\n[[package]]\nname = 'shop'\nversion = '1'\nsource = { virtual = '.' }\n[package.metadata]\nrequires-dist = [{ name = 'flask', specifier = '>=3' }, { name = 'x', marker = \"extra == 'y'\" }]\n";
    let told = |dependencies: &str| {
        let manifest =
            format!("[project]\nname = 'shop'\nversion = '1'\ndependencies = [{dependencies}]\n");
        told("uv.lock", ("pyproject.toml", &manifest), locked)
    };
    assert_eq!(told("'flask >= 3'"), None);
    let said = "pyproject.toml was edited after uv.lock was written: ";
    assert_eq!(
        told("'flask>=4'").unwrap(),
        format!("{said}flask >=4 is not what was locked")
    );
    assert_eq!(
        told("'flask>=3', 'attrs'").unwrap(),
        format!("{said}attrs is not in the lock")
    );
    assert_eq!(
        told("").unwrap(),
        format!("{said}flask is no dependency any more")
    );
}
