//! What a requirement asks of a text.

use std::ops::RangeInclusive;

use super::clause::Clause;
use super::engine::SqlEngine;
use super::error::{Refusal, shell_word};
use super::expression;
use super::like::{LikePattern, accepts_empty};
use crate::Requirement;
use crate::query::{Expression, Point, QueryOperator, Test};

/// What a requirement asks of a text, apart from its negation.
pub(super) enum TextTest<'q> {
    /// That there is one.
    Any,
    /// That it is one of these, or like one of these globs.
    OneOf { texts: Vec<&'q str>, globs: Vec<&'q str> },
    /// That the whole of it is as a regular expression says.
    Expression(&'q Expression),
    /// That it is an integer in a range.
    Integer(RangeInclusive<i64>),
}

impl<'q> TextTest<'q> {
    /// What a selector's requirement asks, and whether it asks for the opposite.
    pub(super) fn of_requirement(requirement: &'q Requirement) -> (TextTest<'q>, bool) {
        let one_of = || TextTest::OneOf { texts: requirement.values().collect(), globs: Vec::new() };
        match requirement {
            Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..) => {
                (one_of(), false)
            }
            Requirement::NotEquals(..) | Requirement::NotIn(..) => (one_of(), true),
            Requirement::Exists(_) => (TextTest::Any, false),
            Requirement::DoesNotExist(_) => (TextTest::Any, true),
            Requirement::GreaterThan(_, bound) => {
                (TextTest::Integer(range(QueryOperator::GreaterThan, bound.value())), false)
            }
            Requirement::LessThan(_, bound) => {
                (TextTest::Integer(range(QueryOperator::LessThan, bound.value())), false)
            }
        }
    }

    /// What a query's test asks of a text, apart from its negation.
    pub(super) fn of_test(test: &'q Test) -> Result<TextTest<'q>, Refusal> {
        if test.asks_for_any() {
            return Ok(TextTest::Any);
        }
        if let Some(expression) = test.expression() {
            return Ok(TextTest::Expression(expression));
        }
        match test.point() {
            None => {
                let texts = test.patterns().iter().filter_map(|pattern| pattern.as_text()).collect();
                let globs = test.patterns().iter().filter(|pattern| pattern.as_text().is_none());
                Ok(TextTest::OneOf { texts, globs: globs.map(|pattern| pattern.as_str()).collect() })
            }
            Some(Point::Integer(bound)) => Ok(TextTest::Integer(range(test.operator(), *bound))),
            Some(Point::Quantity(_)) => {
                Err(Refusal::new("texts are not ordered as amounts").with_help(format!(
                    "--column {} names a column of numbers",
                    shell_word(&format!("{}=NAME", test.subject()))
                )))
            }
            Some(Point::Time(_) | Point::Age(_)) => Err(Refusal::new("texts are not ordered as times")
                .with_help("leave it out, and ask a column of times beside what selq says")),
        }
    }

    /// Whether it is that there is a text, whichever it is.
    pub(super) fn is_any(&self) -> bool {
        matches!(self, TextTest::Any)
    }

    /// Whether the test of a value that is NULL is FALSE, and not NULL.
    pub(super) fn is_never_null(&self) -> bool {
        matches!(self, TextTest::Integer(_))
    }

    /// Whether the empty text is as it says.
    pub(super) fn accepts_empty(&self) -> bool {
        match self {
            TextTest::Any => true,
            TextTest::OneOf { texts, globs } => {
                texts.contains(&"") || globs.iter().any(|glob| accepts_empty(glob))
            }
            TextTest::Expression(expression) => expression.accepts(""),
            TextTest::Integer(_) => false,
        }
    }

    /// The values, if it is that the text is one of some.
    pub(super) fn texts(&self) -> Option<&[&'q str]> {
        match self {
            TextTest::OneOf { texts, globs } if globs.is_empty() => Some(texts),
            _ => None,
        }
    }

    /// The test of a value, which is given as an expression.
    pub(super) fn clause(&self, value: &str, engine: &dyn SqlEngine) -> Result<Clause, Refusal> {
        match self {
            TextTest::Any => Ok(Clause::single(format!("{value} IS NOT NULL"))),
            TextTest::OneOf { texts, globs } => {
                let among = among(value, texts, engine)?;
                let likes = globs.iter().map(|glob| engine.like(value, &LikePattern::of_glob(glob)));
                let likes = likes.map(|like| like.map(Clause::single)).collect::<Result<Vec<_>, _>>()?;
                Ok(Clause::any(among.into_iter().chain(likes).collect()))
            }
            TextTest::Expression(expression) => {
                let tree = expression::parsed(expression.as_str())?;
                Ok(Clause::single(engine.full_match(value, &tree)?))
            }
            TextTest::Integer(range) if range.is_empty() => Ok(Clause::constant(false)),
            TextTest::Integer(range) => Ok(Clause::single(engine.integer(value, range.clone())?)),
        }
    }
}

/// The integers that are so to a bound; none where there is no such integer.
fn range(operator: QueryOperator, bound: i64) -> RangeInclusive<i64> {
    const NONE: RangeInclusive<i64> = RangeInclusive::new(1, 0);
    match operator {
        QueryOperator::GreaterThan => bound.checked_add(1).map_or(NONE, |least| least..=i64::MAX),
        QueryOperator::LessThan => bound.checked_sub(1).map_or(NONE, |most| i64::MIN..=most),
        QueryOperator::AtLeast => bound..=i64::MAX,
        QueryOperator::AtMost => i64::MIN..=bound,
        // No other operator has a bound.
        _ => NONE,
    }
}

/// A comparison with some texts; nothing if there are none.
pub(super) fn among(value: &str, texts: &[&str], engine: &dyn SqlEngine) -> Result<Option<Clause>, Refusal> {
    let literals = texts.iter().map(|text| engine.text(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(match &literals[..] {
        [] => None,
        [only] => Some(Clause::single(format!("{value} = {only}"))),
        several => Some(Clause::single(format!("{value} IN ({})", several.join(", ")))),
    })
}
