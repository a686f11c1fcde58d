//! Running a plan: the set of its objects, their number, or the first of them.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::ids::Ids;
use super::node::{Leaf, Node};
use crate::store::{LabelId, ObjectId, PostingsView, Store};

/// Told about every step of a run that is more than a look into the index.
pub(super) trait Trace {
    /// A step begins.
    fn enter(&mut self);
    /// The step that began last is done and found `n_objects`; `None` when it was not worked out as a set
    /// of its own.
    fn leave(&mut self, n_objects: Option<u64>);
}

/// A run that nobody watches.
pub(super) struct Untraced;

impl Trace for Untraced {
    fn enter(&mut self) {}
    fn leave(&mut self, _: Option<u64>) {}
}

/// The objects of `node`.
pub(super) fn run<'s>(store: &'s Store, node: &Node, trace: &mut impl Trace) -> Ids<'s> {
    if let Some(ids) = known(store, node) {
        return ids;
    }
    trace.enter();
    let ids = match node {
        Node::Empty | Node::All | Node::Leaf(_) | Node::Found(_) => unreachable!("known without work"),
        Node::Intersect(operands) => intersect(store, operands, trace),
        Node::OneOf(labels) => Ids::union(labels.iter().map(|&label| store.index().label(label).into())),
        Node::Union(operands) => Ids::union(operands.iter().map(|operand| run(store, operand, trace))),
        Node::Not(operand) => Ids::Stored(store.live()).subtract(&run(store, operand, trace)),
        Node::Subtract(from, minus) => {
            let from = run(store, from, trace);
            narrow_by_difference(store, from, minus, trace)
        }
    };
    trace.leave(Some(ids.len()));
    ids
}

/// The set of a node that takes no work.
fn known<'s>(store: &'s Store, node: &Node) -> Option<Ids<'s>> {
    match node {
        Node::Empty => Some(Ids::empty()),
        Node::All => Some(Ids::Stored(store.live())),
        Node::Leaf(leaf) => Some(leaf_ids(store, *leaf)),
        Node::Found(ids) => Some(Ids::Owned(RoaringBitmap::clone(ids))),
        _ => None,
    }
}

fn leaf_ids(store: &Store, leaf: Leaf) -> Ids<'_> {
    postings(store, leaf).into()
}

/// The postings of a leaf.
pub(super) fn postings(store: &Store, leaf: Leaf) -> PostingsView<'_> {
    let index = store.index();
    match leaf {
        Leaf::Key(key) => index.key(key),
        Leaf::Label(label) => index.label(label),
        Leaf::Namespace(namespace) => index.namespace(namespace),
        Leaf::Kind(kind) => index.kind(kind),
    }
}

/// The operands' intersection; stops as soon as it is empty.
fn intersect<'s>(store: &'s Store, operands: &[Node], trace: &mut impl Trace) -> Ids<'s> {
    let Some((first, rest)) = operands.split_first() else { return Ids::Stored(store.live()) };
    let mut ids = run(store, first, trace);
    for operand in rest {
        if ids.is_empty() {
            break;
        }
        ids = narrow(store, ids, operand, trace);
    }
    ids
}

/// The objects of `ids` that are in `node`.
fn narrow<'s>(store: &'s Store, ids: Ids<'s>, node: &Node, trace: &mut impl Trace) -> Ids<'s> {
    match node {
        // Looking at the labels of a few objects is cheaper than putting a long union together.
        Node::OneOf(labels) if ids.len() < labels.len() as u64 => {
            trace.enter();
            let kept = ids.filter(|id| has_one_of(store, labels, id));
            trace.leave(None);
            kept
        }
        node => {
            let other = run(store, node, trace);
            ids.intersect(&other)
        }
    }
}

/// The objects of `ids` that are not in `minus`. Takes the operands of a union away one by one, because
/// that needs no union.
fn narrow_by_difference<'s>(store: &'s Store, ids: Ids<'s>, minus: &Node, trace: &mut impl Trace) -> Ids<'s> {
    if ids.is_empty() {
        return ids;
    }
    match minus {
        Node::Union(operands) => {
            trace.enter();
            let kept = operands.iter().fold(ids, |ids, it| narrow_by_difference(store, ids, it, trace));
            trace.leave(None);
            kept
        }
        minus => {
            let minus = run(store, minus, trace);
            ids.subtract(&minus)
        }
    }
}

/// How many objects `node` has. Builds no set that is not needed for the number: the sizes of postings
/// are known, the sizes of disjoint sets add up, a complement's is the rest, and of an intersection only
/// the last step's size is wanted.
pub(super) fn count(store: &Store, node: &Node) -> u64 {
    if let Some(ids) = known(store, node) {
        return ids.len();
    }
    match node {
        Node::OneOf(labels) => labels.iter().map(|&label| store.index().label(label).len()).sum(),
        Node::Not(operand) => store.live().len().saturating_sub(count(store, operand)),
        Node::Subtract(from, minus) => {
            let from = run(store, from, &mut Untraced);
            from.len().saturating_sub(count_within(store, &from, minus))
        }
        Node::Intersect(operands) => match operands.split_last() {
            Some((last, rest)) => count_within(store, &intersect(store, rest, &mut Untraced), last),
            None => store.live().len(),
        },
        node => run(store, node, &mut Untraced).len(),
    }
}

/// How many objects of `ids` are in `node`.
fn count_within(store: &Store, ids: &Ids<'_>, node: &Node) -> u64 {
    if ids.is_empty() {
        return 0;
    }
    match node {
        Node::Not(operand) => ids.len().saturating_sub(count_within(store, ids, operand)),
        Node::OneOf(labels) if ids.len() < labels.len() as u64 => {
            ids.iter().filter(|&id| has_one_of(store, labels, id)).count() as u64
        }
        Node::OneOf(labels) => {
            labels.iter().map(|&label| ids.intersection_len(&store.index().label(label).into())).sum()
        }
        Node::Union(operands) => count_within_union(store, ids, operands),
        node => ids.intersection_len(&run(store, node, &mut Untraced)),
    }
}

/// How many objects of `ids` are in any of `operands`. Those of one operand are taken out before the next is
/// counted; often there are none, and for the last one the number is enough.
fn count_within_union(store: &Store, ids: &Ids<'_>, operands: &[Node]) -> u64 {
    let mut operands = operands.iter().peekable();
    let mut rest = Cow::Borrowed(ids);
    let mut n_found = 0;
    while let Some(operand) = operands.next() {
        let n = count_within(store, &rest, operand);
        n_found += n;
        if n > 0 && operands.peek().is_some() {
            rest = Cow::Owned(narrow_by_difference(store, rest.into_owned(), operand, &mut Untraced));
        }
    }
    n_found
}

/// Whether `node` has the object with this number.
fn contains(store: &Store, node: &Node, id: u32) -> bool {
    match node {
        Node::Empty => false,
        Node::All => store.live().contains(id),
        Node::Leaf(leaf) => leaf_ids(store, *leaf).contains(id),
        Node::Found(ids) => ids.contains(id),
        Node::OneOf(labels) => has_one_of(store, labels, id),
        Node::Intersect(operands) => operands.iter().all(|operand| contains(store, operand, id)),
        Node::Union(operands) => operands.iter().any(|operand| contains(store, operand, id)),
        Node::Not(operand) => store.live().contains(id) && !contains(store, operand, id),
        Node::Subtract(from, minus) => contains(store, from, id) && !contains(store, minus, id),
    }
}

/// Whether the object has one of these labels, which are sorted.
fn has_one_of(store: &Store, labels: &[LabelId], id: u32) -> bool {
    store.table().labels_of(ObjectId(id)).any(|label| labels.binary_search(&label).is_ok())
}

/// The first `n` objects of `node` in ascending order.
///
/// Walks the set that the plan begins with and tries its objects one by one, which finds the first few of
/// many in no time; where matches turn out to be rare, all are found at once instead.
pub(super) fn first<'s>(store: &'s Store, node: &Node, n: usize) -> Ids<'s> {
    if let Some(found) = walk(store, node, n) {
        return Ids::from_sorted(found);
    }
    let found: Vec<u32> = run(store, node, &mut Untraced).iter().take(n).collect();
    Ids::from_sorted(found)
}

/// The first `n` objects; `None` when they are rarer than one in [`TRIES_PER_MATCH`].
fn walk(store: &Store, node: &Node, n: usize) -> Option<Vec<u32>> {
    /// Trying one object costs some tens of nanoseconds; a whole run costs some tens of microseconds.
    const TRIES_PER_MATCH: usize = 64;
    const MIN_TRIES: usize = 1024;
    let tries = n.saturating_mul(TRIES_PER_MATCH).max(MIN_TRIES);
    let driver = driver(store, node);
    let mut found = Vec::new();
    for (nth, id) in driver.iter().enumerate() {
        if found.len() == n {
            break;
        }
        if nth == tries {
            return None;
        }
        if contains(store, node, id) {
            found.push(id);
        }
    }
    Some(found)
}

/// A set that has every object of `node`: what its evaluation begins with.
fn driver<'s>(store: &'s Store, node: &Node) -> Ids<'s> {
    match node {
        Node::Intersect(operands) => match operands.first() {
            Some(first) => driver(store, first),
            None => Ids::Stored(store.live()),
        },
        Node::Subtract(from, _) => driver(store, from),
        Node::Not(_) => Ids::Stored(store.live()),
        node => run(store, node, &mut Untraced),
    }
}
