//! Sixty-four bytes of JSON as bits: which of them are quotes, brackets, white space.
//!
//! Bit *n* of a mask stands for byte *n* of the block.

use fearless_simd::{Simd, prelude::*, u8x64};

/// How many bytes there are in a block: as many as bits in a word.
pub(super) const BLOCK: usize = 64;

/// Where the characters of a block are that mean something to JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// `{` and `[`
    pub(super) opens: u64,
    /// `}` and `]`
    pub(super) closes: u64,
    pub(super) commas: u64,
    pub(super) colons: u64,
    /// Spaces and controls.
    pub(super) blanks: u64,
    pub(super) line_ends: u64,
    /// All below the space, line ends among them.
    pub(super) controls: u64,
}

impl Block {
    #[inline(always)]
    pub(super) fn new<S: Simd>(simd: S, bytes: &[u8; BLOCK]) -> Block {
        let bytes = u8x64::from_slice(simd, bytes);
        let equal = |byte: u8| bytes.simd_eq(u8x64::splat(simd, byte)).to_bitmask();
        let at_most = |byte: u8| bytes.simd_le(u8x64::splat(simd, byte)).to_bitmask();
        // Brackets differ from braces of the same side in the bit of a space alone.
        let braces = bytes | u8x64::splat(simd, b' ');
        Block {
            quotes: equal(b'"'),
            backslashes: equal(b'\\'),
            opens: braces.simd_eq(u8x64::splat(simd, b'{')).to_bitmask(),
            closes: braces.simd_eq(u8x64::splat(simd, b'}')).to_bitmask(),
            commas: equal(b','),
            colons: equal(b':'),
            blanks: at_most(b' '),
            line_ends: equal(b'\n'),
            controls: at_most(b' ' - 1),
        }
    }
}

/// For each bit, whether the number of bits set up to it, itself included, is odd.
pub(super) fn parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        // Each round doubles how many of the bits below a bit has taken in: six rounds make 64.
        bits ^= bits << shift;
    }
    bits
}

/// The bits above bit `at`.
pub(super) fn above(at: u32) -> u64 {
    (!1_u64) << at
}

/// The places of the bits, lowest first.
pub(super) fn places(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        (bits != 0).then(|| {
            let at = bits.trailing_zeros();
            bits &= bits - 1;
            at
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::{Level, dispatch};

    fn block(bytes: &[u8; BLOCK]) -> Block {
        dispatch!(Level::new(), simd => Block::new(simd, bytes))
    }

    #[test]
    fn every_byte_has_its_mask_in_every_place() {
        for byte in 0..=u8::MAX {
            for at in 0..BLOCK {
                let mut bytes = [b'x'; BLOCK];
                bytes[at] = byte;
                let mask = |is: bool| u64::from(is) << at;
                let expected = Block {
                    quotes: mask(byte == b'"'),
                    backslashes: mask(byte == b'\\'),
                    opens: mask(matches!(byte, b'{' | b'[')),
                    closes: mask(matches!(byte, b'}' | b']')),
                    commas: mask(byte == b','),
                    colons: mask(byte == b':'),
                    blanks: mask(byte <= b' '),
                    line_ends: mask(byte == b'\n'),
                    controls: mask(byte < b' '),
                };
                assert_eq!(block(&bytes), expected, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn parity_is_that_of_the_bits_so_far() {
        assert_eq!(parity(0b0010_0100), 0b0001_1100);
        assert_eq!(parity(1), u64::MAX);
        assert_eq!((above(0), above(62), above(63)), (u64::MAX - 1, 1 << 63, 0));
        assert_eq!(places(0b1001 | 1 << 63).collect::<Vec<_>>(), [0, 3, 63]);
    }
}
