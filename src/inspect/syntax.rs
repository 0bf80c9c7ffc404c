//! Turns the bytes of a Python file into an [`Outline`]: its imports, assignments, calls and definitions, each with its line.
//!
//! The one door to tree-sitter. The code is never run; a file with errors gives what could be read around them.

mod names;
mod outline;
mod value;

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, TreeCursor};

pub use outline::{Assign, Class, Field, Function, Import, Outline, Placed, Within};
pub use value::{Call, Value};

/// Reads a file. `None` when nothing can be made of it: NUL bytes, or no result within a bound that grows with its length.
pub fn outline(source: &[u8]) -> Option<Outline> {
    if source.contains(&0) {
        return None;
    }
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .ok()?;
    // Error recovery can be slow: the parser reports its progress every hundred steps or so.
    let mut budget = 20_000 + source.len();
    let mut watch = |_: &ParseState| {
        budget = budget.saturating_sub(100);
        if budget == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let tree = parser.parse_with_options(
        &mut |offset, _| source.get(offset..).unwrap_or_default(),
        None,
        Some(ParseOptions::new().progress_callback(&mut watch)),
    )?;
    let mut reader = Reader {
        source,
        out: Outline::default(),
        open: Vec::new(),
        classes: Vec::new(),
        decorators: Vec::new(),
    };
    reader.walk(&mut tree.walk());
    if tree.root_node().has_error() {
        let line = first_error(&mut tree.walk());
        reader.out.broken = Some(reader.out.broken.map_or(line, |known| known.min(line)));
    }
    Some(reader.out)
}

/// The line of the first error below a node that has one.
fn first_error(cursor: &mut TreeCursor<'_>) -> u32 {
    while !cursor.node().is_error() && cursor.goto_first_child() {
        while !cursor.node().has_error() && cursor.goto_next_sibling() {}
    }
    line(cursor.node())
}

struct Reader<'a> {
    source: &'a [u8],
    out: Outline,
    /// What the current node stands in, each with the byte where it ends.
    open: Vec<(usize, Within)>,
    /// The classes that the current node stands in, each with the byte where it ends and its index.
    classes: Vec<(usize, usize)>,
    /// Decorators of the definition that comes next.
    decorators: Vec<Call>,
}

impl Reader<'_> {
    /// Visits every node that has children, parents before them, without recursion: nesting is as deep as the file likes.
    ///
    /// Two of three nodes are names, numbers and punctuation, which nothing is read from but by their parent.
    fn walk(&mut self, cursor: &mut TreeCursor<'_>) {
        loop {
            let node = cursor.node();
            if node.child_count() > 0 {
                while self
                    .open
                    .last()
                    .is_some_and(|(end, _)| *end <= node.start_byte())
                {
                    self.open.pop();
                }
                self.visit(node);
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn visit(&mut self, node: Node<'_>) {
        match node.kind() {
            "import_statement" => self.import(node, None),
            "import_from_statement" => self.import(node, node.child_by_field_name("module_name")),
            "assignment" => self.assign(node, false),
            "augmented_assignment" => self.assign(node, true),
            "call" | "subscript" => {
                if let Value::Call(call) = self.value(node) {
                    let call = self.place(node, *call);
                    self.out.calls.push(call);
                }
            }
            "return_statement" => {
                if let Some(value) = node.named_child(0) {
                    let value = self.place(node, self.value(value));
                    self.out.returns.push(value);
                }
            }
            "function_definition" => self.function(node),
            "class_definition" => self.class(node),
            "decorated_definition" => self.decorators = self.decorators(node),
            "if_statement" => self.condition(node),
            "try_statement" => self.doubt(node),
            "for_statement" => self.through(node),
            "string" => self.url(node),
            "print_statement" | "exec_statement" => {
                self.out.broken.get_or_insert(line(node));
            }
            _ => {}
        }
    }

    fn within(&self) -> Within {
        self.open
            .last()
            .map(|(_, within)| *within)
            .unwrap_or_default()
    }

    fn place<T>(&self, node: Node<'_>, value: T) -> Placed<T> {
        Placed {
            value,
            line: line(node),
            within: self.within(),
        }
    }

    fn value(&self, node: Node<'_>) -> Value {
        value::read(node, self.source)
    }

    fn text(&self, node: Node<'_>) -> String {
        value::text(node, self.source)
    }

    /// `import a.b as c`, `from .a import b as c, d`.
    fn import(&mut self, node: Node<'_>, from: Option<Node<'_>>) {
        let from = from.map(|module| self.text(module).replace(char::is_whitespace, ""));
        let (line, within) = (line(node), self.within());
        let mut add = |path: String, alias: Option<String>| {
            let (module, name) = match &from {
                Some(module) => (module.as_str(), Some(path)),
                None => (path.as_str(), None),
            };
            let dots = module.len() - module.trim_start_matches('.').len();
            let bound = alias
                .or_else(|| name.clone())
                .unwrap_or_else(|| module.split('.').next().unwrap_or_default().to_owned());
            // `import a.b` binds `a`; `import a.b as c` binds the submodule.
            let whole = name.is_some() || bound != module.split('.').next().unwrap_or_default();
            self.out.imports.push(Import {
                dots,
                module: module[dots..].to_owned(),
                name,
                bound: if whole {
                    bound
                } else {
                    module[dots..].to_owned()
                },
                line,
                within,
            });
        };
        let mut cursor = node.walk();
        for child in node.children_by_field_name("name", &mut cursor) {
            let text = |node| value::text(node, self.source);
            match child.kind() {
                "aliased_import" => {
                    if let Some(name) = child.child_by_field_name("name") {
                        add(text(name), child.child_by_field_name("alias").map(text));
                    }
                }
                _ => add(text(child), None),
            }
        }
        let mut cursor = node.walk();
        if node
            .named_children(&mut cursor)
            .any(|child| child.kind() == "wildcard_import")
        {
            add("*".to_owned(), None);
        }
    }

    fn assign(&mut self, node: Node<'_>, augmented: bool) {
        self.field(node);
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        if let Value::Call(mut setting) = self.value(left) {
            // `os.environ["X"] = "y"`
            setting.callee = setting.callee.replace("environ.get", "environ.setdefault");
            setting.args.push(self.value(right));
            let setting = self.place(node, *setting);
            self.out.calls.push(setting);
        } else if let Some(target) = self.target(left) {
            // `a = b = Flask()`: the inner assignment is visited on its own, its value is the outer one's too.
            let mut right = right;
            while right.kind() == "assignment" {
                match right.child_by_field_name("right") {
                    Some(inner) => right = inner,
                    None => break,
                }
            }
            self.out.assigns.push(Assign {
                target,
                value: self.value(right),
                augmented,
                line: line(node),
                within: self.within(),
            });
        }
    }

    /// What stands in it may not run, or may fail.
    fn doubt(&mut self, node: Node<'_>) {
        let within = Within {
            maybe: true,
            ..self.within()
        };
        self.open.push((node.end_byte(), within));
    }

    /// `for name in value:`.
    fn through(&mut self, node: Node<'_>) {
        let part = |name| node.child_by_field_name(name);
        if let (Some(left), Some(right)) = (part("left"), part("right"))
            && left.kind() == "identifier"
        {
            let value = (self.text(left), self.value(right));
            let value = self.place(node, value);
            self.out.loops.push(value);
        }
    }

    fn function(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let mut required = Vec::new();
        if let Some(parameters) = node.child_by_field_name("parameters") {
            let mut cursor = parameters.walk();
            for parameter in parameters.named_children(&mut cursor) {
                let name = match parameter.kind() {
                    "identifier" => Some(parameter),
                    "typed_parameter" => parameter
                        .named_child(0)
                        .filter(|name| name.kind() == "identifier"),
                    _ => None,
                };
                required.extend(name.map(|name| self.text(name)));
            }
        }
        let function = Function {
            name: self.text(name),
            required,
            decorators: std::mem::take(&mut self.decorators),
            line: line(node),
            within: self.within(),
        };
        self.out.functions.push(function);
        let within = Within {
            function: Some(self.out.functions.len() - 1),
            class: false,
            ..self.within()
        };
        self.open.push((node.end_byte(), within));
    }

    fn decorators(&self, node: Node<'_>) -> Vec<Call> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .filter(|child| child.kind() == "decorator")
            .filter_map(|decorator| match self.value(decorator.named_child(0)?) {
                Value::Call(call) => Some(*call),
                Value::Name(callee) => Some(Call {
                    callee,
                    ..Call::default()
                }),
                _ => None,
            })
            .collect()
    }

    fn class(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        self.decorators.clear();
        let mut bases = Vec::new();
        if let Some(list) = node.child_by_field_name("superclasses") {
            let mut cursor = list.walk();
            bases.extend(list.named_children(&mut cursor).filter_map(
                |base| match self.value(base) {
                    Value::Name(name) => Some(name),
                    _ => None,
                },
            ));
        }
        let class = Class {
            name: self.text(name),
            bases,
            line: line(node),
            within: self.within(),
        };
        self.out.classes.push(class);
        self.classes
            .push((node.end_byte(), self.out.classes.len() - 1));
        let within = Within {
            class: true,
            ..self.within()
        };
        self.open.push((node.end_byte(), within));
    }

    /// The guard, and `if TYPE_CHECKING`.
    fn condition(&mut self, node: Node<'_>) {
        let (Some(test), Some(body)) = (
            node.child_by_field_name("condition"),
            node.child_by_field_name("consequence"),
        ) else {
            return;
        };
        if test.end_byte() - test.start_byte() > 80 {
            return self.doubt(node);
        }
        let condition = self
            .text(test)
            .replace('\'', "\"")
            .replace(char::is_whitespace, "");
        let bare = condition.trim_matches(['(', ')']);
        let mut within = self.within();
        if matches!(
            bare,
            r#"__name__=="__main__""#
                | r#""__main__"==__name__"#
                | r#"__name__in("__main__","__mp_main__"#
                | r#"__name__in{"__main__","__mp_main__"}"#
        ) {
            if within.function.is_some() || within.class {
                return;
            }
            self.out.guard.get_or_insert(line(node));
            within.guard = true;
        } else if matches!(
            bare,
            "TYPE_CHECKING" | "typing.TYPE_CHECKING" | "t.TYPE_CHECKING"
        ) {
            within.typing = true;
        } else {
            return self.doubt(node);
        }
        // `else` branches start after the body's end.
        self.open.push((body.end_byte(), within));
    }
}

/// The line of a node, from 1.
fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
