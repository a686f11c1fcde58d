//! The place of an error: the tokens around it, and what they could be used for.

use crate::selector::error::{ParseError, ParseErrorKind};
use crate::syntax::{Expected, TokenKind, check_query, tokens};
use crate::{LabelKey, LabelValue, Selector, Span};

/// How many bytes around the place are looked at: mistakes are close to where they are noticed.
pub(super) const WINDOW: usize = 2048;

/// Longer texts are not written anew in a help: nobody would read them.
const MAX_MENDED: usize = 200;

/// The longest text that is told to write; a key and its value can take two thirds of it.
const MAX_OFFER: usize = 600;

/// How many values of a list are repeated in a help, at most.
const MAX_VALUES: usize = 20;

// Word processors put the last four in the place of plain ones.
pub(super) const QUOTES: [char; 7] = ['"', '\'', '`', '‘', '’', '“', '”'];

/// The place of an error: the tokens around it.
pub(super) struct ErrorPlace<'e> {
    kind: &'e ParseErrorKind,
    /// Whether the text was read as a query.
    pub(super) is_query: bool,
    /// The whole text.
    pub(super) whole: &'e str,
    /// The text around the place, cut to a window.
    pub(super) text: &'e str,
    /// The place within `text`.
    pub(super) span: Span,
    words: Vec<&'e str>,
    /// Which of `words` is at the place; their number at the end of the text.
    at: usize,
}

impl<'e> ErrorPlace<'e> {
    pub(super) fn new(error: &'e ParseError) -> ErrorPlace<'e> {
        let (text, span) = window(error.text(), error.span());
        let spans: Vec<Span> = tokens(text).map(|token| token.span).collect();
        // The place may lie within a token, as that of a bad character in a key does.
        let at = spans.iter().position(|token| token.end > span.start).unwrap_or(spans.len());
        let words = spans.into_iter().map(|span| span.slice(text)).collect();
        ErrorPlace {
            kind: error.kind(),
            is_query: error.is_query(),
            whole: error.text(),
            text,
            span,
            words,
            at,
        }
    }

    /// The token `steps` after the one at the place; empty where there is none.
    pub(super) fn word(&self, steps: isize) -> &'e str {
        let word = self.at.checked_add_signed(steps).and_then(|at| self.words.get(at));
        word.copied().unwrap_or_default()
    }

    /// The token at the place and the one before it: an error is often noticed one token late.
    pub(super) fn nearby(&self) -> [&'e str; 2] {
        [self.word(0), self.word(-1)]
    }

    /// The key that a token spells, with or without quotation marks, if Kubernetes takes it.
    pub(super) fn key(&self, steps: isize) -> Option<&'e str> {
        key(self.word(steps))
    }

    /// The value that a token spells, with or without quotation marks, if Kubernetes takes it and it is not empty.
    pub(super) fn value(&self, steps: isize) -> Option<&'e str> {
        value(self.word(steps))
    }

    /// The list in parentheses that opens at a token, without quotation marks; `None` where it has no end, is long, or
    /// holds what is no value.
    pub(super) fn list(&self, steps: isize) -> Option<String> {
        if self.word(steps) != "(" {
            return None;
        }
        let mut values = Vec::new();
        let mut next = steps + 1;
        loop {
            values.push(self.value(next)?);
            match self.word(next + 1) {
                ")" => return Some(format!("({})", values.join(","))),
                "," if values.len() < MAX_VALUES => next += 2,
                _ => return None,
            }
        }
    }

    /// What the grammar wanted, where that is what is wrong.
    pub(super) fn expected(&self) -> Option<Expected> {
        match *self.kind {
            ParseErrorKind::Syntax { expected, .. } => Some(expected),
            _ => None,
        }
    }

    /// Whether the text ends where something was expected.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.kind, ParseErrorKind::Syntax { found: None, .. })
    }

    /// Whether the place is between parentheses.
    pub(super) fn is_in_list(&self) -> bool {
        let before = self.words[..self.at.min(self.words.len())].iter().rev();
        before.copied().find(|word| matches!(*word, "(" | ")")) == Some("(")
    }

    pub(super) fn is_about_key(&self) -> bool {
        matches!(self.kind, ParseErrorKind::Key(_))
    }

    pub(super) fn is_about_value(&self) -> bool {
        matches!(self.kind, ParseErrorKind::Value(_))
    }

    /// The whole text with a change made, if that makes it a selector; quotation marks around keys and values are left
    /// out, since people often make both mistakes.
    pub(super) fn mended(&self, change: impl FnOnce(&str) -> String) -> Option<String> {
        if self.whole.len() > MAX_MENDED {
            return None;
        }
        let changed = change(self.whole).trim().to_owned();
        // A text with quotation marks is no selector, so that only the second can be one then.
        let unquoted = without_quotes(&changed);
        [Some(changed), unquoted].into_iter().flatten().find(|text| is_selector(text))
    }
}

/// The part of `text` around `span`, and the span in it.
pub(super) fn window(text: &str, span: Span) -> (&str, Span) {
    let start = text.floor_char_boundary(span.start.saturating_sub(WINDOW));
    // A span may be as long as the text, so that no more than a window of it counts.
    let end = text.ceil_char_boundary(span.end.min(span.start + WINDOW) + WINDOW);
    let place = Span::new(span.start - start, span.end.min(end) - start);
    (&text[start..end], place)
}

/// Whether `text` is a selector that can be shown in a line of a message.
pub(super) fn is_selector(text: &str) -> bool {
    is_line(text) && text.parse::<Selector>().is_ok()
}

/// Whether `text` is in the grammar of queries and can be shown in a line of a message.
pub(super) fn is_query(text: &str) -> bool {
    is_line(text) && check_query(text).is_ok()
}

fn is_line(text: &str) -> bool {
    // The empty text selects everything, and nobody is told to write that instead of a mistake.
    text.len() <= MAX_OFFER && !text.contains(char::is_control) && !text.trim().is_empty()
}

/// Whether `word` is an identifier: what is not a symbol.
pub(super) fn is_identifier(word: &str) -> bool {
    tokens(word).next().is_some_and(|token| token.kind == TokenKind::Identifier)
}

/// `word` without the quotation marks around it.
pub(super) fn unquoted(word: &str) -> &str {
    word.trim_matches(QUOTES)
}

pub(super) fn key(word: &str) -> Option<&str> {
    Some(unquoted(word)).filter(|key| LabelKey::new(key).is_ok())
}

pub(super) fn value(word: &str) -> Option<&str> {
    // An empty word is also what stands behind the end of the text, and no value was typed there.
    Some(unquoted(word)).filter(|value| !value.is_empty() && LabelValue::new(value).is_ok())
}

/// `text` without the quotation marks around keys, values or all of it. `None` where they hold anything together that
/// would then fall apart, as in `a="b,c"`.
pub(super) fn without_quotes(text: &str) -> Option<String> {
    let inside = text.strip_prefix(QUOTES).and_then(|rest| rest.strip_suffix(QUOTES));
    if let Some(inside) = inside.filter(|inside| !inside.contains(QUOTES)) {
        return Some(inside.to_owned());
    }
    let mut parts = text.split(QUOTES);
    let mut plain = parts.next()?.to_owned();
    while let Some(quoted) = parts.next() {
        if !quoted.is_empty() && key(quoted).is_none() {
            return None;
        }
        plain.push_str(quoted);
        // An odd number of quotation marks ends here: one of them has no partner.
        plain.push_str(parts.next()?);
    }
    Some(plain)
}
