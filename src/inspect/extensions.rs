//! Turns what builds a project into the needs of its own extension modules, for the folders that may be installed.

use super::tree::Tree;
use crate::catalogue::Catalogue;
use crate::facts::{Extension, Place, Pyproject, Setuptools, SourceNeed, normalise};

/// What the project, and each folder with a `pyproject.toml` of its own, compiles: something that can compile is named, and there
/// are files for it; of a backend that does nothing else the name is enough.
pub(super) fn read<'a>(
    tree: &Tree,
    pyprojects: impl Iterator<Item = (&'a str, &'a Pyproject)>,
    setuptools: Option<&Setuptools>,
) -> Vec<Extension> {
    let mut found = Vec::new();
    for (folder, pyproject) in pyprojects {
        let Some(system) = &pyproject.build_system else {
            continue;
        };
        let at = system.at.clone().unwrap_or_default();
        let backend = system.backend.as_deref().map(|text| {
            let module = text.split(['.', ':']).next().unwrap_or_default();
            normalise(module)
        });
        let names = system.requires.iter().filter_map(|one| one.name.as_deref());
        for name in names {
            let sure = backend.as_deref() == Some(name);
            found.extend(needs(tree, folder, name, sure, &at));
        }
    }
    for keyword in setuptools.into_iter().flat_map(|found| &found.compiles) {
        found.extend(needs(tree, tree.app(), &keyword.value, false, &keyword.at));
    }
    found.sort();
    found.dedup();
    found
}

fn needs(tree: &Tree, folder: &str, name: &str, sure: bool, at: &Place) -> Vec<Extension> {
    let shown = Catalogue::builtin()
        .source_needs()
        .filter(|(_, entry)| entry.shown.builders.iter().any(|builder| builder == name))
        .filter(|(_, entry)| sure || holds(tree, folder, &entry.shown.files));
    shown
        .map(|(key, _)| Extension {
            folder: folder.to_owned(),
            need: SourceNeed {
                need: key.to_owned(),
                evidence: name.to_owned(),
                at: at.clone(),
            },
        })
        .collect()
}

/// Is there a file below the folder whose name ends so?
fn holds(tree: &Tree, folder: &str, ends: &[String]) -> bool {
    let below = |path: &str| {
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    tree.files()
        .iter()
        .filter(|file| below(&file.path))
        .any(|file| ends.iter().any(|end| file.path.ends_with(end.as_str())))
}

#[cfg(test)]
mod tests {
    use crate::inspect::testing;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, tree) = testing::project(files, "");
        let facts = crate::inspect::project(&tree, None).expect("facts");
        let extensions = facts.extensions.iter();
        extensions
            .map(|one| format!("{} {}", one.need.need, one.need.evidence))
            .collect()
    }

    #[test]
    fn a_backend_that_only_compiles_is_enough() {
        let maturin = "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n[project]\nname = 'x'\n";
        assert_eq!(
            found(&[("pyproject.toml", maturin)]),
            ["build:rust maturin"]
        );
    }

    #[test]
    fn what_may_compile_wants_files() {
        let plugin = "[build-system]\nrequires = ['setuptools', 'setuptools-rust']\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'x'\n";
        assert_eq!(found(&[("pyproject.toml", plugin)]), [""; 0]);
        assert_eq!(
            found(&[("pyproject.toml", plugin), ("rust/Cargo.toml", "")]),
            ["build:rust setuptools-rust"]
        );
    }

    #[test]
    fn setup_py_says_so_with_a_keyword() {
        let script = "from setuptools import Extension, setup\nsetup(name='x', ext_modules=[Extension('x', ['x.c'])])\n";
        assert_eq!(
            found(&[("setup.py", script), ("x.c", "")]),
            ["build:c ext_modules"]
        );
        assert_eq!(
            found(&[("setup.py", "setup(name='x', ext_modules=[])"), ("x.c", "")]),
            [""; 0]
        );
    }
}
