//! Turns files that are applications by themselves, as notebooks are, into [`AppObject`]s.

use super::corpus::{depth, extension_is};
use super::decoys::decoy;
use crate::catalogue::frameworks;
use crate::facts::Place;
use crate::facts::app::{AppObject, ModulePath, ObjectKind};
use crate::inspect::tree::Tree;

/// One application a framework: the one file that lies highest, or the folder of several.
pub(super) fn read(tree: &Tree) -> Vec<AppObject> {
    let prefix = match tree.app() {
        "" => String::new(),
        app => format!("{app}/"),
    };
    let kinds = frameworks::all()
        .iter()
        .filter_map(|(name, framework)| Some((name, framework.extension.as_deref()?)));
    kinds
        .filter_map(|(name, extension)| {
            let mut files: Vec<&str> = tree
                .files()
                .iter()
                .filter_map(|file| file.path.strip_prefix(&prefix))
                .filter(|path| extension_is(path, extension) && !decoy_but_notebooks(path))
                .collect();
            let highest = files.iter().map(|path| depth(path)).min()?;
            files.retain(|path| depth(path) == highest);
            let first = *files.first()?;
            let file = match (files.len(), first.rsplit_once('/')) {
                (1, _) => first,
                (_, Some((folder, _))) => folder,
                (_, None) => ".",
            };
            Some(AppObject {
                framework: name.clone(),
                module: ModulePath {
                    file: file.to_owned(),
                    ..ModulePath::default()
                },
                kind: ObjectKind::Script,
                at: Place::new(tree.in_app(first), 1),
                alias: false,
                imported: false,
                runs: true,
                port: None,
                loopback: None,
            })
        })
        .collect()
}

/// A folder of that name holds no application of Python, but notebooks belong there.
fn decoy_but_notebooks(path: &str) -> bool {
    decoy(path.strip_prefix("notebooks/").unwrap_or(path))
}
