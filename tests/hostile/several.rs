//! `[images.NAME]`: each value of a table, its name and its folder, in all that is written for several images at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

use super::attacks::{values, visible};
use super::places::{SETTINGS, toml, value_of};
use super::{Files, dockerfile, lay, run};

/// Keys that only a table of an image has, or that matter to its neighbours.
const OWN: [&str; 2] = ["root", "dockerfile"];

/// Every file that two images, one of them in `web`, may have; a table may give a Dockerfile another name.
const WRITTEN: [&str; 8] = [
    ".github/workflows/dockwright.yml",
    ".pre-commit-config.yaml",
    "Dockerfile.job",
    "Dockerfile.job.dockerignore",
    "dockwright.lock",
    "web/.dockerignore",
    "web/compose.yaml",
    "web/docker-bake.hcl",
];

/// A web service in `web` and a job at the top, with lines of the service's own.
fn project(name: &str, lines: &str) -> Files {
    let settings = format!(
        "ci = \"github\"\npre-commit = true\n[images.job]\ncommand = \"python app.py\"\n[images.{name}]\n{lines}compose = true\nbake = true\n"
    );
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    [
        ("app.py", app),
        ("requirements.txt", "flask\n"),
        ("web/app.py", app),
        ("web/requirements.txt", "flask\ngunicorn\n"),
        ("dockwright.toml", &settings),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

/// Everything below a folder.
fn all(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            found.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
    found
}

/// What `generate` writes for a project, and nothing beside it; `None` where it refuses.
fn written(files: &Files, what: &str) -> Option<BTreeMap<String, String>> {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("shop");
    if !lay(&root, files) {
        return None;
    }
    let path = root.to_str().unwrap();
    let ran = run(&["generate", path], what);
    for text in [&ran.out, &ran.say] {
        visible(text, what);
        assert!(text.len() < 60_000, "{what}: {} bytes", text.len());
        assert!(!text.contains("internal error"), "{what}: {text}");
    }
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1, "{what}");
    let mut found = all(&root);
    if ran.exit != 0 {
        assert_eq!(ran.exit, 2, "{what}: {}", ran.say);
        assert_eq!(found, *files, "{what}: refused, and written all the same");
        return None;
    }
    let checked = run(&["check", path], what);
    assert_eq!(checked.exit, 0, "{what}: {}{}", checked.out, checked.say);
    found.retain(|path, _| !files.contains_key(path));
    Some(found)
}

/// The nodes of a YAML file without the texts, or its strings too where they say what is run.
fn nodes(text: &str, what: &str) -> String {
    fn walk(node: &Yaml, out: &mut String) {
        match node {
            Yaml::Hash(pairs) => {
                out.push('{');
                for (key, value) in pairs {
                    out.push_str(&format!("{key:?}: "));
                    walk(value, out);
                }
                out.push('}');
            }
            Yaml::Array(list) => {
                out.push('[');
                for node in list {
                    walk(node, out);
                }
                out.push(']');
            }
            Yaml::String(_) => out.push_str("text "),
            other => out.push_str(&format!("{other:?} ")),
        }
    }
    let read =
        YamlLoader::load_from_str(text).unwrap_or_else(|why| panic!("{what}: {why}\n{text}"));
    let mut out = String::new();
    for document in &read {
        walk(document, &mut out);
    }
    out
}

/// A bake file with each string as a mark, which tells whether a template is in it.
fn tokens(text: &str, what: &str) -> String {
    let mut out = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        let mut rest = line.chars().peekable();
        let mut within = false;
        while let Some(c) = rest.next() {
            match (within, c) {
                (_, '"') => {
                    within = !within;
                    out.push('"');
                }
                (true, '\\') => drop(rest.next()),
                (true, '$' | '%') if rest.peek() == Some(&c) => drop(rest.next()),
                (true, '$' | '%') if rest.peek() == Some(&'{') => out.push('T'),
                (true, _) => {}
                (false, c) => out.push(c),
            }
        }
        assert!(!within, "{what}: a string does not end: {line}");
        out.push('\n');
    }
    out
}

/// Each file is what its reader takes it for, with the nodes of its twin where it has one.
fn reads(found: &BTreeMap<String, String>, twin: Option<&BTreeMap<String, String>>, what: &str) {
    for (path, text) in found {
        visible(&text.replace('\r', ""), what);
        let other = twin.and_then(|twin| twin.get(path));
        let same = |shape: fn(&str, &str) -> String| {
            let here = shape(text, what);
            if let Some(other) = other {
                assert_eq!(here, shape(other, what), "{what}: {path}\n{text}");
            }
        };
        if path.ends_with(".hcl") {
            same(tokens);
        } else if path.ends_with(".yaml") || path.ends_with(".yml") {
            same(nodes);
        } else if path.contains("Dockerfile") && !path.ends_with(".dockerignore") {
            // The user's own frontend.
            let text = match text.split_once('\n') {
                Some((first, rest)) if first.starts_with("# syntax=") => rest,
                _ => text,
            };
            dockerfile::parse(text).unwrap_or_else(|why| panic!("{what}: {why}\n{text}"));
        }
    }
}

#[test]
fn a_value_of_a_table_stays_in_its_place() {
    let (mut kept, mut refused) = (0, 0);
    for key in SETTINGS.into_iter().chain(OWN) {
        let root = if key == "root" {
            ""
        } else {
            "root = \"web\"\n"
        };
        let of = |value: &str| project("web", &format!("{root}{key} = {}\n", value_of(key, value)));
        // Places may hold lists, and names may be keys: not every key has a twin that is plain.
        let twin = written(&of("benign"), key);
        for value in values() {
            if value.len() > 100_000 && !OWN.contains(&key) {
                // Tried for one image; here it would take minutes.
                continue;
            }
            let shown: String = value.chars().take(60).collect();
            let what = format!("images.web.{key}: {}", shown.escape_debug());
            let Some(found) = written(&of(&value), &what) else {
                refused += 1;
                continue;
            };
            kept += 1;
            if !OWN.contains(&key) {
                for path in found.keys() {
                    let known = WRITTEN.contains(&path.as_str()) || path == "web/Dockerfile";
                    assert!(known, "{what}: {path}");
                }
            }
            // Which services run, and how, is what some keys are for.
            let shapes = ["labels.x", "env.X", "args.X", "user"].contains(&key);
            reads(&found, twin.as_ref().filter(|_| shapes), &what);
        }
    }
    assert!(kept > 100 && refused > 300, "{kept} + {refused}");
}

#[test]
fn a_name_of_a_table_is_a_name() {
    let mut kept = Vec::new();
    let odd = [
        "benign",
        "a_b",
        "a-",
        "a.b",
        "A",
        "-a",
        "_a",
        "default",
        "web/../x",
        ".",
        "..",
        "ä",
        "a b",
        "latest",
        "0",
        "true",
        "null",
        "~",
        "con",
        "aux.py",
        "dockerignore",
    ];
    for value in values().into_iter().chain(odd.map(str::to_owned)) {
        let shown: String = value.chars().take(60).collect();
        let what = format!("[images.NAME]: {}", shown.escape_debug());
        for root in ["root = \"web\"\n", ""] {
            let Some(found) = written(&project(&toml(&value), root), &what) else {
                continue;
            };
            reads(&found, None, &what);
            let workflow = &found[".github/workflows/dockwright.yml"];
            let only = format!(" verify --only {value} --image ");
            assert!(
                workflow.contains(&only),
                "{what}: CI asks for no such image\n{workflow}"
            );
            kept.push(value.clone());
        }
    }
    kept.dedup();
    let good = [
        "benign",
        "a_b",
        "a-",
        "default",
        "latest",
        "0",
        "true",
        "null",
        "con",
        "dockerignore",
    ];
    assert_eq!(kept, good);
}

/// Two names that come to one image: the second build would take the first one's tag.
#[test]
fn two_images_do_not_share_a_tag() {
    let mut files = project("a_b", "root = \"web\"\n");
    let settings = files.get_mut("dockwright.toml").unwrap();
    settings.push_str("[images.a-b]\ncommand = \"python app.py\"\n");
    assert_eq!(written(&files, "a_b and a-b"), None);
}

/// A folder behind a link is somebody else's: neither read nor written.
#[cfg(unix)]
#[test]
fn a_root_never_leads_out() {
    use std::os::unix::fs::symlink;
    for place in [
        "..",
        "../victim",
        "a/../../victim",
        "/etc",
        "out",
        "./out",
        "out/",
        "web/out",
        "up",
        "up/victim",
        "web/../out",
        "loop",
        "C:\\victim",
        "file:///etc",
        "out/.",
        "//etc",
        "app.py",
    ] {
        for command in [
            &["generate"][..],
            &["generate", "--force"],
            &["check"],
            &["explain"],
        ] {
            let outer = tempfile::tempdir().unwrap();
            let [root, victim] = ["shop", "victim"].map(|name| outer.path().join(name));
            let lines = format!("root = {}\n", toml(place));
            assert!(lay(&root, &project("web", &lines)));
            fs::create_dir(&victim).unwrap();
            fs::write(victim.join("app.py"), "print('of somebody else')\n").unwrap();
            fs::write(
                victim.join("requirements.txt"),
                "flask\nsomebody-elses==1\n",
            )
            .unwrap();
            symlink("../victim", root.join("out")).unwrap();
            symlink("../../victim", root.join("web/out")).unwrap();
            symlink("..", root.join("up")).unwrap();
            symlink("loop", root.join("loop")).unwrap();
            let before = all(&victim);
            let what = format!("{command:?}, root {place}");
            let ran = run(&[command, &[root.to_str().unwrap()]].concat(), &what);
            assert_eq!(ran.exit, 2, "{what}: {}{}", ran.out, ran.say);
            assert!(ran.say.contains("images.web.root"), "{what}: {}", ran.say);
            let both = ran.out + &ran.say;
            assert!(!both.contains("somebody"), "{what}: {both}");
            assert_eq!(all(&victim), before, "{what}");
        }
    }
}
