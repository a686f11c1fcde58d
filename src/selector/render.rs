//! Shows a place in a text to people.

use crate::Span;

/// How many characters of a long line are shown on either side of the place.
const CONTEXT: usize = 60;
/// How many characters of a word are shown in a message.
const MAX_QUOTED: usize = 40;

/// The line of `text` in which `span` begins and, under it, carets below the part of the span that is in that line.
///
/// Each character takes one column: what would not (tabs, control characters) is shown as a space or as `�`.
pub(super) fn caret(text: &str, span: Span) -> String {
    let line = line_around(text, span.start);
    let place = line.start.max(span.start).min(line.end);
    let end = span.end.clamp(place, line.end);
    let (before, is_cut) = last_chars(&text[line.start..place], CONTEXT);
    let mut shown = String::from(if is_cut { "…" } else { "" });
    shown.extend(before.chars().map(one_column));
    let margin = " ".repeat(shown.chars().count());
    let (within, _) = first_chars(&text[place..end], CONTEXT);
    let (rest, is_cut) = first_chars(&text[place..line.end], CONTEXT);
    shown.extend(rest.chars().map(one_column));
    if is_cut {
        shown.push('…');
    }
    let carets = "^".repeat(within.chars().count().max(1));
    format!("{shown}\n{margin}{carets}")
}

impl Span {
    /// The line of `text` in which the span begins and, under it, carets below the place: how
    /// [`ParseError::render`](crate::ParseError::render) shows it. No line break at the end.
    #[must_use]
    pub fn underline(self, text: &str) -> String {
        caret(text, self)
    }
}

/// `word` between quotation marks that it does not hold, shortened if it is long and with control characters escaped.
pub(super) fn quoted(word: &str) -> String {
    let (shown, is_cut) = first_chars(word, MAX_QUOTED);
    let mark = if shown.contains('"') { '\'' } else { '"' };
    let mut out = String::from(mark);
    for character in shown.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    if is_cut {
        out.push('…');
    }
    out.push(mark);
    out
}

/// The line of `text` that holds the byte `place`, without its line break.
fn line_around(text: &str, place: usize) -> Span {
    let is_break = |character| matches!(character, '\n' | '\r');
    let place = place.min(text.len());
    let start = text[..place].rfind(is_break).map_or(0, |at| at + 1);
    let end = text[place..].find(is_break).map_or(text.len(), |at| place + at);
    Span::new(start, end)
}

/// The first `n` characters of `text`, and whether there are more.
fn first_chars(text: &str, n: usize) -> (&str, bool) {
    match text.char_indices().nth(n) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// The last `n` characters of `text`, and whether there are more.
fn last_chars(text: &str, n: usize) -> (&str, bool) {
    match text.char_indices().rev().nth(n) {
        Some((before, character)) => (&text[before + character.len_utf8()..], true),
        None => (text, false),
    }
}

/// `character`, or one that is sure to be seen in one column.
fn one_column(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn carets_stand_under_the_place() {
        assert_snapshot!(caret("env: prod", Span::new(5, 9)), @r"
        env: prod
             ^^^^
        ");
    }

    #[test]
    fn the_end_of_the_text_is_a_place_too() {
        assert_snapshot!(caret("a in (", Span::new(6, 6)), @r"
        a in (
              ^
        ");
    }

    #[test]
    fn tabs_and_wide_characters_take_one_column() {
        assert_eq!(caret("\té\u{1}=x", Span::new(5, 6)), " é\u{fffd}=x\n    ^");
    }

    #[test]
    fn only_the_line_with_the_place_is_shown() {
        assert_eq!(caret("a,\nb c\r\n,d", Span::new(5, 6)), "b c\n  ^");
        assert_eq!(caret("a\nb", Span::new(1, 1)), "a\n ^");
        assert_eq!(caret("a\n", Span::new(2, 2)), "\n^");
    }

    #[test]
    fn long_lines_and_long_places_are_cut() {
        let text = format!("{}!{}", "a".repeat(1 << 20), "b".repeat(1 << 20));
        let shown = caret(&text, Span::new(1 << 20, text.len()));
        let (line, carets) = shown.split_once('\n').unwrap();
        assert_eq!(line.chars().count(), 2 * CONTEXT + 2);
        assert_eq!(carets, format!("{}{}", " ".repeat(CONTEXT + 1), "^".repeat(CONTEXT)));
        assert_eq!(quoted(&text), format!("\"{}…\"", "a".repeat(MAX_QUOTED)));
    }

    #[test]
    fn spans_beyond_the_text_do_no_harm() {
        assert_eq!(caret("ab", Span::new(7, 9)), "ab\n  ^");
        assert_eq!(quoted("a\u{1b}"), "\"a\\u{1b}\"");
        assert_eq!(quoted("\"a\""), "'\"a\"'");
    }
}
