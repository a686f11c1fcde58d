//! Words to ids, several at a time.
//!
//! roaring's own `next_many` takes three to eighteen times as long for the ids of one large set (the bench `query`, `ids`).

use fearless_simd::{Level, dispatch};

use crate::store::WORD;

/// How many ids are decoded at a time: as many as stay in the first-level cache.
pub(super) const BATCH: usize = 512;

/// The bits of every byte, lowest first; what follows them means nothing.
const BITS: [[u32; 8]; 256] = {
    let mut bits = [[0; 8]; 256];
    let mut byte = 0;
    while byte < bits.len() {
        let (mut bit, mut n) = (0, 0);
        while bit < u8::BITS {
            if byte >> bit & 1 == 1 {
                bits[byte][n] = bit;
                n += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    bits
};

/// The ids of some words in ascending order.
#[derive(Clone)]
pub(super) struct WordIds<'w> {
    // Kept, so that it is asked for once and not for each batch.
    level: Level,
    words: &'w [u64],
    /// The number of the first of the words.
    number: u32,
}

impl<'w> WordIds<'w> {
    pub(super) fn new(words: &'w [u64]) -> WordIds<'w> {
        WordIds { level: Level::new(), words, number: 0 }
    }

    /// Puts the next ids into the batch and says how many. None are left when that is 0.
    pub(super) fn next_many(&mut self, batch: &mut [u32; BATCH]) -> usize {
        while let [0, rest @ ..] = self.words {
            self.words = rest;
            self.number += 1;
        }
        let (words, number) = (self.words, self.number);
        let (n_words, n_ids) = dispatch!(self.level, _ => decode(words, number, batch));
        self.words = &words[n_words..];
        self.number += n_words as u32;
        n_ids
    }
}

/// Decodes words until the next one might not find room. Tells how many words and ids that were.
///
/// Each byte puts down eight numbers, of which the next byte overwrites those that are no ids of it: without a branch
/// for every bit there is nothing to guess wrong.
#[inline(always)]
fn decode(words: &[u64], number: u32, batch: &mut [u32; BATCH]) -> (usize, usize) {
    let mut n_ids = 0;
    for (nth, &word) in words.iter().enumerate() {
        // No word is split over two batches: where to go on is the number of a word then, and never
        // a bit within it.
        if n_ids + WORD as usize > BATCH {
            return (nth, n_ids);
        }
        let first = (number + nth as u32) * WORD;
        for (start, byte) in (0..WORD).step_by(8).zip(word.to_le_bytes()) {
            // There is room for the eight numbers of the last byte too, as the check above has left
            // it for 64 ids and at most 56 stand before them.
            let Some(room) = batch[n_ids..].first_chunk_mut::<8>() else { break };
            *room = BITS[usize::from(byte)].map(|bit| first + start + bit);
            n_ids += byte.count_ones() as usize;
        }
    }
    (words.len(), n_ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_every_word_is_an_id() {
        let words: Vec<u64> =
            (0..400).map(|n| [0, u64::MAX, 1 << 63, 1, 0x0123_4567_89ab_cdef][n % 5 * (n % 3) % 5]).collect();
        let expected: Vec<u32> = (0..words.len() as u32 * WORD)
            .filter(|id| words[(id / WORD) as usize] >> (id % WORD) & 1 == 1)
            .collect();
        let (mut decoder, mut batch, mut found) = (WordIds::new(&words), [0; BATCH], Vec::new());
        loop {
            match decoder.next_many(&mut batch) {
                0 => break,
                n => found.extend_from_slice(&batch[..n]),
            }
        }
        assert_eq!(found, expected);
        assert_eq!(WordIds::new(&[0; 40]).next_many(&mut batch), 0);
        assert_eq!(WordIds::new(&[]).next_many(&mut batch), 0);
    }
}
