//! Finds which requirements files of an application's folder may be production's.

use crate::inspect::tree::Tree;

/// Folders that hold requirements files, the application's own first.
const FOLDERS: [&str; 5] = ["", "requirements/", "reqs/", "requirement/", "deps/"];

/// Words in a file's name that say «production», best first; the empty one is a plain `requirements.txt`.
const PRODUCTION: [&str; 21] = [
    "production",
    "prod",
    "deploy",
    "deployment",
    "live",
    "release",
    "",
    "server",
    "app",
    "main",
    "runtime",
    "default",
    "web",
    "backend",
    "base",
    "common",
    "core",
    "project",
    "docker",
    "pip",
    "api",
];

/// Requirements files of the application's folder that may be production's, best first; files for development, tests, documentation and linters never. A `.in`
/// file, the input of a compiler, counts only where its compiled twin is missing.
pub fn candidates(tree: &Tree) -> Vec<String> {
    let mut found: Vec<(usize, String)> = FOLDERS
        .iter()
        .enumerate()
        // A hundred names each: folders that are not there are not asked for them.
        .filter(|(_, folder)| folder.is_empty() || tree.is_dir(&tree.in_app(folder)))
        .flat_map(|(depth, folder)| {
            PRODUCTION.iter().enumerate().flat_map(move |(rank, word)| {
                let order = if word.is_empty() && depth == 0 {
                    0
                } else {
                    1 + rank * FOLDERS.len() + depth
                };
                names(word, folder)
                    .into_iter()
                    .map(move |name| (order, format!("{folder}{name}")))
            })
        })
        .filter_map(|(order, name)| {
            [".txt", ".in"]
                .iter()
                .zip([order, order + 1000])
                .map(|(ending, order)| (order, tree.in_app(&format!("{name}{ending}"))))
                .find(|(_, path)| tree.is_file(path))
        })
        .collect();
    found.sort();
    let mut paths: Vec<String> = Vec::new();
    for (_, path) in found {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// File names, without their ending, for a word: `requirements-prod`, `requirements_prod`, `prod-requirements`, and the bare word inside a folder.
fn names(word: &str, folder: &str) -> Vec<String> {
    if word.is_empty() {
        return ["requirements", "requirement", "reqs"]
            .map(str::to_owned)
            .to_vec();
    }
    let mut names: Vec<String> = ['-', '_', '.']
        .iter()
        .flat_map(|sep| {
            [
                format!("requirements{sep}{word}"),
                format!("{word}{sep}requirements"),
            ]
        })
        .collect();
    if !folder.is_empty() {
        names.insert(0, word.to_owned());
    }
    names
}
