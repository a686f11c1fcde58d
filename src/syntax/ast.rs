//! What was typed, before anybody asks what it means.

use super::token;
use crate::Span;

/// A selector as it was typed: its requirements in their order.
///
/// Every part is a slice of the text, so that it knows its place ([`Ast::span`]) and costs no copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ast<'t> {
    pub(super) text: &'t str,
    pub(super) requirements: Vec<AstRequirement<'t>>,
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

/// One requirement: a key and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AstRequirement<'t> {
    /// The key.
    pub key: &'t str,
    /// What is asked of it.
    pub condition: Condition<'t>,
}

/// What a requirement asks of its key.
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
    text: &'t str,
}

impl<'t> ValueList<'t> {
    /// The list that a text of values, commas and white space is.
    pub(super) fn new(text: &'t str) -> ValueList<'t> {
        ValueList { text }
    }

    /// The values in the order of the text, each at its place in it.
    pub fn iter(&self) -> impl Iterator<Item = &'t str> + Clone + use<'t> {
        self.text.split(',').map(|value| value.trim_start_matches(is_blank).trim_end_matches(is_blank))
    }

    /// How many values there are: at least one. Linear in the text.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a list has a value more than commas")]
    pub fn len(&self) -> usize {
        1 + memchr::memchr_iter(b',', self.text.as_bytes()).count()
    }

    /// Whether the last value is one that nobody wrote.
    pub(super) fn ends_empty(&self) -> bool {
        let written = self.text.trim_end_matches(is_blank);
        written.is_empty() || written.ends_with(',')
    }
}

fn is_blank(character: char) -> bool {
    u8::try_from(character).is_ok_and(token::blank)
}

/// The operators that take one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

impl ComparisonOperator {
    /// The operator as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ComparisonOperator::Equals => "=",
            ComparisonOperator::DoubleEquals => "==",
            ComparisonOperator::NotEquals => "!=",
            ComparisonOperator::GreaterThan => ">",
            ComparisonOperator::LessThan => "<",
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
