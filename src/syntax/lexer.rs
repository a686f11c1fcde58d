//! The tokens of a text, each with what it is for. Never fails.

use super::role::{Reader, Role};
use super::token::{TokenKind, token_at};
use crate::Span;

/// A token, its place and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// What it is for, as far as the tokens before it say.
    pub role: Role,
    /// Where it stands, without the white space around it.
    pub span: Span,
}

/// The tokens of any text, also of one that is no selector.
///
/// `in` and `notin` are keywords only where the grammar reads them as such: right after the key of a requirement.
///
/// ```
/// use selq::syntax::{Role, TokenKind, tokens};
///
/// let read: Vec<_> = tokens("in in (in").map(|token| (token.kind, token.role)).collect();
/// assert_eq!(read[0], (TokenKind::Identifier, Role::Key));
/// assert_eq!(read[1], (TokenKind::In, Role::Membership));
/// assert_eq!(read[3], (TokenKind::Identifier, Role::Value));
/// ```
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut offset = 0;
    let mut reader = Reader::default();
    std::iter::from_fn(move || {
        // Where no token stands, one character is taken as an
        // unknown one, so that every step goes on.
        let (kind, span) = token_at(&text[offset..])?;
        let span = span.shifted(offset);
        offset = span.end;
        let (kind, role) = reader.read(kind, span.slice(text));
        Some(Token { kind, role, span })
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The tokens of a text, each as its kind and its text.
    fn read(text: &str) -> String {
        let describe = |token: Token| format!("{:?} {:?}", token.kind, token.span.slice(text));
        tokens(text).map(describe).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn symbols_are_as_long_as_possible() {
        assert_snapshot!(read("===!="), @r#"DoubleEquals "==", Equals "=", NotEquals "!=""#);
        assert_snapshot!(read("=! ><(,)"), @r#"Equals "=", Exclamation "!", GreaterThan ">", LessThan "<", OpenParen "(", Comma ",", CloseParen ")""#);
    }

    #[test]
    fn keywords_stand_only_after_a_key() {
        assert_snapshot!(read("in in (in,notin)"), @r#"Identifier "in", In "in", OpenParen "(", Identifier "in", Comma ",", Identifier "notin", CloseParen ")""#);
        assert_snapshot!(read("a notin(b),in=in"), @r#"Identifier "a", NotIn "notin", OpenParen "(", Identifier "b", CloseParen ")", Comma ",", Identifier "in", Equals "=", Identifier "in""#);
        assert_snapshot!(read("!in in,a inn"), @r#"Exclamation "!", Identifier "in", Identifier "in", Comma ",", Identifier "a", Identifier "inn""#);
    }

    #[test]
    fn no_text_stops_the_lexer() {
        assert_snapshot!(read(" a\0\0é\u{b}b\t"), @r#"Identifier "a", Unknown "\0", Unknown "\0", Identifier "é\u{b}b""#);
        assert_snapshot!(read(" \t\r\n"), @"");
    }
}
