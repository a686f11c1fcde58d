//! Postings: the ids of the objects that have something in common.

use roaring::RoaringBitmap;

use super::bitmap::Bitmap;

/// Up to how many ids a list beats a bitmap. A bitmap of ids that stand close together takes some 250 bytes
/// before its first id, a list 4 bytes an id; and looking one id up in another set takes some nanoseconds.
pub(super) const MAX_FEW: usize = 64;

/// The ids of the objects that have one label, in ascending order.
///
/// Most labels are worn by few objects (the `pod-template-hash` of one Deployment's pods) or by a single one
/// (the `pod-name` of a StatefulSet's pod), and those get no bitmap.
#[derive(Debug, Clone)]
pub(crate) enum Postings {
    /// One object. Needs no memory of its own.
    One(u32),
    /// No object, after changes took the last one away, or a few.
    Few(Box<[u32]>),
    /// More than [`MAX_FEW`] objects, or fewer that once were more. In a box, as there are few of these among very many.
    Many(Box<Bitmap>),
}

/// Postings as they can be read, wherever they are kept: a sorted list or a bitmap.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PostingsView<'s> {
    /// Ids in ascending order.
    Few(&'s [u32]),
    /// A bitmap.
    Many(&'s Bitmap),
}

impl Default for Postings {
    fn default() -> Postings {
        Postings::Few(Box::default())
    }
}

impl Postings {
    /// From ids in ascending order.
    pub(super) fn from_sorted(ids: &[u32]) -> Postings {
        match ids {
            [id] => Postings::One(*id),
            few if few.len() <= MAX_FEW => Postings::Few(few.into()),
            many => Postings::many(
                RoaringBitmap::from_sorted_iter(many.iter().copied())
                    .expect("posting ids are in ascending order"),
            ),
        }
    }

    /// From a bitmap of more than a few ids.
    pub(super) fn many(ids: RoaringBitmap) -> Postings {
        Postings::Many(Box::new(ids.into()))
    }

    /// The ids, in the form they are kept in.
    pub(crate) fn view(&self) -> PostingsView<'_> {
        match self {
            Postings::One(id) => PostingsView::Few(std::slice::from_ref(id)),
            Postings::Few(ids) => PostingsView::Few(ids),
            Postings::Many(ids) => PostingsView::Many(ids),
        }
    }

    /// Adds an id.
    pub(super) fn insert(&mut self, id: u32) {
        if let Postings::Many(ids) = self {
            ids.insert(id);
        } else if let PostingsView::Few(ids) = self.view()
            && let Err(place) = ids.binary_search(&id)
        {
            // A box has no room for more, and a list this short is soon copied.
            let (before, after) = ids.split_at(place);
            *self = Postings::from_sorted(&[before, &[id], after].concat());
        }
    }

    /// Takes an id away.
    pub(super) fn remove(&mut self, id: u32) {
        if let Postings::Many(ids) = self {
            ids.remove(id);
            // Well below the limit, so that a label on the edge does not change form with every change.
            if ids.len() <= MAX_FEW as u64 / 2 {
                *self = Postings::from_sorted(&ids.iter().collect::<Vec<_>>());
            }
        } else if let PostingsView::Few(ids) = self.view()
            && let Ok(place) = ids.binary_search(&id)
        {
            *self = Postings::from_sorted(&[&ids[..place], &ids[place + 1..]].concat());
        }
    }

    /// Whether there is no id.
    pub(super) fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// How much memory the ids take beside these postings themselves.
    pub(super) fn memory(&self) -> u64 {
        match self {
            Postings::One(_) => 0,
            Postings::Few(ids) => size_of_val(&**ids) as u64,
            Postings::Many(ids) => ids.memory(),
        }
    }
}

impl From<PostingsView<'_>> for Postings {
    /// A copy. A bitmap that has become small is a list again, and a list that is not sorted, which only a forged index
    /// has, is none.
    fn from(view: PostingsView<'_>) -> Postings {
        match view {
            PostingsView::Many(ids) if ids.len() > MAX_FEW as u64 => Postings::Many(Box::new(ids.clone())),
            PostingsView::Many(ids) => Postings::from_sorted(&ids.iter().collect::<Vec<_>>()),
            PostingsView::Few(ids) if ids.is_sorted_by(|a, b| a < b) => Postings::from_sorted(ids),
            PostingsView::Few(_) => Postings::default(),
        }
    }
}

impl PostingsView<'_> {
    /// How many ids there are. At most one step per 65,536 objects.
    pub(crate) fn len(self) -> u64 {
        match self {
            PostingsView::Few(ids) => ids.len() as u64,
            PostingsView::Many(ids) => ids.len(),
        }
    }

    /// Whether there is no id.
    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether some id is in `set`.
    pub(crate) fn intersects(self, set: &RoaringBitmap) -> bool {
        match self {
            // Few ids are looked up one by one: to make a bitmap of them would cost more.
            PostingsView::Few(ids) => ids.iter().any(|&id| set.contains(id)),
            PostingsView::Many(ids) => !ids.is_disjoint(set),
        }
    }

    /// How many of the ids are in `set`.
    pub(crate) fn intersection_len(self, set: &RoaringBitmap) -> u64 {
        match self {
            PostingsView::Few(ids) => ids.iter().filter(|&&id| set.contains(id)).count() as u64,
            PostingsView::Many(ids) => ids.intersection_len(set),
        }
    }

    /// The ids as a set of their own.
    pub(crate) fn to_bitmap(self) -> RoaringBitmap {
        match self {
            PostingsView::Few(ids) => RoaringBitmap::from_sorted_iter(ids.iter().copied())
                .expect("posting ids are in ascending order"),
            PostingsView::Many(ids) => RoaringBitmap::clone(ids),
        }
    }

    /// The ids as a list, whatever their form.
    pub(crate) fn to_vec(self) -> Vec<u32> {
        match self {
            PostingsView::Few(ids) => ids.to_vec(),
            PostingsView::Many(ids) => ids.iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(postings: &Postings) -> Vec<u32> {
        postings.view().to_vec()
    }

    #[test]
    fn insert_and_remove_change_the_form() {
        let mut postings = Postings::default();
        for id in [7, 7, 3, 70_000] {
            postings.insert(id);
        }
        assert_eq!(ids(&postings), [3, 7, 70_000]);
        for id in [3, 99, 70_000] {
            postings.remove(id);
        }
        assert!(matches!(postings, Postings::One(7)));
        (0..100).for_each(|id| postings.insert(id * 1000));
        assert!(matches!(postings, Postings::Many(_)));
        (1..100).for_each(|id| postings.remove(id * 1000));
        assert_eq!(ids(&postings), [0, 7]);
        [0, 3, 7].into_iter().for_each(|id| postings.remove(id));
        assert!(postings.is_empty());
    }

    #[test]
    fn few_objects_need_no_bitmap() {
        let form = |n: u32| Postings::from_sorted(&(0..n).collect::<Vec<_>>());
        assert!(form(0).is_empty());
        assert!(matches!(form(1), Postings::One(0)));
        assert!(matches!(form(MAX_FEW as u32), Postings::Few(_)));
        assert!(matches!(form(MAX_FEW as u32 + 1), Postings::Many(_)));
        assert_eq!(ids(&form(200)), (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn intersections_are_counted_in_every_form() {
        let set = RoaringBitmap::from_iter([1, 5, 9, 150]);
        let count = |ids: &[u32]| {
            let postings = Postings::from_sorted(ids);
            let n = postings.view().intersection_len(&set);
            assert_eq!(postings.view().intersects(&set), n > 0);
            n
        };
        let many: Vec<u32> = (0..200).collect();
        assert_eq!((count(&[]), count(&[5]), count(&[6]), count(&[1, 2, 9]), count(&many)), (0, 1, 0, 2, 4));
    }
}
