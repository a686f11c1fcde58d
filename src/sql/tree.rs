//! A tree of requirements as a clause.

use super::clause::Clause;
use crate::formula::Expr;
use crate::query::{Predicate, Query};

/// The clause of a query whose requirements are the clauses that `leaf` gives.
pub(super) fn clause<E>(
    query: &Query,
    mut leaf: impl FnMut(&Predicate) -> Result<Clause, E>,
) -> Result<Clause, E> {
    query.expr().fold(|part, operands: Vec<Result<Clause, E>>| {
        let operands = operands.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(match part {
            Expr::All => Clause::constant(true),
            Expr::None => Clause::constant(false),
            Expr::Requirement(predicate) => leaf(predicate)?,
            Expr::And(_) => Clause::all(operands),
            Expr::Or(_) => Clause::any(operands),
            Expr::Not(_) => Clause::all(operands).negated(),
        })
    })
}
