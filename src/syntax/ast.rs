//! What was typed, before anybody asks what it means.

use super::{query_token, token};
use crate::Span;

/// A selector as it was typed: its requirements in their order.
///
/// Every part is a slice of the text, so that it knows its place ([`Ast::span`]) and costs no copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ast<'t> {
    pub(super) text: &'t str,
    pub(super) requirements: Vec<AstRequirement<'t>>,
}

/// A query as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueryAst<'t> {
    pub(super) text: &'t str,
    pub(super) root: Tree<'t>,
}

impl<'t> QueryAst<'t> {
    /// The whole text.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// What the text says.
    pub(crate) fn root(&self) -> &Tree<'t> {
        &self.root
    }
}

/// A part of a query, and the parts in it. No deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree<'t> {
    /// No text, which every object satisfies.
    Nothing,
    /// One requirement.
    Requirement(AstRequirement<'t, AstSubject<'t>>),
    /// `kind(pod)`, `!selects(kind(pod))`: a function with no operator behind it.
    Call {
        /// The `!` before it.
        exclamation: Option<&'t str>,
        /// The function.
        call: AstCall<'t>,
    },
    /// `a,b`, `a && b`
    And {
        /// What has to hold.
        operands: Vec<Tree<'t>>,
        /// The first `,` between the operands, which does not stand beside a `||`.
        // The refusal of `a,b || c` points at it.
        comma: Option<&'t str>,
    },
    /// `a || b`
    Or(Vec<Tree<'t>>),
    /// `(a)`
    Group(Box<Tree<'t>>),
    /// `!(a)`
    Not(Box<Tree<'t>>),
}

/// What an operator of a query asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AstSubject<'t> {
    /// `env`
    Key(&'t str),
    /// `.status.phase`
    Field(AstField<'t>),
    /// `requests(cpu)`
    Function(AstCall<'t>),
}

/// A function with what stands between its parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AstCall<'t> {
    /// The name as it was typed.
    pub(crate) name: &'t str,
    /// From the name to the closing parenthesis.
    pub(crate) text: &'t str,
    pub(crate) arguments: AstArguments<'t>,
}

/// What stands between the parentheses of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AstArguments<'t> {
    /// `()`
    None,
    /// Values, or the one word that is a parameter.
    Values(ValueList<'t>),
    /// `age(.status.startTime)`, `node(zone)`
    Subject(Box<AstSubject<'t>>),
    /// `count(selects(app=web))`
    Set(Box<AstCall<'t>>),
    /// `selects(app=web)`
    Query(Box<Tree<'t>>),
    /// Of a function that there is not.
    Unknown,
}

/// `.spec.containers[0].image`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AstField<'t> {
    /// The whole field.
    pub(crate) text: &'t str,
    /// From the object on; none for `.`, the element that a query in brackets is about.
    pub(crate) steps: Vec<AstStep<'t>>,
}

/// A step of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AstStep<'t> {
    /// `..name` at the start
    Anywhere(&'t str),
    /// `.name`
    Name(&'t str),
    /// `['name']`, with its quotation marks
    Quoted(&'t str),
    /// `[0]`
    Element(&'t str),
    /// `[*]`
    Every,
    /// `[type=Ready]`
    Where(Box<Tree<'t>>),
}

impl<'t> Ast<'t> {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The requirements in the order of the text; none for a text without any, which selects everything.
    #[must_use]
    pub fn requirements(&self) -> &[AstRequirement<'t>] {
        &self.requirements
    }

    /// Where `part`, one of the slices in this tree, stands in the text.
    #[must_use]
    pub fn span(&self, part: &'t str) -> Span {
        Span::of(self.text, part)
    }
}

/// One requirement: what it is about, in a selector a key, and what is asked of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AstRequirement<'t, S = &'t str> {
    /// What it is about.
    pub subject: S,
    /// What is asked of it.
    pub condition: Condition<'t>,
}

/// What a requirement asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition<'t> {
    /// `key`
    Exists,
    /// `!key`
    DoesNotExist {
        /// The `!`.
        exclamation: &'t str,
    },
    /// `key=value`, `key>7` and so on.
    Comparison {
        /// Which comparison it is.
        operator: ComparisonOperator,
        /// The operator as it stands in the text.
        symbol: &'t str,
        /// The value; empty, at the place where it would stand, when there is none.
        value: &'t str,
    },
    /// `key in (a,b)`, `key notin (a,b)`
    Membership {
        /// Whether the value has to be in the list or may not be.
        operator: MembershipOperator,
        /// The operator as it stands in the text.
        keyword: &'t str,
        /// What stands between the parentheses.
        values: ValueList<'t>,
    },
}

/// The values of a list: what stands before, between and after its commas, so that an empty value is one that nobody
/// wrote. `()` has one value, the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueList<'t> {
    // A list stays one slice of the text, so that reading it allocates nothing, however long it
    // is. Whoever wants its values finds them again by its commas.
    text: &'t str,
    /// Whether quotation marks keep commas together.
    has_quotes: bool,
}

impl<'t> ValueList<'t> {
    /// The list that a text of values, commas and white space is.
    pub(super) fn new(text: &'t str, has_quotes: bool) -> ValueList<'t> {
        ValueList { text, has_quotes }
    }

    /// The values in the order of the text, each at its place in it, in the quotation marks of a query.
    pub fn iter(&self) -> impl Iterator<Item = &'t str> + Clone + use<'t> {
        Values { rest: Some(self.text), has_quotes: self.has_quotes }
    }

    /// How many values there are: at least one. Linear in the text.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a list has a value more than commas")]
    pub fn len(&self) -> usize {
        match self.has_quotes {
            // A comma inside of quotation marks divides nothing, so
            // that commas cannot be counted here.
            true => self.iter().count(),
            false => 1 + memchr::memchr_iter(b',', self.text.as_bytes()).count(),
        }
    }

    /// Whether the last value is one that nobody wrote.
    pub(super) fn ends_empty(&self) -> bool {
        // The rule of a comma takes the white space behind it, which
        // would hide the comma that ends a list.
        let written = self.text.trim_end_matches(is_blank);
        written.is_empty() || written.ends_with(',')
    }
}

/// What is left of the values of a list.
#[derive(Debug, Clone)]
struct Values<'t> {
    rest: Option<&'t str>,
    has_quotes: bool,
}

impl<'t> Iterator for Values<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest?;
        let comma = match self.has_quotes {
            true => query_token::comma_outside_quotes(rest),
            false => memchr::memchr(b',', rest.as_bytes()),
        };
        // Behind the last comma is one more value, also where nothing stands: `(a,)` has two.
        self.rest = comma.map(|comma| &rest[comma + 1..]);
        let value = &rest[..comma.unwrap_or(rest.len())];
        Some(value.trim_start_matches(is_blank).trim_end_matches(is_blank))
    }
}

fn is_blank(character: char) -> bool {
    // The `trim` of the standard library would take no-break spaces too, which are a part
    // of a value. As a byte they are A0, which is no blank.
    u8::try_from(character).is_ok_and(token::blank)
}

/// The operators that take one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ComparisonOperator {
    /// `=`
    Equals,
    /// `==`
    DoubleEquals,
    /// `!=`
    NotEquals,
    /// `>`
    GreaterThan,
    /// `<`
    LessThan,
    /// `>=`, in a query
    AtLeast,
    /// `<=`, in a query
    AtMost,
    /// `=~`, in a query
    Matches,
    /// `!~`, in a query
    DoesNotMatch,
}

impl ComparisonOperator {
    /// Whether selectors have the operator too.
    pub(crate) fn is_of_selectors(self) -> bool {
        use ComparisonOperator::{AtLeast, AtMost, DoesNotMatch, Matches};
        !matches!(self, AtLeast | AtMost | Matches | DoesNotMatch)
    }

    /// The operator as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ComparisonOperator::Equals => "=",
            ComparisonOperator::DoubleEquals => "==",
            ComparisonOperator::NotEquals => "!=",
            ComparisonOperator::GreaterThan => ">",
            ComparisonOperator::LessThan => "<",
            ComparisonOperator::AtLeast => ">=",
            ComparisonOperator::AtMost => "<=",
            ComparisonOperator::Matches => "=~",
            ComparisonOperator::DoesNotMatch => "!~",
        }
    }
}

/// The operators that take a list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MembershipOperator {
    /// `in`
    In,
    /// `notin`
    NotIn,
}

impl MembershipOperator {
    /// The operator as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MembershipOperator::In => "in",
            MembershipOperator::NotIn => "notin",
        }
    }
}
