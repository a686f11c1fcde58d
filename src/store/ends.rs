//! Ascending numbers in four bytes each: where the parts of a long text or pool end.

use super::heap::vec_bytes;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};

/// Numbers that never descend, such as the ends of texts that stand one after another.
///
/// Keeps the low halves of the numbers, and the few places where the high half grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    low: NumberBuffer<u32>,
    /// The indices at which the high half is one larger than before.
    carries: Vec<usize>,
}

impl Ends {
    /// Adds a number, which is no smaller than the last one.
    pub(super) fn push(&mut self, end: usize) {
        let high = (end as u64 >> 32) as usize;
        // A part of more than 4 GiB may carry more than once at one index.
        self.carries.resize(high, self.low.len());
        self.low.to_mut().push(end as u32);
    }

    /// Where the part with this index lies. It may be anywhere if the numbers were read from a file.
    #[inline]
    pub(super) fn range(&self, index: usize) -> std::ops::Range<usize> {
        let low: &[u32] = &self.low;
        let start = index.checked_sub(1).map_or(0, |before| self.get(low, before));
        start..self.get(low, index)
    }

    /// The number whose low half is among these.
    #[inline]
    fn get(&self, low: &[u32], index: usize) -> usize {
        let low = low.get(index).copied().unwrap_or_default();
        // Texts below 4 GiB, as nearly all are, have no carries to look through.
        if self.carries.is_empty() {
            low as usize
        } else {
            (self.carried(index) << 32 | u64::from(low)) as usize
        }
    }

    /// The high half of a number.
    #[cold]
    fn carried(&self, index: usize) -> u64 {
        self.carries.partition_point(|&carry| carry <= index) as u64
    }

    pub(super) fn memory(&self) -> u64 {
        self.low.memory() + vec_bytes(&self.carries)
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        out.u32s(self.low.iter().copied());
        out.u64s(self.carries.iter().map(|&carry| carry as u64));
    }

    /// Reads numbers, the last of which is `total`. Whether none of them descends is not looked at.
    pub(super) fn decode(bytes: &mut Decoder, total: usize) -> Result<Ends, Malformed> {
        let low = bytes.numbers()?;
        let carries = bytes.numbers::<u64>()?.iter().map(|&carry| carry as usize).collect();
        let ends = Ends { low, carries };
        let last = ends.len().checked_sub(1).map_or(0, |last| ends.get(&ends.low, last));
        Malformed::unless(ends.carries.is_sorted() && last == total, "ends")?;
        Ok(ends)
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.low.len()
    }

    /// Gives back memory that was set aside for more.
    pub(super) fn shrink_to_fit(&mut self) {
        self.low.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(ends: &Ends, total: usize) -> Option<Vec<usize>> {
        let mut out = Encoder::default();
        ends.encode(&mut out);
        let ends = Ends::decode(&mut Decoder::new(out.into_bytes().into()), total).ok()?;
        Some((0..ends.len()).map(|index| ends.range(index).end).collect())
    }

    #[test]
    fn the_last_number_has_to_be_the_total() {
        let carried =
            |low: &[u32], carries: &[usize]| Ends { low: low.to_vec().into(), carries: carries.into() };
        assert_eq!(decoded(&carried(&[], &[]), 0), Some(vec![]));
        assert_eq!(decoded(&carried(&[2, 9, 9], &[]), 9), Some(vec![2, 9, 9]));
        assert_eq!(decoded(&carried(&[7, 5], &[1]), (1 << 32) + 5), Some(vec![7, (1 << 32) + 5]));
        let bad = [(&[5, 7][..], &[][..], 8), (&[], &[], 1), (&[5, 4, 9], &[1, 0], (2 << 32) + 9)];
        for (low, carries, total) in bad {
            assert_eq!(decoded(&carried(low, carries), total), None, "{low:?} {carries:?} {total}");
        }
    }

    #[test]
    fn numbers_are_kept_beyond_32_bits() {
        let numbers: [usize; 7] = [0, 7, 7, (1 << 32) - 1, 1 << 32, (3 << 32) + 5, (3 << 32) + 5];
        let mut ends = Ends::default();
        numbers.iter().for_each(|&end| ends.push(end));
        let kept: Vec<usize> = (0..ends.len()).map(|index| ends.range(index).end).collect();
        assert_eq!(kept, numbers);
        assert_eq!((ends.range(0), ends.range(5)), (0..0, 1 << 32..(3 << 32) + 5));
        assert_eq!(decoded(&ends, numbers[6]).unwrap(), numbers);
    }
}
