//! The lines of JSON that hold a selector, a query or a field selector: `{"name":"web","selector":"app=web"}`.
//!
//! Read without a tree in between, so that repeated fields mean what Kubernetes takes them for and errors have their
//! place.

use std::fmt;

use selq::LabelSelector;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// What a line says. The last of two equal fields counts; unknown ones are passed over.
#[derive(Debug, Default)]
pub(crate) struct NamedLine {
    pub(crate) name: Option<String>,
    /// `None` where it asks nothing.
    pub(crate) field: Option<LineField>,
}

/// The field of a line that says which objects are wanted. A line has one of them.
#[derive(Debug)]
pub(crate) enum LineField {
    /// `"selector":…`
    Selector(SelectorField),
    /// `"where":"…"`
    Where(String),
    /// `"fieldSelector":"…"`
    FieldSelector(String),
}

impl LineField {
    fn name(&self) -> &'static str {
        match self {
            LineField::Selector(_) => "selector",
            LineField::Where(_) => "where",
            LineField::FieldSelector(_) => "fieldSelector",
        }
    }
}

/// A selector as a field of JSON.
#[derive(Debug)]
pub(crate) enum SelectorField {
    Text(String),
    Object(LabelSelector),
    Null,
}

/// The name in a line that is no [`NamedLine`] as a whole, if it has one.
pub(crate) fn name_of(line: &str) -> Option<String> {
    // As a tree, which takes any JSON: what is wrong may stand before the name or behind it.
    let line: Value = serde_json::from_str(line).ok()?;
    line.get("name")?.as_str().map(str::to_owned)
}

impl<'de> Deserialize<'de> for NamedLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NamedLine, D::Error> {
        deserializer.deserialize_map(NamedLineVisitor)
    }
}

struct NamedLineVisitor;

impl<'de> Visitor<'de> for NamedLineVisitor {
    type Value = NamedLine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a selector")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedLine, A::Error> {
        let mut line = NamedLine::default();
        while let Some(name) = map.next_key::<String>()? {
            let field = match name.as_str() {
                "name" => {
                    line.name = map.next_value()?;
                    continue;
                }
                "selector" => LineField::Selector(map.next_value()?),
                "where" => LineField::Where(map.next_value()?),
                "fieldSelector" => LineField::FieldSelector(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            // The same field twice is no contradiction: as of all equal keys, the last one counts.
            if let Some(other) = line.field.as_ref().filter(|other| other.name() != field.name()) {
                return Err(A::Error::custom(format_args!(
                    "expected one of `selector`, `where` and `fieldSelector`, found `{}` and `{}`",
                    other.name(),
                    field.name()
                )));
            }
            line.field = Some(field);
        }
        Ok(line)
    }
}

impl<'de> Deserialize<'de> for SelectorField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SelectorField, D::Error> {
        // The shape itself says which of the three it is. An untagged enum would be read through a
        // tree, and its errors would have no place.
        deserializer.deserialize_any(SelectorFieldVisitor)
    }
}

struct SelectorFieldVisitor;

impl<'de> Visitor<'de> for SelectorFieldVisitor {
    type Value = SelectorField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a LabelSelector object or null as `selector`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SelectorField, E> {
        Ok(SelectorField::Text(text.to_owned()))
    }

    // Only `null` is the selector of nothing: a line without the field is refused by who reads it.
    fn visit_unit<E: Error>(self) -> Result<SelectorField, E> {
        Ok(SelectorField::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SelectorField, A::Error> {
        LabelSelector::deserialize(MapAccessDeserializer::new(map)).map(SelectorField::Object)
    }
}

#[cfg(test)]
mod tests {
    use selq::Selector;

    use super::*;
    use crate::terminal::json_error::from_json;

    fn canonical(line: &str) -> Option<String> {
        match from_json::<NamedLine>(line).unwrap().field? {
            LineField::Selector(SelectorField::Object(object)) => {
                Selector::try_from(object).unwrap().canonical()
            }
            LineField::Selector(SelectorField::Null) => Some("null".to_owned()),
            LineField::Selector(SelectorField::Text(text))
            | LineField::Where(text)
            | LineField::FieldSelector(text) => Some(text),
        }
    }

    #[test]
    fn repeated_fields_of_an_object_are_merged_as_in_kubernetes() {
        let line = r#"{"selector":{"matchLabels":{"a":"1","b":"1"},"matchLabels":{"b":"2"}}}"#;
        assert_eq!(canonical(line).as_deref(), Some("a=1,b=2"));
        assert_eq!(canonical(r#"{"selector":"a","selector":null}"#).as_deref(), Some("null"));
        assert_eq!(canonical(r#"{"x":[[]]}"#), None);
    }

    #[test]
    fn errors_have_their_place_in_the_line() {
        let said = |line: &str| {
            let error = from_json::<NamedLine>(line).unwrap_err();
            format!("{}\n{error}", error.underline())
        };
        insta::assert_snapshot!(said(r#"{"name":"n","selector":{"matchLabels":{"a":1}}}"#), @r#"
        {"name":"n","selector":{"matchLabels":{"a":1}}}
                                                   ^
        expected a string, found a number
        "#);
        insta::assert_snapshot!(said(r#"{"selector":7}"#), @r#"
        {"selector":7}
                    ^
        expected a text, a LabelSelector object or null as `selector`, found a number
        "#);
        insta::assert_snapshot!(said(r#"["a"]"#), @r#"
        ["a"]
        ^
        expected an object with a selector, found an array
        "#);
        insta::assert_snapshot!(said(r#"{"where":"a","name":"n","fieldSelector":"a=b"}"#), @r#"
        {"where":"a","name":"n","fieldSelector":"a=b"}
                                                     ^
        expected one of `selector`, `where` and `fieldSelector`, found `where` and `fieldSelector`
        "#);
        insta::assert_snapshot!(said(r#"{"where":null}"#), @r#"
        {"where":null}
                    ^
        expected a string, found null
        "#);
        insta::assert_snapshot!(said(r#"{"name":7}"#), @r#"
        {"name":7}
                ^
        expected a string, found a number
        "#);
        assert_eq!(name_of(r#"{"name":"n","selector":7}"#).as_deref(), Some("n"));
    }
}
