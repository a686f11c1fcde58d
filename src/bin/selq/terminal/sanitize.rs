//! Keeps what a dump holds from steering the terminal.

use std::borrow::Cow;

/// The text on one line, with control characters escaped: `\n`, `\t`, `\u{1b}`. For anything from a dump.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    escaped_with(text, push_escaped)
}

/// The same for the program's own words, which keep their line ends.
pub(crate) fn escaped_lines(text: &str) -> Cow<'_, str> {
    escaped_with(text, push_lines_escaped)
}

fn escaped_with(text: &str, push: fn(&mut String, &str)) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    push(&mut out, text);
    Cow::Owned(out)
}

fn push_lines_escaped(out: &mut String, text: &str) {
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        push_escaped(out, line);
    }
}

/// Appends a text with control characters escaped, line ends too: a newline would forge a row.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    if is_plain(text) {
        return out.push_str(text);
    }
    for character in text.chars() {
        if steers(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
}

/// Appends a text with what would end its cell or its line escaped, and everything else as it is.
pub(super) fn push_line_ends_escaped(line: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['\t', '\n', '\r']) {
        line.push_str(&rest[..at]);
        line.push_str(match rest.as_bytes()[at] {
            b'\t' => r"\t",
            b'\n' => r"\n",
            _ => r"\r",
        });
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
}

/// The JSON text with the characters that steer as escapes of JSON. Those beyond ASCII stand only in strings, where
/// that is another way to write them; JSON has no others unescaped but the white space between tokens.
pub(crate) fn escaped_json(json: &str) -> Cow<'_, str> {
    // DEL is the only control character of ASCII that a string of JSON may hold as it is.
    if json.is_ascii() && !json.contains('\u{7f}') {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for character in json.chars() {
        if steers(character) && !matches!(character, '\n' | '\t' | '\r') {
            let mut units = [0; 2];
            // An escape of JSON is a unit of UTF-16, and a character beyond the first 65,536 takes
            // two.
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// The text as one word of a POSIX shell.
pub(crate) fn shell_quoted(text: &str) -> String {
    // Without `~`, `*`, `?` and `[`, in whose place a shell puts other words.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether the text is of characters only that surely do nothing but stand there.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether nothing in the text would have to be escaped.
pub(crate) fn is_harmless(text: &str) -> bool {
    is_plain(text) || !text.contains(steers)
}

/// Control characters, and those that reorder, hide or break the text around them.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                // Ends of lines and paragraphs, and what turns the direction of the text around.
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                // Tags, which nothing shows and which programs may read.
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(text: &str) -> String {
        let mut out = String::new();
        push_escaped(&mut out, text);
        out
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(pushed("web-0 é 名"), "web-0 é 名");
        assert_eq!(pushed("a\nb\tc\r"), r"a\nb\tc\r");
        assert_eq!(pushed("\u{1b}[31m\u{7f}\u{9b}"), r"\u{1b}[31m\u{7f}\u{9b}");
        assert_eq!(pushed("\u{202e}x\u{200b}"), r"\u{202e}x\u{200b}");
    }

    #[test]
    fn messages_keep_their_lines() {
        assert_eq!(escaped_lines("a\n  b\u{1b}"), "a\n  b\\u{1b}");
        assert_eq!(escaped("a\n  b\u{1b}"), r"a\n  b\u{1b}");
        assert!(matches!(escaped("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_json() {
        let json = "{\n\t\"a\": \"\u{202e}\u{9b}\u{e0001}é\"\n}";
        let escaped = escaped_json(json);
        assert_eq!(escaped, "{\n\t\"a\": \"\\u202e\\u009b\\udb40\\udc01é\"\n}");
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("valid JSON");
        assert_eq!(parse(&escaped), parse(json));
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_quoted("pod/web-0"), "pod/web-0");
        assert_eq!(shell_quoted(""), "''");
        assert_eq!(shell_quoted("a b"), "'a b'");
        assert_eq!(shell_quoted("$(x)'`"), r"'$(x)'\''`'");
        assert_eq!(shell_quoted("é"), "'é'");
    }
}
