//! A line taken apart: what each token is for, and what it is about.
//!
//! Made of the parser's own tokens, so that what is coloured and completed is what is parsed; and, other
//! than the parser, of any text, however incomplete.

use std::borrow::Cow;

use selq::Span;
use selq::syntax::{Role, Token, query_tokens};

/// A token of a line, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) role: Role,
    /// The number of the piece that opens what it stands in.
    pub(crate) inside: Option<usize>,
    /// What its part of the query is about, as a query of the object has it: of an element's `.name` the field from the
    /// object on. Of a piece that opens something what is asked about in there. Empty where there is nothing.
    pub(crate) subject: Cow<'t, str>,
}

impl Piece<'_> {
    /// Whether it may be completed.
    pub(super) fn is_word(&self) -> bool {
        use Role::{Element, Expression, Field, Function, Key, Membership, Name, Parameter, Stray, Value};
        matches!(
            self.role,
            Key | Value | Name | Membership | Stray | Field | Function | Parameter | Element | Expression
        )
    }

    /// Whether it opens something.
    pub(super) fn opens(&self) -> bool {
        matches!(self.role, Role::Open | Role::OpenGroup | Role::OpenParameter | Role::OpenBracket)
    }

    /// Whether it closes something.
    pub(super) fn closes(&self) -> bool {
        matches!(self.role, Role::Close | Role::CloseBracket)
    }

    /// Whether another part of the query follows.
    pub(super) fn joins(&self) -> bool {
        matches!(self.role, Role::Comma | Role::And | Role::Or)
    }
}

/// The tokens of a line and what they are for.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut reader = PieceReader { text, pieces: Vec::new(), levels: vec![LineLevel::default()] };
    query_tokens(text).for_each(|token| reader.read(token));
    reader.pieces
}

/// The number of the piece that opens what stands behind all of these.
pub(super) fn open_around(pieces: &[Piece<'_>]) -> Option<usize> {
    let last = pieces.last()?;
    if last.opens() { Some(pieces.len() - 1) } else { last.inside }
}

/// What is open at a token.
#[derive(Debug, Default)]
struct LineLevel<'t> {
    /// The piece that opens it.
    opener: Option<usize>,
    is_brackets: bool,
    /// What all in it is about, if that stands before it: `env` in `env in (`, `.spec.containers` in `.spec.containers[`.
    outer: Cow<'t, str>,
    /// Where its own subject stands.
    subject: Option<Span>,
    /// Whether that is a function that has not been closed, or not even opened.
    is_call_open: bool,
}

struct PieceReader<'t> {
    text: &'t str,
    pieces: Vec<Piece<'t>>,
    /// Never empty.
    levels: Vec<LineLevel<'t>>,
}

impl<'t> PieceReader<'t> {
    fn read(&mut self, token: Token) {
        let Token { role, span, .. } = token;
        match role {
            Role::Close => self.close(|level| !level.is_brackets),
            Role::CloseBracket => self.close(|level| level.is_brackets),
            _ => {}
        }
        self.note(role, span);
        let (inside, subject) = (self.top().opener, self.subject());
        let nth = self.pieces.len();
        let text = span.slice(self.text);
        let subject = match role {
            Role::Open if self.top().is_call_open => Cow::Owned(format!("{subject}()")),
            Role::OpenGroup | Role::OpenParameter => Cow::Borrowed(""),
            _ => subject,
        };
        let piece = Piece { text, span, role, inside, subject };
        if piece.opens() {
            let is_brackets = role == Role::OpenBracket;
            let outer = piece.subject.clone();
            self.levels.push(LineLevel { opener: Some(nth), is_brackets, outer, ..LineLevel::default() });
        }
        self.pieces.push(piece);
    }

    /// Takes note of what a part is about.
    fn note(&mut self, role: Role, span: Span) {
        let top = self.top();
        let is_call_closed = role == Role::Close && top.is_call_open;
        match (role, top.subject) {
            (Role::Comma | Role::And | Role::Or, _) => top.subject = None,
            (Role::Key | Role::Field | Role::Function, None) => {
                top.subject = Some(span);
                top.is_call_open = role == Role::Function;
            }
            (Role::Field | Role::CloseBracket, Some(begun)) => {
                top.subject = Some(Span::new(begun.start, span.end));
            }
            (_, Some(begun)) if is_call_closed => {
                top.subject = Some(Span::new(begun.start, span.end));
                top.is_call_open = false;
            }
            _ => {}
        }
    }

    fn top(&mut self) -> &mut LineLevel<'t> {
        if self.levels.is_empty() {
            self.levels.push(LineLevel::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Leaves the innermost level of a kind, and what is still open in it.
    fn close(&mut self, is_wanted: impl Fn(&LineLevel<'t>) -> bool) {
        while self.levels.len() > 1 && self.levels.pop().is_some_and(|level| !is_wanted(&level)) {}
    }

    fn subject(&self) -> Cow<'t, str> {
        let Some(level) = self.levels.last() else { return Cow::Borrowed("") };
        let own = level.subject.map_or("", |subject| subject.slice(self.text));
        match level.is_brackets {
            true if own.is_empty() => level.outer.clone(),
            true => Cow::Owned(of_element(&level.outer, own)),
            false if own.is_empty() => level.outer.clone(),
            false => Cow::Borrowed(own),
        }
    }
}

/// The field that a field of an array's elements is, seen from the object.
fn of_element(array: &str, path: &str) -> String {
    match path {
        "." => format!("{array}[*]"),
        name if name.starts_with(['\'', '"']) => format!("{array}[{name}]"),
        path => format!("{array}{path}"),
    }
}

/// Whether the line goes on below: a `(` or `[` is open, or it ends in what joins two parts. A command and a comment never do.
pub(crate) fn is_unfinished(text: &str) -> bool {
    if text.trim_start().starts_with([':', '#']) {
        return false;
    }
    let pieces = pieces(text);
    open_around(&pieces).is_some() || pieces.last().is_some_and(Piece::joins)
}

/// The lines of a text, as a paste has several, each with the byte at which it begins. One that is unfinished
/// goes on in the next.
pub(super) fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices('\n').chain([(text.len(), "")]) {
        let line = &text[start..end];
        if end == text.len() || !is_unfinished(line) {
            found.push((start, line));
            // The last line has no line feed to pass over.
            start = (end + 1).min(text.len());
        }
    }
    found
}

/// The line of a text that the cursor is in, and the byte at which it begins.
pub(super) fn line_at(text: &str, cursor: usize) -> (usize, &str) {
    lines(text).into_iter().rfind(|&(start, _)| start <= cursor).unwrap_or((0, text))
}

/// The selectors and commands of a text of several lines.
pub(crate) fn split(text: &str) -> Vec<&str> {
    lines(text).into_iter().map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_where_more_must_come() {
        for text in ["env in (", "env in (a,", "env in (a\n", "a,", "a , "] {
            assert!(is_unfinished(text), "{text:?}");
        }
        for text in
            ["", "a", "env in (a)", "a=", "env in (a))", ":let a = b,", ":labels (", "# a,", " # b in ("]
        {
            assert!(!is_unfinished(text), "{text:?}");
        }
    }

    #[test]
    fn a_paste_is_split_where_a_line_is_finished() {
        assert_eq!(
            split("a=1\r\n\nb in (\nx,y)\n:limit 3\nc,\nd\n"),
            ["a=1", "b in (\nx,y)", ":limit 3", "c,\nd"]
        );
        assert_eq!(split("a in ("), ["a in ("]);
        assert_eq!(line_at("a=1\nb in (\nx", 10), (4, "b in (\nx"));
        assert_eq!((line_at("a\n", 2), line_at("a\nb", 1)), ((2, ""), (0, "a")));
        assert_eq!(split("\n \n"), [""; 0]);
    }
}
