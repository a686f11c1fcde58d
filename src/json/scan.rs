//! The members of an object and the elements of an array, as slices of their text.
//!
//! The text is valid JSON, as the loader has checked it; of any other text something is found, or nothing.

use std::borrow::Cow;

use memchr::memchr2;

use super::JsonText;

/// Whether a key, in its quotation marks, is this name.
pub(crate) fn key_is(key: &str, name: &str) -> bool {
    key_name(key).is_some_and(|key| key == name)
}

/// What a key, in its quotation marks, is called.
pub(crate) fn key_name(key: &str) -> Option<Cow<'_, str>> {
    let inside = key.strip_prefix('"')?.strip_suffix('"')?;
    match inside.contains('\\') {
        false => Some(Cow::Borrowed(inside)),
        true => serde_json::from_str(key).ok().map(|JsonText(key)| Cow::Owned(key)),
    }
}

/// The keys of an object, in their quotation marks, and its values.
pub(crate) fn members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = json.strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        let (key, after) = value(rest)?;
        let (member, after) = value(after.strip_prefix(':')?)?;
        rest = after.strip_prefix(',').unwrap_or_default();
        Some((key, member))
    })
}

/// The elements of an array.
pub(crate) fn elements(json: &str) -> impl Iterator<Item = &str> {
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
pub(super) fn end_of_value(bytes: &[u8]) -> usize {
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

    fn shown(json: &str) -> String {
        let members = members(json).map(|(key, value)| format!("{key}: {value}"));
        members.chain(elements(json).map(str::to_owned)).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn members_and_elements_are_slices_without_white_space() {
        let json = r#"{"a" : {"b" : [ 1 , "x,}]\"" ] } , "é\u0041" : -1.50e3 }"#;
        assert_eq!(shown(json), r#""a": {"b" : [ 1 , "x,}]\"" ] } | "é\u0041": -1.50e3"#);
        assert_eq!(shown(r#"[ 1 , "x,}]\"", {"c":null} ,[] ]"#), r#"1 | "x,}]\"" | {"c":null} | []"#);
        assert_eq!((shown("{ }"), shown("[ ]"), shown("7")), (String::new(), String::new(), String::new()));
    }

    #[test]
    fn keys_are_compared_unescaped() {
        for (key, name) in [(r#""a""#, "a"), (r#""\u0061""#, "a"), (r#""a\"b""#, "a\"b")] {
            assert!(key_is(key, name), "{key}");
        }
        assert!(!key_is(r#""a""#, "b") && key_is(r#""\ud800""#, "\u{FFFD}") && !key_is("a", "a"));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(elements(&format!("[{deep},7]")).last(), Some("7"));
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "{", "{\"a", "{\"a\":", "{\"a\" 1}", "}", "{]", "[1", "{\"a\":\"\\"] {
            shown(text);
        }
    }
}
