//! Predicates put together by "and", "or" and "not".

use std::borrow::Cow;

/// A predicate of SQL as text, which knows whether it needs parentheses as a part of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    text: String,
    joint: Joint,
}

/// What the parts of a clause are joined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// It is one comparison, call or constant, or stands in parentheses.
    Single,
    And,
    Or,
}

impl Clause {
    /// One that is an operand as it is.
    pub(super) fn single(text: impl Into<String>) -> Clause {
        Clause { text: text.into(), joint: Joint::Single }
    }

    pub(super) fn constant(holds: bool) -> Clause {
        Clause::single(if holds { "TRUE" } else { "FALSE" })
    }

    /// All of them hold; of none, that is so.
    pub(super) fn all(clauses: Vec<Clause>) -> Clause {
        Clause::joined(clauses, Joint::And, true)
    }

    /// One of them holds; of none, none does.
    pub(super) fn any(clauses: Vec<Clause>) -> Clause {
        Clause::joined(clauses, Joint::Or, false)
    }

    fn joined(mut clauses: Vec<Clause>, joint: Joint, of_none: bool) -> Clause {
        match clauses.len() {
            0 => Clause::constant(of_none),
            1 => clauses.swap_remove(0),
            _ => {
                let word = if joint == Joint::And { " AND " } else { " OR " };
                let operands: Vec<Cow<'_, str>> = clauses.iter().map(|it| it.operand(joint)).collect();
                Clause { text: operands.join(word), joint }
            }
        }
    }

    /// It does not hold.
    pub(super) fn negated(self) -> Clause {
        // Engines bind NOT in different ways, so that what it is about always stands in parentheses.
        Clause::single(format!("NOT ({})", self.text))
    }

    /// The text as an operand of others.
    fn operand(&self, joint: Joint) -> Cow<'_, str> {
        match self.joint {
            Joint::Single => Cow::Borrowed(&self.text),
            own if own == joint => Cow::Borrowed(&self.text),
            _ => Cow::Owned(format!("({})", self.text)),
        }
    }

    /// The text where it is an argument or stands alone.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The text behind a WHERE or beside an AND of others.
    pub(super) fn conjunct(&self) -> String {
        self.operand(Joint::And).into_owned()
    }
}
