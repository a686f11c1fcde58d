//! Leaves the white space between the tokens of JSON out, a block of 64 bytes at a time.

use std::borrow::Cow;

use super::block::{BLOCK, Block, above, parity};
use fearless_simd::{Level, Simd, dispatch};

/// Sound JSON without the white space between its tokens: on one line. The same text if there is none.
pub(in crate::load) fn compact(level: Level, json: &str) -> Cow<'_, str> {
    dispatch!(level, simd => compact_with(simd, json))
}

#[inline(always)]
fn compact_with<S: Simd>(simd: S, json: &str) -> Cow<'_, str> {
    let mut compactor = Compactor::new(json);
    let (blocks, rest) = json.as_bytes().as_chunks();
    for block in blocks {
        compactor.block(simd, block);
    }
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
        let strings = parity(block.quotes & !self.escaped(block.backslashes)) ^ self.in_string;
        self.in_string = if strings >> 63 == 1 { u64::MAX } else { 0 };
        let blanks = block.blanks & !strings;
        // Where a run of white space begins, and the byte behind one, by turns.
        let mut borders = blanks ^ (blanks << 1 | self.in_blank);
        while borders != 0 {
            let at = borders.trailing_zeros();
            let pos = self.pos + at as usize;
            if blanks >> at & 1 == 1 {
                self.keep_to(pos)
            } else {
                self.kept = pos
            }
            borders &= borders - 1;
        }
        self.in_blank = blanks >> 63;
        self.pos += BLOCK;
    }

    /// The bytes that stand behind backslashes.
    #[inline(always)]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = std::mem::take(&mut self.escaped);
        let mut rest = backslashes & !escaped;
        while rest != 0 {
            let at = rest.trailing_zeros();
            escaped |= (1 << at) << 1;
            self.escaped = u64::from(at == 63);
            rest &= above(at) & !escaped;
        }
        escaped
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_block_border_is_passed_as_character_by_character(json in json(), before in " {0,70}") {
            let json = format!("{before}{json}{before}");
            prop_assert_eq!(compacted(&json), oracle(&json));
        }
    }
}
