//! Postings: the ids of the objects that have something in common.

use roaring::RoaringBitmap;

use super::bitmap::Bitmap;
use crate::wire::{Decoder, Encoder, Malformed};

/// Up to how many ids a list beats a bitmap. A bitmap of ids that stand close together takes some 250 bytes
/// before its first id, a list 4 bytes an id; and looking one id up in another set takes some nanoseconds.
const MAX_FEW: usize = 64;

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

/// Postings as they can be read: a sorted list or a bitmap.
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

    /// The ids as a bitmap, whatever their form.
    pub(super) fn to_bitmap(&self) -> RoaringBitmap {
        match self.view() {
            PostingsView::Few(ids) => ids.iter().collect(),
            PostingsView::Many(ids) => RoaringBitmap::clone(ids),
        }
    }

    /// Adds an id.
    pub(super) fn insert(&mut self, id: u32) {
        if let Postings::Many(ids) = self {
            ids.insert(id);
        } else if let PostingsView::Few(ids) = self.view()
            && let Err(place) = ids.binary_search(&id)
        {
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

    /// How many ids there are. At most one step per 65,536 objects.
    pub(crate) fn len(&self) -> u64 {
        match self.view() {
            PostingsView::Few(ids) => ids.len() as u64,
            PostingsView::Many(ids) => ids.len(),
        }
    }

    /// Whether there is no id.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some id is in `set`.
    pub(crate) fn intersects(&self, set: &RoaringBitmap) -> bool {
        match self.view() {
            PostingsView::Few(ids) => ids.iter().any(|&id| set.contains(id)),
            PostingsView::Many(ids) => !ids.is_disjoint(set),
        }
    }

    /// How many of the ids are in `set`.
    pub(crate) fn intersection_len(&self, set: &RoaringBitmap) -> u64 {
        match self.view() {
            PostingsView::Few(ids) => ids.iter().filter(|&&id| set.contains(id)).count() as u64,
            PostingsView::Many(ids) => ids.intersection_len(set),
        }
    }
}

/// Writes postings: how many ids each has, then all short lists, then all bitmaps.
pub(super) fn encode<'p>(postings: impl ExactSizeIterator<Item = &'p Postings> + Clone, out: &mut Encoder) {
    out.u32s(postings.clone().map(|postings| postings.len() as u32));
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for postings in postings {
        match postings.view() {
            PostingsView::Few(ids) => few.extend_from_slice(ids),
            // Bitmaps that have become small are lists when they are read again.
            PostingsView::Many(ids) if ids.len() <= MAX_FEW as u64 => few.extend(ids.iter()),
            PostingsView::Many(ids) => ids.serialize_into(&mut many).expect("memory can be written"),
        }
    }
    out.u32s(few.into_iter());
    out.bytes(&many);
}

/// Reads postings of ids below `n_ids`.
pub(super) fn decode(bytes: &mut Decoder<'_>, n_ids: usize) -> Result<Vec<Postings>, Malformed> {
    let lens = bytes.u32s()?;
    let few = bytes.u32s()?;
    let mut rest = Rest { few: &few, many: bytes.bytes()?, n_ids };
    let postings = lens.into_iter().map(|len| rest.postings(len)).collect::<Result<_, _>>()?;
    Malformed::unless(rest.few.is_empty() && rest.many.is_empty(), "no more postings")?;
    Ok(postings)
}

/// Whether each id of `whole` is in one of `parts`, and in no more than one, and no other id is.
///
/// The ids of short lists, of which there are very many, are gathered as bits: to put each into a bitmap would look
/// its place up.
pub(super) fn are_partition<'p>(whole: &RoaringBitmap, parts: impl Iterator<Item = &'p Postings>) -> bool {
    let mut gathered = vec![0_u8; whole.max().map_or(0, |last| last as usize / 8 + 1)];
    let (mut union, mut n_ids) = (RoaringBitmap::new(), 0);
    for part in parts {
        n_ids += part.len();
        match part.view() {
            PostingsView::Few(ids) => {
                for &id in ids {
                    let Some(byte) = gathered.get_mut(id as usize / 8) else { return false };
                    *byte |= 1 << (id % 8);
                }
            }
            PostingsView::Many(ids) => union |= &**ids,
        }
    }
    union |= RoaringBitmap::from_lsb0_bytes(0, &gathered);
    n_ids == whole.len() && union.len() == n_ids && union.is_subset(whole)
}

/// The postings that are still to be read.
struct Rest<'b> {
    few: &'b [u32],
    many: &'b [u8],
    n_ids: usize,
}

impl Rest<'_> {
    fn postings(&mut self, len: u32) -> Result<Postings, Malformed> {
        if len as usize > MAX_FEW {
            return self.bitmap(u64::from(len)).map(Postings::many);
        }
        let (ids, rest) = self.few.split_at_checked(len as usize).ok_or(Malformed("a short list"))?;
        self.few = rest;
        let is_ascending = ids.is_sorted_by(|a, b| a < b);
        let is_inside = ids.last().is_none_or(|&last| (last as usize) < self.n_ids);
        Malformed::unless(is_ascending && is_inside, "ascending ids")?;
        Ok(Postings::from_sorted(ids))
    }

    fn bitmap(&mut self, len: u64) -> Result<RoaringBitmap, Malformed> {
        let ids = RoaringBitmap::deserialize_from(&mut self.many).map_err(|_| Malformed("a bitmap"))?;
        let is_inside = ids.max().is_none_or(|last| (last as usize) < self.n_ids);
        Malformed::unless(ids.len() == len && is_inside, "a bitmap of known ids")?;
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_has_every_id_once() {
        let parts = |parts: &[&[u32]]| {
            let parts: Vec<Postings> = parts.iter().map(|ids| Postings::from_sorted(ids)).collect();
            are_partition(&RoaringBitmap::from_iter(0..103), parts.iter())
        };
        let many: Vec<u32> = (0..100).collect();
        assert!(parts(&[&[100, 102], &many, &[], &[101]]));
        assert!(!parts(&[&[100, 102], &many]), "101 is missing");
        assert!(!parts(&[&[100, 101], &many, &[101]]), "102 is missing, 101 twice");
        assert!(!parts(&[&[100, 101], &many, &[103]]), "103 is too much");
    }

    #[test]
    fn only_ascending_ids_of_objects_are_read() {
        let read = |lens: &[u32], few: &[u32], many: &[u8]| {
            let mut out = Encoder::default();
            out.u32s(lens.iter().copied());
            out.u32s(few.iter().copied());
            out.bytes(many);
            let postings = decode(&mut Decoder::new(&out.into_bytes()), 1000).ok()?;
            Some(postings.iter().map(ids).collect::<Vec<_>>())
        };
        let many: RoaringBitmap = (900..1000).collect();
        let mut bitmap = Vec::new();
        many.serialize_into(&mut bitmap).unwrap();
        assert_eq!(read(&[2, 100], &[3, 7], &bitmap), Some(vec![vec![3, 7], (900..1000).collect()]));
        let bad: [(&[u32], &[u32], &[u8]); 7] = [
            (&[2, 1], &[7, 3, 1], &[]),
            (&[2, 1], &[3, 3, 1], &[]),
            (&[2, 1], &[3, 1000, 1], &[]),
            (&[2, 1], &[3, 4], &[]),
            (&[2, 1], &[3, 4, 5, 6], &[]),
            (&[2, 101], &[3, 4], &bitmap),
            (&[2, 100], &[3, 4], &bitmap[1..]),
        ];
        for (lens, few, many) in bad {
            assert_eq!(read(lens, few, many), None, "{lens:?} {few:?}");
        }
        let beyond: RoaringBitmap = (901..1001).collect();
        let mut bitmap = Vec::new();
        beyond.serialize_into(&mut bitmap).unwrap();
        assert_eq!(read(&[0, 100], &[], &bitmap), None);
    }

    fn ids(postings: &Postings) -> Vec<u32> {
        match postings.view() {
            PostingsView::Few(ids) => ids.to_vec(),
            PostingsView::Many(ids) => ids.iter().collect(),
        }
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
            let n = postings.intersection_len(&set);
            assert_eq!(postings.intersects(&set), n > 0);
            n
        };
        let many: Vec<u32> = (0..200).collect();
        assert_eq!((count(&[]), count(&[5]), count(&[6]), count(&[1, 2, 9]), count(&many)), (0, 1, 0, 2, 4));
    }
}
