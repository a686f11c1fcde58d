//! Takes a stream of JSON apart into its values while it arrives.

use crate::load::error::Position;

const END_OF_LINE: &str = "expected the rest of a value, found the end of the line";
const END_OF_FILE: &str = "expected the rest of a value, found the end of the file";

/// A value of the stream, or a line of it that begins no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::load) struct StreamValue {
    pub(in crate::load) text: Vec<u8>,
    /// Where it begins in the stream.
    pub(in crate::load) start: Position,
    /// What is missing, if its end was not found.
    pub(in crate::load) cut_short: Option<&'static str>,
}

/// Finds where values end by their brackets alone; what is between the brackets is for a JSON reader to check.
///
/// A value that is cut short must not swallow what follows. Three signs tell that one is cut short: a bare line end in
/// a string; a line that begins with a value where none belongs, since pretty-printed values are indented there; and in
/// a stream of one value a line any line that begins with one. A line may also begin with what is either the next
/// element of a list or the next value. What follows it then decides, and is looked at again if the list ended before it.
///
/// Looks at every byte once, or twice behind a list that is cut short. Keeps the bytes of one value.
#[derive(Debug)]
pub(in crate::load) struct Splitter {
    bytes: Vec<u8>,
    /// The next byte to look at.
    pos: usize,
    /// Where the line of `pos` begins; may be negative after earlier bytes are gone.
    line_start: isize,
    line: u64,
    /// How many bytes of the stream are gone.
    n_gone: u64,
    inside: Inside,
    /// The brackets that are open at `pos`, as they are written.
    open: Vec<u8>,
    /// Where the value begins that `pos` is inside of.
    start: (usize, Position),
    doubt: Option<Doubt>,
    /// What comes before this was looked at already.
    seen: usize,
    /// Whether the stream has a value a line: known when the first is complete.
    one_a_line: Option<bool>,
    ended: bool,
}

/// What `pos` is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Value,
    String,
    /// Behind a backslash.
    Escape,
    /// A line that begins no value.
    Line,
}

/// What begins a line where an element of a list belongs. It is one if the list goes on behind it; else the list is
/// cut short before it.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    /// Where it begins.
    pos: usize,
    line: u64,
    /// How many brackets are open around it.
    depth: usize,
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
            open: Vec::new(),
            start: (0, start),
            doubt: None,
            seen: 0,
            one_a_line: None,
            ended: false,
        }
    }
}

impl Splitter {
    /// Takes the next bytes of the stream.
    pub(in crate::load) fn push(&mut self, bytes: &[u8]) {
        // What is done with goes only now: the rest moves once a chunk, not once a value.
        let gone = if self.inside == Inside::Nothing { self.pos } else { self.start.0 };
        self.bytes.drain(..gone);
        self.pos -= gone;
        self.start.0 -= gone.min(self.start.0);
        self.seen -= gone.min(self.seen);
        self.doubt = self.doubt.map(|doubt| Doubt { pos: doubt.pos - gone, ..doubt });
        self.line_start -= signed(gone);
        self.n_gone += gone as u64;
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing more will come. True if nothing ever came but white space.
    pub(in crate::load) fn end(&mut self) -> bool {
        self.ended = true;
        let rest = &self.bytes[self.pos..];
        self.one_a_line.is_none() && self.inside == Inside::Nothing && rest.trim_ascii().is_empty()
    }

    /// The next piece that is complete. `None` when more bytes are needed, or there are no more.
    pub(in crate::load) fn next_piece(&mut self) -> Option<StreamValue> {
        while let Some(&byte) = self.bytes.get(self.pos) {
            if let Some(piece) = self.step(byte) {
                return Some(piece);
            }
        }
        match self.inside {
            Inside::Nothing => None,
            _ if !self.ended => None,
            Inside::Line => Some(self.take(self.pos, None)),
            _ => Some(self.take_cut_short(self.pos, END_OF_FILE)),
        }
    }

    /// Looks at one byte.
    fn step(&mut self, byte: u8) -> Option<StreamValue> {
        if self.inside == Inside::Value {
            self.settle_doubt(byte);
            if matches!(byte, b'{' | b'[') && self.begins_line() {
                if self.begins_next() {
                    // This byte is looked at again, as the first of its own value.
                    return Some(self.take_cut_short(self.pos, END_OF_LINE));
                }
                let (pos, line, depth) = (self.pos, self.line, self.open.len());
                self.doubt.get_or_insert(Doubt { pos, line, depth });
            }
        }
        let was_inside = self.inside;
        let ends = self.enter(byte);
        if was_inside == Inside::Nothing && self.inside != Inside::Nothing {
            self.start = (self.pos, self.position());
        }
        let end = self.pos + usize::from(byte != b'\n');
        self.pos += 1;
        if byte == b'\n' {
            self.line += 1;
            self.line_start = signed(self.pos);
        }
        match ends {
            Some(ValueEnd::Whole) => Some(self.take(end, None)),
            Some(ValueEnd::CutShort) => Some(self.take_cut_short(end, END_OF_LINE)),
            None => None,
        }
    }

    /// Goes into or out of what the byte opens or closes. Says whether a piece ends with it.
    fn enter(&mut self, byte: u8) -> Option<ValueEnd> {
        match (self.inside, byte) {
            (Inside::Nothing, b' ' | b'\t' | b'\r' | b'\n') => {}
            (Inside::Nothing | Inside::Value, b'{' | b'[') => {
                self.open.push(byte);
                self.inside = Inside::Value;
            }
            (Inside::Nothing, _) => self.inside = Inside::Line,
            (Inside::Line, b'\n') => return Some(ValueEnd::Whole),
            (Inside::Line, _) => {}
            (Inside::Value, b'"') => self.inside = Inside::String,
            (Inside::Value, b'}' | b']') => {
                // Which of the two it is the JSON reader checks.
                self.open.pop();
                return self.open.is_empty().then_some(ValueEnd::Whole);
            }
            (Inside::Value, _) => {}
            (Inside::String | Inside::Escape, b'\n') => return Some(ValueEnd::CutShort),
            (Inside::String, b'\\') => self.inside = Inside::Escape,
            (Inside::String, b'"') => self.inside = Inside::Value,
            (Inside::String | Inside::Escape, _) => self.inside = Inside::String,
        }
        None
    }

    /// Behind an element of a list, a comma or a closing bracket shows that it was one.
    fn settle_doubt(&mut self, byte: u8) {
        let is_settled = |doubt: Doubt| doubt.depth == self.open.len() && matches!(byte, b',' | b']' | b'}');
        if self.doubt.is_some_and(is_settled) {
            self.doubt = None;
        }
    }

    fn begins_line(&self) -> bool {
        self.line_start == signed(self.pos)
    }

    /// Whether the bracket at `pos`, at the beginning of a line inside a value, must be that of the next one.
    fn begins_next(&self) -> bool {
        // Once a list was taken for cut short, lines are believed: looking again and again would take for ever.
        if self.one_a_line == Some(true) || self.pos < self.seen {
            return true;
        }
        // Behind a key and its colon a value may begin a line too, but nobody writes that without indentation.
        let before = self.bytes[self.start.0..self.pos].trim_ascii_end().last();
        self.open.last() == Some(&b'{') || !matches!(before, Some(b'[' | b','))
    }

    /// The piece from its start to `end`, where it is cut short, or to what is no element of it after all.
    fn take_cut_short(&mut self, end: usize, message: &'static str) -> StreamValue {
        let Some(doubt) = self.doubt else { return self.take(end, Some(message)) };
        self.seen = self.seen.max(self.pos);
        self.pos = doubt.pos;
        self.line = doubt.line;
        self.line_start = signed(doubt.pos);
        self.take(doubt.pos, Some(END_OF_LINE))
    }

    /// The piece from its start to `end`, and nothing to be inside of.
    fn take(&mut self, end: usize, cut_short: Option<&'static str>) -> StreamValue {
        self.inside = Inside::Nothing;
        self.open.clear();
        self.doubt = None;
        let (start, position) = self.start;
        let text = self.bytes[start..end].trim_ascii_end().to_vec();
        self.one_a_line.get_or_insert_with(|| !text.contains(&b'\n'));
        StreamValue { text, start: position, cut_short }
    }

    fn position(&self) -> Position {
        let column = (signed(self.pos) - self.line_start).unsigned_abs() as u64 + 1;
        Position { line: Some((self.line, column)), offset: self.n_gone + self.pos as u64 }
    }
}

/// A place in the buffer as a number that may become negative.
fn signed(pos: usize) -> isize {
    isize::try_from(pos).expect("a buffer is no longer than that")
}

/// How a piece ends.
enum ValueEnd {
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
            ("[oops\n{}\n{}\n", &["1:1 [oops!", "2:1 {}", "3:1 {}"]),
            ("[\n{}\n{}\n", &["1:1 [!", "2:1 {}", "3:1 {}"]),
            ("[[\n[{}]\n{}\n", &["1:1 [[!", "2:1 [{}]", "3:1 {}"]),
            ("{}\n[{\"a\":1,\n{}\n[{}]\n", &["1:1 {}", "2:1 [{\"a\":1,!", "3:1 {}", "4:1 [{}]"]),
            ("{\"a\":1,\n{}\n{}\n", &["1:1 {\"a\":1,!", "2:1 {}", "3:1 {}"]),
            ("{\"a\":[\n{}\n", &["1:1 {\"a\":[!", "2:1 {}"]),
            ("{\n \"a\": 1,\n{\n}\n", &["1:1 {\n \"a\": 1,!", "3:1 {\n}"]),
            ("{\n \"a\": [\n{\n}\n{\n}\n", &["1:1 {\n \"a\": [!", "3:1 {\n}", "5:1 {\n}"]),
            ("[\n{},\n{\"a\":\"\n{}\n", &["1:1 [\n{},!", "3:1 {\"a\":\"!", "4:1 {}"]),
            ("[\n{},\n{},\n", &["1:1 [\n{},\n{},!"]),
        ] {
            for step in 1..=stream.len() {
                assert_eq!(pieces(stream, step), expected, "{stream:?} by {step}");
            }
        }
    }

    #[test]
    fn a_list_that_is_cut_short_is_looked_at_again_only_once() {
        let stream = "[\n".repeat(50_000) + "\"\n{}\n";
        let pieces = pieces(&stream, 1 << 16);
        assert_eq!((pieces.len(), pieces.last().unwrap().as_str()), (50_001, "50002:1 {}"));
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
