//! The postings of everything that is numbered: of all labels, all keys, all kinds, all namespaces.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use super::bitmap::Bitmap;
use super::ends::Ends;
use super::heap::vec_bytes;
use super::postings::{MAX_FEW, Postings, PostingsView};
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};

/// Postings by number.
#[derive(Debug, Clone)]
pub(super) enum PostingsTable {
    /// In memory of their own.
    Owned(Vec<Postings>),
    /// In a saved index.
    // In a box, as it is many times as large as a list.
    Saved(Box<SavedPostings>),
}

/// Postings as they stand in a saved index: lists are read in place, and a bitmap is made when it is first asked for.
#[derive(Debug, Clone)]
pub(super) struct SavedPostings {
    /// No id is as large as this.
    n_ids: usize,
    /// The ids of all that have few, one after another.
    few: NumberBuffer<u32>,
    few_ends: Ends,
    /// The numbers of the others, ascending.
    many: NumberBuffer<u32>,
    /// Their bitmaps in roaring's format, one after another.
    bitmaps: NumberBuffer<u8>,
    bitmap_ends: Ends,
    decoded: Vec<OnceLock<Bitmap>>,
}

impl PostingsTable {
    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        match self {
            PostingsTable::Owned(postings) => postings.len(),
            PostingsTable::Saved(saved) => saved.few_ends.len(),
        }
    }

    /// The objects with this number; none where it is not there.
    #[inline]
    pub(super) fn get(&self, number: u32) -> PostingsView<'_> {
        match self {
            PostingsTable::Owned(postings) => {
                postings.get(number as usize).map_or(PostingsView::Few(&[]), Postings::view)
            }
            PostingsTable::Saved(saved) => saved.get(number),
        }
    }

    /// The postings by number.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = PostingsView<'_>> {
        (0..self.len()).map(|number| self.get(number as u32))
    }

    /// The postings to be changed, and by number. The first time after they were read costs a copy of all.
    pub(super) fn to_mut(&mut self) -> &mut Vec<Postings> {
        if let PostingsTable::Saved(_) = self {
            *self = PostingsTable::Owned(self.iter().map(Postings::from).collect());
        }
        match self {
            PostingsTable::Owned(postings) => postings,
            PostingsTable::Saved(_) => unreachable!("just copied"),
        }
    }

    /// How many bytes of memory the postings take, of their own or of the mapped file.
    pub(super) fn memory(&self) -> u64 {
        match self {
            PostingsTable::Owned(postings) => {
                vec_bytes(postings) + postings.iter().map(Postings::memory).sum::<u64>()
            }
            PostingsTable::Saved(saved) => {
                let lists = saved.few.memory() + saved.few_ends.memory();
                let bitmaps = saved.many.memory() + saved.bitmaps.memory() + saved.bitmap_ends.memory();
                let decoded = saved.decoded.iter().filter_map(OnceLock::get).map(Bitmap::memory);
                lists + bitmaps + vec_bytes(&saved.decoded) + decoded.sum::<u64>()
            }
        }
    }

    /// Writes the postings.
    pub(super) fn encode(&self, out: &mut Encoder) {
        let (mut few, mut few_ends) = (Vec::new(), Ends::default());
        let (mut many, mut bitmaps, mut bitmap_ends) = (Vec::new(), Vec::new(), Ends::default());
        for (number, postings) in (0..).zip(self.iter()) {
            match postings {
                PostingsView::Many(ids) if ids.len() > MAX_FEW as u64 => {
                    many.push(number);
                    ids.serialize_into(&mut bitmaps).expect("memory can be written");
                    bitmap_ends.push(bitmaps.len());
                }
                // A bitmap that changes have made small is written as the list that it would be.
                postings => few.extend(postings.to_vec()),
            }
            // What has a bitmap has an empty list, by which `get` knows to look for one.
            few_ends.push(few.len());
        }
        out.u32s(few.into_iter());
        few_ends.encode(out);
        out.u32s(many.into_iter());
        out.bytes(&bitmaps);
        bitmap_ends.encode(out);
    }

    /// Reads postings of ids below `n_ids`. The ids themselves are not looked at.
    pub(super) fn decode(bytes: &mut Decoder, n_ids: usize) -> Result<PostingsTable, Malformed> {
        let few: NumberBuffer<u32> = bytes.numbers()?;
        let few_ends = Ends::decode(bytes, few.len())?;
        let many: NumberBuffer<u32> = bytes.numbers()?;
        let bitmaps: NumberBuffer<u8> = bytes.numbers()?;
        let bitmap_ends = Ends::decode(bytes, bitmaps.len())?;
        Malformed::unless(many.len() == bitmap_ends.len(), "as many bitmaps")?;
        let decoded = vec![OnceLock::new(); many.len()];
        let saved = SavedPostings { n_ids, few, few_ends, many, bitmaps, bitmap_ends, decoded };
        Ok(PostingsTable::Saved(Box::new(saved)))
    }
}

impl SavedPostings {
    fn get(&self, number: u32) -> PostingsView<'_> {
        let few = self.few.get(self.few_ends.range(number as usize)).unwrap_or_default();
        // The search by halves is only for what has a bitmap, or nothing at all.
        if few.is_empty()
            && let Ok(place) = self.many.binary_search(&number)
        {
            return PostingsView::Many(self.decoded[place].get_or_init(|| self.decode_bitmap(place)));
        }
        PostingsView::Few(few)
    }

    /// Makes a bitmap. One that is none has no ids: the checksum was right, so that somebody meant it.
    fn decode_bitmap(&self, place: usize) -> Bitmap {
        let bytes = self.bitmaps.get(self.bitmap_ends.range(place)).unwrap_or_default();
        let ids = RoaringBitmap::deserialize_from(bytes).unwrap_or_default();
        // One look at the last id costs hardly anything, unlike a look at all ids of the lists.
        let are_inside = ids.max().is_none_or(|last| (last as usize) < self.n_ids);
        if are_inside { ids.into() } else { Bitmap::default() }
    }
}

impl Default for PostingsTable {
    fn default() -> PostingsTable {
        PostingsTable::Owned(Vec::new())
    }
}

impl From<Vec<Postings>> for PostingsTable {
    fn from(postings: Vec<Postings>) -> PostingsTable {
        PostingsTable::Owned(postings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(table: &PostingsTable, n_ids: usize) -> PostingsTable {
        let mut out = Encoder::default();
        table.encode(&mut out);
        PostingsTable::decode(&mut Decoder::new(out.into_bytes().into()), n_ids).unwrap()
    }

    fn ids(table: &PostingsTable) -> Vec<Vec<u32>> {
        table.iter().map(PostingsView::to_vec).collect()
    }

    #[test]
    fn saved_postings_are_read_and_changed() {
        let lists: [Vec<u32>; 6] =
            [vec![3], (0..200).collect(), vec![], (5..69).collect(), vec![7, 900], (800..900).collect()];
        let owned: PostingsTable =
            lists.iter().map(|ids| Postings::from_sorted(ids)).collect::<Vec<_>>().into();
        let mut read = saved(&owned, 1000);
        assert_eq!((ids(&read), read.len()), (lists.to_vec(), 6));
        assert!(read.get(6).is_empty() && matches!(read.get(5), PostingsView::Many(_)));
        assert_eq!(ids(&saved(&read, 1000)), lists);
        read.to_mut()[2].insert(1);
        assert_eq!(read.get(2).to_vec(), [1]);
        assert_eq!(ids(&read)[3..], lists[3..]);
    }

    #[test]
    fn bitmaps_are_made_when_they_are_asked_for() {
        let owned: PostingsTable = vec![Postings::many((0..200).collect())].into();
        let read = saved(&owned, 200);
        let before = read.memory();
        assert_eq!(read.get(0).len(), 200);
        assert!(read.memory() > before);
    }

    #[test]
    fn what_is_no_bitmap_of_objects_has_no_ids() {
        let owned: PostingsTable = vec![Postings::many((0..200).collect())].into();
        assert!(saved(&owned, 199).get(0).is_empty());
        let PostingsTable::Saved(mut read) = saved(&owned, 200) else { panic!("it was read") };
        read.bitmaps = vec![7; 40].into();
        assert!(read.get(0).is_empty());
    }
}
