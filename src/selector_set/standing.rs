//! What a set can hold: selectors, and queries that ask of labels alone.

use std::error::Error;
use std::fmt;

use crate::query::{Predicate, Subject};
use crate::selector::Expr;
use crate::{Query, Requirement, Selector};

/// What a [`SelectorSet`](super::SelectorSet) can hold: [`Selector`]s, or [`Query`]s about labels alone.
///
/// Nothing else can be held, so that this is a name to write, and not a trait to implement.
pub trait Standing: LabelTree {}

impl Standing for Selector {}

impl Standing for Query {}

/// A boolean tree of what is asked of labels.
// In a module that is private, though it is public itself: nobody else can implement what needs it.
pub trait LabelTree: Clone + Eq + std::hash::Hash {
    type Leaf: LabelLeaf;

    /// That which selects no object.
    fn nothing() -> Self;

    fn expr(&self) -> &Expr<Self::Leaf>;

    /// Whether an object is selected whose value of a key is what `get` says.
    fn matches_by<'a>(&self, get: impl Fn(&str) -> Option<&'a str>) -> bool;
}

/// What is asked of one label.
pub trait LabelLeaf {
    fn key(&self) -> &str;

    /// The requirement, if it is one that selectors have.
    fn as_requirement(&self) -> Option<&Requirement>;

    fn holds_without_key(&self) -> bool;

    /// The values that decide it, each other one being as no label; none where any value may matter.
    fn deciding_values(&self) -> impl Iterator<Item = &str>;
}

impl LabelTree for Selector {
    type Leaf = Requirement;

    fn nothing() -> Selector {
        Selector::nothing()
    }

    fn expr(&self) -> &Expr<Requirement> {
        self.expr()
    }

    fn matches_by<'a>(&self, get: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.matches_by(get)
    }
}

impl LabelLeaf for Requirement {
    fn key(&self) -> &str {
        self.key().as_str()
    }

    fn as_requirement(&self) -> Option<&Requirement> {
        Some(self)
    }

    fn holds_without_key(&self) -> bool {
        self.holds_without_key()
    }

    fn deciding_values(&self) -> impl Iterator<Item = &str> {
        self.named_values()
    }
}

impl LabelTree for Query {
    type Leaf = Predicate;

    fn nothing() -> Query {
        Query::nothing()
    }

    fn expr(&self) -> &Expr<Predicate> {
        self.expr()
    }

    fn matches_by<'a>(&self, get: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.holds(&|predicate| predicate.holds_for_label(get(LabelLeaf::key(predicate))))
    }
}

impl LabelLeaf for Predicate {
    fn key(&self) -> &str {
        // A set takes no query with anything that has none.
        self.label_key().unwrap_or_default()
    }

    fn as_requirement(&self) -> Option<&Requirement> {
        self.as_requirement()
    }

    fn holds_without_key(&self) -> bool {
        self.holds_for_label(None)
    }

    fn deciding_values(&self) -> impl Iterator<Item = &str> {
        let test = match self {
            Predicate::Label(_) => None,
            Predicate::Test(test) => Some(test),
        };
        let of_requirement = self.as_requirement().into_iter().flat_map(Requirement::named_values);
        of_requirement.chain(test.into_iter().flat_map(|test| test.deciding_values()))
    }
}

/// Why a [`SelectorSet`](super::SelectorSet) does not take a query: it asks for more than labels, which are all that the set is told of an object.
///
/// Such a query is tried on objects with [`Query::matches`], or, on many, with a [`QueryMatcher`](crate::query::QueryMatcher).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAboutLabels {
    subject: Subject,
}

impl NotAboutLabels {
    /// Refuses a query that asks for more than labels.
    pub(super) fn check(query: &Query) -> Result<(), NotAboutLabels> {
        match query.expr().requirements().find_map(|predicate| predicate.label_key().err()) {
            Some(subject) => Err(NotAboutLabels { subject: subject.clone() }),
            None => Ok(()),
        }
    }

    /// The first subject of the query that is no label.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }
}

impl fmt::Display for NotAboutLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no label, and a set that finds queries by labels holds none about more",
            self.subject
        )
    }
}

impl Error for NotAboutLabels {}
