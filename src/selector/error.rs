//! Why a text is no selector.

use std::fmt;

use super::render;
use crate::Span;
use crate::label::{LabelError, LabelErrorKind};
use crate::syntax::{Expected, SyntaxError, TokenKind};

/// Why a text is no selector: what is wrong, where, and how to mend it.
///
/// `Display` is one line that says what was expected and what was found; [`render`](Self::render) shows the place in the
/// text as well.
///
/// ```
/// let error = "env in (prod".parse::<selq::Selector>().unwrap_err();
/// assert_eq!(error.to_string(), r#"expected "," or ")", found the end of the text"#);
/// assert_eq!(error.span().start, 12);
/// assert_eq!(error.help().as_deref(), Some(r#"close the list with ")""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    kind: ParseErrorKind,
    span: Span,
    text: Box<str>,
    /// Whether it was read as a query.
    // Advice differs: whoever writes a query is not told that there is no "or".
    is_query: bool,
    /// Whether the help that is known tells to write what is refused too.
    is_helpless: bool,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text leaves the grammar.
    Syntax {
        /// What the grammar lets stand there.
        expected: Expected,
        /// What stands there instead; `None` at the end of the text.
        found: Option<TokenKind>,
    },
    /// The text holds U+0000, which no part of a selector may.
    Nul,
    /// A key that Kubernetes does not take.
    Key(LabelErrorKind),
    /// A value that Kubernetes does not take.
    Value(LabelErrorKind),
    /// A value of `>` or `<` that is not a number.
    NotAnInteger,
    /// A number after `>` or `<` that does not fit 64 bits.
    IntegerOutOfRange,
    /// What a query may not say, though its grammar allows it.
    Query {
        /// What is wrong.
        message: String,
        /// What to write instead, where that is known.
        help: Option<String>,
    },
}

impl ParseErrorKind {
    /// Why `typed` is no integer of 64 bits.
    pub(crate) fn not_an_integer(typed: &str) -> ParseErrorKind {
        // Values are checked before numbers, so that a sign never gets here,
        // and digits alone fail only by their size.
        let is_number = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { ParseErrorKind::IntegerOutOfRange } else { ParseErrorKind::NotAnInteger }
    }
}

impl ParseError {
    pub(crate) fn from_syntax(text: &str, error: SyntaxError) -> ParseError {
        let kind = match error.found {
            // U+0000 is the only character that is of no token.
            Some(TokenKind::Unknown) => ParseErrorKind::Nul,
            found => ParseErrorKind::Syntax { expected: error.expected, found },
        };
        ParseError { kind, span: error.span, text: text.into(), is_query: false, is_helpless: false }
    }

    /// The error of a label, in the part `typed` of `text`.
    pub(crate) fn from_label(
        text: &str,
        typed: &str,
        error: LabelError,
        kind: impl Fn(LabelErrorKind) -> ParseErrorKind,
    ) -> ParseError {
        let span = error.span().shifted(Span::of(text, typed).start);
        ParseError {
            kind: kind(error.kind().clone()),
            span,
            text: text.into(),
            is_query: false,
            is_helpless: false,
        }
    }

    /// An error about the whole of the part `typed` of `text`.
    pub(crate) fn about(text: &str, typed: &str, kind: ParseErrorKind) -> ParseError {
        ParseError {
            kind,
            span: Span::of(text, typed),
            text: text.into(),
            is_query: false,
            is_helpless: false,
        }
    }

    /// The same error of a text that was read as a query, which has other help.
    pub(crate) fn of_query(self) -> ParseError {
        ParseError { is_query: true, ..self }
    }

    /// The same error, of which no help is told.
    pub(super) fn without_help(self) -> ParseError {
        ParseError { is_helpless: true, ..self }
    }

    /// Whether the text was read as a query.
    pub(super) fn is_query(&self) -> bool {
        self.is_query
    }

    /// Whether there is no help that would be accepted.
    pub(super) fn is_helpless(&self) -> bool {
        self.is_helpless
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.kind
    }

    /// Where it is, in bytes of the text. Empty where something is missing.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The whole text that was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same error in another text that has the same bytes at the place: the one that was typed, say, where what
    /// was read had parts blanked out.
    #[must_use]
    pub fn in_text(self, text: &str) -> ParseError {
        ParseError { text: text.into(), ..self }
    }

    /// The line of the text that is wrong, a line of carets under the place, and lines that begin with `error: ` and, where
    /// there is a fix, `help: `. No colour and no line break at the end; of a long line only the part around the place.
    #[must_use]
    pub fn render(&self) -> String {
        render::with_place(self.span, &self.text, self, self.help())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.span.slice(&self.text);
        match &self.kind {
            ParseErrorKind::Syntax { expected, found: Some(_) } => {
                write!(f, "expected {}, found {}", expected.as_str(), render::quoted(found))
            }
            ParseErrorKind::Syntax { expected, found: None } => {
                write!(f, "expected {}, found the end of the text", expected.as_str())
            }
            ParseErrorKind::Query { message, .. } => f.write_str(message),
            ParseErrorKind::Nul => f.write_str("a selector may not hold the character U+0000"),
            ParseErrorKind::Key(kind) | ParseErrorKind::Value(kind) => kind.fmt(f),
            // `k>` has the empty value, which would be shown as two
            // quotation marks with nothing between.
            ParseErrorKind::NotAnInteger if found.is_empty() => {
                f.write_str("expected an integer after \">\" or \"<\", found no value")
            }
            ParseErrorKind::NotAnInteger => {
                write!(f, "expected an integer after \">\" or \"<\", found {}", render::quoted(found))
            }
            ParseErrorKind::IntegerOutOfRange => {
                write!(f, "expected an integer of at most {}, found {}", i64::MAX, render::quoted(found))
            }
        }
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Selector;

    /// The message and the part of the text that it is about.
    #[track_caller]
    fn refused(text: &str) -> String {
        let error = text.parse::<Selector>().unwrap_err();
        format!("{error} [{}]", error.span().slice(text).escape_debug())
    }

    #[test]
    fn every_kind_has_its_sentence() {
        assert_snapshot!(refused("a b"), @r#"expected an operator, "," or the end of the text after the key, found "b" [b]"#);
        assert_snapshot!(refused("a in ("), @r#"expected a value or ")", found the end of the text []"#);
        assert_snapshot!(refused("a\0"), @r"a selector may not hold the character U+0000 [\0]");
        assert_snapshot!(refused("x,a:b=c"), @r#"a label key may hold ASCII letters, digits, "-", "_" and ".", found ":" [:]"#);
        assert_snapshot!(refused("a in (b,c/d)"), @r#"a label value may hold ASCII letters, digits, "-", "_" and ".", found "/" [/]"#);
        assert_snapshot!(refused("a>1x"), @r#"expected an integer after ">" or "<", found "1x" [1x]"#);
        assert_snapshot!(refused("a>,b"), @r#"expected an integer after ">" or "<", found no value []"#);
        assert_snapshot!(refused("a<9223372036854775808"), @r#"expected an integer of at most 9223372036854775807, found "9223372036854775808" [9223372036854775808]"#);
    }

    #[test]
    fn the_first_error_of_the_text_is_told_but_grammar_comes_first() {
        assert_snapshot!(refused("-a=-b,-c"), @r#"a label key has to begin with a letter or a digit, found "-" [-]"#);
        assert_snapshot!(refused("-a,b c"), @r#"expected an operator, "," or the end of the text after the key, found "c" [c]"#);
    }
}
