//! Postings: the ids of the objects that have something in common.

use roaring::RoaringBitmap;

/// The ids of the objects that have one label, in order.
///
/// Many labels are worn by a single object (the `pod-name` of a StatefulSet's pod, a host name), and a
/// bitmap of one id costs a heap block or two; such a label keeps the bare id.
#[derive(Debug, Clone, Default)]
pub(crate) enum Postings {
    /// No object, after changes took the last one away.
    #[default]
    Empty,
    /// One object.
    One(u32),
    /// Two objects or more.
    Many(RoaringBitmap),
}

impl Postings {
    /// From ids in ascending order.
    pub(super) fn from_sorted(ids: &[u32]) -> Postings {
        match ids {
            [] => Postings::Empty,
            [id] => Postings::One(*id),
            _ => Postings::Many(
                RoaringBitmap::from_sorted_iter(ids.iter().copied())
                    .expect("posting ids are in ascending order"),
            ),
        }
    }

    /// Adds an id.
    pub(super) fn insert(&mut self, id: u32) {
        match self {
            Postings::Empty => *self = Postings::One(id),
            Postings::One(present) if *present == id => {}
            Postings::One(present) => *self = Postings::Many(RoaringBitmap::from_iter([*present, id])),
            Postings::Many(ids) => {
                ids.insert(id);
            }
        }
    }

    /// Takes an id away.
    pub(super) fn remove(&mut self, id: u32) {
        match self {
            Postings::One(present) if *present == id => *self = Postings::Empty,
            Postings::Empty | Postings::One(_) => {}
            Postings::Many(ids) => {
                ids.remove(id);
                match (ids.len(), ids.min()) {
                    (0, _) => *self = Postings::Empty,
                    (1, Some(last)) => *self = Postings::One(last),
                    _ => {}
                }
            }
        }
    }

    /// How many ids there are. At most one step per 65,536 objects.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Postings::Empty => 0,
            Postings::One(_) => 1,
            Postings::Many(ids) => ids.len(),
        }
    }

    /// Whether there is no id.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Postings::Empty)
    }

    /// Whether some id is in `set`.
    pub(crate) fn intersects(&self, set: &RoaringBitmap) -> bool {
        match self {
            Postings::Empty => false,
            Postings::One(id) => set.contains(*id),
            Postings::Many(ids) => !ids.is_disjoint(set),
        }
    }

    /// How many of the ids are in `set`.
    pub(crate) fn intersection_len(&self, set: &RoaringBitmap) -> u64 {
        match self {
            Postings::Empty => 0,
            Postings::One(id) => u64::from(set.contains(*id)),
            Postings::Many(ids) => ids.intersection_len(set),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(postings: &Postings) -> Vec<u32> {
        match postings {
            Postings::Empty => vec![],
            Postings::One(id) => vec![*id],
            Postings::Many(ids) => ids.iter().collect(),
        }
    }

    #[test]
    fn insert_and_remove_change_the_form() {
        let mut postings = Postings::default();
        for id in [7, 7, 3, 70_000] {
            postings.insert(id);
        }
        assert_eq!(ids(&postings), [3, 7, 70_000]);
        postings.remove(3);
        postings.remove(99);
        postings.remove(70_000);
        assert!(matches!(postings, Postings::One(7)));
        postings.remove(3);
        postings.remove(7);
        assert!(postings.is_empty());
        assert_eq!(postings.len(), 0);
    }

    #[test]
    fn one_object_needs_no_bitmap() {
        assert!(matches!(Postings::from_sorted(&[]), Postings::Empty));
        assert!(matches!(Postings::from_sorted(&[5]), Postings::One(5)));
        assert_eq!(ids(&Postings::from_sorted(&[5, 6])), [5, 6]);
    }

    #[test]
    fn intersections_are_counted_in_every_form() {
        let set = RoaringBitmap::from_iter([1, 5, 9]);
        let count = |ids: &[u32]| Postings::from_sorted(ids).intersection_len(&set);
        assert_eq!((count(&[]), count(&[5]), count(&[6]), count(&[1, 2, 9])), (0, 1, 0, 2));
    }
}
