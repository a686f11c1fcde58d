//! Standing queries: many selectors held at once, and asked the other way round.
//!
//! A [`Plan`](crate::Plan) finds the objects of one selector; a [`SelectorSet`] finds the selectors of one
//! object. The `term_index` leads from what an object has to the selectors that ask for it or forbid it, `anchors` says
//! which few of the others have to be tried, and `distinct` keeps equal selectors together. Queries about labels alone are
//! held in the same way; `standing` says what of both the rest needs.

mod anchors;
mod distinct;
mod ids;
mod standing;
mod term_index;
mod terms;

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use roaring::RoaringBitmap;

pub use ids::{SelectorId, SelectorIds, SelectorIdsIter};
pub use standing::{NotAboutLabels, Standing};

use crate::{Label, Query, Selector};
use distinct::{Distinct, DistinctId, DistinctSelectors};
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
/// A set [of queries](SelectorSet::of_queries) holds whatever the query language says of labels, with globs, regular
/// expressions, `>=`, `<=`, `||` and `!( )`, and selectors as the queries that they are. Each answer is what trying every query
/// with [`Query::matches`] would give. One about anything else is refused:
///
/// ```
/// use selq::{Query, Selector, SelectorSet};
///
/// let mut queries = SelectorSet::of_queries();
/// let web = queries.insert_query("app=web-* || !(tier) && zone=~'eu-.*'".parse()?)?;
/// let db = queries.insert_query(Query::from("tier=db".parse::<Selector>()?))?;
/// assert_eq!(queries.matching([("app", "web-7"), ("tier", "db")]).iter().collect::<Vec<_>>(), [web, db]);
/// assert_eq!(queries.get(db).map(Query::to_string).as_deref(), Some("tier=db"));
///
/// let refused = queries.insert_query("app=web-*,.status.phase=Failed".parse()?).unwrap_err();
/// assert_eq!(refused.subject().to_string(), ".status.phase");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
/// An answer costs a few look-ups for each label of the object, the selectors in it (a bit each), and the selectors
/// that are tried. Those are at most: each different selector that has two or more requirements that ask for a label,
/// where the object has the *anchor*, the requirement among them that fewest selectors share; each different
/// selector with an "or" or a "not", where the object has an anchor of one of its alternatives, or, if an object without
/// labels is selected, something that may rule it out; and each different query with a glob, a regular expression, `>=` or
/// `<=`, in the same way, for which the key counts alone.
///
/// Equal selectors are kept once. Keys and values that no selector names any more stay interned: a set that sees ever
/// new ones grows by them, and by four bytes for each selector that was ever in it.
#[derive(Clone)]
pub struct SelectorSet<Q = Selector> {
    /// What each number stands for; nothing once it was removed.
    slots: Vec<Option<DistinctId>>,
    n_selectors: usize,
    distinct: DistinctSelectors<Q>,
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
        SelectorSet::empty()
    }

    /// Puts a selector in and returns its number. The same selector twice has two numbers.
    ///
    /// Costs time in proportion to the selector, however many there are.
    ///
    /// # Panics
    /// After 2³² − 1 selectors.
    pub fn insert(&mut self, selector: Selector) -> SelectorId {
        self.put(selector)
    }
}

impl SelectorSet<Query> {
    /// A set without queries, to hold queries about labels alone.
    #[must_use]
    pub fn of_queries() -> SelectorSet<Query> {
        SelectorSet::empty()
    }

    /// Puts a query in and returns its number. The same query twice has two numbers.
    ///
    /// Costs time in proportion to the query, however many there are.
    ///
    /// # Errors
    /// If the query asks for anything but labels, be it a field of the object or a function other than `label(key)`: the
    /// answer would not depend on the labels alone.
    ///
    /// # Panics
    /// After 2³² − 1 queries.
    pub fn insert_query(&mut self, query: Query) -> Result<SelectorId, NotAboutLabels> {
        NotAboutLabels::check(&query)?;
        Ok(self.put(query))
    }
}

impl<Q: Standing> SelectorSet<Q> {
    fn empty() -> SelectorSet<Q> {
        let (distinct, index) = (DistinctSelectors::new(), TermIndex::default());
        SelectorSet { slots: Vec::new(), n_selectors: 0, distinct, index }
    }

    fn put(&mut self, selector: Q) -> SelectorId {
        // A removed selector leaves its slot behind, so that no number is ever given out twice.
        let id = u32::try_from(self.slots.len()).expect("fewer than 2^32 selectors");
        let place = self.distinct.intern(selector);
        let distinct = self.distinct.get_mut(place);
        // Simple selectors stand in the index by their numbers, equal ones too: it answers them
        // without trying any.
        let expr = distinct.selector.expr();
        if let Some(requirements) = simple(expr) {
            self.index.change_simple(&requirements, id, RoaringBitmap::insert);
        } else if distinct.ids.is_empty() {
            self.index.terms.intern_keys(expr);
            let anchors = self.index.anchors(expr);
            self.index.insert_anchored(&anchors.terms, place);
            distinct.selects_unanchored = anchors.selects_unlabelled;
            distinct.anchors = anchors.terms;
        }
        if distinct.selects_unanchored {
            self.index.change_unconditional(id, RoaringBitmap::insert);
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
        if let Some(requirements) = simple(distinct.selector.expr()) {
            self.index.change_simple(&requirements, id.0, RoaringBitmap::remove);
        } else if is_last {
            self.index.remove_anchored(&distinct.anchors, place);
        }
        if distinct.selects_unanchored {
            self.index.change_unconditional(id.0, RoaringBitmap::remove);
        }
        // The index was changed before, as it needs the selector and its anchors to know where to
        // look.
        if is_last {
            self.distinct.remove(place);
        }
        self.n_selectors -= 1;
        true
    }

    /// The selector or query with this number, if it is there.
    #[must_use]
    pub fn get(&self, id: SelectorId) -> Option<&Q> {
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
    pub fn iter(&self) -> Selectors<'_, Q> {
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
        for place in hits.to_try {
            let Distinct { selector, ids, selects_unanchored, .. } = self.distinct.get(place);
            match (selects_unanchored, selector.matches_by(value)) {
                (false, true) => hits.selected.push(ids),
                (true, false) => hits.ruled_out.push(ids),
                // That is the answer already if it was not tried.
                _ => {}
            }
        }
        let mut ids = ids::union(&hits.selected);
        if !hits.ruled_out.is_empty() {
            // Labels rule out simple selectors, and a trial the one that was tried: none that was found
            // by trying is taken away here.
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

/// All selectors or queries of a [`SelectorSet`] with their numbers, in the order they were put in.
#[derive(Debug, Clone)]
pub struct Selectors<'s, Q = Selector> {
    set: &'s SelectorSet<Q>,
    ids: Range<u32>,
    n_left: usize,
}

impl<'s, Q: Standing> Iterator for Selectors<'s, Q> {
    type Item = (SelectorId, &'s Q);

    fn next(&mut self) -> Option<(SelectorId, &'s Q)> {
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

impl<Q: Standing> ExactSizeIterator for Selectors<'_, Q> {}

impl<Q: Standing> FusedIterator for Selectors<'_, Q> {}

impl<'s, Q: Standing> IntoIterator for &'s SelectorSet<Q> {
    type Item = (SelectorId, &'s Q);
    type IntoIter = Selectors<'s, Q>;

    fn into_iter(self) -> Selectors<'s, Q> {
        self.iter()
    }
}

impl Default for SelectorSet {
    fn default() -> SelectorSet {
        SelectorSet::new()
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

impl<Q> fmt::Debug for SelectorSet<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelectorSet").field("n_selectors", &self.n_selectors).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many selectors are tried for an object.
    fn n_tried<Q: Standing>(set: &SelectorSet<Q>, labels: &[(&str, &str)]) -> usize {
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
    fn queries_are_tried_for_objects_with_their_keys_and_no_others() {
        let mut set = SelectorSet::of_queries();
        for n in 0..100 {
            for text in [
                format!("k{n}=x-*"),
                format!("k{n}!~'x.*'"),
                format!("k{n}=x-*,app=web-{n}"),
                format!("!(k{n}=y,n>=7)"),
            ] {
                set.insert_query(text.parse().unwrap()).unwrap();
            }
        }
        let labels = [("k7", "x-1"), ("n", "7"), ("app", "web-7")];
        assert_eq!(set.matching(labels).len(), 1 + 99 + 1 + 100);
        assert_eq!(n_tried(&set, &labels), 1 + 1 + 1);
        assert_eq!((n_tried(&set, &[("n", "7")]), n_tried(&set, &[("k7", "y")])), (0, 3));
        assert_eq!(set.matching([("k7", "y"), ("n", "7")]).len(), 100 + 99);
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
