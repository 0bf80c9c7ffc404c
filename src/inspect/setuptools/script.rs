//! Turns the text of a `setup.py` into the literal keyword arguments of its `setup(…)` call, by its syntax tree.

use std::collections::BTreeMap;

use tree_sitter::{Node, Parser, Tree};

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text and the line where it starts.
    Text(String, u32),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A dictionary with text keys.
    Table(BTreeMap<String, Value>),
}

/// Longer scripts are not looked into: parsing takes memory in proportion.
const SIZE_LIMIT: usize = 1 << 20;

/// No literal is nested deeper.
const DEPTH_LIMIT: usize = 32;

/// No script's literals have more parts, variables expanded.
const PARTS_LIMIT: usize = 20_000;

/// The syntax of a script; `None` for one that is too long.
pub(super) fn syntax(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    let language = tree_sitter_python::LANGUAGE.into();
    if text.len() > SIZE_LIMIT || parser.set_language(&language).is_err() {
        return None;
    }
    parser.parse(text, None)
}

/// The keyword arguments of the first `setup(…)` or `….setup(…)`; a value is `None` when it is no literal. Module-level variables with literal values are
/// followed, also as `**variable`; lists and texts may be joined with `+`.
pub(super) fn arguments(text: &str, tree: &Tree) -> BTreeMap<String, Option<Value>> {
    let root = tree.root_node();
    let mut reader = Reader {
        text,
        variables: BTreeMap::new(),
        parts: 0,
    };
    let mut cursor = root.walk();
    for statement in root.named_children(&mut cursor) {
        if let Some(assignment) = statement.named_child(0).filter(|node| {
            statement.kind() == "expression_statement" && node.kind() == "assignment"
        }) && let (Some(left), Some(right)) = (
            assignment.child_by_field_name("left"),
            assignment.child_by_field_name("right"),
        ) && left.kind() == "identifier"
        {
            let value = reader.value(right, 0);
            reader
                .variables
                .insert(reader.source(left).to_owned(), value);
        }
    }
    find_call(root, text)
        .map(|call| reader.keywords(call))
        .unwrap_or_default()
}

/// The first call of something named `setup`, in the file's order.
fn find_call<'t>(root: Node<'t>, text: &str) -> Option<Node<'t>> {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.kind() == "call"
            && let Some(function) = node
                .child_by_field_name("function")
                .and_then(|function| text.get(function.byte_range()))
            && function.rsplit('.').next() == Some("setup")
        {
            return node.child_by_field_name("arguments");
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    variables: BTreeMap<String, Option<Value>>,
    /// Literals made so far: variables that double themselves must not fill the memory.
    parts: usize,
}

impl<'a> Reader<'a> {
    fn source(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn keywords(&mut self, arguments: Node<'_>) -> BTreeMap<String, Option<Value>> {
        let mut out = BTreeMap::new();
        let mut cursor = arguments.walk();
        for argument in arguments.named_children(&mut cursor) {
            match argument.kind() {
                "keyword_argument" => {
                    let parts = (
                        argument.child_by_field_name("name"),
                        argument.child_by_field_name("value"),
                    );
                    if let (Some(name), Some(value)) = parts {
                        let value = self.value(value, 0);
                        out.insert(self.source(name).to_owned(), value);
                    }
                }
                "dictionary_splat" => {
                    if let Some(Value::Table(entries)) =
                        argument.named_child(0).and_then(|node| self.value(node, 0))
                    {
                        out.extend(entries.into_iter().map(|(key, value)| (key, Some(value))));
                    }
                }
                _ => {}
            }
        }
        out
    }

    fn value(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        if depth > DEPTH_LIMIT || self.parts > PARTS_LIMIT {
            return None;
        }
        self.parts += 1;
        match node.kind() {
            "string" | "concatenated_string" => self
                .string(node, depth)
                .map(|text| Value::Text(text, line(node))),
            "parenthesized_expression" => self.value(node.named_child(0)?, depth + 1),
            "identifier" => {
                let value = self.variables.get(self.source(node))?.clone()?;
                self.parts = self.parts.saturating_add(size(&value));
                Some(value)
            }
            "list" | "tuple" | "set" => {
                let mut cursor = node.walk();
                let items: Vec<Node<'_>> = node
                    .named_children(&mut cursor)
                    .filter(|item| item.kind() != "comment")
                    .collect();
                items
                    .into_iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect::<Option<_>>()
                    .map(Value::List)
            }
            "dictionary" => self.dictionary(node, depth),
            "binary_operator"
                if node
                    .child_by_field_name("operator")
                    .is_some_and(|operator| operator.kind() == "+") =>
            {
                let left = self.value(node.child_by_field_name("left")?, depth + 1)?;
                let right = self.value(node.child_by_field_name("right")?, depth + 1)?;
                match (left, right) {
                    (Value::List(mut left), Value::List(right)) => {
                        left.extend(right);
                        Some(Value::List(left))
                    }
                    (Value::Text(left, line), Value::Text(right, _)) => {
                        Some(Value::Text(left + &right, line))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Entries whose value is no literal are left out; a key that is none makes the whole unknown.
    fn dictionary(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        let mut out = BTreeMap::new();
        let mut cursor = node.walk();
        for pair in node
            .named_children(&mut cursor)
            .filter(|pair| pair.kind() == "pair")
        {
            let Value::Text(key, _) = self.value(pair.child_by_field_name("key")?, depth + 1)?
            else {
                return None;
            };
            if let Some(value) = self.value(pair.child_by_field_name("value")?, depth + 1) {
                out.insert(key, value);
            }
        }
        Some(Value::Table(out))
    }

    /// The content of a plain string; one with interpolations is no literal. Escapes stay as written: names and versions have none.
    fn string(&self, node: Node<'_>, depth: usize) -> Option<String> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        let mut out = String::new();
        let mut cursor = node.walk();
        for part in node.named_children(&mut cursor) {
            match part.kind() {
                "string_content" => out.push_str(self.source(part)),
                "string" => out.push_str(&self.string(part, depth + 1)?),
                "interpolation" => return None,
                _ => {}
            }
        }
        Some(out)
    }
}

/// How many parts a value has, and how long its texts are in units of 64 bytes.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text, _) => 1 + text.len() / 64,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Table(entries) => 1 + entries.values().map(size).sum::<usize>(),
    }
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row)
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}
