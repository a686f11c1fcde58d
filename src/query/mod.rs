//! The query language: selectors, and more than they can say.
//!
//! A [`Query`] comes from text or from a [`Selector`]. Its [`matches`](Query::matches) *is* the meaning: every plan over a
//! store must agree with it. Every text that is a selector is a query that means the same.

mod columns;
mod context;
mod field;
mod fields;
mod glob;
mod kubectl;
mod matcher;
mod matches;
mod others;
mod pattern;
mod predicate;
mod read;
mod related;
mod sightings;
mod subject;
mod validate;
mod values;

use std::fmt;
use std::str::FromStr;

pub use columns::{Columns, Gap, NoColumn};
pub use context::{Context, newest_time};
pub use field::Field;
pub(crate) use field::FieldValue;
pub use kubectl::{KubectlCall, KubectlCalls};
pub use matcher::QueryMatcher;
pub use matches::Queried;
pub(crate) use pattern::quoted;
pub use pattern::{Expression, Pattern};
pub(crate) use predicate::Point;
pub use predicate::{Predicate, QueryOperator, Test};
pub use related::NeedsDump;
pub(crate) use related::{Related, RelatedTo};
pub use subject::{FunctionCall, Subject};
pub use values::{SubjectReader, SubjectValue};

use crate::Requirement;
use crate::formula::{Expr, Formula};
use crate::selector::{self, ParseError, Selector};

/// Which objects are wanted, in the query language: a selector, or more than one can say.
///
/// A query that is a selector means what that means. Besides, a query has `||`, `!( )` and parentheses, `&&` for `,`, globs
/// and regular expressions, `>=` and `<=`, fields of the object's JSON and functions. There is no default, and what does
/// not parse is an error: nothing becomes everything by accident.
///
/// ```
/// use selq::query::{Columns, Context, Query};
/// use selq::{Input, Loader, Plan, Scope};
///
/// let query: Query = "app=web || .status.phase in (Pending,Failed)".parse()?;
/// let pods = r#"{"kind":"Pod","metadata":{"name":"a"},"status":{"phase":"Pending"}}
///     {"kind":"Pod","metadata":{"name":"b"},"status":{"phase":"Running"}}"#;
/// let dump = Loader::new().load([Input::Bytes { name: "pods".into(), bytes: pods.into() }])?;
/// let (mut columns, context) = (Columns::new(), Context::new());
/// columns.read(&dump, query.subjects(), &context);
/// let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context)?;
/// assert_eq!(plan.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    formula: Formula<Predicate>,
}

impl Query {
    /// The query of every object, like the empty text.
    #[must_use]
    pub fn everything() -> Query {
        Query { formula: Formula::everything() }
    }

    /// The query of no object. It has no text.
    #[must_use]
    pub fn nothing() -> Query {
        Query { formula: Formula::nothing() }
    }

    /// The tree.
    #[must_use]
    pub fn expr(&self) -> &Expr<Predicate> {
        self.formula.expr()
    }

    /// The objects that both queries select.
    #[must_use]
    pub fn and(self, other: Query) -> Query {
        Query { formula: self.formula.and(other.formula) }
    }

    /// The objects that at least one of the queries selects.
    #[must_use]
    pub fn or(self, other: Query) -> Query {
        Query { formula: self.formula.or(other.formula) }
    }

    /// The objects that the query does not select.
    #[must_use]
    pub fn negate(self) -> Query {
        Query { formula: self.formula.negate() }
    }

    /// The selector that this query is, if it asks of labels alone, and of their values no more than a selector can. One with
    /// an "or" or a "not" is such a selector too, though it has no text.
    #[must_use]
    pub fn to_selector(&self) -> Option<Selector> {
        let is_selector = |predicate: &Predicate| predicate.as_requirement().is_some();
        if !self.expr().requirements().all(is_selector) {
            return None;
        }
        Some(self.expr().fold(|part, operands: Vec<Selector>| match part {
            Expr::All => Selector::everything(),
            Expr::None => Selector::nothing(),
            Expr::Requirement(Predicate::Label(requirement)) => Selector::from(requirement.clone()),
            // The look at all requirements above has found no test.
            Expr::Requirement(Predicate::Test(_)) => Selector::nothing(),
            Expr::And(_) => operands.into_iter().fold(Selector::everything(), Selector::and),
            Expr::Or(_) => operands.into_iter().fold(Selector::nothing(), Selector::or),
            // A "not" has exactly one operand.
            Expr::Not(_) => operands.into_iter().fold(Selector::everything(), |_, it| it.negate()),
        }))
    }

    /// What has to be read for the query, besides the labels: the subjects of all its [`Test`]s, each once, and of those
    /// that ask other objects what is asked of these, and how they stand to the one at hand.
    #[must_use]
    pub fn subjects(&self) -> Vec<&Subject> {
        let mut needed = Vec::new();
        self.tests().for_each(|test| test.subject().needed(&mut needed));
        Subject::distinct(needed)
    }

    /// What it asks that no selector does.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &Test> {
        self.expr().requirements().filter_map(|predicate| match predicate {
            Predicate::Test(test) => Some(&**test),
            Predicate::Label(_) => None,
        })
    }

    /// Says so if the query asks other objects than the one at hand, so that one object alone does not answer it.
    ///
    /// # Errors
    ///
    /// The first function that asks them.
    pub fn is_of_one_object(&self) -> Result<(), NeedsDump> {
        NeedsDump::check(self)
    }

    /// The fields that the query is about.
    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.expr().requirements().filter_map(|predicate| match predicate {
            Predicate::Test(test) => test.subject().as_field(),
            Predicate::Label(_) => None,
        })
    }

    /// What the query requires of labels, wherever it stands: of one that no selector has, that the key is there.
    #[must_use]
    pub fn label_requirements(&self) -> Vec<Requirement> {
        let of_label = |predicate: &Predicate| match predicate.as_requirement() {
            Some(requirement) => Some(requirement.clone()),
            None => predicate.key().cloned().map(Requirement::Exists),
        };
        self.expr().requirements().filter_map(of_label).collect()
    }

    /// The canonical text, which parses to the same query; `None` of the query of nothing. Of a query that is a selector
    /// it is the [selector's](Selector::canonical).
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        (!matches!(self.expr(), Expr::None)).then(|| self.to_string())
    }
}

impl fmt::Display for Query {
    /// Prints the canonical text; `<nothing>`, which does not parse, for the query of nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr().fmt(f)
    }
}

impl From<Selector> for Query {
    fn from(selector: Selector) -> Query {
        Query { formula: selector.formula().copied(|requirement| Predicate::Label(requirement.clone())) }
    }
}

impl From<Predicate> for Query {
    fn from(predicate: Predicate) -> Query {
        Query { formula: Formula::of(predicate) }
    }
}

impl From<Test> for Query {
    fn from(test: Test) -> Query {
        Query::from(Predicate::Test(Box::new(test)))
    }
}

impl FromStr for Query {
    type Err = ParseError;

    /// Reads the text of a query. That of a selector is read as one; the time is linear in the length, save for sorting.
    ///
    /// # Errors
    ///
    /// The first place where the text leaves the grammar, else the first part that says what cannot be. What neither a
    /// selector nor a query can be is told in the selector's words.
    fn from_str(text: &str) -> Result<Query, ParseError> {
        // The selector's own parser goes first: what it accepts means the same here and takes the
        // same time, whatever the query grammar would make of it.
        let made_of = |formula| Query { formula };
        selector::parse(text, made_of).or_else(|as_selector| validate::query(text, as_selector).map(made_of))
    }
}
