//! What a query names in vain, and what was meant instead: a field, a function, a kind, a name.

use selq::plan::Absence;
use selq::syntax::FUNCTIONS;
use selq::{Dump, Path, Query};

use super::{MAX_TOLD, absence, among, no_label};
use crate::terminal::message;
use selq::kubernetes::kinds::{self, Kinds};
use selq::query::{Predicate, QueryOperator, Subject};
use selq::selector::Expr;
use selq::text::Quoted;

/// In how many objects a field is looked for that a key may have meant.
const MAX_LOOKED_AT: usize = 1_000;

/// What a query names in vain, in a line.
pub(super) fn of_query(absent: &Absence<'_>, dump: &Dump) -> String {
    let Absence { key, value, nearest, .. } = absent;
    if is_read(key) {
        let what = in_vain(key, value.as_deref(), &among(dump.store().len() as u64));
        // A kind goes by more names than the one that the store has.
        let kind = value.as_ref().filter(|_| key == KIND).and_then(|it| Kinds::of(dump.store()).nearest(it));
        return message::absent(&what, kind.as_deref().or(*nearest));
    }
    match (value, meant(key, dump)) {
        (None, Some(meant)) => format!("{}; {meant}", no_label(key, None, &among(dump.store().len() as u64))),
        _ => absence(absent, dump.store()),
    }
}

/// The subject of `kind(pod)`.
const KIND: &str = "kind()";

/// That no object has what a field or function was asked for.
fn in_vain(subject: &str, value: Option<&str>, among: &str) -> String {
    match (subject, value) {
        (_, None) => format!("no {subject} {among}"),
        // In the words of -k and -n.
        (KIND, Some(kind)) => format!("no kind {} {among}", Quoted(kind)),
        ("namespace()", Some(namespace)) => format!("no namespace {} {among}", Quoted(namespace)),
        ("name()", Some(name)) => format!("no object {} {among}", Quoted(name)),
        (_, Some(value)) => format!("no object has {subject}={}", Quoted(value)),
    }
}

/// What a query that every object matches names in vain besides labels: whatever must not be there, is nowhere.
pub(crate) fn where_all_match(query: &Query, among: &str) -> Vec<String> {
    let required = match query.expr() {
        Expr::And(operands) => operands.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut lines = Vec::new();
    for part in required {
        let Some(Predicate::Test(test)) = part.as_requirement() else { continue };
        if matches!(test.subject(), Subject::Label(_)) || !test.operator().is_negated() {
            continue;
        }
        let subject = test.subject().to_string();
        match test.operator() {
            QueryOperator::DoesNotExist => lines.push(in_vain(&subject, None, among)),
            _ => lines.extend(test.named_values().map(|value| in_vain(&subject, Some(value), among))),
        }
        lines.truncate(MAX_TOLD);
    }
    lines
}

/// Whether a subject is a field or a function, which no label key is.
fn is_read(subject: &str) -> bool {
    subject.starts_with('.') || subject.contains('(')
}

/// What a key that no object has may have meant.
fn meant(key: &str, dump: &Dump) -> Option<String> {
    let store = dump.store();
    // From the cheapest question to the dearest: a table, the kinds, the names, and the objects'
    // JSON.
    if let Some(row) = FUNCTIONS.iter().find(|row| row.name == key) {
        return Some(format!("the function is {}()", row.name));
    }
    if kinds::occurs(key, store) {
        return Some(format!("a kind is kind({key})"));
    }
    if store.objects().any(|object| object.name() == key) {
        return Some(format!("an object of that name is name({key})"));
    }
    let path = Path::field(&format!(".{key}")).ok()?;
    let mut objects = store.objects().take(MAX_LOOKED_AT);
    let is_there = objects.any(|object| path.first(&dump.json(object.id())).is_some());
    is_there.then(|| format!("the field is .{key}"))
}
