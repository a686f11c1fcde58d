//! What is asked of amounts, in a column of numbers.

use super::clause::Clause;
use super::engine::SqlEngine;
use super::error::Refusal;
use crate::kubernetes::Quantity;
use crate::query::{Point, QueryOperator, Test};

/// The clause of a test, without its negation, of a column that has amounts as numbers of whole units.
pub(super) fn clause(test: &Test, column: &str, engine: &dyn SqlEngine) -> Result<Clause, Refusal> {
    let is_there = || Clause::single(format!("{column} IS NOT NULL"));
    if test.asks_for_any() {
        return Ok(is_there());
    }
    let holds = match test.point() {
        Some(Point::Quantity(bound)) => {
            let symbol = symbol(test.operator());
            Clause::single(format!("{column} {symbol} {}", engine.number(&bound.decimal())))
        }
        Some(_) => return Err(Refusal::new("a column of numbers has no times")),
        None => Clause::any(equal(test, column, engine)?),
    };
    Ok(Clause::all(vec![holds, is_there()]))
}

/// The comparisons with each of the amounts that a test names.
fn equal(test: &Test, column: &str, engine: &dyn SqlEngine) -> Result<Vec<Clause>, Refusal> {
    if test.expression().is_some() || test.patterns().iter().any(|pattern| pattern.as_text().is_none()) {
        return Err(Refusal::new("a column of numbers has no texts that a pattern is like"));
    }
    // What is no amount is equal to none.
    let amounts = test.patterns().iter().filter_map(|pattern| pattern.as_str().parse::<Quantity>().ok());
    let equals =
        |amount: Quantity| Clause::single(format!("{column} = {}", engine.number(&amount.decimal())));
    Ok(amounts.map(equals).collect())
}

fn symbol(operator: QueryOperator) -> &'static str {
    match operator {
        QueryOperator::GreaterThan => ">",
        QueryOperator::LessThan => "<",
        QueryOperator::AtLeast => ">=",
        _ => "<=",
    }
}
