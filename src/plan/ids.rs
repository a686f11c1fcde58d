//! A set of object ids: one id, a postings list of the store, or a bitmap of its own.

use std::borrow::Cow;

use roaring::{MultiOps, RoaringBitmap};

use crate::store::Postings;

/// A set of object ids, borrowed from the store as long as nothing had to be computed.
#[derive(Debug, Clone)]
pub(super) enum Ids<'s> {
    Empty,
    One(u32),
    Borrowed(&'s RoaringBitmap),
    Owned(RoaringBitmap),
}

impl<'s> From<&'s Postings> for Ids<'s> {
    fn from(postings: &'s Postings) -> Ids<'s> {
        match postings {
            Postings::Empty => Ids::Empty,
            Postings::One(id) => Ids::One(*id),
            Postings::Many(ids) => Ids::Borrowed(ids),
        }
    }
}

impl<'s> Ids<'s> {
    pub(super) fn from_sorted(ids: &[u32]) -> Ids<'s> {
        Ids::Owned(
            RoaringBitmap::from_sorted_iter(ids.iter().copied()).expect("the ids are in ascending order"),
        )
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Ids::Empty => 0,
            Ids::One(_) => 1,
            Ids::Borrowed(ids) => ids.len(),
            Ids::Owned(ids) => ids.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Ids::Empty => true,
            Ids::One(_) => false,
            Ids::Borrowed(ids) => ids.is_empty(),
            Ids::Owned(ids) => ids.is_empty(),
        }
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        match self {
            Ids::Empty => false,
            Ids::One(one) => *one == id,
            Ids::Borrowed(ids) => ids.contains(id),
            Ids::Owned(ids) => ids.contains(id),
        }
    }

    /// The ids in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let one = if let Ids::One(id) = self { Some(*id) } else { None };
        one.into_iter().chain(self.bitmap().into_iter().flatten())
    }

    fn bitmap(&self) -> Option<&RoaringBitmap> {
        match self {
            Ids::Empty | Ids::One(_) => None,
            Ids::Borrowed(ids) => Some(ids),
            Ids::Owned(ids) => Some(ids),
        }
    }

    /// The set as a bitmap, copied only when it is none yet.
    pub(super) fn to_bitmap(&self) -> Cow<'_, RoaringBitmap> {
        match self.bitmap() {
            Some(ids) => Cow::Borrowed(ids),
            None => Cow::Owned(self.iter().collect()),
        }
    }

    /// The ids that are in both sets.
    pub(super) fn intersect(self, other: &Ids<'s>) -> Ids<'s> {
        match (self, other) {
            (Ids::Empty, _) | (_, Ids::Empty) => Ids::Empty,
            (Ids::One(id), other) => other.only(id),
            (ids, Ids::One(id)) => ids.only(*id),
            (Ids::Borrowed(ids), Ids::Borrowed(other)) => Ids::Owned(ids & *other),
            (Ids::Borrowed(ids), Ids::Owned(other)) => Ids::Owned(ids & other),
            (Ids::Owned(mut ids), Ids::Borrowed(other)) => {
                ids &= *other;
                Ids::Owned(ids)
            }
            (Ids::Owned(mut ids), Ids::Owned(other)) => {
                ids &= other;
                Ids::Owned(ids)
            }
        }
    }

    /// The ids that are not in `other`.
    pub(super) fn subtract(self, other: &Ids<'s>) -> Ids<'s> {
        let Some(other) = other.bitmap() else { return self.without(other.iter().next()) };
        match self {
            Ids::Empty => Ids::Empty,
            Ids::One(id) if other.contains(id) => Ids::Empty,
            Ids::One(id) => Ids::One(id),
            Ids::Borrowed(ids) => Ids::Owned(ids - other),
            Ids::Owned(mut ids) => {
                ids -= other;
                Ids::Owned(ids)
            }
        }
    }

    /// The set, with one id or none.
    fn only(&self, id: u32) -> Ids<'s> {
        if self.contains(id) { Ids::One(id) } else { Ids::Empty }
    }

    fn without(self, id: Option<u32>) -> Ids<'s> {
        let Some(id) = id.filter(|&id| self.contains(id)) else { return self };
        let mut ids = self.to_bitmap().into_owned();
        ids.remove(id);
        Ids::Owned(ids)
    }

    /// How many ids are in both sets, without building their intersection.
    pub(super) fn intersection_len(&self, other: &Ids<'s>) -> u64 {
        match (self.bitmap(), other.bitmap()) {
            (Some(ids), Some(other)) => ids.intersection_len(other),
            (Some(_), None) => other.iter().filter(|&id| self.contains(id)).count() as u64,
            (None, _) => self.iter().filter(|&id| other.contains(id)).count() as u64,
        }
    }

    /// The ids that are in any of the sets.
    pub(super) fn union(sets: impl IntoIterator<Item = Ids<'s>>) -> Ids<'s> {
        let sets: Vec<Ids<'s>> = sets.into_iter().collect();
        let mut ids = sets.iter().filter_map(Ids::bitmap).union();
        ids.extend(sets.iter().filter_map(|set| if let Ids::One(id) = set { Some(*id) } else { None }));
        Ids::Owned(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of small sets, in every form, against plain lists.
    #[test]
    fn operations_agree_with_lists_in_every_form() {
        let samples: [&[u32]; 5] = [&[], &[1], &[1, 2, 70_000], &[2, 3], &[70_000]];
        let bitmaps: Vec<RoaringBitmap> = samples.iter().map(|ids| ids.iter().copied().collect()).collect();
        let forms = |at: usize| {
            let mut forms = vec![Ids::Borrowed(&bitmaps[at]), Ids::Owned(bitmaps[at].clone())];
            match samples[at] {
                [] => forms.push(Ids::Empty),
                [id] => forms.push(Ids::One(*id)),
                _ => {}
            }
            forms
        };
        for (a, b) in (0..25).map(|n| (n / 5, n % 5)) {
            for (left, right) in
                forms(a).iter().flat_map(|left| forms(b).into_iter().map(move |right| (left, right)))
            {
                let expect = |keep: &dyn Fn(&u32) -> bool| {
                    samples[a].iter().copied().filter(|id| keep(id)).collect::<Vec<_>>()
                };
                let both = expect(&|id| samples[b].contains(id));
                assert_eq!(left.clone().intersect(&right).iter().collect::<Vec<_>>(), both);
                assert_eq!(left.intersection_len(&right), both.len() as u64);
                let rest = expect(&|id| !samples[b].contains(id));
                assert_eq!(left.clone().subtract(&right).iter().collect::<Vec<_>>(), rest);
                let mut any: Vec<u32> = [samples[a], samples[b]].concat();
                any.sort_unstable();
                any.dedup();
                let union = Ids::union([left.clone(), right.clone()]);
                assert_eq!(union.iter().collect::<Vec<_>>(), any);
                assert_eq!((union.len(), union.is_empty()), (any.len() as u64, any.is_empty()));
            }
        }
    }
}
