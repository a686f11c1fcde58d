//! Leaves the white space between the tokens of JSON out, a block of 64 bytes at a time.

use std::borrow::Cow;

use super::block::{BLOCK, Block, parity};
use fearless_simd::{Level, Simd, dispatch};

/// Sound JSON without the white space between its tokens: on one line. The same text if there is none.
pub(crate) fn compact(level: Level, json: &str) -> Cow<'_, str> {
    dispatch!(level, simd => compact_with(simd, json))
}

#[inline(always)]
fn compact_with<S: Simd>(simd: S, json: &str) -> Cow<'_, str> {
    let mut compactor = Compactor::new(json);
    let (blocks, rest) = json.as_bytes().as_chunks();
    for block in blocks {
        compactor.block(simd, block);
    }
    // No white space, so that a run of it before the end of the text ends there.
    let mut last = [b'x'; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    compactor.block(simd, &last);
    compactor.finish()
}

struct Compactor<'j> {
    json: &'j str,
    compact: String,
    /// What is kept, up to the end of a run of white space or to the end of the text.
    kept: usize,
    /// Where the next block begins.
    pos: usize,
    /// All ones inside a string.
    in_string: u64,
    /// 1 if the next block's first byte stands behind a backslash.
    escaped: u64,
    /// 1 if the byte before the next block is white space between tokens.
    in_blank: u64,
}

impl<'j> Compactor<'j> {
    fn new(json: &'j str) -> Compactor<'j> {
        Compactor { json, compact: String::new(), kept: 0, pos: 0, in_string: 0, escaped: 0, in_blank: 0 }
    }

    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, bytes: &[u8; BLOCK]) {
        let block = Block::new(simd, bytes);
        let escaped = escaped(block.backslashes, &mut self.escaped);
        let strings = parity(block.quotes & !escaped) ^ self.in_string;
        self.in_string = if strings >> 63 == 1 { u64::MAX } else { 0 };
        let blanks = block.blanks & !strings;
        // Where a run of white space begins, and the byte behind one, by turns.
        let mut borders = blanks ^ (blanks << 1 | self.in_blank);
        while borders != 0 {
            let at = borders.trailing_zeros();
            let pos = self.pos + at as usize;
            if blanks >> at & 1 == 1 {
                self.keep_to(pos);
            } else {
                self.kept = pos;
            }
            borders &= borders - 1;
        }
        self.in_blank = blanks >> 63;
        self.pos += BLOCK;
    }

    /// Takes over everything from the last white space to this place.
    fn keep_to(&mut self, pos: usize) {
        if self.kept == 0 {
            self.compact.reserve(self.json.len());
        }
        self.compact.push_str(&self.json[self.kept..pos]);
    }

    fn finish(mut self) -> Cow<'j, str> {
        let rest = &self.json[self.kept..];
        if self.kept == 0 {
            return Cow::Borrowed(rest);
        }
        self.compact.push_str(rest);
        Cow::Owned(self.compact)
    }
}

/// The bytes that stand behind a backslash, unless that itself stands behind one. `pending` is 1 if the first byte of the
/// block does so, and then if that of the next one does.
pub(super) fn escaped(backslashes: u64, pending: &mut u64) -> u64 {
    const EVEN: u64 = u64::MAX / 3;
    let backslashes = backslashes & !*pending;
    let starts = backslashes & !(backslashes << 1);
    // Carries run through the backslashes that follow one in an even place, and leave no bit of them.
    let (rest, _) = backslashes.overflowing_add(starts & EVEN);
    let (even, odd) = (backslashes & !rest, backslashes & rest);
    // Every second byte of those behind a run's backslashes is escaped, from the first on.
    let escaped = even << 1 & !EVEN | odd << 1 & EVEN | *pending;
    *pending = (backslashes & !escaped) >> 63;
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::json;
    use super::*;
    use proptest::prelude::*;

    fn compacted(json: &str) -> Cow<'_, str> {
        compact(Level::new(), json)
    }

    /// The same a character at a time.
    fn oracle(json: &str) -> String {
        let (mut in_string, mut is_escaped) = (false, false);
        let is_kept = |character: &char| {
            in_string ^= *character == '"' && !is_escaped;
            is_escaped = *character == '\\' && !is_escaped;
            in_string || !matches!(character, ' ' | '\n' | '\r' | '\t')
        };
        json.chars().filter(is_kept).collect()
    }

    #[test]
    fn only_white_space_between_tokens_goes() {
        for (json, expected) in [
            ("{ \"a b\" :\r\n\t[ 1.50, -0e+2 ,\"\" ] }\n", r#"{"a b":[1.50,-0e+2,""]}"#),
            (r#"{"a\" b\\" : " \\\" c " , "é" : 1}"#, r#"{"a\" b\\":" \\\" c ","é":1}"#),
            (" true ", "true"),
            ("", ""),
        ] {
            assert_eq!(compacted(json), expected);
            assert_eq!(oracle(json), expected);
        }
    }

    #[test]
    fn what_is_compact_is_not_copied() {
        let json = r#"{"a":"a text with spaces that is longer than one of the blocks","b":[1,2,3]}"#;
        assert!(matches!(compacted(json), Cow::Borrowed(_)));
    }

    /// The same bit by bit.
    fn escaped_one_by_one(backslashes: u64, mut pending: u64) -> (u64, u64) {
        let mut escaped = 0;
        for at in 0..64 {
            escaped |= pending << at;
            pending = !pending & backslashes >> at & 1;
        }
        (escaped, pending)
    }

    #[test]
    fn every_second_backslash_of_a_run_escapes() {
        let mut patterns = vec![0, u64::MAX, 1 << 63, 3 << 62, 7 << 61, u64::MAX >> 1];
        // All runs of up to 16 bytes, at every place.
        patterns.extend((0..1 << 16).flat_map(|bits| [bits, bits << 23, bits << 48]));
        for backslashes in patterns {
            for pending in [0, 1] {
                let mut after = pending;
                let found = escaped(backslashes, &mut after);
                assert_eq!((found, after), escaped_one_by_one(backslashes, pending), "{backslashes:b}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_block_border_is_passed_as_character_by_character(json in json(), before in " {0,70}") {
            let json = format!("{before}{json}{before}");
            prop_assert_eq!(compacted(&json), oracle(&json));
        }
    }
}
