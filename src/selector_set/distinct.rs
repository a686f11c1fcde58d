//! The different selectors of a set, each kept once with the numbers it goes by.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use roaring::RoaringBitmap;

use super::standing::Standing;
use super::terms::Term;

/// A selector among those that differ. Given out again once its selector is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DistinctId(u32);

/// One of the selectors that differ.
#[derive(Debug, Clone)]
pub(super) struct Distinct<Q> {
    pub(super) selector: Q,
    /// The numbers under which it stands in the set; none once it is gone.
    pub(super) ids: RoaringBitmap,
    /// Where the index keeps it, if it is one that has to be tried.
    pub(super) anchors: Vec<Term>,
    /// Whether such a one selects an object that has none of the anchors.
    pub(super) selects_unanchored: bool,
}

impl<Q> Distinct<Q> {
    fn new(selector: Q) -> Distinct<Q> {
        Distinct { selector, ids: RoaringBitmap::new(), anchors: Vec::new(), selects_unanchored: false }
    }
}

/// Selectors without repeats. Thousands of Services may share one selector, which is then tried once.
#[derive(Debug, Clone)]
pub(super) struct DistinctSelectors<Q> {
    selectors: Vec<Distinct<Q>>,
    /// Places in `selectors` that are free.
    free: Vec<u32>,
    /// The places in use, found by the hash of the selector.
    table: HashTable<u32>,
    hasher: RandomState,
}

impl<Q: Standing> DistinctSelectors<Q> {
    pub(super) fn new() -> DistinctSelectors<Q> {
        let (table, hasher) = (HashTable::default(), RandomState::default());
        DistinctSelectors { selectors: Vec::new(), free: Vec::new(), table, hasher }
    }

    /// The place of `selector`, which is new, and then without ids, if it was not there.
    pub(super) fn intern(&mut self, selector: Q) -> DistinctId {
        let DistinctSelectors { selectors, free, table, hasher } = self;
        let hash = hasher.hash_one(&selector);
        // The hash leads to a few places at most, and only the selector there tells whether it is
        // the same.
        if let Some(&place) = table.find(hash, |&place| selectors[place as usize].selector == selector) {
            return DistinctId(place);
        }
        let distinct = Distinct::new(selector);
        let place = match free.pop() {
            Some(place) => {
                selectors[place as usize] = distinct;
                place
            }
            None => {
                selectors.push(distinct);
                selectors.len() as u32 - 1
            }
        };
        table.insert_unique(hash, place, |&place| hasher.hash_one(&selectors[place as usize].selector));
        DistinctId(place)
    }

    /// Takes a selector away that has no ids any more.
    pub(super) fn remove(&mut self, id: DistinctId) {
        let DistinctSelectors { selectors, free, table, hasher } = self;
        let distinct = &mut selectors[id.0 as usize];
        let hash = hasher.hash_one(&distinct.selector);
        // The place is known, so that no selectors are compared.
        if let Ok(entry) = table.find_entry(hash, |&place| place == id.0) {
            entry.remove();
            free.push(id.0);
            // The selector's memory is given back now, and not only when its place is used again.
            *distinct = Distinct::new(Q::nothing());
        }
    }

    pub(super) fn get(&self, id: DistinctId) -> &Distinct<Q> {
        &self.selectors[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: DistinctId) -> &mut Distinct<Q> {
        &mut self.selectors[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    #[test]
    fn places_are_shared_and_used_again() {
        let selector = |text: &str| text.parse::<Selector>().unwrap();
        let mut distinct = DistinctSelectors::new();
        let web = distinct.intern(selector("app=web"));
        assert_eq!(distinct.intern(selector("app=web")), web);
        let api = distinct.intern(selector("app=api"));
        assert_ne!(api, web);
        distinct.remove(web);
        let again = distinct.intern(selector("x"));
        assert_eq!(again, web);
        assert_eq!(
            (&distinct.get(api).selector, &distinct.get(again).selector),
            (&selector("app=api"), &selector("x"))
        );
        assert_ne!(distinct.intern(selector("app=web")), again);
    }
}
