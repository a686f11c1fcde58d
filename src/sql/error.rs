//! What no predicate says.

use std::error::Error;
use std::fmt;

/// What a dialect has no way to say, or a table no column for: the part, why, and what to do.
///
/// ```
/// use selq::sql::{SqlColumns, SqlDialect, SqlPredicate};
///
/// let query = "app=web,status()=Running".parse()?;
/// let error = SqlPredicate::new(&query, &SqlColumns::new(), SqlDialect::DuckDb).unwrap_err();
/// assert_eq!(error.part(), "status()=Running");
/// # Ok::<(), selq::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    part: String,
    reason: String,
    help: Option<String>,
}

impl SqlError {
    /// The part that is not said: a requirement as the query has it, or the name of a column or table.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.part
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.help.clone()
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.reason)
    }
}

impl Error for SqlError {}

/// A word of a command line.
pub(super) fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Why something is not said, by whoever does not know of which part it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: String,
    help: Option<String>,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Refusal {
        Refusal { reason: reason.into(), help: None }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> Refusal {
        Refusal { help: Some(help.into()), ..self }
    }

    /// The error about the part that it is of.
    pub(super) fn of(self, part: impl fmt::Display) -> SqlError {
        SqlError { part: part.to_string(), reason: self.reason, help: self.help }
    }
}
