//! Finds values in the JSON text of an object, without reading the rest of it into memory.
//!
//! The text is valid JSON, as the loader has checked it; of any other text something is found, or nothing.

use std::borrow::Cow;

use memchr::memchr2;

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A field of an object; of two with the same name the last.
    Field(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// The text of the value that `steps` lead to from the value `json`.
pub(super) fn lookup<'j>(json: &'j str, steps: &[Step]) -> Option<&'j str> {
    steps.iter().try_fold(json.trim(), |json, step| match step {
        Step::Field(name) => {
            members(json).filter(|(key, _)| key_is(key, name)).last().map(|(_, value)| value)
        }
        Step::Index(index) => elements(json).nth(*index),
    })
}

/// Whether a key, in its quotation marks, is this name.
fn key_is(key: &str, name: &str) -> bool {
    let Some(inside) = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) else { return false };
    match inside.contains('\\') {
        false => inside == name,
        true => serde_json::from_str::<Cow<'_, str>>(key).is_ok_and(|key| key == name),
    }
}

/// The keys of an object, in their quotation marks, and its values.
fn members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = json.strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        let (key, after) = value(rest)?;
        let (member, after) = value(after.strip_prefix(':')?)?;
        rest = after.strip_prefix(',').unwrap_or_default();
        Some((key, member))
    })
}

/// The elements of an array.
fn elements(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json.strip_prefix('[').unwrap_or_default();
    std::iter::from_fn(move || {
        let (element, after) = value(rest)?;
        rest = after.strip_prefix(',').unwrap_or_default();
        Some(element)
    })
}

/// The value that `text` begins with, and what follows it, without white space around them.
fn value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = end_of_value(text.as_bytes());
    let (value, after) = text.split_at_checked(end).filter(|(value, _)| !value.is_empty())?;
    Some((value, after.trim_start()))
}

/// Where the value ends that `bytes` begin with. Nesting costs no stack.
fn end_of_value(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at + 1),
            b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => (depth, at) = (depth - 1, at + 1),
            b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The place behind the string whose first byte inside the quotes is at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) {
        match bytes[at + found] {
            b'"' => return at + found + 1,
            // Whatever is escaped is passed over; a backslash is never the last byte of valid JSON.
            _ => at = (at + found + 2).min(bytes.len()),
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'j>(json: &'j str, path: &str) -> Option<&'j str> {
        let step = |text: &str| text.parse().map_or_else(|_| Step::Field(text.to_owned()), Step::Index);
        lookup(json, &path.split_whitespace().map(step).collect::<Vec<_>>())
    }

    #[test]
    fn steps_lead_to_the_text_of_a_value() {
        let json = r#" { "a" : {"b" : [ 1 , "x,}]\"", {"c":null} ] } , "é\u0041" : -1.50e3 } "#;
        assert_eq!(found(json, "a b 0"), Some("1"));
        assert_eq!(found(json, "a b 1"), Some(r#""x,}]\"""#));
        assert_eq!(found(json, "a b 2 c"), Some("null"));
        assert_eq!(found(json, "a b 2"), Some(r#"{"c":null}"#));
        assert_eq!(found(json, "éA"), Some("-1.50e3"));
        for path in ["b", "a c", "a b 3", "a b c", "a b 0 x", "0", "a 0"] {
            assert_eq!(found(json, path), None, "{path}");
        }
        assert_eq!(found(r#"{"a":1,"a":2}"#, "a"), Some("2"));
        assert_eq!(found("[]", "0"), None);
    }

    #[test]
    fn the_rest_of_an_object_may_be_anything() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"\ud800":"\udc00","n":1E400,"deep":{deep},"a":7}}"#);
        assert_eq!(found(&json, "a"), Some("7"));
        assert_eq!(found(&json, "deep"), Some(deep.as_str()));
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "{", "{\"a", "{\"a\":", "{\"a\" 1}", "}", "{]", "[1", "{\"a\":\"\\"] {
            let _ = (found(text, "a"), found(text, "0"), found(text, "a 0"));
        }
    }
}
