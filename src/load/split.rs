//! Takes a stream of JSON apart into its values while it arrives.

use super::error::Position;

const END_OF_LINE: &str = "expected the rest of a value, found the end of the line";
const END_OF_FILE: &str = "expected the rest of a value, found the end of the file";

/// A value of the stream, or a line of it that begins no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: Vec<u8>,
    /// Where it begins in the stream.
    pub(super) start: Position,
    /// What is missing, if its end was not found.
    pub(super) cut_short: Option<&'static str>,
}

/// Finds where values end by their brackets alone, looking at every byte once; what is between the brackets is
/// for a JSON reader to check.
///
/// A value that is cut short must not swallow what follows. A string with a bare line end in it is cut short. So
/// is a value if a line begins with another where none belongs, or anywhere in a stream of one value a line:
/// pretty-printed values are indented there.
#[derive(Debug)]
pub(super) struct Splitter {
    bytes: Vec<u8>,
    /// The next byte to look at.
    pos: usize,
    /// Where the line of `pos` begins; may be negative after earlier bytes are gone.
    line_start: isize,
    line: u64,
    /// How many bytes of the stream are gone.
    n_gone: u64,
    inside: Inside,
    /// Where the value begins that `pos` is inside of.
    start: (usize, Position),
    /// Whether the stream has a value a line: known when the first is complete.
    one_a_line: Option<bool>,
    ended: bool,
}

/// What `pos` is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// So many brackets are open.
    Value {
        depth: usize,
    },
    String {
        depth: usize,
    },
    /// Behind a backslash.
    Escape {
        depth: usize,
    },
    /// A line that begins no value.
    Line,
}

impl Default for Splitter {
    fn default() -> Splitter {
        let start = Position { line: Some((1, 1)), offset: 0 };
        Splitter {
            bytes: Vec::new(),
            pos: 0,
            line_start: 0,
            line: 1,
            n_gone: 0,
            inside: Inside::Nothing,
            start: (0, start),
            one_a_line: None,
            ended: false,
        }
    }
}

impl Splitter {
    /// Takes the next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let gone = if self.inside == Inside::Nothing { self.pos } else { self.start.0 };
        self.bytes.drain(..gone);
        self.pos -= gone;
        self.start.0 -= gone.min(self.start.0);
        self.line_start -= isize::try_from(gone).expect("a buffer is no longer than that");
        self.n_gone += gone as u64;
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing more will come. True if nothing ever came but white space.
    pub(super) fn end(&mut self) -> bool {
        self.ended = true;
        let rest = &self.bytes[self.pos..];
        self.one_a_line.is_none() && self.inside == Inside::Nothing && rest.trim_ascii().is_empty()
    }

    /// The next piece that is complete. `None` when more bytes are needed, or there are no more.
    pub(super) fn next_piece(&mut self) -> Option<Piece> {
        while let Some(&byte) = self.bytes.get(self.pos) {
            if let Some(piece) = self.step(byte) {
                return Some(piece);
            }
        }
        match self.inside {
            Inside::Nothing => None,
            _ if !self.ended => None,
            Inside::Line => Some(self.take(self.pos, None)),
            _ => Some(self.take(self.pos, Some(END_OF_FILE))),
        }
    }

    /// Looks at one byte.
    fn step(&mut self, byte: u8) -> Option<Piece> {
        if let Inside::Value { .. } = self.inside
            && byte == b'{'
            && self.begins_next()
        {
            // This byte is looked at again, as the first of its own value.
            return Some(self.take(self.pos, Some(END_OF_LINE)));
        }
        let (inside, ends) = self.after(byte);
        if self.inside == Inside::Nothing && inside != Inside::Nothing {
            self.start = (self.pos, self.position());
        }
        self.inside = inside;
        let end = self.pos + usize::from(byte != b'\n');
        self.pos += 1;
        if byte == b'\n' {
            self.line += 1;
            self.line_start = isize::try_from(self.pos).expect("a buffer is no longer than that");
        }
        match ends {
            Some(Ends::Whole) => Some(self.take(end, None)),
            Some(Ends::CutShort) => Some(self.take(end, Some(END_OF_LINE))),
            None => None,
        }
    }

    /// What the byte after this one is inside of, and whether a piece ends with it.
    fn after(&self, byte: u8) -> (Inside, Option<Ends>) {
        match (self.inside, byte) {
            (Inside::Nothing, b' ' | b'\t' | b'\r' | b'\n') => (Inside::Nothing, None),
            (Inside::Nothing, b'{' | b'[') => (Inside::Value { depth: 1 }, None),
            (Inside::Nothing, _) => (Inside::Line, None),
            (Inside::Line, b'\n') => (Inside::Nothing, Some(Ends::Whole)),
            (Inside::Line, _) => (Inside::Line, None),
            (Inside::Value { depth }, b'"') => (Inside::String { depth }, None),
            (Inside::Value { depth }, b'{' | b'[') => (Inside::Value { depth: depth + 1 }, None),
            (Inside::Value { depth: 1 }, b'}' | b']') => (Inside::Nothing, Some(Ends::Whole)),
            (Inside::Value { depth }, b'}' | b']') => (Inside::Value { depth: depth - 1 }, None),
            (Inside::Value { depth }, _) => (Inside::Value { depth }, None),
            (Inside::String { .. } | Inside::Escape { .. }, b'\n') => (Inside::Nothing, Some(Ends::CutShort)),
            (Inside::String { depth }, b'\\') => (Inside::Escape { depth }, None),
            (Inside::String { depth }, b'"') => (Inside::Value { depth }, None),
            (Inside::String { depth } | Inside::Escape { depth }, _) => (Inside::String { depth }, None),
        }
    }

    /// Whether the bracket at `pos`, inside a value, begins the next one all the same.
    fn begins_next(&self) -> bool {
        let begins_line = usize::try_from(self.line_start) == Ok(self.pos);
        if !begins_line || self.bytes[self.start.0] != b'{' {
            return false;
        }
        // Lists may have their items at the beginnings of lines, but not in a stream of one value a line.
        let before = self.bytes[self.start.0..self.pos].trim_ascii_end().last();
        self.one_a_line == Some(true) || !matches!(before, Some(b'[' | b','))
    }

    /// The piece from its start to `end`, and nothing to be inside of.
    fn take(&mut self, end: usize, cut_short: Option<&'static str>) -> Piece {
        self.inside = Inside::Nothing;
        let (start, position) = self.start;
        let text = self.bytes[start..end].trim_ascii_end().to_vec();
        self.one_a_line.get_or_insert_with(|| !text.contains(&b'\n'));
        Piece { text, start: position, cut_short }
    }

    fn position(&self) -> Position {
        let pos = isize::try_from(self.pos).expect("a buffer is no longer than that");
        let column = (pos - self.line_start).unsigned_abs() as u64 + 1;
        Position { line: Some((self.line, column)), offset: self.n_gone + self.pos as u64 }
    }
}

/// How a piece ends.
enum Ends {
    Whole,
    CutShort,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The pieces of a stream that comes so many bytes at a time: line, column, text, and `!` if cut short.
    fn pieces(stream: &str, step: usize) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut pieces = Vec::new();
        let mut take_all = |splitter: &mut Splitter| {
            while let Some(piece) = splitter.next_piece() {
                let (line, column) = piece.start.line.unwrap();
                let text = String::from_utf8_lossy(&piece.text).into_owned();
                let first = stream.as_bytes()[piece.start.offset as usize];
                assert_eq!(first, piece.text[0]);
                pieces.push(format!(
                    "{line}:{column} {text}{}",
                    if piece.cut_short.is_some() { "!" } else { "" }
                ));
            }
        };
        for bytes in stream.as_bytes().chunks(step) {
            splitter.push(bytes);
            take_all(&mut splitter);
        }
        splitter.end();
        take_all(&mut splitter);
        pieces
    }

    #[test]
    fn values_are_told_apart_wherever_the_stream_is_cut() {
        for (stream, expected) in [
            ("{}\n{\"a\":[1]}\n", &["1:1 {}", "2:1 {\"a\":[1]}"][..]),
            ("{} [{}]{\n}\n\n ", &["1:1 {}", "1:4 [{}]", "1:8 {\n}"]),
            (r#"{"}":"\"]{\\"}{}"#, &[r#"1:1 {"}":"\"]{\\"}"#, "1:15 {}"]),
            ("oops {}\n{}", &["1:1 oops {}", "2:1 {}"]),
            ("{\"items\":[\n{},\n{}\n]}\n{}", &["1:1 {\"items\":[\n{},\n{}\n]}", "5:1 {}"]),
        ] {
            for step in 1..=stream.len() {
                assert_eq!(pieces(stream, step), expected, "{stream:?} by {step}");
            }
        }
    }

    #[test]
    fn a_value_that_is_cut_short_swallows_nothing() {
        for (stream, expected) in [
            ("{\"a\":\"b\n{}\n", &["1:1 {\"a\":\"b!", "2:1 {}"][..]),
            ("{}\n{\"a\":{\n{}\n", &["1:1 {}", "2:1 {\"a\":{!", "3:1 {}"]),
            ("{\"a\":\n{}\n", &["1:1 {\"a\":!", "2:1 {}"]),
            ("{}\n{\"a\":\n  {}}\n", &["1:1 {}", "2:1 {\"a\":\n  {}}"]),
            ("{}{\"a\":[", &["1:1 {}", "1:3 {\"a\":[!"]),
        ] {
            for step in 1..=stream.len() {
                assert_eq!(pieces(stream, step), expected, "{stream:?} by {step}");
            }
        }
    }

    #[test]
    fn white_space_alone_is_nothing() {
        let ends_empty = |stream: &[u8]| {
            let mut splitter = Splitter::default();
            splitter.push(stream);
            assert_eq!(splitter.next_piece().is_some(), stream.contains(&b'{'));
            splitter.end()
        };
        assert!(ends_empty(b"") && ends_empty(b" \n\n") && !ends_empty(b"{}\n"));
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_the_same_in_any_steps(bytes in "[{}\\[\\]\"\\\\a\n ]{0,40}", step in 1usize..8) {
            prop_assert_eq!(pieces(&bytes, step), pieces(&bytes, bytes.len().max(1)));
        }
    }
}
