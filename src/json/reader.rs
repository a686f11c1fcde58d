//! JSON that is read from its beginning on.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::Range;

use super::scan::{end_of_value, key_name};
use super::skim::{self, Level};

/// JSON that is read from its beginning on, a token or a value at a time.
///
/// It is a text that is known to be JSON, or one that is being checked while it is read.
pub(crate) trait JsonReader<'j> {
    /// Why something could not be read.
    type Fault;
    /// What is to be known between the members of an object or array.
    type Commas;

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8>;

    /// Where that byte stands.
    fn pos(&self) -> usize;

    /// Goes into the object or array that begins here with this bracket.
    fn open(&mut self, bracket: u8) -> Result<Self::Commas, Self::Fault>;

    /// The name of the object's next member, whose value is read next. `None` behind the last one.
    fn next_key(&mut self, commas: &mut Self::Commas) -> Result<Option<Cow<'j, str>>, Self::Fault>;

    /// Goes to the array's next element. False behind the last one.
    fn next_element(&mut self, commas: &mut Self::Commas) -> Result<bool, Self::Fault>;

    /// Passes over the value that begins here.
    fn skip(&mut self) -> Result<(), Self::Fault>;

    /// Some of the text before here.
    fn text(&mut self, range: Range<usize>) -> Result<&'j str, Self::Fault>;

    /// The text from an earlier place up to here.
    fn text_from(&mut self, start: usize) -> Result<&'j str, Self::Fault> {
        let end = self.pos();
        self.text(start..end)
    }
}

/// What of a text is still to be read. The text is known to be JSON; of any other something is read, or nothing.
pub(super) struct Rest<'j> {
    level: Level,
    json: &'j str,
    at: usize,
}

impl<'j> Rest<'j> {
    pub(super) fn new(level: Level, json: &'j str) -> Rest<'j> {
        Rest { level, json, at: 0 }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    pub(super) fn since(&self, start: usize) -> &'j str {
        self.json.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn pass_byte(&mut self) {
        self.at += 1;
    }

    /// Takes a value that is no object and no array, or the byte that begins none.
    pub(super) fn scalar(&mut self) -> &'j str {
        let start = self.at;
        // One byte at least, since a byte that begins no value would be looked at for ever.
        self.at += end_of_value(&self.json.as_bytes()[start..]).max(1);
        self.since(start)
    }

    /// Whether a colon comes next, and so a string was a name.
    pub(super) fn is_at_colon(&mut self) -> bool {
        self.peek() == Some(b':')
    }

    /// Passes over any value.
    #[inline]
    fn pass_value(&mut self) {
        let bytes = &self.json.as_bytes()[self.at..];
        self.at += skim::sound_len(self.level, bytes).unwrap_or_else(|| end_of_value(bytes)).max(1);
    }

    /// Takes the name of a member, the comma before it and the colon behind it, if nothing in the name is escaped and no white space
    /// stands around it: as nearly all names are written.
    #[inline]
    fn plain_key(&mut self) -> Option<&'j str> {
        let bytes = self.json.as_bytes();
        let quote = self.at + usize::from(self.byte() == Some(b','));
        let start = quote + 1;
        if bytes.get(quote) != Some(&b'"') {
            return None;
        }
        let end = start + skim::plain_len(bytes.get(start..)?);
        if bytes.get(end..end + 2)? != b"\":" {
            return None;
        }
        self.at = end + 2;
        self.json.get(start..end)
    }

    /// Takes a name that is written in any other way. `None` where it is none.
    #[cold]
    fn any_key(&mut self) -> Option<Cow<'j, str>> {
        let start = self.at;
        self.pass_value();
        let name = self.since(start);
        // Only text that is no JSON has a name without a colon.
        self.is_at_colon().then(|| {
            self.pass_byte();
            key_name(name)
        })?
    }
}

impl<'j> JsonReader<'j> for Rest<'j> {
    type Fault = Infallible;
    type Commas = ();

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => {
                self.at += skim::blank_len(self.json.as_bytes().get(self.at..).unwrap_or_default());
                self.byte()
            }
        }
    }

    fn pos(&self) -> usize {
        self.at
    }

    fn open(&mut self, _bracket: u8) -> Result<(), Infallible> {
        self.pass_byte();
        Ok(())
    }

    fn next_key(&mut self, commas: &mut ()) -> Result<Option<Cow<'j, str>>, Infallible> {
        let mut key = self.plain_key().map(Cow::Borrowed);
        while key.is_none() && self.next_element(commas)? {
            key = self.plain_key().map(Cow::Borrowed).or_else(|| self.any_key());
        }
        self.peek();
        Ok(key)
    }

    #[inline]
    fn next_element(&mut self, _commas: &mut ()) -> Result<bool, Infallible> {
        loop {
            match self.peek() {
                Some(b',' | b':') => self.pass_byte(),
                Some(b'}' | b']') => {
                    self.pass_byte();
                    return Ok(false);
                }
                next => return Ok(next.is_some()),
            }
        }
    }

    fn skip(&mut self) -> Result<(), Infallible> {
        if self.peek().is_some() {
            self.pass_value();
        }
        Ok(())
    }

    fn text(&mut self, range: Range<usize>) -> Result<&'j str, Infallible> {
        Ok(self.json.get(range).unwrap_or_default())
    }
}
