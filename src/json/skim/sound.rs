//! Passes over JSON that is known to be sound, a block of 64 bytes at a time.
//!
//! Nothing is checked: only strings and the depth of brackets count, and a block with fewer closing brackets than are open is
//! passed without a look at any of them.

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, Block, parity, places};
use super::compact::escaped;

/// The length of the object or array that `bytes` begin with. `None` if it does not end.
pub(super) fn len(level: Level, bytes: &[u8]) -> Option<usize> {
    dispatch!(level, simd => len_with(simd, bytes))
}

#[inline(always)]
fn len_with<S: Simd>(simd: S, bytes: &[u8]) -> Option<usize> {
    let mut scan = SoundScan::default();
    let (blocks, rest) = bytes.as_chunks();
    for (nth, block) in blocks.iter().enumerate() {
        if let Some(at) = scan.block(simd, block) {
            return Some(nth * BLOCK + at);
        }
    }
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    scan.block(simd, &last).map(|at| bytes.len() - rest.len() + at)
}

/// What is known of the bytes before a block.
#[derive(Default)]
struct SoundScan {
    /// All ones inside a string.
    in_string: u64,
    /// 1 if the next block's first byte stands behind a backslash.
    escaped: u64,
    /// How many brackets are open.
    depth: usize,
}

impl SoundScan {
    /// The place behind the bracket that closes the first one, if it is in this block.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, bytes: &[u8; BLOCK]) -> Option<usize> {
        let block = Block::new(simd, bytes);
        // Most blocks have no escapes, and to find out which bytes are escaped takes a while.
        let escaped = match block.backslashes | self.escaped {
            0 => 0,
            _ => escaped(block.backslashes, &mut self.escaped),
        };
        let strings = parity(block.quotes & !escaped) ^ self.in_string;
        self.in_string = if strings >> 63 == 1 { u64::MAX } else { 0 };
        let (opens, closes) = (block.opens & !strings, block.closes & !strings);
        let (n_opens, n_closes) = (opens.count_ones() as usize, closes.count_ones() as usize);
        if n_closes < self.depth {
            self.depth = self.depth + n_opens - n_closes;
            return None;
        }
        self.end(opens, closes)
    }

    /// The end of the value in a block with as many closing brackets as may end it.
    fn end(&mut self, opens: u64, closes: u64) -> Option<usize> {
        for at in places(opens | closes) {
            if opens >> at & 1 == 1 {
                self.depth += 1;
                continue;
            }
            self.depth = self.depth.saturating_sub(1);
            if self.depth == 0 {
                return Some(at as usize + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::json;
    use super::*;
    use proptest::prelude::*;

    fn end(json: &str) -> Option<usize> {
        len(Level::new(), json.as_bytes())
    }

    #[test]
    fn a_value_ends_with_its_bracket() {
        for (json, rest) in
            [("{}", ""), ("[[],{}]", ",1]"), (r#"{"a]\"}":"\\"}"#, "}}"), (r#"["é\\\"]"]"#, "\"")]
        {
            assert_eq!(end(&format!("{json}{rest}")), Some(json.len()), "{json}");
        }
        for json in ["", "{", r#"{"a}"#, r#"["\"]"#] {
            assert_eq!(end(json), None, "{json}");
        }
    }

    #[test]
    fn depth_has_no_bound() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(end(&deep), Some(200_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_block_border_is_passed_as_the_checking_scan_does(json in json(), before in " {0,70}", after in "[]} ,]{0,9}") {
            let json = format!("[{before}{json}]");
            let expected = super::super::nested::len(Level::new(), json.as_bytes());
            prop_assert_eq!(expected, Some(json.len()));
            prop_assert_eq!(end(&format!("{json}{after}")), expected);
        }
    }
}
