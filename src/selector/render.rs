//! Shows a word of a text to people.

use std::fmt;

use crate::Span;

/// How many characters of a word are shown in a message.
const MAX_QUOTED: usize = 40;

/// `word` between quotation marks that it does not hold, shortened if it is long and with control characters escaped.
pub(super) fn quoted(word: &str) -> String {
    let (shown, is_cut) = first_chars(word, MAX_QUOTED);
    let mark = if shown.contains('"') { '\'' } else { '"' };
    let mut out = String::from(mark);
    for character in shown.chars() {
        // An escape sequence in a selector would steer the terminal that shows the message.
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

/// The line of the text in which an error is, carets under the place, the error and the fix.
pub(super) fn with_place(span: Span, text: &str, error: &dyn fmt::Display, help: Option<String>) -> String {
    let mut out = span.underline(text);
    out.push_str(&format!("\nerror: {error}"));
    if let Some(help) = help {
        out.push_str(&format!("\nhelp: {help}"));
    }
    out
}

/// The first `n` characters of `text`, and whether there are more.
fn first_chars(text: &str, n: usize) -> (&str, bool) {
    match text.char_indices().nth(n) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_are_those_that_the_word_does_not_hold() {
        assert_eq!(quoted("a\u{1b}"), "\"a\\u{1b}\"");
        assert_eq!(quoted("\"a\""), "'\"a\"'");
    }

    #[test]
    fn long_words_are_cut() {
        let text = "b".repeat(1 << 20);
        assert_eq!(quoted(&text), format!("\"{}…\"", "b".repeat(MAX_QUOTED)));
    }
}
