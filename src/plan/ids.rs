//! A set of object ids: a short list, a postings bitmap of the store, or a bitmap of its own.

use std::borrow::Cow;
use std::slice;

use roaring::{MultiOps, RoaringBitmap};

use super::decode::{BATCH, WordIds};
use crate::store::{Bitmap, PostingsView, Words};

/// A set of object ids, borrowed from the store as long as nothing had to be computed.
#[derive(Debug, Clone)]
pub(super) enum Ids<'s> {
    /// Ids in ascending order.
    Few(Cow<'s, [u32]>),
    Stored(&'s Bitmap),
    Owned(RoaringBitmap),
}

impl<'s> From<PostingsView<'s>> for Ids<'s> {
    fn from(postings: PostingsView<'s>) -> Ids<'s> {
        match postings {
            PostingsView::Few(ids) => Ids::Few(Cow::Borrowed(ids)),
            PostingsView::Many(ids) => Ids::Stored(ids),
        }
    }
}

impl<'s> Ids<'s> {
    /// No ids.
    pub(super) fn empty() -> Ids<'s> {
        Ids::Few(Cow::Borrowed(&[]))
    }

    /// A list of ids in ascending order.
    pub(super) fn from_sorted(ids: Vec<u32>) -> Ids<'s> {
        Ids::Few(Cow::Owned(ids))
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Ids::Few(ids) => ids.len() as u64,
            Ids::Stored(ids) => ids.len(),
            Ids::Owned(ids) => ids.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Ids::Few(ids) => ids.is_empty(),
            Ids::Stored(ids) => ids.is_empty(),
            Ids::Owned(ids) => ids.is_empty(),
        }
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        match self {
            Ids::Few(ids) => ids.binary_search(&id).is_ok(),
            Ids::Stored(ids) => ids.contains(id),
            Ids::Owned(ids) => ids.contains(id),
        }
    }

    /// The ids in ascending order.
    pub(super) fn iter(&self) -> IdIter<'_> {
        match self {
            Ids::Few(ids) => IdIter::List(ids.iter()),
            Ids::Stored(ids) => match ids.words() {
                Words::Dense(words) => IdIter::decoding(IdSource::Words(WordIds::new(words)), ids.len()),
                // The decoder knows the number of a word by counting, which holds only where none
                // is left out.
                Words::Grouped { .. } | Words::Scattered => {
                    IdIter::decoding(IdSource::Bitmap(ids.iter()), ids.len())
                }
            },
            Ids::Owned(ids) => IdIter::decoding(IdSource::Bitmap(ids.iter()), ids.len()),
        }
    }

    fn form(&self) -> Form<'_> {
        match self {
            Ids::Few(ids) => Form::Few(ids),
            Ids::Stored(ids) => Form::Many(ids),
            Ids::Owned(ids) => Form::Many(ids),
        }
    }

    fn bitmap(&self) -> Option<&RoaringBitmap> {
        match self.form() {
            Form::Few(_) => None,
            Form::Many(ids) => Some(ids),
        }
    }

    /// The set as a bitmap, copied only when it is none yet.
    pub(super) fn to_bitmap(&self) -> Cow<'_, RoaringBitmap> {
        match self.form() {
            Form::Few(ids) => Cow::Owned(ids.iter().copied().collect()),
            Form::Many(ids) => Cow::Borrowed(ids),
        }
    }

    /// The ids for which `keep` says so.
    pub(super) fn filter(&self, mut keep: impl FnMut(u32) -> bool) -> Ids<'s> {
        Ids::from_sorted(self.iter().filter(|&id| keep(id)).collect())
    }

    /// The ids that are in both sets.
    pub(super) fn intersect(self, other: &Ids<'s>) -> Ids<'s> {
        match (self, other.form()) {
            // A list is what is walked, on whichever side it stands: the other set may have all
            // objects.
            (ids @ Ids::Few(_), _) => ids.filter(|id| other.contains(id)),
            (ids, Form::Few(_)) => other.filter(|id| ids.contains(id)),
            (Ids::Stored(ids), Form::Many(other)) => Ids::Owned(&**ids & other),
            // What was computed for this plan shrinks in place. A set of the store is copied, since
            // it stays.
            (Ids::Owned(mut ids), Form::Many(other)) => {
                ids &= other;
                Ids::Owned(ids)
            }
        }
    }

    /// The ids that are not in `other`.
    pub(super) fn subtract(self, other: &Ids<'s>) -> Ids<'s> {
        match (self, other.form()) {
            (ids @ Ids::Few(_), _) => ids.filter(|id| !other.contains(id)),
            (ids, Form::Few(few)) => ids.without(few),
            (Ids::Stored(ids), Form::Many(other)) => Ids::Owned(&**ids - other),
            (Ids::Owned(mut ids), Form::Many(other)) => {
                ids -= other;
                Ids::Owned(ids)
            }
        }
    }

    fn without(self, few: &[u32]) -> Ids<'s> {
        // Where none of them is there, a set of the store stays borrowed and nothing is copied.
        if !few.iter().any(|&id| self.contains(id)) {
            return self;
        }
        let mut ids = self.to_bitmap().into_owned();
        few.iter().for_each(|&id| {
            ids.remove(id);
        });
        Ids::Owned(ids)
    }

    /// How many ids are in both sets, without building their intersection.
    pub(super) fn intersection_len(&self, other: &Ids<'s>) -> u64 {
        match (self.form(), other.form()) {
            (Form::Many(ids), Form::Many(other)) => ids.intersection_len(other),
            (Form::Many(_), Form::Few(few)) => few.iter().filter(|&&id| self.contains(id)).count() as u64,
            (Form::Few(few), _) => few.iter().filter(|&&id| other.contains(id)).count() as u64,
        }
    }

    /// The ids that are in any of the sets.
    ///
    /// Short lists, of which a long `in` has thousands, are gathered and sorted once; putting them into the
    /// bitmap one by one would look its place up for every id.
    pub(super) fn union(sets: impl IntoIterator<Item = Ids<'s>>) -> Ids<'s> {
        let (mut gathered, mut bitmaps) = (Vec::new(), Vec::new());
        for set in sets {
            match set {
                Ids::Few(ids) => gathered.extend_from_slice(&ids),
                bitmap => bitmaps.push(bitmap),
            }
        }
        gathered.sort_unstable();
        gathered.dedup();
        if bitmaps.is_empty() && gathered.len() <= MAX_LIST {
            return Ids::from_sorted(gathered);
        }
        let mut union = bitmaps.iter().filter_map(Ids::bitmap).union();
        union |= RoaringBitmap::from_sorted_iter(gathered).expect("sorted above");
        Ids::Owned(union)
    }
}

/// Up to how many ids a union of lists stays a list.
// A list of that many takes 4 KiB, half of what a bitmap takes for 65,536 ids that are full.
const MAX_LIST: usize = 1024;

/// The two forms of a set, whoever owns it.
enum Form<'i> {
    Few(&'i [u32]),
    Many(&'i RoaringBitmap),
}

/// The ids of a set in ascending order.
#[derive(Clone)]
pub(super) enum IdIter<'i> {
    /// A list is walked where it is.
    List(slice::Iter<'i, u32>),
    // An iterator is moved from hand to hand, which would take longer than walking a short list does if it held a batch.
    Decoded(Box<DecodedIds<'i>>),
}

/// The ids of a bitmap, decoded in batches: whole words at a time take a fraction of the time that one call for each id
/// takes.
#[derive(Clone)]
pub(super) struct DecodedIds<'i> {
    source: IdSource<'i>,
    /// How many ids are still to be decoded.
    n_left: usize,
    batch: [u32; BATCH],
    /// The part of the batch that is still to be given.
    at: usize,
    end: usize,
}

#[derive(Clone)]
enum IdSource<'i> {
    Words(WordIds<'i>),
    Bitmap(roaring::bitmap::Iter<'i>),
}

impl<'i> IdIter<'i> {
    fn decoding(source: IdSource<'i>, n_ids: u64) -> IdIter<'i> {
        let decoded = DecodedIds { source, n_left: n_ids as usize, batch: [0; BATCH], at: 0, end: 0 };
        IdIter::Decoded(Box::new(decoded))
    }
}

impl DecodedIds<'_> {
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == self.end && !self.refill() {
            return None;
        }
        let id = self.batch.get(self.at).copied();
        self.at += 1;
        id
    }

    /// Decodes the next batch. False at the end.
    // It is called once for hundreds of ids, and kept out of `next`, which stays small so.
    #[cold]
    fn refill(&mut self) -> bool {
        self.at = 0;
        self.end = match &mut self.source {
            IdSource::Words(ids) => ids.next_many(&mut self.batch),
            IdSource::Bitmap(ids) => ids.next_many(&mut self.batch).len(),
        };
        self.n_left -= self.end;
        self.end > 0
    }

    fn fold<B>(&mut self, init: B, mut f: impl FnMut(B, u32) -> B) -> B {
        let mut value = init;
        loop {
            // A loop over a slice does not ask at each id whether the batch is at its end, as
            // `next` has to.
            value = self.batch[self.at..self.end].iter().fold(value, |value, &id| f(value, id));
            if !self.refill() {
                return value;
            }
        }
    }
}

impl Iterator for IdIter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        match self {
            IdIter::List(ids) => ids.next().copied(),
            IdIter::Decoded(ids) => ids.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = match self {
            IdIter::List(ids) => ids.len(),
            IdIter::Decoded(ids) => ids.end - ids.at + ids.n_left,
        };
        (n, Some(n))
    }

    fn fold<B, F: FnMut(B, u32) -> B>(self, init: B, mut f: F) -> B {
        match self {
            IdIter::List(ids) => ids.fold(init, |value, &id| f(value, id)),
            IdIter::Decoded(mut ids) => ids.fold(init, f),
        }
    }
}

impl ExactSizeIterator for IdIter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of small sets, in every form, against plain lists.
    #[test]
    fn operations_agree_with_lists_in_every_form() {
        let samples: [&[u32]; 5] = [&[], &[1], &[1, 2, 70_000], &[2, 3], &[70_000]];
        let bitmaps: Vec<RoaringBitmap> = samples.iter().map(|ids| ids.iter().copied().collect()).collect();
        let stored: Vec<Bitmap> = bitmaps.iter().map(|ids| ids.clone().into()).collect();
        let forms = |at: usize| {
            [Ids::Few(Cow::Borrowed(samples[at])), Ids::Stored(&stored[at]), Ids::Owned(bitmaps[at].clone())]
        };
        for (a, b) in (0..25).map(|n| (n / 5, n % 5)) {
            let pairs = forms(a).into_iter().flat_map(|left| forms(b).map(|right| (left.clone(), right)));
            for (left, right) in pairs {
                let sample = |keep: &dyn Fn(&u32) -> bool| -> Vec<u32> {
                    samples[a].iter().copied().filter(|id| keep(id)).collect()
                };
                let both = sample(&|id| samples[b].contains(id));
                assert_eq!(left.clone().intersect(&right).iter().collect::<Vec<_>>(), both);
                assert_eq!(left.intersection_len(&right), both.len() as u64);
                let rest = sample(&|id| !samples[b].contains(id));
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

    #[test]
    fn batches_give_every_id_once_and_in_order() {
        let bitmap: RoaringBitmap = (0..3000).map(|n| n * 97).chain(70_000..200_000).collect();
        let expected: Vec<u32> = bitmap.iter().collect();
        let stored = Bitmap::from(bitmap.clone());
        for ids in [Ids::Owned(bitmap), Ids::Stored(&stored), Ids::from_sorted(expected.clone())] {
            let mut stepped = ids.iter();
            assert_eq!(stepped.len(), expected.len());
            let mut folded: Vec<u32> = stepped.by_ref().take(300).collect();
            assert_eq!(stepped.len(), expected.len() - 300);
            stepped.for_each(|id| folded.push(id));
            assert_eq!(folded, expected);
        }
    }

    #[test]
    fn long_unions_of_lists_become_bitmaps() {
        let lists: Vec<Vec<u32>> = (0..2000).map(|n| vec![n, n + 1, 100_000 - n]).collect();
        let union = Ids::union(lists.iter().map(|ids| Ids::Few(Cow::Borrowed(ids))));
        assert!(matches!(union, Ids::Owned(_)));
        let mut expected: Vec<u32> = lists.concat();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(union.iter().collect::<Vec<_>>(), expected);
    }
}
