//! The labels of every object, by object number.

use std::collections::HashMap;

use super::ObjectId;
use super::ends::Ends;
use super::ids::LabelId;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};

/// The numbers of every object's labels.
///
/// Bulk loading packs them into one pool, seven bits of a number a byte: labels that many objects have get
/// small numbers, since they are seen early, so that a label takes two bytes instead of four. A row that is
/// set again is kept apart. The pool is rewritten when more than half of all rows are kept apart: so a change costs no
/// more than the labels of two rows on average.
#[derive(Debug, Clone, Default)]
pub(super) struct LabelRows {
    pool: NumberBuffer<u8>,
    ends: Ends,
    /// Rows that no longer are what the pool says.
    changed: HashMap<ObjectId, Box<[LabelId]>>,
    n_labels: usize,
}

/// Changed rows that are not worth rewriting the pool for.
const MIN_CHANGED: usize = 1024;

impl LabelRows {
    /// Adds the row of the next object.
    pub(super) fn push(&mut self, labels: impl Iterator<Item = LabelId>) {
        let pool = self.pool.to_mut();
        for label in labels {
            pack(pool, label);
            self.n_labels += 1;
        }
        self.ends.push(pool.len());
    }

    /// Replaces the row of an object.
    pub(super) fn set(&mut self, id: ObjectId, labels: &[LabelId]) {
        self.n_labels = self.n_labels.saturating_sub(self.labels(id).len()) + labels.len();
        self.changed.insert(id, labels.into());
        // A rewrite costs all rows, so it waits until a share of them has changed: the changes before it pay for it.
        if self.changed.len() > MIN_CHANGED.max(self.ends.len() / 2) {
            self.rewrite();
        }
    }

    fn rewrite(&mut self) {
        *self = self.packed();
    }

    /// The same with every row in the pool.
    fn packed(&self) -> LabelRows {
        let mut rows = LabelRows::default();
        for (_, labels) in self.iter() {
            rows.push(labels);
        }
        rows.shrink_to_fit();
        rows
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        if self.changed.is_empty() {
            out.u64(self.n_labels as u64);
            out.bytes(&self.pool);
            self.ends.encode(out);
        } else {
            self.packed().encode(out);
        }
    }

    /// Reads rows. Which labels they have is not looked at.
    pub(super) fn decode(bytes: &mut Decoder) -> Result<LabelRows, Malformed> {
        let n_labels = bytes.size()?;
        let pool: NumberBuffer<u8> = bytes.numbers()?;
        let ends = Ends::decode(bytes, pool.len())?;
        // Each label takes a byte at least.
        Malformed::unless(n_labels <= pool.len(), "as many labels")?;
        Ok(LabelRows { pool, ends, n_labels, ..LabelRows::default() })
    }

    /// The labels of an object.
    pub(super) fn labels(&self, id: ObjectId) -> LabelIds<'_> {
        // A store that was only loaded has no such rows, and should not pay a hash for each object.
        if !self.changed.is_empty()
            && let Some(labels) = self.changed.get(&id)
        {
            return LabelIds::Changed(labels.iter());
        }
        LabelIds::Packed(self.pool.get(self.ends.range(id.index())).unwrap_or_default())
    }

    /// All rows in the order of the object numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ObjectId, LabelIds<'_>)> {
        (0..self.ends.len() as u32).map(ObjectId).map(|id| (id, self.labels(id)))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many labels all rows have together.
    pub(super) fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// How much memory the rows take.
    pub(super) fn memory(&self) -> u64 {
        let changed = self.changed.capacity() * size_of::<(ObjectId, Box<[LabelId]>)>();
        let labels = self.changed.values().map(|labels| size_of_val(&**labels)).sum::<usize>();
        self.pool.memory() + self.ends.memory() + (changed + labels) as u64
    }

    /// Gives back memory that was set aside for more rows.
    pub(super) fn shrink_to_fit(&mut self) {
        self.pool.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// The labels of one object.
#[derive(Clone)]
pub(crate) enum LabelIds<'r> {
    Packed(&'r [u8]),
    Changed(std::slice::Iter<'r, LabelId>),
}

/// Set in every byte of a packed number but the last.
const MORE: u8 = 0x80;

fn pack(pool: &mut Vec<u8>, label: LabelId) {
    let mut rest = label.0;
    while rest >= u32::from(MORE) {
        pool.push(rest as u8 | MORE);
        rest >>= 7;
    }
    pool.push(rest as u8);
}

impl Iterator for LabelIds<'_> {
    type Item = LabelId;

    #[inline]
    fn next(&mut self) -> Option<LabelId> {
        let packed = match self {
            LabelIds::Packed(packed) => packed,
            LabelIds::Changed(labels) => return labels.next().copied(),
        };
        let (mut number, mut shift) = (0, 0);
        loop {
            let (&byte, rest) = packed.split_first()?;
            *packed = rest;
            // No number that was packed needs the shift to wrap.
            number |= u32::from(byte & !MORE).wrapping_shl(shift);
            if byte & MORE == 0 {
                return Some(LabelId(number));
            }
            shift += 7;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = match self {
            LabelIds::Packed(packed) => packed.iter().filter(|&&byte| byte & MORE == 0).count(),
            LabelIds::Changed(labels) => labels.len(),
        };
        (len, Some(len))
    }
}

impl ExactSizeIterator for LabelIds<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_labels_through_changes() {
        let mut rows = LabelRows::default();
        let row = |n: u32| vec![LabelId(n * n * 40_000); n as usize % 5];
        let mut model: Vec<Vec<LabelId>> = (0..300).map(row).collect();
        model.iter().for_each(|row| rows.push(row.iter().copied()));
        for step in 0..5000_u32 {
            let at = (step * 7 % 300) as usize;
            model[at] = row(step % 300 + 1);
            rows.set(ObjectId(at as u32), &model[at]);
        }
        let found: Vec<Vec<LabelId>> = rows.iter().map(|(_, row)| row.collect()).collect();
        assert_eq!(found, model);
        assert_eq!(rows.n_labels(), model.iter().map(Vec::len).sum::<usize>());
    }

    #[test]
    fn many_changes_are_written_into_the_pool() {
        let mut rows = LabelRows::default();
        (0..3000).for_each(|n| rows.push([LabelId(n)].into_iter()));
        (0..3000).for_each(|n| rows.set(ObjectId(n), &[LabelId(n), LabelId(u32::MAX)]));
        assert!(rows.changed.len() < 1600, "the pool was rewritten on the way");
        assert!(rows.iter().all(|(id, row)| row.eq([LabelId(id.0), LabelId(u32::MAX)])));
    }

    #[test]
    fn saved_rows_are_read_and_changed() {
        let mut rows = LabelRows::default();
        rows.push([LabelId(7), LabelId(129)].into_iter());
        rows.push([].into_iter());
        rows.set(ObjectId(1), &[LabelId(300)]);
        let mut out = Encoder::default();
        rows.encode(&mut out);
        let mut read = LabelRows::decode(&mut Decoder::new(out.into_bytes().into())).unwrap();
        let all = |rows: &LabelRows| {
            rows.iter().map(|(_, row)| row.map(|it| it.0).collect()).collect::<Vec<Vec<_>>>()
        };
        assert_eq!((all(&read), read.n_labels()), (vec![vec![7, 129], vec![300]], 3));
        read.set(ObjectId(0), &[]);
        read.push([LabelId(1)].into_iter());
        assert_eq!((all(&read), read.n_labels()), (vec![vec![], vec![300], vec![1]], 2));
    }

    #[test]
    fn any_bytes_can_be_unpacked() {
        for bytes in [&[0x80][..], &[0xFF; 9], &[0x80, 0x80, 0x80, 0x80, 0x80, 1], &[1, 0x81]] {
            assert!(LabelIds::Packed(bytes).count() <= bytes.len(), "{bytes:?}");
        }
    }

    #[test]
    fn the_length_is_known_before_unpacking() {
        let mut rows = LabelRows::default();
        rows.push([0, 127, 128, 1 << 20, u32::MAX].map(LabelId).into_iter());
        let mut labels = rows.labels(ObjectId(0));
        assert_eq!(labels.len(), 5);
        labels.next();
        assert_eq!(
            (labels.len(), labels.map(|label| label.0).collect::<Vec<_>>()),
            (4, vec![127, 128, 1 << 20, u32::MAX])
        );
    }
}
