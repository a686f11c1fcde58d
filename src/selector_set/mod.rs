//! Standing queries: many selectors held at once, and asked the other way round.
//!
//! A [`Plan`](crate::Plan) finds the objects of one selector; a [`SelectorSet`] finds the selectors of one
//! object. The `term_index` leads from what an object has to the selectors that ask for it or forbid it, `anchors` says
//! which few of the others have to be tried, and `distinct` keeps equal selectors together.

mod anchors;
mod distinct;
mod ids;
mod term_index;
mod terms;

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use roaring::RoaringBitmap;

pub use ids::{SelectorId, SelectorIds, SelectorIdsIter};

use crate::{Label, Selector};
use distinct::{DistinctId, DistinctSelectors};
use term_index::{TermIndex, simple};
use terms::Present;

/// Many selectors held at once, to learn which of them select an object without trying them all.
///
/// Each answer is what trying every selector with [`Selector::matches`] would give: the empty selector is in every
/// answer, the null selector in none.
///
/// ```
/// use selq::SelectorSet;
///
/// let mut services = SelectorSet::new();
/// let web = services.insert("app=web,tier=front".parse()?);
/// let not_legacy = services.insert("!legacy".parse()?);
/// let labels = [("app", "web"), ("tier", "front")];
/// assert_eq!(services.matching(labels).iter().collect::<Vec<_>>(), [web, not_legacy]);
///
/// let changes = services.changes(labels, [("app", "web"), ("legacy", "")]);
/// assert!(changes.entered.is_empty());
/// assert_eq!(changes.left.iter().collect::<Vec<_>>(), [web, not_legacy]);
/// # Ok::<(), selq::ParseError>(())
/// ```
///
/// A query about labels goes in as the selector that it is, also with `||` and `!( )`, as long as it has no globs, regular
/// expressions, `>=` or `<=`:
///
/// ```
/// use selq::{Query, SelectorSet};
///
/// let mut set = SelectorSet::new();
/// let query: Query = "app=web || !(tier)".parse()?;
/// let id = query.to_selector().map(|selector| set.insert(selector));
/// assert_eq!(set.matching([("app", "web"), ("tier", "db")]).iter().next(), id);
/// # Ok::<(), selq::ParseError>(())
/// ```
///
/// # Cost
/// An answer costs a few look-ups for each label of the object, the selectors in it (a bit each), and the selectors
/// that are tried. Those are at most: each different selector that has two or more requirements that ask for a label,
/// where the object has the *anchor*, the requirement among them that fewest selectors share; and each different
/// selector with an "or" or a "not" in which some alternative asks for no label, for every object. So is one with more
/// than some dozens of them inside each other.
///
/// Equal selectors are kept once. Keys and values that no selector names any more stay interned: a set that sees ever
/// new ones grows by them, and by four bytes for each selector that was ever in it.
#[derive(Clone, Default)]
pub struct SelectorSet {
    /// What each number stands for; nothing once it was removed.
    slots: Vec<Option<DistinctId>>,
    n_selectors: usize,
    distinct: DistinctSelectors,
    index: TermIndex,
}

/// The selectors that select an object after a change of its labels and did not before, and the other way round.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SelectorChanges {
    /// The selectors whose selection the object enters.
    pub entered: SelectorIds,
    /// The selectors whose selection the object leaves.
    pub left: SelectorIds,
}

impl SelectorSet {
    /// A set without selectors. It gives no object anything, unlike the selector without requirements.
    #[must_use]
    pub fn new() -> SelectorSet {
        SelectorSet::default()
    }

    /// Puts a selector in and returns its number. The same selector twice has two numbers.
    ///
    /// Costs time in proportion to the selector, however many there are.
    ///
    /// # Panics
    /// After 2³² − 1 selectors.
    pub fn insert(&mut self, selector: Selector) -> SelectorId {
        // A removed selector leaves its slot behind, so that no number is ever given out twice.
        let id = u32::try_from(self.slots.len()).expect("fewer than 2^32 selectors");
        let place = self.distinct.intern(selector);
        let distinct = self.distinct.get_mut(place);
        // Simple selectors stand in the index by their numbers, equal ones too: it answers them
        // without trying any.
        if let Some(requirements) = simple(&distinct.selector) {
            self.index.change_simple(&requirements, id, RoaringBitmap::insert);
        } else if distinct.ids.is_empty() {
            self.index.terms.intern_keys(distinct.selector.expr());
            let is_deep = distinct.selector.is_deep();
            distinct.anchors =
                // A tree too deep for the recursion that finds anchors is tried for every object.
                if is_deep { None } else { self.index.anchors(distinct.selector.expr(), true) };
            self.index.insert_anchored(distinct.anchors.as_deref(), place);
        }
        distinct.ids.insert(id);
        self.slots.push(Some(place));
        self.n_selectors += 1;
        SelectorId(id)
    }

    /// Takes a selector away; its number is not used again. False when it is not there.
    ///
    /// Costs time in proportion to the selector, and looks through the numbers of those with the same anchor.
    pub fn remove(&mut self, id: SelectorId) -> bool {
        let Some(place) = self.slots.get_mut(id.index()).and_then(Option::take) else { return false };
        let distinct = self.distinct.get_mut(place);
        distinct.ids.remove(id.0);
        let is_last = distinct.ids.is_empty();
        if let Some(requirements) = simple(&distinct.selector) {
            self.index.change_simple(&requirements, id.0, RoaringBitmap::remove);
        } else if is_last {
            self.index.remove_anchored(distinct.anchors.as_deref(), place);
        }
        // The index was changed before, as it needs the selector and its anchors to know where to
        // look.
        if is_last {
            self.distinct.remove(place);
        }
        self.n_selectors -= 1;
        true
    }

    /// The selector with this number, if it is there.
    #[must_use]
    pub fn get(&self, id: SelectorId) -> Option<&Selector> {
        let place = (*self.slots.get(id.index())?)?;
        Some(&self.distinct.get(place).selector)
    }

    /// How many selectors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_selectors
    }

    /// Whether there is no selector.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_selectors == 0
    }

    /// All selectors with their numbers, in the order they were put in.
    #[must_use]
    pub fn iter(&self) -> Selectors<'_> {
        Selectors { set: self, ids: 0..self.slots.len() as u32, n_left: self.n_selectors }
    }

    /// The selectors that select an object with these labels. The last of two labels with the same key counts.
    #[must_use]
    pub fn matching<L>(&self, labels: L) -> SelectorIds
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels: Vec<L::Item> = labels.into_iter().collect();
        SelectorIds(self.selecting(&self.index.terms.present(&labels)))
    }

    fn selecting(&self, present: &Present<'_>) -> RoaringBitmap {
        let mut hits = self.index.hits(present);
        let value = |key: &str| self.index.terms.key(key).and_then(|key| present.value(key));
        // One that is tried twice gives its ids twice, which the union takes for once.
        let tried = hits.to_try.iter().map(|&place| self.distinct.get(place));
        let found = tried.filter(|distinct| distinct.selector.matches_by(value));
        hits.selected.extend(found.map(|distinct| &distinct.ids));
        let mut ids = ids::union(&hits.selected);
        if !hits.ruled_out.is_empty() {
            // Only simple selectors are ruled out, so that none of those that were tried is taken
            // away here.
            ids -= ids::union(&hits.ruled_out);
        }
        ids
    }

    /// What it means for the selectors that an object's labels change from `before` to `after`.
    ///
    /// Costs the two answers, and little if only labels change whose keys no selector names. An object that comes or goes
    /// is something else than one without labels, which the empty selector selects: [`matching`](SelectorSet::matching)
    /// says what it enters or leaves.
    #[must_use]
    pub fn changes<B, A>(&self, before: B, after: A) -> SelectorChanges
    where
        B: IntoIterator,
        B::Item: Label,
        A: IntoIterator,
        A::Item: Label,
    {
        let before: Vec<B::Item> = before.into_iter().collect();
        let after: Vec<A::Item> = after.into_iter().collect();
        let (before, after) = (self.index.terms.present(&before), self.index.terms.present(&after));
        // Labels whose keys no selector names are in neither, so that a change of those alone ends
        // here.
        if before == after {
            return SelectorChanges { entered: SelectorIds::default(), left: SelectorIds::default() };
        }
        let (before, after) = (self.selecting(&before), self.selecting(&after));
        SelectorChanges { entered: SelectorIds(&after - &before), left: SelectorIds(before - after) }
    }
}

/// All selectors of a [`SelectorSet`] with their numbers, in the order they were put in.
#[derive(Debug, Clone)]
pub struct Selectors<'s> {
    set: &'s SelectorSet,
    ids: Range<u32>,
    n_left: usize,
}

impl<'s> Iterator for Selectors<'s> {
    type Item = (SelectorId, &'s Selector);

    fn next(&mut self) -> Option<(SelectorId, &'s Selector)> {
        let set = self.set;
        let next = self.ids.by_ref().map(SelectorId).find_map(|id| Some((id, set.get(id)?)))?;
        self.n_left -= 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // The range also has the numbers of removed selectors, so that it does not tell how many
        // are left.
        (self.n_left, Some(self.n_left))
    }
}

impl ExactSizeIterator for Selectors<'_> {}

impl FusedIterator for Selectors<'_> {}

impl<'s> IntoIterator for &'s SelectorSet {
    type Item = (SelectorId, &'s Selector);
    type IntoIter = Selectors<'s>;

    fn into_iter(self) -> Selectors<'s> {
        self.iter()
    }
}

/// The selectors get ascending numbers.
impl Extend<Selector> for SelectorSet {
    fn extend<I: IntoIterator<Item = Selector>>(&mut self, selectors: I) {
        for selector in selectors {
            self.insert(selector);
        }
    }
}

/// The number of each selector is its place.
impl FromIterator<Selector> for SelectorSet {
    fn from_iter<I: IntoIterator<Item = Selector>>(selectors: I) -> SelectorSet {
        let mut set = SelectorSet::new();
        set.extend(selectors);
        set
    }
}

impl fmt::Debug for SelectorSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelectorSet").field("n_selectors", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many selectors are tried for an object.
    fn n_tried(set: &SelectorSet, labels: &[(&str, &str)]) -> usize {
        set.index.hits(&set.index.terms.present(labels)).to_try.len()
    }

    #[test]
    fn few_selectors_are_tried() {
        let mut set = SelectorSet::new();
        for n in 0..100 {
            for text in
                [format!("app=web,instance=web-{n}"), format!("n={n}"), format!("!k{n}"), "a,app=web".into()]
            {
                set.insert(text.parse().unwrap());
            }
        }
        let labels = [("app", "web"), ("instance", "web-7"), ("n", "7"), ("k7", "")];
        assert_eq!(set.matching(labels).len(), 1 + 1 + 99);
        assert!(n_tried(&set, &labels) <= 4, "{}", n_tried(&set, &labels));
        assert!(n_tried(&set, &[("app", "web")]) <= 3);
        assert_eq!(n_tried(&set, &[("n", "7"), ("k8", "")]), 0);
    }

    #[test]
    fn removing_the_last_of_equal_selectors_stops_trying() {
        let mut set = SelectorSet::new();
        let [first, second] = [(); 2].map(|()| set.insert("a=x,b=y".parse().unwrap()));
        let labels = [("a", "x"), ("b", "y")];
        assert_eq!(n_tried(&set, &labels), 1);
        assert!(set.remove(first) && set.matching(labels).contains(second));
        assert!(set.remove(second) && n_tried(&set, &labels) == 0);
    }
}
