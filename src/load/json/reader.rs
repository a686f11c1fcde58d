//! A cursor as a reader of JSON that checks what it reads.

use crate::json::JsonReader;
use crate::load::error::{Fallible, Fault};
use crate::load::json::cursor::{Commas, Cursor};
use std::borrow::Cow;
use std::ops::Range;

impl<'a> JsonReader<'a> for Cursor<'a> {
    type Fault = Box<Fault>;
    type Commas = Commas;

    fn peek(&mut self) -> Option<u8> {
        Cursor::peek(self)
    }

    fn pos(&self) -> usize {
        Cursor::pos(self)
    }

    fn open(&mut self, bracket: u8) -> Fallible<Commas> {
        Cursor::open(self, bracket)
    }

    fn next_key(&mut self, commas: &mut Commas) -> Fallible<Option<Cow<'a, str>>> {
        Cursor::next_key(self, commas)
    }

    fn next_element(&mut self, commas: &mut Commas) -> Fallible<bool> {
        Cursor::next_element(self, commas)
    }

    fn skip(&mut self) -> Fallible<()> {
        Cursor::skip(self)
    }

    fn text(&mut self, range: Range<usize>) -> Fallible<&'a str> {
        Cursor::text(self, range)
    }
}
