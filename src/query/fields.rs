//! Kubernetes' field selectors as queries.

use super::field::{Field, FieldPart};
use super::pattern::Pattern;
use super::predicate::{Operand, Predicate, QueryOperator, Test};
use super::{Query, Subject};
use crate::formula::Formula;
use crate::path::{Path, PathError};
use crate::selector::{FieldOperator, FieldRequirement, FieldSelector};

/// A field that is missing is the empty text for a field selector, and has no value for a query: `spec.nodeName=` becomes
/// `.spec.nodeName='' || !.spec.nodeName`.
///
/// # Errors
///
/// The first field that is no path.
impl TryFrom<&FieldSelector> for Query {
    type Error = PathError;

    fn try_from(selector: &FieldSelector) -> Result<Query, PathError> {
        let formulas: Result<Vec<_>, PathError> = selector.requirements().iter().map(formula).collect();
        Ok(Query { formula: Formula::conjunction(formulas?) })
    }
}

fn formula(requirement: &FieldRequirement) -> Result<Formula<Predicate>, PathError> {
    let field = field(requirement.field())?;
    let test = |operator, operand| {
        let subject = Subject::Field(field.clone());
        Formula::of(Predicate::Test(Box::new(Test { subject, operator, operand })))
    };
    // Field selectors have no globs: a `*` is that character.
    let equals = test(QueryOperator::Equals, Operand::Patterns(vec![Pattern::text(requirement.value())]));
    let holds = match requirement.value() {
        // A missing field is the empty text for Kubernetes, so that `a=`
        // holds where there is none, and `a!=` does not.
        "" => equals.or(test(QueryOperator::DoesNotExist, Operand::None)),
        _ => equals,
    };
    Ok(match requirement.operator() {
        FieldOperator::Equals => holds,
        FieldOperator::NotEquals => holds.negate(),
    })
}

/// A field as field selectors write it, without the point before it.
pub(super) fn field(name: &str) -> Result<Field, PathError> {
    let text = format!(".{name}");
    let path = Path::field(&text)?;
    Ok(Field::new(text, vec![FieldPart { path: Some(path), filter: None }]))
}
