//! Why a text is no path.

use std::error::Error;
use std::fmt;

use crate::Span;

/// Why a text is no path: what was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    text: String,
    span: Span,
    pub(super) expected: &'static str,
}

impl PathError {
    /// The fault at `rest`, the end of the text that could not be read.
    pub(super) fn new(text: &str, rest: &str, expected: &'static str) -> PathError {
        // The place is that of `rest` within the text, so that parsers pass on ends of it and never
        // copies.
        let span = Span::new(Span::of(text, rest).start, text.len());
        PathError { text: text.to_owned(), span, expected }
    }

    /// The text that was to be read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the text: from where it goes wrong to its end.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found ", self.expected)?;
        match self.text.get(self.span.start..).and_then(|rest| rest.chars().next()) {
            Some(character) => write!(f, "{character:?}"),
            None => f.write_str("the end of the path"),
        }
    }
}

impl Error for PathError {}
