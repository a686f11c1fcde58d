//! What a query names in vain, and what was meant instead: a field, a function, a kind, a name.

use selq::plan::Absence;
use selq::query::Gap;
use selq::syntax::FUNCTIONS;
use selq::{Dump, Path, Store};

use super::{MAX_TOLD, absence, among, no_label};
use crate::terminal::message;
use selq::kubernetes::kinds::{self, Kinds};
use selq::query::Subject;
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
        let absent = message::absent(&what, kind.as_deref().or(*nearest));
        return match key == CLUSTER && dump.clusters().is_empty() {
            true => format!("{absent}; {NAMES_CLUSTERS}"),
            false => absent,
        };
    }
    match (value, meant(key, dump)) {
        (None, Some(meant)) => format!("{}; {meant}", no_label(key, None, &among(dump.store().len() as u64))),
        _ => absence(absent, dump.store()),
    }
}

/// What a dump lacks of what a query asks for of other objects, in a line.
pub(crate) fn gap(gap: &Gap, store: &Store) -> String {
    let among = among(store.len() as u64);
    match gap {
        Gap::NoObjects { function, kinds } => {
            format!("no {} {among}, so that {}() leads to none", kinds.join(", "), function.row().name)
        }
        Gap::ByHash { n_objects } => {
            let of = message::counted(*n_objects, "object");
            format!(
                "workload() of {of} is told by a pod-template-hash alone: the ReplicaSets are not in the input"
            )
        }
        _ => format!("the input lacks what the query asks for {among}"),
    }
}

/// The subject of `kind(pod)`.
const KIND: &str = "kind()";

/// The subject of `cluster(prod)`.
const CLUSTER: &str = "cluster()";
const NAMES_CLUSTERS: &str = "--cluster NAME=FILE names that of a file";

/// That no object has what a field or function was asked for.
fn in_vain(subject: &str, value: Option<&str>, among: &str) -> String {
    match (subject, value) {
        (_, None) => format!("no {subject} {among}"),
        // In the words of -k and -n.
        (KIND, Some(kind)) => format!("no kind {} {among}", Quoted(kind)),
        ("namespace()", Some(namespace)) => format!("no namespace {} {among}", Quoted(namespace)),
        ("name()", Some(name)) => format!("no object {} {among}", Quoted(name)),
        (CLUSTER, Some(cluster)) => format!("no cluster {} {among}", Quoted(cluster)),
        (_, Some(value)) => format!("no object has {subject}={}", Quoted(value)),
    }
}

/// What a query names besides labels and no object had, in lines; `among` says how many there were. What was meant is not
/// known.
pub(crate) fn of_tests(unseen: &[(&Subject, Option<&str>)], among: &str) -> Vec<String> {
    let told = unseen.iter().take(MAX_TOLD);
    told.map(|(subject, value)| in_vain(&subject.to_string(), *value, among)).collect()
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
