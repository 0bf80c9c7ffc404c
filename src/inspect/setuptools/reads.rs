//! Turns `setup.cfg` and `setup.py` into the files that they read when metadata is built, so that these can be given to a build.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::ini::Ini;
use crate::inspect::pep508;
use crate::inspect::tree::{Tree, join};

/// What a `setup.py` reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Files that it names, context-relative.
    pub(super) files: BTreeSet<String>,
    /// Line that imports the project's own code, or reads a file though the script names none.
    pub(super) source: Option<u32>,
}

/// Files named by `file:` and modules named by `attr:`
/// (<https://setuptools.pypa.io/en/latest/userguide/declarative_config.html#specifying-values>), as far as they exist.
pub(super) fn of_config(ini: &Ini, tree: &Tree, folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for value in ini.values().flat_map(|section| section.values()) {
        let text = value.text();
        let text = text.trim();
        if let Some(names) = text.strip_prefix("file:") {
            let names = names.split([',', '\n']).map(str::trim);
            found.extend(names.filter_map(|name| file(tree, folder, name)));
        } else if let Some(attribute) = text.strip_prefix("attr:") {
            found.extend(module(tree, folder, attribute.trim()));
        }
    }
    found
}

/// What the script of a folder reads: every text in it that is the name of a file beside it.
pub(super) fn of_script(
    text: &str,
    syntax: &tree_sitter::Tree,
    tree: &Tree,
    folder: &str,
) -> Reads {
    let mut reads = Reads::default();
    let mut opened = None;
    let mut cursor = syntax.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "string" => reads.files.extend(file(tree, folder, plain(node, text))),
            "argument_list" => reads.files.extend(joined(node, text, tree, folder)),
            "call" if opens(node, text) => opened = opened.or(Some(line(node))),
            "import_statement" | "import_from_statement"
                if imports_own(node, text, tree, folder) =>
            {
                reads.source = reads.source.or(Some(line(node)));
            }
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                if reads.files.is_empty() {
                    reads.source = reads.source.or(opened);
                }
                return reads;
            }
        }
    }
}

/// A file of the project that a text may name, context-relative.
pub(super) fn file(tree: &Tree, folder: &str, name: &str) -> Option<String> {
    let plausible = !name.is_empty() && name.len() < 256 && !name.contains(['\n', '\0']);
    let path = plausible.then(|| pep508::input(tree, folder, name));
    let own = ["setup.py", "setup.cfg", "pyproject.toml"].map(|name| join(folder, name));
    path.flatten().filter(|path| !own.contains(path))
}

/// The file of the module whose attribute is named: `shop.version.__version__`.
fn module(tree: &Tree, folder: &str, attribute: &str) -> Option<String> {
    let (module, _) = attribute.rsplit_once('.')?;
    let path = module.replace('.', "/");
    ["", "src/"].iter().find_map(|root| {
        file(tree, folder, &format!("{root}{path}.py"))
            .or_else(|| file(tree, folder, &format!("{root}{path}/__init__.py")))
    })
}

/// The content of a string without escapes and interpolations; empty for others.
fn plain<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    match (node.named_child_count(), node.named_child(1)) {
        (3, Some(content)) if content.kind() == "string_content" => {
            text.get(content.byte_range()).unwrap_or_default()
        }
        _ => "",
    }
}

/// `join(here, "shop", "version.py")`: the file that the texts among the arguments name together.
fn joined(arguments: Node<'_>, text: &str, tree: &Tree, folder: &str) -> Option<String> {
    let mut cursor = arguments.walk();
    let parts: Vec<&str> = arguments
        .named_children(&mut cursor)
        .filter(|argument| argument.kind() == "string")
        .map(|argument| plain(argument, text))
        .collect();
    (parts.len() > 1)
        .then(|| file(tree, folder, &parts.join("/")))
        .flatten()
}

fn opens(call: Node<'_>, text: &str) -> bool {
    let name = call
        .child_by_field_name("function")
        .and_then(|function| text.get(function.byte_range()))
        .and_then(|function| function.rsplit('.').next());
    matches!(name, Some("open" | "read_text" | "read_bytes" | "run_path"))
}

fn imports_own(statement: Node<'_>, text: &str, tree: &Tree, folder: &str) -> bool {
    let mut cursor = statement.walk();
    let modules: Vec<Node<'_>> = match statement.child_by_field_name("module_name") {
        Some(module) => vec![module],
        None => statement.named_children(&mut cursor).collect(),
    };
    modules.into_iter().any(|module| {
        let written = text.get(module.byte_range()).unwrap_or_default();
        let top = written.split(['.', ' ']).next().unwrap_or_default();
        let own = join(folder, top);
        top != "setup"
            && !top.is_empty()
            && (tree.is_file(&format!("{own}.py")) || tree.is_file(&format!("{own}/__init__.py")))
    })
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row)
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}
