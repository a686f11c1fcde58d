//! Why nothing matched: keys and values that no object has.

use crate::selector::{Expr, Requirement, Selector};
use crate::store::Store;
use crate::suggest::nearest;

/// A key that no object has, or a value that no object has under a key that occurs.
///
/// Only what a selector asks *for* is listed: `env!=prod` is satisfied by objects without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absence<'s> {
    /// The key that the selector names.
    pub key: String,
    /// The value that does not occur under the key; `None` when the key itself does not occur.
    pub value: Option<String>,
    /// The key or value that does occur and is nearest to it, if one is near.
    pub nearest: Option<&'s str>,
}

/// The keys and values that `selector` asks for and that do not occur in the store, in its order.
pub(super) fn absences<'s>(store: &'s Store, selector: &Selector) -> Vec<Absence<'s>> {
    let mut found = Vec::new();
    collect(store, selector.expr(), &mut found);
    found
}

fn collect<'s>(store: &'s Store, expr: &Expr, found: &mut Vec<Absence<'s>>) {
    match expr {
        // Under a negation, what does not occur is what is asked for.
        Expr::All | Expr::None | Expr::Not(_) => {}
        Expr::Requirement(requirement) => absent_in(store, requirement, found),
        Expr::And(operands) | Expr::Or(operands) => operands.iter().for_each(|it| collect(store, it, found)),
    }
}

fn absent_in<'s>(store: &'s Store, requirement: &Requirement, found: &mut Vec<Absence<'s>>) {
    let values: Vec<&str> = match requirement {
        Requirement::NotEquals(..) | Requirement::NotIn(..) | Requirement::DoesNotExist(_) => return,
        Requirement::Equals(_, value) | Requirement::DoubleEquals(_, value) => vec![value.as_str()],
        Requirement::In(_, values) => values.iter().map(|value| value.as_str()).collect(),
        Requirement::Exists(_) | Requirement::GreaterThan(..) | Requirement::LessThan(..) => Vec::new(),
    };
    let key = requirement.key().as_str();
    let facts = store.values(key);
    if facts.is_empty() {
        let nearest = nearest(key, store.keys().into_iter().map(|fact| fact.key));
        found.push(Absence { key: key.to_owned(), value: None, nearest });
        return;
    }
    for value in values {
        if !facts.iter().any(|fact| fact.value == value) {
            let nearest = nearest(value, facts.iter().map(|fact| fact.value));
            found.push(Absence { key: key.to_owned(), value: Some(value.to_owned()), nearest });
        }
    }
}
