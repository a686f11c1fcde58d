//! Thirty-two bytes at once, with what every processor of the architecture has.
//!
//! Most texts are short: to ask each time what else the processor has would cost more than it gains. Hardly any is
//! longer than this, so that there is nothing to guess about how often a loop runs.

use fearless_simd::{Level, dispatch, prelude::*, u8x32};

/// As many bytes as are compared at once.
pub(super) type Lanes = [u8; 32];

/// The quotes, backslashes and control characters, a bit each.
#[inline(always)]
pub(super) fn special(bytes: &Lanes) -> u64 {
    dispatch!(Level::baseline(), simd => {
        let bytes = u8x32::from_slice(simd, bytes);
        let is = |byte: u8| bytes.simd_eq(u8x32::splat(simd, byte));
        (is(b'"') | is(b'\\') | bytes.simd_lt(u8x32::splat(simd, b' '))).to_bitmask()
    })
}

/// Everything but spaces, a bit each.
#[inline(always)]
pub(super) fn other_than_space(bytes: &Lanes) -> u64 {
    // The mask has 64 bits, and the half that stands for no byte would be all ones once negated.
    const ALL: u64 = (1 << size_of::<Lanes>()) - 1;
    dispatch!(Level::baseline(), simd => {
        let bytes = u8x32::from_slice(simd, bytes);
        !bytes.simd_eq(u8x32::splat(simd, b' ')).to_bitmask() & ALL
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_judged_in_every_lane() {
        for byte in 0..=u8::MAX {
            for at in 0..size_of::<Lanes>() {
                let mut bytes = [b' '; 32];
                bytes[at] = byte;
                let is_special = matches!(byte, b'"' | b'\\' | 0..b' ');
                assert_eq!(special(&bytes), u64::from(is_special) << at, "{byte} at {at}");
                assert_eq!(other_than_space(&bytes), u64::from(byte != b' ') << at, "{byte} at {at}");
            }
        }
    }
}
