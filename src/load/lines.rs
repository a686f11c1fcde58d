//! Lines and columns for messages.

use super::cursor::BOM;
use super::error::Position;

/// Turns bytes into lines and columns. Goes on from the last place it was asked for, so that many questions in
/// ascending order cost one pass over the text.
#[derive(Debug)]
pub(super) struct LineCounter<'a> {
    bytes: &'a [u8],
    /// From 1.
    line: u64,
    line_start: usize,
}

impl<'a> LineCounter<'a> {
    /// At the beginning of the text.
    pub(super) fn new(bytes: &'a [u8]) -> LineCounter<'a> {
        LineCounter { bytes, line: 1, line_start: if bytes.starts_with(BOM) { BOM.len() } else { 0 } }
    }

    /// Line and column of a byte. A byte-order mark is not counted.
    pub(super) fn locate(&mut self, offset: usize) -> Position {
        if offset < self.line_start {
            *self = LineCounter::new(self.bytes);
        }
        let from = self.line_start;
        for len in memchr::memchr_iter(b'\n', &self.bytes[from.min(offset)..offset]) {
            self.line += 1;
            self.line_start = from + len + 1;
        }
        let column = offset.saturating_sub(self.line_start) as u64 + 1;
        Position { line: Some((self.line, column)), offset: offset as u64 }
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
    fn a_byte_order_mark_is_no_column() {
        let mut counter = LineCounter::new(b"\xEF\xBB\xBFab\nc");
        assert_eq!(line(&mut counter, 3), (1, 1));
        assert_eq!(line(&mut counter, 6), (2, 1));
        assert_eq!(line(&mut counter, 0), (1, 1));
    }
}
