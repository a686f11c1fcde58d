//! Running a plan: the set of its objects, their number, or the first of them.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::ids::Ids;
use super::leaf::{ColumnId, CountAsked, Leaf, StandingTo, ValueId};
use super::node::Node;
use super::sets::Sets;
use crate::store::ObjectId;

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
pub(super) fn run<'s>(sets: Sets<'s>, node: &Node, trace: &mut impl Trace) -> Ids<'s> {
    if let Some(ids) = known(sets, node) {
        return ids;
    }
    trace.enter();
    let ids = match node {
        Node::Empty | Node::All | Node::Leaf(_) | Node::Found(_) => unreachable!("known without work"),
        Node::Intersect(operands) => intersect(sets, operands, trace),
        Node::OneOf(column, values) => Ids::union(having_each(sets, *column, values)),
        Node::Union(operands) => Ids::union(operands.iter().map(|operand| run(sets, operand, trace))),
        Node::Related(standing, operand) => related(sets, *standing, &run(sets, operand, trace)),
        Node::Counted(asked, operand) => counted(sets, asked, &run(sets, operand, trace)),
        Node::Not(operand) => Ids::Stored(sets.live()).subtract(&run(sets, operand, trace)),
        Node::Subtract(from, minus) => {
            let from = run(sets, from, trace);
            narrow_by_difference(sets, from, minus, trace)
        }
    };
    trace.leave(Some(ids.len()));
    ids
}

/// The objects that have each of these values.
fn having_each<'s>(sets: Sets<'s>, column: ColumnId, values: &[ValueId]) -> impl Iterator<Item = Ids<'s>> {
    values.iter().map(move |&value| sets.postings(Leaf::Value(column, value)).into())
}

/// The objects that stand to any of `others`.
fn related<'s>(sets: Sets<'s>, standing: StandingTo, others: &Ids<'_>) -> Ids<'s> {
    // A plan names only relations that were read when it was made.
    let Some(pairs) = sets.pairs(standing) else { return Ids::empty() };
    Ids::Owned(pairs.standing_to(standing.end, &others.to_bitmap()))
}

/// The objects that stand to as many of `others` as a test asks for.
fn counted<'s>(sets: Sets<'s>, asked: &CountAsked, others: &Ids<'_>) -> Ids<'s> {
    let CountAsked { standing, test } = asked;
    let Some(pairs) = sets.pairs(*standing) else { return Ids::empty() };
    let mut none = RoaringBitmap::clone(sets.live());
    let mut found = RoaringBitmap::new();
    for (n, objects) in pairs.counts(standing.end, &others.to_bitmap()) {
        none -= &objects;
        found |= if test.accepts_amount(n) { objects } else { RoaringBitmap::new() };
    }
    Ids::Owned(if test.accepts_amount(0) { found | none } else { found })
}

/// The set of a node that takes no work.
fn known<'s>(sets: Sets<'s>, node: &Node) -> Option<Ids<'s>> {
    match node {
        Node::Empty => Some(Ids::empty()),
        Node::All => Some(Ids::Stored(sets.live())),
        Node::Leaf(leaf) => Some(sets.postings(*leaf).into()),
        // It is copied, as matches may outlive their plan and borrow from the store alone.
        Node::Found(ids) => Some(Ids::Owned(RoaringBitmap::clone(ids))),
        _ => None,
    }
}

/// The operands' intersection; stops as soon as it is empty.
fn intersect<'s>(sets: Sets<'s>, operands: &[Node], trace: &mut impl Trace) -> Ids<'s> {
    let Some((first, rest)) = operands.split_first() else { return Ids::Stored(sets.live()) };
    let mut ids = run(sets, first, trace);
    for operand in rest {
        if ids.is_empty() {
            break;
        }
        ids = narrow(sets, ids, operand, trace);
    }
    ids
}

/// The objects of `ids` that are in `node`.
fn narrow<'s>(sets: Sets<'s>, ids: Ids<'s>, node: &Node, trace: &mut impl Trace) -> Ids<'s> {
    match node {
        // Looking at the labels of a few objects is cheaper than putting a long union together.
        Node::OneOf(ColumnId::Key(_), values) if ids.len() < values.len() as u64 => {
            trace.enter();
            let kept = ids.filter(|id| has_one_of(sets, values, id));
            trace.leave(None);
            kept
        }
        node => {
            let other = run(sets, node, trace);
            ids.intersect(&other)
        }
    }
}

/// The objects of `ids` that are not in `minus`. Takes the operands of a union away one by one, because
/// that needs no union.
fn narrow_by_difference<'s>(sets: Sets<'s>, ids: Ids<'s>, minus: &Node, trace: &mut impl Trace) -> Ids<'s> {
    if ids.is_empty() {
        return ids;
    }
    match minus {
        Node::Union(operands) => {
            trace.enter();
            let kept = operands.iter().fold(ids, |ids, it| narrow_by_difference(sets, ids, it, trace));
            trace.leave(None);
            kept
        }
        minus => {
            let minus = run(sets, minus, trace);
            ids.subtract(&minus)
        }
    }
}

/// How many objects `node` has. Builds no set that is not needed for the number: the sizes of postings
/// are known, the sizes of disjoint sets add up, a complement's is the rest, and of an intersection only
/// the last step's size is wanted.
pub(super) fn count(sets: Sets<'_>, node: &Node) -> u64 {
    if let Some(ids) = known(sets, node) {
        return ids.len();
    }
    match node {
        // The sets are disjoint.
        Node::OneOf(column, values) if column.is_single_valued() => {
            having_each(sets, *column, values).map(|ids| ids.len()).sum()
        }
        // A forged index may list more objects than there are. The number is wrong then, but
        // nothing overflows.
        Node::Not(operand) => sets.live().len().saturating_sub(count(sets, operand)),
        Node::Subtract(from, minus) => {
            let from = run(sets, from, &mut Untraced);
            from.len().saturating_sub(count_within(sets, &from, minus))
        }
        // The last step is the one whose set nobody asks for: counting it builds nothing.
        Node::Intersect(operands) => match operands.split_last() {
            Some((last, rest)) => count_within(sets, &intersect(sets, rest, &mut Untraced), last),
            None => sets.live().len(),
        },
        // So it is with a union: what its last set has in common with the others is counted, and taken off once.
        Node::Union(operands) => match operands.split_last() {
            Some((last, rest)) => {
                let rest = match rest {
                    // One set is as it is in the store, and a union of it would be a copy.
                    [only] => run(sets, only, &mut Untraced),
                    rest => Ids::union(rest.iter().map(|operand| run(sets, operand, &mut Untraced))),
                };
                let last = run(sets, last, &mut Untraced);
                (rest.len() + last.len()).saturating_sub(rest.intersection_len(&last))
            }
            None => 0,
        },
        node => run(sets, node, &mut Untraced).len(),
    }
}

/// How many objects of `ids` are in `node`.
fn count_within(sets: Sets<'_>, ids: &Ids<'_>, node: &Node) -> u64 {
    if ids.is_empty() {
        return 0;
    }
    match node {
        Node::Not(operand) => ids.len().saturating_sub(count_within(sets, ids, operand)),
        Node::OneOf(ColumnId::Key(_), values) if ids.len() < values.len() as u64 => {
            // An object has few labels, while every label of the list would be looked for among these ids.
            ids.iter().filter(|&id| has_one_of(sets, values, id)).count() as u64
        }
        // No object is counted twice.
        Node::OneOf(column, values) if column.is_single_valued() => {
            having_each(sets, *column, values).map(|having| ids.intersection_len(&having)).sum()
        }
        Node::Union(operands) => count_within_union(sets, ids, operands),
        node => ids.intersection_len(&run(sets, node, &mut Untraced)),
    }
}

/// How many objects of `ids` are in any of `operands`. Those of one operand are taken out before the next is
/// counted; often there are none, and for the last one the number is enough.
fn count_within_union(sets: Sets<'_>, ids: &Ids<'_>, operands: &[Node]) -> u64 {
    let mut operands = operands.iter().peekable();
    let mut rest = Cow::Borrowed(ids);
    let mut n_found = 0;
    while let Some(operand) = operands.next() {
        let n = count_within(sets, &rest, operand);
        n_found += n;
        if n > 0 && operands.peek().is_some() {
            rest = Cow::Owned(narrow_by_difference(sets, rest.into_owned(), operand, &mut Untraced));
        }
    }
    n_found
}

/// Whether `node` has the object with this number.
fn contains(sets: Sets<'_>, node: &Node, id: u32) -> bool {
    match node {
        Node::Empty => false,
        Node::All => sets.live().contains(id),
        Node::Leaf(leaf) => Ids::from(sets.postings(*leaf)).contains(id),
        Node::Found(ids) => ids.contains(id),
        Node::OneOf(ColumnId::Key(_), values) => has_one_of(sets, values, id),
        Node::OneOf(column, values) => having_each(sets, *column, values).any(|ids| ids.contains(id)),
        // Nothing that asks others is walked.
        Node::Related(..) | Node::Counted(..) => run(sets, node, &mut Untraced).contains(id),
        Node::Intersect(operands) => operands.iter().all(|operand| contains(sets, operand, id)),
        Node::Union(operands) => operands.iter().any(|operand| contains(sets, operand, id)),
        Node::Not(operand) => sets.live().contains(id) && !contains(sets, operand, id),
        Node::Subtract(from, minus) => contains(sets, from, id) && !contains(sets, minus, id),
    }
}

/// Whether the object has one of these labels, which are sorted.
fn has_one_of(sets: Sets<'_>, labels: &[ValueId], id: u32) -> bool {
    let mut its_labels = sets.table().labels_of(ObjectId(id)).map(ValueId::from);
    its_labels.any(|label| labels.binary_search(&label).is_ok())
}

/// The first `n` objects of `node` in ascending order.
///
/// Walks the set that the plan begins with and tries its objects one by one, which finds the first few of
/// many in no time; where matches turn out to be rare, all are found at once instead.
pub(super) fn first<'s>(sets: Sets<'s>, node: &Node, n: usize, asks_others: bool) -> Ids<'s> {
    // What stands to others is found as a whole, whichever object is tried.
    if !asks_others && let Some(found) = walk(sets, node, n) {
        return Ids::from_sorted(found);
    }
    let found: Vec<u32> = run(sets, node, &mut Untraced).iter().take(n).collect();
    Ids::from_sorted(found)
}

/// The first `n` objects; `None` when they are rarer than one in [`TRIES_PER_MATCH`].
fn walk(sets: Sets<'_>, node: &Node, n: usize) -> Option<Vec<u32>> {
    /// Trying one object costs some tens of nanoseconds; a whole run costs some tens of microseconds.
    const TRIES_PER_MATCH: usize = 64;
    // A thousand tries cost about what one run does, so that giving up sooner would save little.
    const MIN_TRIES: usize = 1024;
    let tries = n.saturating_mul(TRIES_PER_MATCH).max(MIN_TRIES);
    let driver = driver(sets, node);
    let mut found = Vec::new();
    for (nth, id) in driver.iter().enumerate() {
        if found.len() == n {
            break;
        }
        if nth == tries {
            return None;
        }
        if contains(sets, node, id) {
            found.push(id);
        }
    }
    Some(found)
}

/// A set that has every object of `node`: what its evaluation begins with.
fn driver<'s>(sets: Sets<'s>, node: &Node) -> Ids<'s> {
    match node {
        Node::Intersect(operands) => match operands.first() {
            Some(first) => driver(sets, first),
            None => Ids::Stored(sets.live()),
        },
        Node::Subtract(from, _) => driver(sets, from),
        // All objects are walked rather than the complement, which would have to be worked out as a
        // whole before its first object is known.
        Node::Not(_) => Ids::Stored(sets.live()),
        node => run(sets, node, &mut Untraced),
    }
}
