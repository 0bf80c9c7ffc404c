//! Turns `package.json` and the files beside it into [`Frontend`]s.

mod outputs;

use std::collections::BTreeSet;

use serde_json::Value;

use super::corpus::depth;
use super::decoys::decoy;
use crate::catalogue::node::Node;
use crate::facts::frontend::Frontend;
use crate::facts::{Found, Place};
use crate::inspect::tree::{Tree, join, line_of};
use crate::inspect::url::shown;

/// How deep a `package.json` may lie, in folders: those of templates and examples lie deeper.
const DEEPEST: usize = 3;

/// So much of a lock tells which program wrote it.
const HEAD: usize = 512;

/// Every folder with a `build` script, highest first. A `package.json` that is no JSON is passed over: most have no part in the
/// image, and whoever asks for one is told that it has no such script.
pub(super) fn read(tree: &Tree) -> Vec<Frontend> {
    let prefix = match tree.app() {
        "" => String::new(),
        app => format!("{app}/"),
    };
    let mut folders: Vec<&str> = tree
        .files()
        .iter()
        .filter_map(|file| {
            file.path
                .strip_prefix(&prefix)?
                .strip_suffix("package.json")
        })
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .map(|folder| folder.trim_end_matches('/'))
        .filter(|folder| depth(folder) < DEEPEST && !decoy(&join(folder, "package.json")))
        .collect();
    folders.sort_by_key(|folder| {
        (
            if folder.is_empty() {
                0
            } else {
                depth(folder) + 1
            },
            *folder,
        )
    });
    folders
        .into_iter()
        .filter_map(|folder| one(tree, folder))
        .collect()
}

fn one(tree: &Tree, folder: &str) -> Option<Frontend> {
    let path = tree.in_app(&join(folder, "package.json"));
    let text = tree.text(&path).ok()??;
    let json: Value = serde_json::from_str(&text).ok()?;
    let found = |value: &str, key: &str| {
        Found::new(
            value.to_owned(),
            Place::new(path.as_str(), line(&text, key)),
        )
    };
    let build = json["scripts"]["build"].as_str()?;
    let names = |key: &str| json[key].as_object().into_iter().flatten();
    let packages: BTreeSet<String> = names("dependencies")
        .chain(names("devDependencies"))
        .map(|(name, _)| name.clone())
        .collect();
    let mut frontend = Frontend {
        folder: folder.to_owned(),
        build: found(build, "build"),
        manager: json["packageManager"]
            .as_str()
            .map(|manager| found(&shown(manager), "packageManager")),
        packages,
        locks: locks(tree, folder),
        node: files_for_node(tree, folder),
        beside: beside(tree, folder),
        outputs: Vec::new(),
    };
    for (table, key) in [("volta", "node"), ("engines", "node")] {
        let wanted = json[table][key].as_str();
        frontend
            .node
            .extend(wanted.map(|wanted| found(&shown(wanted), table)));
    }
    frontend.outputs = outputs::of(tree, &frontend);
    Some(frontend)
}

/// The line of a key's first mention; JSON gives no places.
fn line(text: &str, key: &str) -> u32 {
    let offset = text.find(&format!("\"{key}\"")).unwrap_or_default();
    line_of(text.as_bytes(), offset)
}

/// The locks of known managers that lie in the folder.
fn locks(tree: &Tree, folder: &str) -> Vec<(String, String)> {
    let names: BTreeSet<&String> = Node::builtin()
        .managers
        .iter()
        .flat_map(|manager| &manager.locks)
        .collect();
    let mut out = Vec::new();
    for name in names {
        let path = tree.in_app(&join(folder, name));
        if !tree.is_file(&path) {
            continue;
        }
        // Only a lock's head says whose it is: it is no input of the plan, which its other lines leave as it is.
        let head = tree.scan(&[&path], |_, bytes| {
            let head = bytes.get(..HEAD).unwrap_or(bytes);
            Some(String::from_utf8_lossy(head).into_owned())
        });
        out.push((name.clone(), head.into_iter().next().unwrap_or_default()));
    }
    out
}

/// `.nvmrc` and `.node-version`, in the folder or the application's.
fn files_for_node(tree: &Tree, folder: &str) -> Vec<Found<String>> {
    let folders: &[&str] = if folder.is_empty() {
        &[""]
    } else {
        &[folder, ""]
    };
    let mut out = Vec::new();
    for folder in folders {
        for name in [".nvmrc", ".node-version"] {
            let path = tree.in_app(&join(folder, name));
            let text = tree.is_file(&path).then(|| tree.text(&path).ok()).flatten();
            let Some(text) = text.flatten() else {
                continue;
            };
            let mut lines = text.lines().map(str::trim).zip(1..);
            if let Some((version, line)) = lines.find(|(l, _)| !l.is_empty() && !l.starts_with('#'))
            {
                out.push(Found::new(shown(version), Place::new(path, line)));
            }
        }
    }
    out
}

/// What known managers read beside manifest and lock.
fn beside(tree: &Tree, folder: &str) -> Vec<String> {
    let names: BTreeSet<&String> = Node::builtin()
        .managers
        .iter()
        .flat_map(|manager| &manager.files)
        .collect();
    names
        .into_iter()
        .filter(|name| {
            let path = tree.in_app(&join(folder, name.trim_end_matches('/')));
            if name.ends_with('/') {
                tree.is_dir(&path)
            } else {
                tree.is_file(&path)
            }
        })
        .cloned()
        .collect()
}
