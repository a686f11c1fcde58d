//! `>` and `<` as intervals: any number of them on one key needs its values looked through once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::leaf::ColumnId;
use super::node::Node;
use super::sets::Sets;
use crate::selector::{Requirement, integer};
use crate::store::KeyId;

/// The objects whose value of a key is an integer in an interval, or all the others if it does not hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interval {
    key: KeyId,
    numbers: RangeInclusive<i64>,
    holds: bool,
}

impl Interval {
    /// What `>` or `<` says; `None` for any other requirement.
    pub(super) fn of(key: KeyId, requirement: &Requirement) -> Option<Interval> {
        // No number is above the largest, which an empty interval says.
        const NONE: RangeInclusive<i64> = RangeInclusive::new(1, 0);
        let numbers = match requirement {
            Requirement::GreaterThan(_, bound) => {
                bound.value().checked_add(1).map_or(NONE, |least| least..=i64::MAX)
            }
            Requirement::LessThan(_, bound) => {
                bound.value().checked_sub(1).map_or(NONE, |most| i64::MIN..=most)
            }
            _ => return None,
        };
        Some(Interval { key, numbers, holds: true })
    }

    pub(super) fn negate(self) -> Interval {
        Interval { holds: !self.holds, ..self }
    }

    /// Looks at every distinct value of the key once, not at every object.
    pub(super) fn into_node(self, sets: Sets<'_>) -> Node {
        let is_within = |value| integer(value).is_some_and(|number| self.numbers.contains(&number));
        let column = ColumnId::Key(self.key);
        let mut values = if self.numbers.is_empty() { Vec::new() } else { sets.values_of(column) };
        values.retain(|&value| is_within(sets.text(column, value)));
        let node = Node::one_of(column, values);
        if self.holds { node } else { Node::Not(Box::new(node)) }
    }
}

/// As few bounds as say the same: `k>1 ∩ k>5` → `k>5`, `k>1 ∩ k<1` → `none`, and for a union (`are_all` is false)
/// `k>1 ∪ k>5` → `k>1`. Those that do not hold turn the one into the other.
pub(super) fn merge(bounds: Vec<Interval>, are_all: bool) -> Vec<Interval> {
    let mut by_key: BTreeMap<(KeyId, bool), Vec<RangeInclusive<i64>>> = BTreeMap::new();
    for Interval { key, numbers, holds } in bounds {
        by_key.entry((key, holds)).or_default().push(numbers);
    }
    let merged = by_key.into_iter().flat_map(|((key, holds), intervals)| {
        // All of several intervals hold where they overlap, and all fail outside of all of them: a union, as "or" is.
        let intervals = if holds == are_all { vec![common(&intervals)] } else { joined(intervals) };
        intervals.into_iter().map(move |numbers| Interval { key, numbers, holds })
    });
    merged.collect()
}

/// The numbers that are in all of the intervals.
fn common(intervals: &[RangeInclusive<i64>]) -> RangeInclusive<i64> {
    let least = intervals.iter().map(|it| *it.start()).max().unwrap_or(i64::MIN);
    let most = intervals.iter().map(|it| *it.end()).min().unwrap_or(i64::MAX);
    least..=most
}

/// The numbers that are in any of the intervals, as intervals that do not touch; one that is empty if all are.
fn joined(mut intervals: Vec<RangeInclusive<i64>>) -> Vec<RangeInclusive<i64>> {
    // Empty ones come last, so that one is kept only if there is nothing else.
    intervals.sort_unstable_by_key(|interval| (interval.is_empty(), *interval.start()));
    let mut joined: Vec<RangeInclusive<i64>> = Vec::new();
    for interval in intervals {
        match joined.last_mut() {
            Some(_) if interval.is_empty() => {}
            Some(last) if *interval.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=*last.end().max(interval.end());
            }
            _ => joined.push(interval),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use proptest::prelude::*;

    #[test]
    fn intervals_that_touch_are_joined() {
        const NONE: RangeInclusive<i64> = RangeInclusive::new(1, 0);
        assert_eq!(joined(vec![8..=9, 1..=3, 4..=5, 2..=2]), [1..=5, 8..=9]);
        assert_eq!(joined(vec![NONE, 5..=i64::MAX, 3..=4, i64::MIN..=0]), [i64::MIN..=0, 3..=i64::MAX]);
        assert_eq!(joined(vec![NONE, NONE]), [NONE]);
        assert!(common(&[5..=i64::MAX, i64::MIN..=3]).is_empty());
    }

    proptest! {
        #[test]
        fn merged_bounds_say_the_same(
            intervals in proptest::collection::vec((-4_i64..4, -4_i64..4, any::<bool>()), 1..6),
            are_all in any::<bool>(),
        ) {
            let mut store = Store::new();
            store.insert(crate::Object::new("Pod", "", "").with_labels([("k", "")]));
            let key = store.table().key_id("k").unwrap();
            let bounds: Vec<Interval> =
                intervals.iter().map(|&(a, b, holds)| Interval { key, numbers: a..=b, holds }).collect();
            let merged = merge(bounds.clone(), are_all);
            for number in -6..6 {
                let says = |bound: &Interval| bound.numbers.contains(&number) == bound.holds;
                let of = |bounds: &[Interval]| if are_all { bounds.iter().all(says) } else { bounds.iter().any(says) };
                prop_assert_eq!(of(&merged), of(&bounds), "{} {:?}", number, merged);
            }
        }
    }
}
