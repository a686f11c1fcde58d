//! Values in a text of JSON, found without reading the rest of it into memory.
//!
//! The text is valid JSON, as the loader has checked it; of any other text something is found, or nothing.

use std::borrow::Cow;
use std::cmp::Ordering;

use memchr::memchr2;

use super::place::{JsonPlace, Scalar, ValueKind, WrittenPlace};
use super::{JsonText, skim};

/// A value that begins somewhere in a text. Where it ends is found out when that is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Text<'j> {
    /// What the processor can do to pass over values quickly.
    level: skim::Level,
    json: &'j str,
    pos: usize,
}

impl<'j> Text<'j> {
    /// The value that the text begins with, after white space.
    pub(crate) fn of(json: &'j str) -> Text<'j> {
        Text { level: skim::Level::new(), json, pos: skim::blank_len(json.as_bytes()) }
    }

    /// The value whose text this is, a part of the same JSON.
    pub(crate) fn at(self, part: &str) -> Text<'j> {
        let pos = part.as_ptr().addr().saturating_sub(self.json.as_ptr().addr());
        Text { pos: pos.min(self.json.len()), ..self }
    }

    fn byte(self, at: usize) -> Option<u8> {
        self.json.as_bytes().get(at).copied()
    }

    fn rest(self, at: usize) -> &'j [u8] {
        self.json.as_bytes().get(at..).unwrap_or_default()
    }

    /// The text of the value, and perhaps what follows it: whatever does not take finding out where it ends.
    pub(crate) fn text_or_rest(self) -> &'j str {
        match skim::blank_len(self.json.as_bytes()) == self.pos {
            true => self.json.get(self.pos..).unwrap_or_default(),
            false => self.text(),
        }
    }

    /// Where the value ends.
    pub(crate) fn end(self) -> usize {
        let rest = self.rest(self.pos);
        // `skim` gives up on deep nesting, and on a number or word at the very end of the text.
        self.pos + skim::sound_len(self.level, rest).unwrap_or_else(|| end_of_value(rest))
    }

    /// Where the value ends, if that is before this place, which is behind a comma or bracket or further in the value.
    pub(crate) fn end_before(self, place: usize) -> Option<usize> {
        let before = self.json.as_bytes().get(self.pos..place)?;
        skim::sound_len(self.level, before).map(|len| self.pos + len)
    }

    /// Goes through the members of an object with their names, which outlive it. `each` says where a value ends.
    pub(crate) fn named_members(self, mut each: impl FnMut(Cow<'j, str>, Self) -> usize) -> usize {
        let mut at = self.behind_blanks(self.pos + 1);
        while let Some((name, value)) = self.member(at) {
            at = self.behind_comma(each(name, value));
        }
        self.behind_bracket(at)
    }

    fn behind_blanks(self, at: usize) -> usize {
        at + skim::blank_len(self.rest(at))
    }

    /// Where the next member or element begins, or the closing bracket stands.
    fn behind_comma(self, at: usize) -> usize {
        match self.behind_blanks(at) {
            comma if self.byte(comma) == Some(b',') => self.behind_blanks(comma + 1),
            other => other,
        }
    }

    /// The place behind a closing bracket.
    fn behind_bracket(self, at: usize) -> usize {
        (at + 1).min(self.json.len())
    }

    /// The member that begins at this place: its name and its value.
    fn member(self, at: usize) -> Option<(Cow<'j, str>, Text<'j>)> {
        let (name, end) = self.name(at)?;
        let colon = self.behind_blanks(end);
        let pos = self.behind_blanks(colon + 1);
        (self.byte(colon) == Some(b':')).then_some((name, Text { pos, ..self }))
    }

    /// The name of a member, and where it ends.
    fn name(self, at: usize) -> Option<(Cow<'j, str>, usize)> {
        if self.byte(at) != Some(b'"') {
            return None;
        }
        let start = at + 1;
        let plain_end = start + skim::plain_len(self.rest(start));
        if self.byte(plain_end) == Some(b'"') {
            return Some((Cow::Borrowed(self.json.get(start..plain_end)?), plain_end + 1));
        }
        let end = end_of_string(self.json.as_bytes(), start);
        Some((key_name(self.json.get(at..end)?)?, end))
    }
}

impl<'j> WrittenPlace<'j> for Text<'j> {
    fn text(self) -> &'j str {
        self.json.get(self.pos..self.end()).unwrap_or_default()
    }
}

impl JsonPlace for Text<'_> {
    type End = usize;

    fn kind(self) -> ValueKind {
        ValueKind::beginning_with(self.json.as_bytes().get(self.pos))
    }

    fn members(self, mut each: impl FnMut(&str, Self) -> Option<usize>) -> usize {
        self.named_members(|name, value| each(&name, value).unwrap_or_else(|| value.end()))
    }

    fn elements(self, mut each: impl FnMut(usize, Self) -> Option<usize>) -> usize {
        let mut at = self.behind_blanks(self.pos + 1);
        for nth in 0.. {
            let value = Text { pos: at, ..self };
            if matches!(self.byte(at), None | Some(b']')) {
                break;
            }
            let end = each(nth, value).unwrap_or_else(|| value.end());
            // Only text that is no JSON has a value without length, which would be found for ever.
            if end == at {
                break;
            }
            at = self.behind_comma(end);
        }
        self.behind_bracket(at)
    }

    /// Brackets of arrays are passed like commas, so that the elements are read once and nesting costs no stack.
    fn leaves(self, mut each: impl FnMut(Self) -> Option<usize>) -> usize {
        let (mut depth, mut at) = (1_usize, self.behind_bracket(self.pos));
        loop {
            at = self.behind_comma(at);
            match self.byte(at) {
                Some(b'[') => depth += 1,
                Some(b']') => depth -= 1,
                _ => {
                    let value = Text { pos: at, ..self };
                    let end = each(value).unwrap_or_else(|| value.end());
                    if end == at {
                        return at;
                    }
                    at = end;
                    continue;
                }
            }
            at += 1;
            if depth == 0 {
                return at;
            }
        }
    }

    fn scalar(self) -> Option<Scalar> {
        let json = self.text();
        match json.as_bytes().first()? {
            b'"' => serde_json::from_str(json).ok().map(|JsonText(text)| Scalar::Text(text)),
            b't' | b'f' => json.parse().ok().map(Scalar::Boolean),
            b'-' | b'0'..=b'9' => json.parse().ok().map(Scalar::Number),
            _ => None,
        }
    }

    fn address(self) -> usize {
        self.pos
    }
}

/// Whether a string, in its quotation marks, says this.
pub(super) fn key_is(key: &str, name: &str) -> bool {
    let Some(inside) = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) else { return false };
    // What is escaped takes more bytes than it stands for, so that only longer keys need a look.
    match inside.len().cmp(&name.len()) {
        Ordering::Less => false,
        Ordering::Equal => inside == name && !inside.contains('\\'),
        Ordering::Greater => inside.contains('\\') && key_name(key).is_some_and(|key| key == name),
    }
}

/// What a key, in its quotation marks, is called.
pub(crate) fn key_name(key: &str) -> Option<Cow<'_, str>> {
    let inside = key.strip_prefix('"')?.strip_suffix('"')?;
    match inside.contains('\\') {
        false => Some(Cow::Borrowed(inside)),
        true => serde_json::from_str(key).ok().map(|JsonText(key)| Cow::Owned(key)),
    }
}

/// The text of the member of this name, of several the last, if the JSON is an object that has one.
pub(crate) fn member<'j>(json: &'j str, name: &str) -> Option<&'j str> {
    let object = Text::of(json);
    let mut found = None;
    if object.kind() == ValueKind::Object {
        object.members(|key, value| {
            if key == name {
                found = Some(value);
            }
            None
        });
    }
    found.map(Text::text)
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
        let (place, mut shown) = (Text::of(json), Vec::new());
        let _ = match place.kind() {
            ValueKind::Object => place.members(|name, value| {
                shown.push(format!("{name}: {}", value.text()));
                None
            }),
            ValueKind::Array => place.elements(|nth, value| {
                shown.push(format!("{nth}: {}", value.text()));
                None
            }),
            _ => 0,
        };
        shown.join(" | ")
    }

    fn leaves(json: &str) -> String {
        let mut shown = Vec::new();
        let end = Text::of(json).leaves(|leaf| {
            shown.push(leaf.text());
            None
        });
        assert!(end <= json.len());
        shown.join(" ")
    }

    #[test]
    fn members_and_elements_are_slices_without_white_space() {
        let json = r#" {"a" : {"b" : [ 1 , "x,}]\"" ] } , "é\u0041" : -1.50e3 }"#;
        assert_eq!(shown(json), r#"a: {"b" : [ 1 , "x,}]\"" ] } | éA: -1.50e3"#);
        assert_eq!(
            shown(r#"[ 1 , "x,}]\"", {"c":null} ,[] ]"#),
            r#"0: 1 | 1: "x,}]\"" | 2: {"c":null} | 3: []"#
        );
        assert_eq!((shown("{ }"), shown("[ ]"), shown("7")), (String::new(), String::new(), String::new()));
        assert_eq!(leaves(r#"[1,[ [] , [{"a":[2]}, "]"]],null ]"#), r#"1 {"a":[2]} "]" null"#);
    }

    #[test]
    fn of_equal_names_the_last_is_the_member() {
        let json = r#"{"a":1,"\u0061":[2],"b\"c":3,"\ud800":4}"#;
        for (name, value) in [("a", "[2]"), ("b\"c", "3"), ("\u{FFFD}", "4")] {
            assert_eq!(member(json, name), Some(value), "{name}");
        }
        assert_eq!((member(json, "b"), member("[1]", "a"), member("7", "a")), (None, None, None));
    }

    #[test]
    fn keys_are_compared_by_what_they_say() {
        for (key, name) in
            [(r#""\n""#, "\\n"), (r#""\n""#, "n"), (r#""""#, "\""), ("\"", ""), (r#""\u00e9""#, "e")]
        {
            assert!(!key_is(key, name), "{key}");
        }
        assert!(key_is(r#""\u00e9""#, "é") && key_is(r#""""#, ""));
        assert!(!key_is(r#""a""#, "b") && key_is(r#""\ud800""#, "\u{FFFD}") && !key_is("a", "a"));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(shown(&format!("[{deep},7]")).ends_with("| 1: 7"));
        assert_eq!(leaves(&format!("[{deep},7]")), "7");
        let value = serde_json::json!([[1, [[], [2]]], 3]);
        let mut found = Vec::new();
        (&value).leaves(|leaf| {
            found.push(leaf.to_string());
            None
        });
        assert_eq!(found.join(" "), "1 2 3");
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in [
            "",
            "{",
            "{\"a",
            "{\"a\":",
            "{\"a\" 1}",
            "}",
            "{]",
            "[1",
            "[1 2",
            "[é:",
            "{\"a\":\"\\",
            "[[",
            "[}",
            "é",
        ] {
            shown(text);
            leaves(text);
            member(text, "a");
        }
    }
}
