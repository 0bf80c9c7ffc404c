//! Turns values into strings of HCL, in which nothing is a template and nothing ends the string early.

use serde::Serialize;

use crate::error::Error;
use crate::plan::quote::refuse_unsafe;

/// A quoted string of HCL's native syntax.
///
/// Inside the quotes `${` and `%{` begin templates, and are written `$${` and `%%{` to mean themselves
/// (<https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#quoted-templates>).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(super) struct HclString(String);

impl HclString {
    /// Quotes a value.
    ///
    /// # Errors
    /// It holds a control character, a line separator or a bidirectional mark.
    pub(super) fn new(value: &str) -> Result<Self, Error> {
        refuse_unsafe(value)?;
        let mut quoted = String::with_capacity(value.len() + 2);
        quoted.push('"');
        let mut rest = value.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' | '\\' => quoted.push('\\'),
                '$' | '%' if rest.peek() == Some(&'{') => quoted.push(c),
                _ => {}
            }
            quoted.push(c);
        }
        quoted.push('"');
        Ok(Self(quoted))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn nothing_is_a_template_and_nothing_ends_the_string() {
        for (value, written) in [
            ("shop", r#""shop""#),
            (r#"a "b" \"#, r#""a \"b\" \\""#),
            ("${TOKEN}", r#""$${TOKEN}""#),
            ("%{ if true }", r#""%%{ if true }""#),
            ("$${TOKEN}", r#""$$${TOKEN}""#),
            ("$ % {} $x $", r#""$ % {} $x $""#),
        ] {
            assert_eq!(HclString::new(value).unwrap().0, written);
        }
        assert!(HclString::new("a\nb").is_err());
        assert!(HclString::new("a\u{2028}b").is_err());
    }
}
