//! The terminals that only the query grammar has.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::combinator::{opt, recognize, verify};
use nom::sequence::pair;

use super::expected::{Expected, Failure};
use super::token::{IDENTIFIER_BYTES, Parsed, bytes_while, symbol};

/// and = ( "," / "&&" ) ws
pub(super) fn and(input: &str) -> Parsed<'_, &str> {
    alt((symbol(","), symbol("&&"))).parse(input)
}

/// or = "||" ws
pub(super) fn or(input: &str) -> Parsed<'_, &str> {
    symbol("||").parse(input)
}

/// at-least = ">=" ws
pub(super) fn at_least(input: &str) -> Parsed<'_, &str> {
    symbol(">=").parse(input)
}

/// at-most = "<=" ws
pub(super) fn at_most(input: &str) -> Parsed<'_, &str> {
    symbol("<=").parse(input)
}

/// matches = "=~" ws
pub(super) fn matches(input: &str) -> Parsed<'_, &str> {
    symbol("=~").parse(input)
}

/// matches-not = "!~" ws
pub(super) fn matches_not(input: &str) -> Parsed<'_, &str> {
    symbol("!~").parse(input)
}

/// open-bracket = "[" ws
pub(super) fn open_bracket(input: &str) -> Parsed<'_, &str> {
    symbol("[").parse(input)
}

/// close-bracket = "]"
///
/// A path goes on right behind it or not at all.
pub(super) fn close_bracket(input: &str) -> Parsed<'_, &str> {
    tag("]").parse(input)
}

/// The bytes of a query's words, as a table.
const WORD_BYTES: [bool; 256] = {
    let mut table = IDENTIFIER_BYTES;
    // Words of selectors may hold these four, but no key and no value that Kubernetes
    // takes does. So every selector reads the same as a query.
    let others = b"&|'\"";
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] = false;
        i += 1;
    }
    table
};

/// word-char = %x01-08 / %x0B-0C / %x0E-1F / %x23-25 / %x2A-2B / %x2D-3B / %x3F-7B / %x7D-D7FF / %xE000-10FFFF
///
/// Words end at more symbols than those of a selector.
fn word_char(byte: u8) -> bool {
    WORD_BYTES[usize::from(byte)]
}

/// word = 1*word-char
pub(super) fn word(input: &str) -> Parsed<'_, &str> {
    let word = |input| Ok(bytes_while(input, word_char));
    verify(word, |matched: &str| !matched.is_empty()).parse(input)
}

/// Whether a text can stand in a query as a word, without quotation marks, wherever that is.
pub(crate) fn is_word(text: &str) -> bool {
    element_word(text).is_ok_and(|(rest, _)| rest.is_empty())
}

/// element-char = %x01-08 / %x0B-0C / %x0E-1F / %x23-25 / %x2A-2B / %x2D-3B / %x3F-5C / %x5E-7B / %x7D-D7FF /
/// %xE000-10FFFF
fn element_char(byte: u8) -> bool {
    byte != b']' && word_char(byte)
}

/// A word inside of brackets, which end it.
pub(super) fn element_word(input: &str) -> Parsed<'_, &str> {
    let word = |input| Ok(bytes_while(input, element_char));
    verify(word, |matched: &str| !matched.is_empty()).parse(input)
}

/// name-char = %x30-39 / %x41-5A / %x61-7A / "_" / "-"
fn name_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a byte is one of names and the points between them.
pub(super) fn is_path_byte(byte: u8) -> bool {
    byte == b'.' || name_char(byte)
}

/// name = 1*name-char
pub(super) fn name(input: &str) -> Parsed<'_, &str> {
    verify(|input| Ok(bytes_while(input, name_char)), |matched: &str| !matched.is_empty()).parse(input)
}

/// index = [ "-" ] 1*%x30-39
pub(super) fn index(input: &str) -> Parsed<'_, &str> {
    recognize(pair(
        opt(tag("-")),
        verify(
            |input| Ok(bytes_while(input, |byte| byte.is_ascii_digit())),
            |digits: &str| !digits.is_empty(),
        ),
    ))
    .parse(input)
}

/// quoted = %x27 *( escape / single-char ) %x27 / %x22 *( escape / double-char ) %x22
///
/// The quotation marks are a part of the token, and U+0000 is of none. A backslash keeps a quotation mark or a backslash from meaning anything.
pub(super) fn quoted(input: &str) -> Parsed<'_, &str> {
    let no_quote = || nom::Err::Error(Failure::at(input));
    let quote = input.bytes().next().filter(|byte| matches!(byte, b'\'' | b'"')).ok_or_else(no_quote)?;
    // All signs that are looked for are ASCII, so that a walk over bytes cuts no character.
    let mut bytes = input.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next_if(|(_, byte)| *byte != 0),
            0 => {
                // The error stands at the U+0000 itself, by which the message knows what is wrong.
                return Err(nom::Err::Failure(Failure {
                    rest: &input[at..],
                    expected: Expected::EndOfQuoted,
                }));
            }
            _ if byte == quote => {
                let (matched, rest) = input.split_at(at + 1);
                return Ok((rest, matched));
            }
            _ => {}
        }
    }
    Err(no_quote())
}

/// Where the first comma stands that is not inside quotation marks.
pub(super) fn comma_outside_quotes(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].find([',', '\'', '"'])?;
        match quoted(&text[at..]) {
            Ok((rest, _)) => at = text.len() - rest.len(),
            Err(_) if text[at..].starts_with(',') => return Some(at),
            Err(_) => at += 1,
        }
    }
}
