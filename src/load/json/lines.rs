//! Lines and columns for messages.

use crate::load::error::Position;
use crate::load::json::cursor::BOM;

/// Turns bytes into lines and columns. Goes on from the last place it was asked for, so that many questions in
/// ascending order cost one pass over the text, however long its lines are.
#[derive(Debug)]
pub(in crate::load) struct LineCounter<'a> {
    bytes: &'a [u8],
    /// The place that it has come to.
    pos: usize,
    /// The line of `pos`, from 1.
    line: u64,
    /// The column of `pos`, from 1.
    column: u64,
}

impl<'a> LineCounter<'a> {
    /// At the beginning of the text.
    pub(in crate::load) fn new(bytes: &'a [u8]) -> LineCounter<'a> {
        let pos = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        LineCounter { bytes, pos, line: 1, column: 1 }
    }

    /// Line and column of a byte. A byte-order mark is not counted.
    pub(in crate::load) fn locate(&mut self, offset: usize) -> Position {
        // Rare, as faults come in the order of reading, save those of what is around them.
        if offset < self.pos {
            *self = LineCounter::new(self.bytes);
        }
        let passed = &self.bytes[self.pos.min(offset)..offset];
        let mut line_start = 0;
        for line_end in memchr::memchr_iter(b'\n', passed) {
            self.line += 1;
            self.column = 1;
            line_start = line_end + 1;
        }
        self.column += n_characters(&passed[line_start..]);
        self.pos = self.pos.max(offset);
        Position { line: Some((self.line, self.column)), offset: offset as u64 }
    }
}

/// How many characters begin in `text`; in what is no UTF-8 there are about as many.
fn n_characters(text: &[u8]) -> u64 {
    let is_continuation = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
    (text.len() - text.iter().filter(is_continuation).count()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(counter: &mut LineCounter<'_>, offset: usize) -> (u64, u64) {
        counter.locate(offset).line.unwrap()
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let mut counter = LineCounter::new(b"ab\n\ncd");
        for (offset, expected) in
            [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (5, (3, 2)), (6, (3, 3)), (1, (1, 2))]
        {
            assert_eq!(line(&mut counter, offset), expected, "byte {offset}");
        }
    }

    #[test]
    fn columns_are_characters() {
        let mut counter = LineCounter::new("é名\u{1f600}x\n\u{e9}y".as_bytes());
        for (offset, expected) in [(2, (1, 2)), (5, (1, 3)), (9, (1, 4)), (10, (1, 5)), (13, (2, 2))] {
            assert_eq!(line(&mut counter, offset), expected, "byte {offset}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let mut counter = LineCounter::new(b"\xEF\xBB\xBFab\nc");
        assert_eq!(line(&mut counter, 3), (1, 1));
        assert_eq!(line(&mut counter, 6), (2, 1));
        assert_eq!(line(&mut counter, 0), (1, 1));
    }
}
