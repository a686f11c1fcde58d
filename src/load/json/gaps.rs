//! What is missing in a text whose objects were read while it came, and then let go.

/// What was taken out of a text at one place, as far as places behind it are counted differently for that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::load) struct TextGap {
    /// Where it was in the text that is left.
    pub(in crate::load) pos: usize,
    pub(in crate::load) n_bytes: u64,
    n_line_ends: u64,
    /// The characters behind its last line end; all of them if it has none.
    n_characters: u64,
}

impl TextGap {
    /// The gap that this text leaves, wherever that is.
    pub(in crate::load) fn of(text: &[u8]) -> TextGap {
        let n_line_ends = memchr::memchr_iter(b'\n', text).count() as u64;
        let line_start = memchr::memrchr(b'\n', text).map_or(0, |end| end + 1);
        let n_characters = n_characters(&text[line_start..]);
        TextGap { pos: 0, n_bytes: text.len() as u64, n_line_ends, n_characters }
    }

    /// The same at this place.
    pub(in crate::load) fn at(self, pos: usize) -> TextGap {
        TextGap { pos, ..self }
    }

    /// Takes out what followed, too.
    pub(in crate::load) fn append(&mut self, next: TextGap) {
        self.n_bytes += next.n_bytes;
        self.n_line_ends += next.n_line_ends;
        let before = if next.n_line_ends > 0 { 0 } else { self.n_characters };
        self.n_characters = before + next.n_characters;
    }

    /// Line and column behind it, if these are those before it.
    pub(in crate::load) fn pass(&self, line: u64, column: u64) -> (u64, u64) {
        match self.n_line_ends {
            0 => (line, column + self.n_characters),
            n => (line + n, 1 + self.n_characters),
        }
    }
}

/// How many characters begin in `text`; in what is no UTF-8 there are about as many.
pub(in crate::load) fn n_characters(text: &[u8]) -> u64 {
    let is_continuation = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
    (text.len() - text.iter().filter(is_continuation).count()) as u64
}
