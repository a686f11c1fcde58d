//! What is wrong with a JSON text that was typed, in our words.

use std::error::Error;
use std::fmt;

use selq::Span;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::terminal::underline::underlined;

/// Why a JSON text is not what it should be. `Display` is what was expected and found.
#[derive(Debug)]
pub(crate) struct JsonError {
    text: String,
    span: Span,
    message: String,
    help: Option<&'static str>,
}

/// Reads a value from all of a text.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    serde_json::from_str(text).map_err(|error| JsonError::new(text, &error))
}

/// A text as a tree, for a look at what it is; null where it is none.
pub(crate) fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

impl JsonError {
    fn new(text: &str, error: &serde_json::Error) -> JsonError {
        let start = place(text, error);
        let words = error.to_string();
        // The caret shows the place, which the words need not say again.
        let words = words.split(" at line ").next().unwrap_or(&words);
        let message = match error.classify() {
            // serde_json would call it cut off.
            _ if text.trim().is_empty() => "expected JSON, found an empty text".to_owned(),
            Category::Eof => "expected the rest of the JSON, found the end of the text".to_owned(),
            Category::Syntax => format!("expected {}", expected_syntax(words)),
            // There is no `Io` error of a text that is in memory.
            Category::Data | Category::Io => data_message(words),
        };
        JsonError { text: text.to_owned(), span: Span::new(start, start), message, help: None }
    }

    /// The same with a way out.
    pub(crate) fn with_help(self, help: &'static str) -> JsonError {
        JsonError { help: Some(help), ..self }
    }

    /// What to write instead, where that is clear.
    pub(crate) fn help(&self) -> Option<&'static str> {
        self.help
    }

    /// The text with a caret under the place; nothing of an empty text.
    pub(crate) fn underline(&self) -> String {
        if self.text.trim().is_empty() { String::new() } else { underlined(self.span, &self.text) }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for JsonError {}

/// The byte that `serde_json` names by line and column, the column being the byte after it.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let place = lines.map(str::len).sum::<usize>() + error.column();
    let place = if error.is_eof() { place } else { place.saturating_sub(1) };
    // serde_json names the byte before an array or object that it does not expect.
    let is_before = text.as_bytes().get(place) == Some(&b':');
    text.floor_char_boundary((place + usize::from(is_before)).min(text.len()))
}

/// What the grammar of JSON lets stand at the place.
fn expected_syntax(words: &str) -> &str {
    match words {
        "expected value" => "a value",
        "expected ident" => "`true`, `false` or `null`",
        "key must be a string" => "a key in double quotes",
        "trailing comma" => "no `,` before the end",
        "trailing characters" => "the end of the text after the value",
        "invalid number" => "a number as JSON writes it",
        "invalid escape" => "an escape of JSON after `\\`",
        "recursion limit exceeded" => "at most 128 values inside one another",
        _ if words.starts_with("control character") => "an escape instead of a control character",
        _ => words.strip_prefix("expected ").unwrap_or("JSON"),
    }
}

/// `invalid type: sequence, expected a string` → `expected a string, found an array`.
fn data_message(words: &str) -> String {
    let parts = words.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "));
    match parts {
        Some((found, expected)) => format!("expected {}, found {}", kind(expected), kind(found)),
        None => words.to_owned(),
    }
}

/// A kind of value by the name that JSON has for it.
fn kind(name: &str) -> &str {
    let first = name.split_whitespace().next().unwrap_or(name);
    match (first, name) {
        (_, "a sequence") | ("sequence", _) => "an array",
        (_, "a map") | ("map", _) => "an object",
        ("integer" | "floating", _) => "a number",
        ("boolean", _) => "`true` or `false`",
        ("string", _) => "a string",
        ("null", _) => "null",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use selq::LabelSelector;

    use super::*;

    fn refused(text: &str) -> String {
        let error = from_json::<Option<LabelSelector>>(text).unwrap_err();
        format!("{}\n{error}", error.underline())
    }

    #[test]
    fn errors_are_in_our_words() {
        let errors: Vec<String> = [
            "",
            "nope",
            "{\"matchLabels\":",
            "[]",
            "{'a':1}",
            "{\"matchLabels\":{\"é\":1}}",
            "{} x",
            "{\"a\":1,}",
            "{\"matchExpressions\":{}}",
            "{\"matchLabels\":true}",
            "{\"matchExpressions\":[\"a\"]}",
            "{\"a\":01}",
        ]
        .map(refused)
        .to_vec();
        insta::assert_snapshot!(errors.join("\n"), @r#"

        expected JSON, found an empty text
        nope
         ^
        expected `true`, `false` or `null`
        {"matchLabels":
                       ^
        expected the rest of the JSON, found the end of the text
        []
        ^
        expected a LabelSelector object, found an array
        {'a':1}
         ^
        expected a key in double quotes
        {"matchLabels":{"é":1}}
                            ^
        expected a string, found a number
        {} x
           ^
        expected the end of the text after the value
        {"a":1,}
               ^
        expected no `,` before the end
        {"matchExpressions":{}}
                            ^
        expected an array, found an object
        {"matchLabels":true}
                          ^
        expected an object, found `true` or `false`
        {"matchExpressions":["a"]}
                               ^
        expected an object with "key", "operator" and "values", found a string
        {"a":01}
              ^
        expected a number as JSON writes it
        "#);
    }
}
