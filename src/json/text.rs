//! Texts of JSON, as Go and so Kubernetes reads them.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;

/// A text of JSON in which each half of a surrogate pair is U+FFFD: `"\ud800"` is JSON, though no text.
///
/// The JSON must be sound otherwise: what bytes the text has is not checked here.
pub(crate) struct JsonText(pub(crate) String);

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JsonText, D::Error> {
        // Asked for bytes, `serde_json` gives halves of surrogate pairs as if they were characters.
        deserializer.deserialize_bytes(JsonTextVisitor)
    }
}

struct JsonTextVisitor;

impl Visitor<'_> for JsonTextVisitor {
    type Value = JsonText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<JsonText, E> {
        Ok(JsonText(with_replacements(bytes)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<JsonText, E> {
        Ok(JsonText(text.to_owned()))
    }
}

/// The bytes as text; half a surrogate pair is three bytes, the first of which no other character begins with so.
fn with_replacements(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().first() == Some(&0xED) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_surrogate_pairs_are_replaced_as_in_go() {
        for (json, expected) in [
            (r#""a\n\u00e9\ud83d\ude00""#, "a\né\u{1F600}"),
            (r#""\ud800""#, "\u{FFFD}"),
            (r#""\udc00x""#, "\u{FFFD}x"),
            (r#""\ud800\ud800é""#, "\u{FFFD}\u{FFFD}é"),
            (r#""\ud800\u0041\ud83d\ude00""#, "\u{FFFD}A\u{1F600}"),
            (r#""\ude00\ud83d\n""#, "\u{FFFD}\u{FFFD}\n"),
            ("\"\u{D7FF}\u{E000}\"", "\u{D7FF}\u{E000}"),
        ] {
            assert_eq!(serde_json::from_str::<JsonText>(json).unwrap().0, expected, "{json}");
        }
        assert!(serde_json::from_str::<JsonText>("7").is_err());
    }
}
