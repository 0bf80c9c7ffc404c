//! What a Python file says, as flat lists of items with their lines.

use super::value::{Call, Value};

/// What a Python file says, flat and in the order of its lines.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Names bound by imports.
    pub imports: Vec<Import>,
    /// Assignments to names, also augmented ones.
    pub assigns: Vec<Assign>,
    /// Every call, outer before inner.
    pub calls: Vec<Placed<Call>>,
    /// `def`s.
    pub functions: Vec<Function>,
    /// `class`es.
    pub classes: Vec<Class>,
    /// Annotated names in the bodies of classes.
    pub fields: Vec<Field>,
    /// `return` with a value.
    pub returns: Vec<Placed<Value>>,
    /// `for name in value`, with the name.
    pub loops: Vec<Placed<(String, Value)>>,
    /// Strings with `://` in them, wherever they stand.
    pub urls: Vec<Placed<String>>,
    /// Line of `if __name__ == "__main__"`.
    pub guard: Option<u32>,
    /// The first line that is no Python 3: what stands below it may not have been seen. `print x` is none.
    pub broken: Option<u32>,
}

/// An item, its line, and what it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The item.
    pub value: T,
    /// Its first line, from 1.
    pub line: u32,
    /// What it stands in.
    pub within: Within,
}

/// What a line of code stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is true of a line or not, whatever the others are"
)]
pub struct Within {
    /// Index of the innermost function in [`Outline::functions`].
    pub function: Option<usize>,
    /// It stands in the body of a class.
    pub class: bool,
    /// It stands under the guard.
    pub guard: bool,
    /// It stands under `if TYPE_CHECKING`: never run.
    pub typing: bool,
    /// It stands under another condition or in a `try`.
    pub maybe: bool,
}

impl Within {
    /// It runs when the module is imported.
    pub fn module_level(self) -> bool {
        self.function.is_none() && !self.class && !self.guard && !self.typing
    }
}

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Leading dots of a relative import.
    pub dots: usize,
    /// Dotted path of the module.
    pub module: String,
    /// The name taken from it; `None` for `import module`; `*` for all.
    pub name: Option<String>,
    /// The name it is bound to.
    pub bound: String,
    /// Its line.
    pub line: u32,
    /// What it stands in.
    pub within: Within,
}

/// `target = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assign {
    /// A name, or a dotted one (`app.server`).
    pub target: String,
    /// Its value.
    pub value: Value,
    /// `+=`.
    pub augmented: bool,
    /// Its line.
    pub line: u32,
    /// What it stands in.
    pub within: Within,
}

/// A `def`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Parameters that a caller must give.
    pub required: Vec<String>,
    /// Decorators: a call, or a call without arguments for a bare name.
    pub decorators: Vec<Call>,
    /// Its line.
    pub line: u32,
    /// What it stands in.
    pub within: Within,
}

/// `name: type = value` in the body of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Index of its class in [`Outline::classes`].
    pub class: usize,
    /// The name.
    pub name: String,
    /// Its type, as written.
    pub annotation: String,
    /// Its value, where it has one.
    pub value: Option<Value>,
    /// Its line.
    pub line: u32,
}

/// A `class`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its bases, dotted as written.
    pub bases: Vec<String>,
    /// Its line.
    pub line: u32,
    /// What it stands in.
    pub within: Within,
}
