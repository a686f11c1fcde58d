//! An object's JSON for people: indented and coloured, and its values as they stand in the dump.

use anstyle::{AnsiColor, Style};

const INDENT: &str = "  ";

/// What a part of JSON text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonPart {
    Key,
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
    Punctuation,
}

impl JsonPart {
    fn style(self) -> Style {
        match self {
            JsonPart::Key => Style::new().bold(),
            JsonPart::Text => AnsiColor::Green.on_default(),
            JsonPart::Plain => AnsiColor::Magenta.on_default(),
            JsonPart::Punctuation => Style::new(),
        }
    }
}

/// The valid JSON text with line breaks and indentation of its own. Numbers and strings stay byte for byte.
pub(crate) fn indented(json: &str, colored: bool) -> String {
    let mut writer = JsonPrinter { out: String::with_capacity(json.len() * 2), depth: 0, colored };
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = token_len(rest, first);
        let (token, after) = rest.split_at(len);
        rest = after.trim_start();
        writer.push(token, first, rest.chars().next());
    }
    writer.out
}

/// The length of the token at the beginning of `rest`.
fn token_len(rest: &str, first: char) -> usize {
    match first {
        '"' => {
            let mut is_escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                // Behind two backslashes the mark ends the string, and behind three it does not.
                let is_end = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                is_end
            });
            end.map_or(rest.len(), |end| end + 2)
        }
        '{' | '}' | '[' | ']' | ',' | ':' => 1,
        _ => rest.find([',', '}', ']', ' ', '\n', '\r', '\t', ':']).unwrap_or(rest.len()),
    }
}

struct JsonPrinter {
    out: String,
    depth: usize,
    colored: bool,
}

impl JsonPrinter {
    /// Appends a token; `next` is what follows it.
    fn push(&mut self, token: &str, first: char, next: Option<char>) {
        let is_empty = matches!((first, next), ('{', Some('}')) | ('[', Some(']')));
        match first {
            '{' | '[' => {
                self.out.push(first);
                self.depth += 1;
                if !is_empty {
                    self.new_line();
                }
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                // An empty one ends here on its line; strings end in a mark, and colours in a code.
                if !self.out.ends_with(['{', '[']) {
                    self.new_line();
                }
                self.out.push(first);
            }
            ',' => {
                self.out.push(',');
                self.new_line();
            }
            ':' => self.out.push_str(": "),
            // In JSON nothing but a key has a colon behind it.
            '"' if next == Some(':') => self.styled(JsonPart::Key, token),
            '"' => self.styled(JsonPart::Text, token),
            _ => self.styled(JsonPart::Plain, token),
        }
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&INDENT.repeat(self.depth));
    }

    fn styled(&mut self, part: JsonPart, token: &str) {
        let style = if self.colored { part.style() } else { JsonPart::Punctuation.style() };
        self.out.push_str(&format!("{style}{token}{style:#}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_are() {
        let json = r#" {"a":1.0e5,"b" : [ {} , [], "x\"},{" , -0,null],"c":{"d\\":"é"}} "#;
        insta::assert_snapshot!(indented(json, false), @r#"
        {
          "a": 1.0e5,
          "b": [
            {},
            [],
            "x\"},{",
            -0,
            null
          ],
          "c": {
            "d\\": "é"
          }
        }
        "#);
    }

    #[test]
    fn colours_tell_keys_from_texts() {
        assert_eq!(
            indented(r#"{"a":"b","c":1}"#, true),
            "{\n  \u{1b}[1m\"a\"\u{1b}[0m: \u{1b}[32m\"b\"\u{1b}[0m,\n  \u{1b}[1m\"c\"\u{1b}[0m: \u{1b}[35m1\u{1b}[0m\n}"
        );
    }
}
