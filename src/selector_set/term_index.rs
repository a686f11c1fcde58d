//! The way from an object's labels to the selectors that select it.
//!
//! A *simple* selector asks an object to have one thing at most: `env=prod`, `tier in (db,cache),!legacy`,
//! `env!=prod`, or nothing at all. All simple selectors are answered together with set operations: the union of what
//! the object's labels select, and of what needs no label, less what its labels rule out. Only the others
//! are tried, and only where an object has their anchor: for any other the answer is that for one without labels.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use roaring::RoaringBitmap;

use super::distinct::DistinctId;
use super::standing::LabelLeaf;
use super::terms::{Present, Term, Terms};
use crate::selector::{Expr, Integer, integer};
use crate::{LabelKey, Requirement};

/// Selectors by what they require.
#[derive(Debug, Clone, Default)]
pub(super) struct TermIndex {
    pub(super) terms: Terms,
    /// What stands at each term.
    entries: Vec<Entry>,
    /// The simple selectors with `>` or `<`, by key.
    bounds: HashMap<Term, Bounds, foldhash::fast::RandomState>,
    /// The selectors that no label is needed for: the empty one, those that only forbid, and those that have some alternative
    /// that does.
    unconditional: RoaringBitmap,
}

/// What it means for the selectors that an object has a term.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// The simple selectors that ask for it.
    selected: RoaringBitmap,
    /// The simple selectors that forbid it.
    ruled_out: RoaringBitmap,
    /// The selectors to try.
    anchored: Vec<DistinctId>,
}

/// The simple selectors that compare the value of a key with a number.
#[derive(Debug, Clone, Default)]
struct Bounds {
    /// `key>n`, by `n`.
    above: BTreeMap<i64, RoaringBitmap>,
    /// `key<n`, by `n`.
    below: BTreeMap<i64, RoaringBitmap>,
}

/// What an object's labels lead to.
#[derive(Default)]
pub(super) struct Hits<'i> {
    /// Selectors that hold unless they are ruled out.
    pub(super) selected: Vec<&'i RoaringBitmap>,
    /// Selectors that do not hold.
    pub(super) ruled_out: Vec<&'i RoaringBitmap>,
    /// Selectors to try, some perhaps more than once.
    pub(super) to_try: Vec<DistinctId>,
}

/// Puts an id into a bitmap or takes it out: `RoaringBitmap::insert` or `RoaringBitmap::remove`.
pub(super) type BitmapChange = fn(&mut RoaringBitmap, u32) -> bool;

/// The requirements of a selector of which at most one asks for a label; `None` for any other selector.
pub(super) fn simple<R: LabelLeaf>(expr: &Expr<R>) -> Option<Vec<&Requirement>> {
    let requirements: Option<Vec<&Requirement>> =
        expr.conjuncts()?.into_iter().map(LabelLeaf::as_requirement).collect();
    let requirements = requirements?;
    let n_positive = requirements.iter().filter(|requirement| !requirement.holds_without_key()).count();
    // Two that ask for labels would need an intersection; those that only rule out are taken away from what one found.
    (n_positive <= 1).then_some(requirements)
}

impl TermIndex {
    /// Puts a simple selector in or takes it out. Costs one step per value.
    pub(super) fn change_simple(&mut self, requirements: &[&Requirement], id: u32, change: BitmapChange) {
        for requirement in requirements {
            self.change_requirement(requirement, id, change);
        }
        // The empty selector is among these, as all of no requirements hold.
        if requirements.iter().all(|requirement| requirement.holds_without_key()) {
            self.change_unconditional(id, change);
        }
    }

    /// Puts a selector among those that no label is needed for, or takes it out.
    pub(super) fn change_unconditional(&mut self, id: u32, change: BitmapChange) {
        change(&mut self.unconditional, id);
    }

    fn change_requirement(&mut self, requirement: &Requirement, id: u32, change: BitmapChange) {
        match requirement {
            // Bounds stand in the order of their numbers, where those that a value passes are next
            // to each other.
            Requirement::GreaterThan(key, bound) => {
                change_bound(&mut self.bounds(key).above, bound, id, change);
            }
            Requirement::LessThan(key, bound) => {
                change_bound(&mut self.bounds(key).below, bound, id, change);
            }
            _ => {
                for term in self.terms.of(requirement) {
                    let Entry { selected, ruled_out, .. } = self.entry(term);
                    change(if requirement.holds_without_key() { ruled_out } else { selected }, id);
                }
            }
        }
    }

    fn bounds(&mut self, key: &LabelKey) -> &mut Bounds {
        let key = self.terms.intern_key(key.as_str());
        self.bounds.entry(key).or_default()
    }

    /// Has a selector tried for the objects with one of `anchors`.
    pub(super) fn insert_anchored(&mut self, anchors: &[Term], id: DistinctId) {
        anchors.iter().for_each(|&term| self.entry(term).anchored.push(id));
    }

    /// The reverse of [`insert_anchored`](TermIndex::insert_anchored). Looks through the selectors with the same anchors.
    pub(super) fn remove_anchored(&mut self, anchors: &[Term], id: DistinctId) {
        anchors.iter().for_each(|&term| take_out(&mut self.entry(term).anchored, id));
    }

    /// How many selectors are tried for the objects with a term.
    pub(super) fn n_anchored(&self, term: Term) -> usize {
        self.entries.get(term.index()).map_or(0, |entry| entry.anchored.len())
    }

    /// Everything that stands at what an object has.
    pub(super) fn hits(&self, present: &Present<'_>) -> Hits<'_> {
        // An object is looked up by its own keys and labels, so that this costs its labels and not the selectors.
        let mut hits = Hits::default();
        add_unless_empty(&mut hits.selected, &self.unconditional);
        for (key, value) in present.iter() {
            hits.add(self.entries.get(key.index()));
            hits.add(self.terms.label(key, value).and_then(|term| self.entries.get(term.index())));
            if let Some(bounds) = self.bounds.get(&key)
                && let Some(number) = integer(value)
            {
                hits.selected.extend(bounds.passed_by(number));
            }
        }
        hits
    }

    fn entry(&mut self, term: Term) -> &mut Entry {
        if term.index() >= self.entries.len() {
            self.entries.resize_with(self.terms.len(), Entry::default);
        }
        &mut self.entries[term.index()]
    }
}

impl Bounds {
    /// The selectors on the right side of whose bound `number` is. One step per selected bound.
    fn passed_by(&self, number: i64) -> impl Iterator<Item = &RoaringBitmap> {
        // A number does not pass a bound that it is equal to.
        let above = self.above.range(..number);
        let below = self.below.range((Bound::Excluded(number), Bound::Unbounded));
        above.chain(below).map(|(_, ids)| ids)
    }
}

impl<'i> Hits<'i> {
    fn add(&mut self, entry: Option<&'i Entry>) {
        if let Some(entry) = entry {
            add_unless_empty(&mut self.selected, &entry.selected);
            add_unless_empty(&mut self.ruled_out, &entry.ruled_out);
            self.to_try.extend_from_slice(&entry.anchored);
        }
    }
}

fn change_bound(side: &mut BTreeMap<i64, RoaringBitmap>, bound: &Integer, id: u32, change: BitmapChange) {
    let ids = side.entry(bound.value()).or_default();
    change(ids, id);
    // A bound that no selector has any more would be walked for every number that passes it.
    if ids.is_empty() {
        side.remove(&bound.value());
    }
}

fn add_unless_empty<'i>(sets: &mut Vec<&'i RoaringBitmap>, set: &'i RoaringBitmap) {
    if !set.is_empty() {
        sets.push(set);
    }
}

fn take_out(list: &mut Vec<DistinctId>, id: DistinctId) {
    if let Some(at) = list.iter().position(|&other| other == id) {
        // In which order selectors are tried makes no difference.
        list.swap_remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    #[test]
    fn simple_selectors_ask_for_one_thing_at_most() {
        let is_simple = |text: &str| simple(text.parse::<Selector>().unwrap().expr()).is_some();
        assert!(is_simple("") && is_simple("a=x") && is_simple("a in (x,y),!b,c!=z") && is_simple("a!=x,!b"));
        assert!(is_simple("a") && is_simple("a>7,!b"));
        assert!(!is_simple("a=x,b=y") && !is_simple("a>7,a<9") && !is_simple("a=x,a"));
        assert!(simple(Selector::nothing().expr()).is_none());
    }
}
