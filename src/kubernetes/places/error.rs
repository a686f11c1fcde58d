//! Why a table of places cannot be read.

use std::error::Error;
use std::fmt;

/// A line of a table of places that says what cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPlacesError {
    line: usize,
    message: String,
    help: Option<String>,
}

impl LinkPlacesError {
    pub(super) fn new(message: impl Into<String>) -> LinkPlacesError {
        LinkPlacesError { line: 0, message: message.into(), help: None }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> LinkPlacesError {
        LinkPlacesError { help: Some(help.into()), ..self }
    }

    pub(super) fn at_line(self, line: usize) -> LinkPlacesError {
        LinkPlacesError { line, ..self }
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What to write instead, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for LinkPlacesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Error for LinkPlacesError {}
