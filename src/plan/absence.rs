//! Keys and values that a selector names and no object has.

use std::cmp::Reverse;

use super::sets::Sets;
use crate::ObjectIdentity;
use crate::query::{Context, FieldValue, Pattern, Predicate, Query, Related, RelatedTo, Subject, Test};
use crate::selector::Requirement;
use crate::store::Store;
use crate::suggest::nearest_ranked;
use crate::syntax::Function;

/// A key that no object has, or a value that no object has under a key that occurs.
///
/// What stands under a "not" is listed too: `env!=prdo` selects everything, and was probably not meant to.
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

/// Finding the nearest looks at every key or value that occurs, and nobody reads a long list of them.
const MAX_ABSENCES: usize = 8;

/// The first few keys and values that requirements name and that do not occur in the store, in their order.
pub(super) fn absences<'s, 'r>(
    store: &'s Store,
    requirements: impl Iterator<Item = &'r Requirement>,
) -> Vec<Absence<'s>> {
    let mut found = Vec::new();
    for requirement in requirements {
        if found.len() == MAX_ABSENCES {
            break;
        }
        absent_in(store, requirement, &mut found);
    }
    found
}

/// The same of a query, also what it asks of columns, kinds and namespaces.
pub(super) fn absences_of_query<'s>(sets: Sets<'s>, query: &Query, context: &Context) -> Vec<Absence<'s>> {
    let mut found = Vec::new();
    absent_of_query(sets, query, context, &mut found);
    found
}

fn absent_of_query<'s>(sets: Sets<'s>, query: &Query, context: &Context, found: &mut Vec<Absence<'s>>) {
    for predicate in query.expr().requirements() {
        if found.len() == MAX_ABSENCES {
            break;
        }
        match predicate {
            Predicate::Label(requirement) => absent_in(sets.store(), requirement, found),
            Predicate::Test(test) => match Related::of(test.subject()).map(|related| related.of) {
                None => absent_of_test(sets, test, context, found),
                // What is asked of other objects may be as absent.
                Some(RelatedTo::Objects(query)) => absent_of_query(sets, query, context, found),
                Some(RelatedTo::Values(subject)) => {
                    absent_of_query(sets, &Query::from(test.of_other(subject)), context, found);
                }
            },
        }
    }
}

/// The tests that no value satisfies as a whole, though a part of one does, each with the one that asks for parts.
pub(super) fn partly_satisfied<'q>(sets: Sets<'_>, query: &'q Query) -> Vec<(&'q Test, Test)> {
    let tests = query.expr().requirements().filter_map(|predicate| match predicate {
        Predicate::Test(test) if test.expression().is_some() => Some(&**test),
        _ => None,
    });
    let is_satisfied = |test: &Test| {
        let accepts = |value: &str| test.accepts(&FieldValue::Text(value.into()), &Context::new());
        sets.column_about(test.subject()).is_some_and(|column| {
            sets.values_of(column).into_iter().any(|value| accepts(sets.text(column, value)))
        })
    };
    let of_parts = |test: &'q Test| {
        let of_parts = test.of_parts()?;
        (!is_satisfied(test) && is_satisfied(&of_parts)).then_some((test, of_parts))
    };
    tests.filter_map(of_parts).take(MAX_ABSENCES).collect()
}

fn absent_of_test<'s>(sets: Sets<'s>, test: &Test, context: &Context, found: &mut Vec<Absence<'s>>) {
    match test.subject() {
        // A label gets here only with what no selector can say, such as `app=web-*`, of which the key
        // alone is a name.
        Subject::Label(key) => absent_in(sets.store(), &Requirement::Exists(key.clone()), found),
        Subject::Function(call) if call.function() == Function::Kind => {
            let kinds = occurring_kinds(sets);
            let is_like = |kind: &ObjectIdentity<'_>, pattern: &Pattern| {
                kind.qualified_kind().is_some_and(|kind| test.is_like(&kind, pattern, context))
            };
            let occurs = |pattern: &Pattern| kinds.iter().any(|(kind, _)| is_like(kind, pattern));
            absent_texts(test, occurs, || kinds.iter().map(|(kind, n)| (kind.kind, *n)), found);
        }
        Subject::Function(call) if call.function() == Function::Namespace => {
            let namespaces = occurring_namespaces(sets);
            let occurs = |pattern: &Pattern| namespaces.iter().any(|(it, _)| *it == pattern.as_str());
            absent_texts(test, occurs, || namespaces.iter().copied(), found);
        }
        _ => absent_in_column(sets, test, found),
    }
}

/// The kinds of the objects, each with how many there are, which is larger for fewer.
fn occurring_kinds(sets: Sets<'_>) -> Vec<(ObjectIdentity<'_>, Reverse<u64>)> {
    let kinds = sets.table().kind_ids().map(|id| {
        let (api_version, kind) = sets.table().kind(id);
        (ObjectIdentity { api_version, kind, ..ObjectIdentity::default() }, sets.index().kind(id).len())
    });
    kinds.filter(|(_, n)| *n > 0).map(|(kind, n)| (kind, Reverse(n))).collect()
}

/// The same of namespaces.
fn occurring_namespaces(sets: Sets<'_>) -> Vec<(&str, Reverse<u64>)> {
    let namespaces =
        sets.table().namespace_ids().map(|id| (sets.table().namespace(id), sets.index().namespace(id).len()));
    // What is in no namespace stands under the empty name.
    namespaces.filter(|(name, n)| *n > 0 && !name.is_empty()).map(|(name, n)| (name, Reverse(n))).collect()
}

/// A subject that no object has, or texts that none has there. Amounts and ages may be written in many ways.
fn absent_in_column<'s>(sets: Sets<'s>, test: &Test, found: &mut Vec<Absence<'s>>) {
    let Some(column) = sets.read_about(test.subject()) else { return };
    if column.present().is_empty() {
        // Nothing is near: columns are read for what queries ask, so there is no list of all fields
        // that occur.
        return push(found, &test.subject().to_string(), None, || None);
    }
    if !test.compares_texts() {
        return;
    }
    let occurs = |pattern: &Pattern| match test.is_about_name(pattern) {
        true => column.has_name(pattern.as_str()),
        false => column.has(pattern.as_str()),
    };
    let is_part = test.patterns().iter().all(|pattern| test.is_about_name(pattern));
    let values = || {
        (0..column.len()).map(move |number| {
            let value = column.value(number);
            let name = value.split_once('/').map_or(value, |(_, name)| name);
            (if is_part { name } else { value }, Reverse(column.having(number).len()))
        })
    };
    absent_texts(test, occurs, values, found);
}

/// The texts that a test names and that do not occur, each with the nearest of those that do.
fn absent_texts<'s, V: Iterator<Item = (&'s str, Reverse<u64>)>>(
    test: &Test,
    occurs: impl Fn(&Pattern) -> bool,
    occurring: impl Fn() -> V,
    found: &mut Vec<Absence<'s>>,
) {
    let subject = test.subject().to_string();
    for pattern in test.patterns() {
        if found.len() == MAX_ABSENCES {
            return;
        }
        if let Some(text) = pattern.as_text().filter(|_| !occurs(pattern)) {
            push(found, &subject, Some(text), || nearest_ranked(text, occurring()));
        }
    }
}

fn absent_in<'s>(store: &'s Store, requirement: &Requirement, found: &mut Vec<Absence<'s>>) {
    let key = requirement.key().as_str();
    let index = store.index();
    // A key that the last object has lost keeps its number, and is as absent as one that never
    // occurred.
    let Some(id) = store.table().key_id(key).filter(|&id| !index.key(id).is_empty()) else {
        let occurring = index.keys().map(|id| (store.table().key(id), Reverse(index.key(id).len())));
        return push(found, key, None, || nearest_ranked(key, occurring));
    };
    let occurs =
        |value: &str| store.table().label_id(id, value).is_some_and(|it| !index.label(it).is_empty());
    for value in requirement.named_values().filter(|value| !occurs(value)) {
        let occurring =
            index.labels_of(id).map(|label| (store.table().value(label), Reverse(index.label(label).len())));
        push(found, key, Some(value), || nearest_ranked(value, occurring));
    }
}

fn push<'s>(
    found: &mut Vec<Absence<'s>>,
    key: &str,
    value: Option<&str>,
    nearest: impl FnOnce() -> Option<&'s str>,
) {
    let is_told = found.iter().any(|it| it.key == key && it.value.as_deref() == value);
    if found.len() < MAX_ABSENCES && !is_told {
        found.push(Absence { key: key.to_owned(), value: value.map(str::to_owned), nearest: nearest() });
    }
}
