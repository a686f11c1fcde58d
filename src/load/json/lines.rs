//! Lines and columns for messages.

use crate::load::error::Position;
use crate::load::json::cursor::BOM;
use crate::load::json::gaps::{TextGap, n_characters};

/// Turns bytes into lines and columns. Goes on from the last place it was asked for, so that many questions in
/// ascending order cost one pass over the text, however long its lines are.
#[derive(Debug)]
pub(in crate::load) struct LineCounter<'a> {
    bytes: &'a [u8],
    /// What is missing in the text, in its order.
    gaps: &'a [TextGap],
    /// How many of these it has passed.
    n_gaps: usize,
    /// How many bytes were in them.
    n_missing: u64,
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
        LineCounter::with_gaps(bytes, &[])
    }

    /// The same of a text in which something is missing, which counts as if it were there.
    pub(in crate::load) fn with_gaps(bytes: &'a [u8], gaps: &'a [TextGap]) -> LineCounter<'a> {
        let pos = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        LineCounter { bytes, gaps, n_gaps: 0, n_missing: 0, pos, line: 1, column: 1 }
    }

    /// Line and column of a byte. A byte-order mark is not counted.
    pub(in crate::load) fn locate(&mut self, offset: usize) -> Position {
        // Rare, as faults come in the order of reading, save those of what is around them.
        if offset < self.pos {
            *self = LineCounter::with_gaps(self.bytes, self.gaps);
        }
        while let Some(gap) = self.gaps.get(self.n_gaps).filter(|gap| gap.pos <= offset) {
            self.pass(gap.pos);
            (self.line, self.column) = gap.pass(self.line, self.column);
            self.n_missing += gap.n_bytes;
            self.n_gaps += 1;
        }
        self.pass(offset);
        Position { line: Some((self.line, self.column)), offset: offset as u64 + self.n_missing }
    }

    /// Goes on to a byte before which nothing is missing.
    fn pass(&mut self, offset: usize) {
        let passed = &self.bytes[self.pos.min(offset)..offset];
        let mut line_start = 0;
        for line_end in memchr::memchr_iter(b'\n', passed) {
            self.line += 1;
            self.column = 1;
            line_start = line_end + 1;
        }
        self.column += n_characters(&passed[line_start..]);
        self.pos = self.pos.max(offset);
    }
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
