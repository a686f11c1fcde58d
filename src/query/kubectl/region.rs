//! Sets of the values that a label, a field or a kind may have.

use std::rc::Rc;

use crate::selector::integer;

/// Some of the values that something may have, and whether it may have none.
///
/// Texts that are no integers are in it all or none, integers between bounds, and single texts may be the other way round.
/// Two that hold the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Region {
    /// Whether there may be no value.
    pub(super) absent: bool,
    /// Whether there may be any text that is no integer.
    pub(super) texts: bool,
    pub(super) integers: Integers,
    /// The texts for which it is the other way round, sorted.
    pub(super) except: Vec<Rc<str>>,
}

/// Some of the integers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Integers {
    /// Whether the least are in it.
    pub(super) from_below: bool,
    /// The integers from which on it is the other way round, sorted.
    pub(super) changes: Vec<i64>,
}

impl Integers {
    fn all(are_in: bool) -> Integers {
        Integers { from_below: are_in, changes: Vec::new() }
    }

    fn has(&self, number: i64) -> bool {
        let n_changes = self.changes.partition_point(|&change| change <= number);
        self.from_below != (n_changes % 2 == 1)
    }

    fn combined(&self, other: &Integers, holds: impl Fn(bool, bool) -> bool) -> Integers {
        let mut places: Vec<i64> = self.changes.iter().chain(&other.changes).copied().collect();
        places.sort_unstable();
        places.dedup();
        let from_below = holds(self.from_below, other.from_below);
        let mut is_in = from_below;
        places.retain(|&place| {
            let was_in = is_in;
            is_in = holds(self.has(place), other.has(place));
            // A place at which nothing changes is left out: regions
            // that hold the same have to be equal.
            is_in != was_in
        });
        Integers { from_below, changes: places }
    }

    /// What is in it, in order: from the first integer, if there is one, to before the second.
    pub(super) fn intervals(&self) -> Vec<(Option<i64>, Option<i64>)> {
        let below = self.from_below.then_some(None);
        let ends: Vec<Option<i64>> =
            below.into_iter().chain(self.changes.iter().copied().map(Some)).collect();
        // Changes lead in and out by turns.
        ends.chunks(2).map(|ends| (ends[0], ends.get(1).copied().flatten())).collect()
    }
}

impl Region {
    /// Nothing at all, or every value and none.
    pub(super) fn all(is_in: bool) -> Region {
        Region { absent: is_in, texts: is_in, integers: Integers::all(is_in), except: Vec::new() }
    }

    /// Any value.
    pub(super) fn present() -> Region {
        Region { absent: false, ..Region::all(true) }
    }

    /// One of these values.
    pub(super) fn of(values: impl IntoIterator<Item = Rc<str>>) -> Region {
        let mut except: Vec<Rc<str>> = values.into_iter().collect();
        except.sort_unstable();
        except.dedup();
        Region { except, ..Region::all(false) }
    }

    /// The integers from `least` on, or those below it.
    pub(super) fn integers(least: Option<i64>, is_above: bool) -> Region {
        let changes = least.into_iter().collect();
        Region { integers: Integers { from_below: !is_above, changes }, ..Region::all(false) }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Region::all(false)
    }

    pub(super) fn is_full(&self) -> bool {
        *self == Region::all(true)
    }

    /// Whether integers are told from other texts.
    pub(super) fn has_bounds(&self) -> bool {
        self.integers != Integers::all(self.texts)
    }

    pub(super) fn complement(&self) -> Region {
        let integers =
            Integers { from_below: !self.integers.from_below, changes: self.integers.changes.clone() };
        // What is an exception on one side is one on the other, so that the list stays.
        Region { absent: !self.absent, texts: !self.texts, integers, except: self.except.clone() }
    }

    pub(super) fn and(&self, other: &Region) -> Region {
        self.combined(other, |a, b| a && b)
    }

    pub(super) fn or(&self, other: &Region) -> Region {
        self.combined(other, |a, b| a || b)
    }

    pub(super) fn is_within(&self, other: &Region) -> bool {
        self.and(other) == *self
    }

    /// Whether a text is in it.
    pub(super) fn has(&self, value: &str) -> bool {
        self.has_unnamed(value) != self.except.binary_search_by(|it| (**it).cmp(value)).is_ok()
    }

    /// Whether a text would be in it that is not named.
    pub(super) fn has_unnamed(&self, value: &str) -> bool {
        integer(value).map_or(self.texts, |number| self.integers.has(number))
    }

    fn combined(&self, other: &Region, holds: impl Fn(bool, bool) -> bool) -> Region {
        let mut region = Region {
            absent: holds(self.absent, other.absent),
            texts: holds(self.texts, other.texts),
            integers: self.integers.combined(&other.integers, &holds),
            except: Vec::new(),
        };
        let mut named: Vec<&Rc<str>> = self.except.iter().chain(&other.except).collect();
        // Of two sorted runs this sort is a merge.
        named.sort();
        named.dedup();
        // A text that the joined region treats like any other is no exception any more.
        named.retain(|value| holds(self.has(value), other.has(value)) != region.has_unnamed(value));
        region.except = named.into_iter().cloned().collect();
        region
    }
}

/// What may still be done for a query: with much "or" and "and" it may take any amount.
pub(super) struct Work(usize);

/// How much may be done, in values that are looked at: fractions of a second.
const MAX_WORK: usize = 4_000_000;

/// What joining two regions takes besides.
const JOIN: usize = 16;

impl Work {
    pub(super) fn new() -> Work {
        Work(MAX_WORK)
    }

    pub(super) fn is_done(&self) -> bool {
        self.0 == 0
    }

    /// Takes the joining of two regions from what is left; `false` if there is nothing left.
    pub(super) fn spend(&mut self, a: &Region, b: &Region) -> bool {
        self.0 = self.0.saturating_sub(JOIN + a.except.len() + b.except.len());
        !self.is_done()
    }

    /// Takes the copying of some regions from what is left.
    pub(super) fn copy(&mut self, n_regions: usize) {
        self.0 = self.0.saturating_sub(JOIN * n_regions);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VALUES: [Option<&str>; 9] = [
        None,
        Some(""),
        Some("a"),
        Some("b"),
        Some("-1"),
        Some("0"),
        Some("5"),
        Some("07"),
        Some("9223372036854775807"),
    ];

    fn has(region: &Region, value: Option<&str>) -> bool {
        value.map_or(region.absent, |value| region.has(value))
    }

    fn region() -> impl Strategy<Value = Region> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Region::all),
            Just(Region::present()),
            prop::collection::vec(prop::sample::select(&VALUES[1..]), 0..3)
                .prop_map(|values| Region::of(values.into_iter().flatten().map(Rc::from))),
            (prop::sample::select(&[0, 1, 5, 6, 7, 8, i64::MAX][..]), any::<bool>())
                .prop_map(|(least, is_above)| Region::integers(Some(least), is_above)),
        ];
        leaf.prop_recursive(3, 8, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(&b)),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(&b)),
                inner.prop_map(|it| it.complement()),
            ]
        })
    }

    proptest! {
        #[test]
        fn regions_are_sets(a in region(), b in region()) {
            for value in VALUES {
                prop_assert_eq!(has(&a.and(&b), value), has(&a, value) && has(&b, value));
                prop_assert_eq!(has(&a.or(&b), value), has(&a, value) || has(&b, value));
                prop_assert_eq!(has(&a.complement(), value), !has(&a, value));
            }
            prop_assert_eq!(a.and(&b), a.complement().or(&b.complement()).complement());
            prop_assert!(a.and(&a.complement()).is_empty() && a.or(&a.complement()).is_full());
        }
    }

    #[test]
    fn intervals_are_what_is_in() {
        let above = Region::integers(Some(5), true);
        assert_eq!(above.integers.intervals(), [(Some(5), None)]);
        assert_eq!(above.and(&Region::integers(Some(9), false)).integers.intervals(), [(Some(5), Some(9))]);
        let around = above.complement().or(&Region::integers(Some(9), true));
        assert_eq!(around.integers.intervals(), [(None, Some(5)), (Some(9), None)]);
        assert!(Region::all(false).integers.intervals().is_empty());
    }
}
