//! A line as it stands under the cursor: what each token is for, and what may come next.
//!
//! Made of the parser's own tokens, so that what is coloured and completed is what is parsed; and, other
//! than the parser, of any text, however incomplete.

use selq::Span;
use selq::syntax::{Role, Token, tokens};

/// A token of a line, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) role: Role,
    /// The key of the requirement that it stands in; empty before there is one.
    pub(crate) key: &'t str,
}

impl Piece<'_> {
    fn is_word(&self) -> bool {
        use Role::{Key, Membership, Name, Stray, Value};
        matches!(self.role, Key | Value | Name | Membership | Stray)
    }
}

/// The tokens of a line and what they are for.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut key = "";
    let piece = |token: Token| {
        let word = token.span.slice(text);
        match token.role {
            Role::Key => key = word,
            Role::Comma => key = "",
            _ => {}
        }
        Piece { text: word, span: token.span, role: token.role, key }
    };
    tokens(text).map(piece).collect()
}

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot<'t> {
    /// A key, at the start of a requirement or after `!`.
    Key,
    /// `@NAME`
    Name,
    /// What follows a key.
    Operator,
    /// The `(` after `in`.
    List,
    /// A value of the key; in a list one other than those `listed` beside it.
    Value { key: &'t str, listed: Option<Vec<&'t str>> },
    /// What follows a value in a list.
    AfterListed,
    /// What follows a whole requirement.
    End,
    /// Nothing that could be right.
    Nowhere,
}

/// The place of the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CursorPlace<'t> {
    pub(crate) slot: Slot<'t>,
    /// The part of the word under the cursor that stands before it.
    pub(crate) word: &'t str,
    /// The part of it that stands behind the cursor.
    pub(crate) tail: &'t str,
    /// The other requirements of the line.
    pub(crate) rest: Vec<&'t str>,
}

/// What the cursor is in, and what else stands in the line.
pub(crate) fn place(text: &str, cursor: usize) -> CursorPlace<'_> {
    let pieces = pieces(text);
    let requirements: Vec<&[Piece<'_>]> = pieces.split(|piece| piece.role == Role::Comma).collect();
    // Those within a list have another role.
    let commas = pieces.iter().filter(|piece| piece.role == Role::Comma);
    let nth = commas.filter(|comma| comma.span.end <= cursor).count();
    let here = requirements[nth];
    // At its end a word is still being typed; at its beginning something else is put before it.
    let under = here.iter().find(|it| it.is_word() && it.span.start < cursor && cursor <= it.span.end);
    let word = under.map_or("", |piece| &text[piece.span.start..cursor]);
    let tail = under.map_or("", |piece| &text[cursor..piece.span.end]);
    let start = cursor - word.len();
    let before: Vec<Piece<'_>> = here.iter().copied().filter(|piece| piece.span.end <= start).collect();
    let listed = here.iter().filter(|piece| Some(*piece) != under).filter_map(value).collect();
    let others = requirements.iter().enumerate().filter(|&(other, _)| other != nth);
    let rest = others.filter_map(|(_, pieces)| text_of(text, pieces)).collect();
    CursorPlace { slot: slot(&before, word, listed), word, tail, rest }
}

fn value<'t>(piece: &Piece<'t>) -> Option<&'t str> {
    (piece.role == Role::Value).then_some(piece.text)
}

/// The text from the first to the last of some pieces.
pub(super) fn text_of<'t>(text: &'t str, pieces: &[Piece<'t>]) -> Option<&'t str> {
    let (first, last) = (pieces.first()?, pieces.last()?);
    Some(&text[first.span.start..last.span.end])
}

/// What follows the pieces `before`.
fn slot<'t>(before: &[Piece<'t>], word: &str, listed: Vec<&'t str>) -> Slot<'t> {
    let Some(last) = before.last() else {
        return if word.starts_with('@') { Slot::Name } else { Slot::Key };
    };
    let key = before.iter().find(|piece| piece.role == Role::Key).map(|piece| piece.text);
    let is_absence = before[0].role == Role::Not;
    match (last.role, key) {
        (Role::Not, _) => Slot::Key,
        // Behind `!key` no operator follows.
        (Role::Key, _) if !is_absence => Slot::Operator,
        (Role::Membership, _) => Slot::List,
        (Role::Comparison, Some(key)) => Slot::Value { key, listed: None },
        (Role::Open | Role::ListComma, Some(key)) => Slot::Value { key, listed: Some(listed) },
        (Role::Value, _) if before.iter().any(|piece| piece.role == Role::Open) => Slot::AfterListed,
        (Role::Key | Role::Name | Role::Value | Role::Close, _) => Slot::End,
        _ => Slot::Nowhere,
    }
}

/// Whether the line goes on below: a `(` is open, or it ends in `,`. A command and a comment never do.
pub(crate) fn is_unfinished(text: &str) -> bool {
    if text.trim_start().starts_with([':', '#']) {
        return false;
    }
    let pieces = pieces(text);
    let open = pieces.iter().rev().find(|piece| matches!(piece.role, Role::Open | Role::Close));
    let is_open = open.is_some_and(|piece| piece.role == Role::Open);
    is_open || pieces.last().is_some_and(|piece| piece.role == Role::Comma)
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

    /// The place of the `|` in the text.
    #[track_caller]
    fn at(marked: &str) -> CursorPlace<'static> {
        let cursor = marked.find('|').unwrap();
        let text: &'static str = marked.replacen('|', "", 1).leak();
        place(text, cursor)
    }

    fn value(key: &'static str) -> Slot<'static> {
        Slot::Value { key, listed: None }
    }

    fn listed(key: &'static str, listed: &[&'static str]) -> Slot<'static> {
        Slot::Value { key, listed: Some(listed.to_vec()) }
    }

    #[test]
    fn each_place_has_its_slot() {
        for (marked, slot, word) in [
            ("|", Slot::Key, ""),
            ("en|", Slot::Key, "en"),
            ("e|nv=prod", Slot::Key, "e"),
            ("!|", Slot::Key, ""),
            ("!leg|", Slot::Key, "leg"),
            ("env |", Slot::Operator, ""),
            ("env no|", Slot::Operator, "no"),
            ("env in|", Slot::Operator, "in"),
            ("env in |", Slot::List, ""),
            ("env=|", value("env"), ""),
            ("env != pr|", value("env"), "pr"),
            ("env in (|", listed("env", &[]), ""),
            ("env in (prod, st|)", listed("env", &["prod"]), "st"),
            ("env in (|,prod", listed("env", &["prod"]), ""),
            ("env in (prod |", Slot::AfterListed, ""),
            ("env in (prod)|", Slot::End, ""),
            ("env=prod |", Slot::End, ""),
            ("!legacy |", Slot::End, ""),
            ("env=a,|", Slot::Key, ""),
            ("a,@we|", Slot::Name, "@we"),
            ("@web |", Slot::End, ""),
            ("(|", Slot::Nowhere, ""),
        ] {
            let place = at(marked);
            assert_eq!((place.slot, place.word), (slot, word), "{marked}");
        }
    }

    #[test]
    fn the_rest_is_every_other_requirement() {
        assert_eq!(at("a=1, e|nv , b in (x,y),,!c").rest, ["a=1", "b in (x,y)", "!c"]);
        assert_eq!(at("a|").rest, [""; 0]);
    }

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
