//! What a table holds of objects, and in which columns.

use super::error::{Refusal, SqlError};
use crate::query::Subject;
use crate::syntax::Function;

/// The columns of a table in which each row is an object.
///
/// Beside those that are named here, a table has what `selq -o records` writes: `source`, `group`, `kind`, `namespace` and
/// `name`, with NULL for what an object does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumns {
    labels: String,
    object: Option<String>,
    named: Vec<(Subject, String)>,
}

impl SqlColumns {
    /// Those of `-o records`: `labels` has all labels, and no column has the object's JSON.
    #[must_use]
    pub fn new() -> SqlColumns {
        SqlColumns { labels: "labels".to_owned(), object: None, named: Vec::new() }
    }

    /// The labels stand in this column: a map from text to text, in PostgreSQL a `jsonb` object of texts.
    #[must_use]
    pub fn with_labels(self, name: impl Into<String>) -> SqlColumns {
        SqlColumns { labels: name.into(), ..self }
    }

    /// The JSON of the objects stands in this column, in PostgreSQL as `jsonb`, in DuckDB as `JSON`, elsewhere as text.
    #[must_use]
    pub fn with_object(self, name: impl Into<String>) -> SqlColumns {
        SqlColumns { object: Some(name.into()), ..self }
    }

    /// The value of a subject stands in a column of its own, with NULL where an object has none: of amounts a number in
    /// whole units, of everything else a text. A field that leads to several values of an object is none for a column.
    ///
    /// # Errors
    ///
    /// A subject that no column can have, or one that has a column already.
    pub fn with_column(mut self, subject: Subject, name: impl Into<String>) -> Result<SqlColumns, SqlError> {
        if let Some(refusal) = refusal_of(&subject) {
            return Err(refusal.of(subject));
        }
        if self.of_subject(&subject).is_some() {
            return Err(Refusal::new("it has a column already").of(subject));
        }
        self.named.push((subject, name.into()));
        Ok(self)
    }

    pub(super) fn labels(&self) -> &str {
        &self.labels
    }

    pub(super) fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// The column that a subject has of its own.
    pub(super) fn of_subject(&self, subject: &Subject) -> Option<&str> {
        // `env` and `label(env)` are one label.
        let is_it = |it: &Subject| match (it.label_key(), subject.label_key()) {
            (Some(key), Some(other)) => key == other,
            _ => it == subject,
        };
        self.named.iter().find(|(it, _)| is_it(it)).map(|(_, name)| name.as_str())
    }
}

impl Default for SqlColumns {
    fn default() -> SqlColumns {
        SqlColumns::new()
    }
}

/// Why a subject can have no column of its own.
fn refusal_of(subject: &Subject) -> Option<Refusal> {
    let Subject::Function(call) = subject else { return None };
    match call.function() {
        Function::Kind => {
            Some(Refusal::new("a kind has many names, which are looked for in the columns kind and group"))
        }
        Function::Age => Some(
            Refusal::new("an age changes with the time, and no column keeps it")
                .with_help("ask for the time itself, in a column of times, beside what selq says"),
        ),
        Function::Image | Function::Taint => {
            Some(Refusal::new("it may give several values, and a column has one"))
        }
        _ => None,
    }
}
