//! Why a text has no syntax tree.

use super::expected::{Expected, Failure};
use super::token::{TokenKind, token_at};
use crate::Span;

/// Why a text has no syntax tree: what was expected, and what stands there instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntaxError {
    /// What the grammar wanted.
    pub expected: Expected,
    /// What it found; `None` at the end of the text.
    pub found: Option<TokenKind>,
    /// The token found, or the place after the last one.
    pub span: Span,
}

impl SyntaxError {
    /// The error for a rule that stopped before `failure.rest` of `text`.
    pub(super) fn new(text: &str, failure: Failure<'_>) -> SyntaxError {
        let place = Span::of(text, failure.rest).start;
        // A rule may have stopped before white space, which the place leaves out: the caret stands
        // under what is wrong. At the end it stands behind all white space.
        let found = token_at(failure.rest);
        let span = found.map_or(Span::new(text.len(), text.len()), |(_, span)| span.shifted(place));
        SyntaxError { expected: failure.expected, found: found.map(|(kind, _)| kind), span }
    }
}
