//! Why nothing matched: keys and values that no object has.

use std::cmp::Reverse;

use crate::selector::{Expr, Requirement, Selector};
use crate::store::Store;
use crate::suggest::nearest_ranked;

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
    if store.count_key(key) == 0 {
        let keys = store.keys().into_iter().map(|fact| (fact.key, (Reverse(fact.n_objects), fact.key)));
        found.push(Absence { key: key.to_owned(), value: None, nearest: nearest_ranked(key, keys) });
        return;
    }
    for value in values.into_iter().filter(|value| store.count_label(key, value) == 0) {
        // The most frequent of the nearest, as if they were sorted; which takes far longer for a large key.
        let values = store.value_counts(key).into_iter();
        let values = values.map(|fact| (fact.value, (Reverse(fact.n_objects), fact.value)));
        let nearest = nearest_ranked(value, values);
        found.push(Absence { key: key.to_owned(), value: Some(value.to_owned()), nearest });
    }
}
