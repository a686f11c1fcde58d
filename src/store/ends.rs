//! Ascending numbers in four bytes each: where the parts of a long text or pool end.

/// Numbers that never descend, such as the ends of texts that stand one after another.
///
/// Keeps the low halves of the numbers, and the few places where the high half grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    low: Vec<u32>,
    /// The indices at which the high half is one larger than before.
    carries: Vec<usize>,
}

impl Ends {
    /// Adds a number, which is no smaller than the last one.
    pub(super) fn push(&mut self, end: usize) {
        let high = (end as u64 >> 32) as usize;
        self.carries.resize(high, self.low.len());
        self.low.push(end as u32);
    }

    /// Where the part with this index lies.
    pub(super) fn range(&self, index: usize) -> std::ops::Range<usize> {
        let start = if index == 0 { 0 } else { self.get(index - 1) };
        start..self.get(index)
    }

    fn get(&self, index: usize) -> usize {
        let low = self.low[index] as u64;
        if self.carries.is_empty() {
            return low as usize;
        }
        let high = self.carries.partition_point(|&carry| carry <= index) as u64;
        (high << 32 | low) as usize
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

    #[test]
    fn numbers_are_kept_beyond_32_bits() {
        let numbers: [usize; 7] = [0, 7, 7, (1 << 32) - 1, 1 << 32, (3 << 32) + 5, (3 << 32) + 5];
        let mut ends = Ends::default();
        numbers.iter().for_each(|&end| ends.push(end));
        let kept: Vec<usize> = (0..ends.len()).map(|index| ends.range(index).end).collect();
        assert_eq!(kept, numbers);
        assert_eq!((ends.range(0), ends.range(5)), (0..0, 1 << 32..(3 << 32) + 5));
    }
}
