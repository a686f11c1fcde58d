//! Walks the structure between JSON values and leaves the values to `serde_json`.

use crate::json::JsonText;
use crate::json::skim;
use crate::load::error::{Fallible, Fault, LoadErrorKind, quoted};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use std::borrow::Cow;
use std::ops::Range;

/// The UTF-8 byte-order mark.
pub(in crate::load) const BOM: &[u8] = b"\xEF\xBB\xBF";
/// The longest UTF-8 sequence.
const MAX_UTF8_LEN: usize = 4;
/// How many bytes are checked to be UTF-8 at a time: few enough to stay in the cache until they are read.
const MAX_CHECKED: usize = 32 << 10;
const CUT_SHORT: &str = "the dump seems to be cut short: write it again";

/// A place in a text of JSON.
///
/// The white space, brackets, commas and colons around the values of interest are read here, every other value
/// by `serde_json`, each once. What `serde_json` passes over it does not check to be UTF-8, so
/// [`Cursor::check_utf8`] does, a value at a time while it is in the cache.
///
/// In NDJSON the cursor is bounded to a line, so that a broken line cannot swallow the next one. A value that
/// is broken over several lines is still read: on reaching the end of the line inside it, the cursor looks
/// whether it is complete across lines, and if so moves the bound.
#[derive(Debug, Clone)]
pub(in crate::load) struct Cursor<'a> {
    /// What the processor can do to pass over values quickly.
    level: skim::Level,
    bytes: &'a [u8],
    pos: usize,
    /// The end of the line, or of the text.
    limit: usize,
    /// Some of `bytes`, as the text that it is known to be. Everything before is known to be UTF-8 too.
    text: &'a str,
    /// Where `text` begins.
    text_start: usize,
    /// Where the outermost value being read begins.
    value_start: Option<usize>,
    /// How many bytes may still be read in vain looking for the end of values across lines. Without a bound,
    /// a file of broken lines would take quadratic time.
    patience: usize,
}

/// Whether a member of the object or array that is being walked was seen already: only then a comma follows.
#[derive(Debug, Default)]
pub(in crate::load) struct Commas {
    seen: bool,
}

impl Commas {
    /// The walk begins in the middle: members were seen.
    pub(in crate::load) fn in_the_middle() -> Commas {
        Commas { seen: true }
    }
}

/// How the values of a source are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum ValueLayout {
    /// One value after another, each over as many lines as it likes.
    Stream,
    /// A value a line.
    Lines,
}

impl<'a> Cursor<'a> {
    /// At the beginning of `bytes`, after a byte-order mark.
    pub(in crate::load) fn new(bytes: &'a [u8]) -> Cursor<'a> {
        let pos = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        Cursor {
            level: skim::Level::new(),
            bytes,
            pos,
            // Nothing may be read before `next_part` has said how far.
            limit: pos,
            text: "",
            text_start: pos,
            value_start: None,
            // As many as there are, so that what is read in vain stays in proportion to the text.
            patience: bytes.len(),
        }
    }

    /// In the middle of `bytes`, where a value begins, perhaps on a line that bounds it. Everything before it is another's.
    pub(in crate::load) fn inside(bytes: &'a [u8], pos: usize, is_line: bool) -> Cursor<'a> {
        let cursor = Cursor { limit: bytes.len(), ..Cursor::new(bytes) };
        cursor.beside(pos, is_line)
    }

    /// The value here is inside no other.
    pub(in crate::load) fn begin_value(&mut self) {
        self.value_start = Some(self.pos);
    }

    /// The byte that is read next.
    pub(in crate::load) fn pos(&self) -> usize {
        self.pos
    }

    /// Whether the value at `pos` is inside no other.
    pub(in crate::load) fn is_outermost(&self, pos: usize) -> bool {
        self.value_start == Some(pos)
    }

    /// A second cursor at an earlier place of the same text.
    pub(in crate::load) fn at(&self, pos: usize) -> Cursor<'a> {
        Cursor { pos, ..self.clone() }
    }

    /// A second cursor where a value stands of which this is the text, a part of the same bytes.
    pub(in crate::load) fn at_text(&self, value: &'a str) -> Cursor<'a> {
        self.at(value.as_ptr().addr() - self.bytes.as_ptr().addr())
    }

    /// The bytes in a range of the text, of which it may not be known yet that they are UTF-8.
    pub(in crate::load) fn raw(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// A cursor at another place of the same text, where a value begins on the same level as the one here.
    /// Everything before it must be known to be UTF-8, or be checked elsewhere.
    pub(in crate::load) fn beside(&self, pos: usize, is_line: bool) -> Cursor<'a> {
        let limit = if is_line { line_end(self.bytes, pos) } else { self.limit };
        let value_start = if is_line { Some(pos) } else { self.value_start };
        Cursor { pos, limit, text: "", text_start: pos, value_start, ..self.clone() }
    }

    /// Whether nothing of the text is out of bounds here.
    pub(in crate::load) fn is_unbounded(&self) -> bool {
        self.limit == self.bytes.len()
    }

    /// Bounds the cursor to the next line that is not blank, or to the whole rest. False at the end.
    pub(in crate::load) fn next_part(&mut self, layout: ValueLayout) -> bool {
        self.value_start = None;
        self.limit = self.bytes.len();
        if self.peek().is_none() {
            return false;
        }
        if layout == ValueLayout::Lines {
            self.limit = line_end(self.bytes, self.pos);
        }
        true
    }

    /// Goes to the next value of this part. False when there is none.
    pub(in crate::load) fn next_value(&mut self) -> bool {
        self.value_start = None;
        let more = self.peek().is_some();
        self.value_start = Some(self.pos);
        more
    }

    /// Gives up the rest of this part.
    pub(in crate::load) fn end_part(&mut self) {
        self.pos = self.limit;
        self.trust();
    }

    /// The next byte that is no white space. `None` at the end of the part.
    #[inline]
    pub(in crate::load) fn peek(&mut self) -> Option<u8> {
        match self.bytes.get(self.pos) {
            // Controls go the slow way as well, which alone knows those that are white space.
            Some(&byte) if byte > b' ' && self.pos < self.limit => Some(byte),
            _ => self.peek_behind_blanks(),
        }
    }

    fn peek_behind_blanks(&mut self) -> Option<u8> {
        loop {
            self.pos += skim::blank_len(self.rest());
            if self.pos < self.limit {
                return Some(self.bytes[self.pos]);
            }
            if !self.extend() {
                return None;
            }
        }
    }

    /// Goes into the object or array that begins here with `bracket`.
    #[inline]
    pub(in crate::load) fn open(&mut self, bracket: u8) -> Fallible<Commas> {
        if self.peek() == Some(bracket) {
            self.pos += 1;
            return Ok(Commas::default());
        }
        Err(self.expected(if bracket == b'{' { "an object" } else { "an array" }))
    }

    /// The key of the object's next member, with the cursor on its value. `None` after the last one.
    pub(in crate::load) fn next_key(&mut self, members: &mut Commas) -> Fallible<Option<Cow<'a, str>>> {
        if !self.next_member(members, b'}')? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.not_json("a key in double quotes"));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.not_json("`:`"));
        }
        self.pos += 1;
        Ok(Some(key))
    }

    /// Goes to the next element of an array. False after the last one.
    pub(in crate::load) fn next_element(&mut self, members: &mut Commas) -> Fallible<bool> {
        self.next_member(members, b']')
    }

    #[inline]
    fn next_member(&mut self, members: &mut Commas, close: u8) -> Fallible<bool> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.pos += 1;
                return Ok(false);
            }
            Some(b',') if members.seen => self.pos += 1,
            _ if members.seen => {
                return Err(self.not_json(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
            }
            _ => {}
        }
        members.seen = true;
        // A closing bracket after the comma is caught by whoever reads the key or the value.
        Ok(true)
    }

    /// The string that begins here. Borrowed unless it has escapes.
    #[inline]
    pub(in crate::load) fn string(&mut self) -> Fallible<Cow<'a, str>> {
        let start = self.pos + 1;
        // A limit is a line end or a value's, which no string goes beyond.
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = start + skim::plain_len(rest);
        if end < self.limit && self.bytes[end] == b'"' {
            self.pos = end + 1;
            return self.text(start..end).map(Cow::Borrowed);
        }
        self.escaped_string().map(Cow::Owned)
    }

    /// Halves of surrogate pairs are JSON, though no text: they are replaced, as Go does.
    #[cold]
    fn escaped_string(&mut self) -> Fallible<String> {
        let start = self.pos;
        // Nearly all strings with escapes are texts. Only one that is not is looked at again: what
        // cannot be passed over either is no JSON, and the first fault says why.
        self.parse::<String>().or_else(|fault| {
            self.pos = start;
            if self.skip().is_err() {
                return Err(fault);
            }
            // `JsonText` does not look at bytes, and would leave those out that are no UTF-8.
            self.text(start..self.pos)?;
            self.pos = start;
            self.parse::<JsonText>().map(|text| text.0)
        })
    }

    /// Passes over the value that begins here, whatever it is.
    pub(in crate::load) fn skip(&mut self) -> Fallible<()> {
        self.peek();
        match skim::value_len(self.level, self.rest()) {
            Some(len) => {
                self.pos += len;
                Ok(())
            }
            None => self.parse::<IgnoredAny>().map(|_| ()),
        }
    }

    /// Passes over the value that begins here, and gives it as it is written.
    pub(in crate::load) fn json(&mut self) -> Fallible<&'a str> {
        let start = self.pos;
        self.skip()?;
        self.text(start..self.pos)
    }

    /// Goes back to `start` and passes over the value there, which was found to be bad.
    pub(in crate::load) fn skip_from(&mut self, start: usize) -> Fallible<()> {
        self.pos = start;
        self.skip()?;
        self.trust();
        Ok(())
    }

    /// Checks that everything up to here is UTF-8.
    pub(in crate::load) fn check_utf8(&mut self) -> Fallible<()> {
        if self.checked() < self.pos { self.check_utf8_to(self.pos) } else { Ok(()) }
    }

    /// Takes everything up to here for UTF-8, as what is not has been reported.
    fn trust(&mut self) {
        (self.text, self.text_start) = ("", self.pos);
    }

    /// Where the bytes end that are known to be UTF-8.
    fn checked(&self) -> usize {
        self.text_start + self.text.len()
    }

    /// Bytes of the dump as text.
    #[inline]
    pub(in crate::load) fn text(&mut self, range: Range<usize>) -> Fallible<&'a str> {
        match self.known_text(&range) {
            Some(text) => Ok(text),
            None => self.checked_text(range),
        }
    }

    #[inline]
    fn known_text(&self, range: &Range<usize>) -> Option<&'a str> {
        let start = range.start.checked_sub(self.text_start)?;
        self.text.get(start..start + range.len())
    }

    /// Text of which not all is known to be that yet, or which begins before what is.
    // Apart, so that what is done for every string is short enough to stand where it is used.
    #[cold]
    fn checked_text(&mut self, range: Range<usize>) -> Fallible<&'a str> {
        if self.checked() < range.end {
            self.check_utf8_to(range.end)?;
        }
        if let Some(text) = self.known_text(&range) {
            return Ok(text);
        }
        str::from_utf8(&self.bytes[range.clone()]).map_err(|e| Fault::utf8(range.start + e.valid_up_to()))
    }

    /// Checks a piece of the dump at a time: many short ones would take much longer.
    #[cold]
    fn check_utf8_to(&mut self, end: usize) -> Fallible<()> {
        while self.checked() < end {
            let start = self.checked();
            // A piece may end inside a character. It is text up to there, and the next one begins
            // with that character, so that only an empty piece is a fault.
            let piece = &self.bytes[start..self.bytes.len().min(start + MAX_CHECKED)];
            self.text = str::from_utf8(piece).unwrap_or_else(|e| valid_text(&piece[..e.valid_up_to()]));
            self.text_start = start;
            if self.text.is_empty() {
                return Err(Fault::utf8(start));
            }
        }
        Ok(())
    }

    /// What to report where `fault` was met: invalid UTF-8 if there is any before it or there.
    pub(in crate::load) fn earliest(&self, fault: Box<Fault>) -> Box<Fault> {
        // What stands at the fault may be the first byte of a sequence that is broken further on.
        let end = self.limit.min(fault.offset + MAX_UTF8_LEN);
        let checked = self.checked();
        let Err(e) = str::from_utf8(&self.bytes[checked..end.max(checked)]) else { return fault };
        let offset = checked + e.valid_up_to();
        if offset > fault.offset {
            return fault;
        }
        let mut earlier = Fault::utf8(offset);
        earlier.fatal = fault.fatal;
        earlier
    }

    /// A value of another sort than `what` stands here.
    pub(in crate::load) fn expected(&mut self, what: &str) -> Box<Fault> {
        let is_value = match self.peek() {
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') => true,
            _ => ["null", "true", "false"].iter().any(|word| self.rest().starts_with(word.as_bytes())),
        };
        if is_value {
            return Fault::data(self.pos, format!("expected {what}, found {}", self.found()));
        }
        self.not_json(what)
    }

    /// No JSON value, or not the sign that belongs between two, stands here.
    #[cold]
    fn not_json(&mut self, what: &str) -> Box<Fault> {
        if self.peek().is_none() {
            return self.incomplete(what);
        }
        Fault::syntax(LoadErrorKind::Syntax, self.pos, format!("expected {what}, found {}", self.found()))
    }

    /// The line or the file ends here, though `what` should follow.
    fn incomplete(&self, what: &str) -> Box<Fault> {
        let message = format!("expected {what}, found {}", self.found());
        let fault = Fault::syntax(LoadErrorKind::Incomplete, self.pos, message);
        if self.limit == self.bytes.len() { fault.with_help(CUT_SHORT) } else { fault }
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.pos..self.limit]
    }

    /// Names what stands here.
    fn found(&self) -> Cow<'static, str> {
        let rest = self.rest();
        Cow::Borrowed(match rest.first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b'-') if rest.starts_with(b"---") => "`---`, which separates documents in YAML only",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => return found_word(rest),
            None if self.limit == self.bytes.len() => "the end of the file",
            None => "the end of the line",
        })
    }

    /// Reads one value with `serde_json`.
    fn parse<T: Deserialize<'a>>(&mut self) -> Fallible<T> {
        loop {
            // As a stream of values, since what follows this one is not to be looked at.
            let mut values = Deserializer::from_slice(self.rest()).into_iter::<T>();
            match values.next() {
                Some(Ok(value)) => {
                    self.pos += values.byte_offset();
                    return Ok(value);
                }
                Some(Err(error)) if !error.is_eof() => return Err(self.refused(&error)),
                _ if self.extend() => {}
                _ => return Err(self.at(self.limit).incomplete("the rest of a value")),
            }
        }
    }

    /// Takes over what `serde_json` expected; it counts lines and columns from where it began to read.
    fn refused(&self, error: &serde_json::Error) -> Box<Fault> {
        let place = self.at(self.pos + byte_offset(self.rest(), error));
        let text = error.to_string();
        let message = in_our_words(text.split(" at line ").next().unwrap_or(&text), &place.found());
        Fault::syntax(LoadErrorKind::Syntax, place.pos, message)
    }

    /// At the end of a line inside a value: moves the bound to the end of the value, if it has one.
    #[cold]
    fn extend(&mut self) -> bool {
        // Between values the end of a line is what it seems.
        let Some(start) = self.value_start else { return false };
        if self.limit == self.bytes.len() || self.patience == 0 {
            return false;
        }
        let text = &self.bytes[start..];
        let mut values = Deserializer::from_slice(text).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Err(error)) => {
                // One more than was read, so that tries that fail at once end as well.
                self.patience = self.patience.saturating_sub(byte_offset(text, &error) + 1);
                false
            }
            _ => {
                let old_limit = std::mem::replace(&mut self.limit, start + values.byte_offset());
                self.limit > old_limit
            }
        }
    }
}

/// Says in this library's words what `serde_json` says.
fn in_our_words(words: &str, found: &str) -> String {
    let (expected, found) = match words {
        "expected value" => ("a value", found),
        "expected ident" => ("`true`, `false` or `null`", "another word"),
        "key must be a string" | "trailing comma" => ("a key in double quotes", found),
        "trailing characters" => ("the end of a value", found),
        "invalid number" => ("a number as JSON writes it", "another spelling"),
        "invalid escape" | "unexpected end of hex escape" => ("an escape of JSON", "another after `\\`"),
        _ if words.starts_with("control character") => ("an escape", "a bare control character in a string"),
        _ => (words.strip_prefix("expected ").unwrap_or("JSON"), found),
    };
    format!("expected {expected}, found {found}")
}

/// Bytes as text that are known to be text.
fn valid_text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// Where the line that holds `pos` ends.
pub(in crate::load) fn line_end(bytes: &[u8], pos: usize) -> usize {
    memchr::memchr(b'\n', &bytes[pos..]).map_or(bytes.len(), |len| pos + len)
}

/// The byte of `text` that `serde_json` names by line and column, the column being the byte after it.
fn byte_offset(text: &[u8], error: &serde_json::Error) -> usize {
    let n_line_ends = error.line().saturating_sub(1);
    let line_start = match n_line_ends {
        0 => 0,
        n => memchr::memchr_iter(b'\n', text).nth(n - 1).map_or(text.len(), |end| end + 1),
    };
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

/// Quotes the word or sign that `rest` begins with, which need not be UTF-8.
fn found_word(rest: &[u8]) -> Cow<'static, str> {
    let len =
        rest.iter().take(20).position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len().min(20));
    let text = String::from_utf8_lossy(&rest[..rest.len().min(len.max(MAX_UTF8_LEN))]);
    let n_chars = len.max(1);
    Cow::Owned(quoted(&text.chars().take(n_chars).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(text: &[u8], layout: ValueLayout) -> Cursor<'_> {
        let mut cursor = Cursor::new(text);
        assert!(cursor.next_part(layout) && cursor.next_value());
        cursor
    }

    /// Passes over every value of every part, and gives their texts.
    fn values(text: &str, layout: ValueLayout) -> Vec<&str> {
        let mut values = Vec::new();
        let mut cursor = Cursor::new(text.as_bytes());
        while cursor.next_part(layout) {
            while cursor.next_value() {
                let start = cursor.pos();
                cursor.skip().unwrap();
                values.push(&text[start..cursor.pos()]);
            }
        }
        values
    }

    #[test]
    fn values_need_no_separator() {
        for layout in [ValueLayout::Stream, ValueLayout::Lines] {
            assert_eq!(
                values("{}[1]\n\n \"a\" {\"b\":\n2}3\n", layout),
                ["{}", "[1]", "\"a\"", "{\"b\":\n2}", "3"]
            );
        }
    }

    #[test]
    fn members_and_elements_are_walked() {
        let mut cursor = cursor(br#" { "a" : [1 , "x"] , "b":{} } "#, ValueLayout::Stream);
        let mut members = cursor.open(b'{').unwrap();
        assert_eq!(cursor.next_key(&mut members).unwrap().unwrap(), "a");
        let mut elements = cursor.open(b'[').unwrap();
        assert!(cursor.next_element(&mut elements).unwrap());
        cursor.skip().unwrap();
        assert!(cursor.next_element(&mut elements).unwrap());
        cursor.peek();
        assert_eq!(cursor.string().unwrap(), "x");
        assert!(!cursor.next_element(&mut elements).unwrap());
        assert_eq!(cursor.next_key(&mut members).unwrap().unwrap(), "b");
        cursor.skip().unwrap();
        assert!(cursor.next_key(&mut members).unwrap().is_none());
        assert_eq!(cursor.peek(), None);
    }

    #[test]
    fn a_broken_line_ends_at_its_end() {
        let mut cursor = cursor(b"{\"a\":[\n{}]\n", ValueLayout::Lines);
        let fault = cursor.skip().unwrap_err();
        assert_eq!((fault.kind, fault.offset, fault.fatal), (LoadErrorKind::Incomplete, 6, true));
        cursor.end_part();
        assert!(cursor.next_part(ValueLayout::Lines) && cursor.next_value());
        assert_eq!(cursor.pos(), 7);
    }

    #[test]
    fn patience_has_an_end() {
        let text = "[\n".repeat(100);
        let mut cursor = Cursor::new(text.as_bytes());
        let mut n_lines = 0;
        while cursor.next_part(ValueLayout::Lines) {
            assert!(cursor.next_value() && cursor.skip().is_err());
            cursor.end_part();
            n_lines += 1;
        }
        assert_eq!((n_lines, cursor.patience), (100, 0));
    }

    #[test]
    fn invalid_utf8_is_met_before_what_follows() {
        let mut cursor = cursor(b"{\"a\":\"\xFF\", 1}", ValueLayout::Stream);
        let fault = cursor.skip().unwrap_err();
        assert_eq!((fault.kind, fault.offset), (LoadErrorKind::Syntax, 10));
        let fault = cursor.earliest(fault);
        assert_eq!((fault.kind, fault.offset, fault.fatal), (LoadErrorKind::Utf8, 6, true));
    }

    #[test]
    fn what_is_found_is_named() {
        let found =
            |text: &str| cursor(text.as_bytes(), ValueLayout::Stream).expected("x").message.into_owned();
        assert_eq!(found("-1"), "expected x, found a number");
        assert_eq!(found("null"), "expected x, found `null`");
        assert_eq!(found("nul"), "expected x, found `nul`");
        assert_eq!(found("é"), "expected x, found `é`");
        assert_eq!(found("\u{1}"), "expected x, found `\\u{1}`");
        assert_eq!(found("word.and-more"), "expected x, found `word`");
    }
}
