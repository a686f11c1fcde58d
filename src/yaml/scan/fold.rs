//! The text of a scalar of several lines, put together.

use super::cursor::TextCursor;
use std::borrow::Cow;

/// Pieces of a scalar. As long as they follow one another in the source, nothing is copied.
pub(super) struct Folded<'a> {
    source: &'a str,
    start: usize,
    end: usize,
    text: String,
    is_copied: bool,
}

impl<'a> Folded<'a> {
    pub(super) fn new(source: &'a str, start: usize) -> Folded<'a> {
        Folded { source, start, end: start, text: String::new(), is_copied: false }
    }

    /// Adds a piece of the source.
    pub(super) fn push_source(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        if self.start == self.end {
            (self.start, self.end) = (start, end);
        } else if start == self.end {
            self.end = end;
        } else {
            self.copy();
            (self.start, self.end) = (start, end);
        }
    }

    /// Adds what is not written like this in the source.
    pub(super) fn push_str(&mut self, text: &str) {
        self.copy();
        self.is_copied = true;
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, char: char) {
        self.push_str(char.encode_utf8(&mut [0; 4]));
    }

    fn copy(&mut self) {
        if self.start < self.end {
            self.is_copied = true;
            self.text.push_str(self.piece());
            self.start = self.end;
        }
    }

    fn piece(&self) -> &'a str {
        self.source.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn finish(mut self) -> Cow<'a, str> {
        if !self.is_copied {
            return Cow::Borrowed(self.piece());
        }
        self.copy();
        Cow::Owned(self.text)
    }
}

/// Line breaks between two lines of a scalar, of which the first is a space unless others follow it.
#[derive(Default)]
pub(super) struct Breaks<'a> {
    first: Option<&'a str>,
    others: String,
}

impl<'a> Breaks<'a> {
    /// Takes the line break at the cursor.
    pub(super) fn take(&mut self, cursor: &mut TextCursor<'a>) {
        let line_break = cursor.pass_break();
        match self.first {
            None => self.first = Some(line_break),
            Some(_) => self.others.push_str(line_break),
        }
    }

    /// Takes the line break at the cursor as one behind the first.
    pub(super) fn take_other(&mut self, cursor: &mut TextCursor<'a>) {
        self.others.push_str(cursor.pass_break());
    }

    /// Writes what they stand for, and is empty again.
    pub(super) fn fold_into(&mut self, text: &mut Folded<'a>) {
        match self.first.take() {
            Some("\n") if self.others.is_empty() => text.push(' '),
            Some("\n") | None => text.push_str(&self.others),
            Some(separator) => {
                text.push_str(separator);
                text.push_str(&self.others);
            }
        }
        self.others.clear();
    }
}
