//! A place in a text, with its line and column.

/// The bytes of U+0085, which ends a line.
const NEXT_LINE: [u8; 2] = [0xC2, 0x85];
/// Line and paragraph separator differ in their last byte.
const SEPARATOR: [u8; 2] = [0xE2, 0x80];

/// A place that only moves forward. Reads NUL at the end; a text without a line end at its end gets one.
#[derive(Debug)]
pub(super) struct TextCursor<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_start: usize,
    is_ascii: bool,
    /// A place on the line at hand whose column is known.
    known: (usize, usize),
    ends_with_line_end: bool,
}

impl<'a> TextCursor<'a> {
    pub(super) fn new(text: &'a str) -> TextCursor<'a> {
        TextCursor {
            text,
            at: 0,
            line: 0,
            line_start: 0,
            is_ascii: text.is_ascii(),
            known: (0, 0),
            ends_with_line_end: text.ends_with('\n'),
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The byte here.
    #[inline]
    pub(super) fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    /// The byte so many behind this one.
    #[inline]
    pub(super) fn ahead(&self, n: usize) -> u8 {
        self.byte_at(self.at + n)
    }

    #[inline]
    fn byte_at(&self, at: usize) -> u8 {
        match self.text.as_bytes().get(at) {
            Some(&byte) => byte,
            None if at == self.text.len() && !self.ends_with_line_end => b'\n',
            None => 0,
        }
    }

    /// The text from `start` to here, or to its end.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text(start, self.at)
    }

    /// A part of the text; both ends are between characters.
    pub(super) fn text(&self, start: usize, end: usize) -> &'a str {
        let len = self.text.len();
        self.text.get(start.min(len)..end.min(len)).unwrap_or_default()
    }

    /// What is left, without the line end that is not written.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn is_at_line_start(&self) -> bool {
        self.at == self.line_start
    }

    /// How many characters are before this one on its line.
    pub(super) fn column(&mut self) -> usize {
        if self.is_ascii {
            return self.at - self.line_start;
        }
        let (at, column) = self.known;
        self.known = (self.at, column + n_characters(self.text(at, self.at)));
        self.known.1
    }

    /// Whether more than `n` characters are between an earlier place and this one.
    pub(super) fn is_farther_than(&self, n: usize, from: usize) -> bool {
        let n_bytes = self.at - from;
        n_bytes > n && (self.is_ascii || n_bytes > 4 * n || n_characters(self.since(from)) > n)
    }

    /// Goes on by bytes that are whole characters, of which none ends a line.
    #[inline]
    pub(super) fn pass(&mut self, n_bytes: usize) {
        self.at += n_bytes;
    }

    /// How many bytes the line break here has; 0 where none is.
    #[inline]
    pub(super) fn break_len(&self) -> usize {
        self.break_len_at(0)
    }

    #[inline]
    pub(super) fn break_len_at(&self, n: usize) -> usize {
        match self.ahead(n) {
            b'\n' => 1,
            b'\r' => self.carriage_return_len(n),
            byte if byte == NEXT_LINE[0] => usize::from(self.ahead(n + 1) == NEXT_LINE[1]) * 2,
            byte if byte == SEPARATOR[0] => {
                usize::from(self.ahead(n + 1) == SEPARATOR[1] && matches!(self.ahead(n + 2), 0xA8 | 0xA9)) * 3
            }
            _ => 0,
        }
    }

    /// Of `\r\r\n` kubectl drops the second `\r` before its YAML reader sees it.
    fn carriage_return_len(&self, n: usize) -> usize {
        match (self.ahead(n + 1), self.text.as_bytes().get(self.at + n + 2)) {
            (b'\n', _) => 2,
            (b'\r', Some(b'\n')) => 3,
            _ => 1,
        }
    }

    /// Goes behind the line break here. What it stands for in a scalar: a line end, or itself.
    pub(super) fn pass_break(&mut self) -> &'a str {
        let len = self.break_len();
        let stands_for =
            if len == 3 && self.byte() == SEPARATOR[0] { self.text(self.at, self.at + 3) } else { "\n" };
        self.at += len;
        self.line += 1;
        self.line_start = self.at;
        self.known = (self.at, 0);
        stands_for
    }

    #[inline]
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.byte(), b' ' | b'\t')
    }

    #[inline]
    pub(super) fn is_break(&self) -> bool {
        self.break_len() > 0
    }

    /// Whether a blank, a line end or the end of the text is here.
    #[inline]
    pub(super) fn is_blank_or_end(&self) -> bool {
        self.is_blank_or_end_at(0)
    }

    #[inline]
    pub(super) fn is_blank_or_end_at(&self, n: usize) -> bool {
        match self.ahead(n) {
            b' ' | b'\t' | b'\n' | b'\r' | 0 => true,
            byte if byte < 0x80 => false,
            _ => self.break_len_at(n) > 0,
        }
    }

    pub(super) fn is_line_end(&self) -> bool {
        self.byte() == 0 || self.is_break()
    }

    pub(super) fn pass_blanks(&mut self) {
        while self.is_blank() {
            self.at += 1;
        }
    }

    /// Goes to the end of the line.
    pub(super) fn pass_line(&mut self) {
        loop {
            let rest = self.rest();
            let is_special = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2);
            self.at += rest.iter().position(is_special).unwrap_or(rest.len());
            if self.is_line_end() {
                return;
            }
            self.at += if self.byte() == NEXT_LINE[0] { 2 } else { 3 };
        }
    }

    /// Whether `---` or `...` stands here as a line of its own, or before a blank.
    pub(super) fn is_at_document_marker(&self) -> bool {
        self.is_at_line_start()
            && (self.rest().starts_with(b"---") || self.rest().starts_with(b"..."))
            && self.is_blank_or_end_at(3)
    }
}

fn n_characters(text: &str) -> usize {
    text.bytes().filter(|byte| byte & 0b1100_0000 != 0b1000_0000).count()
}
