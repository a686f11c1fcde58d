//! From what was typed to what it means: keys, values and numbers are checked here.

use super::error::{ParseError, ParseErrorKind};
use super::requirement::{Integer, Requirement};
use crate::formula::{Formula, FormulaLeaf};
use crate::label::ValueSet;
use crate::syntax::{Ast, AstRequirement, ComparisonOperator, Condition, MembershipOperator, ValueList};
use crate::{LabelKey, LabelValue};

/// Checks `ast` and gives its meaning.
///
/// # Errors
///
/// The first key or value, in the order of the text, that Kubernetes refuses.
pub(super) fn validate<R: FormulaLeaf + From<Requirement>, T>(
    ast: &Ast<'_>,
    made_of: impl FnOnce(Formula<R>) -> T,
) -> Result<T, ParseError> {
    let text = ast.text();
    match ast.requirements() {
        [] => Ok(made_of(Formula::everything())),
        // The commonest selector costs no list.
        [only] => Ok(made_of(Formula::of(R::from(requirement(text, only)?)))),
        several => {
            let mut requirements = Vec::with_capacity(several.len());
            for typed in several {
                requirements.push(R::from(requirement(text, typed)?));
            }
            Ok(made_of(Formula::all_of(requirements)))
        }
    }
}

fn requirement(text: &str, typed: &AstRequirement<'_>) -> Result<Requirement, ParseError> {
    let key = key(text, typed.subject)?;
    match &typed.condition {
        Condition::Exists => Ok(Requirement::Exists(key)),
        Condition::DoesNotExist { .. } => Ok(Requirement::DoesNotExist(key)),
        Condition::Comparison { operator, value, .. } => comparison(text, key, *operator, value),
        Condition::Membership { operator, values, .. } => membership(text, key, *operator, *values),
    }
}

/// `in` and `notin` of a selector and, where it has no globs, of a query.
pub(crate) fn membership(
    text: &str,
    key: LabelKey,
    operator: MembershipOperator,
    values: ValueList<'_>,
) -> Result<Requirement, ParseError> {
    let values = value_set(text, values)?;
    Ok(match operator {
        MembershipOperator::In => Requirement::In(key, values),
        MembershipOperator::NotIn => Requirement::NotIn(key, values),
    })
}

/// A comparison of a selector and, where it has no glob, of a query, by an operator that selectors have.
pub(crate) fn comparison(
    text: &str,
    key: LabelKey,
    operator: ComparisonOperator,
    typed: &str,
) -> Result<Requirement, ParseError> {
    // In Kubernetes the number of `>` has to be a label value too,
    // which `-1` is not: it begins with a sign.
    let checked = value(text, typed)?;
    Ok(match operator {
        ComparisonOperator::Equals => Requirement::Equals(key, checked),
        ComparisonOperator::DoubleEquals => Requirement::DoubleEquals(key, checked),
        ComparisonOperator::NotEquals => Requirement::NotEquals(key, checked),
        ComparisonOperator::GreaterThan => Requirement::GreaterThan(key, integer(text, typed, checked)?),
        ComparisonOperator::LessThan => Requirement::LessThan(key, integer(text, typed, checked)?),
        // The selector grammar has no others, and queries keep theirs to themselves.
        _ => return Err(ParseError::about(text, typed, ParseErrorKind::Nul)),
    })
}

fn key(text: &str, typed: &str) -> Result<LabelKey, ParseError> {
    LabelKey::new(typed).map_err(|error| ParseError::from_label(text, typed, error, ParseErrorKind::Key))
}

fn value(text: &str, typed: &str) -> Result<LabelValue, ParseError> {
    LabelValue::new(typed).map_err(|error| ParseError::from_label(text, typed, error, ParseErrorKind::Value))
}

fn value_set(text: &str, typed: ValueList<'_>) -> Result<ValueSet, ParseError> {
    // With room for all from the start, the list is the set's own memory in the end.
    let mut values = Vec::with_capacity(typed.len());
    for typed in typed.iter() {
        values.push(value(text, typed)?);
    }
    Ok(ValueSet::new(values).expect("a list in an `Ast` has at least one value"))
}

/// The number `typed`, which is `checked` as a value.
fn integer(text: &str, typed: &str, checked: LabelValue) -> Result<Integer, ParseError> {
    Integer::new(checked).ok_or_else(|| ParseError::about(text, typed, ParseErrorKind::not_an_integer(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    fn meaning(text: &str) -> Result<Selector, ParseErrorKind> {
        text.parse().map_err(|error: ParseError| error.kind().clone())
    }

    #[test]
    fn lengths_are_not_in_the_grammar() {
        let word = |n: usize| "x".repeat(n);
        assert!(meaning(&format!("{}/{}={}", word(253), word(63), word(63))).is_ok());
        for text in [
            word(64),
            format!("a={}", word(64)),
            format!("{}/a", word(254)),
            format!("a in (b,{})", word(64)),
        ] {
            assert!(
                matches!(meaning(&text), Err(ParseErrorKind::Key(_) | ParseErrorKind::Value(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_are_checked_after_values() {
        assert!(matches!(meaning("a>-1"), Err(ParseErrorKind::Value(_))));
        assert_eq!(meaning("a>1_0"), Err(ParseErrorKind::NotAnInteger));
        assert_eq!(meaning("a>0x1"), Err(ParseErrorKind::NotAnInteger));
        assert_eq!(meaning("a<"), Err(ParseErrorKind::NotAnInteger));
        assert_eq!(meaning("a<9223372036854775808"), Err(ParseErrorKind::IntegerOutOfRange));
        assert!(meaning("a>00000000000000000000000000009").is_ok());
    }

    #[test]
    fn one_requirement_and_several_are_built_alike() {
        let only = meaning("a=b").unwrap();
        assert_eq!(Selector::all_of(only.requirements().unwrap().into_iter().cloned()), only);
        assert_eq!(meaning("b,a"), meaning("a,b"));
        assert_eq!(meaning(""), Ok(Selector::everything()));
    }
}
