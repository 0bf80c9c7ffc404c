//! Turns what a file gives names to, and the URLs that it holds, into parts of its outline.

use tree_sitter::Node;

use super::{Field, Reader, Value, line};

impl Reader<'_> {
    pub(super) fn url(&mut self, node: Node<'_>) {
        let bytes = self.source.get(node.byte_range()).unwrap_or_default();
        if bytes.len() < 400
            && bytes.windows(3).any(|window| window == b"://")
            && let Value::Text(text) = self.value(node)
        {
            let url = self.place(node, text);
            self.out.urls.push(url);
        }
    }

    /// `name: type = value` in the body of a class.
    pub(super) fn field(&mut self, node: Node<'_>) {
        let within = self.within();
        if !within.class || within.function.is_some() {
            return;
        }
        while self
            .classes
            .last()
            .is_some_and(|(end, _)| *end <= node.start_byte())
        {
            self.classes.pop();
        }
        if let (Some(annotation), Some(left), Some((_, class))) = (
            node.child_by_field_name("type"),
            node.child_by_field_name("left"),
            self.classes.last(),
        ) && let Value::Name(name) = self.value(left)
        {
            let value = node.child_by_field_name("right");
            self.out.fields.push(Field {
                class: *class,
                name,
                annotation: self.text(annotation),
                value: value.map(|value| self.value(value)),
                line: line(node),
            });
        }
    }

    /// A name, dotted; `app.config["X"]` is `app.config.X`.
    pub(super) fn target(&self, left: Node<'_>) -> Option<String> {
        if let Value::Name(target) = self.value(left) {
            return Some(target);
        }
        let part = |name| left.child_by_field_name(name).map(|part| self.value(part));
        match (left.kind(), part("value"), part("subscript")) {
            ("subscript", Some(Value::Name(base)), Some(Value::Text(key)))
                if base == "config" || base.ends_with(".config") =>
            {
                Some(format!("{base}.{key}"))
            }
            _ => None,
        }
    }
}
