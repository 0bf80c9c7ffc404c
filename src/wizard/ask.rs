//! The ways of asking a person; the terminal and the tests' scripts implement them.

use crate::error::Error;

/// Asks and tells.
pub trait Ask {
    /// One of several: the index of the one taken.
    ///
    /// # Errors
    /// The user stops, or the terminal fails.
    fn one(&mut self, prompt: &str, items: &[String], default: usize) -> Result<usize, Error>;

    /// Any of several: which are taken afterwards, `taken` being the proposal of the same length.
    ///
    /// # Errors
    /// As [`Ask::one`].
    fn many(&mut self, prompt: &str, items: &[String], taken: &[bool]) -> Result<Vec<bool>, Error>;

    /// A line of text without blanks around it; an empty default is none.
    ///
    /// # Errors
    /// As [`Ask::one`].
    fn text(&mut self, prompt: &str, default: &str) -> Result<String, Error>;

    /// Shows a text as it is, as much at a time as fits, for as long as the user wants more.
    ///
    /// # Errors
    /// As [`Ask::one`].
    fn show(&mut self, text: &str) -> Result<(), Error>;

    /// Tells something, its lines broken between words, and asks nothing.
    ///
    /// # Errors
    /// As [`Ask::one`].
    fn say(&mut self, text: &str) -> Result<(), Error>;
}
