//! Sets of selectors, by number.

use std::fmt;
use std::iter::FusedIterator;

use roaring::{MultiOps, RoaringBitmap};

/// A selector's number within one [`SelectorSet`](super::SelectorSet): given out in ascending order from 0,
/// and never twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SelectorId(pub(super) u32);

impl SelectorId {
    /// The number as an index: the selector was the `index`-th one put into its set, counted from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Some of the selectors of a [`SelectorSet`](super::SelectorSet): what a question to it is answered with.
///
/// A compressed bitmap: thousands of selectors cost little more than their count.
#[derive(Clone, PartialEq, Default)]
pub struct SelectorIds(pub(super) RoaringBitmap);

impl SelectorIds {
    /// How many selectors there are. At most one step per 65,536 selectors of the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len() as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this selector is among them.
    #[must_use]
    pub fn contains(&self, id: SelectorId) -> bool {
        self.0.contains(id.0)
    }

    /// The selectors' numbers, ascending.
    #[must_use]
    pub fn iter(&self) -> SelectorIdsIter<'_> {
        SelectorIdsIter(self.0.iter())
    }
}

impl<'i> IntoIterator for &'i SelectorIds {
    type Item = SelectorId;
    type IntoIter = SelectorIdsIter<'i>;

    fn into_iter(self) -> SelectorIdsIter<'i> {
        self.iter()
    }
}

/// The numbers of [`SelectorIds`], ascending.
#[derive(Clone)]
pub struct SelectorIdsIter<'i>(roaring::bitmap::Iter<'i>);

impl Iterator for SelectorIdsIter<'_> {
    type Item = SelectorId;

    #[inline]
    fn next(&mut self) -> Option<SelectorId> {
        self.0.next().map(SelectorId)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn fold<B, F: FnMut(B, SelectorId) -> B>(self, init: B, mut f: F) -> B {
        // The fold is passed on, as the bitmap goes through one container after another, where the
        // default would ask for each id anew.
        self.0.fold(init, |value, id| f(value, SelectorId(id)))
    }
}

impl DoubleEndedIterator for SelectorIdsIter<'_> {
    fn next_back(&mut self) -> Option<SelectorId> {
        self.0.next_back().map(SelectorId)
    }
}

impl ExactSizeIterator for SelectorIdsIter<'_> {}

impl FusedIterator for SelectorIdsIter<'_> {}

impl fmt::Debug for SelectorIdsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl fmt::Debug for SelectorIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Up to how many ids sorting beats setting bits in a bitmap of 8 KiB per 65,536 selectors.
const MAX_SORTED: u64 = 256;

/// The ids that are in at least one of the `parts`.
pub(super) fn union(parts: &[&RoaringBitmap]) -> RoaringBitmap {
    match parts {
        [] => RoaringBitmap::new(),
        [only] => (*only).clone(),
        // The lengths are known without a look at the ids, those in several parts counted for each.
        _ if parts.iter().map(|part| part.len()).sum::<u64>() <= MAX_SORTED => {
            let mut ids: Vec<u32> = parts.iter().copied().flatten().collect();
            ids.sort_unstable();
            ids.dedup();
            RoaringBitmap::from_sorted_iter(ids).expect("the ids are sorted and have no repeats")
        }
        _ => parts.iter().copied().union(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_of_few_and_of_many() {
        let few = [RoaringBitmap::from_iter([1, 70_000]), RoaringBitmap::from_iter([1, 5])];
        let many = [RoaringBitmap::from_iter(0..300), RoaringBitmap::from_iter(200..400)];
        assert_eq!(union(&[]), RoaringBitmap::new());
        assert_eq!(union(&[&few[0]]), few[0]);
        assert_eq!(union(&[&few[0], &few[1]]), RoaringBitmap::from_iter([1, 5, 70_000]));
        assert_eq!(union(&[&many[0], &many[1]]), RoaringBitmap::from_iter(0..400));
    }
}
