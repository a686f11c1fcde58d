//! The terminals of the grammar, and what each of them is.

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::combinator::{map, not, verify};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use super::expected::Failure;
use crate::Span;

/// What a grammar rule gives: the rest of the text and a result, or where it failed.
pub(super) type Parsed<'t, T> = IResult<&'t str, T, Failure<'t>>;

/// blank = %x20 / %x09 / %x0D / %x0A
pub(super) fn blank(byte: u8) -> bool {
    // Kubernetes passes over these four and no others, so that a
    // no-break space is a part of a word.
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// identifier-char = %x01-08 / %x0B-0C / %x0E-1F / %x22-27 / %x2A-2B / %x2D-3B / %x3F-D7FF / %xE000-10FFFF
///
/// Everything but U+0000, the blanks and the symbols: whether an identifier is a label key or value is not the grammar's to say.
pub(super) fn identifier_char(byte: u8) -> bool {
    IDENTIFIER_BYTES[usize::from(byte)]
}

/// The bytes of identifiers, as a table: the parser spends most of its time here.
pub(super) const IDENTIFIER_BYTES: [bool; 256] = {
    let mut table = [true; 256];
    // Kubernetes stops reading at U+0000 and takes what stands before it, so that `\0garbage`
    // would select everything. Here it is of no token, and the text is refused.
    let others = b"\0\t\n\r !(),<=>";
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] = false;
        i += 1;
    }
    table
};

/// The longest beginning of `input` whose bytes all satisfy `predicate`, which holds for all bytes beyond ASCII or none,
/// so that no character is cut.
pub(super) fn bytes_while(input: &str, predicate: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = input.bytes().position(|byte| !predicate(byte)).unwrap_or(input.len());
    let (matched, rest) = input.split_at(end);
    (rest, matched)
}

/// ws = *blank
pub(super) fn ws(input: &str) -> Parsed<'_, &str> {
    Ok(bytes_while(input, blank))
}

/// blanks = 1*blank
pub(super) fn blanks(input: &str) -> Parsed<'_, &str> {
    verify(ws, |matched: &str| !matched.is_empty()).parse(input)
}

/// identifier = 1*identifier-char
pub(super) fn identifier(input: &str) -> Parsed<'_, &str> {
    let identifier = |input| Ok(bytes_while(input, identifier_char));
    verify(identifier, |matched: &str| !matched.is_empty()).parse(input)
}

/// A symbol and the white space after it.
pub(super) fn symbol<'t>(text: &'static str) -> impl Parser<&'t str, Output = &'t str, Error = Failure<'t>> {
    terminated(tag(text), ws)
}

/// comma = "," ws
pub(super) fn comma(input: &str) -> Parsed<'_, &str> {
    symbol(",").parse(input)
}

/// exclamation = "!" ws
pub(super) fn exclamation(input: &str) -> Parsed<'_, &str> {
    symbol("!").parse(input)
}

/// equals = "=" ws
pub(super) fn equals(input: &str) -> Parsed<'_, &str> {
    symbol("=").parse(input)
}

/// double-equals = "==" ws
pub(super) fn double_equals(input: &str) -> Parsed<'_, &str> {
    symbol("==").parse(input)
}

/// not-equals = "!=" ws
pub(super) fn not_equals(input: &str) -> Parsed<'_, &str> {
    symbol("!=").parse(input)
}

/// greater-than = ">" ws
pub(super) fn greater_than(input: &str) -> Parsed<'_, &str> {
    symbol(">").parse(input)
}

/// less-than = "<" ws
pub(super) fn less_than(input: &str) -> Parsed<'_, &str> {
    symbol("<").parse(input)
}

/// open-paren = "(" ws
pub(super) fn open_paren(input: &str) -> Parsed<'_, &str> {
    symbol("(").parse(input)
}

/// close-paren = ")" ws
pub(super) fn close_paren(input: &str) -> Parsed<'_, &str> {
    symbol(")").parse(input)
}

/// A keyword that no identifier goes on with, and the white space after it.
fn keyword<'t>(text: &'static str) -> impl Parser<&'t str, Output = &'t str, Error = Failure<'t>> {
    terminated(tag(text), (not(identifier), ws))
}

/// in-kw = %s"in" ws
pub(super) fn in_kw(input: &str) -> Parsed<'_, &str> {
    keyword("in").parse(input)
}

/// notin-kw = %s"notin" ws
pub(super) fn notin_kw(input: &str) -> Parsed<'_, &str> {
    keyword("notin").parse(input)
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// A run of characters that mean nothing on their own: a key or a value.
    Identifier,
    /// `in`, where it is an operator
    In,
    /// `notin`, where it is an operator
    NotIn,
    /// `=`
    Equals,
    /// `==`
    DoubleEquals,
    /// `!=`
    NotEquals,
    /// `>`
    GreaterThan,
    /// `<`
    LessThan,
    /// `!`
    Exclamation,
    /// `,`
    Comma,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `&&`, in a query
    And,
    /// `||`, in a query
    Or,
    /// `>=`, in a query
    AtLeast,
    /// `<=`, in a query
    AtMost,
    /// `=~`, in a query
    Matches,
    /// `!~`, in a query
    DoesNotMatch,
    /// `[`, in a query
    OpenBracket,
    /// `]`, in a query
    CloseBracket,
    /// A text in quotation marks, in a query; at the end of all perhaps without the second one.
    Quoted,
    /// `.spec.containers`, `..image`, in a query: the points and names of a field up to a bracket.
    Path,
    /// A character that may stand nowhere: U+0000.
    Unknown,
}

/// The first token of `input` after any white space, with every word an identifier; `None` at the end.
pub(super) fn token_at(input: &str) -> Option<(TokenKind, Span)> {
    let (rest, _) = bytes_while(input, blank);
    let (_, (kind, matched)) = any_token(rest).unwrap_or_else(|_| unknown(rest));
    (!matched.is_empty()).then(|| (kind, Span::of(input, matched)))
}

/// The first character of `input`, whatever it is; empty at the end.
fn unknown(input: &str) -> (&str, (TokenKind, &str)) {
    let end = input.chars().next().map_or(0, char::len_utf8);
    let (matched, rest) = input.split_at(end);
    (rest, (TokenKind::Unknown, matched))
}

/// Any terminal, the longer ones first.
fn any_token(input: &str) -> Parsed<'_, (TokenKind, &str)> {
    let kind = |kind| move |matched| (kind, matched);
    alt((
        // Keywords are identifiers here: only what stands before a
        // word tells `in` from a key of that name.
        map(identifier, kind(TokenKind::Identifier)),
        map(double_equals, kind(TokenKind::DoubleEquals)),
        map(equals, kind(TokenKind::Equals)),
        // `!` alone is the beginning of `!=`, as `=` is of `==`.
        map(not_equals, kind(TokenKind::NotEquals)),
        map(exclamation, kind(TokenKind::Exclamation)),
        map(comma, kind(TokenKind::Comma)),
        map(open_paren, kind(TokenKind::OpenParen)),
        map(close_paren, kind(TokenKind::CloseParen)),
        map(greater_than, kind(TokenKind::GreaterThan)),
        map(less_than, kind(TokenKind::LessThan)),
    ))
    .parse(input)
}
