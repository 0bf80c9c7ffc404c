//! Turns an expression into a [`Value`], as far as it is literal, a name or a call.

use tree_sitter::Node;

/// Deeper expressions are [`Value::Other`].
const DEPTH: usize = 12;

/// Longer lists are cut: no list that matters has more entries.
const LENGTH: usize = 2_000;

/// An expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// A string without placeholders, its escapes resolved as far as they are simple.
    Text(String),
    /// A number, `True`, `False`, `None`, as written.
    Literal(String),
    /// A name, dotted.
    Name(String),
    /// A call.
    Call(Box<Call>),
    /// A list, tuple or set; the two sides of `+`.
    List(Vec<Value>),
    /// The two sides of `/`.
    Path(Box<[Value; 2]>),
    /// A dictionary's entries.
    Dict(Vec<(Value, Value)>),
    /// Anything else.
    #[default]
    Other,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The dotted name that is called; empty when it is no name.
    pub callee: String,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub keywords: Vec<(String, Value)>,
    /// The call whose result's method is called: `App().run()`.
    pub on: Option<Box<Call>>,
    /// It was written as a subscript, `os.environ["X"]`: it fails where nothing is found.
    pub subscript: bool,
}

impl Call {
    /// A keyword argument, or the positional one at `index`.
    pub fn argument(&self, name: &str, index: usize) -> Option<&Value> {
        self.keywords
            .iter()
            .find(|(keyword, _)| keyword == name)
            .map(|(_, value)| value)
            .or_else(|| self.args.get(index))
    }

    /// The last part of the called name.
    pub fn method(&self) -> &str {
        self.callee.rsplit('.').next().unwrap_or_default()
    }
}

impl Value {
    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or a number.
    pub fn as_setting(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Literal(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads an expression.
pub(super) fn read(node: Node<'_>, source: &[u8]) -> Value {
    expression(node, source, DEPTH)
}

/// A node's text; bytes that are not UTF-8 become U+FFFD.
pub(super) fn text(node: Node<'_>, source: &[u8]) -> String {
    String::from_utf8_lossy(source.get(node.byte_range()).unwrap_or_default()).into_owned()
}

fn expression(node: Node<'_>, source: &[u8], depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else {
        return Value::Other;
    };
    let part = |name: &str| {
        node.child_by_field_name(name)
            .map_or(Value::Other, |child| expression(child, source, depth))
    };
    match node.kind() {
        "string" => string(node, source),
        "concatenated_string" => join(&children(node, source, depth)),
        "integer" | "float" | "true" | "false" | "none" => Value::Literal(text(node, source)),
        "identifier" => Value::Name(text(node, source)),
        "attribute" => attribute(node, source),
        "call" => call(node, source, depth),
        "subscript" => match part("value") {
            // `os.environ["X"]` names the same variable as `os.environ.get("X")`.
            Value::Name(name) if name.ends_with("environ") => Value::Call(Box::new(Call {
                callee: format!("{name}.get"),
                args: vec![part("subscript")],
                subscript: true,
                ..Call::default()
            })),
            _ => Value::Other,
        },
        "list" | "tuple" | "set" | "expression_list" => Value::List(children(node, source, depth)),
        "parenthesized_expression" | "await" => node
            .named_child(0)
            .map_or(Value::Other, |inner| expression(inner, source, depth)),
        "binary_operator" => match node.child_by_field_name("operator").map(|o| o.kind()) {
            Some("/") => Value::Path(Box::new([part("left"), part("right")])),
            Some("+") => match (part("left"), part("right")) {
                (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
                (Value::List(mut left), Value::List(right)) => {
                    left.extend(right);
                    Value::List(left)
                }
                (left @ Value::List(_), _) => left,
                (_, right @ Value::List(_)) => right,
                _ => Value::Other,
            },
            _ => Value::Other,
        },
        "dictionary" => {
            let mut cursor = node.walk();
            Value::Dict(
                node.named_children(&mut cursor)
                    .filter(|pair| pair.kind() == "pair")
                    .take(LENGTH)
                    .map(|pair| {
                        let part = |name| {
                            pair.child_by_field_name(name)
                                .map_or(Value::Other, |child| expression(child, source, depth))
                        };
                        (part("key"), part("value"))
                    })
                    .collect(),
            )
        }
        _ => Value::Other,
    }
}

fn children(node: Node<'_>, source: &[u8], depth: usize) -> Vec<Value> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .take(LENGTH)
        .map(|child| expression(child, source, depth))
        .collect()
}

fn join(parts: &[Value]) -> Value {
    parts
        .iter()
        .map(Value::as_text)
        .collect::<Option<String>>()
        .map_or(Value::Other, Value::Text)
}

/// `a.b.c`; [`Value::Other`] when its root is no name.
fn attribute(node: Node<'_>, source: &[u8]) -> Value {
    let mut names = Vec::new();
    let mut current = node;
    while current.kind() == "attribute" && names.len() < DEPTH {
        let (Some(object), Some(name)) = (
            current.child_by_field_name("object"),
            current.child_by_field_name("attribute"),
        ) else {
            return Value::Other;
        };
        names.push(text(name, source));
        current = object;
    }
    if current.kind() != "identifier" {
        return Value::Other;
    }
    names.push(text(current, source));
    names.reverse();
    Value::Name(names.join("."))
}

fn call(node: Node<'_>, source: &[u8], depth: usize) -> Value {
    let Some(function) = node.child_by_field_name("function") else {
        return Value::Other;
    };
    let mut call = Call::default();
    if let Value::Name(callee) = expression(function, source, depth) {
        call.callee = callee;
    } else if function.kind() == "attribute"
        && let Some(name) = function.child_by_field_name("attribute")
    {
        call.callee = format!(".{}", text(name, source));
        if let Some(Value::Call(on)) = function
            .child_by_field_name("object")
            .map(|object| expression(object, source, depth))
        {
            call.on = Some(on);
        }
    }
    let Some(arguments) = node.child_by_field_name("arguments") else {
        return Value::Call(Box::new(call));
    };
    let mut cursor = arguments.walk();
    for argument in arguments.named_children(&mut cursor).take(LENGTH) {
        match argument.kind() {
            "comment" => {}
            "keyword_argument" => {
                if let (Some(name), Some(value)) = (
                    argument.child_by_field_name("name"),
                    argument.child_by_field_name("value"),
                ) {
                    call.keywords
                        .push((text(name, source), expression(value, source, depth)));
                }
            }
            _ => call.args.push(expression(argument, source, depth)),
        }
    }
    Value::Call(Box::new(call))
}

/// A string's content; [`Value::Other`] for an f-string with placeholders.
fn string(node: Node<'_>, source: &[u8]) -> Value {
    let mut out = String::new();
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "interpolation" => return Value::Other,
            "string_content" => out.push_str(&text(child, source)),
            _ => {}
        }
    }
    Value::Text(unescaped(&out))
}

/// Simple escapes resolved; names and paths hold no others.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other @ ('\\' | '\'' | '"')) => out.push(other),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            (c, _) => out.push(c),
        }
    }
    out
}
